"""Ink that one of two registered pages has and the other has not, outside the masks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.geometry import Polygon
from pipeline.verification.pair.ink import Inks
from pipeline.verification.pair.nouns import Gray, Mask

_INK, _NO_INK = 0.55, 0.25
_TOLERANCE = 0.1
"""How far off ink may lie, in heights of a character (3 pixels in print at 200 dpi)."""
_JOIN = 0.35
_REACH = 0.16
_FEWEST = 4
_RIM = 0.28
_EDGE = 10


@dataclass(frozen=True, slots=True)
class Change:
    """Ink that was lost or is new.

    Attributes:
        bounds: x0, y0, x1, y1 in the grid.
        lost: Area of ink that only the original has, in squared heights of a character.
        new: Area of ink that only the masked copy has.
        ink: Area of the original's ink around it.
    """

    bounds: tuple[int, int, int, int]
    lost: float
    new: float
    ink: float

    @property
    def area(self) -> float:
        """All of it."""
        return self.lost + self.new


def find_changes(inks: Inks) -> list[Change]:
    """Return what was lost and what is new outside the patches of the masked copy."""
    free = _outside(inks)
    lost, new = _compare(inks.original, inks.masked, inks.line)
    lost, new = lost & free, new & free
    side = max(3, round(_JOIN * inks.line)) | 1
    joined = cv2.dilate((lost | new).astype(np.uint8), np.ones((side, side), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    found: list[Change] = []
    for number in range(1, count):
        x, y, w, h = (int(v) for v in stats[number, :4])
        own = labels[y : y + h, x : x + w] == number
        if int(((lost | new)[y : y + h, x : x + w] & own).sum()) >= _FEWEST:
            found.extend(_looked_at_again(inks, free, (x, y, x + w, y + h)))
    return found


def _outside(inks: Inks) -> Mask:
    """Where the pages are compared: on the paper of both, and not at the rim of a patch."""
    rim = max(3, round(_RIM * inks.line))
    covered = cv2.dilate(inks.covered.astype(np.uint8), np.ones((2 * rim + 1,) * 2, np.uint8))
    edge = np.ones((2 * _EDGE + 1,) * 2, np.uint8)
    valid = cv2.erode(inks.pages.valid.astype(np.uint8), edge, borderValue=(0,))
    return np.asarray((covered == 0) & (valid > 0))


def _compare(original: Gray, masked: Gray, line: float) -> tuple[Mask, Mask]:
    reach = 2 * max(2, round(_TOLERANCE * line)) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    lost = (original > _INK) & (cv2.dilate(masked, disc) < _NO_INK)
    new = (masked > _INK) & (cv2.dilate(original, disc) < _NO_INK)
    return lost, new


def _looked_at_again(inks: Inks, free: Mask, bounds: tuple[int, int, int, int]) -> Iterator[Change]:
    """Shift the masked copy a little to where it fits best, and compare that place again."""
    line = inks.line
    pad, reach = round(0.5 * line), max(2, round(_REACH * line))
    height, width = inks.original.shape
    x0, y0 = max(0, bounds[0] - pad), max(0, bounds[1] - pad)
    x1, y1 = min(width, bounds[2] + pad), min(height, bounds[3] + pad)
    ours = inks.original[y0:y1, x0:x1]
    around = inks.masked[max(0, y0 - reach) : y1 + reach, max(0, x0 - reach) : x1 + reach]
    best: tuple[float, Mask, Mask] | None = None
    for dx, dy in _shifts(ours, around, (x0 - max(0, x0 - reach), y0 - max(0, y0 - reach))):
        theirs = around[dy : dy + ours.shape[0], dx : dx + ours.shape[1]]
        if theirs.shape != ours.shape:
            continue
        lost, new = _compare(ours, theirs, line)
        lost, new = lost & free[y0:y1, x0:x1], new & free[y0:y1, x0:x1]
        amount = float(lost.sum() + new.sum())
        if best is None or amount < best[0]:
            best = amount, lost, new
    if best is None or best[0] < _FEWEST:
        return
    spots = np.argwhere(best[1] | best[2])
    (top, left), (bottom, right) = spots.min(axis=0), spots.max(axis=0) + 1
    unit = line * line
    ink = float((ours[top:bottom, left:right] > _INK).sum())
    yield Change(
        (x0 + int(left), y0 + int(top), x0 + int(right), y0 + int(bottom)),
        float(best[1].sum()) / unit,
        float(best[2].sum()) / unit,
        ink / unit,
    )


def _shifts(ours: Gray, around: Gray, still: tuple[int, int]) -> list[tuple[int, int]]:
    """Return the shifts worth trying: none, and the one that correlates best."""
    if around.shape[0] < ours.shape[0] or around.shape[1] < ours.shape[1] or ours.std() < 0.02:
        return [still]
    score = cv2.matchTemplate(around, ours, cv2.TM_CCOEFF_NORMED)
    _, _, _, best = cv2.minMaxLoc(score)
    return [still, (int(best[0]), int(best[1]))]


def polygon_of(inks: Inks, bounds: tuple[int, int, int, int]) -> Polygon:
    """Return a rectangle of the grid."""
    return Polygon.from_bounds(inks.pages.grid, *bounds)
