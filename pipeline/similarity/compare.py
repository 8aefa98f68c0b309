"""Texts compared with many others."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.similarity.alignment import align
from pipeline.similarity.nouns import Passage
from pipeline.similarity.rarity import Rarity
from pipeline.similarity.text import NormalText


def compare(
    query: NormalText, candidates: Mapping[str, NormalText], rarity: Rarity
) -> tuple[Passage, ...]:
    """Find what a text shares with each of some others, in the order of the examined text.

    Args:
        query: The examined text.
        candidates: The others by their ids, as an index chose them.
        rarity: How common pairs of characters are in the corpus.
    """
    passages = [
        Passage(match.span, name, match.source_span, match.kind, match.score)
        for name, source in candidates.items()
        for match in align(query, source, rarity)
    ]
    return tuple(sorted(passages, key=lambda p: (p.span, p.source, p.source_span)))


def compare_all(
    queries: Mapping[str, NormalText], sources: Mapping[str, NormalText]
) -> dict[tuple[str, str], tuple[Passage, ...]]:
    """Compare each of some texts with each of others; pairs that share nothing are left out."""
    rarity = Rarity.of([*queries.values(), *sources.values()])
    found: dict[tuple[str, str], tuple[Passage, ...]] = {}
    for asked, query in queries.items():
        for name, source in sources.items():
            passages = compare(query, {name: source}, rarity)
            if passages:
                found[asked, name] = passages
    return found
