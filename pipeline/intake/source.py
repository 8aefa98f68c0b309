"""One uploaded file as pages, decoded one at a time."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from pipeline.intake.archive import document_error
from pipeline.intake.decoded import DecodedPages
from pipeline.intake.errors import (
    EmptyFileError,
    FileTooBigError,
    MissingFileError,
    SlowPageError,
)
from pipeline.intake.limits import MB, Limits
from pipeline.intake.names import shown
from pipeline.intake.pages import SourcePage
from pipeline.intake.pdf import PdfBackend
from pipeline.intake.raster import RasterBackend
from pipeline.intake.sniff import HEAD_BYTES, Media, media_of, page_media


class Backend(Protocol):
    """What a family of formats must offer."""

    page_count: int

    def page(self, number: int) -> SourcePage:
        """Decode one page, counted from 1."""

    def close(self) -> None:
        """Let go of the file."""


class SourceFile:
    """An opened file. Decodes a page when it is asked for; keeps it only where it is told to.

    May be shared between threads: pages are decoded one at a time.

    Attributes:
        path: Where its bytes are.
        name: What the user calls it; the name in every error.
        sha256: Of its bytes.
        size: Bytes.
        media_type: MIME type by content.
        page_count: Number of pages.
    """

    def __init__(
        self,
        path: Path,
        name: str,
        sha256: str,
        size: int,
        media: Media,
        limits: Limits,
        decoded: DecodedPages | None,
    ) -> None:
        """Open a checked file; use :func:`open_source`."""
        self.path = path
        self.name = name
        self.sha256 = sha256
        self.size = size
        self.media_type = media.value
        self._limits = limits
        self._decoded = decoded
        self._lock = threading.Lock()
        self._backend: Backend = (
            PdfBackend(path, name, limits)
            if media is Media.PDF
            else RasterBackend(path, name, media, limits)
        )
        self.page_count = self._backend.page_count

    def page(self, n: int) -> SourcePage:
        """Decode page ``n``, counted from 1.

        Raises:
            IndexError: There is no such page.
            RefusedInputError: The page is damaged or over a limit.
        """
        if not 1 <= n <= self.page_count:
            raise IndexError(f"page {n} of {self.page_count}")
        with self._lock:
            kept = self._decoded.get(self.sha256, n) if self._decoded else None
            if kept is not None:
                return kept
            started = time.monotonic()
            page = self._backend.page(n)
            taken = time.monotonic() - started
        if taken > self._limits.page_seconds:
            limit = f"{self._limits.page_seconds:g}"
            raise SlowPageError(self.name, page=n, actual=round(taken), limit=limit)
        if self._decoded is not None:
            self._decoded.keep(self.sha256, page)
        return page

    def pages(self) -> Iterator[SourcePage]:
        """Decode all pages in order, one at a time."""
        for n in range(1, self.page_count + 1):
            yield self.page(n)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._backend.close()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close."""
        self.close()


def open_source(
    path: Path,
    *,
    limits: Limits | None = None,
    name: str | None = None,
    decoded: DecodedPages | None = None,
) -> SourceFile:
    """Open an untrusted file of pages.

    Args:
        path: Where its bytes are.
        limits: What is taken; the defaults of :class:`Limits` if not given.
        name: What the user calls it, for errors; the path's last part if not given.
        decoded: Where decoded pages are kept for the next opening of the same bytes.

    Raises:
        RefusedInputError: One of its subclasses says why it is not taken.
    """
    limits = limits or Limits()
    name = shown(name or path.name)
    try:
        if not path.is_file():
            raise MissingFileError(name)
        size = path.stat().st_size
        if size == 0:
            raise EmptyFileError(name)
        if size > limits.file_bytes:
            raise FileTooBigError(name, actual=-(-size // MB), limit=limits.file_bytes // MB)
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
            if media_of(head) is Media.ZIP and (document := document_error(path)) is not None:
                raise document(name)
            media = page_media(name, head)
            file.seek(0)
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        raise MissingFileError(name) from None
    return SourceFile(path, name, sha256, size, media, limits, decoded)
