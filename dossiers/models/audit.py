"""The audit chain, and the keys that values were encrypted with."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class AuditEvent(models.Model):
    """One link of the chain; see :mod:`dossiers.audit`. Triggers refuse to change or delete it.

    Attributes:
        sequence: From 1, without gaps.
        at: UTC, as written into the hash: ``2026-11-22T12:00:00.000000Z``.
        actor: ``user:3``, ``worker:…`` or ``system``.
        action: What was done.
        dossier: Id of the dossier, or empty.
        subject: What of it, such as ``a003`` or a file's key; or empty.
        details: Canonical JSON: ids, counts, codes.
        previous: Hash of the event before, 64 zeros for the first.
        hash: SHA-256 of all of the above.
    """

    sequence = models.BigIntegerField(primary_key=True)
    at = models.CharField(max_length=27)
    actor = models.CharField(max_length=80)
    action = models.CharField(max_length=40, db_index=True)
    dossier = models.CharField(max_length=14, default="", db_index=True)
    subject = models.CharField(max_length=80, default="")
    details = models.TextField(default="{}")
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        """Django's options."""

        ordering: ClassVar = ["sequence"]


class UsedKey(models.Model):
    """Id of a key that something may be encrypted with; never the key."""

    key_id = models.CharField(primary_key=True, max_length=8)
    created = models.DateTimeField(auto_now_add=True)
