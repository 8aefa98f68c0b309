"""The second look at a finished copy: all checks, page by page; whatever fails becomes a doubt."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pymupdf

from pipeline.dossier import Applicant, Doubt, Mask, Verdict, VerdictKind
from pipeline.geometry import Frame, Polygon
from pipeline.intake import MUPDF_LOCK
from pipeline.reading.lines import Line
from pipeline.verification.clearings import check_cleared
from pipeline.verification.codes import check_codes
from pipeline.verification.doubts import doubt
from pipeline.verification.fidelity import PagePair, Pixels, check_fidelity
from pipeline.verification.layer import check_layer
from pipeline.verification.needles import applicant_strings
from pipeline.verification.opacity import check_opacity
from pipeline.verification.reread import check_reading
from pipeline.verification.search import Wanted, plain_text_leaks
from pipeline.verification.second_look import Look
from pipeline.verification.sources import Rereader, Source, decode_image
from pipeline.verification.stamps import check_stamps
from pipeline.verification.structure import ImagePlace, check_structure

_FILE_CHECKS = frozenset({"structure", "strings"})
_PAGE_CHECKS = frozenset(
    {"size", "fidelity", "opacity", "cleared", "seals", "codes", "layer", "reading"}
)
_LARGEST = 2_000_000_000


@dataclass(slots=True)
class _Report:
    """What was found and, just as important, what was really looked at."""

    doubts: list[Doubt] = field(default_factory=list)
    done: set[tuple[int, str]] = field(default_factory=set)

    def run(self, page: int, check: str, work: Callable[[], list[Doubt]]) -> None:
        """Do one check; page 0 is the file. An exception is a doubt, never the end."""
        try:
            self.doubts += work()
        except Exception:  # whatever went wrong, the copy was not checked
            self.doubts.append(doubt("check-failed", page or None))
        else:
            self.done.add((page, check))

    def verdict(self, pages: int) -> Verdict:
        """Put the verdict together; anything that was not looked at is a doubt too."""
        due = {(0, check) for check in _FILE_CHECKS}
        due |= {(n, check) for n in range(1, pages + 1) for check in _PAGE_CHECKS}
        for page in sorted({page for page, _ in due - self.done}):
            self.doubts.append(doubt("check-missing", page or None))
        if pages < 1:
            self.doubts.append(doubt("page-count"))
        kind = VerdictKind.PERSON if self.doubts else VerdictKind.CLEAN
        return Verdict(kind=kind, doubts=tuple(dict.fromkeys(self.doubts)))


@dataclass(frozen=True, slots=True)
class _Task:
    """What one copy is checked against."""

    source: Source
    frames: Sequence[Frame]
    masks: Sequence[Mask]
    kept: Sequence[Polygon]
    wanted: Wanted
    reader: Rereader
    first: Sequence[Sequence[Line]]
    seals: Sequence[Polygon]
    look: Look | None


def verify_copy(
    copy: Path,
    source: Source,
    readings_frames: Sequence[Frame],
    masks: Sequence[Mask],
    applicant: Applicant,
    reader: Rereader,
    *,
    kept: Sequence[Polygon] = (),
    first: Sequence[Sequence[Line]] = (),
    seals: Sequence[Polygon] = (),
    given: Sequence[str] = (),
    look: Look | None = None,
    progress: Callable[[int], None] | None = None,
) -> Verdict:
    """Look at a finished copy again and trust nothing about how it was made.

    The copy is walked object by object, its pages are compared with the source outside the masks
    and inside them, and read again at another scale to search the applicant's strings. Every
    exception inside becomes a doubt, and so does every check that was not done.

    Args:
        copy: The masked PDF.
        source: The opened file that it was made from.
        readings_frames: Upright frame of each source page at stored resolution, in page order.
        masks: All masks of the copy.
        applicant: Whose strings must not be in it.
        reader: Reads upright pages.
        kept: Places that the policy keeps although they look like something to hide.
        first: The lines of each page as they were read on the source, in page order; they tell
            small signs beside a mask from the rest of what it hides.
        seals: Places of the seals that the policy lets stand.
        given: Strings that people want hidden wherever they stand.
        look: Looks through the second reading of each page for what should be hidden.
        progress: Called with the number of each checked page.

    Returns:
        ``clean`` without a doubt, otherwise ``person`` with every doubt.
    """
    report = _Report()
    try:
        wanted = Wanted.of(applicant, tuple(given))
        task = _Task(source, readings_frames, masks, kept, wanted, reader, first, seals, look)
        images: list[ImagePlace] = []
        data = b"" if copy.stat().st_size > _LARGEST else copy.read_bytes()
        report.run(0, "structure", lambda: _structure(data, applicant, images))
        report.run(0, "strings", lambda: _strings(copy, masks, applicant, task))
        with _opened(data) as document:
            _pages(report, document, images, task, progress)
    except Exception:  # an unreadable copy, a missing file, a broken applicant: nothing passes
        report.doubts.append(doubt("copy-unreadable"))
    return report.verdict(len(readings_frames))


@contextmanager
def _opened(data: bytes) -> Iterator[pymupdf.Document]:
    with MUPDF_LOCK:
        document = pymupdf.open(stream=data, filetype="pdf")
    try:
        yield document
    finally:
        with MUPDF_LOCK:
            document.close()


def _structure(data: bytes, applicant: Applicant, images: list[ImagePlace]) -> list[Doubt]:
    doubts, found = check_structure(data, applicant)
    images += found
    return doubts


def _strings(copy: Path, masks: Sequence[Mask], applicant: Applicant, task: _Task) -> list[Doubt]:
    """Check what stands beside the pages: the file's name, the labels, the masks' places."""
    strings = applicant_strings(applicant)
    doubts = [doubt("file-name")] if plain_text_leaks(copy.stem, task.wanted, strings) else []
    for mask in masks:
        if plain_text_leaks(mask.label, task.wanted, strings):
            doubts.append(doubt("mask-label", mask.page, mask.polygon))
        known = [f for f in task.frames if f.page == mask.page]
        if not known or mask.polygon.frame.source != known[0].source:
            doubts.append(doubt("mask-place"))
    return doubts


def _pages(
    report: _Report,
    document: pymupdf.Document,
    images: list[ImagePlace],
    task: _Task,
    progress: Callable[[int], None] | None,
) -> None:
    count = len(task.frames)
    if document.page_count != count or task.source.page_count != count:
        report.doubts.append(doubt("page-count"))
    for number, frame in enumerate(task.frames, start=1):
        if number > document.page_count or number > task.source.page_count:
            continue
        if frame.page != number:
            report.doubts.append(doubt("page-count", number))
            continue
        place = images[number - 1] if len(images) >= number else _picture(document, number)
        _page(report, document, place, frame, task)
        if progress is not None:
            progress(number)


def _picture(document: pymupdf.Document, number: int) -> ImagePlace | None:
    """Where the structure was refused, the page's picture is still looked at."""
    with MUPDF_LOCK:
        found = document[number - 1].get_images()
    return ImagePlace(found[0][0], found[0][2], found[0][3]) if len(found) == 1 else None


