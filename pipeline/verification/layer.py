"""The copy's own text layer, as a viewer would copy it out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pymupdf

from pipeline.dossier import Doubt, Mask
from pipeline.geometry import Frame, Polygon
from pipeline.reading.lines import Char, Line
from pipeline.verification.doubts import doubt
from pipeline.verification.given import GIVEN
from pipeline.verification.search import Wanted, search_runs
from pipeline.verification.text import Areas, line_runs

_PATTERNS = {"number-pattern", "email-pattern"}


def check_layer(
    page: pymupdf.Page,
    frame: Frame,
    masks: Sequence[Mask],
    kept: Sequence[Polygon],
    wanted: Wanted,
) -> list[Doubt]:
    """Search the applicant in a page's text layer, and text where a mask is.

    Args:
        page: The page of the copy.
        frame: Its upright grid.
        masks: Its masks.
        kept: Places that the policy keeps.
        wanted: The applicant's strings.
    """
    lines = tuple(_lines(page, frame))
    if not lines:
        return []
    hidden, allowed = Areas([m.polygon for m in masks], frame), Areas(kept, frame)
    doubts: list[Doubt] = []
    runs = line_runs(lines, hidden)
    if any(g.masked for run in runs for g in run.glyphs):
        doubts.append(doubt("layer-under-mask", frame.page))
    for run, span in search_runs(runs, wanted):
        place = run.place(span.start, span.end)
        if span.weak and allowed.hold(place):
            continue
        code = "layer-number" if span.code in _PATTERNS else "layer-string"
        if span.code == GIVEN:
            code = GIVEN
        doubts.append(doubt(code, frame.page, place))
    return list(dict.fromkeys(doubts))


def _lines(page: pymupdf.Page, frame: Frame) -> Iterator[Line]:
    """Yield the layer's lines in ``frame``."""
    across, down = frame.width / page.rect.width, frame.height / page.rect.height
    content = page.get_text("rawdict", flags=pymupdf.TEXT_PRESERVE_WHITESPACE)
    for block in content["blocks"]:
        for line in block.get("lines", ()):
            chars = []
            for span in line["spans"]:
                for char in span["chars"]:
                    x0, y0, x1, y1 = char["bbox"]
                    place = (x0 * across, y0 * down, x1 * across, y1 * down)
                    chars.append(Char(char["c"], Polygon.from_bounds(frame, *place), 1.0))
            if chars:
                yield Line(chars[0].polygon, tuple(chars), 1.0)
