"""What bars look like: one row of several widths that stands in a block from top to bottom.

What runs over bars, a scratch or the stroke of a pen, hides them in some rows only; the middle one
of many rows shows them whole, and can be decoded where no single row can.
"""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

Gray = NDArray[np.uint8]

_SAME_ROW = 0.6
"""Correlation from which a row bears the bars of the whole block."""
_FEWEST_RUNS = ((0.97, 18), (0.93, 20), (0.75, 32), (0.0, 36))
"""Bars and gaps of a bar code, by how alike its rows are at least, the middle one of them.

Measured: worn and blurred codes 0.62 and more with 43 bars and gaps; heavy headings 0.9 at most,
with 29 at most.
"""
_BEARING = 0.6
"""Share of a block's rows that bear its bars; scratches and spots hide them in the others."""
_GUARD, _GUARD_CHANGES, _GUARD_ALIKE = 0.1, 4, 0.8
"""Share of the width of stacked rows that their first and last bars take at least, how often these
change, and the correlation of the rows there."""
_PALE = 0.34
"""Dark share of a block below which its rows must be wholly alike."""
_FINE = 4
"""Parts of a pixel by which rows are set straight: thin bars are little wider than one."""
_LEFT = (
    "0001101", "0011001", "0010011", "0111101", "0100011",
    "0110001", "0101111", "0111011", "0110111", "0001011",
)  # fmt: skip
"""Modules of an EAN-13's digits left of its middle; turned round and inverted in other places."""
_PARITY = "LGGLGL"
"""Which of two ways each left digit is drawn when the number begins with 9."""
_MODULES = 95
_BLUR = 0.75
"""Modules across which a code is blurred that cannot be decoded."""
_SPOKEN = 0.92
"""Correlation from which blurred bars are those of a number.

Measured: the number's own bars, blurred, 0.97 and more; those of numbers with other digits 0.85 at
most; a Code 128 0.37 at most.
"""


