"""Single characters of the original looked for at the same place of the masked copy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import cv2
import numpy as np

from pipeline.geometry import Polygon
from pipeline.verification.pair.ink import Inks
from pipeline.verification.pair.nouns import Gray, Mask

Bounds = tuple[int, int, int, int]

_INKED = 0.4
_FEWEST = 6
_PAD = 3
_REACH = 0.1
_SOFT = 1.0
_RULE, _THICK = 2.4, 0.3
"""Length of a rule and greatest thickness, in heights of a character."""
_RIM = 0.15
_NOTHING = 0.04
_FEWEST_FREE, _FREE_INK = 60, 0.5


@dataclass(frozen=True, slots=True)
class Look:
    """How far the masked copy shows what the original shows at a place.

    Attributes:
        bounds: The place, in the grid: x0, y0, x1, y1.
        alike: Normalised correlation at the best small shift, -1 to 1.
        contrast: Contrast of the masked copy there, as a share of the original's.
    """

    bounds: Bounds
    alike: float
    contrast: float


@dataclass(frozen=True, slots=True)
class Glass:
    """Two registered pages, softened a little, in which places are looked at."""

    inks: Inks
    original: Gray = field(repr=False)
    masked: Gray = field(repr=False)
    print: Mask = field(repr=False)
    other_print: Mask = field(repr=False)

    @classmethod
    def of(cls, inks: Inks) -> Glass:
        """Soften both pages: two scans are never equally sharp.

        ``print`` is the original's ink without the rules of tables and slots, which both pages show
        whatever stands between them; ``other_print`` is the masked copy's.
        """
        return cls(
            inks,
            _soft(inks.original),
            _soft(inks.masked),
            _without_rules(inks.original > _INKED, inks.line),
            _without_rules((inks.masked > _INKED) & ~inks.covered, inks.line),
        )

    def trimmed(self, polygon: Polygon) -> Bounds | None:
        """Return the box of the original's ink in a place, None where there is none."""
        x0, y0, x1, y1 = polygon.to(self.inks.pages.grid).pixel_bounds()
        ink = self.print[y0:y1, x0:x1]
        if int(ink.sum()) < _FEWEST:
            return None
        rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
        height, width = self.original.shape
        return (
            max(0, x0 + int(columns[0]) - _PAD),
            max(0, y0 + int(rows[0]) - _PAD),
            min(width, x0 + int(columns[-1]) + 1 + _PAD),
            min(height, y0 + int(rows[-1]) + 1 + _PAD),
        )

    def look(self, bounds: Bounds, reach: int | None = None) -> Look:
        """Compare one place, allowing a shift of ``reach`` pixels."""
        return compare(self.original, self.masked, bounds, reach or self.reach)

    def free_share(self, bounds: Bounds) -> float:
        """Return how much of a place both pages have and no patch covers or touches."""
        rim = max(2, round(_RIM * self.inks.line))
        x0, y0, x1, y1 = bounds
        covered = self.inks.covered[max(0, y0 - rim) : y1 + rim, max(0, x0 - rim) : x1 + rim]
        valid = self.inks.pages.valid[y0:y1, x0:x1]
        return float(min(valid.mean(), 1 - covered.mean())) if valid.size else 0.0

    def covered_share(self, bounds: Bounds) -> float:
        """Return how much of a place a patch covers."""
        x0, y0, x1, y1 = bounds
        covered = self.inks.covered[y0:y1, x0:x1]
        return float(covered.mean()) if covered.size else 0.0

    def mirrored(self) -> Glass:
        """Return the same with the pages' parts exchanged."""
        inks = replace(self.inks, original=self.inks.masked, masked=self.inks.original)
        return Glass(inks, self.masked, self.original, self.other_print, self.print)

    def seen_beside_patch(self, bounds: Bounds) -> float:
        """Return how far the part of a place that a patch leaves free is the original's.

        0 where no patch cuts the place, or where less than half of its ink is free.
        """
        x0, y0, x1, y1 = bounds
        rim = max(2, round(_RIM * self.inks.line / 2))
        left, top = max(0, x0 - rim), max(0, y0 - rim)
        covered = self.inks.covered[top : y1 + rim, left : x1 + rim].astype(np.uint8)
        if not covered.any():
            return 0.0
        near = cv2.dilate(covered, np.ones((2 * rim + 1,) * 2, np.uint8)) > 0
        free = ~near[y0 - top : y1 - top, x0 - left : x1 - left]
        ours = self.original[y0:y1, x0:x1]
        ink = float(ours.sum())
        if free.sum() < _FEWEST_FREE or float(ours[free].sum()) < _FREE_INK * ink:
            return 0.0
        best = 0.0
        for dy in range(-self.reach, self.reach + 1):
            for dx in range(-self.reach, self.reach + 1):
                theirs = self.masked[y0 + dy : y1 + dy, x0 + dx : x1 + dx]
                if theirs.shape != ours.shape:
                    continue
                a, b = ours[free], theirs[free]
                if a.std() > _NOTHING and b.std() > _NOTHING:
                    best = max(best, float(np.corrcoef(a, b)[0, 1]))
        return best

    @property
    def reach(self) -> int:
        """How many pixels registration may be off."""
        return max(2, round(_REACH * self.inks.line))


