"""How far a code reaches: a strip of bars that is left above a mask says as much as all of them.

A code is proposed in cells of eight pixels, and where it stands askew its corners lie outside; so
its ink is followed from there.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Gray = NDArray[np.uint8]
Bounds = tuple[float, float, float, float]

_REACH = 0.4
"""Farthest that ink is followed beyond a block, per its lesser side."""
_BAND = 3
"""Rows that are compared together."""
_GOES_ON, _LOST = 0.5, 3
"""Correlation from which a band of rows shows the bars of the band beside it, and so many bands
without them, a scratch, are passed over."""
_EVEN, _GAP = 0.2, 0.5
"""Spread of the tones of a column that is all bar, per contrast, and what lies between two bars at
most, per their height."""
_LAG = 3
"""Pixels by which bars that stand askew move from band to band."""


def ink_around(gray: Gray, bounds: Bounds) -> Bounds:
    """Return the bounds with all ink that reaches into them, within a part of their size.

    Args:
        gray: The upright page.
        bounds: x0, y0, x1, y1 in its pixels.
    """
    x0, y0, x1, y1 = (round(v) for v in bounds)
    reach = round(_REACH * min(x1 - x0, y1 - y0))
    left, top = max(0, x0 - reach), max(0, y0 - reach)
    crop = gray[top : y1 + reach, left : x1 + reach]
    inner = np.ascontiguousarray(gray[max(0, y0) : y1, max(0, x0) : x1])
    level, _ = cv2.threshold(inner, 0, 1, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
    dark = (crop <= level).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=8)
    own = labels[max(0, y0) - top : y1 - top, max(0, x0) - left : x1 - left]
    touched = np.unique(own)
    parts = stats[touched[touched > 0], :4]
    if count < 2 or not len(parts):
        return bounds
    a, b = float(parts[:, 0].min() + left), float(parts[:, 1].min() + top)
    c = float((parts[:, 0] + parts[:, 2]).max() + left)
    d = float((parts[:, 1] + parts[:, 3]).max() + top)
    return min(bounds[0], a), min(bounds[1], b), max(bounds[2], c), max(bounds[3], d)


def bars_around(gray: Gray, bounds: Bounds, *, upright: bool) -> Bounds:
    """Return the bounds of bars with what goes on of them at both ends, faint or broken too.

    Args:
        gray: The upright page.
        bounds: x0, y0, x1, y1 of a block of bars.
        upright: The bars stand; False where they lie.
    """
    page = gray if upright else np.asarray(cv2.transpose(gray), np.uint8)
    x0, y0, x1, y1 = (round(v) for v in (bounds if upright else _swapped(bounds)))
    x0, y0, x1, y1 = max(0, x0), max(0, y0), min(page.shape[1], x1), min(page.shape[0], y1)
    up, up_shift = _followed(page, (x0, x1), y0, -1, round(_REACH * (y1 - y0)))
    down, down_shift = _followed(page, (x0, x1), y1, 1, round(_REACH * (y1 - y0)))
    x0, x1 = _sideways(page, (x0, x1), (y0, y1))
    left, right = min(0, up_shift, down_shift), max(0, up_shift, down_shift)
    grown = (float(x0 + left), float(min(y0, up)), float(x1 + right), float(max(y1, down)))
    return grown if upright else _swapped(grown)


def _sideways(page: Gray, columns: tuple[int, int], rows: tuple[int, int]) -> tuple[int, int]:
    """Return where bars end on both sides: gaps that blur or wear leave between them are passed."""
    (x0, x1), height = columns, rows[1] - rows[0]
    middle = page[rows[0] + height // 3 : rows[1] - height // 3 + 1].astype(np.float32)
    low, high = np.percentile(middle[:, x0:x1], (5, 95))
    means, spread = middle.mean(axis=0), middle.std(axis=0)
    level, even = (low + high) / 2, _EVEN * float(high - low)
    bars = np.flatnonzero((means < level) & (spread < even))
    for x in bars[bars >= x1].tolist():
        if x - x1 > _GAP * height:
            break
        x1 = x + 1
    for x in bars[bars < x0][::-1].tolist():
        if x0 - x > _GAP * height:
            break
        x0 = x
    return x0, x1


def _followed(
    page: Gray, columns: tuple[int, int], start: int, sign: int, reach: int
) -> tuple[int, int]:
    """Follow bars from a row upwards (-1) or downwards (1).

    Returns:
        The row where they end, and by how many pixels they stand to the right there.
    """
    x0, x1 = columns
    inside = start if sign < 0 else start - _BAND
    last = page[inside : inside + _BAND, x0:x1].mean(axis=0, dtype=np.float32)
    end, shift, lost = start, 0, 0
    for step in range(1, reach // _BAND + 2):
        y, left = inside + sign * step * _BAND, x0 + shift - _LAG
        row = page[max(0, y) : y + _BAND, max(0, left) : left + len(last) + 2 * _LAG]
        if y < 0 or row.shape != (_BAND, len(last) + 2 * _LAG):
            break
        band = row.mean(axis=0, dtype=np.float32)
        found = cv2.matchTemplate(band[None], last[None], cv2.TM_CCOEFF_NORMED).ravel()
        best = int(found.argmax())
        if float(found[best]) < _GOES_ON:
            lost += 1
            if lost > _LOST:
                break
            continue
        lost, shift = 0, shift + best - _LAG
        last = (last + band[best : best + len(last)]) / 2
        end = y if sign < 0 else y + _BAND
    return end, shift


def _swapped(bounds: Bounds) -> Bounds:
    return bounds[1], bounds[0], bounds[3], bounds[2]
