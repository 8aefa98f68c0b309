"""The page made small, and its ink by colour."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.detection.seals.candidate import Colour

Gray = NDArray[np.float32]
Pixels = NDArray[np.uint8]

#: Pixels on the longer side: the ring of a seal of 4 cm on A4 is 2 pixels wide.
SIDE = 640
#: How much redder (bluer) than its other channels a pixel of such ink is at least.
_HUE = 22
#: Share of the page from which ink of a colour may be a seal's.
_FEWEST = 0.0004
#: Print is at least this share as dark as the darkest of a page's ink (from ``_SOME`` on).
_PRINT, _SOME = 0.8, 0.3
#: Share of gray pixels below which a page is black and white.
_GRAYS = 0.002
#: Pixels: the paper's own brightness is taken from around as wide as this.
_PAPER = 33


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
    """

    pixels: Pixels
    dark: Gray
    layers: tuple[Layer, ...]
    scale: tuple[float, float]


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
    if _is_bilevel(pixels):
        # A fax makes of pale ink a few black dots: shrunk, they are paler than they meant.
        dark = np.sqrt(dark)
    return SmallPage(small, dark, tuple(_colours(small)), scale)


def _is_bilevel(pixels: Pixels) -> bool:
    sample = pixels[::7, ::7, 1]
    return float(((sample > 40) & (sample < 215)).mean()) < _GRAYS


def pale(dark: Gray) -> Gray:
    """The ink that is paler than print, as a seal is on a gray copy; none of the print's rims."""
    sample = dark[::2, ::2]
    print_ink = float(np.percentile(sample[sample > _SOME], 95)) if (sample > _SOME).any() else 1.0
    print_there = (dark > _PRINT * print_ink).astype(np.uint8)
    rims = cv2.dilate(print_there, np.ones((5, 5), np.uint8))
    return np.asarray(np.where(rims > 0, 0, dark), np.float32)


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


def _colours(small: Pixels) -> list[Layer]:
    red, green, blue = cv2.split(small)
    layers = []
    for colour, one, others in (
        (Colour.RED, red, cv2.max(green, blue)),
        (Colour.BLUE, blue, cv2.max(red, green)),
    ):
        hue = cv2.subtract(one, others).astype(np.float32)
        # A warm lamp tints the whole photo; ink is redder than its surroundings.
        hue -= float(np.median(hue[::4, ::4]))
        if float((hue > _HUE).mean()) < _FEWEST:
            continue
        full = max(60.0, float(np.percentile(hue[hue > _HUE], 80)))
        layers.append(Layer(colour, np.asarray(np.clip(hue / full, 0, 1), np.float32)))
    return layers
