"""Unrolls a seal's writing into straight strips that a reader of lines can read."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.detection.seals.candidate import Colour, Seal, Shape
from pipeline.detection.seals.prints import Bare

Pixels = NDArray[np.uint8]
Ink = NDArray[np.float32]

#: Height of the strips: that of the reader's crops.
HEIGHT = 48
#: Gray from which a strip is ink. What follows the text is text that was not read if it has as much
#: ink as this share of the text's: on a fax a school's last word fades to a fifth.
INKED, AS_DENSE = 140, 0.15
#: Where the ring of text runs, as shares of the way from the middle to the edge.
_INNER, _OUTER = 0.56, 0.94
#: Share of a strip's column that has ink where a character stands.
_MARKED = 0.06
#: Rows of a strip in which the seal's line may lie.
_RIM = HEIGHT // 5
#: Share of its full hue from which ink is surely of a colour.
_STRONG = 0.5
#: Stretch of the ring without text, in degrees, from which it tells where the text begins.
_CLEAR = 20.0
#: Degrees of ring beyond a full turn where nothing tells where the text begins.
_AGAIN = 90.0
_WIDEST = 1600
#: Pixels: how wide what is taken for the stroke of print on a fax is at least, tried in turn.
_STROKES = (3, 4)
#: Share of gray pixels from which a picture is no fax.
_TONES = 0.02
#: Rows, and columns, that a square seal may have; share of ink that may be between two of them.
_MOST, _SPECKS = 6, 0.01
#: How far inside its edge the line of a square seal may lie, as a share of its shorter side.
_FRAME = 0.07


@dataclass(frozen=True, slots=True)
class Strip:
    """A crop of ``HEIGHT`` rows, RGB.

    Attributes:
        pixels: Shape (HEIGHT, width, 3).
        ends: The text is known to end where the strip does.
        once: Share of its width after which a ring begins again.
        own: The same without the print that the seal lies on, and without what it hides; None where
            there is none.
    """

    pixels: Pixels
    ends: bool = False
    once: float = 1.0
    own: Pixels | None = None

    def goes_on(self, first: float, last: float, end: float = 1.0) -> bool:
        """Whether there is ink as dense as that of text between what was read and the end.

        Args:
            first: Where what was read begins, a share of the width.
            last: Where it ends.
            end: Where the strip is taken to end.
        """
        every = (self.pixels[..., 0] < INKED).mean(axis=0)
        own = every if self.own is None else (self.own[..., 0] < INKED).mean(axis=0)
        places = (np.arange(len(every)) + 0.5) / len(every)
        read = every[(places > first) & (places < last)]
        after = own[(places > last) & (places < end)]
        return bool(len(read) and len(after) and after.mean() >= AS_DENSE * read.mean())


def unroll_again(pixels: Pixels, seal: Seal, bare: Bare | None = None) -> tuple[Strip, ...]:
    """Cut the writing out of a round seal in other ways than :func:`unroll`, for a second reading.

    Nearer the edge, further from it, and with the gaps of a fax's dots filled.
    """
    if seal.shape is Shape.SQUARE:
        return ()
    others = [_ring(pixels, seal, *band, bare=bare) for band in ((0.60, _OUTER), (_INNER, 0.91))]
    others.append(_ring(pixels, seal, _INNER, _OUTER, blur=1.0, bare=bare))
    for wide in _STROKES if seal.colour is Colour.DARK else ():
        cleared = _without_strokes(pixels, seal, wide)
        if cleared is not None:
            others.append(_ring(*cleared, _INNER, _OUTER, blur=0.5))
    return tuple(others)


def _without_strokes(pixels: Pixels, seal: Seal, wide: int) -> tuple[Pixels, Seal] | None:
    """Take the print off a fax of a pale seal: its strokes are whole, the seal is dots.

    Returns:
        The surroundings of the seal and the seal in them; None where tones are left, by which print
        and seal differ in other ways.
    """
    xs, ys = zip(*seal.outline(4.0), strict=True)
    height, width = pixels.shape[:2]
    x0, y0 = max(0, math.floor(min(xs))), max(0, math.floor(min(ys)))
    x1, y1 = min(width, math.ceil(max(xs))), min(height, math.ceil(max(ys)))
    crop = pixels[y0:y1, x0:x1].copy()
    if not crop.size or float(((crop > 40) & (crop < 215)).mean()) > _TONES:
        return None
    inked = (crop[..., 1] < 128).astype(np.uint8)
    strokes = cv2.morphologyEx(inked, cv2.MORPH_OPEN, np.ones((wide, wide), np.uint8))
    crop[cv2.dilate(strokes, np.ones((wide + 1 | 1,) * 2, np.uint8)) > 0] = 255
    return crop, replace(seal, center=(seal.center[0] - x0, seal.center[1] - y0))


def unroll(pixels: Pixels, seal: Seal, bare: Bare | None = None) -> tuple[Strip, ...]:
    """Cut the writing out of a seal.

    Args:
        pixels: The upright page, RGB.
        seal: In pixels of that page.
        bare: The seal without the print that it lies on.

    Returns:
        One strip for each way in which the seal's text may run.
    """
    if seal.shape is Shape.SQUARE:
        return _block(pixels, seal)
    return (_ring(pixels, seal, bare=bare),)


def _ring(
    pixels: Pixels,
    seal: Seal,
    inner: float = _INNER,
    outer: float = _OUTER,
    *,
    blur: float = 0.0,
    bare: Bare | None = None,
) -> Strip:
    """The ring of text from the outer edge (top) inwards, clockwise, cut where it is empty."""
    around = math.pi * (seal.axes[0] + seal.axes[1]) * (inner + outer) / 2
    deep = (seal.axes[0] + seal.axes[1]) / 2 * (outer - inner)
    width = int(min(_WIDEST, max(160, around * HEIGHT / deep)))
    turns = np.arange(width, dtype=np.float32) * np.float32(2 * math.pi / width)
    reach = np.linspace(outer, inner, HEIGHT, dtype=np.float32)[:, None]
    u = seal.axes[0] * reach * np.cos(turns - np.float32(seal.angle))
    v = seal.axes[1] * reach * np.sin(turns - np.float32(seal.angle))
    strip = _without_rim(_ink(_sampled(pixels, seal, u, v), seal.colour))
    if blur:
        strip = np.asarray(cv2.GaussianBlur(strip, (0, 0), blur), np.float32)
    start, length = _text_run((strip > 0.3).mean(axis=0))
    columns = (start + np.arange(length)) % width
    own = None
    if bare is not None:
        alone = _without_rim(_ink(_sampled(bare.pixels, bare.seal, u, v), seal.colour))
        own = _crop(alone[:, columns])
    ends = length < width
    return Strip(_crop(strip[:, columns]), ends, min(1.0, width / length), own)


def _without_rim(strip: Ink) -> Ink:
    """Take out what a seal's line, or the inner one of two, leaves along a strip's upper edge."""
    top = (strip[:_RIM] > 0.3).astype(np.uint8)
    worn = cv2.morphologyEx(top, cv2.MORPH_CLOSE, np.ones((1, 9), np.uint8))
    line = cv2.morphologyEx(worn, cv2.MORPH_OPEN, np.ones((1, HEIGHT), np.uint8))
    strip[:_RIM][cv2.dilate(line, np.ones((3, 1), np.uint8)) > 0] = 0
    return strip


def _text_run(inked: Ink) -> tuple[int, int]:
    """Where the text begins, and how many columns it takes with a margin on both sides."""
    width = len(inked)
    smooth = np.convolve(np.tile(inked, 3), np.ones(7) / 7, mode="same")[width : 2 * width]
    marks = np.flatnonzero(np.tile(smooth > _MARKED, 2))
    if len(marks) < 4:
        return 0, width
    gaps = np.diff(marks)
    at = int(gaps.argmax())
    if gaps[at] < _CLEAR / 360 * width:
        # Nothing tells: from the foot of the seal, and over it again.
        return width // 4, int(width * (1 + _AGAIN / 360))
    margin = min(int(gaps[at]) // 2, HEIGHT // 4)
    start = int(marks[at + 1]) - margin
    return start % width, min(width, width - int(gaps[at]) + 2 * margin)


def _block(pixels: Pixels, seal: Seal) -> tuple[Strip, ...]:
    """The rows of a square seal one after the other; and its columns from the right."""
    angle = (seal.angle + math.pi / 4) % (math.pi / 2) - math.pi / 4
    swapped = round((seal.angle - angle) / (math.pi / 2)) % 2 == 1
    a, b = (seal.axes[1], seal.axes[0]) if swapped else seal.axes
    upright = Seal(seal.center, (a, b), angle, seal.colour, seal.shape, seal.cut, seal.score)
    width, height = max(32, round(2 * a)), max(32, round(2 * b))
    # The frame itself is left out, as far as it runs where it was found.
    inner = 0.95
    u = np.linspace(-inner * a, inner * a, width, dtype=np.float32)[None].repeat(height, axis=0)
    v = np.linspace(-inner * b, inner * b, height, dtype=np.float32)[:, None].repeat(width, axis=1)
    ink = _without_frame(_ink(_sampled(pixels, upright, u, v), seal.colour))
    across, down = _inked(ink, 0), _inked(ink, 1)
    if across is None or down is None:
        return ()
    ink = ink[down[0] : down[1], across[0] : across[1]]
    rows, columns = _grid(ink)
    lines = [_scaled(ink[top:bottom]) for top, bottom in rows]
    cells = [
        _scaled(ink[top:bottom, left:right])
        for left, right in reversed(columns)
        for top, bottom in rows
    ]
    return tuple(Strip(_crop(np.concatenate(way, axis=1))) for way in (lines, cells))


def _without_frame(ink: Ink) -> Ink:
    """Take out what hangs together with the edge, as far as the frame's line may reach."""
    marks = (ink > 0.3).astype(np.uint8)
    height, width = ink.shape
    deep = max(2, round(_FRAME * min(height, width)))
    band = np.ones_like(marks)
    band[deep:-deep, deep:-deep] = 0
    count, labels, stats, _ = cv2.connectedComponentsWithStats(marks * band, connectivity=8)
    x, y, w, h = (stats[:count, k] for k in range(4))
    at_edge = (x <= 1) | (y <= 1) | (x + w >= width - 1) | (y + h >= height - 1)
    long = (w >= 0.3 * width) | (h >= 0.3 * height)
    frame = at_edge | long
    frame[0] = False
    ink[cv2.dilate(frame[labels].astype(np.uint8), np.ones((3, 3), np.uint8)) > 0] = 0
    return ink


