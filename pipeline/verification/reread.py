"""Reads a page of the copy again at another scale and searches the applicant in what it says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np

from pipeline.dossier import Doubt, Mask
from pipeline.geometry import Frame, Polygon
from pipeline.reading.lines import Line
from pipeline.verification.beside import only_suspicious
from pipeline.verification.clearings import find_aslant
from pipeline.verification.doubts import doubt
from pipeline.verification.edges import find_edges
from pipeline.verification.fidelity import Pixels
from pipeline.verification.halves import find_halves
from pipeline.verification.remnants import find_remnants
from pipeline.verification.search import Wanted, search_runs
from pipeline.verification.second_look import Look, find_open
from pipeline.verification.slots import find_open_slots
from pipeline.verification.sources import Rereader
from pipeline.verification.strangers import is_settled, search_strangers
from pipeline.verification.strokes import find_unread_ink
from pipeline.verification.text import Areas, Run, Span, line_runs

_SMALLER, _LARGER = 0.8, 1.25
_SMALL_PAGE = 1400
"""Longer side in pixels up to which a page is read enlarged, not reduced."""
_DETECTION_SIDE = 1056
_UPPER = 0.6
"""Upper part of a character's place in which there is ink if it is no comma or stop."""
_RIM, _PALE, _FEW = 5, 40, 6
"""Width in pixels of a mask's edge, levels by which ink is darker than paper, and how many pixels
of it are something."""
_INK_SHARE = 0.004
"""Dark share of a page from which it cannot be a page without text."""


def check_reading(
    pixels: Pixels,
    frame: Frame,
    masks: Sequence[Mask],
    kept: Sequence[Polygon],
    wanted: Wanted,
    reader: Rereader,
    first: Sequence[Line] = (),
    look: Look | None = None,
    cleared: Sequence[Mask] = (),
) -> list[Doubt]:
    """Read a page of the copy and report what can still be read of the applicant and of others.

    Args:
        pixels: RGB of the copy's page, in ``frame``.
        frame: The upright grid at stored resolution.
        masks: The black masks of this page.
        kept: Places of this page that the policy keeps; ID-like or fuzzy matches there are no leak.
        wanted: The applicant's strings.
        reader: Reads upright images.
        first: What was read on the page before anything was hidden.
        look: Finds in writing what should be hidden.
        cleared: Places of this page from which a watermark was cleared.
    """
    lines, grid = _read_again(pixels, frame, reader)
    hidden, allowed = Areas([m.polygon for m in masks], grid), Areas(kept, grid)
    runs = line_runs(lines, hidden)
    doubts = [] if runs else _unread(pixels, frame, masks)
    doubts += [
        doubt(span.code, frame.page, run.place(span.start, span.end).to(frame))
        for found in (search_runs(runs, wanted), search_strangers(runs, masks))
        for run, span in _relevant(found, allowed)
        if not is_settled(run, span, _said(run.place(span.start, span.end), first))
    ]
    if look is not None:
        still_open = find_open(lines, grid, hidden, allowed, look, first)
        doubts += [doubt(code, frame.page, place.to(frame)) for code, place in still_open]
    doubts += [
        doubt("watermark-visible", frame.page, place.to(frame))
        for place in find_aslant(lines, cleared, grid)
    ]
    edges = (place.to(frame) for place in find_edges(runs, masks, grid, wanted.ends))
    beside = [place for place in edges if _is_inked(pixels, frame, place, masks)]
    beside += [place.to(frame) for place in find_remnants(runs, masks, grid)]
    unread = find_unread_ink(pixels, frame, masks, lines)
    beside += only_suspicious(unread, masks, lines, first, frame, pixels)
    doubts += [doubt("mask-edge", frame.page, place) for place in beside]
    doubts += [
        doubt("name-goes-on", frame.page, place.to(frame))
        for place in find_halves(masks, first, frame)
    ]
    open_slots = find_open_slots(pixels, frame, masks, lines, first)
    doubts += [doubt("signature-open", frame.page, place) for place in open_slots]
    return list(dict.fromkeys(doubts))


def _read_again(pixels: Pixels, frame: Frame, reader: Rereader) -> tuple[tuple[Line, ...], Frame]:
    factor = _LARGER if max(frame.width, frame.height) <= _SMALL_PAGE else _SMALLER
    grid = frame.scaled(factor)
    how = cv2.INTER_LINEAR if factor < 1 else cv2.INTER_CUBIC
    scaled = np.asarray(cv2.resize(pixels, (grid.width, grid.height), interpolation=how), np.uint8)
    return reader.read_upright(scaled, grid, detection_side=_DETECTION_SIDE), grid


def _relevant(found: Iterator[tuple[Run, Span]], kept: Areas) -> Iterator[tuple[Run, Span]]:
    for run, span in found:
        glyphs = run.glyphs[span.start : span.end]
        if span.weak and all(kept.hold(g.polygon) for g in glyphs):
            continue
        yield run, span


def _said(place: Polygon, first: Sequence[Line]) -> list[tuple[str, float]]:
    """Return what was read at a place before anything was hidden, from left to right."""
    x0, y0, x1, y1 = place.bounds
    found = []
    for char in (char for line in first for char in line.chars):
        box = char.polygon.to(place.frame).bounds
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        if x0 <= x <= x1 and y0 <= y <= y1:
            found.append((x, char.text, char.confidence))
    return [(text, confidence) for _, text, confidence in sorted(found)]


def _is_inked(pixels: Pixels, frame: Frame, place: Polygon, masks: Sequence[Mask]) -> bool:
    """Whether something taller than a comma stands in a place: a mask's end may be read as a 1."""
    x0, y0, x1, y1 = place.pixel_bounds()
    gray = cv2.cvtColor(pixels[y0:y1, x0:x1], cv2.COLOR_RGB2GRAY) if y1 > y0 and x1 > x0 else None
    if gray is None or gray.size == 0:
        return True
    covered = np.zeros(gray.shape, np.uint8)
    for mask in masks:
        corners = np.round(mask.polygon.to(frame).array() - (x0, y0)).astype(np.int32)
        cv2.fillPoly(covered, [corners], (1,))
        cv2.polylines(covered, [corners], True, (1,), _RIM)
    free = gray[covered == 0]
    if not free.size:
        return False
    ink = (gray < np.percentile(free, 90) - _PALE) & (covered == 0)
    return bool(ink[: round(_UPPER * (y1 - y0))].sum() >= _FEW)


def _unread(pixels: Pixels, frame: Frame, masks: Sequence[Mask]) -> list[Doubt]:
    """A page with ink on which nothing could be read was not checked."""
    ink = (cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY) < 128).astype(np.uint8)
    for mask in masks:
        cv2.fillPoly(ink, [np.round(mask.polygon.to(frame).array()).astype(np.int32)], (0,))
    return [doubt("page-unread", frame.page)] if ink.mean() > _INK_SHARE else []
