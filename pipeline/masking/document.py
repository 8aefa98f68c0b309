"""Builds the masked copy: a new PDF, one image a page, made from masked pixels only."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol

from pipeline.dossier import Decision, Mask
from pipeline.errors import MangpingError
from pipeline.geometry import turn_pixels
from pipeline.intake.pages import Coding, SourcePage
from pipeline.masking.boxes import plan
from pipeline.masking.coding import code_page
from pipeline.masking.drawing import draw
from pipeline.masking.pdf import CodedImage, PdfWriter
from pipeline.masking.textlayer import text_operators
from pipeline.reading.lines import PageReading

# Pages in work side by side: most of it is done outside the interpreter. Each holds its pixels.
_AT_ONCE = 2


class CopyNotWrittenError(MangpingError):
    """The masked copy could not be written to its folder."""

    code = "copy-not-written"
    sentence = "“{subject}”的打码件没能写入输出文件夹（{cause}），请检查磁盘空间和写入权限后重试。"


class Pages(Protocol):
    """What of an opened source is needed: see :class:`pipeline.intake.SourceFile`."""

    @property
    def name(self) -> str:
        """The file as the user named it."""

    @property
    def page_count(self) -> int:
        """Number of pages."""

    def page(self, n: int) -> SourcePage:
        """Return page ``n``, from 1."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A finished masked copy.

    Attributes:
        path: Where it lies.
        sha256: Of its bytes.
        size: In bytes.
        masks: What was painted, on each page's upright frame.
        pages: Number of pages.
    """

    path: Path
    sha256: str
    size: int
    masks: tuple[Mask, ...]
    pages: int


def build_copy(
    source: Pages,
    readings: Sequence[PageReading],
    decisions: Sequence[Decision],
    out: Path,
    *,
    text_layer: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Copy:
    """Build the masked copy of a file, two pages in memory at a time.

    Args:
        source: The opened file.
        readings: One for each page, in order.
        decisions: On this file's findings.
        out: Where the copy goes; written to a temporary name first and renamed.
        text_layer: Add a searchable layer made from the readings, masked text left out.
        progress: Called with the number of each finished page.

    Raises:
        ValueError: Readings, decisions and pages do not belong together.
        CopyNotWrittenError: The output folder cannot be written. Nothing remains of the copy.
    """
    if len(readings) != source.page_count:
        raise ValueError("a copy needs one reading for each page")
    by_page: dict[int, list[Decision]] = {}
    for decision in decisions:
        by_page.setdefault(decision.finding.page, []).append(decision)
    if by_page and not 1 <= min(by_page) <= max(by_page) <= source.page_count:
        raise ValueError("a decision is on a page that the file does not have")
    masks: list[Mask] = []
    try:
        with _replacing(out) as stream:
            writer = PdfWriter(stream, text_layer=text_layer)

            def make(number: int) -> _Made:
                reading, here = readings[number - 1], by_page.get(number, ())
                return _make_page(source.page(number), reading, here, text_layer)

            for number, made in enumerate(_ahead(make, source.page_count), start=1):
                writer.page(made.image, made.dpi, made.text)
                masks += made.masks
                if progress is not None:
                    progress(number)
            writer.close()
        with out.open("rb") as finished:
            digest = hashlib.file_digest(finished, "sha256").hexdigest()
        return Copy(out, digest, out.stat().st_size, tuple(masks), source.page_count)
    except OSError as error:
        cause = os.strerror(error.errno) if error.errno else type(error).__name__
        raise CopyNotWrittenError(source.name, cause=cause) from None


@dataclass(frozen=True, slots=True)
class _Made:
    """A page of the copy, ready to be written."""

    image: CodedImage
    dpi: float
    text: bytes = field(repr=False)
    masks: tuple[Mask, ...]


def _ahead(make: Callable[[int], _Made], count: int) -> Iterator[_Made]:
    """Make pages two at a time and give them back in order."""
    if count < _AT_ONCE:
        yield from map(make, range(1, count + 1))
        return
    begun: deque[Future[_Made]] = deque()
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="mask") as pool:
        try:
            for number in range(1, count + 1):
                begun.append(pool.submit(make, number))
                if len(begun) == _AT_ONCE:
                    yield begun.popleft().result()
            while begun:
                yield begun.popleft().result()
        finally:
            for future in begun:
                future.cancel()


def _make_page(
    page: SourcePage, reading: PageReading, decisions: Sequence[Decision], text_layer: bool
) -> _Made:
    if reading.frame.source != page.frame.source or reading.frame.scale != 1.0:
        raise ValueError("the reading belongs to another page")
    unmasked = turn_pixels(page.pixels, reading.frame.turn)
    masks = plan(unmasked, reading, decisions)
    masked = unmasked if reading.frame.turn else unmasked.copy()
    draw(masked, masks, bilevel=page.coding is Coding.BILEVEL)
    image = code_page(masked, page, turn=reading.frame.turn)
    text = text_operators(reading, decisions, masks, page.dpi) if text_layer else b""
    return _Made(image, page.dpi, text, masks)


@contextmanager
def _replacing(out: Path) -> Iterator[BinaryIO]:
    """Write beside ``out`` under a short temporary name; rename when all went well."""
    handle, name = tempfile.mkstemp(prefix=".copy-", suffix=".part", dir=out.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(out)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
