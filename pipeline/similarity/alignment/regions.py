"""From a seed to a passage: how far the agreement reaches on both sides.

A pair of words of one text *agrees* when it stands anywhere in the other text's stretch. Each pair
of a stretch is evidence: one that agrees speaks for a shared passage the more, the less likely it
would stand in so long a stretch by chance; one that does not speaks against it. The stretch with
the most evidence is taken on one side, then on the other, until both stand still.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.similarity.alignment.matching import partners
from pipeline.similarity.alignment.seeds import Seed
from pipeline.similarity.alignment.shelf import CELL, Shelf
from pipeline.similarity.rarity import PLACES, Rarity
from pipeline.similarity.words import Words

Stretch = tuple[int, int]

_Partners = tuple[NDArray[np.int64], NDArray[np.int64]]

#: How far a passage is followed from its seed; a longer one is joined from several.
REACH = 8192

_WINDOW = 2 * CELL
_REMEMBERED = 64
_STEP = 120
_ROUNDS = 12
_SETTLING = 3
_MARGIN = 0.5
_CHANCE = 8.0
_SHORTEST_STRETCH = 100
_PLAIN = 0.4
_EXPECTED = (0.25, 0.95)


@dataclass(frozen=True, slots=True)
class Region:
    """A stretch of the examined text and one of a source: pairs [start, end) on each side.

    Attributes:
        spans: The stretch of the examined text, and that of the source.
        evidence: For a shared passage, in nats; the lesser of what both sides say.
        shares: Share of the pairs of either side that agree, each used once.
    """

    spans: tuple[Stretch, Stretch]
    evidence: float
    shares: tuple[float, float]


class Ground:
    """Two texts and how common their pairs are: on it regions grow."""

    def __init__(self, query: Shelf, source: Shelf, number: int, rarity: Rarity) -> None:
        self.pairs = (query.pairs[0], source.pairs[number])
        self._worth = tuple(_worth(cut) for cut in (query.words[0], source.words[number]))
        self._rates = tuple(rarity.rates(pairs) for pairs in self.pairs)
        self._marks = np.zeros(PLACES, np.bool_)
        self._partners: dict[tuple[Stretch, Stretch], _Partners] = {}

    def grow(self, seed: Seed) -> Region | None:
        """Grow a seed, but not without end: ``REACH`` at most. None if nothing of it stands."""
        bounds = [
            (max(0, at - REACH), min(len(pairs), at + REACH))
            for at, pairs in zip((seed.start, seed.source_start), self.pairs, strict=True)
        ]
        spans = [
            (seed.start, min(seed.start + _WINDOW, len(self.pairs[0]))),
            (seed.source_start, min(seed.source_start + _WINDOW, len(self.pairs[1]))),
        ]
        shares = [0.5, 0.5]
        for margin in (_MARGIN, 0.0):
            seen = set()
            for _ in range(_ROUNDS):
                if tuple(spans) in seen:
                    break
                seen.add(tuple(spans))
                for side in (0, 1):
                    found = self._best(side, spans, bounds[side], margin, shares[side])
                    if found is None:
                        return None
                    spans[side], shares[side] = found
        return self._settled(spans, shares)

    def _best(
        self, side: int, spans: list[Stretch], bounds: Stretch, margin: float, share: float
    ) -> tuple[Stretch, float] | None:
        """The stretch of a side with the most evidence, near the one it has, and what agrees."""
        own, there = spans[side], spans[1 - side]
        more = int(margin * max(_WINDOW, there[1] - there[0]))
        other = (max(0, there[0] - more), min(len(self.pairs[1 - side]), there[1] + more))
        reach = max(_STEP, own[1] - own[0])
        low, high = max(bounds[0], own[0] - reach), min(bounds[1], own[1] + reach)
        hits = self._hits(side, (low, high), other)
        run = best_run(self.weigh(side, (low, high), hits, other[1] - other[0], share))
        if run is None:
            return None
        return (low + run[0], low + run[1]), float(hits[run[0] : run[1]].mean())

    def _settled(self, spans: list[Stretch], shares: list[float]) -> Region | None:
        """Judge a stretch with every pair used once, so that a repeated word counts once."""
        for _ in range(_SETTLING):
            before = list(spans)
            hits = self.match(spans[0], spans[1])
            for side in (1, 0):
                length = spans[1 - side][1] - spans[1 - side][0]
                run = best_run(self.weigh(side, spans[side], hits[side], length, shares[side]))
                if run is None:
                    return None
                spans[side] = (spans[side][0] + run[0], spans[side][0] + run[1])
                shares[side] = float(hits[side][run[0] : run[1]].mean())
            if spans == before:
                break
        return self.judge(spans[0], spans[1])

    def judge(self, stretch: Stretch, there: Stretch) -> Region:
        """What speaks for two stretches as a shared passage."""
        spans = (stretch, there)
        hits = self.match(stretch, there)
        shares = (float(hits[0].mean()), float(hits[1].mean()))
        evidence = [
            float(self.weigh(s, spans[s], hits[s], there[1] - there[0], shares[s]).sum())
            for s, there in ((0, spans[1]), (1, spans[0]))
        ]
        return Region(spans, min(evidence), shares)

    def match(
        self, stretch: Stretch, there: Stretch
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Which pairs of two stretches agree if each may be used only once."""
        left, right = self.partners(stretch, there)
        hits = np.zeros(stretch[1] - stretch[0], np.bool_), np.zeros(there[1] - there[0], np.bool_)
        hits[0][left] = True
        hits[1][right] = True
        return hits

    def partners(self, stretch: Stretch, there: Stretch) -> _Partners:
        """Which pair of one stretch belongs to which of the other, in the order of the first."""
        key = (stretch, there)
        if key not in self._partners:
            if len(self._partners) >= _REMEMBERED:
                self._partners.clear()
            ours, theirs = self.pairs
            self._partners[key] = partners(ours[slice(*stretch)], theirs[slice(*there)])
        return self._partners[key]

    def phrases(self, region: Region) -> tuple[NDArray[np.float64], ...]:
        """How likely the agreement of each character would be by chance, from pairs alone.

        Returns:
            For each side, of each character the greater chance of the agreeing pairs it is in,
            0 where none is.
        """
        result = []
        for side, hits in enumerate(self.match(*region.spans)):
            there = region.spans[1 - side]
            chance = self._chance(side, region.spans[side], there[1] - there[0])
            pairs = np.where(hits, chance, 0.0)
            result.append(np.maximum(np.append(pairs, 0.0), np.insert(pairs, 0, 0.0)))
        return tuple(result)

    def unrepeated(self, region: Region) -> float:
        """The evidence of a region when a pair that agrees often counts less each time."""
        totals = []
        for side, hits in enumerate(self.match(*region.spans)):
            (low, high), there = region.spans[side], region.spans[1 - side]
            length, share = there[1] - there[0], region.shares[side]
            evidence = self.weigh(side, (low, high), hits, length, share)
            totals.append(damped(evidence, self.pairs[side][low:high]))
        return min(totals)

    def weigh(
        self, side: int, stretch: Stretch, hit: NDArray[np.bool_], length: int, share: float
    ) -> NDArray[np.float32]:
        """Evidence of each pair of a stretch.

        Args:
            side: 0 for the examined text, 1 for the source.
            stretch: Where in it.
            hit: Which pairs agree.
            length: Length of the other side's stretch.
            share: Share of pairs that agree in a passage of this sort.
        """
        chance = np.clip(self._chance(side, stretch, length), 1e-6, 0.9)
        expected = min(max(share, _EXPECTED[0]), _EXPECTED[1])
        yes = np.log(np.maximum(expected, chance) / chance)
        no = np.minimum(np.log((1 - expected) / (1 - chance)), 0)
        worth = self._worth[side][stretch[0] : stretch[1]]
        evidence: NDArray[np.float32] = (np.where(hit, yes, no) * worth).astype(np.float32)
        return evidence

    def _chance(self, side: int, stretch: Stretch, length: int) -> NDArray[np.float64]:
        """How likely each pair stands in a stretch of some length that has the same subject."""
        rates = self._rates[side][stretch[0] : stretch[1]]
        chance: NDArray[np.float64] = -np.expm1(-rates * (_CHANCE * max(_SHORTEST_STRETCH, length)))
        return chance

    def _hits(self, side: int, stretch: Stretch, other: Stretch) -> NDArray[np.bool_]:
        """Which pairs of a stretch stand anywhere in the other side's."""
        there = self.pairs[1 - side][other[0] : other[1]]
        self._marks[there] = True
        hit: NDArray[np.bool_] = self._marks[self.pairs[side][stretch[0] : stretch[1]]]
        self._marks[there] = False
        return hit


def damped(evidence: NDArray[np.floating[Any]], items: NDArray[np.integer[Any]]) -> float:
    """Sum evidence; what speaks for a passage counts less where one item repeats.

    Args:
        evidence: Of each item, in nats.
        items: What the items are.
    """
    _, inverse, counts = np.unique(items, return_inverse=True, return_counts=True)
    return float(np.where(evidence > 0, evidence / np.sqrt(counts[inverse]), evidence).sum())


def _worth(cut: Words) -> NDArray[np.float32]:
    """What a pair counts: two numbers or letters less than two characters or words."""
    return np.where(cut.plain[:-1] & cut.plain[1:], np.float32(_PLAIN), np.float32(1))


def best_run(evidence: NDArray[np.float32]) -> Stretch | None:
    """The run with the largest sum; None if no run has a positive one."""
    sums = np.concatenate([[0.0], np.cumsum(evidence, dtype=np.float64)])
    lowest = np.minimum.accumulate(sums)
    end = int(np.argmax(sums - lowest))
    if sums[end] - lowest[end] <= 0:
        return None
    start = int(np.flatnonzero(sums[: end + 1] == lowest[end])[-1])
    return start, end
