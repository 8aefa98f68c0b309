"""Takes the ink of seals off the picture that is read, so that the print under it can be read.

Seals are stamped over names, units and dates; their ring and star break the characters under them.
In the red channel red ink is as bright as paper while print and pen stay dark; in a gray copy a
seal is of a middle gray that print does not have. Only regions that look like a seal are treated: a
red letterhead is text and stays.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.geometry import shrink_pixels
from pipeline.reading.engine import Image

# Regions are looked for at this many pixels on the longer side.
_SIDE = 600
# Smallest and largest side of a seal, as a share of the page's longer side: 2 to 10 cm on A4.
_SMALLEST, _LARGEST = 0.05, 0.36
# A gray copy is looked at in more detail, for its star's core is small: side, star and seal radius.
_GRAY_SIDE, _STAR, _GRAY_REACH = 1200, 0.05, 0.09
# Share of really dark pixels that print leaves on a page of a few lines.
_DARK_PRINT = 0.002
# How much redder than its other channels a pixel of red ink is at least.
_REDNESS = 20


def lift_seal_ink(pixels: Image) -> Image:
    """Return the page with the ink of seals lightened; the page itself when it has none.

    Args:
        pixels: RGB, shape (height, width, 3); not changed.
    """
    height, width = pixels.shape[:2]
    factor = min(1.0, _SIDE / max(height, width))
    small = shrink_pixels(pixels, max(1, round(width * factor)), max(1, round(height * factor)))
    regions = _seal_regions(small)
    if not regions:
        return _lift_gray_ink(pixels) if _is_gray(small) else pixels
    lifted = pixels.copy()
    for x, y, w, h in regions:
        x0, y0 = max(0, int((x - 2) / factor)), max(0, int((y - 2) / factor))
        x1, y1 = int((x + w + 2) / factor) + 1, int((y + h + 2) / factor) + 1
        region = lifted[y0:y1, x0:x1]
        red = region[:, :, 0].astype(np.float32)
        paper = float(np.percentile(red, 90))
        # Red ink on paper has at least two thirds of the paper's red; print has less than half.
        light = np.clip((red - 0.28 * paper) / (0.42 * paper), 0, 1) * paper
        region[:] = light.astype(np.uint8)[:, :, None]
    return lifted


def _seal_regions(small: NDArray[np.uint8]) -> list[tuple[int, int, int, int]]:
    first, second, third = cv2.split(small)
    redness = cv2.subtract(first, cv2.max(second, third), dtype=cv2.CV_16S)
    # A warm lamp tints the whole photo; ink is redder than its surroundings.
    tint = int(np.median(redness[::2, ::2]))
    red = (redness > tint + _REDNESS).astype(np.uint8)
    closed = cv2.morphologyEx(red, cv2.MORPH_CLOSE, np.ones((11, 11), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(closed, connectivity=8)
    longer = max(small.shape[:2])
    regions = []
    for x, y, w, h, area in stats[1:count].tolist():
        sized = _SMALLEST * longer <= max(w, h) <= _LARGEST * longer
        # Cut off at the page's edge, a round seal is still no flatter than this.
        shaped = 0.4 <= w / h <= 2.6 and area > 0.12 * w * h
        if sized and shaped:
            regions.append((x, y, w, h))
    return regions


def _is_gray(small: NDArray[np.uint8]) -> bool:
    red, green, blue = cv2.split(small)
    spread = cv2.subtract(cv2.max(cv2.max(red, green), blue), cv2.min(cv2.min(red, green), blue))
    return _percentile(spread, 0.99) < 24


def _percentile(values: Any, share: float) -> int:
    """Return the least value that a share of 8-bit values does not exceed."""
    counts = cv2.calcHist([values], [0], None, [256], [0, 256]).ravel()
    return int(np.searchsorted(counts.cumsum(), share * values.size))


def _lift_gray_ink(pixels: Image) -> Image:
    """Lighten middle grays around what may be a seal's star; the page itself when there is none."""
    height, width = pixels.shape[:2]
    longer = max(height, width)
    factor = min(1.0, _GRAY_SIDE / longer)
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    gray = shrink_pixels(cv2.extractChannel(pixels, 1), *size)  # type: ignore[arg-type]
    paper = float(_percentile(gray, 0.9))
    # On a faint copy the print itself is of a middle gray: then tone tells nothing.
    if float((gray < 0.27 * paper).mean()) < _DARK_PRINT:
        return pixels
    middle = ((gray > 0.3 * paper) & (gray < 0.8 * paper)).astype(np.uint8)
    solid = cv2.erode(middle, np.ones((7, 7), np.uint8))
    count, _, stats, centers = cv2.connectedComponentsWithStats(solid, connectivity=8)
    stars = [
        centers[i] / factor
        for i in range(1, count)
        if max(stats[i][2], stats[i][3]) < _STAR * longer * factor and stats[i][4] >= 24
    ]
    if not 0 < len(stars) <= 8:
        return pixels
    lifted = pixels.copy()
    reach = _GRAY_REACH * longer
    for x, y in stars:
        region = lifted[
            max(0, int(y - reach)) : int(y + reach), max(0, int(x - reach)) : int(x + reach)
        ]
        tone = region[:, :, 1].astype(np.float32)
        light = np.clip((tone - 0.27 * paper) / (0.16 * paper), 0, 1) * paper
        region[:] = np.maximum(light, np.minimum(tone, 0.27 * paper)).astype(np.uint8)[:, :, None]
    return lifted
