"""Private intermediate results, so that nothing is read or looked through twice.

A page's reading is kept under the page's SHA-256 and the reader's version, its findings under that
and the policy, the applicant and the detecting code. Both hold text of the document: they belong
into the private ``work/`` of a case file or into memory, nowhere else.
"""

from __future__ import annotations

import hashlib
import zlib
from typing import Protocol

import numpy as np
from pydantic import TypeAdapter, ValidationError

from pipeline.casefile import CaseFile
from pipeline.dossier import Finding, Noun
from pipeline.intake.pages import SourcePage
from pipeline.reading.lines import PageReading
from pipeline.versions import code_digest


class PageFacts(Noun):
    """A page of a source file, without what is written on it.

    Attributes:
        key: SHA-256 of what the page's reading depends on.
        page: Page number, from 1.
        width: Of the stored page, in pixels.
        height: Of the stored page, in pixels.
        dpi: Pixels per inch of the stored page.
        origin: Where its pixels come from, as intake says.
    """

    key: str
    page: int
    width: int
    height: int
    dpi: float
    origin: str


class FilePages(Noun):
    """All pages of a source file."""

    media_type: str
    pages: tuple[PageFacts, ...]


_READING = TypeAdapter(PageReading)
_FINDINGS = TypeAdapter(tuple[Finding, ...])


class Work(Protocol):
    """A place for intermediate results, by name. ``keeps`` is False where nothing is kept."""

    keeps: bool

    def get(self, name: str) -> bytes | None:
        """Return what is kept under a name."""

    def put(self, name: str, data: bytes) -> None:
        """Keep something under a name."""


class NoWork:
    """Keeps nothing: for loose files, which leave only their outputs."""

    keeps = False

    def get(self, name: str) -> bytes | None:
        """Return None."""
        return None

    def put(self, name: str, data: bytes) -> None:
        """Do nothing."""


class CaseWork:
    """Keeps results in the private folder of a case file."""

    keeps = True

    def __init__(self, case: CaseFile) -> None:
        self._case = case

    def get(self, name: str) -> bytes | None:
        """Return what is kept under a name; damaged results count as none."""
        packed = self._case.read(f"work/{name}")
        if packed is None:
            return None
        try:
            return zlib.decompress(packed)
        except zlib.error:
            return None

    def put(self, name: str, data: bytes) -> None:
        """Keep something under a name.

        Raises:
            CaseNotWritableError: The filesystem refuses.
        """
        self._case.write(f"work/{name}", zlib.compress(data, 1))


def page_key(page: SourcePage) -> str:
    """Return the SHA-256 of all that a page's reading depends on."""
    digest = hashlib.sha256(f"{page.pixels.shape} {page.turn} {page.dpi}".encode())
    digest.update(np.ascontiguousarray(page.pixels).data)
    for char in page.layer:
        digest.update(f"{char.text}{char.visible}{char.line}{char.polygon.points}".encode())
    return digest.hexdigest()


def digest_of(*parts: str) -> str:
    """Return one key made of several."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def load_pages(work: Work, sha256: str) -> FilePages | None:
    """Return the pages of a file by its SHA-256, if they are known."""
    data = work.get(_pages_name(sha256))
    try:
        return FilePages.model_validate_json(data) if data else None
    except ValidationError:
        return None


def keep_pages(work: Work, sha256: str, pages: FilePages) -> None:
    """Keep which pages a file has."""
    work.put(_pages_name(sha256), pages.model_dump_json().encode())


def load_reading(work: Work, key: str, page: int) -> PageReading | None:
    """Return a page's reading, if it is known for the same page number."""
    data = work.get(f"readings/{key}-{page}")
    try:
        return _READING.validate_json(data) if data else None
    except ValidationError:
        return None


def keep_reading(work: Work, key: str, page: int, reading: PageReading) -> None:
    """Keep a page's reading."""
    if work.keeps:
        work.put(f"readings/{key}-{page}", _READING.dump_json(reading))


def load_findings(work: Work, key: str, page: int) -> tuple[Finding, ...] | None:
    """Return a page's findings, if they are known for the same page number."""
    data = work.get(f"findings/{key}-{page}")
    try:
        return _FINDINGS.validate_json(data) if data else None
    except ValidationError:
        return None


def keep_findings(work: Work, key: str, page: int, findings: tuple[Finding, ...]) -> None:
    """Keep a page's findings."""
    if work.keeps:
        work.put(f"findings/{key}-{page}", _FINDINGS.dump_json(findings))


def _pages_name(sha256: str) -> str:
    return f"files/{sha256}-{code_digest('intake')}"
