"""Puts the lines of a printed page into reading order where it is set in columns.

A gutter is an upright strip that hardly any line crosses while many stand on both sides of it.
Lines that cross it, such as headlines over the whole width, divide the page into bands; within a
band the left column comes before the right one, and either may have a gutter of its own.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.reading.lines import Line
from pipeline.reading.order import page_slant, reading_order

# Where gutters are looked for, shares of the text's width, and how finely.
_FROM, _TO, _STEPS = 0.2, 0.8, 121
# So many lines stand on each side of a gutter at least.
_LEAST = 4
# Lines that cross it, as a share of those on the side with fewer.
_CROSSING = 0.6
# A line may reach over the gutter by this share of the text's width: boxes have a margin.
_MARGIN = 0.006
# The columns stand beside each other over this share of the lower one's height.
_BESIDE = 0.4


def in_columns(lines: Sequence[Line]) -> list[Line]:
    """Order the lines of one printed page."""
    if not lines:
        return []
    quads = [line.polygon.array() for line in lines]
    boxes = _level_boxes(quads)
    return [lines[i] for i in _ordered(list(range(len(lines))), quads, boxes)]


def _level_boxes(quads: Sequence[NDArray[np.float32]]) -> NDArray[np.float64]:
    """Bounds of lines after turning the page level: x0, y0, x1, y1, shape (n, 4)."""
    slant = page_slant(quads)
    cos, sin = np.cos(-slant), np.sin(-slant)
    turned = np.stack([q @ np.array([[cos, sin], [-sin, cos]]) for q in quads])
    return np.concatenate([turned.min(axis=1), turned.max(axis=1)], axis=1)


def _ordered(
    which: list[int], quads: Sequence[NDArray[np.float32]], boxes: NDArray[np.float64]
) -> list[int]:
    gutter = _gutter(boxes[which])
    if gutter is None:
        return [which[i] for i in reading_order([quads[i] for i in which])]
    found: list[int] = []
    band: list[int] = []
    for i in sorted(which, key=lambda i: (boxes[i, 1] + boxes[i, 3], boxes[i, 0])):
        if _crosses(boxes[[i]], gutter, _width(boxes[which]))[0]:
            found += _band(band, gutter, quads, boxes)
            found.append(i)
            band = []
        else:
            band.append(i)
    return found + _band(band, gutter, quads, boxes)


def _band(
    band: list[int],
    gutter: float,
    quads: Sequence[NDArray[np.float32]],
    boxes: NDArray[np.float64],
) -> list[int]:
    centers = (boxes[:, 0] + boxes[:, 2]) / 2
    halves = ([i for i in band if centers[i] < gutter], [i for i in band if centers[i] >= gutter])
    if min(map(len, halves)) < 2:
        return [band[i] for i in reading_order([quads[i] for i in band])]
    return [i for half in halves for i in _ordered(half, quads, boxes)]


def _width(boxes: NDArray[np.float64]) -> float:
    return float(boxes[:, 2].max() - boxes[:, 0].min())


def _crosses(boxes: NDArray[np.float64], x: float, width: float) -> NDArray[np.bool_]:
    margin = _MARGIN * width
    crossing: NDArray[np.bool_] = (boxes[:, 0] < x - margin) & (boxes[:, 2] > x + margin)
    return crossing


def _gutter(boxes: NDArray[np.float64]) -> float | None:
    """Return the x of the best gutter, or None where the lines stand in one column."""
    if len(boxes) < 2 * _LEAST:
        return None
    width, start = _width(boxes), boxes[:, 0].min()
    centers = (boxes[:, 0] + boxes[:, 2]) / 2
    best: tuple[float, float] | None = None
    for x in start + width * np.linspace(_FROM, _TO, _STEPS):
        crossing = _crosses(boxes, x, width)
        left, right = ~crossing & (centers < x), ~crossing & (centers >= x)
        fewer = min(int(left.sum()), int(right.sum()))
        if fewer < _LEAST or crossing.sum() > _CROSSING * fewer:
            continue
        if not _beside(boxes[left], boxes[right]):
            continue
        # Among equally good places the middle of the text is the likeliest.
        worth = fewer - 2 * crossing.sum() - abs((x - start) / width - 0.5)
        if best is None or worth > best[0]:
            best = float(worth), float(x)
    return best[1] if best else None


def _beside(left: NDArray[np.float64], right: NDArray[np.float64]) -> bool:
    """Whether two groups of lines stand beside each other, and each is as wide as a column."""
    top = max(left[:, 1].min(), right[:, 1].min())
    bottom = min(left[:, 3].max(), right[:, 3].max())
    lower = min(np.ptp(left[:, [1, 3]]), np.ptp(right[:, [1, 3]]))
    return bool(bottom - top > _BESIDE * lower)
