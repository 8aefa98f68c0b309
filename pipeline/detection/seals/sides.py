"""Finds rectangles by their straight sides, where print that runs across hides the space inside."""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.detection.seals.ink import Gray

Lines = NDArray[np.float64]
#: A rectangle's middle, half sides and turn, in pixels of the layer.
Rectangle = tuple[tuple[float, float], tuple[float, float], float]

#: Shortest side that is looked for, in pixels, and how far two sides may be from parallel.
_SHORTEST, _ASLANT = 18.0, math.radians(4)
#: Turn against the page, either way, beyond which no seal is stamped.
_TURN = math.radians(24)
#: Share of the longer of two sides that must lie opposite the other.
_OPPOSITE = 0.55
#: Lines, and pairs of them, looked at, the longest first: a page of rules must not take long.
_LINES, _PAIRS = 120, 600
#: Share of the places along each side that has ink, and how far out, in pixels, it may be.
_INKED, _SOME, _OUTS = 0.75, 0.18, (0.5, 1.5, 2.5)
#: Places along a side.
_PLACES = 16
#: Rectangles nearer than this are one.
_GRID = 2.0


def find_rectangles(ink: Gray, least: float, most: float) -> list[Rectangle]:
    """Return what two opposite straight lines span where ink runs along all four sides.

    The lines are found by LSD (Grompone von Gioi and others, Image Processing On Line 2, 2012).

    Args:
        ink: 0 to 1, shape (height, width).
        least: Shortest distance of two sides, in pixels.
        most: Longest side.
    """
    gray = (255 * (1 - np.clip(ink, 0, 1))).astype(np.uint8)
    # None where there is no line, which its stub does not say.
    found: Any = cv2.createLineSegmentDetector(cv2.LSD_REFINE_NONE).detect(gray)[0]
    if found is None:
        return []
    lines = np.asarray(found, np.float64).reshape(-1, 4)
    length = np.hypot(lines[:, 2] - lines[:, 0], lines[:, 3] - lines[:, 1])
    fits = np.flatnonzero((length >= _SHORTEST) & (length <= most))
    lines = lines[fits[np.argsort(-length[fits])]]
    angle = np.arctan2(lines[:, 3] - lines[:, 1], lines[:, 2] - lines[:, 0])
    # From -45 to 45 degrees off the x axis, or off the y axis.
    quarter = np.round(angle / (math.pi / 2)).astype(int)
    off = angle - quarter * (math.pi / 2)
    spans = [np.empty((0, 5))]
    for way in (0, 1):
        mine = np.flatnonzero((quarter % 2 == way) & (np.abs(off) <= _TURN))[:_LINES]
        spans.append(_spanned(lines[mine], off[mine], way * math.pi / 2, least, most))
    made = _framed(ink, np.concatenate(spans))
    _, first = np.unique(np.round(made[:, :4] / _GRID), axis=0, return_index=True)
    return [((u, v), (a, b), turn) for u, v, a, b, turn in made[np.sort(first)].tolist()]


def _spanned(lines: Lines, off: Lines, base: float, least: float, most: float) -> Lines:
    """What pairs of lines span that are opposite sides: middle, half sides, turn; shape (n, 5)."""
    one, other = np.triu_indices(len(lines), 1)
    near = np.abs(off[one] - off[other]) <= _ASLANT
    one, other = one[near], other[near]
    turn = (off[one] + off[other]) / 2 + base
    cos, sin = np.cos(turn), np.sin(turn)

    def own(line: Lines) -> tuple[Lines, Lines, Lines]:
        start, end = line[:, 0] * cos + line[:, 1] * sin, line[:, 2] * cos + line[:, 3] * sin
        across = ((line[:, 1] + line[:, 3]) * cos - (line[:, 0] + line[:, 2]) * sin) / 2
        return np.minimum(start, end), np.maximum(start, end), np.asarray(across, np.float64)

    a0, a1, a = own(lines[one])
    b0, b1, b = own(lines[other])
    start, end, apart = np.minimum(a0, b0), np.maximum(a1, b1), np.abs(a - b)
    shared = np.minimum(a1, b1) - np.maximum(a0, b0)
    good = (apart >= least) & (apart <= most) & (end - start <= most)
    good &= shared >= _OPPOSITE * np.maximum(a1 - a0, b1 - b0)
    u, v = (start + end) / 2, (a + b) / 2
    # Pixel (i, j) has its middle at (i, j) here, as where frames are looked at.
    x, y = u * cos - v * sin - 0.5, u * sin + v * cos - 0.5
    made = np.stack([x, y, (end - start) / 2, apart / 2, turn], axis=1)
    return np.asarray(made[good][:_PAIRS], np.float64)


def _framed(ink: Gray, made: Lines) -> Lines:
    """Those rectangles along whose four sides there is ink."""
    if not len(made):
        return made
    t = np.linspace(-0.94, 0.94, _PLACES)
    outs = np.array(_OUTS)[:, None]
    a, b = (made[:, k, None, None] + outs for k in (2, 3))
    # Shape (rectangles, sides, outs, places).
    u = np.stack([a * t, a * t, a + 0 * t, -a + 0 * t], axis=1)
    v = np.stack([b + 0 * t, -b + 0 * t, b * t, b * t], axis=1)
    cos, sin = (f(made[:, 4])[:, None, None, None] for f in (np.cos, np.sin))
    x = (made[:, 0, None, None, None] + u * cos - v * sin).astype(np.float32)
    y = (made[:, 1, None, None, None] + u * sin + v * cos).astype(np.float32)
    flat = (-1, _PLACES)
    found = cv2.remap(ink, x.reshape(flat), y.reshape(flat), cv2.INTER_LINEAR, borderValue=(1.0,))
    shares = (found.reshape(x.shape) > _SOME).any(axis=2).mean(axis=2).min(axis=1)
    return np.asarray(made[shares >= _INKED])
