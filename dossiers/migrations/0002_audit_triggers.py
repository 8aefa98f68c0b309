"""Makes the audit chain append-only in the database itself."""

from __future__ import annotations

from typing import ClassVar

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from dossiers import triggers


def _install(_: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    triggers.install(editor.connection)


def _remove(_: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    triggers.remove(editor.connection)


class Migration(migrations.Migration):
    """After the table is there."""

    dependencies: ClassVar = [("dossiers", "0001_initial")]
    operations: ClassVar = [migrations.RunPython(_install, _remove)]
