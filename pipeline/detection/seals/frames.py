"""Finds square and oblong seals: a frame of ink, filled with characters, part of no table."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.detection.seals.ink import Gray
from pipeline.detection.seals.sides import find_rectangles

#: Sides as a share of the page's longer side: 1.3 cm to 7 cm on A4.
_SMALLEST, _LARGEST = 0.05, 0.24
#: Longer side by shorter side at most.
_LONGEST = 3.4
#: Half of its shorter side at least, as a share of the page's longer side.
_NARROWEST = 0.015
_INK = 0.18
#: Share of the rectangle around the space inside a frame that this space's outline fills.
_FULL = 0.9
#: Share of each side that has ink.
_SIDE, _THREE_SIDES = 0.82, 0.88
#: Share of each side that has ink of the seal's own colour; print may lie over the rest.
_OWN = 0.6
#: Share of the space inside that is ink, in all and in each quarter.
_WRITTEN, _QUARTER, _SOLID = 0.09, 0.04, 0.6
#: Pixels that a table's rules go on beyond a corner.
_BEYOND = (6, 11)
#: So many times, and a frame is a table's.
_TABLE = 2
#: Share of ink, at most, along the paper between a frame and its characters.
_GAP = 0.25
#: Places along a side that are looked at.
_PLACES = 40
#: Pixels between the parts of one seal.
_NEAR = 7
#: Pixels of ink that are too few to belong to a seal.
_SPECK = 10


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame in pixels of the layer, to the outside of its line."""

    center: tuple[float, float]
    axes: tuple[float, float]
    angle: float
    seen: float
    cut: bool


@dataclass(frozen=True, slots=True)
class _Space:
    """A rectangle of paper, in pixels of the layer: middle, half sides, turn."""

    center: tuple[float, float]
    axes: tuple[float, float]
    angle: float

    def corners(self) -> NDArray[np.float32]:
        """The four corners."""
        size = (2 * self.axes[0], 2 * self.axes[1])
        found = cv2.boxPoints((self.center, size, math.degrees(self.angle)))
        return np.asarray(found, np.float32)


@dataclass(frozen=True, slots=True)
class Blot:
    """Ink of one colour that is as large as a seal, and the frame around it if it has one."""

    box: tuple[int, int, int, int]
    frame: Frame | None


