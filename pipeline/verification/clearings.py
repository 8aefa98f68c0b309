"""Where a watermark was cleared, nothing of it may be left, and all of the print must be."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.dossier import Doubt, Mask
from pipeline.geometry import Frame, Polygon
from pipeline.reading.lines import Line
from pipeline.verification.doubts import doubt
from pipeline.verification.fidelity import PagePair, Pixels
from pipeline.verification.opacity import fine_structure

Gray = NDArray[np.float32]
Map = NDArray[np.bool_]

_PRINT, _THIN = 0.42, 0.1
"""Shares of the darkness of the page's print from which a pixel of the source is print, where the
copy's is darker than its paper by that at least. What is darker and left is read again."""
_SOLID, _TRACE = 0.85, 0.25
"""Shares of the darkness of the page's print from which a pixel is print beyond doubt, and from
which it may be some."""
_INK = 50.0
"""Levels below the paper from which a pixel tells how dark print is."""
_NEAR = 9
"""Side in pixels of what coding may reach around a stroke of print."""
_EVEN, _OUTLIER, _FEW = 2.0, 9.0, 0.002
"""Levels by which painted paper strays from its local mean; levels by which hardly any of its
pixels may, and the share that is hardly any."""
_SHINES = 0.3
"""Correlation of the painted paper with the source's from which something shines through."""
_STRUCTURE = 3.0
"""Standard deviation in levels below which the source shows nothing there."""
_FLAT = 0.4
"""Standard deviation in levels up to which only coding is left."""
_FEWEST = 60
"""Pixels below which a place says nothing."""
_LOST = 0.01
"""Share of the solid print that may be on one side only."""
_ASLANT = 12.0
"""Degrees off the page's lines and columns from which a line stands aslant."""
_INSIDE = 0.5
"""Share of a line in a cleared place from which it was written there."""
_READ, _TURNED, _LOWEST, _HIGHEST = 0.8, 5.0, 0.3, 1.2
"""What else stands as a cleared watermark did: how surely it is read, degrees between the two, and
its height in that of the place, which has room around the watermark."""


def check_cleared(pair: PagePair, cleared: Sequence[Mask], black: Sequence[Mask]) -> list[Doubt]:
    """Compare the places of cleared watermarks with the source.

    Args:
        pair: The page and its copy.
        cleared: The page's masks that were cleared instead of painted black.
        black: Its other masks, which may lie over those.
    """
    found: list[Doubt] = []
    if not cleared:
        return found
    open_, dark = _outside(black, pair.frame), _darkness_of_print(pair.source)
    for mask in cleared:
        place = mask.polygon.to(pair.frame)
        x0, y0, x1, y1 = place.pixel_bounds()
        if x1 - x0 < 3 or y1 - y0 < 3:
            continue
        inside = np.zeros((y1 - y0, x1 - x0), np.uint8)
        cv2.fillPoly(inside, [np.round(place.array() - (x0, y0)).astype(np.int32)], (1,))
        inside &= open_[y0:y1, x0:x1]
        core = cv2.erode(inside, np.ones((5, 5), np.uint8), borderValue=(0,)) > 0
        copy, source = pair.copy[y0:y1, x0:x1], pair.source_crop(x0, y0, x1, y1)
        if _shows(_darkest(copy), _darkest(source), core, dark):
            found.append(doubt("watermark-visible", pair.frame.page, mask.polygon))
        if _print_differs(_darkest(copy), _darkest(source), core, dark):
            found.append(doubt("page-differs", pair.frame.page, mask.polygon))
    return found


def _outside(black: Sequence[Mask], frame: Frame) -> Pixels:
    """Return 1 where no black mask is near, 0 elsewhere."""
    open_ = np.ones((frame.height, frame.width), np.uint8)
    for mask in black:
        corners = np.round(mask.polygon.to(frame).array()).astype(np.int32)
        cv2.fillPoly(open_, [corners], (0,))
        cv2.polylines(open_, [corners], True, (0,), _NEAR)
    return open_


