"""Where a page may bear a code: blocks of modules and blocks of bars, by their edges alone.

A code is denser in edges than any writing. Modules have as many across as along, bars have them in
one direction only. The search works on the page at half size, averaged over cells of 8 x 8 stored
pixels; what it proposes is decoded elsewhere, and only what does not decode is looked at closely.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
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
_FEWEST_CHANGES, _FEWEST_CHANGES_HALF = 9.8, 9.0
"""Changes of tone along a row of modules: half of what the smallest QR code has modules, less some.

A single large character, which is as dense, has fewer.
"""
_BETWEEN = 0.02
"""Share of pixels between black and white below which a block is from a fax."""
_SQUARE = 0.43
"""Share of edges in two directions from which a block is made of squares.

Measured: worn codes 0.45 and more; writing, seals and faces on a fax 0.42 at most.
"""
_TONE_SCALE = 4
"""Stored pixels per pixel of the map of tone."""
_CLOSE = (3, 5, 9)
"""Gaps in a square of modules that are closed, in pixels of the map of tone: of small modules, of
large ones, and of those that a fax has torn."""
_TINY, _SQUARE_TINY = 80, 0.26
"""Side below which a square of modules must show its squares at least so much: pieces of a faxed
seal are as small, and as dark."""
_SMALLEST, _GREATEST = 40, 640
"""Sides of a square of modules."""
_SQUARE_SIDES = 1.43
"""Greatest ratio of the sides of a square that is worn at an edge or shown askew."""
_HALF_DARK = (0.4, 0.7)
"""Dark share of a square of modules: the masks of QR codes keep it near a half.

