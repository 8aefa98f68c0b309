"""Brings the database up to date, and makes sure that its keys are here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django import db
from django.core.management import call_command
from django.db import connection
from filelock import FileLock

from dossiers.crypto import keyring
from dossiers.errors import DatabaseError, KeyMissingError
from dossiers.models.audit import UsedKey
from dossiers.places import private_folder

_ADVISORY_LOCK = 0x736368


def bring_up_to_date() -> None:
    """Migrate, and check the keys; processes that start at once wait for each other.

    Raises:
        KeyMissingError: The database holds values of a key that is not here.
        StateFolderError: The private folder cannot be written.
        DatabaseError: The database does not answer.
    """
    try:
        with FileLock(private_folder() / "schema.lock", mode=0o600), _alone():
            call_command("migrate", interactive=False, verbosity=0)
            _check_keys()
    except db.DatabaseError as error:
        # The driver's own words may carry an address with a password.
        raise DatabaseError(type(error).__name__) from None


def _check_keys() -> None:
    ring = keyring()
    used = set(UsedKey.objects.values_list("key_id", flat=True))
    for missing in sorted(used - set(ring.keys)):
        raise KeyMissingError(missing)
    if ring.current not in used:
        UsedKey.objects.get_or_create(key_id=ring.current)


@contextmanager
def _alone() -> Iterator[None]:
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_ADVISORY_LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_ADVISORY_LOCK])