def find_aslant(lines: Sequence[Line], cleared: Sequence[Mask], grid: Frame) -> list[Polygon]:
    """Find what still stands aslant in a cleared place, or like one, when the copy is read again.

    Args:
        lines: What was read on the copy, in ``grid``.
        cleared: The page's cleared masks.
        grid: The frame of the second reading.
    """
    places = [mask.polygon.to(grid).array() for mask in cleared]
    aslant = [line for line in lines if len(line.chars) > 1 and _stands_aslant(line)]
    return [
        line.polygon
        for line in aslant
        if any(
            cv2.intersectConvexConvex(line.polygon.array(), place)[0] > _INSIDE * line.polygon.area
            or (line.confidence >= _READ and _is_like(line.polygon.array(), place))
            for place in places
        )
    ]


def _is_like(line: NDArray[np.float32], place: NDArray[np.float32]) -> bool:
    """Whether a line is turned as a watermark was and not higher than its place."""
    ours, theirs = _sides(line), _sides(place)
    off = abs(_angle(ours[0]) - _angle(theirs[0])) % 180.0
    height = float(np.hypot(*ours[1])) / max(1.0, float(np.hypot(*theirs[1])))
    return min(off, 180.0 - off) < _TURNED and _LOWEST < height < _HIGHEST


def _sides(corners: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the longer and the shorter side of a four-cornered place."""
    along, down = corners[1] - corners[0], corners[3] - corners[0]
    return (along, down) if np.hypot(*along) >= np.hypot(*down) else (down, along)


def _angle(side: NDArray[np.float32]) -> float:
    return float(np.degrees(np.arctan2(side[1], side[0])))


def _stands_aslant(line: Line) -> bool:
    off = _angle(_sides(line.polygon.array())[0]) % 90.0
    return _ASLANT < off < 90.0 - _ASLANT


def _darkest(pixels: Pixels) -> Gray:
    """Return the darkest of the three colours, which shows an ink of any."""
    return np.asarray(pixels.min(axis=2), np.float32)


def _below(values: Gray, core: Map) -> Gray:
    """Return how much darker than its paper each pixel of a place is."""
    return np.asarray(float(np.percentile(values[core], 75)) - values, np.float32)


def _shows(copy: Gray, source: Gray, core: Map, dark: float) -> bool:
    """Whether what is painted as paper is uneven, or follows the source's strokes."""
    if int(core.sum()) < _FEWEST:
        return False
    ours, theirs = _below(copy, core), _below(source, core)
    # Thin strokes of print are pale in both.
    printed = (theirs > _PRINT * dark) & (ours > _THIN * dark)
    free = core & (cv2.dilate(printed.astype(np.uint8), np.ones((_NEAR, _NEAR), np.uint8)) == 0)
    if int(free.sum()) < _FEWEST:
        return True
    left, before = fine_structure(ours, free)[free], fine_structure(theirs, free)[free]
    if float(left.std()) > _EVEN or float((np.abs(left) > _OUTLIER).mean()) > _FEW:
        return True
    if float(before.std()) < _STRUCTURE or float(left.std()) < _FLAT:
        return False
    together = float(np.mean((left - left.mean()) * (before - before.mean())))
    return abs(together) > _SHINES * float(left.std()) * float(before.std())


def _print_differs(copy: Gray, source: Gray, core: Map, dark: float) -> bool:
    """Whether print of the source is not in the copy, or the other way round."""
    if int(core.sum()) < _FEWEST:
        return False
    reach = np.ones((5, 5), np.uint8)
    below = [_below(side, core) for side in (source, copy)]
    solid = [core & (side > _SOLID * dark) for side in below]
    any_ = [cv2.dilate((side > _TRACE * dark).astype(np.uint8), reach) > 0 for side in below]
    lost = int((solid[0] & ~any_[1]).sum()), int((solid[1] & ~any_[0]).sum())
    return max(lost) > max(_FEWEST, _LOST * float(solid[0].sum()))


def _darkness_of_print(pixels: Pixels) -> float:
    """How much darker than the paper a page's print is, in levels."""
    tone = _darkest(pixels[::4, ::4])
    below = float(np.percentile(tone, 75)) - tone
    ink = below[below > _INK]
    return float(np.percentile(ink, 90)) if ink.size else 255.0
