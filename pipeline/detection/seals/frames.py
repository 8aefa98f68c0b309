"""Finds square and oblong seals: a frame of ink, filled with characters, part of no table."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.detection.seals.corners import Rectangle, find_cornered
from pipeline.detection.seals.ink import Gray

#: Sides as a share of the page's longer side: 1.3 cm to 7 cm on A4.
_SMALLEST, _LARGEST = 0.05, 0.24
#: Ink of a frame: this share of what its line mostly has, and no less than that.
_LEVEL, _LEAST = 0.4, 0.06
#: Share of every side that has ink, and of all but one; and before the sides were fitted to it.
_SIDE, _THREE_SIDES, _EARLY = 0.8, 0.9, 0.6
#: Share of a side that lies on the page, from which it tells anything.
_SEEN = 0.3
#: How much of its size may be missing of a seal that the end of the paper has cut.
_CUT = 0.5
#: Share of the places outside of a side that may have ink, and how far out they are, in pixels.
_OUTSIDE, _OUTS = 0.5, (3.5, 5.0)
#: Share of ink, at most, along the paper between a frame and its characters, and how deep that is.
_GAP, _INSIDE = 0.3, (-7.0, -1.9)
#: Share of the space inside that is ink, in all and in each quarter; and the most where all sides
#: are whole: bold characters on a fax, with print across them.
_WRITTEN, _QUARTER, _SOLID = 0.08, 0.03, 0.62
_BOLD, _ALL_OF_IT = 0.75, 0.98
#: Pixels that a table's rules go on beyond a corner.
_BEYOND, _RUN = (4, 14), 0.8
#: So many times, and a frame is a table's.
_TABLE = 2
#: Share of a rule's course with ink, how many times as strong as a frame's least, and share of the
#: paper along it that may have ink; steps of half a pixel from the rule to that paper, from a side
#: to the nearest rule, and by which a rule may be aslant.
_RULE, _STRONG, _PAPER = 0.94, 1.25, 0.35
_BARE, _DEEP, _SLIP = 8, 10, 6
#: Pixels either way of where a side was guessed that it may lie, the steps, and how many of these
#: its two ends may differ.
_REACH, _STEP, _ASLANT = 4.5, 0.5, 4
#: By how much the turns of the upright sides and of the level ones differ in a frame that leans, as
#: one does in a photo taken aslant; and by how much they may.
_LEANS, _LEANEST = math.radians(2.5), math.radians(12)
#: How often the sides are moved onto the ink, at most, until they turn by less than this.
_FITS, _STILL = 6, math.radians(1.2)
#: How often they are moved further, so that a table's rules lie along what is looked at.
_CLOSER = 3
#: Half a frame's line, and its worn rim, in pixels.
_LINE = 1.3
#: Places along a side that are looked at.
_PLACES = 40


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame in pixels of the layer, to the outside of its line."""

    center: tuple[float, float]
    axes: tuple[float, float]
    angle: float
    seen: float
    cut: bool


def find_frames(ink: Gray, off: NDArray[np.bool_]) -> Iterator[Frame]:
    """Yield the frames of seals in a layer of ink.

    Args:
        ink: 0 to 1, shape (height, width).
        off: Where the page is not, same shape.
    """
    longer = max(ink.shape)
    there = ink.copy()
    there[off] = -1.0
    for place in find_cornered(ink, off, _SMALLEST * longer, _LARGEST * longer):
        frame = _framed(there, place)
        if frame is not None:
            yield frame


