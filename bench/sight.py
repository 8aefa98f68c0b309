"""Whether a character of the source can still be seen in the copy, from nothing but pixels.

Two independent signs make a piece of a character's ink legible: no covered area reaches over it or
over the paper beside it, or the copy's shades around it still follow the source's. Covered area is
where the copy differs from the source, with holes narrower than a third of a character closed:
black fill leaves black strokes unchanged and white fill leaves white paper unchanged, but never
both. Ink without paper beside it shows nothing, in the source (a character under a seal's black
star) as in the copy (the same star under black fill). What the shades follow is measured by a
correlation in a small window, which does not mind recoding, a change of brightness, or a cover that
lets the source shine through.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.geometry import Point

Gray = NDArray[np.float32]
Map = NDArray[np.bool_]

#: Contrast in gray levels below which there is nothing to see in the source either.
FAINT = 18.0
#: Correlation from which the copy's shades follow the source's.
FOLLOWS = 0.88
#: Shades in a flat fill, from coding alone, stay below this standard deviation.
FLAT = 3.0
#: Radius of the window for that, at most, in pixels: over a face, the strokes of a label would
#: follow the face as a bright spot in the middle of a dark picture.
WIDEST = 40
#: Share of a character's ink from which it counts as visible.
VISIBLE = 0.15
#: The same for a character of a watermark: where print crosses one that is gone, up to 0.35 of its
#: ink seem to be left; where it is not, 0.7 are.
MARK_VISIBLE = 0.45
#: Share of the way from the paper to the darkest from which a pixel across a watermark is print.
PRINT = 0.42
#: Levels by which such print may differ between source and copy.
SAME_PRINT = 60
#: Levels by which a watermark is darker than its paper, at most.
DARKEST_MARK = 110.0
#: Pixels around a watermark in which its paper and the print are measured.
_AROUND = 12
#: Share of a character's ink from which it counts as kept.
KEPT = 0.8


@dataclass(frozen=True, slots=True)
class Sight:
    """What is left of a character: pixels of ink in the source, and the share still legible."""

    ink: int
    legible: float

    @property
    def blank(self) -> bool:
        """True when the source shows no ink there."""
        return self.ink == 0

    @property
    def visible(self) -> bool:
        """True when enough of it is left to count as shown."""
        return self.legible > VISIBLE

    @property
    def kept(self) -> bool:
        """True when it is as good as untouched."""
        return self.blank or self.legible >= KEPT


def look(
    source: NDArray[np.uint8],
    copy: NDArray[np.uint8],
    polygon: Sequence[Point],
    em: float | None = None,
) -> Sight:
    """Compare one character in two gray images of the same grid.

    Args:
        source: Upright source page, gray, shape (height, width).
        copy: The copy's page, same shape.
        polygon: The character's outline in that grid.
        em: How large the characters around it are. A dot is as thick as the strokes beside it,
            so its own outline says nothing about how wide a gap in a cover may be.
    """
    points = np.asarray(polygon, dtype=np.float32)
    x0, y0 = points.min(axis=0)
    x1, y1 = points.max(axis=0)
    size = em or float(max(x1 - x0, y1 - y0, 8.0))
    radius = max(3, round(size * 0.2))
    pad = 2 * radius + 2
    left, top = max(0, int(x0) - pad), max(0, int(y0) - pad)
    right, bottom = int(np.ceil(x1)) + pad, int(np.ceil(y1)) + pad
    before = source[top:bottom, left:right]
    after = copy[top:bottom, left:right]
    if before.size == 0 or min(before.shape) < 3:
        return Sight(0, 0.0)
    inside = np.zeros(before.shape, dtype=np.uint8)
    cv2.fillPoly(inside, [np.round(points - (left, top)).astype(np.int32)], (1,))
    before_smooth, after_smooth = _smooth(before), _smooth(after)
    ink, paper, contrast = _ink(before_smooth, inside > 0)
    ink &= _near(paper, radius)
    count = int(ink.sum())
    if not count:
        return Sight(0, 0.0)
    bare = ~_covered(before_smooth, after_smooth, contrast, size)
    legible = bare & _near(bare & paper, radius)
    legible |= _follows(before_smooth, after_smooth, min(radius, WIDEST))
    return Sight(count, float((legible & ink).sum()) / count)


def _smooth(patch: NDArray[np.uint8]) -> Gray:
    return cv2.GaussianBlur(patch, (3, 3), 0).astype(np.float32)


def _ink(patch: Gray, inside: Map) -> tuple[Map, Map, float]:
    """The ink inside an outline, dark on light or light on dark, all paper, and their contrast."""
    nothing = np.zeros(patch.shape, dtype=np.bool_)
    values = patch[inside]
    if values.size < 4:
        return nothing, nothing, 0.0
    threshold, _ = cv2.threshold(
        values.astype(np.uint8).reshape(-1, 1), 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU
    )
    dark = patch <= threshold
    # Paper is what most of the neighbourhood is; a bold stroke may fill more than half of a box.
    paper = dark if float(np.mean(dark)) > 0.5 else ~dark
    ink, rest = inside & ~paper, inside & paper
    if not ink.any() or not rest.any():
        return nothing, nothing, 0.0
    contrast = abs(float(patch[ink].mean()) - float(patch[rest].mean()))
    return (ink, paper, contrast) if contrast >= FAINT else (nothing, nothing, contrast)


def _near(places: Map, radius: int) -> Map:
    """Where any of the places is within a square window."""
    kernel = np.ones((2 * radius + 1,) * 2, np.uint8)
    return np.asarray(cv2.dilate(places.astype(np.uint8), kernel) > 0)


def _covered(before: Gray, after: Gray, contrast: float, size: float) -> Map:
    """Where the copy differs from the source, holes narrower than a third of a character closed."""
    changed = np.abs(before - after) > max(16.0, 0.3 * contrast)
    side = max(3, round(size * 0.3)) | 1
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (side, side))
    edge = side
    padded = cv2.copyMakeBorder(
        changed.astype(np.uint8), edge, edge, edge, edge, cv2.BORDER_REPLICATE
    )
    closed = cv2.morphologyEx(padded, cv2.MORPH_CLOSE, kernel)
    return np.asarray(closed[edge:-edge, edge:-edge] > 0)


def _follows(before: Gray, after: Gray, radius: int) -> Map:
    """Where, in a window around each pixel, the copy's shades follow the source's."""
    window = (2 * radius + 1, 2 * radius + 1)

    def mean(values: Gray) -> Gray:
        return np.asarray(cv2.blur(values, window), dtype=np.float32)

    mean_before, mean_after = mean(before), mean(after)
    covariance = mean(before * after) - mean_before * mean_after
    var_before = np.maximum(mean(before * before) - mean_before**2, 1e-3)
    var_after = np.maximum(mean(after * after) - mean_after**2, 1e-3)
    correlation = covariance / np.sqrt(var_before * var_after)
    return np.asarray((correlation >= FOLLOWS) & (var_after >= FLAT**2))


def without_print(
    source: NDArray[np.uint8], copies: Sequence[NDArray[np.uint8]], polygon: Sequence[Point]
) -> tuple[NDArray[np.uint8], list[NDArray[np.uint8]]]:
    """Paint over the print that lies across a watermark, in source and copies alike.

    A watermark is paler than print. Print that crosses it is there with it and without it, and
    tells nothing about whether it can be seen.

    Args:
        source: Upright source page, gray.
        copies: Views of the copy, same shape.
        polygon: Outline of the whole watermark in that grid.

    Returns:
        Source and copies; print inside the outline's bounds has the colour of the source's paper.
    """
    points = np.asarray(polygon, dtype=np.float32)
    x0, y0 = (max(0, int(v) - _AROUND) for v in points.min(axis=0))
    x1, y1 = (int(np.ceil(v)) + _AROUND for v in points.max(axis=0))
    crop = source[y0:y1, x0:x1]
    if not crop.size:
        return source, list(copies)
    paper = float(np.percentile(crop, 75))
    dark = paper - float(np.percentile(crop, 0.2))
    crop = crop.astype(np.int16)
    # Where there is no print, the darkest is the watermark itself and nothing is painted over.
    level = paper - PRINT * dark if dark > DARKEST_MARK else -1.0
    printed = cv2.dilate((crop < level).astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    painted = []
    for view in (source, *copies):
        # Where a copy is another, something covers the print, and the watermark with it.
        same = printed & (np.abs(view[y0:y1, x0:x1].astype(np.int16) - crop) < SAME_PRINT)
        view = view.copy()
        view[y0:y1, x0:x1][same] = np.uint8(paper)
        painted.append(view)
    return painted[0], painted[1:]