def _inked(ink: Ink, axis: int) -> tuple[int, int] | None:
    """Where the writing begins and ends."""
    marks = np.flatnonzero((ink > 0.3).mean(axis=axis) > 0.03)
    return (int(marks[0]), int(marks[-1]) + 1) if len(marks) > 8 else None


def _grid(ink: Ink) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Rows and columns of a block of characters, which are as wide as high.

    Of all numbers of rows that is the right one between which there is least ink.
    """
    height, width = ink.shape
    marks = ink > 0.3
    down, across = marks.mean(axis=1), marks.mean(axis=0)
    best, least = (1, max(1, round(width / height))), math.inf
    for rows in range(1, _MOST + 1):
        columns = round(width * rows / height)
        if not 1 <= columns <= _MOST or not 0.75 < width * rows / (height * columns) < 1.33:
            continue
        cuts = [*_between(down, rows), *_between(across, columns)]
        # Where two numbers of rows leave nothing between them the larger is right.
        ink_there = (float(np.mean(cuts)) + _SPECKS) / rows**0.3 if cuts else math.inf
        if ink_there < least:
            best, least = (rows, columns), ink_there
    return _even(height, best[0]), _even(width, best[1])


def _between(inked: Ink, parts: int) -> list[float]:
    """Share of ink where parts of one size meet."""
    size = len(inked) / parts
    reach = max(1, round(0.05 * size))
    middles = [round(k * size) for k in range(1, parts)]
    return [float(inked[max(0, m - reach) : m + reach + 1].min()) for m in middles]


def _even(length: int, parts: int) -> list[tuple[int, int]]:
    ends = [round(k * length / parts) for k in range(parts + 1)]
    return list(pairwise(ends))


def _scaled(ink: Ink) -> Ink:
    """A row or a cell, scaled to the strips' height with a little space around."""
    height, width = ink.shape
    inner = HEIGHT - 8
    size = (max(4, min(_WIDEST // 2, round(width * inner / max(1, height)))), inner)
    scaled = cv2.resize(ink, size, interpolation=cv2.INTER_AREA)
    return np.pad(scaled, ((4, 4), (3, 3)))


def _sampled(pixels: Pixels, seal: Seal, u: Ink, v: Ink) -> Pixels:
    """Pixels at places along the seal's own axes; paper off the page."""
    cos, sin = math.cos(seal.angle), math.sin(seal.angle)
    x = (seal.center[0] + u * cos - v * sin - 0.5).astype(np.float32)
    y = (seal.center[1] + u * sin + v * cos - 0.5).astype(np.float32)
    found = cv2.remap(
        pixels, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=(255,) * 3
    )
    return np.asarray(found, np.uint8)


def _ink(strip: Pixels, colour: Colour) -> Ink:
    """The seal's own ink, 0 to 1; print that lies over a coloured seal has none of its colour.

    A photograph keeps its colours at half its size: the brightness says where exactly a stroke is,
    the hue only whose it is.
    """
    red, green, blue = (strip[..., k].astype(np.float32) for k in range(3))
    if colour is Colour.DARK:
        return _scaled_ink(255 - np.minimum(np.minimum(red, green), blue), 30.0)
    hue = red - np.maximum(green, blue) if colour is Colour.RED else blue - red
    hue = _scaled_ink(hue, 30.0)
    dark = 255 - (0.299 * red + 0.587 * green + 0.114 * blue)
    dark -= float(np.percentile(dark, 30))
    own = dark[hue > _STRONG]
    full = max(25.0, float(np.median(own))) if len(own) else 60.0
    return np.asarray(np.clip(hue / _STRONG, 0, 1) * np.clip(dark / full, 0, 1), np.float32)


def _scaled_ink(values: Ink, least: float) -> Ink:
    values = values - float(np.percentile(values, 30))
    full = max(least, float(np.percentile(values, 96)))
    return np.asarray(np.clip(values / full, 0, 1), np.float32)


def _crop(ink: Ink) -> Pixels:
    gray = (255 * (1 - ink)).astype(np.uint8)
    return np.ascontiguousarray(np.repeat(gray[..., None], 3, axis=2))
