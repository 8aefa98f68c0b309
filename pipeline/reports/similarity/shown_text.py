"""A document's text as a report shows it: line wraps joined, what must not be seen replaced."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pipeline.similarity.nouns import Span

_LATIN = re.compile(r"[0-9A-Za-z,.;:)]")
_NEW_PARAGRAPH = re.compile(
    r"\s{2,}|　|[一二三四五六七八九十]{1,3}[、.．]|[(（][一二三四五六七八九十\d]{1,3}[)）]"
    r"|\d{1,2}\s*[.．、]\s*\D|[\[［〔]\d{1,3}[\]］〕]|【|摘\s*要|关\s*键\s*词|参\s*考\s*文\s*献"
)
#: A line shorter than this share of a full one ends a paragraph.
_FULL = 0.85
_SENTENCE_END = frozenset("。！？”』」.!?")


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """A stretch of the text and what is shown in its place."""

    span: Span
    shown: str


@dataclass(frozen=True, slots=True)
class ShownText:
    """A text with edits, which may be cut anywhere.

    Where a cut goes through a replaced stretch, all of its replacement stands in the first part
    and nothing of it in the second, so that no cut shows what an edit hides.

    Attributes:
        raw: The text.
        edits: In order, without overlaps.
    """

    raw: str = field(repr=False)
    edits: tuple[Edit, ...] = field(repr=False)

    def cut(self, start: int, end: int) -> str:
        """Return what is shown of ``raw[start:end]``."""
        parts = []
        first = bisect.bisect_left(self.edits, start, key=lambda e: e.span.start)
        at = start
        if first and self.edits[first - 1].span.end > start:
            at = min(end, self.edits[first - 1].span.end)
        for edit in self.edits[first:]:
            if edit.span.start >= end:
                break
            parts.append(self.raw[at : edit.span.start])
            parts.append(edit.shown)
            at = min(end, edit.span.end)
        parts.append(self.raw[at:end])
        return "".join(parts)


def shown_text(raw: str, hidden: Iterable[Edit] = ()) -> ShownText:
    """Join the wrapped lines of a text and put replacements in; hidden stretches come first."""
    edits = _merged(hidden)
    taken = [(edit.span.start, edit.span.end) for edit in edits]
    for span in _wraps(raw):
        if not any(start < span.end and span.start < end for start, end in taken):
            before, after = raw[span.start - 1 : span.start], raw[span.end : span.end + 1]
            between = " " if _LATIN.match(before) and _LATIN.match(after) else ""
            edits.append(Edit(span, between))
    return ShownText(raw, tuple(sorted(edits)))


def paragraphs(raw: str) -> list[Span]:
    """Return the paragraphs of a text: what stands between line ends that are no mere wraps."""
    wraps = {span.start for span in _wraps(raw)}
    spans, start = [], 0
    for found in re.finditer(r"[^\S\n]*\n\s*", raw):
        if found.start() not in wraps:
            if raw[start : found.start()].strip():
                spans.append(Span(start, found.start()))
            start = found.end()
    if raw[start:].strip():
        spans.append(Span(start, len(raw)))
    return spans


def _merged(hidden: Iterable[Edit]) -> list[Edit]:
    merged: list[Edit] = []
    for edit in sorted(hidden, key=lambda e: (e.span.start, -e.span.end)):
        if merged and edit.span.start < merged[-1].span.end:
            last = merged.pop()
            end = max(last.span.end, edit.span.end)
            edit = Edit(Span(last.span.start, end), last.shown)
        merged.append(edit)
    return merged


def _wraps(raw: str) -> Iterator[Span]:
    """Yield the line ends (with the blanks around them) at which a line only wraps."""
    widths = sorted(len(line.strip()) for line in raw.splitlines() if line.strip())
    if len(widths) < 2:
        return
    full = widths[int(0.8 * (len(widths) - 1))]
    for found in re.finditer(r"[^\S\n]*\n(?![^\S\n]*\n)", raw):
        begin = raw.rfind("\n", 0, found.start()) + 1
        line = raw[begin : found.start()].strip()
        behind = raw[found.end() : found.end() + 12]
        if not line or not behind.strip() or len(line) < _FULL * full:
            continue
        if _NEW_PARAGRAPH.match(behind):
            continue
        if len(line) < full and line[-1] in _SENTENCE_END and len(line) < 0.97 * full:
            continue
        yield Span(found.start(), found.end())
