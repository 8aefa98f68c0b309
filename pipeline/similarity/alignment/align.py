"""The passages of two texts that agree."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.similarity.fingerprints import GRAM, gram_hashes
from pipeline.similarity.nouns import MatchKind, Span
from pipeline.similarity.rarity import Rarity
from pipeline.similarity.text import NormalText

_GAP = 60
_SHORTEST = 25


@dataclass(frozen=True, slots=True)
class Match:
    """A passage of the examined text and the one of the source that it agrees with.

    Attributes:
        span: Where in the examined text, as given.
        source_span: Where in the source, as given.
        kind: How they agree.
        score: Agreement of the normalised characters, 0 to 1.
    """

    span: Span
    source_span: Span
    kind: MatchKind
    score: float


def align(query: NormalText, source: NormalText, rarity: Rarity) -> tuple[Match, ...]:
    """Find the passages that two texts share, in the order of the examined text.

    Args:
        query: The examined text.
        source: The text it may have been taken from.
        rarity: How common pairs of characters are in the corpus.
    """
    del rarity
    hashes, places = np.unique(gram_hashes(source, GRAM), return_index=True)
    asked = gram_hashes(query, GRAM)
    if len(hashes) == 0:
        return ()
    at = np.minimum(np.searchsorted(hashes, asked), len(hashes) - 1)
    found = np.flatnonzero(hashes[at] == asked)
    pairs = np.stack([found, places[at[found]]], axis=1)
    matches = []
    breaks = np.flatnonzero(np.any(np.abs(np.diff(pairs, axis=0)) > _GAP, axis=1)) + 1
    for run in np.split(pairs, breaks):
        if len(run) == 0 or run[-1, 0] - run[0, 0] < _SHORTEST:
            continue
        matches.append(
            Match(
                query.raw_span(int(run[0, 0]), int(run[-1, 0]) + GRAM),
                source.raw_span(int(run[:, 1].min()), int(run[:, 1].max()) + GRAM),
                MatchKind.NEAR,
                min(1.0, len(run) / float(run[-1, 0] - run[0, 0] + 1)),
            )
        )
    return tuple(matches)
