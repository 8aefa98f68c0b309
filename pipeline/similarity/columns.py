"""Puts the lines of a printed page into reading order where it is set in columns.

A gutter is an upright strip that hardly any line crosses while many stand on both sides of it.
Lines that cross it, such as headlines over the whole width, divide the page into bands; within a
band the left column comes before the right one, and either may have a gutter of its own. A line
that was read across the gutter, from one column into the other, is cut there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.geometry import Polygon
from pipeline.reading.lines import Char, Line
from pipeline.reading.order import page_slant, reading_order

# Where gutters are looked for, shares of the text's width, and how finely.
_FROM, _TO, _STEPS = 0.2, 0.8, 121
# So many lines stand on each side of a gutter at least.
_LEAST = 4
# Lines that cross it between the columns, as a share of those on the side with fewer.
_CROSSING = 0.35
# A line may reach over the gutter by this share of the text's width: boxes have a margin.
_MARGIN = 0.006
# The columns stand beside each other over this share of the lower one's height.
_BESIDE = 0.4
# A line that crosses is two if two characters at the gutter are this far apart, in usual distances
# of its characters, and so many stand on either side.
_APART, _HALF = 1.4, 3


def in_columns(lines: Sequence[Line]) -> list[Line]:
    """Order the lines of one printed page; lines read across a gutter come back as two."""
    if not lines:
        return []
    cut = _cut_at_gutter(lines)
    quads = [line.polygon.array() for line in cut]
    return [cut[i] for i in _ordered(list(range(len(cut))), quads, _level_boxes(quads))]


class _Gutter(NamedTuple):
    """Where a gutter is, and from where to where columns stand beside it."""

    x: float
    top: float
    bottom: float


def _cut_at_gutter(lines: Sequence[Line]) -> list[Line]:
    quads = [line.polygon.array() for line in lines]
    boxes = _level_boxes(quads)
    gutter = _gutter(boxes)
    if gutter is None:
        return list(lines)
    middle = (boxes[:, 1] + boxes[:, 3]) / 2
    across = _crosses(boxes, gutter.x, _width(boxes))
    across &= (middle > gutter.top) & (middle < gutter.bottom)
    slant = page_slant(quads)
    return [
        piece
        for line, is_across in zip(lines, across.tolist(), strict=True)
        for piece in (_halves(line, gutter.x, slant) if is_across else [line])
    ]


def _halves(line: Line, gutter: float, slant: float) -> list[Line]:
    """Cut a line where its characters leave room at the gutter."""
    boxes = _level_boxes([char.polygon.array() for char in line.chars], slant)
    centers = (boxes[:, 0] + boxes[:, 2]) / 2
    steps = np.diff(centers)
    if len(steps) < 2 * _HALF:
        return [line]
    usual = float(np.median(steps))
    near = (centers[:-1] - usual < gutter) & (centers[1:] + usual > gutter)
    near[: _HALF - 1] = near[len(near) - _HALF + 1 :] = False
    apart = np.flatnonzero(near & (steps > _APART * usual))
    if len(apart) == 0:
        return [line]
    at = int(apart[np.argmax(steps[apart])]) + 1
    return [_part(line, line.chars[:at]), _part(line, line.chars[at:])]


def _part(line: Line, chars: tuple[Char, ...]) -> Line:
    points = np.concatenate([char.polygon.array() for char in chars])
    (x0, y0), (x1, y1) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
    polygon = Polygon.from_bounds(line.polygon.frame, x0, y0, x1, y1)
    return replace(line, polygon=polygon, chars=chars)


def _level_boxes(
    quads: Sequence[NDArray[np.float32]], slant: float | None = None
) -> NDArray[np.float64]:
    """Bounds of lines after turning the page level: x0, y0, x1, y1, shape (n, 4)."""
    slant = page_slant(quads) if slant is None else slant
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
        if _crosses(boxes[[i]], gutter.x, _width(boxes[which]))[0]:
            found += _band(band, gutter.x, quads, boxes)
            found.append(i)
            band = []
        else:
            band.append(i)
    return found + _band(band, gutter.x, quads, boxes)


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


def _gutter(boxes: NDArray[np.float64]) -> _Gutter | None:
    """Return the best gutter, or None where the lines stand in one column."""
    if len(boxes) < 2 * _LEAST:
        return None
    width, start = _width(boxes), boxes[:, 0].min()
    centers = (boxes[:, 0] + boxes[:, 2]) / 2
    best: tuple[float, _Gutter] | None = None
    for x in start + width * np.linspace(_FROM, _TO, _STEPS):
        crossing = _crosses(boxes, x, width)
        left, right = ~crossing & (centers < x), ~crossing & (centers >= x)
        fewer = min(int(left.sum()), int(right.sum()))
        if fewer < _LEAST:
            continue
        top, bottom = _beside(boxes[left], boxes[right])
        middle = (boxes[:, 1] + boxes[:, 3]) / 2
        between = int((crossing & (middle > top) & (middle < bottom)).sum())
        if bottom <= top or between > _CROSSING * fewer:
            continue
        # Among equally good places the middle of the text is the likeliest.
        worth = fewer - 2 * between - abs((x - start) / width - 0.5)
        if best is None or worth > best[0]:
            best = float(worth), _Gutter(float(x), top, bottom)
    return best[1] if best else None


def _beside(left: NDArray[np.float64], right: NDArray[np.float64]) -> tuple[float, float]:
    """From where to where two groups of lines stand beside each other; nothing if hardly."""
    top = float(max(left[:, 1].min(), right[:, 1].min()))
    bottom = float(min(left[:, 3].max(), right[:, 3].max()))
    lower = min(np.ptp(left[:, [1, 3]]), np.ptp(right[:, [1, 3]]))
    return (top, bottom) if bottom - top > _BESIDE * lower else (top, top)
