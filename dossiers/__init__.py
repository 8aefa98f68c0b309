"""What is remembered of dossiers: rows, files, decisions, and who did what (docs/dossiers.md)."""

from __future__ import annotations

import os


def setup() -> None:
    """Make the models usable in this process; a second call does nothing.

    Whoever runs under other settings (the portal) names them in ``DJANGO_SETTINGS_MODULE`` first.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dossiers.settings")
    import django
    from django.apps import apps

    if not apps.ready:
        django.setup()


def prepare() -> None:
    """:func:`setup`, and bring the database up to date; every process calls it when it starts.

    Raises:
        StateFolderError: The private folder cannot be written.
        DatabaseError: The database does not answer.
        KeyMissingError: The database holds values of a key that is not here.
    """
    setup()
    from dossiers.schema import bring_up_to_date

    bring_up_to_date()


def prepare_to_serve() -> None:
    """:func:`prepare`, and try the store of the files; for whoever will be asked by others.

    Raises:
        MangpingError: As :func:`prepare`; or nothing can be kept in the store.
    """
    prepare()
    from dossiers.storage import Storage

    Storage().check()
