"""A watermark that names a school is hidden wherever it lies, across a seal too."""

from __future__ import annotations

from pipeline.detection.seals import RECOGNISER as SEALS
from pipeline.detection.watermarks import watermark_lines
from pipeline.dossier import Finding, Kind, Place
from pipeline.geometry import Frame, Polygon
from pipeline.reading.lines import Char, Line, PageQuality, PageReading

FRAME = Frame(1, 1600, 2200)


def _aslant(text: str, x: float, y: float, *, rise: float = 0.7) -> Line:
    """Write 40 pixels high, 40 to the right for each character."""
    wide = 40.0 * len(text)
    corners = ((x, y), (x + wide, y - rise * wide), (x + wide + 20, y - rise * wide + 35))
    outline = Polygon(FRAME, (*corners, (x + 20, y + 35)))
    return Line(outline, tuple(Char(c, outline, 0.99) for c in text), 0.99)


def _page(*lines: Line) -> PageReading:
    quality = PageQuality(aslant=tuple(range(len(lines))))
    return PageReading(FRAME, lines, quality=quality)


def _seal(x0: float, y0: float, x1: float, y1: float) -> Finding:
    return Finding(
        id="p1-1",
        page=1,
        kind=Kind.SEAL,
        polygon=Polygon.from_bounds(FRAME, x0, y0, x1, y1),
        entity="",
        recogniser=SEALS,
        rule="round-red-school",
        score=0.9,
        reason="",
        place=Place.CELL,
    )


def test_the_watermark_that_a_seal_lies_across_is_hidden_as_the_others_of_its_page_are() -> None:
    seal = _seal(950, 1500, 1350, 1900)
    across, beside = _aslant("莲都区", 1040, 1800), _aslant("莲都区朝阳路小学", 200, 900)
    assert list(watermark_lines(_page(across, beside), [seal])) == [1, 0]
    # What stands aslant in a seal alone, or turned otherwise, is the seal's own writing.
    assert list(watermark_lines(_page(across), [seal])) == []
    ring = _aslant("教育局", 1040, 1700, rise=0.2)
    assert list(watermark_lines(_page(ring, beside), [seal])) == [1]
