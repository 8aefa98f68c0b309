"""Votes for circles and ovals of ink, all sizes at once, on a page of any content.

Every edge says in which direction it runs; on a ring these directions turn with the angle. The
directions (as doubled angles, so that both sides of a stroke agree) are correlated with rings of
all sizes by Fourier transform. Text, rules and pictures cancel out, rings add up. The idea is that
of Atherton and Kerbyson, Size invariant circle detection, Image and Vision Computing 17 (1999).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.detection.seals.ink import Gray

#: Pixels on the longer side of the map in which votes are counted.
_SIDE = 256
#: Room around it, for seals whose middle lies off the page.
_ROOM = 20
#: Half widths of round and of oval seals as shares of the longer side (a tenth is 3 cm on A4), and
#: the factor from one to the next.
_ROUND = (0.03, 0.18, 1.15)
_OVAL = (0.045, 0.13, 1.2)
#: Height by width of an oval seal, and how far it is turned, in radians.
_FLAT, _TURNS = 0.71, (-0.24, -0.08, 0.08, 0.24)
#: Rules and text give large rings and small ones votes that a seal on the same page may not reach:
#: each third of the sizes has places of its own. Bounds as shares of the longer side.
_THIRDS = (0.045, 0.085)
#: How many times as many peaks are looked at as places are wanted; and the share of a ring that
#: counts as lying on the page at least.
_PEAKS, _SEEN = 3, 0.5
#: Pixels of the map around a peak in which the middle of an oval turned otherwise may lie.
_NEAR = 4
#: Contrast of an edge below which it is noise, and from which it has its full say.
_NOISE, _FULL = 0.06, 0.3
#: Pixels of the map around an edge that its neighbours are counted in, and how many are no crowd.
_CROWD, _CALM = 13, 0.2


@dataclass(frozen=True, slots=True)
class Ring:
    """A place where a ring may be, in pixels of the layer.

    Attributes:
        x: Its middle.
        y: Its middle.
        radius: Half its width, along its own first axis.
        flat: Height by width.
        turn: Of its first axis against x, in radians, clockwise.
        votes: How much speaks for it.
        others: Where ovals turned otherwise may be nearby.
    """

    x: float
    y: float
    radius: float
    flat: float = 1.0
    turn: float = 0.0
    votes: float = 0.0
    others: tuple[Ring, ...] = ()


def vote(ink: Gray, off: NDArray[np.bool_], *, most: int, least: float) -> list[Ring]:
    """Return where rings may be, the surest first.

    Args:
        ink: 0 to 1, shape (height, width).
        off: Where the page is not, same shape: what would lie there counts as little as can be.
        most: How many of each third of the sizes at most.
        least: Fewest votes.
    """
    height, width = ink.shape
    factor = min(1.0, _SIDE / max(height, width))
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    canvas = _canvas(size)
    spectrum = _spectrum(_directions(ink, size, canvas))
    kinds = _kinds(max(size))
    maps = []
    for ring in _templates(canvas, max(size)):
        product = (spectrum * ring).view(np.float32).reshape(*canvas, 2)
        votes_of = cv2.dft(product, flags=cv2.DFT_INVERSE | cv2.DFT_SCALE)[..., 0]
        maps.append(np.asarray(votes_of, np.float32))
    found = []
    for low, high in pairwise((0.0, *(third * max(size) for third in _THIRDS), math.inf)):
        group = [k for k, (radius, _, _) in enumerate(kinds) if low <= radius < high]
        best = np.maximum.reduce([maps[k] for k in group])
        rings = []
        for x, y, votes in _peaks(best, _PEAKS * most, least):
            radius, flat, turn = kinds[max(group, key=lambda k: maps[k][y, x])]
            place = (x + 0.5 - _ROOM) / factor, (y + 0.5 - _ROOM) / factor
            others = _otherwise(maps, group, kinds, (x, y), factor) if turn else ()
            rings.append(Ring(*place, radius / factor, flat, turn, votes, others))
        found += _surest(rings, off, most)
    return sorted(found, key=lambda ring: -ring.votes)


def _otherwise(
    maps: Sequence[Gray],
    group: Sequence[int],
    kinds: Sequence[tuple[float, float, float]],
    peak: tuple[int, int],
    factor: float,
) -> tuple[Ring, ...]:
    """For each turn of an oval the place near a peak where most speaks for it.

    An oval that is turned one way raises a peak beside its middle for one turned the other.
    """
    x0, y0 = max(0, peak[0] - _NEAR), max(0, peak[1] - _NEAR)
    window = np.s_[y0 : peak[1] + _NEAR + 1, x0 : peak[0] + _NEAR + 1]
    found = []
    for turn in _TURNS:
        best = max((k for k in group if kinds[k][2] == turn), key=lambda k: maps[k][window].max())
        here = maps[best][window]
        down, right = np.unravel_index(int(here.argmax()), here.shape)
        place = [(v + 0.5 - _ROOM) / factor for v in (x0 + int(right), y0 + int(down))]
        radius, flat, _ = kinds[best]
        found.append(Ring(place[0], place[1], radius / factor, flat, turn, float(here.max())))
    return tuple(found)


def _surest(rings: Sequence[Ring], off: NDArray[np.bool_], most: int) -> list[Ring]:
    """Those with the most votes, in turn with those that have most for what lies on the page.

    What lies beside the page could not vote. But a frame along the page's edge gives many rings
    half of which lie beside it votes that no seal in its middle reaches.
    """
    if not rings:
        return []
    turns = np.arange(32) * (2 * math.pi / 32)
    x, y, radius, flat, turn = (
        np.array([getattr(ring, name) for ring in rings])[:, None]
        for name in ("x", "y", "radius", "flat", "turn")
    )
    u, v = radius * np.cos(turns), radius * flat * np.sin(turns)
    across = np.round(x + u * np.cos(turn) - v * np.sin(turn) - 0.5).astype(int)
    down = np.round(y + u * np.sin(turn) + v * np.cos(turn) - 0.5).astype(int)
    height, width = off.shape
    there = (across >= 0) & (across < width) & (down >= 0) & (down < height)
    there &= ~off[np.clip(down, 0, height - 1), np.clip(across, 0, width - 1)]
    given = np.array([ring.votes for ring in rings])
    votes = given / np.maximum(_SEEN, there.mean(axis=1))
    in_turn = np.column_stack([np.argsort(-votes), np.argsort(-given)]).ravel().tolist()
    return [replace(rings[k], votes=float(votes[k])) for k in list(dict.fromkeys(in_turn))[:most]]


def _directions(ink: Gray, size: tuple[int, int], canvas: tuple[int, int]) -> NDArray[np.float32]:
    """Doubled directions of the edges as (cos, sin), with room around, shape (*canvas, 2)."""
    dx = cv2.Sobel(ink, cv2.CV_32F, 1, 0, scale=0.25)
    dy = cv2.Sobel(ink, cv2.CV_32F, 0, 1, scale=0.25)
    xx, yy, xy = cv2.multiply(dx, dx), cv2.multiply(dy, dy), cv2.multiply(dx, dy)
    square = cv2.add(xx, yy)
    strength = cv2.sqrt(square)
    say = np.clip((strength - _NOISE) * (1 / (_FULL - _NOISE)), 0, 1)
    weight = cv2.divide(say, np.maximum(square, 1e-6))
    cos = cv2.multiply(cv2.subtract(xx, yy), weight)
    sin = cv2.multiply(xy, weight, scale=2)
    cos, sin, say = (cv2.resize(p, size, interpolation=cv2.INTER_AREA) for p in (cos, sin, say))
    # Where all is full of edges, as in text, each has less to say.
    crowd = np.asarray(cv2.blur(say, (_CROWD, _CROWD)) + _CALM, np.float32)
    field = np.zeros((*canvas, 2), np.float32)
    inside = field[_ROOM : _ROOM + size[1], _ROOM : _ROOM + size[0]]
    inside[..., 0], inside[..., 1] = cv2.divide(cos, crowd), cv2.divide(sin, crowd)
    return field


def _spectrum(field: NDArray[np.float32]) -> NDArray[np.complex64]:
    return np.ascontiguousarray(cv2.dft(field)).view(np.complex64)[..., 0]


def _peaks(votes: Gray, most: int, least: float) -> Iterator[tuple[int, int, float]]:
    highest = cv2.dilate(votes, np.ones((5, 5), np.uint8))
    ys, xs = np.nonzero((votes >= highest) & (votes >= least))
    order = np.argsort(-votes[ys, xs])[:most]
    for i in order:
        yield int(xs[i]), int(ys[i]), float(votes[ys[i], xs[i]])


def _canvas(size: tuple[int, int]) -> tuple[int, int]:
    """Rows and columns of the map with its room, rounded up so that few sizes occur."""
    width, height = (math.ceil((side + 2 * _ROOM) / 60) * 60 for side in size)
    return height, width


@lru_cache(maxsize=8)
def _kinds(side: int) -> tuple[tuple[float, float, float], ...]:
    """Half widths, flatness and turn of the rings that are looked for."""
    found = []
    for (smallest, largest, step), flat, turns in (
        (_ROUND, 1.0, (0.0,)),
        (_OVAL, _FLAT, _TURNS),
    ):
        radius = smallest * side
        while radius <= largest * side:
            found += [(radius, flat, turn) for turn in turns]
            radius *= step
    return tuple(found)


@lru_cache(maxsize=4)
def _templates(canvas: tuple[int, int], side: int) -> tuple[NDArray[np.complex64], ...]:
    """Spectra (conjugate) of one ring a kind, its middle at the origin."""
    rows, columns = canvas
    down = ((np.arange(rows) + rows // 2) % rows - rows // 2).astype(np.float32)[:, None]
    right = ((np.arange(columns) + columns // 2) % columns - columns // 2).astype(np.float32)[None]
    made = []
    for radius, flat, turn in _kinds(side):
        x = right * math.cos(turn) + down * math.sin(turn)
        y = down * math.cos(turn) - right * math.sin(turn)
        reach = np.hypot(x, y / flat)
        weight = np.exp(-0.5 * ((reach - radius) / max(1.0, 0.055 * radius)) ** 2)
        angle = 2 * (np.arctan2(y / flat**2, x) + turn)
        around = math.pi * radius * (1 + flat)
        ring = np.stack([weight * np.cos(angle), weight * np.sin(angle)], axis=-1) / around
        made.append(np.conj(_spectrum(ring.astype(np.float32))))
    return tuple(made)
