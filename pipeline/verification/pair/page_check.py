"""One page of the masked copy beside its original: what is left open, what is not the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

from pipeline.dossier import Kind
from pipeline.geometry import Frame, Polygon, turn_pixels
from pipeline.intake.pages import SourcePage
from pipeline.reading.lines import Line
from pipeline.verification.pair.cells import Glass
from pipeline.verification.pair.differences import Glyph, find_differences, glyphs_of
from pipeline.verification.pair.doubts import pair_doubt
from pipeline.verification.pair.ink import ink_of_pair
from pipeline.verification.pair.legible import open_places
from pipeline.verification.pair.nouns import (
    Channel,
    Corners,
    Difference,
    Leak,
    Matrix,
    OriginalPage,
    PairDoubt,
    Pixels,
    Shown,
    Surety,
)
from pipeline.verification.pair.register import Registered, apply, register
from pipeline.verification.pair.secrets import Secrets
from pipeline.verification.search import search_runs
from pipeline.verification.sources import Rereader
from pipeline.verification.text import Areas, Run, Span, line_runs

KINDS = {
    "name-readable": Kind.APPLICANT_NAME,
    "pinyin-readable": Kind.APPLICANT_NAME,
    "unit-readable": Kind.APPLICANT_UNIT,
    "number-readable": Kind.ID_NUMBER,
    "number-pattern": Kind.ID_NUMBER,
    "email-readable": Kind.EMAIL,
    "email-pattern": Kind.EMAIL,
}
_MARGIN = 24
_USUAL_LINE = 34.0
_INK_SHARE = 0.004
_MOST = 40


@dataclass(slots=True)
class PageFindings:
    """What was found on a page, with crops for the report."""

    shown: list[Shown] = field(default_factory=list)
    doubts: list[PairDoubt] = field(default_factory=list)
    registered: Registered | None = field(default=None, repr=False)
    glass: Glass | None = field(default=None, repr=False)

    @property
    def leaks(self) -> list[Leak]:
        """The leaks among what was found."""
        return [s.entry for s in self.shown if isinstance(s.entry, Leak)]


def check_page(
    original: Pixels,
    page: OriginalPage,
    masked: SourcePage,
    matrix: Matrix,
    secrets: Secrets,
    reader: Rereader,
) -> PageFindings:
    """Compare two pages that belong together.

    Args:
        original: RGB of the original, upright, in ``page.frame``.
        page: What was read on it and must be hidden.
        masked: The page of the masked copy.
        matrix: Homography from ``page.frame`` to the stored grid of the masked copy.
        secrets: The applicant's and other strings.
        reader: Reads upright images.
    """
    found = PageFindings()
    pages = register(original, page.frame, masked.pixels, masked.frame, matrix)
    lines = read_masked(masked, quarters(matrix, page.frame), reader)
    glass = Glass.of(ink_of_pair(pages, line_height(page.lines)))
    found.registered, found.glass = pages, glass
    for opened in open_places(glass, page.places):
        if opened.place.surety is Surety.SURE:
            leak = Leak(
                page=masked.number,
                kind=opened.place.kind,
                polygon=pages.corners(opened.polygon),
                channel=opened.channel,
            )
            found.shown.append(Shown(leak, *crops(pages, opened.polygon)))
        elif opened.place.surety is Surety.LIKELY:
            found.doubts.append(pair_doubt("likely-open", masked.number))
    _add_readable(found, lines, masked, page, secrets)
    theirs = in_grid(pages, lines)
    if not theirs and _is_inked(masked.pixels) and page.lines:
        found.doubts.append(pair_doubt("page-unread", masked.number))
    hidden = [place.polygon for place in page.places]
    for place in find_differences(glass, glyphs_of(page.lines), theirs, hidden)[:_MOST]:
        difference = Difference(page=masked.number, polygon=pages.corners(place))
        found.shown.append(Shown(difference, *crops(pages, place)))
    return found


def read_masked(masked: SourcePage, turn: int, reader: Rereader) -> tuple[Line, ...]:
    """Read a page of the masked copy, turned upright; the boxes come back in that frame."""
    frame = masked.frame.turned(turn)
    return reader.read_upright(np.ascontiguousarray(turn_pixels(masked.pixels, turn)), frame)


def quarters(matrix: Matrix, frame: Frame) -> int:
    """Return the clockwise quarter turns that make the masked copy stand as the original does."""
    x, y = frame.width / 2, frame.height / 2
    (x0, y0), (x1, y1) = apply(matrix, np.array([[x, y], [x + 10, y]])).tolist()
    return -round(float(np.arctan2(y1 - y0, x1 - x0)) / (np.pi / 2)) % 4


def in_grid(pages: Registered, lines: Sequence[Line]) -> list[Glyph]:
    """Return the characters of the masked copy in the grid of the original."""
    glyphs = glyphs_of(lines)
    if not glyphs:
        return []
    stored = [g.polygon.to(pages.masked_frame).points for g in glyphs]
    moved = pages.to_grid(np.array([p for points in stored for p in points], np.float64))
    found, at = [], 0
    for glyph, points in zip(glyphs, stored, strict=True):
        corners = tuple((float(x), float(y)) for x, y in moved[at : at + len(points)])
        found.append(Glyph(glyph.text, Polygon(pages.grid, corners), glyph.confidence))
        at += len(points)
    return found


def line_height(lines: Sequence[Line]) -> float:
    """Return how wide a Chinese character is on a page, in its pixels."""
    sides = [
        min(x1 - x0, y1 - y0)
        for line in lines
        for char in line.chars
        if "\u4e00" <= char.text <= "\u9fff"
        for x0, y0, x1, y1 in (char.polygon.bounds,)
    ]
    return float(np.clip(np.median(sides), 12, 120)) if len(sides) > 5 else _USUAL_LINE


def readable(lines: Sequence[Line], frame: Frame, secrets: Secrets) -> list[tuple[Run, Span]]:
    """Return where the applicant can be read, or somebody's number."""
    return list(search_runs(line_runs(lines, Areas((), frame)), secrets.wanted))


