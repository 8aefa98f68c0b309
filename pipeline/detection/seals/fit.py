"""Looks closely at a place where a ring may be: is there one, and where exactly does it run."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.detection.seals.ink import Gray
from pipeline.detection.seals.rings import Ring

#: Directions in which the ring is looked for, and steps outward through it.
ANGLES, _STEPS = 96, 49
#: How far, as a share of the radius, the ring may lie from where it was guessed.
_REACH = 0.24
#: Ink by which the ring stands out against both its sides.
_STANDS_OUT = 0.07
#: The search narrows to these shares of the radius around the last fit.
_NARROWER = (0.13, 0.08, 0.05, 0.035)
_CLOSE = 0.03
#: Share of its course with ink from which a ring is worth another look, and from which it needs
#: none; how often; ellipses that differ by less than this share of their size are one.
_PROMISING, _SURE, _AGAIN, _NEAR = 0.6, 0.95, 3, 0.015
#: Share of its course with ink from which a ring is looked for anew from places around it, how far
#: off these are, and how much larger than it, as shares of its radius; and the share that a ring
#: found so has, of so many tries, where chance gives none.
_NEARLY, _ASIDE, _LARGER, _AT_LAST = 0.68, 0.09, (1.0, 1.08), 0.92
#: Share of the directions in which something has to stand out for the search to go on.
_FEWEST = 0.55


@dataclass(frozen=True, slots=True)
class Fit:
    """A ring as it runs, in pixels of the layer.

    Attributes:
        center: Its middle.
        axes: Half width and half height along its own axes, to the middle of its line.
        angle: Of the first axis against x, in radians.
        seen: Share of its course on the page where there is ink.
        on_page: Share of its course that lies on the page.
        gap: Longest stretch on the page without ink, as a share of the whole course.
        lost: Longest stretch without ink or off the page: where the paper ends before its picture
            does, the two are one.
    """

    center: tuple[float, float]
    axes: tuple[float, float]
    angle: float
    seen: float
    on_page: float
    gap: float
    lost: float


def fit_ring(ink: Gray, ring: Ring, off: NDArray[np.bool_]) -> Fit | None:
    """Fit an ellipse to the ink near a ring; None where no ring is.

    Args:
        ink: 0 to 1, shape (height, width).
        ring: Where to look.
        off: Where the page is not, same shape.
    """
    found = _from(ink, ring, off)
    if found is None or found.seen < _PROMISING:
        return found
    found = _best(ink, found, ring.others if ring.turn else (), off)
    # Print across a ring may hold the course fast beside it.
    aside = _best(ink, found, _aside(found), off) if found.seen >= _NEARLY else found
    return aside if aside.seen >= _AT_LAST else found


def _best(ink: Gray, found: Fit, others: Iterable[Ring], off: NDArray[np.bool_]) -> Fit:
    """What most speaks for of a fit and those from other rings, until one is sure."""
    for other in others:
        if found.seen >= _SURE:
            break
        better = _from(ink, other, off)
        if better is not None and better.seen > found.seen:
            found = better
    return found


def _aside(fit: Fit) -> Iterator[Ring]:
    made = _ring_of(fit)
    shifts = (0.0, -_ASIDE * made.radius, _ASIDE * made.radius)
    for larger, x, y in product(_LARGER, shifts, shifts):
        yield replace(made, x=made.x + x, y=made.y + y, radius=made.radius * larger)


def _from(ink: Gray, ring: Ring, off: NDArray[np.bool_]) -> Fit | None:
    polar = _Polar(ink, ring, off)
    found = _fitted(polar, polar.start(), _NARROWER)
    # A course is a sum of few waves around a given ellipse: near to it they follow it exactly.
    for _ in range(_AGAIN):
        if found is None or found.seen < _PROMISING or _is_near(found, polar.ring):
            break
        polar = _Polar(ink, _ring_of(found), off)
        better = _fitted(polar, np.ones(ANGLES), _NARROWER[1:])
        if better is None or better.seen < found.seen:
            break
        found = better
    return found


def _fitted(polar: _Polar, course: NDArray[np.float64], reaches: Sequence[float]) -> Fit | None:
    for reach in reaches:
        nearer = polar.fitted(course, reach)
        if nearer is None:
            return None
        course = nearer
    return polar.measured(course)


def _ring_of(fit: Fit) -> Ring:
    a, b = fit.axes
    turn = fit.angle
    if b > a:
        a, b, turn = b, a, turn + math.pi / 2
    return Ring(*fit.center, a, b / a, turn)


def _is_near(fit: Fit, ring: Ring) -> bool:
    """Whether an ellipse is almost the one that it was looked for around."""
    made = _ring_of(fit)
    # How far the two are apart along the course, for a turn in proportion to their flatness.
    turned = abs(math.sin(made.turn - ring.turn)) * (1 - ring.flat)
    apart = max(abs(made.radius / ring.radius - 1), abs(made.flat - ring.flat), turned)
    return max(apart, math.dist(fit.center, (ring.x, ring.y)) / ring.radius) < _NEAR


class _Polar:
    """The surroundings of a ring by direction (rows) and distance from its middle (columns)."""

    def __init__(self, ink: Gray, ring: Ring, off: NDArray[np.bool_]) -> None:
        self.ring = ring
        turns = np.arange(ANGLES, dtype=np.float32) * np.float32(2 * math.pi / ANGLES)
        self.reach = np.linspace(1 - _REACH, 1 + _REACH, _STEPS, dtype=np.float32)
        self.cos, self.sin = np.cos(turns), np.sin(turns)
        # Pixel (i, j) has its middle at (i + 0.5, j + 0.5).
        middle_x, middle_y = self._at(self.reach)
        x, y = (middle_x - 0.5).astype(np.float32), (middle_y - 0.5).astype(np.float32)
        values = np.asarray(
            cv2.remap(ink, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT), np.float32
        )
        height, width = ink.shape
        self.valid = (x > 1) & (y > 1) & (x < width - 2) & (y < height - 2)
        columns = np.clip(np.round(x), 0, width - 1).astype(int)
        rows = np.clip(np.round(y), 0, height - 1).astype(int)
        self.valid &= ~off[rows, columns]
        # A ring's line is about a fortieth of its radius wide: twice that far out is paper.
        step = 2 * _REACH / (_STEPS - 1)
        apart = max(3, round(max(3.0, 0.055 * ring.radius) / ring.radius / step))
        sides = np.full_like(values, 1.0)
        sides[:, apart:-apart] = 0.5 * (values[:, : -2 * apart] + values[:, 2 * apart :])
        self.ridge = np.where(self.valid, values - sides, -1.0).astype(np.float32)
        self.there = int(self.valid[:, _STEPS // 2].sum())
        flat = np.stack([np.ones(ANGLES), self.cos, self.sin, *self._twice()], axis=1)
        self.basis = flat.astype(np.float64)

    def _at(self, reach: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Places at shares of the radius, in every direction (rows)."""
        ring = self.ring
        u = ring.radius * self.cos[:, None] * reach
        v = ring.radius * ring.flat * self.sin[:, None] * reach
        cos, sin = math.cos(ring.turn), math.sin(ring.turn)
        return ring.x + u * cos - v * sin, ring.y + u * sin + v * cos

    def _twice(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        return self.cos**2 - self.sin**2, 2 * self.sin * self.cos

    def start(self) -> NDArray[np.float64]:
        """The radius at which most of a circle stands out."""
        clear = np.clip(self.ridge, 0, 3 * _STANDS_OUT).sum(axis=0)
        clear = np.convolve(clear, np.ones(3), mode="same")
        return np.full(ANGLES, float(self.reach[int(clear.argmax())]))

    def fitted(self, course: NDArray[np.float64], reach: float) -> NDArray[np.float64] | None:
        """Fit the course anew to what stands out within a reach around it."""
        where, clear = self._nearest(course, reach)
        has = clear > _STANDS_OUT
        if has.sum() < max(8, _FEWEST * self.there):
            return None
        weight = np.minimum(clear, 3 * _STANDS_OUT) * has
        # Weak ties to a circle: where a third of it is missing the fit must not run away.
        pull = np.diag([0.0, 0.02, 0.02, 0.3, 0.3]) * weight.sum()
        left = (self.basis * weight[:, None]).T @ self.basis + pull
        params = np.linalg.solve(left, (self.basis * weight[:, None]).T @ where)
        if not 0.7 < params[0] < 1.3:
            return None
        return np.asarray(self.basis @ params, np.float64)

    def _nearest(
        self, course: NDArray[np.float64], reach: float
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        away = np.abs(self.reach[None, :] - course[:, None])
        ridge = np.where(away <= reach, self.ridge, -1.0)
        index = ridge.argmax(axis=1)
        return self.reach[index].astype(float), ridge[np.arange(ANGLES), index].astype(float)

    def measured(self, course: NDArray[np.float64]) -> Fit | None:
        """Say how much of the course has ink, and what ellipse it is."""
        _, clear = self._nearest(course, _CLOSE)
        has = clear > _STANDS_OUT
        index = np.abs(self.reach[None, :] - course[:, None]).argmin(axis=1)
        there = self.valid[np.arange(ANGLES), index]
        if there.sum() < 0.3 * ANGLES:
            return None
        points = np.concatenate(self._at(course[:, None]), axis=1).astype(np.float32)
        (cx, cy), (d1, d2), degrees = cv2.fitEllipse(points)
        return Fit(
            center=(float(cx), float(cy)),
            axes=(float(d1) / 2, float(d2) / 2),
            angle=math.radians(float(degrees)),
            seen=float(has[there].mean()),
            on_page=float(there.mean()),
            gap=_longest_gap(has | ~there) / ANGLES,
            lost=_longest_gap(has & there) / ANGLES,
        )


def _longest_gap(has: NDArray[np.bool_]) -> int:
    if not has.any():
        return len(has)
    marks = np.flatnonzero(np.concatenate([has, has]))
    return int(np.diff(marks).max()) - 1
