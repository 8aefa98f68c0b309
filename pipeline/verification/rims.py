"""Rims of seals without colour that are still visible: circles and ellipses of dark ink.

A black seal, or any seal on a gray or fax copy, has no colour that tells it. Its rim is a whole
ellipse of a seal's size with writing inside. Ellipses are found by EDCircles (Akinlar and Topal, A
real-time circle detector with a false detection control, Pattern Recognition 46, 2013), which
keeps what is no accident; the fine lines of a coloured ground are told apart by their paleness.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

Bits = NDArray[np.uint8]
Gray = NDArray[np.uint8]
Values = NDArray[np.float64]

_SMALLEST, _LARGEST, _FLATTEST = 0.03, 0.13, 0.5
"""Half sides of a seal in longer sides of the page, and the shorter by the longer."""
_BLUR = 1.0
_GRADIENT, _ANCHOR, _PATH = 14, 4, 20
"""What the edges are traced with: least gradient, least peak, and least length in pixels."""
_NEAR = 9
"""Pixels around a mask in which an edge may be the mask's own."""
_VISIBLE = 0.5
"""Share of a rim that must lie outside the masks."""
_ANGLES = 96
_DARKER, _DARK = 40, 0.6
"""Levels by which a rim is darker than the paper on both its sides, in this share of what shows."""
_WRITTEN, _PAPER = 0.22, 0.3
"""Share of the visible directions with ink inside the rim; and how much in there is paper."""


def find_rims(gray: Gray, hidden: Bits, known: Bits) -> Iterator[tuple[float, float, float, float]]:
    """Yield x0, y0, x1, y1 of the rims on a small page.

    Args:
        gray: The copy's page, made small, shape (height, width).
        hidden: Where masks are, same shape; not 0 there.
        known: Where seals stand that may be seen, same shape.
    """
    smooth = np.asarray(cv2.GaussianBlur(gray, (0, 0), _BLUR), np.uint8)
    found = _ellipses(smooth)
    if not len(found):
        return
    longer = max(gray.shape)
    near = np.asarray(cv2.dilate(hidden, np.ones((_NEAR, _NEAR), np.uint8)), np.uint8)
    for x, y, radius, a, b, degrees in found.tolist():
        # What is a circle has a radius; what is an ellipse has half sides.
        one, other = (radius, radius) if radius > 0 else (a, b)
        low, high = min(one, other), max(one, other)
        if low < _SMALLEST * longer or high > _LARGEST * longer or low < _FLATTEST * high:
            continue
        column, row = int(x), int(y)
        inside = 0 <= column < gray.shape[1] and 0 <= row < gray.shape[0]
        if inside and known[row, column]:
            continue
        if _is_seal(smooth, near, (x, y), (one, other), math.radians(degrees)):
            yield x - high, y - high, x + high, y + high


def _ellipses(gray: Gray) -> Values:
    """Middle, radius of a circle, half sides and turn in degrees of an ellipse; shape (n, 6)."""
    drawing = cv2.ximgproc.createEdgeDrawing()
    params = cv2.ximgproc.EdgeDrawing.Params()
    params.EdgeDetectionOperator = 1  # Sobel's
    params.GradientThresholdValue, params.AnchorThresholdValue = _GRADIENT, _ANCHOR
    params.MinPathLength = _PATH
    params.NFAValidation, params.PFmode = True, False
    drawing.setParams(params)
    drawing.detectEdges(gray)
    found = drawing.detectEllipses()
    return np.zeros((0, 6)) if found is None else np.asarray(found, np.float64).reshape(-1, 6)


def _is_seal(
    gray: Gray,
    near: Bits,
    center: tuple[float, float],
    axes: tuple[float, float],
    turn: float,
) -> bool:
    """Whether an ellipse is a dark line on paper that no mask has drawn, with writing inside."""
    angles = np.arange(_ANGLES) * (2 * math.pi / _ANGLES)
    pixel = 1.0 / min(axes)
    outs = np.array([-6, -5, -4, -2, -1, 0, 1, 2, 4, 5, 6]) * pixel
    reach = np.concatenate([1 + outs, np.linspace(0.55, 0.88, 12)])
    u, v = axes[0] * np.cos(angles)[:, None] * reach, axes[1] * np.sin(angles)[:, None] * reach
    x = np.round(center[0] + u * math.cos(turn) - v * math.sin(turn)).astype(int)
    y = np.round(center[1] + u * math.sin(turn) + v * math.cos(turn)).astype(int)
    height, width = gray.shape
    there = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    x, y = np.clip(x, 0, width - 1), np.clip(y, 0, height - 1)
    tones = gray[y, x].astype(int)
    open_ = there & (near[y, x] == 0)
    shows = open_[:, 5]
    if shows.mean() < _VISIBLE:
        return False
    rim = tones[:, 3:8].min(axis=1)
    paper = np.minimum(tones[:, :3].max(axis=1), tones[:, 8:11].max(axis=1))
    if float((paper - rim >= _DARKER)[shows].mean()) < _DARK:
        return False
    inner, bare = tones[:, 11:], open_[:, 11:]
    light = float(np.median(paper[shows]))
    inked = ((inner < light - _DARKER) & bare).sum(axis=1) >= 2
    seen = bare.mean(axis=1) > 0.5
    if not seen.any() or float((inner > light - _DARKER / 2)[bare].mean()) < _PAPER:
        return False
    return float(inked[seen].mean()) >= _WRITTEN