Measured: codes, worn, blurred and faxed ones too, 0.41 to 0.66; blocks of writing 0.35 at most.
"""
_RUN, _LARGE = 0.8, 130
"""Dark share that a square of modules may have on a fax, where ink has run; and the side from which
it may: characters of a heading are as dark, and smaller."""
_GRAIN, _PALE = 0.55, 90.0
"""Contrast that a block keeps when it is smoothed, per its own: paper's grain 0.43 at most, modules
0.69 and more; and that it has at most, in levels, where it is grain or the lines of a pattern."""
_BLURRED_CONTRAST, _BLURRED_CHANGES, _BLURRED_LARGEST = 40.0, 6.0, 320
"""Contrast of a blurred code in levels and changes of tone along its rows at least, and its side at
most."""
_DENSE, _DENSE_BARS = (0.3, 0.8), (0.2, 0.8)
"""Dark share of a block of modules, and of bars, which blur makes paler or closes."""
_STEEP = 0.2
"""Step between neighbouring pixels from which an edge is steep, per contrast."""
_BOTH_WAYS = 0.55
"""Steps in the lesser direction per those in the other: modules 0.7 and more, bars 0.4 at most."""


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


def squares(tone: Gray) -> list[Block]:
    """Propose where squares of modules stand: solid squares of ink, by whatever size of module.

    Args:
        tone: 1 where the upright page is darker than its paper, at quarter size, shape
            (height, width).
    """
    found: list[Block] = []
    for gap in _CLOSE:
        closed = cv2.morphologyEx(tone, cv2.MORPH_CLOSE, np.ones((gap, gap), np.uint8))
        opened = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((7, 7), np.uint8))
        count, _, stats, _ = cv2.connectedComponentsWithStats(opened, connectivity=8)
        for x, y, w, h, area in stats[1:count].tolist():
            sides = w * _TONE_SCALE, h * _TONE_SCALE
            if min(sides) < _SMALLEST or max(sides) > _GREATEST:
                continue
            if max(sides) > _SQUARE_SIDES * min(sides):
                continue
            x0, y0 = x * _TONE_SCALE, y * _TONE_SCALE
            corner = (x0, y0, x0 + sides[0], y0 + sides[1])
            if not any(_same(block, corner) for block in found):
                found.append(Block(*corner, bars=False, fill=area / (w * h)))
    return found


def _same(block: Block, corner: tuple[int, int, int, int]) -> bool:
    own = (block.x0, block.y0, block.x1, block.y1)
    return sum(abs(a - b) for a, b in zip(own, corner, strict=True)) <= 2 * _TONE_SCALE


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


def is_dense(crop: Gray, block: Block) -> bool:
    """Whether a block has as much ink as a code has; writing has less.

    Args:
        crop: The block alone, gray, at stored size.
        block: The proposal.
    """
    least, most = _DENSE_BARS if block.bars else _DENSE
    return least < float(_dark(crop).mean()) < most


def has_finders(crop: Gray, block: Block) -> bool:
    """Whether a block shows the finder patterns of a QR code, two of the three at least.

    Args:
        crop: The block with :data:`MARGIN` pixels around it, gray, at stored size.
        block: The proposal.
    """
    if not _is_square(block, _SQUARE_SIDES) or block.fill < 0.55:
        return False
    dark = _dark(crop)
    side = max(block.width, block.height)
    fax = _is_fax(crop)
    # On a fax the edges fray.
    shapes = (dark, np.asarray(cv2.medianBlur(dark, 5), np.uint8)) if fax else (dark,)
    if max(_finders(shape, side) for shape in shapes) >= 2:
        return True
    return _finders(_darker_than_near(crop, side, 10), side) >= 2


def is_modules(inner: Gray, block: Block) -> bool:
    """Whether a block looks like a square of modules: half of it dark, in many pieces.

    Args:
        inner: The block alone, gray, at stored size.
        block: The proposal.
    """
    if block.fill <= 0.8 or not _is_square(block, 1.25) or not _both_ways(inner):
        return False
    if _is_grain(inner):
        return False
    side = max(block.width, block.height)
    blurred = _is_square(block, 1.11) and _is_blurred(inner)
    # In a blurred code the light between its modules is darker than paper.
    dark = _darker_than_near(inner, side, 4) if blurred else _dark(inner)
    squareness, changes = _squareness(inner), max(_changes(_dark(inner)), _changes(dark))
    if changes >= _FEWEST_CHANGES and squareness > _SQUARE:
        return True
    run = side >= _LARGE and _is_fax(inner)
    if not _HALF_DARK[0] <= float(dark.mean()) <= (_RUN if run else _HALF_DARK[1]):
        return False
    if side < _TINY:
        return changes >= _FEWEST_CHANGES_HALF and squareness > _SQUARE_TINY
    return changes >= _FEWEST_CHANGES_HALF


def is_blurred_square(inner: Gray, block: Block) -> bool:
    """Whether a solid square is so blurred that its modules have run together, but no plain patch.

    Args:
        inner: The block alone, gray, at stored size.
        block: The proposal.
    """
    side = max(block.width, block.height)
    if block.fill <= 0.55 or not _TINY <= side <= _BLURRED_LARGEST or not _both_ways(inner):
        return False
    low, high = np.percentile(inner, (10, 90))
    if (
        not _is_square(block, 1.25)
        or float(high - low) < _BLURRED_CONTRAST
        or not _is_blurred(inner)
    ):
        return False
    return _changes(_darker_than_near(inner, side, 4)) >= _BLURRED_CHANGES


def _is_grain(inner: Gray) -> bool:
    """Whether what makes a block dense are single pixels, as of grainy paper."""
    smooth = cv2.GaussianBlur(inner, (0, 0), 2)
    low, high = np.percentile(inner, (10, 90))
    least, most = np.percentile(smooth, (10, 90))
    return float(high - low) < _PALE and float(most - least) < _GRAIN * float(high - low)


def _is_blurred(inner: Gray) -> bool:
    """Whether no edge is steep."""
    step = float(np.percentile(cv2.absdiff(inner[:, 1:], inner[:, :-1]), 99))
    low, high = np.percentile(inner, (5, 95))
    return step < _STEEP * float(high - low)


def _is_fax(crop: Gray) -> bool:
    """Whether there is little between black and white."""
    return float(((crop > 40) & (crop < 215)).mean()) < _BETWEEN


def _is_square(block: Block, ratio: float) -> bool:
    return max(block.width, block.height) < ratio * min(block.width, block.height)


def _dark(crop: Gray) -> Gray:
    _, dark = cv2.threshold(crop, 0, 1, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
    return np.asarray(dark, np.uint8)


def _darker_than_near(crop: Gray, side: int, levels: int) -> Gray:
    """Return what is darker than close by: in a blurred code even its light is darker than paper.

    Args:
        crop: Gray.
        side: That of the code, in pixels.
        levels: By how much darker.
    """
    around = max(3, side // 8) | 1
    near = cv2.adaptiveThreshold(
        crop, 1, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, around, levels
    )
    return np.asarray(near, np.uint8)


def _both_ways(inner: Gray) -> bool:
    """Whether a block changes as much down as across, as modules do and bars do not."""
    smooth = cv2.GaussianBlur(inner, (5, 5), 1.2).astype(np.float32)
    across = float(np.abs(np.diff(smooth, axis=1)).mean())
    down = float(np.abs(np.diff(smooth, axis=0)).mean())
    return min(across, down) > _BOTH_WAYS * max(across, down)


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
