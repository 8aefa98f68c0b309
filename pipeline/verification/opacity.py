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
_GROUND, _GROUND_SHARE = 1.5, 30
"""Level of a mask's ground, and the percentile at which it is taken, free of label and ringing.

Masks are black. At 99 % opacity paper leaves two levels, which coding of a noisy scan hides from
any correlation but does not take away. It is taken of the gray level: coding of a coloured page
alone lifts one colour or other of black by as much.
"""
_INSIDE = 0.98
"""Share of a mask that lies in another one, from which the other one's label is written on it."""
_SHINES = 0.32
"""Correlation of one mask with the source that counts.

Measured on 400 truly opaque masks at JPEG quality 60 and 85: at most 0.26, 0.14 for nine in ten. At
99 % opacity the median mask has 0.3 to 0.5.
"""
_SHINES_TOGETHER = 0.12
_SEVERAL = 4
"""So many masks of a page together give a thin veil away that none of them shows alone."""
_FEWEST = 60
"""Pixels below which a correlation says nothing."""
_STRUCTURE = 3.0
"""Standard deviation in levels below which the source shows nothing there."""
_SPOT = 3
_SEEN, _SAME = 12.0, 0.85
"""Contrast in levels and correlation at which a patch of the source is simply visible."""
_CHARACTER, _PICTURE, _IN_PICTURES = 48, 200, 80
"""Largest patch in pixels, the side from which a mask is a picture's, and the patch there."""
_BLACK, _WHITE, _FEW_GRAYS = 40, 215, 0.03
"""Levels between which a pixel is gray, and the share of gray pixels up to which it is a fax."""
_MORE = 1.6
"""Contrast of a patch, per the source's, from which it is a label along an edge of the source: what
is visible or shines through never has more contrast than the source itself."""


def check_opacity(pair: PagePair, masks: Sequence[Mask]) -> list[Doubt]:
    """Compare the pixels inside each mask with the source's at the same place."""
    page = pair.frame.page
    found = [_shine(pair, mask, _is_in_another(mask, masks, pair)) for mask in masks]
    open_ones = [m for m, s in zip(masks, found, strict=True) if s is not None and abs(s) > _SHINES]
    if open_ones:
        return [doubt("mask-open", page, mask.polygon) for mask in open_ones]
    together = [s for s in found if s is not None]
    if len(together) >= _SEVERAL and abs(float(np.mean(together))) > _SHINES_TOGETHER:
        return [doubt("mask-open", page)]
    return []


def _is_in_another(mask: Mask, masks: Sequence[Mask], pair: PagePair) -> bool:
    """Whether a mask lies in a larger one, whose fill and label are looked at there."""
    x0, y0, x1, y1 = mask.polygon.to(pair.frame).pixel_bounds()
    if x1 <= x0 or y1 <= y0:
        return False
    for other in masks:
        place = other.polygon.to(pair.frame)
        if other is mask or place.area <= mask.polygon.to(pair.frame).area:
            continue
        within = np.zeros((y1 - y0, x1 - x0), np.uint8)
        cv2.fillPoly(within, [np.round(place.array() - (x0, y0)).astype(np.int32)], (1,))
        if float(within.mean()) >= _INSIDE:
            return True
    return False


