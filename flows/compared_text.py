"""A file's text for comparing: a text file as it is, pages through the one reader."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from flows.errors import FolderAsFileError
from flows.progress_bar import page_bar
from pipeline.intake import open_source
from pipeline.intake.errors import MissingFileError
from pipeline.intake.names import shown
from pipeline.intake.sniff import HEAD_BYTES, is_office, media_of
from pipeline.similarity.corpus.errors import TextFileError
from pipeline.similarity.nouns import DocumentKind
from pipeline.similarity.pages import PageText, read_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.reading.lines import PageReading

_TEXT_MB = 32
_PAPERS = (DocumentKind.PAPER, DocumentKind.REFERENCE)


@dataclass(frozen=True, slots=True)
class ComparedText:
    """A document's text; with the way back to its pages if it has pages."""

    raw: str = field(repr=False)
    pages: PageText | None = field(default=None, repr=False)


def has_pages(path: Path) -> bool:
    """Whether a file has pages to be read, by its bytes; anything else must be text.

    Raises:
        MissingFileError: It is not there.
    """
    try:
        if path.is_dir():
            raise FolderAsFileError(shown(path.name))
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except OSError:
        raise MissingFileError(shown(path.name)) from None
    return media_of(head) is not None or is_office(head)


def compared_text(
    path: Path,
    kind: DocumentKind = DocumentKind.PAPER,
    bar: str = "读取",
) -> ComparedText:
    """Read a file's text.

    Args:
        path: A text file, a PDF, a scan.
        kind: What it is: of a paper with cover and contents only the pages of its body count.
        bar: What the progress bar calls the reading of pages.

    Raises:
        RefusedInputError: The file is not taken.
        ModelError: A model is missing.
    """
    if not has_pages(path):
        return ComparedText(_plain_text(path))
    from flows.engine import shared_reader

    reader = shared_reader()
    readings = []
    with open_source(path) as source, page_bar(bar, source.page_count) as told:
        for page in source.pages():
            readings.append(reader.read(page))
            told(page.number)
    pages = text_of_pages(readings, kind)
    return ComparedText(pages.raw, pages)


def text_of_pages(
    readings: Sequence[PageReading], kind: DocumentKind = DocumentKind.PAPER
) -> PageText:
    """Return the text of pages that were read; of a paper those of its body, if any is known."""
    if kind in _PAPERS:
        from pipeline.publication.nouns import Part
        from pipeline.publication.package import Package

        parts = Package(readings).parts
        body = [r for r, part in zip(readings, parts, strict=True) if part is Part.BODY]
        return read_text(body or readings)
    return read_text(readings)


def _plain_text(path: Path) -> str:
    name = shown(path.name)
    if path.stat().st_size > _TEXT_MB * 2**20:
        raise TextFileError(name, limit=_TEXT_MB)
    untrusted_bytes = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = untrusted_bytes.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise TextFileError(name, limit=_TEXT_MB)
