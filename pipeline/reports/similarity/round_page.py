"""The picture of a review round: a matrix of who shares text with whom, as one HTML page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.reports.rendering import render
from pipeline.reports.similarity.views import percent
from pipeline.similarity.counting import Ratio, Standing
from pipeline.similarity.nouns import Document
from pipeline.similarity.reasons import ADVICE, RATIO_NAMES, STANDING_NAMES
from pipeline.similarity.rounds import Pair, Round, Share
from pipeline.versions import PROGRAM, code_digest

if TYPE_CHECKING:
    from pipeline.reports.similarity.hiding import Hider

#: More than this no picture shows legibly: those with the greatest shares are drawn.
MOST_DRAWN = 60
_CELL, _SMALL_CELL, _MANY = 34, 22, 24
_LABEL, _TOP = 300, 34
# Light to dark, told apart by the colour-blind (ColorBrewer YlGnBu); from this share on.
_SHADES = (
    (0.5, "#0c2c84", "#ffffff"),
    (0.3, "#225ea8", "#ffffff"),
    (0.15, "#1d91c0", "#ffffff"),
    (0.08, "#7fcdbb", "#1d2330"),
    (0.03, "#c7e9b4", "#1d2330"),
    (0.0, "#f3fbd9", "#1d2330"),
)
_TITLE_LETTERS = 16


@dataclass(frozen=True, slots=True)
class RowView:
    """A document of the round."""

    number: int
    title: str
    author: str
    total: str
    without_own: str
    elsewhere: str
    drawn: bool


@dataclass(frozen=True, slots=True)
class CellView:
    """A field of the matrix, in pixels."""

    x: int
    y: int
    fill: str
    ink: str
    text: str
    told: str
    pair: int


@dataclass(frozen=True, slots=True)
class PairView:
    """Two documents that share text."""

    number: int
    here: int
    there: int
    here_title: str
    there_title: str
    told: str
    look: str


@dataclass(frozen=True, slots=True)
class MatrixView:
    """The picture: labels, fields and its size in pixels."""

    width: int
    height: int
    cell: int
    rows: tuple[tuple[int, str, int], ...]
    columns: tuple[tuple[int, int], ...]
    cells: tuple[CellView, ...]


def round_page(found: Round, checked: str, hider: Hider | None = None) -> str:
    """Return the picture of a round as one HTML page that opens without a server.

    Args:
        found: The round.
        checked: Day of the comparison, YYYY-MM-DD.
        hider: Takes authors and units out; None shows them.
    """
    numbers = {document.id: number for number, document in enumerate(found.documents, start=1)}
    titles = {d.id: _title(d, hider) for d in found.documents}
    pairs = found.pairs
    drawn = _drawn(pairs)
    return render(
        "similarity/round.html.j2",
        name=found.name,
        masked=hider is not None,
        checked=checked,
        snapshot=found.snapshot,
        program=PROGRAM,
        code=code_digest("similarity"),
        advice=ADVICE,
        ratio_names={ratio.value: name for ratio, name in RATIO_NAMES.items()},
        rows=[_row(d, found, numbers, titles, hider, d.id in drawn) for d in found.documents],
        pairs=[_pair(pair, n, numbers, titles, found) for n, pair in enumerate(pairs, start=1)],
        matrix=_matrix(drawn, pairs, numbers, titles),
        shades=[(f"{int(100 * least)} % 起", fill) for least, fill, _ in reversed(_SHADES)],
        most=MOST_DRAWN,
        hidden=len({i for p in pairs for i in (p.here.document, p.here.source)}) - len(drawn),
    )


def _title(document: Document, hider: Hider | None) -> str:
    title = hider.hide(document.title) if hider else document.title
    return title or document.id


def _author(document: Document, hider: Hider | None) -> str:
    if not document.authors:
        return "未登记"
    author = document.authors[0]
    name, unit = hider.author_label(author) if hider else (author.name, author.unit)
    return "，".join(part for part in (name, unit) if part) or "未登记"


def _drawn(pairs: tuple[Pair, ...]) -> list[str]:
    """Return the documents of the picture, groups that share text beside each other."""
    order: list[str] = []
    for pair in pairs:
        for name in (pair.here.document, pair.here.source):
            if name not in order and len(order) < MOST_DRAWN:
                order.append(name)
    groups: list[list[str]] = []
    wanted = set(order)
    for pair in pairs:
        both = [n for n in (pair.here.document, pair.here.source) if n in wanted]
        touched = [group for group in groups if set(group) & set(both)]
        merged = list(dict.fromkeys([n for group in touched for n in group] + both))
        groups = [group for group in groups if group not in touched]
        if merged:
            groups.append(merged)
    groups.sort(key=lambda group: min(order.index(name) for name in group))
    return [name for group in groups for name in group]


def _row(
    document: Document,
    found: Round,
    numbers: dict[str, int],
    titles: dict[str, str],
    hider: Hider | None,
    drawn: bool,
) -> RowView:
    ratios = found.ratios[document.id]
    total, own = ratios[Ratio.TOTAL], ratios[Ratio.WITHOUT_OWN]
    return RowView(
        number=numbers[document.id],
        title=titles[document.id],
        author=_author(document, hider),
        total=percent(total.numerator, total.denominator),
        without_own=percent(own.numerator, own.denominator),
        elsewhere=percent(found.elsewhere[document.id], total.denominator),
        drawn=drawn,
    )


def _pair(
    pair: Pair, number: int, numbers: dict[str, int], titles: dict[str, str], found: Round
) -> PairView:
    here, there = pair.here, pair.there
    told = _share_words(here, numbers)
    if there is not None:
        told += "；" + _share_words(there, numbers)
    by_id = {document.id: document for document in found.documents}
    notes = [_same_unit(by_id[here.document], by_id[here.source])]
    if here.standing is not Standing.COUNTED:
        notes.append(STANDING_NAMES[here.standing])
    return PairView(
        number=number,
        here=numbers[here.document],
        there=numbers[here.source],
        here_title=titles[here.document],
        there_title=titles[here.source],
        told="。".join([told, *(note for note in notes if note)]) + "。",
        look=_shade(here.ratio)[0],
    )


def _share_words(share: Share, numbers: dict[str, int]) -> str:
    return (
        f"{numbers[share.document]} 号的 {percent(share.characters, share.total)}"
        f"（{share.characters:,} ÷ {share.total:,} 字）也在 {numbers[share.source]} 号里"
    )


def _same_unit(one: Document, other: Document) -> str:
    units = [{author.unit for author in d.authors if author.unit} for d in (one, other)]
    return "双方同一单位" if units[0] & units[1] else ""


def _shade(ratio: float) -> tuple[str, str]:
    return next((fill, ink) for least, fill, ink in _SHADES if ratio >= least)


def _matrix(
    drawn: list[str], pairs: tuple[Pair, ...], numbers: dict[str, int], titles: dict[str, str]
) -> MatrixView:
    cell = _CELL if len(drawn) <= _MANY else _SMALL_CELL
    at = {name: place for place, name in enumerate(drawn)}
    cells = []
    for number, pair in enumerate(pairs, start=1):
        for share in (pair.here, pair.there):
            if share is None or share.document not in at or share.source not in at:
                continue
            fill, ink = _shade(share.ratio)
            cells.append(
                CellView(
                    x=_LABEL + at[share.source] * cell,
                    y=_TOP + at[share.document] * cell,
                    fill=fill,
                    ink=ink,
                    text=f"{max(1, round(100 * share.ratio))}",
                    told=_share_words(share, numbers),
                    pair=number,
                )
            )
    return MatrixView(
        width=_LABEL + cell * len(drawn) + 8,
        height=_TOP + cell * len(drawn) + 8,
        cell=cell,
        rows=tuple(
            (numbers[name], titles[name][:_TITLE_LETTERS], _TOP + place * cell)
            for name, place in at.items()
        ),
        columns=tuple((numbers[name], _LABEL + place * cell) for name, place in at.items()),
        cells=tuple(cells),
    )