def _framed(ink: Gray, place: Rectangle) -> Frame | None:
    """Return the frame near a rectangle, where there is one and it is a seal's."""
    look = Look(ink, *place)
    if not look.rimmed(early=True):
        return None
    for turn in range(_FITS):
        before, look = look, look.fitted()
        if not look.rimmed(early=True):
            return None
        if turn == 0 and look.runs_on() > _TABLE:
            return None
        if max(abs(look.angle - before.angle), abs(look.lean - before.lean)) < _STILL:
            break
    else:
        return None
    if not look.rimmed():
        # Its fourth side, or most of it, may lie beyond the end of the paper.
        cut = look.cut_off()
        if cut is None or not cut.rimmed():
            return None
        look = cut
    if look.is_tables() or not look.stands_free() or not look.clear() or not look.written():
        return None
    # The rules of a table that was met aslant lie along its sides only now.
    look = _closer(look)
    if look.is_tables():
        return None
    (x, y), (a, b) = look.center, look.axes
    # The rectangle around one that leans, turned by half of its lean.
    aslant = abs(math.sin(look.lean / 2))
    axes = (a + b * aslant + _LINE, b + a * aslant + _LINE)
    return Frame((x + 0.5, y + 0.5), axes, look.angle + look.lean / 2, look.seen, look.cut)


def _closer(look: Look) -> Look:
    """The frame fitted further, as long as its sides do not lose the ink."""
    for _ in range(_CLOSER):
        before, look = look, look.fitted()
        if not look.rimmed():
            return before
        look.cut |= before.cut
    return look


