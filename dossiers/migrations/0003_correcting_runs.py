"""Runs that carry out what people corrected."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """One more kind of run."""

    dependencies: ClassVar = [("dossiers", "0002_audit_triggers")]
    operations: ClassVar = [
        migrations.AlterField(
            model_name="run",
            name="kind",
            field=models.CharField(
                choices=[
                    ("process-dossier", "处理材料"),
                    ("process-attachment", "重做一个附件"),
                    ("verify-pair", "核对申报人的副本"),
                    ("similarity-recheck", "查重"),
                    ("correct-dossier", "落实人工更正"),
                    ("publish-dossier", "发布"),
                ],
                max_length=24,
            ),
        ),
    ]
