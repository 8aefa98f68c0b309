"""Who shares text with whom in a review round."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pipeline.similarity.corpus import Corpus, Snapshot
from pipeline.similarity.counting import Counted, Fraction, Ratio, Standing
from pipeline.similarity.examination import Text, examine
from pipeline.similarity.nouns import Document

#: Less than this is left out of the picture: a phrase, no shared text.
LEAST_CHARACTERS = 40


@dataclass(frozen=True, slots=True)
class Share:
    """What of one document another of the round has.

    Attributes:
        document: Id of the document.
        source: Id of the other.
        characters: Counted characters of the document that the other has.
        total: Counted characters of the document.
        standing: How the other is treated in the document's report.
    """

    document: str
    source: str
    characters: int
    total: int
    standing: Standing

    @property
    def ratio(self) -> float:
        """Share of the document, 0 to 1."""
        return self.characters / self.total if self.total else 0.0


@dataclass(frozen=True, slots=True)
class Pair:
    """Two documents of a round that share text; ``there`` is None where only one side has it."""

    here: Share
    there: Share | None


@dataclass(frozen=True, slots=True)
class Round:
    """All documents of a round, each compared with the whole corpus.

    Attributes:
        name: The round.
        snapshot: State of the corpus.
        documents: Those of the round, by id.
        ratios: The figures of each, by its id.
        shares: What each has in common with others of the round, by document and source.
        elsewhere: By document, the characters that earlier rounds and reference texts have.
    """

    name: str
    snapshot: Snapshot
    documents: tuple[Document, ...]
    ratios: dict[str, dict[Ratio, Fraction]]
    shares: tuple[Share, ...]
    elsewhere: dict[str, int]

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """The pairs of the round, that with the greatest share first."""
        by_ids = {(share.document, share.source): share for share in self.shares}
        pairs = []
        for (document, source), share in by_ids.items():
            other = by_ids.get((source, document))
            if other is None or (share.ratio, source) > (other.ratio, document):
                pairs.append(Pair(share, other))
        pairs.sort(key=lambda p: (-p.here.ratio, p.here.document, p.here.source))
        return tuple(pairs)


def examine_round(
    corpus: Corpus, name: str, told: Callable[[int], None] = lambda number: None
) -> Round:
    """Compare every document of a round with the corpus.

    Args:
        corpus: Holds the round and what came before.
        name: The round.
        told: Called with the number of each document that is done, from 1.
    """
    documents = tuple(d for d in corpus.documents() if d.round == name)
    inside = {document.id for document in documents}
    ratios: dict[str, dict[Ratio, Fraction]] = {}
    shares: list[Share] = []
    elsewhere: dict[str, int] = {}
    for number, document in enumerate(documents, start=1):
        counted = examine(Text(document, corpus.normal(document.id)), (), corpus).counted
        ratios[document.id] = dict(counted.ratios)
        shares += _inside(document, counted, inside)
        elsewhere[document.id] = max(
            (s.counting for s in counted.sources if s.document.id not in inside), default=0
        )
        told(number)
    return Round(name, corpus.snapshot(), documents, ratios, tuple(shares), elsewhere)


def _inside(document: Document, counted: Counted, inside: set[str]) -> list[Share]:
    total = counted.ratios[Ratio.TOTAL].denominator
    return [
        Share(document.id, share.document.id, share.characters, total, share.standing)
        for share in counted.sources
        if share.document.id in inside
        and share.characters >= LEAST_CHARACTERS
        and share.standing is not Standing.EXEMPT
    ]
