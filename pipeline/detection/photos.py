"""Where a page bears photographs: solid areas of tone, larger than any stroke of writing.

The paper's own shade is found first, as what remains of the page when everything smaller than an ID
photograph is closed; so shadows and coloured paper are no photographs. On a fax a photograph is
broken into black pieces, which are put together again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.geometry import shrink_pixels

Pixels = NDArray[np.uint8]
Bounds = tuple[float, float, float, float]

_SCALE = 4
"""Stored pixels per pixel of the search."""
_CELL = 4
"""Pixels of the search on a side of a cell of paper."""
_REACH = 29
"""Cells within which paper must be: more than an ID photograph is wide."""
_DARKER = 16
"""Levels by which a photograph differs from the paper in one channel at least."""
_SOLID, _SOLID_FAX = 13, 9
"""Pixels of the search that are tone without a gap, more than a line of writing is high; and pixels
of the half-size page that are black, more than the stroke of a heading is thick."""
_BETWEEN = 0.02
"""Share of pixels between black and white from which a page is no fax."""
_APART, _APART_FAX = 13, 33
"""Pixels of the search between the pieces of a photograph."""
_LEAST, _MOST = 0.04, 0.4
"""Sides of an ID photograph per longer side of the page."""
_WIDEST = 0.22
"""Shoulders of an ID photograph per longer side of the page."""
_TONES, _ALL_BLACK = 0.8, 0.97
"""Entropy of its tones in bits; a coloured table head has less. And the share of tone from which an
ID photograph is one that a fax turned black, but for what is left of a face."""


@dataclass(frozen=True, slots=True)
class Photo:
    """A photograph.

    Attributes:
        bounds: x0, y0, x1, y1 in pixels of the upright page.
        fill: Share of the rectangle that is tone; near 1 where its edges are its own.
        portrait: It has the size and shape of an ID photograph.
        guessed: Only a pair of shoulders was seen, as on a fax; the head is where it would be.
    """

    bounds: Bounds
    fill: float
    portrait: bool
    guessed: bool = False


def find_photos(half: Pixels, tone: Pixels) -> list[Photo]:
    """Find the photographs of a page.

    Args:
        half: The upright page at half size, RGB, shape (height, width, 3).
        tone: Where it is darker than its paper (see :func:`tone_of`).
    """
    small = _small(half)
    fax = is_bilevel(half)
    solid = _black(half, small.shape) if fax else _opened(tone, _SOLID)
    if not solid.any():
        return []
    pieces = _pieces(solid)
    longer = max(small.shape[:2])
    found = []
    for x0, y0, x1, y1 in _together(pieces, _APART_FAX if fax else _APART):
        width, height = x1 - x0, y1 - y0
        guessed = not _is_portrait(width, height, longer) and _is_bust(pieces[y0:y1, x0:x1], longer)
        if guessed:
            y0 = max(0, y1 - round(1.45 * width))
        fill = float(tone[y0:y1, x0:x1].mean())
        shaped = _is_portrait(width, height, longer)
        if _tones(small[y0:y1, x0:x1]) < _TONES and not (fax and shaped and fill >= _ALL_BLACK):
            continue
        bounds = (x0 * _SCALE, y0 * _SCALE, x1 * _SCALE, y1 * _SCALE)
        portrait = guessed or shaped
        found.append(Photo(bounds, fill, portrait, guessed))
    return found


def _opened(mask: Pixels, side: int) -> Pixels:
    return np.asarray(cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((side, side), np.uint8)))


def _black(half: Pixels, shape: tuple[int, ...]) -> Pixels:
    """Return the solid black of a fax in the pixels of the search."""
    _, dark = cv2.threshold(half[..., 1], 100, 1, cv2.THRESH_BINARY_INV)
    solid = _opened(np.asarray(dark, np.uint8), _SOLID_FAX)
    return np.asarray(
        cv2.resize(solid, (shape[1], shape[0]), interpolation=cv2.INTER_NEAREST), np.uint8
    )


def is_bilevel(half: Pixels) -> bool:
    """Whether a page has no tones but black and white, as a fax.

    Args:
        half: The page at half size, RGB.
    """
    # Halving makes grays of four pixels at the edges of strokes: three of them, evenly spaced.
    tones = half[::3, ::3, 1]
    return float(((tones % 64 > 4) & (tones % 64 < 60)).mean()) < _BETWEEN


def _small(half: Pixels) -> Pixels:
    return shrink_pixels(half, max(1, half.shape[1] // 2), max(1, half.shape[0] // 2))


def tone_of(half: Pixels) -> Pixels:
    """Return 1 where a page is darker than the paper around in some channel, at quarter size.

    Args:
        half: The upright page at half size, RGB, shape (height, width, 3).
    """
    small = _small(half)
    height, width = small.shape[0] // _CELL, small.shape[1] // _CELL
    whole = small[: height * _CELL, : width * _CELL]
    cells = cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA)
    cells = cv2.dilate(cells, np.ones((3, 3), np.uint8))
    rim = _REACH // 2
    cells = cv2.copyMakeBorder(cells, rim, rim, rim, rim, cv2.BORDER_REPLICATE)
    cells = cv2.morphologyEx(cells, cv2.MORPH_CLOSE, np.ones((_REACH, _REACH), np.uint8))
    paper = cv2.blur(cells[rim:-rim, rim:-rim], (9, 9))
    size = (small.shape[1], small.shape[0])
    paper = cv2.resize(paper, size, interpolation=cv2.INTER_LINEAR)
    red, green, blue = cv2.split(cv2.subtract(paper, small))
    most = cv2.max(cv2.max(red, green), blue)
    return np.asarray(cv2.threshold(most, _DARKER, 1, cv2.THRESH_BINARY)[1], np.uint8)


def _pieces(solid: Pixels) -> Pixels:
    """Keep what is compact: no desk along the page's edge, no rim of a shadow."""
    height, width = solid.shape
    kept = np.zeros_like(solid)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(solid, connectivity=8)
    for number, (x, y, w, h, area) in enumerate(stats[1:count].tolist(), 1):
        thin = min(w, h) < 0.2 * max(w, h)
        at_edge = x <= 1 or y <= 1 or x + w >= width - 1 or y + h >= height - 1
        if thin or (at_edge and area < 0.5 * w * h):
            continue
        place = kept[y : y + h, x : x + w]
        place[labels[y : y + h, x : x + w] == number] = 1
    return kept


