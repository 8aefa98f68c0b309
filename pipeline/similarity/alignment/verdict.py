"""Whether two stretches are a shared passage or only speak of the same things.

Single words (Chinese characters, that is) are weighed besides pairs: a sentence that was shuffled
or reworded keeps many of them and few of its pairs. How likely a word stands in a stretch by chance
is learnt from the rest of the two texts, so that their common subject is no evidence, and from how
common the pairs are that agree around it, so that phrases everybody uses are little. And who writes
a text anew keeps the order of its thoughts, while two texts on one subject share words in no order.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pipeline.similarity.alignment.matching import match_once
from pipeline.similarity.alignment.regions import Ground, Region, damped
from pipeline.similarity.words import Words

LEAST_LENGTHS = (20, 28)
LEAST_EVIDENCE = 40.0
WORTH_JUDGING = 10.0

_PAIRS_COUNT = 0.3
_UNSEEN = 0.5
_UNSEEN_OF = 2000.0
_SHORTEST_STRETCH = 60
_EXPECTED = (0.3, 0.95)
_CHANCE = (1e-4, 0.95)
_FEWEST_RUNS = 4
_MOST_ORDERED = 0.995
_MOST_FROM_ORDER = 40.0


class Judge:
    """Weighs regions of two texts."""

    def __init__(self, ground: Ground, query: Words, source: Words) -> None:
        self._ground = ground
        self._words = (query, source)

    def evidence(self, region: Region) -> float | None:
        """What single words and pairs say for a region, in nats; None if not enough."""
        if region.evidence < WORTH_JUDGING:
            return None
        lengths = sorted(
            int(cut.starts[high + 1] - cut.starts[low])
            for cut, (low, high) in zip(self._words, region.spans, strict=True)
        )
        if lengths[0] < LEAST_LENGTHS[0] or lengths[1] < LEAST_LENGTHS[1]:
            return None
        total = self.weight(region)
        return total if total >= LEAST_EVIDENCE else None

    def weight(self, region: Region) -> float:
        """What speaks for a region, in nats."""
        pairs = self._ground.unrepeated(region)
        order = in_order(*self._ground.partners(*region.spans))
        return self._singles(region) + _PAIRS_COUNT * pairs + order

    def _singles(self, region: Region) -> float:
        spans = [(low, high + 1) for low, high in region.spans]
        ids = [self._ids[side][low:high] for side, (low, high) in enumerate(spans)]
        inside = np.bincount(np.concatenate(ids), minlength=len(self._totals))
        outside = self._totals - inside
        rates = (outside + _UNSEEN) / (outside.sum() + _UNSEEN_OF)
        hits = match_once(ids[0], ids[1])
        phrases = self._ground.phrases(region)
        sides = []
        for side in (0, 1):
            length = max(_SHORTEST_STRETCH, len(ids[1 - side]))
            chance = np.maximum(-np.expm1(-rates[ids[side]] * length), phrases[side])
            low, high = spans[side]
            counted = ~self._words[side].plain[low:high]
            evidence = _weigh(hits[side][counted], chance[counted])
            sides.append(damped(evidence, ids[side][counted]))
        return min(sides)

    @cached_property
    def _ids(self) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        both = np.concatenate([cut.hashes for cut in self._words])
        ids = np.unique(both, return_inverse=True)[1].astype(np.int32)
        first = len(self._words[0].hashes)
        return ids[:first], ids[first:]

    @cached_property
    def _totals(self) -> NDArray[np.int64]:
        return np.bincount(np.concatenate(self._ids))


def _weigh(hit: NDArray[np.bool_], chance: NDArray[np.float64]) -> NDArray[np.float64]:
    if len(hit) == 0:
        return chance
    chance = np.clip(chance, *_CHANCE)
    expected = min(max(float(hit.mean()), _EXPECTED[0]), _EXPECTED[1])
    yes = np.log(np.maximum(expected, chance) / chance)
    no = np.minimum(np.log((1 - expected) / (1 - chance)), 0)
    return np.where(hit, yes, no)


def in_order(left: NDArray[np.int64], right: NDArray[np.int64]) -> float:
    """Evidence from the order of what agrees: that of a rank correlation of the runs.

    Args:
        left: Places in the examined text, rising.
        right: Their partners' places in the source.
    """
    starts = np.ones(len(left), np.bool_)
    starts[1:] = (np.diff(left) != 1) | (np.diff(right) != 1)
    places = right[starts]
    count = len(places)
    if count < _FEWEST_RUNS:
        return 0.0
    ranks = np.empty(count)
    ranks[np.argsort(places, kind="stable")] = np.arange(count)
    gaps = ranks - np.arange(count)
    agreement = 1 - 6 * float(gaps @ gaps) / (count * (count * count - 1))
    if agreement <= 0:
        return 0.0
    agreement = min(agreement, _MOST_ORDERED)
    return min(_MOST_FROM_ORDER, -0.5 * (count - 2) * float(np.log1p(-(agreement**2))))
