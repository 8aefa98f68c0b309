"""Rims of seals that are still visible: circles and ellipses of ink, whatever its colour.

A black seal, or any seal on a gray or fax copy, has no colour that tells it. Its rim is a whole
ellipse of a seal's size with writing inside. Where one may be is said by two detectors: EDCircles
(Akinlar and Topal, A real-time circle detector with a false detection control, Pattern Recognition
46, 2013), which keeps what is no accident, and Hough's for circles, which takes dotted rims as
well and finds ovals in a page made narrower. A closed curve of few waves is then laid along the
darkest line near each: print, a table's rules and the lines of a coloured ground follow it in
places, a rim all around.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

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
_SOFT, _CELL, _STRONGEST, _ROUNDNESS = 2.5, 3.0, 30.0, 0.3
"""What circles are voted for with: blur, pixels for a cell, strongest gradient, least roundness."""
_OVAL = 0.71
"""Height by width of an oval seal."""
_MOST, _APART = 60, 8
"""Candidates of a detector that are looked at, the surest first, and pixels between two of them."""
_NEAR = 9
"""Pixels around a mask in which an edge may be the mask's own."""
_VISIBLE = 0.5
"""Share of a rim that must lie outside the masks."""
_ANGLES, _REACH, _FINE = 96, 0.2, 1.5
"""Directions that are looked at, how far in and out as a share of the way to the rim, and steps for
a pixel."""
_NARROWER = (0.15, 0.1, 0.06, 0.04)
"""Shares of that way around the curve within which the next one is sought."""
_SIDES, _LINE = 3.5, 2.2
"""Pixels from the middle of a rim's line to paper on both its sides, and to the curve at most."""
_STANDS_OUT, _FULL = 6.0, 30.0
"""Levels by which a line is darker than both its sides, and from which it counts no more."""
_FEWEST, _WHOLE = 40, 0.88
"""Directions that need a line for the search to go on, and the share of the visible ones that has
one on a rim: chance stays under four fifths."""
_MOSTLY, _SURE = 0.75, 0.97
"""The same share where less than so much of a rim is visible."""
_WRITTEN, _PAPER = 0.22, 0.3
"""Share of the visible directions with ink inside the rim, and how much in there is paper."""
_FAINTEST, _WORN, _PALE = 8.0, 20.0, 40.0
"""Levels by which ink differs from paper at least, half as much as the rim but no more than these:
a fax leaves specks of the writing in a black rim. What is paler than half the rim, by no more than
these, is paper with a ground printed on it."""

_TURNS = np.arange(_ANGLES) * (2 * math.pi / _ANGLES)
_WAVES = np.stack([np.ones(_ANGLES), *(f(k * _TURNS) for k in (1, 2) for f in (np.cos, np.sin))], 1)
_STIFF = np.diag([0.0, 0.02, 0.02, 0.2, 0.2])


@dataclass(frozen=True, slots=True)
class Ellipse:
    """Where a rim may be, in pixels: its middle, its half sides, and its turn in radians."""

    x: float
    y: float
    a: float
    b: float
    turn: float = 0.0

    def at(self, reach: Values) -> tuple[Values, Values]:
        """Places at shares of the way to the rim, by direction: both of shape (angles, n)."""
        u, v = self.a * np.cos(_TURNS)[:, None] * reach, self.b * np.sin(_TURNS)[:, None] * reach
        cos, sin = math.cos(self.turn), math.sin(self.turn)
        return self.x + u * cos - v * sin, self.y + u * sin + v * cos


def find_rims(gray: Gray, hidden: Bits, known: Bits) -> Iterator[tuple[float, float, float, float]]:
    """Yield x0, y0, x1, y1 of the rims on a small page.

    Args:
        gray: The copy's page, made small, shape (height, width).
        hidden: Where masks are, same shape; not 0 there.
        known: Where seals stand that may be seen, same shape.
    """
    smooth = np.asarray(cv2.GaussianBlur(gray, (0, 0), _BLUR), np.uint8)
    near = np.asarray(cv2.dilate(hidden, np.ones((_NEAR, _NEAR), np.uint8)), np.uint8)
    longer = max(gray.shape)
    for place in _distinct(_candidates(gray, smooth)):
        low, high = sorted((place.a, place.b))
        if low < _SMALLEST * longer or high > _LARGEST * longer or low < _FLATTEST * high:
            continue
        column, row = int(place.x), int(place.y)
        inside = 0 <= column < gray.shape[1] and 0 <= row < gray.shape[0]
        if not (inside and known[row, column]) and _is_rim(smooth, near, place):
            yield place.x - high, place.y - high, place.x + high, place.y + high


def _candidates(gray: Gray, smooth: Gray) -> Iterator[Ellipse]:
    yield from _ellipses(smooth)
    longer = max(gray.shape)
    least, most = math.ceil(_SMALLEST * longer), math.floor(_LARGEST * longer)
    blurred = np.asarray(cv2.GaussianBlur(gray, (0, 0), _SOFT), np.uint8)
    for flat in (1.0, _OVAL):
        narrow = cv2.resize(blurred, None, fx=flat, fy=1.0, interpolation=cv2.INTER_AREA)
        circles = cv2.HoughCircles(
            narrow,
            cv2.HOUGH_GRADIENT_ALT,
            dp=_CELL,
            minDist=_APART,
            param1=_STRONGEST,
            param2=_ROUNDNESS,
            minRadius=least,
            maxRadius=most,
        )
        # None where there is no circle, whatever the stubs say.
        found = np.zeros((1, 0, 3)) if circles is None else np.asarray(circles)
        for x, y, radius in found.reshape(-1, found.shape[-1])[:_MOST, :3].tolist():
            yield Ellipse(x / flat, y, radius / flat, radius)