def find_blots(ink: Gray, every: Gray) -> Iterator[Blot]:
    """Yield what is as large as a seal in a layer that holds little else: one colour, or pale ink.

    Here a frame need not be closed: print may cross it, and the page's edge may cut it.

    Args:
        ink: The layer, shape (height, width).
        every: All ink of the page: where print lies over a frame, the layer has a hole.
    """
    longer = max(ink.shape)
    has = _without_specks((ink > _INK).astype(np.uint8))
    closed = cv2.morphologyEx(has, cv2.MORPH_CLOSE, np.ones((_NEAR, _NEAR), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(closed, connectivity=8)
    for label in range(1, count):
        x, y, w, h, _ = stats[label].tolist()
        if _SMALLEST * longer <= max(w, h) <= _LARGEST * longer and min(w, h) >= 0.3 * max(w, h):
            part = (labels[y : y + h, x : x + w] == label) & (has[y : y + h, x : x + w] > 0)
            yield Blot((x, y, w, h), _rimmed(ink, every, part, (x, y)))


def _rimmed(
    ink: Gray, every: Gray, part: NDArray[np.bool_], corner: tuple[int, int]
) -> Frame | None:
    points = (np.argwhere(part)[:, ::-1] + np.array(corner)).astype(np.float32)
    hull = cv2.convexHull(points).reshape(-1, 2)
    for box in _boxes(hull):
        w, h = box.axes
        if min(w, h) < _NARROWEST * max(ink.shape) or max(w, h) > _LONGEST * min(w, h):
            continue
        if cv2.contourArea(hull) < 0.75 * 4 * w * h:
            continue
        look, own = (_Look(layer, box.center, box.axes, box.angle) for layer in (every, ink))
        kept = own.rimmed(_OWN, _OWN) and own.clear() and own.written() and look.rimmed()
        if kept and look.runs_on() < _TABLE:
            center = (box.center[0] + 0.5, box.center[1] + 0.5)
            return Frame(center, (w + 0.5, h + 0.5), box.angle, look.seen, look.cut)
    return None


def _boxes(hull: NDArray[np.float32]) -> Iterator[_Space]:
    """Yield rectangles around a hull: the smallest, and those along its longest edges.

    Where the page's edge has cut a turned seal the smallest one is turned wrongly.
    """
    (cx, cy), (w, h), degrees = cv2.minAreaRect(hull)
    yield _Space((cx, cy), (w / 2, h / 2), math.radians(degrees))
    corners = cv2.approxPolyDP(hull.reshape(-1, 1, 2), 2.5, True).reshape(-1, 2)
    edges = np.roll(corners, -1, axis=0) - corners
    for index in np.argsort(-np.linalg.norm(edges, axis=1))[:3].tolist():
        angle = math.atan2(float(edges[index][1]), float(edges[index][0]))
        cos, sin = math.cos(angle), math.sin(angle)
        own = hull @ np.array([[cos, -sin], [sin, cos]], np.float32)
        low, high = own.min(axis=0), own.max(axis=0)
        (u, v), (a, b) = ((low + high) / 2).tolist(), ((high - low) / 2).tolist()
        yield _Space((u * cos - v * sin, u * sin + v * cos), (a, b), angle)


def _without_specks(has: NDArray[np.uint8]) -> NDArray[np.uint8]:
    count, labels, stats, _ = cv2.connectedComponentsWithStats(has, connectivity=8)
    large = (stats[:count, cv2.CC_STAT_AREA] >= _SPECK).astype(np.uint8)
    large[0] = 0
    return np.asarray(large[labels], np.uint8)


def find_frames(ink: Gray) -> Iterator[Frame]:
    """Yield the closed frames in a layer of ink of any kind, shape (height, width)."""
    longer = max(ink.shape)
    has = (ink > _INK).astype(np.uint8)
    closed = cv2.morphologyEx(has, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(1 - closed, connectivity=4)
    sides = stats[:count, 2:4]
    sized = (sides.max(axis=1) >= _SMALLEST * longer) & (sides.max(axis=1) <= _LARGEST * longer)
    dense = stats[:, 4] >= 0.2 * sides[:, 0] * sides[:, 1]
    spaces: list[_Space] = []
    for label in np.flatnonzero(sized & dense).tolist():
        x, y, w, h, _ = stats[label].tolist()
        space = (labels[y : y + h, x : x + w] == label).astype(np.uint8)
        spaces += _spaces(space, (x, y), ink.shape)
    # Two cells of a table make such a frame too, and thin rules come and go: one is enough.
    sure = [(space, 1) for space in _joined(spaces)]
    spaces += [_Space(*r) for r in find_rectangles(ink, _SMALLEST / 2 * longer, _LARGEST * longer)]
    for space, runs in [*((space, _TABLE) for space in spaces), *sure]:
        longest, shortest = max(space.axes), min(space.axes)
        if longest >= _SMALLEST / 2 * longer and longest <= _LONGEST * shortest:
            frame = _framed(ink, space, runs)
            if frame is not None:
                yield frame


def _spaces(
    space: NDArray[np.uint8], corner: tuple[int, int], shape: tuple[int, ...]
) -> Iterator[_Space]:
    """Yield the rectangle that a space fills, turned as its longest straight edge is."""
    contours, _ = cv2.findContours(space, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    hull = cv2.convexHull(np.concatenate(contours)).reshape(-1, 2)
    hull = (hull + np.array(corner)).astype(np.float32)
    if len(hull) < 4:
        return
    area = float(cv2.contourArea(hull))
    at_edge = (hull <= 1) | (hull >= np.array([shape[1], shape[0]]) - 2)
    for number, box in enumerate(_boxes(hull)):
        full = area / max(1.0, 4 * box.axes[0] * box.axes[1])
        if min(box.axes) >= 5 and full >= (0.7 if at_edge.any() else _FULL):
            yield box
        if number == 0 and not at_edge.any():
            return


def _joined(spaces: list[_Space]) -> Iterator[_Space]:
    """Yield what two spaces make together: a rule that crosses a seal parts its space in two."""
    for i, one in enumerate(spaces):
        for other in spaces[i + 1 :]:
            gap = math.dist(one.center, other.center) - max(*one.axes, *other.axes)
            if gap > max(*one.axes, *other.axes):
                continue
            points = np.concatenate([one.corners(), other.corners()])
            (cx, cy), (w, h), degrees = cv2.minAreaRect(points)
            parts = 4 * (one.axes[0] * one.axes[1] + other.axes[0] * other.axes[1])
            if 0.85 * w * h <= parts <= w * h:
                yield _Space((cx, cy), (w / 2, h / 2), math.radians(degrees))


def _framed(ink: Gray, space: _Space, runs: int) -> Frame | None:
    """Return the frame around a space; none where ``runs`` of its lines are a table's."""
    # Pixel (i, j) has its middle at (i + 0.5, j + 0.5); the space ends half a pixel further out.
    look = _Look(ink, space.center, (space.axes[0] + 0.5, space.axes[1] + 0.5), space.angle)
    if not look.written() or look.runs_on() >= runs:
        return None
    thick = look.thickness()
    if thick is None:
        return None
    axes = (look.axes[0] + thick, look.axes[1] + thick)
    center = (look.center[0] + 0.5, look.center[1] + 0.5)
    return Frame(center, axes, look.angle, look.seen, look.cut)


class _Look:
    """A turned rectangle and the ink around it."""

    def __init__(
        self, ink: Gray, center: tuple[float, float], axes: tuple[float, float], angle: float
    ) -> None:
        self.ink, self.center, self.axes, self.angle = ink, center, axes, angle
        self.seen, self.cut = 0.0, False

    def _at(self, u: Gray, v: Gray) -> Gray:
        """Ink at places along the rectangle's own axes, of any shape; -1 off the page."""
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        x = (self.center[0] + u * cos - v * sin).astype(np.float32)
        y = (self.center[1] + u * sin + v * cos).astype(np.float32)
        flat = (x.size // x.shape[-1], x.shape[-1])
        found = cv2.remap(
            self.ink,
            x.reshape(flat),
            y.reshape(flat),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=(-1.0,),
        )
        return np.asarray(found, np.float32).reshape(x.shape)

    def _sides(self, outs: Gray) -> Gray:
        """Ink along the four sides at distances outside the space, shape (outs, 4, places)."""
        a, b = (self.axes[0] + outs)[:, None], (self.axes[1] + outs)[:, None]
        t = np.linspace(-0.94, 0.94, _PLACES, dtype=np.float32)[None]
        one = np.ones_like(t)
        u = np.stack([a * t, a * t, -a * one, a * one], axis=1)
        v = np.stack([-b * one, b * one, b * t, b * t], axis=1)
        return self._at(u, v)

    def thickness(self) -> float | None:
        """How wide the frame's line is; None where ink does not run all around."""
        outs = np.arange(0.0, 6.0, 0.5, dtype=np.float32)
        sides = self._sides(outs)
        off = (sides < 0).mean(axis=2).max(axis=0) > 0.5
        inked = (sides > _INK).any(axis=0).mean(axis=1)
        wide = np.median((sides > _INK).mean(axis=2), axis=1) > 0.5
        shares = inked[~off]
        self.cut = bool(off.any())
        if len(shares) < 3 or shares.min() < _SIDE or not wide.any():
            return None
        self.seen = float(shares.mean())
        return float(outs[int(np.flatnonzero(wide)[-1])]) + 0.5

    def rimmed(self, four: float = _SIDE, three: float = _THREE_SIDES) -> bool:
        """Whether a straight line of ink runs just inside all four sides, or inside three.

        Args:
            four: Share of each side with ink where all four have it.
            three: Share of each side with ink where the fourth has none.
        """
        depths = np.arange(-5.0, 0.6, 0.5, dtype=np.float32)
        sides = self._sides(depths)
        inked = (sides > _INK) | (sides < 0)  # off the page nothing tells against it
        # A line may run aslant: from one depth at the side's start to another at its end.
        first, last = np.meshgrid(np.arange(len(depths)), np.arange(len(depths)))
        along = np.linspace(0, 1, _PLACES)
        way = np.round(first.reshape(-1, 1) * (1 - along) + last.reshape(-1, 1) * along).astype(int)
        place = np.arange(_PLACES)
        shares = sorted(float(inked[way, side, place].mean(axis=1).max()) for side in range(4))
        self.seen = float(np.mean(shares[1:]))
        self.cut = shares[0] < four
        return shares[1] >= (three if self.cut else four)

    def clear(self) -> bool:
        """Whether there is paper between the frame and what is in it, as in no picture or code."""
        inside = self._sides(np.arange(-7.0, -2.4, 0.5, dtype=np.float32))
        shares = (inside > _INK).mean(axis=2).min(axis=0)
        return int((shares <= _GAP).sum()) >= 3

    def runs_on(self) -> int:
        """How often the frame's lines run on beyond its corners, as a table's do."""
        beyond = np.arange(*_BEYOND, dtype=np.float32)[None]
        slip = np.arange(-1.5, 3.1, 0.75, dtype=np.float32)[:, None]
        a, b = self.axes
        u, v = [], []
        for x in (-1, 1):
            for y in (-1, 1):
                u += [x * (a + beyond + 0 * slip), x * (a + slip + 0 * beyond)]
                v += [y * (b + slip + 0 * beyond), y * (b + beyond + 0 * slip)]
        runs = (self._at(np.stack(u), np.stack(v)) > _INK).mean(axis=2).max(axis=1) > 0.7
        return int(runs.sum())

    def written(self) -> bool:
        """Whether characters fill the space, in every quarter of it."""
        t = (np.arange(24, dtype=np.float32) + 0.5) / 24 * 1.8 - 0.9
        u, v = np.meshgrid(t * self.axes[0], t * self.axes[1])
        ink = self._at(u.astype(np.float32), v.astype(np.float32))
        has, on_page = ink > _INK, ink >= 0
        share = float(has[on_page].mean()) if on_page.any() else 0.0
        quarters = [has[:12, :12], has[:12, 12:], has[12:, :12], has[12:, 12:]]
        filled = sum(float(q.mean()) >= _QUARTER for q in quarters)
        return _WRITTEN <= share <= _SOLID and filled >= (3 if self.cut else 4)
