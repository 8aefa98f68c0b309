"""Ruled lines and ink of a page: what separates one cell or slot from the next.

All coordinates are pixels of the upright page.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.geometry import Frame, shrink_pixels
from pipeline.reading.seal_ink import lift_seal_ink

# Rules are looked for at this many pixels on the longer side: thin lines survive, noise does not.
_SIDE = 1200
# So much of it may be missing where that lets the page be reduced by a whole factor, as A4 at 200
# or 300 dpi.
_SLACK = 0.03
# Ink is darker than the paper by more than so many levels; the paper is the median of a window of
# so many pixels of a grid half as fine.
_INK, _WINDOW = 28, 17
# Pixels per pixel of the page where there is nothing to see.
_BARE = 0.1
# Height and width of ink that is no mere sign, in line heights.
_HIGH, _WIDE = 0.45, 0.3


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a page has ruled lines and where it has ink.

    Attributes:
        scale: Pixels of the masks per pixel of the page.
        horizontal: Horizontal rules, uint8 0/1.
        vertical: Vertical rules, uint8 0/1.
        ink: Everything darker than the paper around it, rules and the ink of seals taken out, uint8
            0/1.
        stamped: The same with the ink of seals: what is taken for a gray seal's may be a pen's.
    """

    scale: float
    horizontal: NDArray[np.uint8]
    vertical: NDArray[np.uint8]
    ink: NDArray[np.uint8]
    stamped: NDArray[np.uint8]

    def rule_right(self, x: float, y0: float, y1: float, limit: float) -> float:
        """Return the x of the first vertical rule right of ``x`` in the rows, or ``limit``."""
        s = self.scale
        band = self.vertical[self._rows(y0, y1), int(x * s) : int(limit * s) + 1]
        hit = _first(band, axis=0)
        return limit if hit is None else x + hit / s

    def rule_below(self, y: float, x0: float, x1: float, limit: float) -> float:
        """Return the y of the first horizontal rule below ``y`` in the columns, or ``limit``."""
        s = self.scale
        band = self.horizontal[int(y * s) : int(limit * s) + 1, self._columns(x0, x1)]
        hit = _first(band, axis=1)
        return limit if hit is None else y + hit / s

    def rule_above(self, y: float, x0: float, x1: float, limit: float) -> float:
        """Return the y of the first horizontal rule above ``y`` in the columns, or ``limit``."""
        s = self.scale
        band = self.horizontal[max(0, int(limit * s)) : int(y * s) + 1, self._columns(x0, x1)]
        hit = _first(band[::-1], axis=1)
        return limit if hit is None else y - hit / s

    def rule_left(self, x: float, y0: float, y1: float, limit: float) -> float:
        """Return the x of the first vertical rule left of ``x`` in the rows, or ``limit``."""
        s = self.scale
        band = self.vertical[self._rows(y0, y1), max(0, int(limit * s)) : int(x * s) + 1]
        hit = _first(band[:, ::-1], axis=0)
        return limit if hit is None else x - hit / s

    def first_ink(
        self,
        x0: float,
        y0: float,
        x1: float,
        y1: float,
        gap: float,
        read: Iterable[tuple[float, float, float, float]] = (),
    ) -> tuple[float, float, float, float] | None:
        """Return the bounds of the first stretch of ink in a region, read from the left.

        The stretch ends where ``gap`` page pixels hold no ink. None where there is next to none.
        Ink inside the bounds ``read`` is known to be something else and does not count.
        """
        s = self.scale
        left, top = max(0, int(x0 * s)), max(0, int(y0 * s))
        region = self.ink[top : max(top, int(y1 * s)), left : max(left, int(x1 * s))]
        if region.size == 0:
            return None
        others = [[int(v * s) for v in bounds] for bounds in read]
        if others:
            region = region.copy()
            for a, b, c, d in others:
                region[
                    max(0, b - top) : max(0, d + 1 - top), max(0, a - left) : max(0, c + 1 - left)
                ] = 0
        count, labels, stats, _ = cv2.connectedComponentsWithStats(region, connectivity=8)
        # Single specks are scanner noise; a stroke has some length.
        strokes = [i for i in range(1, count) if max(stats[i][2], stats[i][3]) >= 5]
        columns = np.flatnonzero(np.isin(labels, strokes).any(axis=0))
        if len(columns) < 5:
            return None
        wide = np.flatnonzero(np.diff(columns) > gap * s)
        last = columns[wide[0]] if len(wide) else columns[-1]
        chosen = [stats[i] for i in strokes if stats[i][0] <= last]
        if sum(int(b[4]) for b in chosen) < 24:
            return None
        ys0 = min(int(b[1]) for b in chosen)
        ys1 = max(int(b[1] + b[3]) for b in chosen)
        return (
            (left + int(columns[0])) / s,
            (top + ys0) / s,
            (left + int(last) + 1) / s,
            (top + ys1) / s,
        )

    def is_written(self, x0: float, y0: float, x1: float, y1: float) -> bool:
        """Whether the first ink in a region as high as a line is as high and wide as writing."""
        em = max(8.0, y1 - y0)
        ink = self.first_ink(x0, y0 - 0.15 * em, x1, y1 + 0.15 * em, 0.6 * em)
        return ink is not None and min((ink[3] - ink[1]) / _HIGH, (ink[2] - ink[0]) / _WIDE) > em

    def _rows(self, y0: float, y1: float) -> slice:
        # The middle of the rows: a rule must cross it, a letter's stem seldom spans it.
        inset = 0.2 * (y1 - y0)
        return slice(max(0, int((y0 + inset) * self.scale)), int((y1 - inset) * self.scale) + 1)

    def _columns(self, x0: float, x1: float) -> slice:
        inset = 0.2 * (x1 - x0)
        return slice(max(0, int((x0 + inset) * self.scale)), int((x1 - inset) * self.scale) + 1)