def _ellipses(smooth: Gray) -> Iterator[Ellipse]:
    drawing = cv2.ximgproc.createEdgeDrawing()
    params = cv2.ximgproc.EdgeDrawing.Params()
    params.EdgeDetectionOperator = 1  # Sobel's
    params.GradientThresholdValue, params.AnchorThresholdValue = _GRADIENT, _ANCHOR
    params.MinPathLength = _PATH
    params.NFAValidation, params.PFmode = True, False
    drawing.setParams(params)
    drawing.detectEdges(smooth)
    ellipses = drawing.detectEllipses()
    found = np.zeros((0, 6)) if ellipses is None else np.asarray(ellipses, np.float64)
    for x, y, radius, a, b, degrees in found.reshape(-1, 6).tolist():
        # What is a circle has a radius; what is an ellipse has half sides.
        one, other = (radius, radius) if radius > 0 else (a, b)
        yield Ellipse(x, y, one, other, math.radians(degrees))


def _distinct(found: Iterator[Ellipse]) -> Iterator[Ellipse]:
    kept: list[Ellipse] = []
    for one in found:
        if not any(
            max(abs(one.x - o.x), abs(one.y - o.y), abs(one.a - o.a), abs(one.b - o.b)) < _LINE
            for o in kept
        ):
            kept.append(one)
            yield one


def _is_rim(gray: Gray, near: Bits, place: Ellipse) -> bool:
    """Whether a line runs all along a curve near an ellipse, with paper and writing inside."""
    mean = (place.a + place.b) / 2
    reach = np.linspace(1 - _REACH, 1 + _REACH, max(31, round(2 * _REACH * mean * _FINE)))
    tones, bare = _looked_at(gray, near, place, reach)
    # A line has paper on both its sides; the edge of a picture or of hair has not.
    apart = max(2, round(_SIDES / ((reach[1] - reach[0]) * mean)))
    line = np.full_like(tones, -1.0)
    sides = np.minimum(tones[:, : -2 * apart], tones[:, 2 * apart :])
    line[:, apart:-apart] = sides - tones[:, apart:-apart]
    line[~bare] = -1.0
    course = np.ones(_ANGLES)
    for width in _NARROWER:
        at, clear = _nearest(line, reach, course, width)
        has = clear > _STANDS_OUT
        if has.sum() < _FEWEST:
            return False
        weight = np.minimum(clear, _FULL) * has
        # Weak ties to the ellipse: where a mask hides a third of it the curve must not run away.
        left = (_WAVES * weight[:, None]).T @ _WAVES + _STIFF * weight.sum()
        course = _WAVES @ np.linalg.solve(left, (_WAVES * weight[:, None]).T @ at)
        if abs(course.mean() - 1) > _REACH:
            return False
    _, clear = _nearest(line, reach, course, _LINE / mean)
    shows = bare[np.arange(_ANGLES), np.abs(reach - course[:, None]).argmin(axis=1)]
    least = _WHOLE if shows.mean() >= _MOSTLY else _SURE
    if shows.mean() < _VISIBLE or float((clear > _STANDS_OUT)[shows].mean()) < least:
        return False
    return _is_written(gray, near, place, course, float(np.median(clear[shows])))


def _is_written(gray: Gray, near: Bits, place: Ellipse, course: Values, strength: float) -> bool:
    """Whether there is writing on paper inside a curve; a head or a button has none."""
    tones, bare = _looked_at(gray, near, place, course[:, None] * np.linspace(0.5, 0.88, 14))
    if not bare.any():
        return False
    deeper = float(np.percentile(tones[bare], 85)) - tones
    inked = ((deeper > max(_FAINTEST, min(strength / 2, _WORN))) & bare).sum(axis=1) >= 2
    seen = bare.mean(axis=1) > 0.5
    paper = deeper < max(_FAINTEST, min(strength / 2, _PALE))
    if not seen.any() or float(paper[bare].mean()) < _PAPER:
        return False
    return float(inked[seen].mean()) >= _WRITTEN


def _nearest(line: Values, reach: Values, course: Values, width: float) -> tuple[Values, Values]:
    """Where the clearest line is around a curve in each direction, and how clear it is."""
    around = np.where(np.abs(reach - course[:, None]) <= width, line, -1.0)
    best = around.argmax(axis=1)
    return reach[best], around[np.arange(_ANGLES), best]


def _looked_at(
    gray: Gray, near: Bits, place: Ellipse, reach: Values
) -> tuple[Values, NDArray[np.bool_]]:
    """Tones at shares of the way to an ellipse, and where they are on the page and not masked."""
    x, y = place.at(reach)
    tones = cv2.remap(
        gray, x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR, borderValue=(255,)
    )
    height, width = gray.shape
    bare = (x >= 1) & (y >= 1) & (x < width - 2) & (y < height - 2)
    columns = np.clip(np.round(x), 0, width - 1).astype(int)
    rows = np.clip(np.round(y), 0, height - 1).astype(int)
    return np.asarray(tones, np.float64), bare & (near[rows, columns] == 0)
