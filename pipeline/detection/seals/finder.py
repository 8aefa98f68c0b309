"""Finds the seals on a page by the colour and the shape of their ink."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.detection.seals.candidate import Colour, Seal, Shape
from pipeline.detection.seals.fit import Fit, fit_ring
from pipeline.detection.seals.frames import Frame, find_frames
from pipeline.detection.seals.ink import Gray, Pixels, SmallPage, shrink
from pipeline.detection.seals.rings import vote

#: How many places of each layer are looked at closely, and the fewest votes they need.
_PLACES, _VOTES = 24, 0.5
#: Share of a ring's course that has ink, from which it is one.
_RING, _WORN = 0.86, 0.8
#: A ring so worn (or fitted so badly) as ``_WORN`` is one too where so much is written inside it.
_LETTERED = 0.4
#: A ring with one piece missing: share of the rest that has ink, and the longest piece missing.
_ARC, _MISSING, _SHORT = 0.95, 0.45, 0.1
#: A ring cut by the end of a paper that ends aslant before its picture does: the longest piece that
#: may be missing, and how much of that on the picture.
_LOST, _SLANT = 0.55, 0.2
#: Share of its course with ink, from which nothing more is looked for where a ring is.
_SURE = 0.93
#: By how much a frame is surer than a ring.
_STRAIGHT = 0.2
#: How many times the product of its axes a ring's is, in which a frame is chance.
_LARGER = 2.0
#: How far apart, in half widths of a ring, are two middles that are not one.
_BESIDE = 0.25
#: Share of the course beyond which the page's edge has not cut the ring.
_WHOLE = 0.97
#: An ellipse flatter than this is an oval seal and no circle in perspective.
_OVAL = 0.86
#: The flattest oval, and the smallest half width in pixels of the small page.
_FLATTEST, _LEAST = 0.5, 14.0
#: Share of the directions in which something is written inside the ring, from which it is a seal.
_WRITTEN = 0.22
#: Share of what is inside that is paper: a head in a photograph is round too.
_PAPER = 0.3
_INK, _PALE = 0.15, 0.25
#: Share of its line's ink that the writing in a whole ring has at least.
_THIN = 0.35


def find_seals(pixels: Pixels, pages: int = 1) -> tuple[Seal, ...]:
    """Find the seals on a page.

    Args:
        pixels: The upright page, RGB, shape (height, width, 3).
        pages: How many pages of print the sheet shows: 1, 2 side by side, or 4. A seal is as large
            against its own page as ever, but too small against the sheet, so each is looked at.

    Returns:
        The seals, the surest first; no two of them are the same one.
    """
    found = _found(pixels)
    for x0, y0, x1, y1 in _pages(pixels.shape[1], pixels.shape[0], pages):
        here = _found(pixels[y0:y1, x0:x1])
        found += [replace(s, center=(s.center[0] + x0, s.center[1] + y0)) for s in here]
    return tuple(distinct(found))


def _pages(width: int, height: int, pages: int) -> list[tuple[int, int, int, int]]:
    if pages == 1:
        return []
    rows = [(0, height)] if pages == 2 else [(0, height // 2), (height // 2, height)]
    columns = [(0, width // 2), (width // 2, width)]
    return [(x0, y0, x1, y1) for y0, y1 in rows for x0, x1 in columns]


def _found(pixels: Pixels) -> list[Seal]:
    page = shrink(pixels)
    found = [_from_fit(fit, page) for fit in _rings(page.dark, page.off)]
    found += [_from_frame(frame, page) for frame in find_frames(page.dark, page.off)]
    for layer in page.layers:
        # Print and a table's rules hide what stands free in the ink of one colour.
        rings = _rings(layer.ink, page.off, coloured=True)
        found += [_from_fit(fit, page) for fit in rings]
        found += [_from_frame(frame, page) for frame in find_frames(layer.ink, page.off)]
    return found


def _rings(ink: Gray, off: NDArray[np.bool_], *, coloured: bool = False) -> Iterator[Fit]:
    for place in vote(ink, off, most=_PLACES, least=_VOTES):
        fit = fit_ring(ink, place, off)
        if fit is not None and _is_ring(fit) and _written(ink, fit, off, coloured=coloured):
            yield fit


def _is_ring(fit: Fit) -> bool:
    if min(fit.axes) < max(_LEAST * _FLATTEST, _FLATTEST * max(fit.axes)) or max(fit.axes) < _LEAST:
        return False
    inked = fit.seen * fit.on_page
    arc = fit.gap <= _MISSING and inked >= _ARC * (fit.on_page - fit.gap)
    arc |= fit.lost <= _LOST and fit.gap <= _SLANT and inked >= _ARC * (1 - fit.lost)
    return fit.on_page >= 0.5 and (fit.seen >= _WORN or arc)


def _written(ink: Gray, fit: Fit, off: NDArray[np.bool_], *, coloured: bool) -> bool:
    """Whether there is a star or writing inside: a circle in a figure is empty.

    A ring that is badly worn needs its star. In a whole ring of coloured ink it does not matter
    how near the middle the writing stands.
    """
    turns = np.arange(72, dtype=np.float32) * np.float32(2 * math.pi / 72)
    cos, sin = math.cos(fit.angle), math.sin(fit.angle)

    height, width = ink.shape

    def at(reach: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        u = fit.axes[0] * np.cos(turns)[:, None] * reach
        v = fit.axes[1] * np.sin(turns)[:, None] * reach
        x = (fit.center[0] + u * cos - v * sin).astype(np.float32) - 0.5
        y = (fit.center[1] + u * sin + v * cos).astype(np.float32) - 0.5
        columns, rows = np.round(x).astype(int), np.round(y).astype(int)
        seen = (columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)
        seen &= ~off[np.clip(rows, 0, height - 1), np.clip(columns, 0, width - 1)]
        return np.asarray(cv2.remap(ink, x, y, cv2.INTER_LINEAR), np.float32), seen

    whole = fit.seen >= _SURE and fit.gap <= _SHORT
    # The thin writing in a pale ring is paler still.
    line, _ = at(np.ones(1, np.float32))
    least = min(_INK, _THIN * float(np.median(line))) if whole else _INK
    whole = whole and coloured
    band, on_page = at(
        np.linspace(0.15 if whole else 0.55, 0.88, 22 if whole else 10, dtype=np.float32)
    )
    there = on_page.mean(axis=1) > 0.5
    lettered = float(((band > least).sum(axis=1) >= 2)[there].mean()) if there.any() else 0.0
    middle, seen = at(np.linspace(0.0, 0.12, 4, dtype=np.float32))
    star = float((middle > _INK)[seen].mean()) if seen.mean() > 0.5 else 0.0
    inside, seen = at(np.sqrt(np.linspace(0.01, 0.8, 12, dtype=np.float32)))
    if not seen.any() or float((inside < _PALE)[seen].mean()) < _PAPER:
        return False
    enough = _WRITTEN if fit.seen >= _RING or fit.gap > _SHORT else _LETTERED
    return star > 0.9 or lettered >= enough


def _from_fit(fit: Fit, page: SmallPage) -> Seal:
    # The course is the middle of the line, whose half lies outside.
    line = 1 + 1.2 / max(fit.axes)
    flat = min(fit.axes) / max(fit.axes)
    return _placed(
        page,
        fit.center,
        (fit.axes[0] * line, fit.axes[1] * line),
        fit.angle,
        Shape.OVAL if flat < _OVAL else Shape.ROUND,
        cut=fit.on_page < _WHOLE,
        score=fit.seen,
    )


def _from_frame(frame: Frame, page: SmallPage) -> Seal:
    return _placed(
        page, frame.center, frame.axes, frame.angle, Shape.SQUARE, cut=frame.cut, score=frame.seen
    )


def _placed(
    page: SmallPage,
    center: tuple[float, float],
    axes: tuple[float, float],
    angle: float,
    shape: Shape,
    *,
    cut: bool,
    score: float,
) -> Seal:
    """Make a seal of a place on the small page."""
    sx, sy = page.scale
    small = Seal(center, axes, angle, Colour.DARK, shape, cut, score)
    scale = math.sqrt(sx * sy)
    return Seal(
        (center[0] * sx, center[1] * sy),
        (axes[0] * scale, axes[1] * scale),
        angle,
        _colour(page, small),
        shape,
        cut,
        score,
    )


def _colour(page: SmallPage, seal: Seal) -> Colour:
    """The colour of the ink on the seal's edge."""
    height, width = page.dark.shape
    edge = np.zeros((height, width), np.uint8)
    corners = np.round(np.array(seal.outline(-1.2)) * 16 - 8).astype(np.int32)
    cv2.polylines(edge, [corners], True, (1,), 3, shift=4)
    ink = page.pixels[(edge > 0) & (page.dark > 0.2)].astype(np.float32)
    if len(ink) < 8:
        return Colour.DARK
    paper = np.median(page.pixels[::8, ::8].reshape(-1, 3), axis=0)
    red, green, blue = np.median(ink, axis=0) * (255 / np.maximum(paper, 60))
    if red - max(green, blue) > 28:
        return Colour.RED
    return Colour.BLUE if blue - red > 28 else Colour.DARK


