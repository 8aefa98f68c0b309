"""Finds turned rectangles by their corners, where print, rules or a worn rim break their sides.

The page is turned step by step; at each step a corner is where one line of ink goes off along the
rows and another along the columns, with paper outside of both and neither line running on beyond
the corner, as those of a table do. Three corners, or two at the end of the paper, make a rectangle.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.detection.seals.ink import Gray

Bits = NDArray[np.uint8]
Points = NDArray[np.float64]
#: A rectangle's middle, half sides and turn, in pixels of the layer.
Rectangle = tuple[tuple[float, float], tuple[float, float], float]

#: Pixels on the longer side of the picture that is searched.
_SIDE = 420
#: How far seals are turned, and the steps, in degrees.
_TURN, _STEP = 17.5, 3.5
#: Ink of a line, from which it is a line's in full.
_FULL = 0.35
#: Pixels: a line beside a corner, the paper outside of it, and where a line would run on.
_LENGTH, _OUTSIDE, _BEYOND, _ON = 18, 4, 3, 6
#: Pixels around the page in which lines and paper beside a corner are looked at.
_ROOM = 16
#: How much more ink a corner's lines have than what is outside of them, from 0 to 255.
_CORNER = 90
#: Corners of each sort that are looked at, the clearest.
_MOST = 40
#: Pixels by which corners of one side may be out of line.
_SLIP = 3.0
#: Longer side by shorter side at most.
_LONGEST = 3.4
#: How many rectangles are looked at closely; such as differ by less, in pixels, are one.
_CANDIDATES, _NEAR = 64, 3.0
#: Where the end of the paper has cut a seal: how far the seal goes on, of what is seen of it.
_CUT = 0.2


def find_cornered(ink: Gray, off: NDArray[np.bool_], least: float, most: float) -> list[Rectangle]:
    """Return rectangles of which three corners show, or two and the end of the paper.

    Args:
        ink: 0 to 1, shape (height, width).
        off: Where the page is not, same shape.
        least: Shortest side, in pixels of the layer.
        most: Longest side.

    Returns:
        The clearest first.
    """
    height, width = ink.shape
    factor = min(1.0, _SIDE / max(height, width))
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    small = np.clip(ink * (255 / _FULL), 0, 255).astype(np.uint8)
    small = np.asarray(cv2.resize(small, size, interpolation=cv2.INTER_AREA), np.uint8)
    away = cv2.resize(off.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    found: list[tuple[float, Rectangle]] = []
    for degrees in np.arange(-_TURN, _TURN + 0.1, _STEP).tolist():
        turned = _Turned(small, away, degrees)
        corners = _corners(turned.ink)
        bounds = (least * factor, most * factor)
        for clear, x0, y0, x1, y1 in (*_threes(corners, bounds), *_cut(corners, turned, bounds)):
            x, y = turned.back(np.array([(x0 + x1) / 2]), np.array([(y0 + y1) / 2]))
            half = (x1 - x0) / 2 / factor, (y1 - y0) / 2 / factor
            middle = (float(x[0]) / factor - 0.5, float(y[0]) / factor - 0.5)
            found.append((clear, (middle, half, math.radians(degrees))))
    return list(_distinct(found))


class _Turned:
    """The page turned anticlockwise, with room for what is looked at around each place.

    Attributes:
        ink: From 0 to 255; ``_ROOM`` pixels wider on all sides than the page lies in it.
    """

    def __init__(self, ink: Bits, off: NDArray[np.bool_], degrees: float) -> None:
        self._off = off
        height, width = ink.shape
        self._cos, self._sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        wide = math.ceil(width * self._cos + height * abs(self._sin)) + 2 * _ROOM
        high = math.ceil(height * self._cos + width * abs(self._sin)) + 2 * _ROOM
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
        matrix = np.asarray(turn, np.float64)
        matrix[:, 2] += (wide - width) / 2, (high - height) / 2
        self.ink = np.asarray(cv2.warpAffine(ink, matrix, (wide, high)), np.uint8)
        # Places are told without the room.
        self._middle = (wide / 2 - _ROOM, high / 2 - _ROOM)

    def back(self, x: Points, y: Points) -> tuple[Points, Points]:
        """Where places are on the page as it lies."""
        u, v = x - self._middle[0], y - self._middle[1]
        height, width = self._off.shape
        return (
            u * self._cos - v * self._sin + width / 2,
            u * self._sin + v * self._cos + height / 2,
        )

    def to_the_end(self, places: Points, axis: int, way: int, most: float) -> Points:
        """How far it is from places to where the page ends; more than ``most`` where it does not.

        Args:
            places: x and y of each.
            axis: 0 to look along the rows, 1 along the columns.
            way: 1 or -1.
            most: How far to look.
        """
        ahead = np.arange(0.0, most + 1)
        steps = way * ahead
        x = places[:, :1] + (steps if axis == 0 else 0 * steps)
        y = places[:, 1:2] + (steps if axis == 1 else 0 * steps)
        x, y = self.back(x, y)
        height, width = self._off.shape
        columns, rows = np.floor(x).astype(int), np.floor(y).astype(int)
        gone = (columns < 0) | (columns >= width) | (rows < 0) | (rows >= height)
        gone |= self._off[np.clip(rows, 0, height - 1), np.clip(columns, 0, width - 1)]
        return np.where(gone.any(axis=1), ahead[gone.argmax(axis=1)], 2 * most)


def _corners(ink: Bits) -> list[Points]:
    """Upper left, upper right, lower left and lower right corners: x, y, clearness; (n, 3) each."""
    rows, columns = (cv2.dilate(ink, np.ones(shape, np.uint8)) for shape in ((3, 1), (1, 3)))
    line = [cv2.blur(rows, (_LENGTH, 1)), cv2.blur(columns, (1, _LENGTH))]
    bare = [cv2.blur(ink, (_LENGTH, 1)), cv2.blur(ink, (1, _LENGTH))]
    on = [cv2.blur(rows, (_ON, 1)), cv2.blur(columns, (1, _ON))]
    height, width = ink.shape[0] - 2 * _ROOM, ink.shape[1] - 2 * _ROOM

    def at(map_: cv2.typing.MatLike, x: int, y: int) -> cv2.typing.MatLike:
        return map_[_ROOM + y : _ROOM + y + height, _ROOM + x : _ROOM + x + width]

    half, behind = _LENGTH // 2, _BEYOND + _ON // 2
    found = []
    for below in (1, -1):
        for right in (1, -1):
            paper = at(bare[0], right * half, -below * _OUTSIDE)
            across = cv2.subtract(at(line[0], right * half, 0), paper)
            paper = at(bare[1], -right * _OUTSIDE, below * half)
            down = cv2.subtract(at(line[1], 0, below * half), paper)
            clear = cv2.min(across, down)
            beyond = cv2.max(at(on[0], -right * behind, 0), at(on[1], 0, -below * behind))
            clear = np.asarray(cv2.subtract(clear, np.right_shift(beyond, 1)), np.uint8)
            highest = cv2.dilate(clear, np.ones((5, 5), np.uint8))
            least = np.maximum(highest, np.uint8(_CORNER))
            peaks = cv2.findNonZero(cv2.compare(clear, least, cv2.CMP_GE))
            places = np.zeros((0, 2), int) if peaks is None else peaks.reshape(-1, 2)
            score = clear[places[:, 1], places[:, 0]].astype(float)
            best = np.argsort(-score, kind="stable")[:_MOST]
            found.append(np.column_stack([places[best] + 0.5, score[best]]))
    return found


def _threes(
    corners: list[Points], bounds: tuple[float, float]
) -> Iterator[tuple[float, float, float, float, float]]:
    """Yield clearness, x0, y0, x1, y1 of what three corners make."""
    least, most = bounds
    # An elbow, the corner beside it and the one above or below it.
    for elbow, beside, over in ((0, 1, 2), (1, 0, 3), (2, 3, 0), (3, 2, 1)):
        own, near, far = corners[elbow], corners[beside], corners[over]
        wide = np.abs(near[None, :, 0] - own[:, None, 0])
        sideways = (1 if elbow % 2 == 0 else -1) * (near[None, :, 0] - own[:, None, 0]) > 0
        level = sideways & (np.abs(near[None, :, 1] - own[:, None, 1]) <= _SLIP)
        level &= (wide >= least) & (wide <= most)
        high = np.abs(far[None, :, 1] - own[:, None, 1])
        onwards = (1 if elbow < 2 else -1) * (far[None, :, 1] - own[:, None, 1]) > 0
        plumb = onwards & (np.abs(far[None, :, 0] - own[:, None, 0]) <= _SLIP)
        plumb &= (high >= least) & (high <= most)
        for k in np.flatnonzero(level.any(axis=1) & plumb.any(axis=1)).tolist():
            for i in np.flatnonzero(level[k]).tolist():
                for j in np.flatnonzero(plumb[k]).tolist():
                    x0, x1 = sorted((own[k, 0], near[i, 0]))
                    y0, y1 = sorted((own[k, 1], far[j, 1]))
                    if max(x1 - x0, y1 - y0) <= _LONGEST * min(x1 - x0, y1 - y0):
                        clear = own[k, 2] + near[i, 2] + far[j, 2]
                        yield clear, x0, y0, x1, y1


def _cut(
    corners: list[Points], turned: _Turned, bounds: tuple[float, float]
) -> Iterator[tuple[float, float, float, float, float]]:
    """Yield what two corners make with the end of the paper: clearness, x0, y0, x1, y1."""
    least, most = bounds
    # Two corners of one side, and which way the paper ends: along x or y, up or down it.
    for one, other, axis, way in ((0, 2, 0, 1), (1, 3, 0, -1), (0, 1, 1, 1), (2, 3, 1, -1)):
        first, second = (_near_the_end(corners[k], turned, axis, way, most) for k in (one, other))
        apart = second[None, :, 1 - axis] - first[:, None, 1 - axis]
        pairs = (apart >= least) & (apart <= most)
        pairs &= np.abs(second[None, :, axis] - first[:, None, axis]) <= _SLIP
        for i, j in np.argwhere(pairs).tolist():
            short, long = sorted((first[i, 3], second[j, 3]))
            if short < 0.3 * least or long > 1.5 * apart[i, j]:
                continue
            start = (first[i, axis] + second[j, axis]) / 2
            ends = sorted((start, start + way * long * (1 + _CUT)))
            sides = (first[i, 1 - axis], second[j, 1 - axis])
            (x0, x1), (y0, y1) = (ends, sides) if axis == 0 else (sides, ends)
            yield first[i, 2] + second[j, 2], x0, y0, x1, y1


def _near_the_end(corners: Points, turned: _Turned, axis: int, way: int, most: float) -> Points:
    """Those corners that lie near enough to the end of the paper, and how near: (n, 4)."""
    reach = turned.to_the_end(corners, axis, way, most)
    return np.column_stack([corners, reach])[reach <= most]


def _distinct(found: list[tuple[float, Rectangle]]) -> Iterator[Rectangle]:
    kept: list[Rectangle] = []
    for _, place in sorted(found, key=lambda f: -f[0]):
        (x, y), (a, b), _ = place
        if len(kept) < _CANDIDATES and not any(
            math.dist((x, y), k[0]) < _NEAR
            and abs(a - k[1][0]) < _NEAR
            and abs(b - k[1][1]) < _NEAR
            for k in kept
        ):
            kept.append(place)
            yield place
