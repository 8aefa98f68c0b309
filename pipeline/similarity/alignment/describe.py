"""A region put into words of the texts as given: its exact ends, how alike, which kind."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Indel

from pipeline.similarity.alignment.regions import Region
from pipeline.similarity.nouns import MatchKind, Span
from pipeline.similarity.text import NormalText
from pipeline.similarity.words import Words

_VERBATIM = 0.985
_NEAR = 0.8
_WITHIN = 0.9
_LONGEST_ALIGNED = 30_000
_MARKS_BEHIND = 4
_MARKS_BEFORE = 2
_MOST_SPACE = 2


@dataclass(frozen=True, slots=True)
class Match:
    """A passage of the examined text and the one of the source that it agrees with.

    Attributes:
        span: Where in the examined text, as given.
        source_span: Where in the source, as given.
        kind: How they agree.
        score: Agreement of the normalised characters, 0 to 1.
        evidence: What speaks for a shared passage, in nats.
    """

    span: Span
    source_span: Span
    kind: MatchKind
    score: float
    evidence: float


def describe(
    texts: tuple[NormalText, NormalText],
    cuts: tuple[Words, Words],
    region: Region,
    evidence: float,
    quotations: Sequence[Span],
) -> Match:
    """Describe a region.

    Args:
        texts: The examined text and the source.
        cuts: Their words.
        region: A passage they share.
        evidence: What speaks for it.
        quotations: Cited quotations of the examined text, in order.
    """
    query, source = texts
    own, there = (
        (int(cut.starts[low]), int(cut.starts[high + 1]))
        for cut, (low, high) in zip(cuts, region.spans, strict=True)
    )
    span, source_span = _with_marks(
        query.raw, query.raw_span(*own), source.raw, source.raw_span(*there)
    )
    score = _likeness(query, source, own, there, region)
    if _quoted(span, quotations):
        kind = MatchKind.QUOTED
    elif score >= _VERBATIM:
        kind = MatchKind.VERBATIM
    else:
        kind = MatchKind.NEAR if score >= _NEAR else MatchKind.REWORDED
    return Match(span, source_span, kind, score, evidence)


def _likeness(
    query: NormalText,
    source: NormalText,
    own: tuple[int, int],
    there: tuple[int, int],
    region: Region,
) -> float:
    shared = min(region.shares)
    if max(own[1] - own[0], there[1] - there[0]) > _LONGEST_ALIGNED:
        return round(shared, 4)
    ours, theirs = query.codes[slice(*own)], source.codes[slice(*there)]
    return round(max(shared, Indel.normalized_similarity(ours.tolist(), theirs.tolist())), 4)


def _quoted(span: Span, quotations: Sequence[Span]) -> bool:
    """Whether all but a little of a stretch stands in one cited quotation."""
    last = bisect_right(quotations, Span(span.end, span.end))
    for quotation in quotations[max(0, last - 2) : last]:
        inside = min(span.end, quotation.end) - max(span.start, quotation.start)
        if inside >= _WITHIN * span.length:
            return True
    return False


def _with_marks(one: str, span: Span, other: str, there: Span) -> tuple[Span, Span]:
    """Take in the punctuation that stands around both passages alike."""
    end, end_there = span.end, there.end
    for _ in range(_MARKS_BEHIND):
        next_, next_there = _over_space(one, end), _over_space(other, end_there)
        if not _same_mark(one[next_ : next_ + 1], other[next_there : next_there + 1]):
            break
        end, end_there = next_ + 1, next_there + 1
    before = 0
    while (
        before < min(_MARKS_BEFORE, span.start, there.start)
        and _same_mark(one[span.start - before - 1], other[there.start - before - 1])
        and unicodedata.category(one[span.start - before - 1]) in ("Ps", "Pi")
    ):
        before += 1
    return Span(span.start - before, end), Span(there.start - before, end_there)


def _over_space(text: str, at: int) -> int:
    """Step over the white space at a place, as a wrapped line leaves it before a mark."""
    for _ in range(_MOST_SPACE):
        if not text[at : at + 1].isspace():
            break
        at += 1
    return at


def _same_mark(one: str, other: str) -> bool:
    if not one or not other:
        return False
    plain = _plain_mark(one)
    return plain == _plain_mark(other) and unicodedata.category(plain)[0] == "P"


def _plain_mark(mark: str) -> str:
    form = unicodedata.normalize("NFKC", mark)
    return {"。": ".", "．": ".", "，": ",", "、": ","}.get(form, form[0])
