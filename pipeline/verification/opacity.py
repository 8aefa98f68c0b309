"""Nothing of what a mask hides may shine through it."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.dossier import Doubt, Mask
from pipeline.verification.doubts import doubt
from pipeline.verification.fidelity import PagePair, Pixels

Gray = NDArray[np.float32]

_NEAR_FILL = 24
"""Levels by which coding may move a pixel of the flat fill."""
_FLATTEST = 0.45
"""Share of a mask that must be its fill; a label never covers more than half."""
_SHINES = 0.4
"""Correlation with the source that chance and coding do not reach."""
_FEWEST = 60
"""Pixels below which a correlation says nothing."""
_STRUCTURE = 3.0
"""Standard deviation in levels below which the source shows nothing there."""
_SPOT = 3


def check_opacity(pair: PagePair, masks: Sequence[Mask]) -> list[Doubt]:
    """Compare the pixels inside each mask with the source's at the same place."""
    return [
        doubt("mask-open", pair.frame.page, mask.polygon)
        for mask in masks
        if not _is_opaque(pair, mask)
    ]


def _is_opaque(pair: PagePair, mask: Mask) -> bool:
    place = mask.polygon.to(pair.frame)
    x0, y0, x1, y1 = place.pixel_bounds()
    if x1 - x0 < 1 or y1 - y0 < 1:
        return True
    inside = np.zeros((y1 - y0, x1 - x0), np.uint8)
    corners = np.round((place.array() - (x0, y0)) * 16 - 8).astype(np.int32)
    cv2.fillPoly(inside, [corners], (255,), shift=4)
    # The outermost pixel of a slanted mask is a mixture; coding bleeds over the edge as well.
    core = cv2.erode(inside, np.ones((3, 3), np.uint8), borderValue=(0,)) > 0
    if not core.any():
        return True
    copy = pair.copy[y0:y1, x0:x1].astype(np.float32)
    source = _gray(pair.source_crop(x0, y0, x1, y1))
    fill = np.median(copy[core], axis=0)
    away = np.abs(copy - fill).max(axis=2)
    if (away[core] <= _NEAR_FILL).mean() < _FLATTEST:
        return False
    return not _shines(_gray(pair.copy[y0:y1, x0:x1]), source, core, away)


def _gray(pixels: Pixels) -> Gray:
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.float32)


def _shines(copy: Gray, source: Gray, core: NDArray[np.bool_], away: Gray) -> bool:
    """Whether what is left beside the label follows the source's ink.

    Label and hidden text both fill the middle of a mask, so their layouts alone correlate. What is
    compared is therefore only the fill, without the label's strokes and a rim around them, and only
    structure as fine as strokes, without the slow change from middle to edge.
    """
    strokes = (away > _NEAR_FILL).astype(np.uint8)
    free = core & (cv2.dilate(strokes, np.ones((2 * _SPOT + 1,) * 2, np.uint8)) == 0)
    if int(free.sum()) < _FEWEST:
        free = core & (strokes == 0)
        if int(free.sum()) < _FEWEST:
            return False
    a, b = _fine(copy, free)[free], _fine(source, free)[free]
    if b.std() < _STRUCTURE or a.std() < 1e-3:
        return False
    return abs(float(np.mean((a - a.mean()) * (b - b.mean())) / (a.std() * b.std()))) > _SHINES


def _fine(values: Gray, valid: NDArray[np.bool_]) -> Gray:
    """Subtract the local mean over the valid pixels."""
    weight = valid.astype(np.float32)
    side = (31, 31)
    total = cv2.blur(values * weight, side)
    count = np.maximum(cv2.blur(weight, side), 1e-6)
    return np.asarray(values - total / count, np.float32)
