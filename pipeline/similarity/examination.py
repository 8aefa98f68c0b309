"""One document compared with a corpus and with the documents handed in beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from pipeline.similarity.authorship import Relation, kinship
from pipeline.similarity.compare import compare
from pipeline.similarity.counting import Counted, count
from pipeline.similarity.direction import Order, order
from pipeline.similarity.fingerprints import fingerprints
from pipeline.similarity.nouns import Document, Passage, Span
from pipeline.similarity.rarity import Rarity
from pipeline.similarity.text import NormalText

if TYPE_CHECKING:
    from pipeline.similarity.corpus import Corpus, Snapshot
    from pipeline.similarity.pages import PageText

#: How many documents of the corpus are laid beside the examined one, those with most in common.
CANDIDATES = 60
#: From this share of both texts on one is a copy of the other.
_WHOLE = 0.9
_LABEL = re.compile(r"【(?:申报人|申报单位|人员\d+|单位\d+)】")


@dataclass(frozen=True, slots=True)
class Text:
    """A document with its text, and where on its pages it stands if it was read from pages."""

    document: Document
    text: NormalText = field(repr=False)
    pages: PageText | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Itself:
    """A document that is the examined one again, and how that is known."""

    document: Document
    why: str


@dataclass(frozen=True, slots=True)
class Examination:
    """What came of a comparison, with all that a report shows of it.

    Attributes:
        subject: The examined document.
        counted: Passages, sources and figures.
        texts: The sources by id.
        itself: Copies of the examined document that were left out.
        compared: Number of documents laid beside it.
        snapshot: State of the corpus, None without one.
    """

    subject: Text
    counted: Counted
    texts: Mapping[str, NormalText] = field(repr=False)
    itself: tuple[Itself, ...] = ()
    compared: int = 0
    snapshot: Snapshot | None = None


def examine(
    subject: Text,
    others: Sequence[Text] = (),
    corpus: Corpus | None = None,
    *,
    with_copies: bool = False,
) -> Examination:
    """Compare a document with others and with what a corpus has of it.

    Args:
        subject: The document.
        others: Those handed in beside it.
        corpus: Earlier documents and reference texts.
        with_copies: Compare copies of the document with it too, where that is what is asked.
    """
    pool = {other.document.id: other for other in others}
    snapshot = corpus.snapshot() if corpus is not None else None
    if corpus is not None and snapshot is not None:
        prints = fingerprints(subject.text)
        known = {subject.document.id, *pool}
        for candidate in corpus.candidates(prints, CANDIDATES, exclude=known, at=snapshot.id):
            document = candidate.document
            pool[document.id] = Text(document, corpus.normal(document.id))
    pool.pop(subject.document.id, None)
    if corpus is not None and snapshot is not None:
        rarity = corpus.rarity_at(snapshot.id)
    else:
        rarity = Rarity.of([subject.text, *(other.text for other in pool.values())])
    texts = {name: one.text for name, one in pool.items()}
    passages = compare(subject.text, texts, rarity)
    itself = () if with_copies else _copies(subject, pool, passages)
    counted = count(
        subject.document,
        subject.text.raw,
        passages,
        {name: one.document for name, one in pool.items()},
        [copy.document.id for copy in itself],
    )
    shown = {share.document.id for share in counted.sources}
    return Examination(
        subject=subject,
        counted=counted,
        texts={name: one.text for name, one in pool.items() if name in shown},
        itself=itself,
        compared=len(pool),
        snapshot=snapshot,
    )


def _copies(
    subject: Text, pool: Mapping[str, Text], passages: Sequence[Passage]
) -> tuple[Itself, ...]:
    """Find the examined document again: indexed before under another id, or masked.

    The same text by somebody else, or by nobody known while the author here is known, is no copy
    of it but what the comparison is for.
    """
    copies = []
    for name, other in pool.items():
        shared = [p for p in passages if p.source == name]
        if not _whole(subject.text, other.text, shared):
            continue
        document = other.document
        author = subject.document.authors[0] if subject.document.authors else None
        relation = kinship(author, document.authors).relation
        nobody = not any(one.name or one.id_digest for one in document.authors)
        if nobody and _LABEL.search(other.text.raw):
            copies.append(Itself(document, "全文相同，姓名处是打码标签：是本文的打码副本。"))
        elif relation is Relation.SAME and _same_time(subject.document, document):
            copies.append(Itself(document, "全文和作者都相同，日期不矛盾：就是本文。"))
        elif nobody and author is None:
            copies.append(Itself(document, "全文相同，双方都没有登记作者：按本文处理。"))
    return tuple(sorted(copies, key=lambda copy: copy.document.id))


def _whole(text: NormalText, other: NormalText, shared: Sequence[Passage]) -> bool:
    """Whether what two texts share is all of both."""
    if not len(text) or not len(other):
        return False
    here = _covered(text, [p.span for p in shared])
    there = _covered(other, [p.source_span for p in shared])
    return here >= _WHOLE and there >= _WHOLE


def _covered(text: NormalText, spans: Sequence[Span]) -> float:
    covered = np.zeros(len(text), bool)
    for span in spans:
        start, end = text.normal_span(span)
        covered[start:end] = True
    return float(covered.mean())


def _same_time(one: Document, other: Document) -> bool:
    """Whether dates and rounds allow that two are one; a work handed in twice is none."""
    rounds = {one.round, other.round} - {None}
    return len(rounds) < 2 and order(one, other) is Order.OPEN
