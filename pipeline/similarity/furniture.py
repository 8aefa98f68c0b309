"""Tells a page's text from what it carries beside: running headers, page numbers, notes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from pipeline.reading.sides import Row, Side

# Furniture is among so many rows at the edge of a page, and within this share of its height.
_ROWS, _EDGE = 3, 0.15
# What stands on two pages at the same height, within this share of it, and agrees this well (0 to
# 100) is furniture.
_LEVEL, _SAME = 0.04, 80
_LONGEST = 60
_NUMBER = re.compile(
    r"[\W_]*(?:(?:第|共)?\s*[0-9OIl]{1,4}\s*页?[\W_]*){1,2}|[\W_]*[ivxlcIVXLC]{1,6}[\W_]*"
)
_ISSUE = re.compile(
    r"(?:19|20)\d\d\s*年?\W{0,3}第?\s*\d{1,2}\s*期|第\s*\d{1,3}\s*[卷期]|总第\s*\d+\s*期"
    r"|Vol\W*\d|No\W*\d|[Jj]ournal\s+of|月刊|旬刊|半月刊"
)
# Notes at the foot of an article's first page begin with one of these, this far down.
_NOTE = re.compile(
    r"\W*(?:收稿日期|修回日期|基金项目|课题项目|项目来源|作者简介|第一作者|通[讯信]作者|责任编[辑校])"
)
_FOOT = 0.6
_DIGITS = re.compile(r"[\d\W_]+")


@dataclass(frozen=True, slots=True)
class Parts:
    """A printed page without its furniture.

    Attributes:
        text: The rows of the text, from top to bottom.
        notes: Notes at the foot about author, project and date.
    """

    text: tuple[Row, ...]
    notes: tuple[Row, ...] = ()


def without_furniture(sides: Sequence[Side]) -> list[Parts]:
    """Return the rows of each printed page without running headers, footers and page numbers.

    A row at an edge goes if it is a page number, if it names an issue, or if much the same stands
    there on another page, and if all rows between it and the edge go.

    Args:
        sides: All printed pages of a document.
    """
    tops = [_edge_rows(side, top=True) for side in sides]
    feet = [_edge_rows(side, top=False) for side in sides]
    parts = []
    for number, side in enumerate(sides):
        gone = {
            id(row)
            for edges in (tops, feet)
            for row in _furniture(edges[number], _others(edges, sides, number))
        }
        kept = [row for row in side.rows if id(row) not in gone]
        noted = (n for n, row in enumerate(kept) if row.y0 > _FOOT and _NOTE.match(row.text))
        first = next(noted, len(kept))
        parts.append(Parts(tuple(kept[:first]), tuple(kept[first:])))
    return parts


def _edge_rows(side: Side, *, top: bool) -> list[Row]:
    """The rows at an edge, the outermost first."""
    rows = side.rows[:_ROWS] if top else side.rows[: -_ROWS - 1 : -1]
    return [row for row in rows if (row.y0 < _EDGE if top else row.y1 > 1 - _EDGE)]


def _others(edges: Sequence[list[Row]], sides: Sequence[Side], number: int) -> list[Row]:
    """The rows at that edge of other pages."""
    own = sides[number]
    return [
        row
        for side, rows in zip(sides, edges, strict=True)
        if (side.page, side.number) != (own.page, own.number)
        for row in rows
    ]


def _furniture(rows: Sequence[Row], others: Sequence[Row]) -> list[Row]:
    """The rows that are furniture, from the edge inwards up to the first that is text."""
    found = []
    for row in rows:
        text = row.text.strip()
        known = _NUMBER.fullmatch(text) or _ISSUE.search(text) or _stands_among(row, others)
        if len(text) > _LONGEST or not known:
            break
        found.append(row)
    return found


def _stands_among(row: Row, others: Sequence[Row]) -> bool:
    words = _words(row.text)
    return len(words) > 1 and any(
        abs(row.y0 - other.y0) < _LEVEL and fuzz.ratio(words, _words(other.text)) >= _SAME
        for other in others
    )


def _words(text: str) -> str:
    return _DIGITS.sub("", text)
