"""The nouns of the comparison: documents, passages that two of them share, and what a passage is.

Offsets count code points of a document's text as it was given, half open. Whatever a document
says, or says of a person, stays out of ``repr``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class DocumentKind(StrEnum):
    """What a document is; exempt ones are listed and never counted."""

    PAPER = "paper"
    SUMMARY = "summary"
    TEACHING_DESIGN = "teaching_design"
    REFERENCE = "reference"
    EXEMPT = "exempt"


class MatchKind(StrEnum):
    """How a passage agrees with its source."""

    VERBATIM = "verbatim"
    NEAR = "near"
    REWORDED = "reworded"
    QUOTED = "quoted"


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote a document, as far as it is known.

    Attributes:
        name: Name as printed.
        unit: Unit as printed.
        id_digest: Keyed digest of the identity number, never the number itself.
    """

    name: str | None = field(default=None, repr=False)
    unit: str | None = field(default=None, repr=False)
    id_digest: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Document:
    """What is known of a document beside its text.

    Attributes:
        id: Id within a corpus; stable, and no name of a person.
        title: Title as printed.
        authors: Authors in their order.
        year: Year of publication or of the dossier, if known.
        submitted: ISO date (YYYY-MM-DD) on which the text was first seen or published; the
            earlier of two documents is the source.
        source: Where it comes from: a journal, a review round, a reference collection.
        kind: What it is.
        round: Review round that it was handed in for, None for reference texts.
    """

    id: str
    title: str | None = field(default=None, repr=False)
    authors: tuple[Author, ...] = field(default=(), repr=False)
    year: int | None = None
    submitted: str | None = None
    source: str | None = None
    kind: DocumentKind = DocumentKind.PAPER
    round: str | None = None


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of a document's text: code points [start, end)."""

    start: int
    end: int

    @property
    def length(self) -> int:
        """Number of code points."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of the examined text that agrees with a stretch of another.

    Attributes:
        span: Where in the examined text.
        source: Id of the other document.
        source_span: Where in the other text.
        kind: How they agree.
        score: Agreement of the normalised characters, 0 to 1.
    """

    span: Span
    source: str
    source_span: Span
    kind: MatchKind
    score: float
