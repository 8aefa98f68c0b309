"""Finds rows by what callers have in hand."""

from __future__ import annotations

from django.db.models import QuerySet

from dossiers.crypto import digests
from dossiers.errors import UnknownThingError
from dossiers.models import Attachment, Dossier, StoredFile
from pipeline import dossier as nouns

# What the keyed digests of applicants are for.
LOOKUP = "applicant"


def dossier_of(dossier_id: str) -> Dossier:
    """Return a dossier.

    Raises:
        UnknownThingError: There is none of that id.
    """
    try:
        return Dossier.objects.select_related("applicant").get(pk=dossier_id)
    except Dossier.DoesNotExist:
        raise UnknownThingError(dossier_id) from None


def attachment_of(dossier_id: str, ordinal: int) -> Attachment:
    """Return an attachment by its place in the dossier.

    Raises:
        UnknownThingError: There is none.
    """
    try:
        return Attachment.objects.select_related("dossier", "original", "own_file").get(
            dossier_id=dossier_id, ordinal=ordinal
        )
    except Attachment.DoesNotExist:
        raise UnknownThingError(f"{dossier_id}/a{ordinal:03d}") from None


def file_of(key: str) -> StoredFile:
    """Return a stored file by its key; ask :func:`dossiers.permissions.require_file` next.

    Raises:
        UnknownThingError: There is none of that key.
    """
    try:
        return StoredFile.objects.select_related("dossier").get(pk=key)
    except StoredFile.DoesNotExist:
        raise UnknownThingError("文件") from None


def dossiers_of_person(id_number: str) -> QuerySet[Dossier]:
    """Return the dossiers of whoever has an ID number."""
    found = digests(id_number, LOOKUP)
    return Dossier.objects.filter(applicant__lookup__in=found).order_by("created")


def lookup_key(noun: nouns.Applicant) -> str:
    """Return what an applicant's keyed digest is made from: the ID number, or who and where."""
    known = noun.id_number[0] if noun.id_number else ""
    return known or "\0".join((noun.name[0], *noun.unit[:1]))
