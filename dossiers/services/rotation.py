"""Changing the key: a new one encrypts, and everything stored is encrypted anew with it."""

from __future__ import annotations

from django.apps import apps
from django.db import models, transaction

from dossiers import audit
from dossiers.audit import AuditAction
from dossiers.crypto import digests, rotate
from dossiers.fields import Encrypted
from dossiers.models import Applicant, UsedKey
from dossiers.services.lookup import LOOKUP, lookup_key

_BATCH = 200


def rotate_keys() -> str:
    """Make a new key, encrypt everything with it, and return its id.

    The old keys stay in the key file: backups need them. With ``MANGPING_KEY`` put the new key
    before the old ones yourself, restart everything, and call :func:`encrypt_anew`.

    Raises:
        KeyFormatError: The keys come from ``MANGPING_KEY``.
    """
    key_id = rotate()
    UsedKey.objects.get_or_create(key_id=key_id)
    changed = encrypt_anew()
    with audit.writing():
        details: audit.Details = {"key": key_id, "rows": changed}
        audit.append(AuditAction.KEYS_ROTATED, actor=audit.SYSTEM, details=details)
    return key_id


def encrypt_anew() -> int:
    """Encrypt every value with the current key; return how many rows were written."""
    return sum(
        _encrypt_table(model, columns)
        for model in apps.get_app_config("dossiers").get_models()
        if (columns := [f.name for f in model._meta.fields if isinstance(f, Encrypted)])
    )


def _encrypt_table(model: type[models.Model], columns: list[str]) -> int:
    written, last = 0, None
    while True:
        with transaction.atomic():
            rows = model._default_manager.select_for_update().order_by("pk")
            batch = list((rows.filter(pk__gt=last) if last is not None else rows)[:_BATCH])
            if not batch:
                return written
            for row in batch:
                if isinstance(row, Applicant):
                    row.lookup = digests(lookup_key(row.noun), LOOKUP)[0]
            fields = [*columns, *(["lookup"] if model is Applicant else [])]
            model._default_manager.bulk_update(batch, fields)
            written, last = written + len(batch), batch[-1].pk