class Look:
    """A turned rectangle and the ink around it, -1 where the page is not.

    Its sides are told in the order upper, lower, left and right. Where it leans, its left and right
    side are turned further than the others.
    """

    def __init__(
        self,
        ink: Gray,
        center: tuple[float, float],
        axes: tuple[float, float],
        angle: float,
        lean: float = 0.0,
    ) -> None:
        self.ink, self.center, self.axes = ink, center, axes
        self.angle, self.lean = angle, lean
        self.seen, self.cut = 0.0, False
        self.depths = np.arange(-_REACH, _REACH + 0.1, _STEP, dtype=np.float32)
        self.sides = self._sides(self.depths)
        highest = self.sides[2:-2].max(axis=0)
        on_page = highest[highest >= 0]
        middle = float(np.median(on_page)) if on_page.size else 0.0
        self.level = max(_LEAST, _LEVEL * middle)

    def _at(self, u: Gray, v: Gray) -> Gray:
        """Ink at places along the rectangle's own axes, of any shape; -1 off the page."""
        x, y = self._there(u, v)
        x, y = x.astype(np.float32), y.astype(np.float32)
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

    def _there(self, u: Any, v: Any) -> tuple[Any, Any]:
        """Return places along the rectangle's own axes in pixels: x and y."""
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        down, aside = math.cos(self.angle + self.lean), math.sin(self.angle + self.lean)
        return self.center[0] + u * cos - v * aside, self.center[1] + u * sin + v * down

    def _sides(self, outs: Gray) -> Gray:
        """Ink along the four sides at distances outside the rectangle: (outs, 4, places)."""
        a, b = (self.axes[0] + outs)[:, None], (self.axes[1] + outs)[:, None]
        t = np.linspace(-0.94, 0.94, _PLACES, dtype=np.float32)[None]
        one = np.ones_like(t)
        u = np.stack([a * t, a * t, -a * one, a * one], axis=1)
        v = np.stack([-b * one, b * one, b * t, b * t], axis=1)
        return self._at(u, v)

    def _best(self) -> NDArray[np.int64]:
        """Index of the depth of each side's line at its beginning and at its end, shape (4, 2)."""
        count = len(self.depths)
        ends = [
            (first, last)
            for first in range(count)
            for last in range(max(0, first - _ASLANT), min(count, first + _ASLANT + 1))
        ]
        pairs = np.array(ends)
        along = np.linspace(0, 1, _PLACES)
        way = np.round(pairs[:, :1] * (1 - along) + pairs[:, 1:] * along).astype(int)
        # Print that crosses the frame is much darker than it and counts no more.
        ink = np.clip(self.sides, 0, 2.5 * self.level)
        shares = np.stack(
            [ink[way, side, np.arange(_PLACES)].mean(axis=1) for side in range(4)], axis=1
        )
        return np.asarray(pairs[shares.argmax(axis=0)], np.int64)

    def fitted(self) -> Look:
        """The rectangle whose sides are the lines of ink next to this one's."""
        ends = self.depths[self._best()]
        gone = (self.sides < 0).mean(axis=(0, 2)) > 1 - _SEEN
        ends[gone] = 0.0
        out = ends.mean(axis=1)
        a, b = self.axes
        # A side aslant tells of the turn: the upper one's end lies further out, and so on.
        slopes = [(ends[0, 0] - ends[0, 1]) / (2 * a), (ends[1, 1] - ends[1, 0]) / (2 * a)]
        slopes += [(ends[2, 1] - ends[2, 0]) / (2 * b), (ends[3, 0] - ends[3, 1]) / (2 * b)]
        turns = [slope for slope, lost in zip(slopes, gone, strict=True) if not lost]
        center = self._there(float(out[3] - out[2]) / 2, float(out[1] - out[0]) / 2)
        axes = (a + float(out[2] + out[3]) / 2, b + float(out[0] + out[1]) / 2)
        if not gone.any():
            level, upright = float(np.mean(slopes[:2])), float(np.mean(slopes[2:]))
            lean = self.lean + upright - level
            if _LEANS < abs(lean) <= _LEANEST:
                return Look(self.ink, center, axes, self.angle + level, lean)
        turn = float(np.median(turns)) * 1.06 if turns else 0.0
        return Look(self.ink, center, axes, self.angle + turn, self.lean)

    def rimmed(self, *, early: bool = False) -> bool:
        """Whether ink runs along all four sides, or along those that lie on the page.

        Args:
            early: The sides have not been fitted to the ink yet.
        """
        near = np.abs(self.depths) <= (3.0 if early else 0.8)
        highest = self.sides[near].max(axis=0)
        there = highest >= 0
        on_page = there.mean(axis=1) >= _SEEN
        shares = sorted(
            float((highest[k] > self.level)[there[k]].mean()) for k in np.flatnonzero(on_page)
        )
        self.cut = bool(there.mean(axis=1).min() < 0.9)
        if len(shares) < 3:
            return False
        self.seen = float(np.mean(shares[1:]))
        if early:
            return shares[1] >= _EARLY
        # Where the picture goes on for a little behind the paper's end, two sides end before it.
        ended = len(shares) == 3 and shares[2] >= _ALL_OF_IT
        return shares[0] >= _SIDE and shares[1] >= (_SIDE if ended else _THREE_SIDES)

    def cut_off(self) -> Look | None:
        """The rectangle with its worst side moved off the page, where the page ends near it."""
        near = np.abs(self.depths) <= 0.8
        inked = (self.sides[near].max(axis=0) > self.level).mean(axis=1)
        worst = int(inked.argmin())
        size = self.axes[1] if worst < 2 else self.axes[0]
        if size <= 0:  # two sides were fitted to the same line
            return None
        outs = np.arange(0.0, _CUT * 2 * size, 1.0, dtype=np.float32)
        gone = (self._sides(outs)[:, worst] < 0).mean(axis=1) > 0.95
        if not gone.any():
            return None
        out = float(outs[int(gone.argmax())]) + _REACH
        u, v = ((0.0, -out), (0.0, out), (-out, 0.0), (out, 0.0))[worst]
        axes = (self.axes[0] + abs(u) / 2, self.axes[1] + abs(v) / 2)
        return Look(self.ink, self._there(u / 2, v / 2), axes, self.angle, self.lean)

    def stands_free(self) -> bool:
        """Whether outside of the frame there is paper, but for one side."""
        outside = self._sides(np.arange(*_OUTS, 0.5, dtype=np.float32))
        inked = np.median((outside > self.level).mean(axis=2), axis=0)
        return int((inked > _OUTSIDE).sum()) <= 1

    def clear(self) -> bool:
        """Whether there is paper between the frame and what is in it, as in no picture or code."""
        inside = self._sides(np.arange(*_INSIDE, 0.5, dtype=np.float32))
        shares = (inside > self.level).mean(axis=2).min(axis=0)
        return int((shares <= _GAP).sum()) >= 3

    def is_tables(self) -> bool:
        """Whether it is a cell or a column of a table: its lines are some of many.

        Its sides run on, or rules across it do on one side only; a rule that a seal was stamped
        over runs on on both, and past the seal's own sides.
        """
        runs = self.runs_on()
        if runs >= _TABLE:
            return True
        rules, ended = self.rules()
        return ended > 0 or (runs > 0 and rules > 0)

    def runs_on(self) -> int:
        """How often the frame's lines run on beyond its corners, as a table's do."""
        beyond = np.arange(*_BEYOND, dtype=np.float32)[None]
        slip = np.arange(-1.5, 1.6, 0.75, dtype=np.float32)[:, None]
        a, b = self.axes
        u, v = [], []
        for x in (-1, 1):
            for y in (-1, 1):
                u += [x * (a + beyond + 0 * slip), x * (a + slip + 0 * beyond)]
                v += [y * (b + slip + 0 * beyond), y * (b + beyond + 0 * slip)]
        runs = (self._at(np.stack(u), np.stack(v)) > self.level).mean(axis=2).max(axis=1) > _RUN
        return int(runs.sum())

    def rules(self) -> tuple[int, int]:
        """How many rules run from side to side inside the frame, and how many end at its sides.

        A rule has paper on both its sides, as no line of characters has. One that a seal was
        stamped over goes on beyond both sides of it, one of a table's last column beyond one.
        """
        count, ended = 0, 0
        for a, b, lies in ((*self.axes, True), (*self.axes[::-1], False)):
            across = np.arange(-b, b + 0.1, 0.5, dtype=np.float32)[:, None]
            if len(across) <= 2 * _DEEP:
                continue

            def at(along: Gray, over: Gray, lies: bool = lies) -> Gray:
                along, over = along + 0 * over, over + 0 * along
                return self._at(along, over) if lies else self._at(over, along)

            ink = at(np.linspace(-0.96, 0.96, _PLACES, dtype=np.float32)[None] * a, across)
            full = (ink > _STRONG * self.level).mean(axis=1) > _RULE * (ink >= 0).mean(axis=1)
            full &= (ink >= 0).mean(axis=1) > 0.5
            some = (ink > self.level).mean(axis=1)
            full[_BARE:-_BARE] &= np.maximum(some[: -2 * _BARE], some[2 * _BARE :]) <= _PAPER
            full[:_DEEP], full[-_DEEP:] = False, False
            beyond = np.arange(*_BEYOND, dtype=np.float32)[None] + a
            on = [(at(way * beyond, across) > self.level).mean(axis=1) > _RUN for way in (-1, 1)]
            first = np.flatnonzero(full & ~np.r_[False, full[:-1]])
            last = np.flatnonzero(full & ~np.r_[full[1:], False]) + 1
            near = [(max(0, i - _SLIP), j + _SLIP) for i, j in zip(first, last, strict=True)]
            count += len(near)
            ended += sum(not all(way[i:j].any() for way in on) for i, j in near)
        return count, ended

    def written(self) -> bool:
        """Whether characters fill the space, in every quarter of it."""
        t = (np.arange(24, dtype=np.float32) + 0.5) / 24 * 1.8 - 0.9
        u, v = np.meshgrid(t * (self.axes[0] - 2), t * (self.axes[1] - 2))
        ink = self._at(u.astype(np.float32), v.astype(np.float32))
        has, on_page = ink > self.level, ink >= 0
        share = float(has[on_page].mean()) if on_page.any() else 0.0
        quarters = [has[:12, :12], has[:12, 12:], has[12:, :12], has[12:, 12:]]
        filled = sum(float(q.mean()) >= _QUARTER for q in quarters)
        most = _BOLD if self.seen >= _ALL_OF_IT and not self.cut else _SOLID
        return _WRITTEN <= share <= most and filled >= (2 if self.cut else 3)
