"""Whether two stretches are a shared passage or only speak of the same things.

Single characters are weighed besides pairs: a sentence whose words were shuffled or replaced keeps
many of its characters and few of its pairs. How likely a character stands in a stretch by chance
is learnt from the rest of the two texts, so that their common subject is no evidence, and from how
common the pairs are that agree around it, so that phrases everybody uses are little.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pipeline.similarity.alignment.matching import match_once
from pipeline.similarity.alignment.regions import Ground, Region, damped
from pipeline.similarity.text import NormalText

LEAST_LENGTH = 28
LEAST_EVIDENCE = 34.0

_WORTH_JUDGING = 10.0
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

    def evidence(self, region: Region) -> float | None:
        """What single characters and pairs say for a region, in nats; None if not enough."""
        if region.evidence < _WORTH_JUDGING:
            return None
        if min(high - low for low, high in region.spans) < LEAST_LENGTH:
            return None
        total = self._characters(region) + _PAIRS_COUNT * self._ground.unrepeated(region)
        return total if total >= LEAST_EVIDENCE else None

    def _characters(self, region: Region) -> float:
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
            counted = self._counted[ids[side]]
            evidence = _weigh(hits[side][counted], chance[counted])
            sides.append(damped(evidence, ids[side][counted]))
        return min(sides)

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


def _weigh(hit: NDArray[np.bool_], chance: NDArray[np.float64]) -> NDArray[np.float64]:
    if len(hit) == 0:
        return chance
    chance = np.clip(chance, *_CHANCE)
    expected = min(max(float(hit.mean()), _EXPECTED[0]), _EXPECTED[1])
    yes = np.log(np.maximum(expected, chance) / chance)
    no = np.minimum(np.log((1 - expected) / (1 - chance)), 0)
    return np.where(hit, yes, no)
