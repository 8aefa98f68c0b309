"""An article's line of the contents: the title, and the names beside, below or before it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from rapidfuzz import fuzz

from pipeline.publication.bylines import SAME_TITLE, names_in
from pipeline.reading.lines import Line
from pipeline.reading.shapes import bare
from pipeline.reading.sides import Row, Side

_LEADERS = re.compile(r"[…⋯·.．。\-_—~]{3,}|[…⋯]+|\s{3,}")
_PAGE_NUMBER = re.compile(r"[(（/]?\s*\d{1,3}\s*[)）]?\s*$|^\s*[(（]?\d{1,3}[)）]?\s+")
# A second column begins about the middle, or beside a narrow imprint: so many rows, as a share of
# all, have a line that begins there, within a share of the width, and hardly a line crosses.
_AS_GOOD = 3.0
_COLUMN_FROM, _COLUMN_TO, _COLUMN_ROWS = 0.22, 0.7, 0.25
_ALIGNED, _CROSSING, _NEAR = 0.03, 0.08, 0.05


@dataclass(frozen=True, slots=True)
class Entry:
    """An article's line of the contents: the names beside its title, and where they stand.

    ``words`` is all that is printed beside the title, without blanks and marks: rare names, which
    nothing tells from other words, can be looked for in it.
    """

    page: int
    authors: tuple[str, ...] = field(repr=False)
    rows: tuple[Row, ...] = field(repr=False)
    words: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class _Strip:
    """What stands on one row of one column."""

    row: Row
    text: str


def find_entries(side: Side, title: str) -> tuple[Entry, ...]:
    """Find the lines of the contents that hold a title, and the names in them.

    Titles run over two lines now and then, and subtitles are left out. Two papers of one issue may
    have nearly the same title, so all lines that fit as well as the best are returned.
    """
    strips = list(_strips(side))
    wanted = {bare(title), bare(title.split("——")[0])}
    scores: list[tuple[float, int, int]] = []
    for i in range(len(strips)):
        for n in (1, 2):
            text = bare("".join(_title_part(s.text) for s in strips[i : i + n]))
            if n == 1 or _begins(strips[i], wanted):
                scores.append((max(_alike(w, text) for w in wanted) - 0.5 * (n - 1), i, n))
    best = max((score for score, _, _ in scores), default=0.0)
    if best < SAME_TITLE:
        return ()
    found: dict[range, Entry] = {}
    for score, at, length in sorted(scores, key=lambda one: -one[0]):
        if score <= best - _AS_GOOD:
            break
        # A row taken together with its neighbour is no second line, unless it alone had no names.
        entry, place = _entry(side.page, strips, at, length, title), range(at, at + length)
        rivals = [other for other in found if set(other) & set(place)]
        if not rivals or (entry.authors and not any(found[r].authors for r in rivals)):
            found = {p: e for p, e in found.items() if p not in rivals} | {place: entry}
    return tuple(found[place] for place in sorted(found, key=lambda place: place.start))


def _begins(strip: _Strip, wanted: set[str]) -> bool:
    """Whether a strip holds the beginning of a title that goes on in the next."""
    text = bare(_title_part(strip.text))
    return len(text) >= 4 and any(fuzz.partial_ratio(text, w) >= SAME_TITLE for w in wanted)


def _entry(page: int, strips: Sequence[_Strip], at: int, length: int, title: str) -> Entry:
    own = list(strips[at : at + length])
    names, words = _names(own, title), _words(own, title)
    if not names and at + length < len(strips):
        pieces = [piece for piece in _pieces(strips[at + length].text) if piece.strip()]
        found = [names_in(piece) for piece in pieces]
        below = tuple(name for names_of_piece, _ in found for name in names_of_piece)
        if found and all(only for _, only in found) and any(len(name) < 4 for name in below):
            names, own = below, [*own, strips[at + length]]
        words = words or bare("".join(pieces))
    return Entry(page, names, tuple(s.row for s in own), words)


def _names(strips: Sequence[_Strip], title: str) -> tuple[str, ...]:
    """Return the names in the strips of a title, those of the title's own words left out."""
    wanted = bare(title)
    for strip in reversed(strips):
        pieces = (names_in(piece)[0] for piece in _pieces(strip.text))
        kept = tuple(name for names in pieces for name in names if name not in wanted)
        if kept:
            return kept
    return ()


def _words(strips: Sequence[_Strip], title: str) -> str:
    """Return what the strips say beside the title, letters alone."""
    text = bare("".join(" ".join(_pieces(strip.text)) for strip in strips))
    for wanted in (bare(title), bare(title.split("——")[0])):
        place = fuzz.partial_ratio_alignment(wanted, text)
        if place is not None and place.score >= SAME_TITLE and len(text) >= len(wanted):
            return text[: place.dest_start] + text[place.dest_end :]
    return text


def _alike(wanted: str, text: str) -> float:
    """Likeness of a title and a row: as a whole, or as part of a row that begins with names."""
    if len(text) < 4:
        return 0.0
    part = fuzz.partial_ratio(wanted, text) - 4 if len(text) >= 0.9 * len(wanted) else 0.0
    return max(fuzz.ratio(wanted, text), part)


def _title_part(text: str) -> str:
    """Return a row up to its leaders."""
    return _PAGE_NUMBER.sub("", _LEADERS.split(text)[0])


def _pieces(text: str) -> list[str]:
    """Cut a row at its leaders, without page numbers."""
    return [_PAGE_NUMBER.sub(" ", piece) for piece in _LEADERS.split(text)]


def _strips(side: Side) -> Iterator[_Strip]:
    """Yield the rows of a contents page, one column after the other."""
    cut = _cut(side)
    if cut is None:
        for row in side.rows:
            yield _Strip(row, row.spaced)
        return
    for left in (True, False):
        for row in side.rows:
            lines = tuple(line for line in row.lines if (_x0(line) < cut) is left)
            if lines:
                part = replace(row, lines=lines)
                yield _Strip(part, part.spaced)


def _cut(side: Side) -> float | None:
    """Return where a second column begins, None where there is one column alone."""
    lines = [line for row in side.rows for line in row.lines]
    if not lines:
        return None
    low, high = min(map(_x0, lines)), max(line.polygon.bounds[2] for line in lines)
    width = max(1.0, high - low)
    starts = sorted(x for x in map(_x0, lines) if _COLUMN_FROM < (x - low) / width < _COLUMN_TO)
    best, most = 0.0, 0
    for x in starts:
        count = sum(x <= other < x + _ALIGNED * width for other in starts)
        if count > most:
            best, most = x, count
    cut = best - 0.5 * _ALIGNED * width
    # The right half of an imprint at the foot may begin a little further left.
    left = cut - _NEAR * width
    crossing = sum(_x0(x) < left and x.polygon.bounds[2] > cut + _ALIGNED * width for x in lines)
    if most < max(4, _COLUMN_ROWS * len(side.rows)) or crossing > _CROSSING * len(lines):
        return None
    return cut


def _x0(line: Line) -> float:
    return line.polygon.bounds[0]
