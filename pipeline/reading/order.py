"""Puts lines into reading order, also on a page that lies a little askew."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.reading.crops import is_tall, sides


def page_slant(quads: Sequence[NDArray[np.float32]]) -> float:
    """Return the median angle of the longer lines in radians; 0 on a page without any."""
    angles = []
    for quad in quads:
        across, down = sides(quad)
        if across > 3 * down:
            direction = (quad[1] - quad[0]) + (quad[2] - quad[3])
            angles.append(float(np.arctan2(direction[1], direction[0])))
    return float(np.median(angles)) if angles else 0.0


def reading_order(quads: Sequence[NDArray[np.float32]]) -> list[int]:
    """Order lines row by row, each row from left to right.

    Rows are found after turning the centres back by the page's slant: over a page's width two
    degrees are more than a line's height.
    """
    if not quads:
        return []
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
