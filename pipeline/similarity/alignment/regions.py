"""From a seed to a passage: how far the agreement reaches on both sides.

A character pair of one text *agrees* when it stands anywhere in the other text's stretch. Each pair
of a stretch is evidence: one that agrees speaks for a shared passage the more, the less likely it
would stand in so long a stretch by chance; one that does not speaks against it. The stretch with
the most evidence is taken on one side, then on the other, until both stand still.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.similarity.alignment.matching import match_once
from pipeline.similarity.alignment.seeds import Seed
from pipeline.similarity.alignment.shelf import CELL, Shelf
from pipeline.similarity.rarity import PLACES, Rarity

_WINDOW = 2 * CELL
_REACH = 120
_ROUNDS = 12
_SETTLING = 3
_MARGIN = 0.5
_CHANCE = 8.0
_SHORTEST_STRETCH = 100
_EXPECTED = (0.3, 0.95)


@dataclass(frozen=True, slots=True)
class Region:
    """A stretch of the examined text and one of a source: pairs [start, end) on each side.

    Attributes:
        start: First pair in the examined text.
        end: Behind the last.
        source_start: First pair in the source.
        source_end: Behind the last.
        evidence: For a shared passage, in nats; the lesser of what both sides say.
        agreed: Share of the pairs that agree, the lesser of both sides.
    """

    start: int
    end: int
    source_start: int
    source_end: int
    evidence: float
    agreed: float


class Ground:
    """Two texts and how common their pairs are: on it regions grow."""

    def __init__(self, query: Shelf, source: Shelf, number: int, rarity: Rarity) -> None:
        self.pairs = (query.pairs[0], source.pairs[number])
        self._rates = tuple(rarity.rates(pairs) * _CHANCE for pairs in self.pairs)
        self._marks = np.zeros(PLACES, np.bool_)

    def grow(self, seed: Seed) -> Region | None:
        """Grow a seed. None if nothing of it stands."""
        spans = [
            (seed.start, min(seed.start + _WINDOW, len(self.pairs[0]))),
            (seed.source_start, min(seed.source_start + _WINDOW, len(self.pairs[1]))),
        ]
        share = 0.5
        for margin in (_MARGIN, 0):
            seen = set()
            for _ in range(_ROUNDS):
                if tuple(spans) in seen:
                    break
                seen.add(tuple(spans))
                shares = []
                for side in (0, 1):
                    other = self._widened(1 - side, spans[1 - side], margin)
                    found = self._best(side, spans[side], other, share)
                    if found is None:
                        return None
                    spans[side] = found
                    shares.append(self._agreed(side, found, other))
                share = min(shares)
        return self._settled(spans, share)

    def _settled(self, spans: list[tuple[int, int]], share: float) -> Region | None:
        """Judge a stretch with every pair used once only, so that a repeated word counts once."""
        for _ in range(_SETTLING):
            hits = self._matched(spans[0], spans[1])
            before = list(spans)
            for side in (1, 0):
                evidence = self._weighed(side, spans[side], hits[side], spans[1 - side], share)
                run = _best_run(evidence, spans[side][0])
                if run is None:
                    return None
                spans[side] = run
            if spans == before:
                break
        hits = self._matched(spans[0], spans[1])
        share = float(min(hits[0].mean(), hits[1].mean()))
        total = min(
            float(self._weighed(side, spans[side], hits[side], spans[1 - side], share).sum())
            for side in (0, 1)
        )
        return Region(*spans[0], *spans[1], total, share)

    def _matched(
        self, stretch: tuple[int, int], other: tuple[int, int]
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Which pairs of two stretches agree if each may be used only once."""
        return match_once(
            self.pairs[0][stretch[0] : stretch[1]], self.pairs[1][other[0] : other[1]]
        )

    def _widened(self, side: int, stretch: tuple[int, int], margin: float) -> tuple[int, int]:
        more = int(margin * max(_WINDOW, stretch[1] - stretch[0]))
        return max(0, stretch[0] - more), min(len(self.pairs[side]), stretch[1] + more)

    def says(
        self, side: int, stretch: tuple[int, int], other: tuple[int, int], share: float
    ) -> NDArray[np.float32]:
        """Evidence of each pair of a stretch of one side, given a stretch of the other."""
        return self._weighed(side, stretch, self._hits(side, stretch, other), other, share)

    def _weighed(
        self,
        side: int,
        stretch: tuple[int, int],
        hit: NDArray[np.bool_],
        other: tuple[int, int],
        share: float,
    ) -> NDArray[np.float32]:
        length = max(_SHORTEST_STRETCH, other[1] - other[0])
        chance = -np.expm1(-self._rates[side][stretch[0] : stretch[1]] * length)
        chance = np.clip(chance, 1e-6, 0.9)
        expected = min(max(share, _EXPECTED[0]), _EXPECTED[1])
        yes = np.log(np.maximum(expected, chance) / chance)
        no = np.log((1 - expected) / (1 - chance))
        evidence: NDArray[np.float32] = np.where(hit, yes, np.minimum(no, 0)).astype(np.float32)
        return evidence

    def _hits(
        self, side: int, stretch: tuple[int, int], other: tuple[int, int]
    ) -> NDArray[np.bool_]:
        there = self.pairs[1 - side][other[0] : other[1]]
        self._marks[there] = True
        hit: NDArray[np.bool_] = self._marks[self.pairs[side][stretch[0] : stretch[1]]]
        self._marks[there] = False
        return hit

    def _agreed(self, side: int, stretch: tuple[int, int], other: tuple[int, int]) -> float:
        return float(self._hits(side, stretch, other).mean())

    def _best(
        self, side: int, stretch: tuple[int, int], other: tuple[int, int], share: float
    ) -> tuple[int, int] | None:
        """The stretch with the most evidence in the neighbourhood of one."""
        reach = max(_REACH, stretch[1] - stretch[0])
        low = max(0, stretch[0] - reach)
        high = min(len(self.pairs[side]), stretch[1] + reach)
        return _best_run(self.says(side, (low, high), other, share), low)


def _best_run(evidence: NDArray[np.float32], offset: int) -> tuple[int, int] | None:
    """The run with the largest sum, at an offset; None if no run has a positive one."""
    sums = np.concatenate([[0.0], np.cumsum(evidence, dtype=np.float64)])
    lowest = np.minimum.accumulate(sums)
    end = int(np.argmax(sums - lowest))
    if sums[end] - lowest[end] <= 0:
        return None
    start = int(np.flatnonzero(sums[: end + 1] == lowest[end])[-1])
    return offset + start, offset + end
