"""Where a page may bear a code: blocks of modules and blocks of bars, by their edges alone.

A code is denser in edges than any writing. Modules have as many across as along, bars have them in
one direction only. The search works on the page at half size, averaged over cells of 8 x 8 stored
pixels; what it proposes is decoded elsewhere, and only what does not decode is looked at closely.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Gray = NDArray[np.uint8]
Contour = NDArray[Any]

MARGIN = 24
"""Pixels around a block that are looked at with it."""

_CELL = 4
"""Pixels of the half-size page on a side of a cell."""
_MODULES, _BARS = (0.045, 0.09, 0.15), 0.06
"""Mean step between neighbouring pixels of a block, per contrast of the page.

Of modules there are three: faint and blurred ones show at the first only, and print that stands
close to a code is taken for a part of it at all but the last.
"""
_ONE_WAY = 0.4
"""The other direction's steps in a block of bars, per its own."""
_LONGEST = 5.0
"""Greatest ratio of the sides of a block of modules; some are flat."""
_SAME_ROW = 0.6
"""Correlation from which two rows of a block bear the same bars."""
_FEWEST_CHANGES = 9.8
"""Changes of tone along a row of modules: half of what the smallest QR code has modules, less some.

A single large character, which is as dense, has fewer.
"""
_BETWEEN = 0.02
"""Share of pixels between black and white below which a block is from a fax."""
_SQUARE = 0.43
"""Share of edges in two directions from which a block is made of squares.

Measured: worn codes 0.45 and more; writing, seals and faces on a fax 0.42 at most.
"""
_FEWEST_RUNS = 20
"""Bars and gaps of the shortest bar code."""


@dataclass(frozen=True, slots=True)
class Block:
    """A place that may be a code, in pixels of the upright page.

    Attributes:
        x0: Left.
        y0: Top.
        x1: Right.
        y1: Bottom.
        bars: Bars in one direction; otherwise modules.
        upright: The bars stand; False where they lie.
        fill: Share of its rectangle that is dense.
    """

    x0: int
    y0: int
    x1: int
    y1: int
    bars: bool
    upright: bool = True
    fill: float = 1.0

    @property
    def width(self) -> int:
        """In pixels."""
        return self.x1 - self.x0

    @property
    def height(self) -> int:
        """In pixels."""
        return self.y1 - self.y0


def blocks(half: Gray) -> list[Block]:
    """Propose where codes may be.

    Args:
        half: The upright page at half size, gray, shape (height, width).
    """
    height, width = half.shape[0] // _CELL, half.shape[1] // _CELL
    whole = half[: height * _CELL, : width * _CELL]
    across, along = _steps(whole, 1), _steps(whole, 0)
    tones = whole[::_CELL, ::_CELL]
    contrast = max(50.0, float(np.percentile(tones, 80)) - float(np.percentile(tones, 0.5)))
    both = np.minimum(across, along)
    standing = (across > _BARS * contrast) & (along < _ONE_WAY * across)
    lying = (along > _BARS * contrast) & (across < _ONE_WAY * along)
    return [
        *(b for t in _MODULES for b in _dense(both > t * contrast, (7, 7), bars=False)),
        *_dense(standing, (9, 4), bars=True),
        *_dense(lying, (4, 9), bars=True, upright=False),
    ]


