"""Puts lines into reading order, also on a page that lies a little askew."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.reading.crops import is_tall, sides

# A sheet this much wider than its text is high may hold two pages, if so many lines stand in each
# half and none within this share of the width from the middle.
_LANDSCAPE, _LEAST, _CLEAR = 1.05, 3, 0.02
# Up to this angle a line is nearly level, and so many of them tell how a page lies.
_LEVEL, _FEW_LEVEL = float(np.radians(12.0)), 3


def page_slant(quads: Sequence[NDArray[np.float32]]) -> float:
    """Return the median angle of the longer lines in radians; 0 on a page without any.

    Where most of them are a watermark's, those that are nearly level are the page's.
    """
    angles = []
    for quad in quads:
        across, down = sides(quad)
        if across > 3 * down:
            direction = (quad[1] - quad[0]) + (quad[2] - quad[3])
            angles.append(float(np.arctan2(direction[1], direction[0])))
    if not angles:
        return 0.0
    level = [angle for angle in angles if abs(angle) <= _LEVEL]
    found = float(np.median(angles))
    leans = _LEVEL < abs(found) < np.pi / 2 - _LEVEL
    return float(np.median(level)) if leans and len(level) >= _FEW_LEVEL else found


def reading_order(quads: Sequence[NDArray[np.float32]], width: float = 0) -> list[int]:
    """Order lines row by row, each row from left to right.

    Columns are ordered from the right to the left, each from the top; two pages side by side on
    one sheet one after the other.

    Args:
        quads: Corners of the lines on the page.
        width: Of the page in pixels; with it, two pages side by side are looked for.
    """
    if not quads:
        return []
    if runs_down(quads):
        # Seen from the right edge, columns are rows: right is up, down is to the right.
        turned = [np.stack([q[:, 1], -q[:, 0]], axis=1) for q in quads]
        return _by_rows([np.roll(q, -1, axis=0) for q in turned])
    gutter = _gutter(quads, width)
    if gutter is None:
        return _by_rows(quads)
    left = [i for i, q in enumerate(quads) if q[:, 0].mean() < gutter]
    right = [i for i, q in enumerate(quads) if q[:, 0].mean() >= gutter]
    return [half[i] for half in (left, right) for i in _by_rows([quads[j] for j in half])]


def runs_down(quads: Sequence[NDArray[np.float32]]) -> bool:
    """Whether most of the text, by length, runs along the page's vertical axis.

    Told by where the longer sides point: of a steep quad either end may come first.
    """
    across_total = down_total = 0.0
    for quad in quads:
        long = (quad[1] + quad[2] - quad[0] - quad[3]) / 2
        short = (quad[2] + quad[3] - quad[0] - quad[1]) / 2
        if np.linalg.norm(long) < np.linalg.norm(short):
            long, short = short, long
        length = float(np.linalg.norm(long))
        if length < 2 * np.linalg.norm(short):
            continue
        if abs(long[0]) >= abs(long[1]):
            across_total += length
        else:
            down_total += length
    return down_total > across_total


def _gutter(quads: Sequence[NDArray[np.float32]], width: float) -> float | None:
    """Return the x between two pages on one sheet, or None where there is one page.

    Both halves hold text of their own: lines that begin at one margin in each, and no line comes
    near the middle.
    """
    bounds = np.array([(q[:, 0].min(), q[:, 1].min(), q[:, 0].max(), q[:, 1].max()) for q in quads])
    bottom = bounds[:, 3].max() if len(bounds) else 0.0
    if width < _LANDSCAPE * bottom or len(quads) < 2 * _LEAST:
        return None
    middle, clear = width / 2, _CLEAR * width
    if ((bounds[:, 0] < middle + clear) & (bounds[:, 2] > middle - clear)).any():
        return None
    left = bounds[:, 2] < middle
    return middle if min(int(left.sum()), int((~left).sum())) >= _LEAST else None


def _by_rows(quads: Sequence[NDArray[np.float32]]) -> list[int]:
    """Order lines row by row.

    Rows are found after turning the centres back by the page's slant: over a page's width two
    degrees are more than a line's height.
    """
    slant = page_slant(quads)
    cos, sin = np.cos(-slant), np.sin(-slant)
    centers = np.array([q.mean(axis=0) for q in quads])
    x = centers[:, 0] * cos - centers[:, 1] * sin
    y = centers[:, 0] * sin + centers[:, 1] * cos
    heights = np.array([min(sides(q)) if is_tall(q) else sides(q)[1] for q in quads])
    rows: list[list[int]] = []
    row_y = row_height = 0.0
    for i in np.argsort(y, kind="stable").tolist():
        if rows and y[i] - row_y < 0.5 * min(row_height, heights[i]):
            rows[-1].append(i)
            count = len(rows[-1])
            row_y += (y[i] - row_y) / count
            row_height += (heights[i] - row_height) / count
        else:
            rows.append([i])
            row_y, row_height = float(y[i]), float(heights[i])
    return [i for row in rows for i in sorted(row, key=lambda j: float(x[j]))]