def row_of_bars(crop: Gray, *, upright: bool) -> Gray | None:
    """Return the one row of bars of several widths that most rows of a block show, if they do.

    The bars may stand askew. What runs over them, a scratch or a stroke, is not in the row.

    Args:
        crop: The block alone, gray, at stored size.
        upright: The bars stand.

    Returns:
        One gray row of shape (1, width), or None when the block shows no bars.
    """
    middle = _levelled(crop, upright=upright)
    if middle is None:
        return None
    profile = np.median(middle, axis=0)
    alike = _alike(middle, profile)
    if float(np.mean(alike >= _SAME_ROW)) < _BEARING:
        return None
    dark = profile < (np.percentile(profile, 5) + np.percentile(profile, 95)) / 2
    runs = np.diff(np.flatnonzero(np.diff(dark.astype(np.int8))))
    # Pale blocks are lines of a pattern, and columns of writing, unless all their rows are alike.
    if float(np.median(alike)) < _FEWEST_RUNS[0][0] and _is_pale(crop):
        return None
    # Hatching, fences and combs of equal teeth are no code.
    fewest = next(count for least, count in _FEWEST_RUNS if np.median(alike) >= least)
    if len(runs) < fewest or all(_even(some) for some in (runs[::2], runs[1::2])):
        return None
    size = (len(profile) // _FINE, 1)
    row = cv2.resize(profile[None], size, interpolation=cv2.INTER_AREA)
    return np.asarray(row.clip(0, 255), np.uint8)


def ends_in_bars(crop: Gray, *, upright: bool) -> bool:
    """Return whether a block begins and ends with bars that stand from its top to its bottom.

    So do codes of stacked rows, PDF417, between whose ends each row has bars of its own.

    Args:
        crop: The block alone, gray, at stored size.
        upright: Its rows run from left to right.
    """
    middle = _levelled(crop, upright=upright)
    if middle is None:
        return False
    profile = np.median(middle, axis=0)
    level = (np.percentile(profile, 5) + np.percentile(profile, 95)) / 2
    inked = np.flatnonzero(profile < level)
    if not len(inked):
        return False
    first, last = int(inked[0]), int(inked[-1]) + 1
    width = round(_GUARD * (last - first))
    for start in (first, last - width):
        end = middle[:, start : start + width]
        own = np.median(end, axis=0)
        changes = int(np.abs(np.diff((own < level).astype(np.int8))).sum())
        if changes < _GUARD_CHANGES or float(np.median(_alike(end, own))) < _GUARD_ALIKE:
            return False
    return True


def count_bars(row: Gray) -> int:
    """Return how many bars a row of them has.

    Args:
        row: What :func:`row_of_bars` returns.
    """
    levels = np.percentile(row, 5), np.percentile(row, 95)
    dark = np.r_[0, row[0] < sum(levels) / 2, 0].astype(np.int8)
    return int((np.diff(dark) > 0).sum())


def says(row: Gray, digits: str) -> bool:
    """Return whether bars too blurred to be decoded can be those of a number.

    Args:
        row: What :func:`row_of_bars` returns.
        digits: How an EAN-13 begins, from 9 on, at least as far as its left half.
    """
    modules = _modules(digits)
    fine = np.repeat(255 * (1 - modules), 8)[None].astype(np.float32)
    fine = np.asarray(cv2.GaussianBlur(fine, (0, 0), 8 * _BLUR), np.float32)
    found = row.astype(np.float32)
    width = found.shape[1]
    for whole in np.arange(0.72 * width, 1.03 * width):
        length = round(float(whole) * len(modules) / _MODULES)
        if length < width:
            wanted = cv2.resize(fine, (length, 1), interpolation=cv2.INTER_AREA)
            if float(cv2.matchTemplate(found, wanted, cv2.TM_CCOEFF_NORMED).max()) >= _SPOKEN:
                return True
    return False


def _modules(digits: str) -> NDArray[np.float32]:
    """Bars (1) and gaps (0) of an EAN-13 from its left guard to the last digit that is known."""
    other = str.maketrans("01", "10")
    left = [
        _LEFT[int(digit)] if way == "L" else _LEFT[int(digit)].translate(other)[::-1]
        for digit, way in zip(digits[1:7], _PARITY, strict=True)
    ]
    right = [_LEFT[int(digit)].translate(other) for digit in digits[7:]]
    return np.array([int(bit) for bit in "".join(["101", *left, "01010", *right])], np.float32)


def _is_pale(crop: Gray) -> bool:
    _, dark = cv2.threshold(crop, 0, 1, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
    return float(dark.mean()) < _PALE


def _even(widths: NDArray[np.intp]) -> bool:
    return bool(np.percentile(widths, 85) < 1.6 * np.percentile(widths, 15))


def _levelled(crop: Gray, *, upright: bool) -> NDArray[np.float32] | None:
    """Return nine rows of a block set straight, in quarters of a pixel; None for a small block."""
    rows = (crop if upright else cv2.transpose(crop)).astype(np.float32)
    height, width = rows.shape
    if height < 16 or width < 48:
        return None
    places = np.linspace(0.08, 0.92, 9) * (height - 3)
    bands = np.stack([rows[int(y) : int(y) + 3].mean(axis=0) for y in places])
    bands = np.asarray(cv2.resize(bands, None, fx=_FINE, fy=1), np.float32)
    middle = _straight(bands, _shifts(bands, _FINE * (2 + round(0.4 * height / len(bands)))))
    return middle if middle.shape[1] >= 40 * _FINE else None


def _shifts(bands: NDArray[np.float32], lag: int) -> int:
    """Return by how many pixels each row of bars stands to the right of the row above it.

    It is the shift at which neighbouring rows are most alike, all pairs taken together.
    """
    scores = np.zeros(2 * lag + 1)
    for one, other in pairwise(bands):
        inner = one[lag:-lag] - one[lag:-lag].mean()
        found = cv2.matchTemplate(other[None], inner[None] + 128, cv2.TM_CCOEFF_NORMED)
        scores += found.ravel()
    return int(scores.argmax()) - lag


def _alike(bands: NDArray[np.float32], profile: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the correlation of each row with one; 0 for a row without any contrast."""
    rows = bands - bands.mean(axis=1, keepdims=True)
    one = profile - profile.mean()
    norms = np.linalg.norm(rows, axis=1) * np.linalg.norm(one)
    return np.asarray(rows @ one / np.maximum(norms, 1e-3), np.float32)


def _straight(bands: NDArray[np.float32], shift: int) -> NDArray[np.float32]:
    """Return the rows with the same bars below one another."""
    count, width = bands.shape
    most = abs(shift) * (count - 1)
    first = most if shift < 0 else 0
    return np.stack(
        [band[first + n * shift : first + n * shift + width - most] for n, band in enumerate(bands)]
    )
