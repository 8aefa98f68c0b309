"""What a similarity report shows, ready for a template; with or without authors and units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from pipeline.reports.similarity.shown_text import Edit, ShownText, paragraphs, shown_text
from pipeline.similarity.counting import Ratio, Row, SourceShare, Standing
from pipeline.similarity.differences import Change, Difference, Piece
from pipeline.similarity.direction import date_words
from pipeline.similarity.examination import Examination
from pipeline.similarity.nouns import Document, DocumentKind, MatchKind, Span
from pipeline.similarity.reasons import (
    KIND_NAMES,
    RATIO_NAMES,
    STANDING_NAMES,
    counting_sentence,
    match_sentence,
    standing_sentence,
)
from pipeline.similarity.result_file import difference_of, pages_of

if TYPE_CHECKING:
    from pipeline.reports.similarity.hiding import Hider

DOCUMENT_KINDS = {
    DocumentKind.PAPER: "论文",
    DocumentKind.SUMMARY: "业务工作总结",
    DocumentKind.TEACHING_DESIGN: "教学设计",
    DocumentKind.REFERENCE: "参考文本",
    DocumentKind.EXEMPT: "法规、课标或政策",
}
#: The look of a passage: by its kind where it counts, else by why it does not.
OWN, GREY = "own", "grey"
_CHANGES = {Change.SAME: "", Change.CHANGED: "changed", Change.ONLY_HERE: "only"}
_LONGEST = 120
#: Where less than this is the same, what is the same is marked, not what differs.
_MOSTLY = 0.6
_ALIKE = {Change.SAME: "same", Change.CHANGED: "", Change.ONLY_HERE: ""}


@dataclass(frozen=True, slots=True)
class RatioView:
    """A figure: name, percent, and what it is made of."""

    key: str
    name: str
    percent: str
    numerator: int
    denominator: int


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of the paper in one look; ``number`` is the passage it belongs to, 0 for none.

    ``marks`` are the passages that begin here.
    """

    text: str
    number: int = 0
    look: str = ""
    marks: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class DiffView:
    """A stretch of a passage; ``look`` is ``changed``, ``only``, ``same`` or nothing."""

    text: str = field(repr=False)
    look: str
    same: bool


@dataclass(frozen=True, slots=True)
class PassageView:
    """A passage beside its source."""

    number: int
    source: int
    source_title: str
    source_line: str
    look: str
    kind: str
    standing: str
    counts: bool
    characters: int
    pages: tuple[int, ...]
    here: tuple[DiffView, ...]
    there: tuple[DiffView, ...]
    why: str
    counting: str


@dataclass(frozen=True, slots=True)
class SourceView:
    """A row of the table of sources."""

    number: int
    title: str
    author: str
    source: str
    date: str
    characters: int
    percent: str
    standing: str
    counts: bool
    why: str
    passages: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Stripe:
    """A passage on the bar, in thousandths of the text."""

    number: int
    look: str
    left: float
    width: float


@dataclass(frozen=True, slots=True)
class ReportView:
    """A whole report; ``masked`` without authors and units."""

    title: str
    author: str
    kind: str
    date: str
    masked: bool
    characters: int
    in_references: int
    denominator: int
    ratios: tuple[RatioView, ...]
    single_title: str
    whole: tuple[str, ...]
    sources: tuple[SourceView, ...]
    passages: tuple[PassageView, ...]
    stripes: tuple[Stripe, ...]
    paragraphs: tuple[tuple[Run, ...], ...] = field(repr=False)
    itself: tuple[str, ...] = ()


def report_view(
    found: Examination,
    hider: Hider | None = None,
    hidden: Sequence[Edit] = (),
    hidden_there: Mapping[str, Sequence[Edit]] | None = None,
) -> ReportView:
    """Make what a report shows of an examination.

    Args:
        found: The examination.
        hider: Takes authors and units out; None shows them.
        hidden: What else of the examined text must not be seen.
        hidden_there: The same for the sources' texts, by id.
    """
    return _Maker(found, hider, hidden, hidden_there or {}).view()