def _first(band: NDArray[np.uint8], axis: int) -> int | None:
    """First position along the other axis where most of the band is crossed by a rule."""
    if band.size == 0:
        return None
    crossed = np.asarray(band.max(axis=axis) if min(band.shape) == 1 else band.mean(axis=axis))
    hits = np.flatnonzero(crossed > 0.4)
    if len(hits):
        return int(hits[0])
    # On a page that lies askew the rule wanders over several rows or columns of the band.
    span = 5
    if crossed.size >= span:
        summed = np.convolve(crossed, np.ones(span), mode="valid")
        hits = np.flatnonzero(summed > 0.7)
        if len(hits):
            return int(hits[0]) + span // 2
    return None


def bare_layout(frame: Frame) -> Layout:
    """Return the layout of a page of which neither the rules nor the ink are known."""
    nothing = np.zeros((round(frame.height * _BARE) + 1, round(frame.width * _BARE) + 1), np.uint8)
    return Layout(_BARE, nothing, nothing, nothing, nothing)


def analyse_layout(pixels: NDArray[np.uint8]) -> Layout:
    """Find the rules and the ink of an upright RGB page, shape (height, width, 3)."""
    small, scale = _reduced(pixels)
    # The darkest channel keeps red and blue lines as dark as black ones.
    lifted = lift_seal_ink(small)
    dark = _dark(lifted)
    stamped = dark if lifted is small else _dark(small)
    horizontal = _rules(dark, (35, 1), (1, 3))
    vertical = _rules(dark, (1, 30), (3, 1))
    ruled = cv2.dilate(cv2.bitwise_or(horizontal, vertical), np.ones((3, 3), np.uint8))
    ink, both = (np.asarray(cv2.subtract(d, ruled), np.uint8) for d in (dark, stamped))
    return Layout(scale, horizontal, vertical, ink, both)


def _dark(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    darkest = np.minimum(np.minimum(pixels[..., 0], pixels[..., 1]), pixels[..., 2])
    below = cv2.subtract(_paper(darkest), darkest)
    return np.asarray(cv2.threshold(below, _INK, 1, cv2.THRESH_BINARY)[1], np.uint8)


def _reduced(pixels: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], float]:
    """Reduce a page to about ``_SIDE``; also return its new pixels per old pixel."""
    height, width = pixels.shape[:2]
    longer = max(height, width)
    factor = int(longer / (_SIDE * (1 - _SLACK)))
    if factor > 1:
        pixels = shrink_pixels(pixels, width // factor, height // factor)
        longer //= factor
    scale = min(1.0, _SIDE / longer)
    height, width = pixels.shape[:2]
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return shrink_pixels(pixels, *size), scale / max(1, factor)


def _paper(gray: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Brightness of the paper around each pixel: the median of a wide window, by a coarser grid."""
    height, width = gray.shape
    paper = cv2.medianBlur(np.ascontiguousarray(gray[::2, ::2]), _WINDOW)
    return np.asarray(cv2.resize(paper, (width, height)), dtype=np.uint8)


def _rules(
    dark: NDArray[np.uint8], length: tuple[int, int], slack: tuple[int, int]
) -> NDArray[np.uint8]:
    """Open along a direction; closing across it first lets a slanted rule count as one."""
    closed = cv2.dilate(dark, np.ones(slack[::-1], np.uint8).T)
    opened = cv2.morphologyEx(
        closed, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_RECT, length)
    )
    # Dilation made body text into bars too; a rule stays thin.
    thick = cv2.morphologyEx(opened, cv2.MORPH_OPEN, np.ones((8, 8), np.uint8))
    return np.asarray(cv2.subtract(opened, thick), dtype=np.uint8)