def _together(kept: Pixels, apart: int) -> list[tuple[int, int, int, int]]:
    """Return the bounds of what lies close together."""
    near = cv2.dilate(kept, np.ones((apart, apart), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(near, connectivity=8)
    found = []
    least = _LEAST * max(kept.shape)
    for number, (x, y, w, h, _) in enumerate(stats[1:count].tolist(), 1):
        own = (labels[y : y + h, x : x + w] == number) & (kept[y : y + h, x : x + w] > 0)
        xs, ys = np.flatnonzero(own.any(axis=0)), np.flatnonzero(own.any(axis=1))
        x0, x1, y0, y1 = int(xs[0]), int(xs[-1]) + 1, int(ys[0]), int(ys[-1]) + 1
        if min(x1 - x0, y1 - y0) >= least:
            found.append((x + x0, y + y0, x + x1, y + y1))
    return found


def _tones(part: Pixels) -> float:
    """Return the entropy of the tones in bits, in sixteen steps."""
    counts = np.bincount((part.max(axis=2) >> 4).ravel(), minlength=16)
    shares = counts[counts > 0] / part[..., 0].size
    return float(-(shares * np.log2(shares)).sum())


def _is_portrait(width: int, height: int, longer: int) -> bool:
    return width <= 1.15 * height and height <= 2.2 * width and height <= _MOST * longer


def _is_bust(part: Pixels, longer: int) -> bool:
    """Whether a solid piece is as wide as shoulders and widens downwards as they do."""
    height, width = part.shape
    if width > _WIDEST * longer or height >= width:
        return False
    rows = part.sum(axis=1)
    upper, lower = float(rows[height // 6]), float(rows[-1 - height // 6])
    return upper < 0.8 * lower and float(rows.sum()) > 0.6 * part.size


def joined(parts: Sequence[Bounds]) -> Bounds:
    """Return the bounds around several."""
    xs0, ys0, xs1, ys1 = zip(*parts, strict=True)
    return min(xs0), min(ys0), max(xs1), max(ys1)