def percent(part: int, whole: int) -> str:
    """Return a share as people read it, with one decimal."""
    return f"{100 * part / whole:.1f} %" if whole else "—"


class _Maker:
    def __init__(
        self,
        found: Examination,
        hider: Hider | None,
        hidden: Sequence[Edit],
        hidden_there: Mapping[str, Sequence[Edit]],
    ) -> None:
        self._found = found
        self._hider = hider
        self._document = found.subject.document
        self._counted = found.counted
        self._shares = {share.document.id: share for share in found.counted.sources}
        self._numbers = {name: at for at, name in enumerate(self._shares, start=1)}
        raw = found.subject.text.raw
        self._text = shown_text(raw, [*hidden, *(hider.edits(raw) if hider else ())])
        self._texts = {
            name: self._source_text(name, hidden_there.get(name, ())) for name in self._shares
        }

    def view(self) -> ReportView:
        rows = list(enumerate(self._counted.rows, start=1))
        total = self._counted.ratios[Ratio.TOTAL].denominator
        single = self._counted.ratios[Ratio.SINGLE].source
        looks = {number: self._look(row) for number, row in rows}
        return ReportView(
            title=self._title(self._document),
            author=self._author(self._document),
            kind=DOCUMENT_KINDS[self._document.kind],
            date=date_words(self._document),
            masked=self._hider is not None,
            characters=self._counted.characters,
            in_references=self._counted.in_references,
            denominator=total,
            ratios=tuple(
                RatioView(
                    ratio.value,
                    RATIO_NAMES[ratio],
                    percent(fraction.numerator, fraction.denominator),
                    fraction.numerator,
                    fraction.denominator,
                )
                for ratio, fraction in ((r, self._counted.ratios[r]) for r in Ratio)
            ),
            single_title=self._title(self._shares[single].document) if single else "",
            whole=tuple(
                self._whole(share, total)
                for share in self._shares.values()
                if total and share.characters >= 0.8 * total
            ),
            sources=tuple(self._source(share, rows, total) for share in self._shares.values()),
            passages=tuple(self._passage(row, number, looks[number]) for number, row in rows),
            stripes=tuple(
                Stripe(
                    number,
                    looks[number],
                    1000 * row.counted.start / total,
                    max(2.0, 1000 * row.counted.length / total),
                )
                for number, row in sorted(rows, key=lambda one: self._rank(one[1]))
                if row.counted.length
            ),
            paragraphs=tuple(self._paragraphs(rows, looks)),
            itself=tuple(f"{c.document.id}：{c.why}" for c in self._found.itself),
        )

    def _source_text(self, name: str, hidden: Sequence[Edit]) -> ShownText:
        raw = self._found.texts[name].raw
        spans = [r.passage.source_span for r in self._counted.rows if r.passage.source == name]
        known = self._hider.edits(raw, spans) if self._hider else ()
        return shown_text(raw, [*known, *hidden])

    def _title(self, document: Document) -> str:
        title = self._hider.hide(document.title) if self._hider else document.title
        return _short(title) if title else f"{DOCUMENT_KINDS[document.kind]}（{document.id}）"

    def _author(self, document: Document) -> str:
        """Return names and units of a document's authors, or their labels."""
        told = []
        for author in document.authors:
            name, unit = author.name, author.unit
            if self._hider is not None:
                name, unit = self._hider.author_label(author)
            told.append("，".join(part for part in (name, unit) if part))
        return _short("；".join(one for one in told if one)) or "未登记"

    def _look(self, row: Row) -> str:
        if not row.ratios:
            return GREY
        if self._shares[row.passage.source].standing is Standing.OWN:
            return OWN
        return row.passage.kind.value

    def _rank(self, row: Row) -> tuple[int, int]:
        """Order in which passages are laid over each other, the one to be seen last."""
        standing = self._shares[row.passage.source].standing
        if standing is Standing.EXEMPT:
            layer = 4
        elif not row.ratios:
            layer = 0
        elif standing is Standing.OWN:
            layer = 1
        elif row.passage.kind is MatchKind.QUOTED:
            layer = 2
        else:
            layer = 3
        return layer, row.passage.span.length

    def _whole(self, share: SourceShare, total: int) -> str:
        return (
            f"全文的 {percent(share.characters, total)} 与来源 {self._numbers[share.document.id]}"
            f"《{self._title(share.document)}》相同（{STANDING_NAMES[share.standing]}），请先核对。"
        )

    def _source(
        self, share: SourceShare, rows: Sequence[tuple[int, Row]], total: int
    ) -> SourceView:
        document = share.document
        where = self._hider.hide(document.source) if self._hider else document.source
        return SourceView(
            number=self._numbers[document.id],
            title=self._title(document),
            author=self._author(document),
            source=_short(where) if where else DOCUMENT_KINDS[document.kind],
            date=date_words(document),
            characters=share.characters,
            percent=percent(share.characters, total),
            standing=STANDING_NAMES[share.standing],
            counts=share.counting > 0,
            why=standing_sentence(share, self._document),
            passages=tuple(n for n, row in rows if row.passage.source == document.id),
        )

    def _passage(self, row: Row, number: int, look: str) -> PassageView:
        passage = row.passage
        share = self._shares[passage.source]
        difference: Difference = difference_of(self._found, row)
        document = share.document
        looks = _CHANGES if _share(difference) >= _MOSTLY else _ALIKE
        return PassageView(
            number=number,
            source=self._numbers[passage.source],
            source_title=self._title(document),
            source_line=f"{self._author(document)} · {date_words(document)}",
            look=look,
            kind=KIND_NAMES[passage.kind],
            standing=STANDING_NAMES[share.standing] if row.ratios else "不计",
            counts=bool(row.ratios),
            characters=row.counted.length,
            pages=pages_of(self._found, row),
            here=_diff(self._text, difference.here, looks),
            there=_diff(self._texts[passage.source], difference.there, looks),
            why=match_sentence(passage.kind, difference),
            counting=counting_sentence(row, share),
        )

    def _paragraphs(
        self, rows: Sequence[tuple[int, Row]], looks: dict[int, str]
    ) -> list[tuple[Run, ...]]:
        raw = self._found.subject.text.raw
        owner = np.zeros(len(raw), np.int32)
        for number, row in sorted(rows, key=lambda one: self._rank(one[1])):
            owner[row.passage.span.start : row.passage.span.end] = number
        reference = np.zeros(len(raw), bool)
        for span in self._counted.references:
            reference[span.start : span.end] = True
        begins: dict[int, list[int]] = {}
        for number, row in rows:
            begins.setdefault(row.passage.span.start, []).append(number)
        return [
            tuple(self._runs(span, owner, reference, begins, looks)) for span in paragraphs(raw)
        ]

    def _runs(
        self,
        span: Span,
        owner: np.ndarray[tuple[int], np.dtype[np.int32]],
        reference: np.ndarray[tuple[int], np.dtype[np.bool_]],
        begins: dict[int, list[int]],
        looks: dict[int, str],
    ) -> list[Run]:
        """Cut a paragraph where the passage changes, or a new one begins."""
        cuts = [span.start]
        for at in range(span.start + 1, span.end):
            if owner[at] != owner[at - 1] or reference[at] != reference[at - 1] or at in begins:
                cuts.append(at)
        runs = []
        for start, end in zip(cuts, [*cuts[1:], span.end], strict=True):
            number = int(owner[start])
            look = looks.get(number, "refs" if reference[start] else "")
            runs.append(
                Run(
                    self._text.cut(start, end),
                    number,
                    look,
                    marks=tuple(begins.get(start, ())),
                )
            )
        return runs


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _share(difference: Difference) -> float:
    length = difference.same + difference.changed + difference.added
    return difference.same / length if length else 0.0


def _diff(
    text: ShownText, pieces: Sequence[Piece], looks: dict[Change, str]
) -> tuple[DiffView, ...]:
    return tuple(
        DiffView(text.cut(p.span.start, p.span.end), looks[p.change], p.change is Change.SAME)
        for p in pieces
    )