def _page(
    report: _Report,
    document: pymupdf.Document,
    place: ImagePlace | None,
    frame: Frame,
    task: _Task,
) -> None:
    """Do all checks of one page; the page is decoded once."""
    page = frame.page
    here = [m for m in task.masks if m.page == page]
    # What is cleared hides no print: all that stands there is read and searched again.
    masks, cleared = ([m for m in here if m.cleared is is_] for is_ in (False, True))
    kept = [k for k in task.kept if k.frame.page == page]
    first = task.first[page - 1] if page <= len(task.first) else ()
    if place is None or (place.width, place.height) != (frame.width, frame.height):
        report.doubts.append(doubt("page-size", page))
        return
    try:
        with MUPDF_LOCK:
            pixels: Pixels = decode_image(document, place.number)
        source = task.source.page(page)
        if pixels.shape[:2] != (frame.height, frame.width) or source.frame != frame.source:
            report.doubts.append(doubt("page-size", page))
            return
        pair = PagePair(frame, pixels, source.pixels)
    except Exception:  # a page that cannot be decoded was not checked
        report.doubts.append(doubt("check-failed", page))
        return
    report.done.add((page, "size"))
    with ThreadPoolExecutor(1) as beside:
        # The comparisons run beside the reading, which does not fill both cores all the time.
        fidelity = beside.submit(check_fidelity, pair, here)
        opacity = beside.submit(check_opacity, pair, masks)
        stamps = beside.submit(check_stamps, pixels, frame, masks, task.seals)
        codes = beside.submit(check_codes, pixels, frame, kept)
        given = (pixels, frame, masks, kept, task.wanted, task.reader, first, task.look, cleared)
        reading = _now(check_reading, *given)
    report.run(page, "fidelity", fidelity.result)
    report.run(page, "opacity", opacity.result)
    report.run(page, "cleared", lambda: check_cleared(pair, cleared, masks))
    report.run(page, "seals", stamps.result)
    report.run(page, "codes", codes.result)
    report.run(page, "layer", lambda: _layer(document, frame, here, kept, task.wanted))
    report.run(page, "reading", reading.result)


def _layer(
    document: pymupdf.Document,
    frame: Frame,
    masks: Sequence[Mask],
    kept: Sequence[Polygon],
    wanted: Wanted,
) -> list[Doubt]:
    with MUPDF_LOCK:
        return check_layer(document[frame.page - 1], frame, masks, kept, wanted)


def _now(check: Callable[..., list[Doubt]], *given: object) -> Future[list[Doubt]]:
    """Do a check at once and keep its result, or its exception, for the report."""
    future: Future[list[Doubt]] = Future()
    try:
        future.set_result(check(*given))
    except Exception as error:
        future.set_exception(error)
    return future
