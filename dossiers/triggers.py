"""Triggers that keep the audit chain append-only in the database itself."""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

_TABLE = "dossiers_auditevent"

_SQLITE = [
    f"""CREATE TRIGGER audit_no_{verb} BEFORE {verb} ON {_TABLE}
    BEGIN SELECT RAISE(ABORT, 'the audit chain is append-only'); END"""
    for verb in ("UPDATE", "DELETE")
]
_POSTGRESQL = [
    """CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'the audit chain is append-only'; END $$""",
    f"""CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON {_TABLE}
    FOR EACH ROW EXECUTE FUNCTION audit_append_only()""",
    f"""CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON {_TABLE}
    FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only()""",
]
_SQLITE_UNDONE = [f"DROP TRIGGER IF EXISTS audit_no_{verb}" for verb in ("UPDATE", "DELETE")]
_POSTGRESQL_UNDONE = ["DROP FUNCTION IF EXISTS audit_append_only() CASCADE"]


def install(connection: BaseDatabaseWrapper) -> None:
    """Make the triggers."""
    _run(connection, _POSTGRESQL if connection.vendor == "postgresql" else _SQLITE)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Drop the triggers: for undoing the migration, and for whoever tests what is found then."""
    undone = _POSTGRESQL_UNDONE if connection.vendor == "postgresql" else _SQLITE_UNDONE
    _run(connection, undone)


def _run(connection: BaseDatabaseWrapper, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
