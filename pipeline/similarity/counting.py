"""What of the shared text counts: the four ratios of a report, each as two whole numbers.

The rule, printed with every report: a character is any code point but white space; the list of
references is left out of both sides of the fraction. A character counts once, however many
sources have it. What stands in an exempt document (law, curriculum, policy) counts nowhere, even
where papers have it too. Each ratio can be computed again from the rows alone: the union of
``counted`` of the rows that name it, less that of the rows of exempt sources (and, for
``without_quotes``, less that of quoted rows).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from pipeline.similarity.authorship import Kinship, Relation, kinship
from pipeline.similarity.direction import Order, order
from pipeline.similarity.nouns import Document, DocumentKind, MatchKind, Passage, Span
from pipeline.similarity.references import reference_spans

#: A shorter passage that so many sources have is a turn of phrase and nobody's own.
COMMON_CHARACTERS = 50
COMMON_SOURCES = 5
#: From this share on a passage lies within another.
_WITHIN = 0.8


class Ratio(StrEnum):
    """The figures of a report."""

    TOTAL = "total"
    WITHOUT_QUOTES = "without_quotes"
    WITHOUT_OWN = "without_own"
    SINGLE = "single"


class Standing(StrEnum):
    """How a source is treated."""

    COUNTED = "counted"
    OWN = "own"
    LATER = "later"
    EXEMPT = "exempt"
    ITSELF = "itself"


class Left(StrEnum):
    """Why a passage is not counted in a figure, beside the standing of its source."""

    REFERENCES = "references"
    COMMON = "common"
    FROM_OWN = "from_own"


@dataclass(frozen=True, slots=True)
class Row:
    """A passage and what it counts for.

    Attributes:
        passage: The passage.
        counted: Its counted characters [start, end), numbered through the examined text.
        ratios: The figures that it goes into.
        left: Why it does not go into all of them, where its source's standing does not say so.
    """

    passage: Passage
    counted: Span
    ratios: tuple[Ratio, ...]
    left: Left | None = None


@dataclass(frozen=True, slots=True)
class SourceShare:
    """A source, how it is treated, and what of the examined text it has.

    Attributes:
        document: The source.
        standing: How it is treated.
        kinship: Whether it is by the same author.
        order: How it stands to the examined document in time.
        characters: Counted characters of the examined text that it has.
        counting: Those of them that go into the total.
    """

    document: Document
    standing: Standing
    kinship: Kinship
    order: Order
    characters: int
    counting: int


@dataclass(frozen=True, slots=True)
class Fraction:
    """A ratio as two numbers; ``source`` is whose it is for the greatest single one."""

    numerator: int
    denominator: int
    source: str | None = None

    @property
    def ratio(self) -> float:
        """0 to 1; 0 for a text without characters."""
        return self.numerator / self.denominator if self.denominator else 0.0


@dataclass(frozen=True, slots=True)
class Counted:
    """All that is counted of a document.

    Attributes:
        characters: Characters of the text but white space.
        in_references: Those in lists of references.
        references: Where these lists are.
        ratios: The figures.
        rows: In the order of the examined text.
        sources: The one with most counting characters first, left out ones last.
    """

    characters: int
    in_references: int
    references: tuple[Span, ...]
    ratios: Mapping[Ratio, Fraction]
    rows: tuple[Row, ...] = field(repr=False)
    sources: tuple[SourceShare, ...] = field(repr=False)


class Ruler:
    """Numbers the counted characters of a text.

    Args:
        raw: The text.
        references: Stretches that are not counted.
    """

    def __init__(self, raw: str, references: Sequence[Span]) -> None:
        ink = np.fromiter((not char.isspace() for char in raw), bool, len(raw))
        self.characters = int(ink.sum())
        for span in references:
            ink[span.start : span.end] = False
        self._ranks = np.concatenate(([0], np.cumsum(ink)))
        self.total = int(self._ranks[-1])

    def counted(self, span: Span) -> Span:
        """Return which counted characters [start, end) stand within a stretch of the text."""
        return Span(int(self._ranks[span.start]), int(self._ranks[span.end]))


def count(
    document: Document,
    raw: str,
    passages: Iterable[Passage],
    sources: Mapping[str, Document],
    itself: Iterable[str] = (),
) -> Counted:
    """Count what a document shares with its sources.

    Args:
        document: The examined document; its first author is whose work it is handed in as.
        raw: Its text.
        passages: What it shares, ``span`` in offsets of ``raw``.
        sources: The other documents by id.
        itself: Ids of copies of the examined document, which are no sources of it.

    Raises:
        KeyError: A passage names a source that is not given.
    """
    references = reference_spans(raw)
    ruler = Ruler(raw, references)
    copies = {document.id, *itself}
    found = sorted(
        {passage for passage in passages if passage.source not in copies},
        key=lambda p: (p.span, p.source, p.source_span, p.kind, p.score),
    )
    standings = {name: _standing(document, sources[name]) for name in {p.source for p in found}}
    common = _common(found, ruler, sources, standings)
    rows = tuple(
        _row(passage, ruler, found, sources, standings, passage in common) for passage in found
    )
    masks = _Masks(rows, standings, ruler.total)
    shares = [
        SourceShare(
            document=sources[name],
            standing=standing[0],
            kinship=standing[1],
            order=standing[2],
            characters=int(masks.of(row for row in rows if row.passage.source == name).sum()),
            counting=masks.single(name),
        )
        for name, standing in standings.items()
    ]
    shares.sort(key=lambda s: (-s.counting, -s.characters, s.document.id))
    return Counted(
        characters=ruler.characters,
        in_references=ruler.characters - ruler.total,
        references=references,
        ratios=masks.fractions(shares),
        rows=rows,
        sources=tuple(shares),
    )


_Treated = tuple[Standing, Kinship, Order]


def _standing(document: Document, source: Document) -> _Treated:
    author = document.authors[0] if document.authors else None
    kin = kinship(author, source.authors)
    when = order(source, document)
    if source.kind is DocumentKind.EXEMPT:
        return Standing.EXEMPT, kin, when
    if when is Order.LATER:
        return Standing.LATER, kin, when
    if kin.relation is Relation.SAME:
        return Standing.OWN, kin, when
    return Standing.COUNTED, kin, when


def _row(
    passage: Passage,
    ruler: Ruler,
    passages: Sequence[Passage],
    sources: Mapping[str, Document],
    standings: Mapping[str, _Treated],
    common: bool,
) -> Row:
    counted = ruler.counted(passage.span)
    standing = standings[passage.source][0]
    if not counted.length:
        return Row(passage, counted, (), Left.REFERENCES)
    if standing not in (Standing.COUNTED, Standing.OWN):
        return Row(passage, counted, ())
    if common:
        return Row(passage, counted, (), Left.COMMON)
    ratios = [Ratio.TOTAL, Ratio.SINGLE]
    if passage.kind is not MatchKind.QUOTED:
        ratios.append(Ratio.WITHOUT_QUOTES)
    left = None
    if standing is Standing.COUNTED:
        if _from_own(passage, passages, sources, standings):
            left = Left.FROM_OWN
        else:
            ratios.append(Ratio.WITHOUT_OWN)
    return Row(passage, counted, tuple(sorted(ratios)), left)


def _from_own(
    passage: Passage,
    passages: Sequence[Passage],
    sources: Mapping[str, Document],
    standings: Mapping[str, _Treated],
) -> bool:
    """Whether the author's own earlier work has a passage, so that its source has it from there."""
    source = sources[passage.source]
    covered = np.zeros(passage.span.length, bool)
    for own in passages:
        if standings[own.source][0] is not Standing.OWN:
            continue
        if order(sources[own.source], source) is Order.EARLIER:
            start = max(own.span.start - passage.span.start, 0)
            covered[start : max(own.span.end - passage.span.start, 0)] = True
    return bool(covered.size) and float(covered.mean()) >= _WITHIN


