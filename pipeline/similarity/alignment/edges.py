"""Where a passage begins and ends exactly.

People copy sentences. The first and the last characters of a reworded sentence may all be new, and
behind a copied one a character may agree by chance; both are settled by weighing the evidence of
the pairs around an end against how likely a passage ends at a sentence's, at a clause's or at no
end at all.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.similarity.alignment.breaks import CLAUSE, SENTENCE
from pipeline.similarity.alignment.regions import Ground, Region, Stretch

_REACH = 48
_LIKELY = {0: 0.0, CLAUSE: 2.5, SENTENCE: 6.0}
_TURNS = 2


def settle(ground: Ground, region: Region, breaks: tuple[NDArray[np.int8], ...]) -> Region:
    """Move the ends of a region to where they most likely are.

    Args:
        ground: The two texts.
        region: A region of them.
        breaks: How well either text can be cut before each character.
    """
    likely = np.array([_LIKELY[strength] for strength in sorted(_LIKELY)])
    for _ in range(_TURNS):
        wide = [
            (max(0, low - _REACH), min(len(ground.pairs[side]), high + _REACH))
            for side, (low, high) in enumerate(region.spans)
        ]
        hits = ground.match(wide[0], wide[1])
        spans = []
        for side in (0, 1):
            there = region.spans[1 - side]
            evidence = ground.weigh(
                side, wide[side], hits[side], there[1] - there[0], region.shares[side]
            )
            spans.append(_ends(evidence, wide[side][0], region.spans[side], likely[breaks[side]]))
        if (spans[0], spans[1]) == region.spans:
            break
        region = ground.judge(spans[0], spans[1])
    return region


def _ends(
    evidence: NDArray[np.float32], offset: int, span: Stretch, likely: NDArray[np.float64]
) -> Stretch:
    """The best first pair and end of a stretch, given the pairs around it from ``offset`` on."""
    sums = np.concatenate([[0.0], np.cumsum(evidence, dtype=np.float64)])
    low, high = span
    middle = (low + high) // 2
    starts = np.arange(offset, min(low + _REACH, middle) + 1)
    ends = np.arange(max(high - _REACH, middle + 1), offset + len(evidence) + 1)
    best_start = np.argmax(likely[starts] - sums[starts - offset])
    best_end = np.argmax(likely[ends + 1] + sums[ends - offset])
    return int(starts[best_start]), int(ends[best_end])