def distinct(seals: Sequence[Seal]) -> Iterator[Seal]:
    """Drop what lies inside another: the inner of two rings, a letter's bow, the same seal again.

    Of two that share a middle the larger is the seal, unless its ring is much less certain. Four
    straight sides are not seen by chance, as a ring among characters may be; but in a whole ring
    lines of print and of its own writing make a frame.
    """
    kept: list[Seal] = []
    rings = [s for s in seals if s.shape is not Shape.SQUARE and s.score >= _SURE]
    seals = [s for s in seals if not any(_swallows(s, ring) for ring in rings)]

    def surest(seal: Seal) -> float:
        framed = seal.shape is Shape.SQUARE and not any(_around(ring, seal) for ring in rings)
        straight = _STRAIGHT if framed else 0.0
        return -(seal.score + straight + 0.25 * seal.axes[0] * seal.axes[1] / _area(seals))

    for seal in sorted(seals, key=surest):
        if not any(_same(seal, other) for other in kept):
            kept.append(seal)
            yield seal


def _swallows(seal: Seal, ring: Seal) -> bool:
    """Whether what the waves of a printed ground were taken for lies over a whole ring."""
    larger = math.prod(seal.axes) > _LARGER * math.prod(ring.axes)
    beside = math.dist(seal.center, ring.center) > _BESIDE * min(ring.axes)
    return seal.score < _RING and larger and beside and _same(seal, ring)


def _around(ring: Seal, frame: Seal) -> bool:
    """Whether a ring goes around a frame, which is much smaller."""
    near = math.dist(ring.center, frame.center) < 0.5 * min(ring.axes)
    return near and math.prod(ring.axes) > _LARGER * math.prod(frame.axes)


def _area(seals: Sequence[Seal]) -> float:
    return max(s.axes[0] * s.axes[1] for s in seals)


def _same(one: Seal, other: Seal) -> bool:
    a = cv2.convexHull(np.array(one.outline(), np.float32))
    b = cv2.convexHull(np.array(other.outline(), np.float32))
    overlap, _ = cv2.intersectConvexConvex(a, b)
    return float(overlap) > 0.35 * min(cv2.contourArea(a), cv2.contourArea(b))
