"""Outside its masks a page of the copy must look as the source does, turned upright."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.dossier import Doubt, Mask
from pipeline.geometry import Frame, Polygon, turn_pixels
from pipeline.verification.doubts import doubt

Pixels = NDArray[np.uint8]
Values = NDArray[np.float32]

# Pages are compared in cells of 4 x 4 pixels: the mean of a cell hardly feels JPEG coding or a
# coarser gray, and any stroke that is moved, lost or new changes several cells by a lot.
_CELL = 4
_GROW = 6
"""Pixels around a mask that are not compared: antialiasing and ringing of its edge."""
_HARD = 48
"""Levels by which a cell may differ through coding (four grays are 43 levels off at worst)."""
_FEWEST = 3
"""Cells that must differ side by side before it counts."""
_WINDOW = 8
"""Cells on a side of the window in which faint structure is compared."""
_FAINT = 5.0
"""Standard deviation in levels from which structure counts as more than noise."""
_ALIKE = 0.5
_ENOUGH = 0.4
"""Share of a window that must lie outside the masks."""
_MOST_REGIONS = 12


@dataclass(frozen=True, slots=True)
class PagePair:
    """One page of the copy beside its source.

    Attributes:
        frame: The upright grid at stored resolution.
        copy: RGB of the copy, in ``frame``.
        source: RGB of the source in its stored grid.
    """

    frame: Frame
    copy: Pixels = field(repr=False)
    source: Pixels = field(repr=False)

    def source_crop(self, x0: int, y0: int, x1: int, y1: int) -> Pixels:
        """Cut the same upright rectangle (in ``frame``) out of the source."""
        place = Polygon.from_bounds(self.frame, x0, y0, x1, y1).to(self.frame.source)
        left, top, right, bottom = (round(v) for v in place.bounds)
        return turn_pixels(self.source[top:bottom, left:right], self.frame.turn)


def check_fidelity(pair: PagePair, masks: Sequence[Mask]) -> list[Doubt]:
    """Report the regions outside the masks where the copy is not the source."""
    frame = pair.frame
    ours, theirs = _cells(pair.copy), _cells(turn_pixels(pair.source, frame.turn))
    if ours.shape != theirs.shape:
        return [doubt("page-size", frame.page)]
    outside = _outside(frame, masks, ours.shape[:2])
    different = (_hard_difference(ours, theirs) | _lost_structure(ours, theirs, outside)) & outside
    return [doubt("page-differs", frame.page, p) for p in _regions(different, frame)]


def _cells(pixels: Pixels) -> Pixels:
    # Repeating the last row and column makes whole cells, which are averaged far faster.
    down, across = (-side % _CELL for side in pixels.shape[:2])
    if down or across:
        pixels = np.asarray(
            cv2.copyMakeBorder(pixels, 0, down, 0, across, cv2.BORDER_REPLICATE), np.uint8
        )
    size = (pixels.shape[1] // _CELL, pixels.shape[0] // _CELL)
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def _outside(frame: Frame, masks: Sequence[Mask], shape: tuple[int, ...]) -> Pixels:
    outside = np.full(shape, 255, np.uint8)
    scale = 1 / _CELL
    for mask in masks:
        points = mask.polygon.to(frame).array() * scale
        corners = np.round(points * 16 - 8).astype(np.int32)
        thickness = 2 * math.ceil(_GROW / _CELL) + 1
        cv2.fillPoly(outside, [corners], (0,), shift=4)
        cv2.polylines(outside, [corners], True, (0,), thickness, shift=4)
    return outside


def _hard_difference(ours: Pixels, theirs: Pixels) -> Pixels:
    difference = np.asarray(cv2.absdiff(ours, theirs), np.uint8)
    most = np.maximum(np.maximum(difference[..., 0], difference[..., 1]), difference[..., 2])
    return np.where(most > _HARD, 255, 0).astype(np.uint8)


def _lost_structure(ours: Pixels, theirs: Pixels, outside: Pixels) -> Pixels:
    """Find windows whose faint structure (pencil, pale print) is not the source's.

    Only cells outside the masks take part; a window that is mostly mask says nothing.
    """
    valid = (outside > 0).astype(np.float32)
    weight = _mean(valid)
    share = np.maximum(weight, 1e-3)
    a = cv2.cvtColor(ours, cv2.COLOR_RGB2GRAY) * valid
    b = cv2.cvtColor(theirs, cv2.COLOR_RGB2GRAY) * valid
    mean_a, mean_b = _mean(a) / share, _mean(b) / share
    spread_a = np.maximum(_mean(a * a) / share - mean_a * mean_a, 0)
    spread_b = np.maximum(_mean(b * b) / share - mean_b * mean_b, 0)
    together = _mean(a * b) / share - mean_a * mean_b
    most = np.maximum(spread_a, spread_b)
    lost = (most > _FAINT**2) & (together < _ALIKE * most) & (weight > _ENOUGH)
    return np.where(lost, 255, 0).astype(np.uint8)


def _mean(values: Values) -> Values:
    return np.asarray(cv2.blur(values, (_WINDOW, _WINDOW)), np.float32)


def _regions(different: Pixels, frame: Frame) -> list[Polygon]:
    """Join neighbouring cells into rectangles in ``frame``; the biggest ones first."""
    solid = _drop_specks(different)
    near = cv2.dilate(solid, np.ones((5, 9), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(near, connectivity=8)
    boxes = sorted(stats[1:count].tolist(), key=lambda s: -int(s[cv2.CC_STAT_AREA]))
    return [
        Polygon.from_bounds(
            frame,
            x * _CELL,
            y * _CELL,
            min(frame.width, (x + w) * _CELL),
            min(frame.height, (y + h) * _CELL),
        )
        for x, y, w, h, _ in boxes[:_MOST_REGIONS]
    ]


def _drop_specks(different: Pixels) -> Pixels:
    count, labels, stats, _ = cv2.connectedComponentsWithStats(different, connectivity=8)
    big = np.zeros(count, np.uint8)
    big[1:] = np.where(stats[1:, cv2.CC_STAT_AREA] >= _FEWEST, 255, 0)
    return np.asarray(big[labels], np.uint8)
