"""similarity/<id>.json: every figure with what it is made of (documented in docs/similarity.md).

Without ``with_text`` it holds offsets and counts only: no words of a document, no title, no name.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pipeline.dossier import Noun
from pipeline.similarity.counting import Fraction, Ratio, Row, SourceShare
from pipeline.similarity.differences import Difference, differences
from pipeline.similarity.direction import first_seen
from pipeline.similarity.examination import CANDIDATES, Examination
from pipeline.similarity.nouns import Document, Span
from pipeline.similarity.reasons import (
    ADVICE,
    RULE,
    counting_sentence,
    match_sentence,
    standing_sentence,
)
from pipeline.versions import PROGRAM, code_digest

SCHEMA = "mangping.similarity/1"
_ROUNDED = 6

Offsets = tuple[int, int]


class DocumentEntry(Noun):
    """A document; what names it or its author only with text."""

    id: str
    kind: str
    title: str | None = Field(default=None, repr=False)
    authors: tuple[str, ...] = Field(default=(), repr=False)
    units: tuple[str, ...] = Field(default=(), repr=False)
    year: int | None = None
    submitted: str | None = None
    source: str | None = None
    round: str | None = None


class RatioEntry(Noun):
    """A figure as two numbers; ``source`` is whose the greatest single one is."""

    numerator: int
    denominator: int
    ratio: float
    source: str | None = None


class SourceEntry(DocumentEntry):
    """A source, how it is treated and why.

    ``characters`` it shares with the document; ``counting`` of them go into the total.
    """

    number: int
    standing: str
    relation: str
    order: str
    why: str
    characters: int
    counting: int
    share: float


class PassageEntry(Noun):
    """A passage.

    Attributes:
        number: As in the report.
        span: Offsets in the document's text.
        counted: The same in counted characters; the figures are unions of these.
        source: Id of the source.
        source_span: Offsets in the source's text.
        kind: ``verbatim``, ``near``, ``reworded`` or ``quoted``.
        score: Agreement, 0 to 1.
        ratios: The figures that it goes into.
        left: Why not into all, where its source's standing does not say so.
        why: How the two agree, in Chinese.
        counting: Whether it is counted and why, in Chinese.
        pages: Pages that it stands on.
        text: The passage, only with text.
        source_text: The same in the source, only with text.
    """

    number: int
    span: Offsets
    counted: Offsets
    source: str
    source_span: Offsets
    kind: str
    score: float
    ratios: tuple[str, ...]
    left: str | None = None
    why: str
    counting: str
    pages: tuple[int, ...] = ()
    text: str | None = Field(default=None, repr=False)
    source_text: str | None = Field(default=None, repr=False)


class ItselfEntry(Noun):
    """A copy of the document that was left out."""

    id: str
    why: str


class SnapshotEntry(Noun):
    """Which state of the corpus was asked."""

    id: str
    documents: int


class SimilarityFile(Noun):
    """The whole result of one comparison."""

    file_schema: Literal["mangping.similarity/1"] = Field(
        default="mangping.similarity/1", alias="schema", serialization_alias="schema"
    )
    program: str
    code: str
    checked: str
    advice: str = ADVICE
    rule: str = RULE
    parameters: dict[str, int]
    corpus: SnapshotEntry | None = None
    compared: int
    document: DocumentEntry
    characters: int
    in_references: int
    references: tuple[Offsets, ...]
    ratios: dict[str, RatioEntry]
    sources: tuple[SourceEntry, ...]
    passages: tuple[PassageEntry, ...]
    itself: tuple[ItselfEntry, ...] = ()

    def to_bytes(self) -> bytes:
        """Return the JSON of the file, UTF-8."""
        text = self.model_dump_json(by_alias=True, exclude_none=True, indent=1)
        return text.encode() + b"\n"


def result_file(found: Examination, checked: str, *, with_text: bool) -> SimilarityFile:
    """Return an examination as it is written down.

    Args:
        found: The examination.
        checked: Day of the comparison, YYYY-MM-DD.
        with_text: Write titles, authors and the words of the passages too.
    """
    counted = found.counted
    shares = {share.document.id: share for share in counted.sources}
    numbers = {name: number for number, name in enumerate(shares, start=1)}
    snapshot = found.snapshot
    return SimilarityFile(
        program=PROGRAM,
        code=code_digest("similarity"),
        checked=checked,
        parameters={"candidates": CANDIDATES},
        corpus=SnapshotEntry(id=snapshot.id, documents=snapshot.documents) if snapshot else None,
        compared=found.compared,
        document=DocumentEntry(**_document(found.subject.document, with_text=with_text)),
        characters=counted.characters,
        in_references=counted.in_references,
        references=tuple(_offsets(span) for span in counted.references),
        ratios={ratio.value: _ratio(counted.ratios[ratio]) for ratio in Ratio},
        sources=tuple(
            _source(found, share, numbers[name], with_text=with_text)
            for name, share in shares.items()
        ),
        passages=tuple(
            _passage(found, row, shares[row.passage.source], number, with_text=with_text)
            for number, row in enumerate(counted.rows, start=1)
        ),
        itself=tuple(ItselfEntry(id=c.document.id, why=c.why) for c in found.itself),
    )


def difference_of(found: Examination, row: Row) -> Difference:
    """Return where a passage differs from its source."""
    passage = row.passage
    source = found.texts[passage.source]
    return differences(found.subject.text, passage.span, source, passage.source_span)


def pages_of(found: Examination, row: Row) -> tuple[int, ...]:
    """Return the pages that a passage stands on; none where the text has no pages."""
    pages = found.subject.pages
    if pages is None:
        return ()
    return tuple(sorted({page for page, _ in pages.places(row.passage.span)}))


def _document(document: Document, *, with_text: bool) -> dict[str, object]:
    entry: dict[str, object] = {
        "id": document.id,
        "kind": document.kind.value,
        "year": document.year,
        "submitted": document.submitted if first_seen(document) else None,
        "round": document.round,
    }
    if with_text:
        entry["source"] = document.source
        entry["title"] = document.title
        entry["authors"] = tuple(a.name for a in document.authors if a.name)
        entry["units"] = tuple(a.unit for a in document.authors if a.unit)
    return entry


def _ratio(fraction: Fraction) -> RatioEntry:
    return RatioEntry(
        numerator=fraction.numerator,
        denominator=fraction.denominator,
        ratio=round(fraction.ratio, _ROUNDED),
        source=fraction.source,
    )


def _source(found: Examination, share: SourceShare, number: int, *, with_text: bool) -> SourceEntry:
    total = found.counted.ratios[Ratio.TOTAL].denominator
    return SourceEntry(
        **_document(share.document, with_text=with_text),
        number=number,
        standing=share.standing.value,
        relation=share.kinship.relation.value,
        order=share.order.value,
        why=standing_sentence(share, found.subject.document),
        characters=share.characters,
        counting=share.counting,
        share=round(share.characters / total, _ROUNDED) if total else 0.0,
    )


def _passage(
    found: Examination, row: Row, share: SourceShare, number: int, *, with_text: bool
) -> PassageEntry:
    passage = row.passage
    span, other = passage.span, passage.source_span
    source = found.texts[passage.source].raw
    return PassageEntry(
        number=number,
        span=_offsets(span),
        counted=_offsets(row.counted),
        source=passage.source,
        source_span=_offsets(other),
        kind=passage.kind.value,
        score=round(passage.score, _ROUNDED),
        ratios=tuple(ratio.value for ratio in row.ratios),
        left=row.left.value if row.left else None,
        why=match_sentence(passage.kind, difference_of(found, row)),
        counting=counting_sentence(row, share),
        pages=pages_of(found, row),
        text=found.subject.text.raw[span.start : span.end] if with_text else None,
        source_text=source[other.start : other.end] if with_text else None,
    )


def _offsets(span: Span) -> Offsets:
    return span.start, span.end
