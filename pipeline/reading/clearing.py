"""Clears a watermark out of a page: the paper of its place is painted anew, the print drawn anew.

A black patch over a watermark as wide as a page hides the page with it. Where a watermark is much
paler than the print across it, its place is painted in two kinds of colours instead: that of the
paper, as smooth as it lies there, and one for each ink of the print. Neither depends on where the
watermark was, so that nothing of it is left to be made visible again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.geometry import Polygon

Pixels = NDArray[np.uint8]
Values = NDArray[np.float32]
Map = NDArray[np.bool_]

_DARK = 90
"""Percentile of the ink's darkness that is taken for the page's print."""
_INK, _FEWEST = 26.0, 400
"""Levels below the paper from which a pixel is ink, and how many must be to tell of a page."""
_PALEST = 8.0
"""Levels below the paper from which a pixel may belong to a watermark."""
_PRINT = 0.6
"""Share of the print's darkness from which a pixel is print, whatever a watermark is like."""
_PALE = 97
"""Percentile of the pale pixels' darkness that is taken for the watermark's."""
_ABOVE = 0.15
"""Share of the print's darkness by which print must be darker than the watermark."""
_LEAST, _DARKEST = 0.45, 0.72
"""Shares of the print's darkness between which the level of print lies; where it would have to lie
above, the two cannot be told apart."""
_ROUGH = 7.0
"""Standard deviation of the paper in levels from which it is no plain paper."""
_LEAST_PAPER = 0.15
"""Share of the place that must be bare paper."""
_COLOURED, _HUES = 45, 6
"""Levels between the colours of an ink from which it is coloured, and how many hues are told."""
_STEP = 4
"""Pixels between those at which the paper is measured."""
_STROKES = 0.03
"""Share of the place that pale strokes fill at least where it is they that say something."""


@dataclass(frozen=True, slots=True)
class _Place:
    """The surroundings of a watermark on a page."""

    window: tuple[slice, slice]
    inside: Map
    paper: Values
    below: Values
    level: float


def can_clear(pixels: Pixels, polygon: Polygon) -> bool:
    """Whether a watermark stands apart from the print and on plain paper.

    Args:
        pixels: The upright page, RGB, in the polygon's frame.
        polygon: Where the watermark is.
    """
    return _measure(pixels, polygon) is not None


def clear(pixels: Pixels, polygons: Sequence[Polygon]) -> list[bool]:
    """Paint the places of watermarks anew, in place, and say of each whether that could be done.

    Args:
        pixels: The upright page, RGB, in the polygons' frame.
        polygons: Where the watermarks are; they may overlap.
    """
    before = pixels.copy() if polygons else pixels
    return [_paint(pixels, before, polygon) for polygon in polygons]


def without(pixels: Pixels, polygons: Sequence[Polygon]) -> Pixels | None:
    """Return a page without its watermarks, or None where none of them can be cleared."""
    if not polygons:
        return None
    bare = pixels.copy()
    return bare if any(clear(bare, polygons)) else None


def _paint(pixels: Pixels, before: Pixels, polygon: Polygon) -> bool:
    place = _measure(before, polygon)
    if place is None:
        return False
    crop = before[place.window]
    printed = (place.below > place.level) & place.inside
    # Two tones alone would look torn; a blur of the two knows of nothing else.
    share = cv2.GaussianBlur(printed.astype(np.float32), (3, 3), 0)[..., None]
    drawn = place.paper * (1 - share) + _inks(crop, printed) * share
    drawn = np.clip(np.round(drawn), 0, 255).astype(np.uint8)
    pixels[place.window][place.inside] = drawn[place.inside]
    return True


def _measure(pixels: Pixels, polygon: Polygon) -> _Place | None:
    x0, y0, x1, y1 = polygon.pixel_bounds()
    x0, y0, x1, y1 = max(0, x0), max(0, y0), min(pixels.shape[1], x1), min(pixels.shape[0], y1)
    if x1 - x0 < 8 or y1 - y0 < 8:
        return None
    window = (slice(y0, y1), slice(x0, x1))
    inside = np.zeros((y1 - y0, x1 - x0), np.uint8)
    cv2.fillPoly(inside, [np.round(polygon.array() - (x0, y0)).astype(np.int32)], (1,))
    dark = _darkness_of_print(pixels)
    paper = _paper(pixels[window], inside > 0)
    if dark is None or paper is None:
        return None
    below = (paper - pixels[window]).max(axis=2)
    level = _print_level(below, inside > 0, dark)
    return None if level is None else _Place(window, inside > 0, paper, below, level)


