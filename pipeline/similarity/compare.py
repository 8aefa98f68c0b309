"""Texts compared with many others."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.similarity.alignment.passages import align_all
from pipeline.similarity.alignment.shelf import Shelf
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
    names = list(candidates)
    shelf = Shelf.of(list(candidates.values()))
    return _compare(query, names, shelf, rarity)


def compare_all(
    queries: Mapping[str, NormalText], sources: Mapping[str, NormalText]
) -> dict[tuple[str, str], tuple[Passage, ...]]:
    """Compare each of some texts with each of others; pairs that share nothing are left out."""
    rarity = Rarity.of([*queries.values(), *sources.values()])
    found: dict[tuple[str, str], list[Passage]] = {}
    names = list(sources)
    shelf = Shelf.of(list(sources.values()))
    for asked, query in queries.items():
        for passage in _compare(query, names, shelf, rarity):
            found.setdefault((asked, passage.source), []).append(passage)
    return {pair: tuple(passages) for pair, passages in found.items()}


def _compare(
    query: NormalText, names: list[str], shelf: Shelf, rarity: Rarity
) -> tuple[Passage, ...]:
    passages = [
        Passage(match.span, names[number], match.source_span, match.kind, match.score)
        for number, matches in align_all(query, shelf, rarity)
        for match in matches
    ]
    return tuple(sorted(passages, key=lambda p: (p.span, p.source, p.source_span)))
