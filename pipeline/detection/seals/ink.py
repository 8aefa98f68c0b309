"""The page made small, and its ink by colour."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.detection.seals.candidate import Colour
from pipeline.white_balance import on_white

Gray = NDArray[np.float32]
Pixels = NDArray[np.uint8]

#: Pixels on the longer side: the ring of a seal of 4 cm on A4 is 2 pixels wide.
SIDE = 640
#: How much redder (bluer) than its other channels a pixel of such ink is at least.
_HUE = 22
#: Share of the page from which ink of a colour may be a seal's.
_FEWEST = 0.0004
#: Share of gray pixels below which a page is black and white.
_GRAYS = 0.002
#: Pixels: the paper's own brightness is taken from around as wide as this.
_PAPER = 33
#: Share of the page's pixels that are darker than its darkest ink is taken to be; below ``_FAINT``
#: all ink is too pale to be told from noise and is taken to be darker, ``_STRONGER`` times at most.
_DARKEST, _FAINT, _FULL, _STRONGER = 0.001, 0.5, 0.75, 4.0
#: Pixels over which the dots of a fax are spread, so that they make lines.
_FAX_BLUR = 0.6
#: What lies beside the page is darker than this against its paper, and as wide, in pixels.
_BESIDE, _WIDE = 0.25, 12
#: Pixels of the page's edge that are taken to lie beside it too.
_BLUR = 2


@dataclass(frozen=True, slots=True)
class Layer:
    """Ink of one colour: 0 for paper to 1 for full ink, shape (height, width)."""

    colour: Colour
    ink: Gray


@dataclass(frozen=True, slots=True)
class SmallPage:
    """A page at working size.

    Attributes:
        pixels: RGB.
        dark: Ink of every colour, against the paper around it.
        layers: Red and blue ink alone where there is any.
        scale: Page pixels for a pixel of this size, in x and in y.
        off: Where the page is not: a table or a cover on which it was photographed.
    """

    pixels: Pixels
    dark: Gray
    layers: tuple[Layer, ...]
    scale: tuple[float, float]
    off: NDArray[np.bool_]


def shrink(pixels: Pixels) -> SmallPage:
    """Make an RGB page small and part its ink by colour."""
    height, width = pixels.shape[:2]
    small = pixels
    # Halving is ten times as fast as shrinking by a broken factor.
    while max(small.shape[:2]) >= 2 * SIDE:
        rows, columns = small.shape[0] // 2 * 2, small.shape[1] // 2 * 2
        size = (columns // 2, rows // 2)
        small = np.asarray(
            cv2.resize(small[:rows, :columns], size, interpolation=cv2.INTER_AREA), np.uint8
        )
    factor = SIDE / max(small.shape[:2])
    if factor < 1:
        size = (max(1, round(small.shape[1] * factor)), max(1, round(small.shape[0] * factor)))
        small = np.asarray(cv2.resize(small, size, interpolation=cv2.INTER_LINEAR), np.uint8)
    scale = (width / small.shape[1], height / small.shape[0])
    dark = _dark(small)
    off = _beside(dark)
    dark[off] = 0
    stronger = 1.0
    if _is_bilevel(pixels):
        # A fax makes of pale ink a few black dots: shrunk, they are paler than they meant.
        dark = np.sqrt(np.asarray(cv2.GaussianBlur(dark, (0, 0), _FAX_BLUR), np.float32))
    else:
        darkest = float(np.quantile(dark[::2, ::2], 1 - _DARKEST))
        if darkest < _FAINT:
            stronger = min(_STRONGER, _FULL / max(darkest, 1e-3))
            dark = np.minimum(dark * np.float32(stronger), 1)
    return SmallPage(small, dark, tuple(_colours(small, off, stronger)), scale, off)


def _beside(dark: Gray) -> NDArray[np.bool_]:
    """Where the page is not: dark fields at the picture's edge, and what lies beyond them."""
    small = cv2.resize(dark, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    side = _WIDE // 4 | 1
    # A narrow strip along the picture's edge counts as wide.
    fields = cv2.copyMakeBorder(
        (small > _BESIDE).astype(np.uint8), *(side,) * 4, cv2.BORDER_CONSTANT, value=(1,)
    )
    edged = cv2.morphologyEx(fields, cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
    _, labels = cv2.connectedComponents(edged, connectivity=8)
    band = labels == labels[0, 0]
    # The page is the largest of what these fields leave.
    count, parts, stats, _ = cv2.connectedComponentsWithStats((~band).astype(np.uint8))
    page = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax()) if count > 1 else 0
    off = (parts != page)[side:-side, side:-side]
    if count < 2 or off.mean() > 0.5 or not off.any():
        return np.zeros(dark.shape, np.bool_)
    size = (dark.shape[1], dark.shape[0])
    whole = cv2.resize(off.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    blurred = np.ones((2 * _BLUR + 1,) * 2, np.uint8)
    return np.asarray(cv2.dilate(whole, blurred) > 0, np.bool_)


def _is_bilevel(pixels: Pixels) -> bool:
    sample = pixels[::7, ::7, 1]
    return float(((sample > 40) & (sample < 215)).mean()) < _GRAYS


def _dark(small: Pixels) -> Gray:
    """Darkness of the darkest channel against the paper around."""
    red, green, blue = cv2.split(small)
    darkest = cv2.min(cv2.min(red, green), blue)
    tiny = cv2.resize(darkest, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    side = _PAPER // 4 | 1
    paper = cv2.blur(cv2.dilate(tiny, np.ones((side, side), np.uint8)), (side, side))
    paper = cv2.resize(paper, (small.shape[1], small.shape[0]), interpolation=cv2.INTER_LINEAR)
    ink = 1 - darkest.astype(np.float32) / np.maximum(paper, 40).astype(np.float32)
    return np.asarray(np.clip(ink, 0, 1), np.float32)


def _colours(small: Pixels, off: NDArray[np.bool_], stronger: float) -> list[Layer]:
    red, green, blue = cv2.split(on_white(small))
    least = max(_HUE / 2, _HUE / stronger)
    layers = []
    for colour, one, others in (
        (Colour.RED, red, cv2.max(green, blue)),
        (Colour.BLUE, blue, cv2.max(red, green)),
    ):
        hue = cv2.subtract(one, others).astype(np.float32)
        hue -= float(np.median(hue[::4, ::4]))
        hue[off] = 0
        if float((hue > least).mean()) < _FEWEST:
            continue
        full = max(60.0 / stronger, float(np.percentile(hue[hue > least], 80)))
        layers.append(Layer(colour, np.asarray(np.clip(hue / full, 0, 1), np.float32)))
    return layers
