"""Whether two stretches are a shared passage or only speak of the same things.

Single characters are weighed besides pairs: a sentence whose words were shuffled or replaced keeps
many of its characters and few of its pairs. How likely a character stands in a stretch by chance
is learnt from the rest of the two texts, so that their common subject is no evidence.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pipeline.similarity.alignment.matching import match_once
from pipeline.similarity.alignment.regions import Ground, Region
from pipeline.similarity.text import NormalText

LEAST_LENGTH = 28
LEAST_EVIDENCE = 52.0

_PAIRS_COUNT = 0.3
_UNSEEN = 0.5
_UNSEEN_OF = 2000.0
_SHORTEST_STRETCH = 60
_EXPECTED = (0.3, 0.95)
_CHANCE = (1e-4, 0.95)


class Judge:
    """Weighs regions of two texts."""

    def __init__(self, ground: Ground, query: NormalText, source: NormalText) -> None:
        self._ground = ground
        self._codes = (query.codes, source.codes)

    def accepts(self, region: Region) -> bool:
        """Whether a region is a shared passage."""
        if min(high - low for low, high in region.spans) < LEAST_LENGTH:
            return False
        return self.evidence(region) >= LEAST_EVIDENCE

    def evidence(self, region: Region) -> float:
        """What single characters and pairs say for a region, in nats."""
        spans = [(low, high + 1) for low, high in region.spans]
        ids = [self._ids[side][low:high] for side, (low, high) in enumerate(spans)]
        inside = np.bincount(np.concatenate(ids), minlength=len(self._totals))
        outside = self._totals - inside
        rates = (outside + _UNSEEN) / (outside.sum() + _UNSEEN_OF)
        hits = match_once(ids[0], ids[1])
        sides = [
            _weigh(hits[s], rates[ids[s]], len(ids[1 - s]), self._counted[ids[s]]) for s in (0, 1)
        ]
        return min(sides) + _PAIRS_COUNT * region.evidence

    @cached_property
    def _alphabet(self) -> tuple[NDArray[np.uint32], NDArray[np.int32]]:
        codes, ids = np.unique(np.concatenate(self._codes), return_inverse=True)
        return codes, ids.astype(np.int32)

    @cached_property
    def _ids(self) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        ids, first = self._alphabet[1], len(self._codes[0])
        return ids[:first], ids[first:]

    @cached_property
    def _totals(self) -> NDArray[np.int64]:
        return np.bincount(self._alphabet[1], minlength=len(self._alphabet[0]))

    @cached_property
    def _counted(self) -> NDArray[np.bool_]:
        """Letters and digits by themselves say nothing."""
        counted: NDArray[np.bool_] = self._alphabet[0] >= 0x80
        return counted


def _weigh(
    hit: NDArray[np.bool_], rates: NDArray[np.float64], length: int, counted: NDArray[np.bool_]
) -> float:
    if not counted.any():
        return 0.0
    hit, rates = hit[counted], rates[counted]
    chance = np.clip(-np.expm1(-rates * max(_SHORTEST_STRETCH, length)), *_CHANCE)
    expected = min(max(float(hit.mean()), _EXPECTED[0]), _EXPECTED[1])
    yes = np.log(np.maximum(expected, chance) / chance)
    no = np.minimum(np.log((1 - expected) / (1 - chance)), 0)
    return float(np.where(hit, yes, no).sum())
