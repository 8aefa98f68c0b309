"""What can stand on either side of the diff: the original, a masked copy, the applicant's own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from dossiers.errors import StorageError, UnknownThingError
from dossiers.models import Attachment, CopyVersion, StoredFile
from dossiers.storage import Storage
from pipeline.errors import RefusedInputError
from pipeline.geometry import Frame
from pipeline.intake import open_source

ORIGINAL, OWN = "original", "own"
_NO_PAGE = Frame(1, 1000, 1414)


@dataclass(frozen=True, slots=True)
class Side:
    """One of the things that can be looked at.

    Attributes:
        code: Its name in addresses: ``original``, ``own``, ``v3``.
        label: Its name for people.
        file: Where its pages are.
        version: The masked copy, where it is one of ours.
    """

    code: str
    label: str
    file: StoredFile
    version: CopyVersion | None = None


def sides_of(attachment: Attachment) -> list[Side]:
    """Return what an attachment has, the newest masked copy first, the original last."""
    versions = attachment.versions.select_related("file", "document", "author")
    sides = [
        Side(f"v{v.number}", f"打码件第 {v.number} 版（{v.get_origin_display()}）", v.file, v)
        for v in versions.order_by("-number")
    ]
    if attachment.own_file is not None:
        sides.append(Side(OWN, "申报人自己打码的副本", attachment.own_file))
    return [*sides, Side(ORIGINAL, "原件", attachment.original)]


def choose(sides: Sequence[Side], code: str, otherwise: Side) -> Side:
    """Return the side of a code; without one the other that is given.

    Raises:
        UnknownThingError: The attachment has none of that code.
    """
    if not code:
        return otherwise
    for side in sides:
        if side.code == code:
            return side
    raise UnknownThingError("版本")


def page_frames(attachment: Attachment, version: CopyVersion | None) -> tuple[Frame, ...]:
    """Return the upright frame of each page; without a masked copy the pages as they are stored.

    Raises:
        StorageError: The store has lost the file.
    """
    if version is not None:
        frames = _frames(version.document.key, version.document.dossier_id)
        if frames:
            return frames
    try:
        return _measured(attachment.original.key, attachment.original.dossier_id)
    except RefusedInputError:
        # It cannot be opened; its doubts are shown all the same, beside a sheet without a picture.
        return (_NO_PAGE,)


@lru_cache(maxsize=256)
def _frames(key: str, dossier_id: str) -> tuple[Frame, ...]:
    file = StoredFile(key=key, dossier_id=dossier_id, role="findings")
    with Storage().open(file) as stream:
        try:
            pages = json.load(stream)["pages"]
            return tuple(Frame(p["page"], p["width"], p["height"], p["turn"]) for p in pages)
        except (ValueError, KeyError, TypeError):
            raise StorageError(key) from None


@lru_cache(maxsize=64)
def _measured(key: str, dossier_id: str) -> tuple[Frame, ...]:
    file = StoredFile(key=key, dossier_id=dossier_id, role="original")
    with Storage().local(file) as path, open_source(path, name="原件") as source:
        return tuple(page.frame for page in source.pages())
