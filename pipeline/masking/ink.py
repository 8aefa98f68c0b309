"""Which pixels of a strip are ink of writing, and which are rules of a table or form."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Bits = NDArray[np.uint8]


# Levels by which light writing differs from a dark band, and how much more than the band's own
# shades do.
_LIGHTER, _CLEARLY = 40, 2.0


@dataclass(frozen=True, slots=True)
class Ink:
    """Ink of a strip; both arrays have the strip's shape and hold 0 or 1.

    Attributes:
        writing: Ink without rules and specks.
        across: Rules that run along the line (underlines, upper and lower cell borders).
        upright: Rules that run across the line (left and right cell borders).
    """

    writing: Bits = field(repr=False)
    across: Bits = field(repr=False)
    upright: Bits = field(repr=False)


def find_ink(strip: Pixels, core: tuple[int, int, int, int], em: float) -> Ink:
    """Separate ink from paper by a local threshold, and writing from rules.

    Args:
        strip: RGB, straightened along the line.
        core: Where the writing in question is expected: a0, b0, a1, b1 in strip pixels. Its
            contrast sets the threshold, so grey ink on shaded paper is found as well as black.
        em: Height of a character in pixels.
    """
    depth = _depth(strip, core, em)
    a0, b0, a1, b1 = core
    inner = depth[max(0, b0) : max(1, b1), max(0, a0) : max(1, a1)]
    contrast = float(np.percentile(inner, 97)) if inner.size else 0.0
    ink = (depth > max(12.0, 0.26 * contrast)).astype(np.uint8)
    across = _rules(ink, length=round(2.6 * em), along=True)
    upright = _rules(ink, length=round(1.8 * em), along=False)
    writing = cv2.subtract(ink, cv2.max(across, upright))
    return Ink(_despeckle(writing, em), across, upright)  # type: ignore[arg-type]


def _depth(strip: Pixels, core: tuple[int, int, int, int], em: float) -> Pixels:
    """How much darker than the paper around it each pixel is.

    In the red channel red seals over black writing vanish; only where the writing itself is red
    is the darkest channel taken instead.
    """
    side = max(3, round(0.75 * em)) | 1
    light = _is_light(strip, core)
    first = np.ascontiguousarray(strip[..., 0])
    darkest = np.minimum(np.minimum(first, strip[..., 1]), strip[..., 2])
    red = _below_paper(first, side, light=light)
    if np.array_equal(first, darkest):
        return red
    full = _below_paper(darkest, side, light=light)
    a0, b0, a1, b1 = core
    window = np.s_[max(0, b0) : max(1, b1), max(0, a0) : max(1, a1)]
    if full[window].size == 0:
        return full
    if np.percentile(red[window], 95) >= 0.6 * np.percentile(full[window], 95):
        return red
    return full


def _is_light(strip: Pixels, core: tuple[int, int, int, int]) -> bool:
    """Whether writing is lighter than what it stands on: of its box, it fills less than half."""
    a0, b0, a1, b1 = core
    inner = strip[max(0, b0) : max(1, b1) : 2, max(0, a0) : max(1, a1) : 2].mean(axis=2)
    if not inner.size:
        return False
    dark, middle, light = np.percentile(inner, (3, 50, 97))
    return bool(light - middle > max(_LIGHTER, _CLEARLY * (middle - dark)))


def _below_paper(channel: Pixels, side: int, *, light: bool) -> Pixels:
    if light:
        channel = 255 - channel  # white on a dark band
    kernel = np.ones((side, side), np.uint8)
    paper = cv2.morphologyEx(channel, cv2.MORPH_CLOSE, kernel, borderType=cv2.BORDER_REPLICATE)
    paper = cv2.blur(paper, (side, side), borderType=cv2.BORDER_REPLICATE)
    return cv2.subtract(paper, channel)  # type: ignore[return-value]


def _rules(ink: Bits, *, length: int, along: bool) -> Bits:
    """Straight runs longer than any stroke of a character; a pixel of waviness is allowed."""
    rows, columns = ink.shape
    length = max(8, min(length, (columns if along else rows) - 2))
    thick = np.ones((3, 1) if along else (1, 3), np.uint8)
    loose = np.asarray(cv2.dilate(ink, thick), np.uint8)
    full = _window(loose if along else loose.T, length, np.bitwise_and, 1)
    found = _window(full, length, np.bitwise_or, 0)
    return cv2.dilate(found if along else np.ascontiguousarray(found.T), thick)  # type: ignore[return-value]


def _window(bits: Bits, length: int, joined: np.ufunc, outside: int) -> Bits:
    """Join every pixel with its neighbours along a row, ``length`` of them in all.

    Doubling what has been joined takes a few steps where OpenCV's morphology takes ``length``.
    """
    before = length // 2
    sides = ((0, 0), (before, length - 1 - before))
    window, done = np.pad(bits, sides, constant_values=outside), 1
    while done < length:
        step = min(done, length - done)
        window = joined(window[:, :-step], window[:, step:])
        done += step
    return window


def _despeckle(writing: Bits, em: float) -> Bits:
    count, labels, stats, _ = cv2.connectedComponentsWithStatsWithAlgorithm(
        writing, 8, cv2.CV_32S, cv2.CCL_SPAGHETTI
    )
    if count <= 1:
        return writing
    keep = (stats[:, cv2.CC_STAT_AREA] > max(2.0, 0.002 * em * em)).astype(np.uint8)
    keep[0] = 0
    return keep.take(np.asarray(labels))
