"""Tokens that may do less than their account; passwords that are changed at the first login."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """A scope for tokens, a mark for passwords."""

    dependencies: ClassVar = [("dossiers", "0003_correcting_runs")]
    operations: ClassVar = [
        migrations.AddField(
            model_name="apitoken",
            name="scope",
            field=models.CharField(
                choices=[
                    ("all", "账号的全部权限"),
                    ("push", "只推送：新建、上传、提交、查询进度"),
                    ("read", "只读取：查询进度，下载副本和评审材料"),
                ],
                default="all",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="password_given",
            field=models.BooleanField(default=False),
        ),
    ]