def compare(original: Gray, masked: Gray, bounds: Bounds, reach: int) -> Look:
    """Compare one place of two grids of ink, allowing a shift of ``reach`` pixels."""
    x0, y0, x1, y1 = bounds
    ours = original[y0:y1, x0:x1]
    left, top = max(0, x0 - reach), max(0, y0 - reach)
    around = masked[top : y1 + reach, left : x1 + reach]
    spread = float(ours.std())
    if spread < _NOTHING or around.std() < 1e-4:
        return Look(bounds, 0.0, 0.0)
    score = cv2.matchTemplate(around, ours, cv2.TM_CCOEFF_NORMED)
    _, best, _, (x, y) = cv2.minMaxLoc(score)
    theirs = around[y : y + ours.shape[0], x : x + ours.shape[1]]
    return Look(bounds, float(np.clip(best, -1, 1)), float(theirs.std()) / spread)


def windows(polygon: Polygon, glass: Glass) -> Iterator[Bounds]:
    """Yield windows as large as a character over a place that was not read, where it has ink."""
    grid = glass.inks.pages.grid
    x0, y0, x1, y1 = polygon.to(grid).pixel_bounds()
    side = max(12, round(glass.inks.line))
    for top in _steps(y0, y1, side):
        for left in _steps(x0, x1, side):
            box = Polygon.from_bounds(grid, left, top, min(x1, left + side), min(y1, top + side))
            trimmed = glass.trimmed(box)
            if trimmed is not None:
                yield trimmed


def _steps(first: int, last: int, side: int) -> Sequence[int]:
    return range(first, max(first + 1, last - side // 2), side)


def _without_rules(ink: Mask, line: float) -> Mask:
    """Take long straight lines out of a page's ink."""
    whole = ink.astype(np.uint8)
    long, thick = round(_RULE * line), max(5, round(_THICK * line))
    solid = cv2.morphologyEx(whole, cv2.MORPH_OPEN, np.ones((thick, thick), np.uint8))
    rules = np.zeros_like(whole)
    for size, slack in (((1, long), (3, 1)), ((long, 1), (1, 3))):
        # A scan is never quite straight: a line may climb by a few pixels on its way.
        wide = cv2.dilate(whole, np.ones(slack, np.uint8))
        rules |= cv2.morphologyEx(wide, cv2.MORPH_OPEN, np.ones(size, np.uint8)).astype(np.uint8)
    rules = (cv2.dilate(rules, np.ones((3, 3), np.uint8)) > 0) & (solid == 0)
    return np.asarray(ink & ~rules)


def _soft(ink: Gray) -> Gray:
    return np.asarray(cv2.GaussianBlur(ink, (0, 0), _SOFT), np.float32)