def _darkness_of_print(pixels: Pixels) -> float | None:
    """How much darker than the paper the page's print is, in levels."""
    small = pixels[::_STEP, ::_STEP].min(axis=2)
    paper = float(np.percentile(small, 75))
    below = paper - small[small < paper - _INK].astype(np.float32)
    return float(np.percentile(below, _DARK)) if below.size >= _FEWEST else None


def _paper(crop: Pixels, inside: Map) -> Values | None:
    """Return the paper's colour at each pixel: a curved surface through what is bare, or None.

    A surface with six numbers for each colour cannot follow the strokes of a watermark.
    """
    sparse = crop[::_STEP, ::_STEP].astype(np.float32)
    tone, within = sparse.min(axis=2), inside[::_STEP, ::_STEP]
    rows, columns = np.mgrid[0 : tone.shape[0], 0 : tone.shape[1]].astype(np.float32)
    base = _base(rows / tone.shape[0], columns / tone.shape[1])
    brightest = float(np.percentile(tone[within], 90)) if within.any() else 0.0
    bare = within & (np.abs(tone - brightest) < 3 * _PALEST)
    for limit in (2.0 * _PALEST, _PALEST, _PALEST):
        if bare.sum() < max(50.0, _LEAST_PAPER * float(within.sum())):
            return None
        fitted, *_ = np.linalg.lstsq(base[bare], sparse[bare], rcond=None)
        off = (base @ fitted).min(axis=2) - tone
        # Paper is what lies above: a watermark darkens it, and nothing brightens it.
        bare = within & (off < limit) & (off > -2 * limit)
    if float(off[bare].std()) > _ROUGH:
        return None
    size = (crop.shape[1], crop.shape[0])
    return np.asarray(cv2.resize(base @ fitted, size, interpolation=cv2.INTER_LINEAR), np.float32)


def _base(down: Values, across: Values) -> Values:
    one = np.ones_like(down)
    terms = (one, down, across, down * down, across * across, down * across)
    return np.stack(terms, axis=-1)


def _print_level(below: Values, inside: Map, dark: float) -> float | None:
    """Return the level below the paper from which a pixel is print; None where it is unclear."""
    printed = (below > _PRINT * dark).astype(np.uint8)
    around = cv2.dilate(printed, np.ones((7, 7), np.uint8)) > 0
    faint = (inside & ~around & (below > _PALEST)).astype(np.uint8)
    strokes = cv2.morphologyEx(faint, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    pale = below[strokes > 0]
    # Without pale strokes it is the print itself that stands aslant.
    if pale.size < _STROKES * float(inside.sum()):
        return None
    level = float(np.percentile(pale, _PALE)) + _ABOVE * dark
    return max(level, _LEAST * dark) if level <= _DARKEST * dark else None


def _inks(crop: Pixels, printed: Map) -> Values:
    """Return the colour in which each pixel's print is drawn: one for black and for each hue."""
    colours = np.zeros((*printed.shape, 3), np.float32)
    if not printed.any():
        return colours
    hue = cv2.cvtColor(crop, cv2.COLOR_RGB2HSV)[..., 0].astype(np.int32)
    spread = crop.max(axis=2).astype(np.int32) - crop.min(axis=2)
    kind = np.where(spread >= _COLOURED, 1 + (hue + 15) % 180 * _HUES // 180, 0)
    # The blur reaches a pixel beyond the print; what lies there takes the ink beside it.
    kind = cv2.dilate(np.where(printed, kind + 1, 0).astype(np.uint8), np.ones((3, 3), np.uint8))
    own = np.where(printed, kind, 0)
    for number in np.unique(own[printed]).tolist():
        ink = crop[own == number]
        tone = ink.min(axis=1)
        darker = ink[tone <= np.median(tone)]
        colours[kind == number] = np.median(darker, axis=0)
    return colours