def _common(
    passages: Sequence[Passage],
    ruler: Ruler,
    sources: Mapping[str, Document],
    standings: Mapping[str, _Treated],
) -> set[Passage]:
    """Return the short passages that many sources by different people have."""
    short = [
        p
        for p in passages
        if 0 < ruler.counted(p.span).length < COMMON_CHARACTERS
        and standings[p.source][0] is Standing.COUNTED
    ]
    found = set()
    for passage in short:
        having = {
            _whose(sources[other.source])
            for other in passages
            if standings[other.source][0] is not Standing.OWN and _holds(other.span, passage.span)
        }
        if len(having) >= COMMON_SOURCES:
            found.add(passage)
    return found


def _whose(document: Document) -> str:
    author = document.authors[0] if document.authors else None
    return (author.id_digest or author.name if author else None) or document.id


def _holds(outer: Span, inner: Span) -> bool:
    both = min(outer.end, inner.end) - max(outer.start, inner.start)
    return both >= _WITHIN * inner.length


class _Masks:
    """Which counted characters rows cover, as boolean arrays over all of them."""

    def __init__(self, rows: Sequence[Row], standings: Mapping[str, _Treated], total: int) -> None:
        self._rows = rows
        self._total = total
        self._exempt = self.of(
            row for row in rows if standings[row.passage.source][0] is Standing.EXEMPT
        )
        self._quoted = self.of(row for row in rows if row.passage.kind is MatchKind.QUOTED)

    def of(self, rows: Iterable[Row]) -> NDArray[np.bool_]:
        """The union of rows."""
        mask = np.zeros(self._total, bool)
        for row in rows:
            mask[row.counted.start : row.counted.end] = True
        return mask

    def single(self, source: str) -> int:
        """Counting characters that one source has."""
        own = (r for r in self._rows if r.passage.source == source and Ratio.SINGLE in r.ratios)
        return int((self.of(own) & ~self._exempt).sum())

    def fractions(self, shares: Sequence[SourceShare]) -> dict[Ratio, Fraction]:
        """All figures; ``shares`` has the source with most counting characters first."""
        fractions = {}
        for ratio in (Ratio.TOTAL, Ratio.WITHOUT_QUOTES, Ratio.WITHOUT_OWN):
            mask = self.of(row for row in self._rows if ratio in row.ratios) & ~self._exempt
            if ratio is Ratio.WITHOUT_QUOTES:
                mask &= ~self._quoted
            fractions[ratio] = Fraction(int(mask.sum()), self._total)
        greatest = shares[0] if shares and shares[0].counting else None
        fractions[Ratio.SINGLE] = Fraction(
            greatest.counting if greatest else 0,
            self._total,
            greatest.document.id if greatest else None,
        )
        return fractions