def _steps(whole: Gray, axis: int) -> NDArray[np.float32]:
    """Return the mean step between neighbours along an axis in each cell."""
    step = np.zeros_like(whole)
    if axis:
        cv2.absdiff(whole[:, 1:], whole[:, :-1], dst=step[:, 1:])
    else:
        cv2.absdiff(whole[1:], whole[:-1], dst=step[1:])
    # Twice by two: four times as fast as once by four.
    for _ in range(2):
        size = (step.shape[1] // 2, step.shape[0] // 2)
        step = np.asarray(cv2.resize(step, size, interpolation=cv2.INTER_AREA), np.uint8)
    return step.astype(np.float32)


def _dense(
    cells: NDArray[np.bool_], least: tuple[int, int], *, bars: bool, upright: bool = True
) -> Iterator[Block]:
    """Yield blocks of cells that hold a full rectangle of ``least`` (width, height) cells."""
    closed = cv2.morphologyEx(cells.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    opened = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones(least[::-1], np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(opened, connectivity=8)
    pixels = 2 * _CELL
    for x, y, w, h, area in stats[1:count].tolist():
        if max(w, h) <= _LONGEST * min(w, h) or bars:
            yield Block(
                x * pixels,
                y * pixels,
                (x + w) * pixels,
                (y + h) * pixels,
                bars,
                upright,
                area / (w * h),
            )


def is_dense(crop: Gray) -> bool:
    """Whether a block has as much ink as a code has; writing has less.

    Args:
        crop: The block alone, gray, at stored size.
    """
    _, dark = cv2.threshold(crop, 0, 1, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
    return 0.3 < float(dark.mean()) < 0.75


def is_bars(crop: Gray, *, upright: bool) -> bool:
    """Whether a block shows the same row of bars of several widths from top to bottom.

    Args:
        crop: The block alone, gray, at stored size.
        upright: The bars stand.
    """
    rows = (crop if upright else cv2.transpose(crop)).astype(np.float32)
    height, width = rows.shape
    if height < 16 or width < 48:
        return False
    places = np.linspace(0.12, 0.88, 6) * (height - 3)
    profiles = [rows[int(y) : int(y) + 3].mean(axis=0) for y in places]
    lag = 2 + round(0.2 * height / len(profiles))
    alike = [_alike(a, b, lag) for a, b in pairwise(profiles)]
    if min(alike) < _SAME_ROW:
        return False
    profile = profiles[len(profiles) // 2]
    dark = profile < (np.percentile(profile, 5) + np.percentile(profile, 95)) / 2
    runs = np.diff(np.flatnonzero(np.diff(dark.astype(np.int8))))
    # Hatching and combs of equal teeth are no code.
    return len(runs) >= _FEWEST_RUNS and float(np.percentile(runs, 85)) >= 1.6 * float(
        np.percentile(runs, 15)
    )


def _alike(one: NDArray[np.float32], other: NDArray[np.float32], lag: int) -> float:
    """Return the best correlation of two rows, one shifted by up to ``lag`` pixels."""
    inner = one[lag:-lag] - one[lag:-lag].mean()
    found = cv2.matchTemplate(other[None], inner[None] + 128, cv2.TM_CCOEFF_NORMED)
    return float(found.max())


def is_modules(crop: Gray, block: Block) -> bool:
    """Whether a block shows a square of modules: by its finder patterns, or by its squares.

    Args:
        crop: The block with :data:`MARGIN` pixels around it, gray, at stored size.
        block: The proposal.
    """
    squarish = 0.7 < block.width / block.height < 1.43
    if not squarish or block.fill < 0.55:
        return False
    _, dark = cv2.threshold(crop, 0, 1, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
    side = max(block.width, block.height)
    fax = float(((crop > 40) & (crop < 215)).mean()) < _BETWEEN
    # On a fax the edges fray.
    shapes = (dark, cv2.medianBlur(dark, 5)) if fax else (dark,)
    if max(_finders(np.asarray(shape, np.uint8), side) for shape in shapes) >= 2:
        return True
    # In a blurred code the light between the modules is darker than paper: compare close by.
    around = max(3, side // 8) | 1
    near = cv2.adaptiveThreshold(
        crop, 1, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, around, 10
    )
    if _finders(np.asarray(near, np.uint8), side) >= 2:
        return True
    inner = dark[MARGIN:-MARGIN, MARGIN:-MARGIN]
    dense = block.fill > 0.8 and _changes(inner) >= _FEWEST_CHANGES
    return dense and _squareness(crop[MARGIN:-MARGIN, MARGIN:-MARGIN]) > _SQUARE


def _squareness(crop: Gray) -> float:
    """Return the share of its edges that run within 7 degrees of two directions at right angles."""
    smooth = cv2.GaussianBlur(crop, (3, 3), 0.8).astype(np.float32)
    strength, angle = cv2.cartToPolar(
        cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1)
    )
    edges = strength > 0.25 * np.percentile(strength, 98)
    steps = (np.rad2deg(angle[edges]) / 5).astype(np.int64) % 18
    sums = np.bincount(steps, weights=strength[edges], minlength=18)
    together = sums + np.roll(sums, 1) + np.roll(sums, -1)
    return float(together.max()) / max(1e-6, float(sums.sum()))


def _changes(dark: NDArray[Any]) -> float:
    """Return how often a row or a column changes between dark and light, the lesser mean."""
    steps = dark.astype(np.int8)
    rows = np.abs(np.diff(steps, axis=1)).sum(axis=1).mean()
    return float(min(rows, np.abs(np.diff(steps, axis=0)).sum(axis=0).mean()))


def _finders(dark: Gray, side: int) -> int:
    """Count finder patterns of QR codes: a dark square in a light one in a dark one, 3 to 5 to 7.

    The three outlines lie in one another; they need not be straight, only of the right sizes.
    """
    contours, tree = cv2.findContours(dark, cv2.RETR_TREE, cv2.CHAIN_APPROX_SIMPLE)
    if not contours:
        return 0
    links = tree[0]
    found = 0
    for number, link in enumerate(links):
        hole = link[2]
        if link[3] >= 0 and links[link[3]][3] >= 0:
            continue
        while hole >= 0:
            core = links[hole][2]
            if core >= 0 and links[core][2] < 0 and links[core][0] < 0:
                found += _nested(contours[number], contours[hole], contours[core], side)
            hole = links[hole][0]
    return found


def _nested(outer: Contour, hole: Contour, core: Contour, side: int) -> bool:
    boxes = [cv2.boundingRect(c) for c in (outer, hole, core)]
    (ox, oy, ow, oh), (_, _, hw, hh), (cx, cy, cw, ch) = boxes
    size = (ow + oh) / 2
    if not 0.08 * side < size < 0.5 * side or not 0.75 < ow / oh < 1.34:
        return False
    if abs(ox + ow / 2 - cx - cw / 2) + abs(oy + oh / 2 - cy - ch / 2) > 0.2 * size:
        return False
    return 0.56 < (hw + hh) / 2 / size < 0.88 and 0.3 < (cw + ch) / 2 / size < 0.58
