"""Unrolls a seal's writing into straight strips that a reader of lines can read."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.detection.seals.candidate import Colour, Seal, Shape

Pixels = NDArray[np.uint8]
Ink = NDArray[np.float32]

#: Height of the strips: that of the reader's crops.
HEIGHT = 48
#: Where the ring of text runs, as shares of the way from the middle to the edge.
_INNER, _OUTER = 0.56, 0.94
#: Share of a strip's column that has ink where a character stands.
_INKED = 0.06
#: Stretch of the ring without text, in degrees, from which it tells where the text begins.
_CLEAR = 20.0
#: Degrees of ring beyond a full turn where nothing tells where the text begins.
_AGAIN = 90.0
_WIDEST = 1600
#: Rows, and columns, that a square seal may have.
_MOST = 6


@dataclass(frozen=True, slots=True)
class Strip:
    """A crop of ``HEIGHT`` rows, RGB; ``ends`` when the text is known to end where it does."""

    pixels: Pixels
    ends: bool = False


def unroll(pixels: Pixels, seal: Seal) -> tuple[Strip, ...]:
    """Cut the writing out of a seal.

    Args:
        pixels: The upright page, RGB.
        seal: In pixels of that page.

    Returns:
        One strip for each way in which the seal's text may run.
    """
    return _block(pixels, seal) if seal.shape is Shape.SQUARE else (_ring(pixels, seal),)


def _ring(pixels: Pixels, seal: Seal) -> Strip:
    """The ring of text from the outer edge (top) inwards, clockwise, cut where it is empty."""
    around = math.pi * (seal.axes[0] + seal.axes[1]) * (_INNER + _OUTER) / 2
    deep = (seal.axes[0] + seal.axes[1]) / 2 * (_OUTER - _INNER)
    width = int(min(_WIDEST, max(160, around * HEIGHT / deep)))
    turns = np.arange(width, dtype=np.float32) * np.float32(2 * math.pi / width)
    reach = np.linspace(_OUTER, _INNER, HEIGHT, dtype=np.float32)[:, None]
    u = seal.axes[0] * reach * np.cos(turns - np.float32(seal.angle))
    v = seal.axes[1] * reach * np.sin(turns - np.float32(seal.angle))
    strip = _ink(_sampled(pixels, seal, u, v), seal.colour)
    start, length = _text_run((strip > 0.3).mean(axis=0))
    columns = (start + np.arange(length)) % width
    return Strip(_crop(strip[:, columns]), ends=length < width)


def _text_run(inked: Ink) -> tuple[int, int]:
    """Where the text begins, and how many columns it takes with a margin on both sides."""
    width = len(inked)
    smooth = np.convolve(np.tile(inked, 3), np.ones(7) / 7, mode="same")[width : 2 * width]
    marks = np.flatnonzero(np.tile(smooth > _INKED, 2))
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
    # The frame itself is left out.
    inner = 0.93
    u = np.linspace(-inner * a, inner * a, width, dtype=np.float32)[None].repeat(height, axis=0)
    v = np.linspace(-inner * b, inner * b, height, dtype=np.float32)[:, None].repeat(width, axis=1)
    ink = _ink(_sampled(pixels, upright, u, v), seal.colour)
    rows = _runs((ink > 0.3).mean(axis=1))
    columns = _runs((ink > 0.3).mean(axis=0))
    if not 0 < len(rows) <= _MOST or not 0 < len(columns) <= _MOST:
        return ()
    across = [_scaled(ink[top:bottom]) for top, bottom in rows]
    cells = [
        _scaled(ink[top:bottom, left:right])
        for left, right in reversed(columns)
        for top, bottom in rows
    ]
    return tuple(Strip(_crop(np.concatenate(way, axis=1))) for way in (across, cells) if way)


def _runs(inked: Ink) -> list[tuple[int, int]]:
    """Stretches with ink between stretches without: rows of characters, or columns.

    Slivers are a part of the character beside them, or what is left of the frame.
    """
    smooth = np.convolve(inked, np.ones(3) / 3, mode="same")
    marks = np.flatnonzero(smooth > 0.04)
    if len(marks) == 0:
        return []
    breaks = np.flatnonzero(np.diff(marks) > 2)
    starts = [int(marks[0]), *(int(marks[i + 1]) for i in breaks)]
    ends = [*(int(marks[i]) + 1 for i in breaks), int(marks[-1]) + 1]
    longest = max(e - s for s, e in zip(starts, ends, strict=True))
    runs: list[tuple[int, int]] = []
    for start, end in zip(starts, ends, strict=True):
        if runs and end - runs[-1][0] <= 1.15 * longest:
            runs[-1] = (runs[-1][0], end)
        else:
            runs.append((start, end))
    return [(start, end) for start, end in runs if end - start >= 0.45 * longest]


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
    """The seal's own ink, 0 to 1; print that lies over a coloured seal has none of its colour."""
    red, green, blue = (strip[..., k].astype(np.float32) for k in range(3))
    if colour is Colour.RED:
        ink = red - np.maximum(green, blue)
    elif colour is Colour.BLUE:
        ink = blue - red
    else:
        ink = 255 - np.minimum(np.minimum(red, green), blue)
    ink -= float(np.percentile(ink, 30))
    full = max(30.0, float(np.percentile(ink, 96)))
    return np.asarray(np.clip(ink / full, 0, 1), np.float32)


def _crop(ink: Ink) -> Pixels:
    gray = (255 * (1 - ink)).astype(np.uint8)
    return np.ascontiguousarray(np.repeat(gray[..., None], 3, axis=2))