def _add_readable(
    found: PageFindings,
    lines: Sequence[Line],
    masked: SourcePage,
    page: OriginalPage,
    secrets: Secrets,
) -> None:
    """Search the applicant in what was read on the masked copy.

    A weak likeness counts only where the original has something to hide.
    """
    pages = found.registered
    if pages is None or not lines:
        return
    places = Areas([place.polygon for place in page.places], page.frame)
    for run, span in readable(lines, lines[0].polygon.frame, secrets):
        stored = run.place(span.start, span.end).to(masked.frame)
        moved = pages.to_grid(np.array(stored.points, np.float64)).tolist()
        polygon = Polygon(page.frame, tuple((float(x), float(y)) for x, y in moved))
        if not places.hold(polygon):
            if not span.weak:
                found.doubts.append(pair_doubt("name-unsure", masked.number))
            continue
        corners = _corners(stored)
        leak = Leak(
            page=masked.number, kind=KINDS[span.code], polygon=corners, channel=Channel.PIXELS
        )
        if not any(_meets(leak.polygon, other.polygon) for other in found.leaks):
            found.shown.append(Shown(leak, *crops(pages, polygon)))


def _corners(stored: Polygon) -> Corners:
    return tuple((round(x, 1), round(y, 1)) for x, y in stored.points)


def _meets(one: Corners | None, other: Corners | None) -> bool:
    if one is None or other is None:
        return False
    a, b = np.array(one), np.array(other)
    return bool((a.min(axis=0) < b.max(axis=0)).all() and (b.min(axis=0) < a.max(axis=0)).all())


def crops(pages: Registered, place: Polygon) -> tuple[Pixels, Pixels]:
    """Cut a place and its surroundings out of both pages."""
    x0, y0, x1, y1 = place.to(pages.grid).pixel_bounds()
    height, width = pages.original.shape[:2]
    rows = slice(max(0, y0 - _MARGIN), min(height, y1 + _MARGIN))
    columns = slice(max(0, x0 - 2 * _MARGIN), min(width, x1 + 2 * _MARGIN))
    return pages.original[rows, columns].copy(), pages.masked[rows, columns].copy()


def _is_inked(pixels: Pixels) -> bool:
    gray = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    return float((gray < 0.5 * np.percentile(gray, 90)).mean()) > _INK_SHARE