def _shine(pair: PagePair, mask: Mask, inside: bool) -> float | None:
    """Return how much of the source shows, 1 if it is not even flat, None if nothing is hidden.

    Args:
        pair: The page and its copy.
        mask: The mask.
        inside: It lies in another mask, whose label may cover most of it.
    """
    place = mask.polygon.to(pair.frame)
    x0, y0, x1, y1 = place.pixel_bounds()
    if x1 - x0 < 3 or y1 - y0 < 3:
        return None
    filled = np.zeros((y1 - y0, x1 - x0), np.uint8)
    corners = np.round((place.array() - (x0, y0)) * 16 - 8).astype(np.int32)
    cv2.fillPoly(filled, [corners], (255,), shift=4)
    # The outermost pixel of a slanted mask is a mixture; coding bleeds over the edge as well.
    core = cv2.erode(filled, np.ones((3, 3), np.uint8), borderValue=(0,)) > 0
    if not core.any():
        return None
    copy = pair.copy[y0:y1, x0:x1]
    colours = copy.astype(np.float32)
    away = np.abs(colours - np.median(colours[core], axis=0)).max(axis=2)
    gray, source = _gray(copy), _gray(pair.source_crop(x0, y0, x1, y1))
    if not inside:
        if (away[core] <= _NEAR_FILL).mean() < _FLATTEST:
            return 1.0
        if float(np.percentile(gray[core], _GROUND_SHARE)) > _GROUND:
            return 1.0
    if _open_somewhere(gray, source, core):
        return 1.0
    return _correlation(gray, source, core, away)


def _gray(pixels: Pixels) -> Gray:
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.float32)


def _open_somewhere(copy: Gray, source: Gray, core: NDArray[np.bool_]) -> bool:
    """Whether a patch about as large as a character shows just what the source shows there.

    In a picture on a fax, where a large label is, a larger patch must show it too: white strokes of
    the label follow some edge of its black and white.
    """
    side = int(np.clip(0.7 * min(copy.shape), 8, _CHARACTER))
    if not _alike(copy, source, core, side):
        return False
    grays = float(((source > _BLACK) & (source < _WHITE)).mean())
    if min(copy.shape) < _PICTURE or grays > _FEW_GRAYS:
        return True
    return _alike(copy, source, core, _IN_PICTURES)


def _alike(copy: Gray, source: Gray, core: NDArray[np.bool_], side: int) -> bool:
    """Whether a patch ``side`` pixels wide of the copy follows the source."""
    valid = core.astype(np.float32)
    share = np.maximum(_mean(valid, side), 1e-3)
    a, b = copy * valid, source * valid
    mean_a, mean_b = _mean(a, side) / share, _mean(b, side) / share
    spread_a = _mean(a * a, side) / share - mean_a * mean_a
    spread_b = _mean(b * b, side) / share - mean_b * mean_b
    together = _mean(a * b, side) / share - mean_a * mean_b
    seen = (spread_a > _SEEN**2) & (spread_b > _SEEN**2) & (share > 0.5)
    alike = together > _SAME * np.sqrt(np.maximum(spread_a * spread_b, 1.0))
    weaker = spread_a < _MORE**2 * spread_b
    return bool((seen & alike & weaker).any())


def _mean(values: Gray, side: int) -> Gray:
    return np.asarray(cv2.blur(values, (side, side)), np.float32)


def _correlation(copy: Gray, source: Gray, core: NDArray[np.bool_], away: Gray) -> float | None:
    """Return how far what is left beside the label follows the source's ink; the sign tells how.

    Label and hidden text both fill the middle of a mask, so their layouts alone correlate. What is
    compared is therefore only the fill, without the label's strokes and a rim around them, and only
    structure as fine as strokes, without the slow change from middle to edge.
    """
    strokes = (away > _NEAR_FILL).astype(np.uint8)
    free = core & (cv2.dilate(strokes, np.ones((2 * _SPOT + 1,) * 2, np.uint8)) == 0)
    if int(free.sum()) < _FEWEST:
        free = core & (strokes == 0)
        if int(free.sum()) < _FEWEST:
            return None
    a, b = fine_structure(copy, free)[free], fine_structure(source, free)[free]
    if b.std() < _STRUCTURE or a.std() < 1e-3:
        return None
    return float(np.mean((a - a.mean()) * (b - b.mean())) / (a.std() * b.std()))


def fine_structure(values: Gray, valid: NDArray[np.bool_]) -> Gray:
    """Subtract the local mean over the valid pixels: paper changes slowly, strokes do not."""
    weight = valid.astype(np.float32)
    side = (31, 31)
    total = cv2.blur(values * weight, side)
    count = np.maximum(cv2.blur(weight, side), 1e-6)
    return np.asarray(values - total / count, np.float32)
