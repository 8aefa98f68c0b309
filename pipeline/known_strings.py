"""One given string on a page as it was read: spread out, torn at a line's end or badly read."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from rapidfuzz.distance import Levenshtein

from pipeline.detection.near_forms import near_names, near_units
from pipeline.geometry import Polygon
from pipeline.reading.lines import Line, PageReading

_LONG = 6  # characters from which more than one may be wrong
_TAIL = 40  # characters taken from either side of a line's end


@dataclass(frozen=True, slots=True)
class Mention:
    """Where the string stands: characters ``start`` to ``end`` of a line of the reading."""

    line: int
    start: int
    end: int
    polygon: Polygon
    exact: bool


@dataclass(frozen=True, slots=True)
class _Letter:
    """One letter or digit that was read, and where."""

    text: str
    line: int
    char: int
    confidence: float


def find_everywhere(wanted: str, reading: PageReading) -> list[Mention]:
    """Return all places of a string on a page, exact ones and those that look like misreadings.

    Spaces, signs, letter case and full-width forms make no difference. A string of three to five
    characters may have one that was badly read; of six or more, one in five wrong, lost or
    doubled. A string over the end of a line gives one place on each.

    Args:
        wanted: The string; nothing is found of one without letters or digits.
        reading: The page.
    """
    form = _squeezed(wanted)
    if not form:
        return []
    rows = [list(_letters(number, line)) for number, line in enumerate(reading.lines)]
    found: dict[tuple[int, int, int], Mention] = {}
    for row in rows:
        for start, end, exact in _matches(form, row):
            _note(found, row[start:end], reading, exact=exact)
    for before, after in pairwise(rows):
        tail, head = before[-_TAIL:], after[:_TAIL]
        for start, end, exact in _matches(form, tail + head):
            if start < len(tail) < end:
                _note(found, tail[start:], reading, exact=exact)
                _note(found, head[: end - len(tail)], reading, exact=exact)
    return [found[key] for key in sorted(found)]


def _matches(form: str, row: list[_Letter]) -> Iterator[tuple[int, int, bool]]:
    """Yield places of a form in letters, and whether they are exact; none overlaps another."""
    text = "".join(letter.text for letter in row)
    taken: list[tuple[int, int]] = []
    at = text.find(form)
    while at >= 0:
        taken.append((at, at + len(form)))
        at = text.find(form, at + len(form))
    for start, end in taken:
        yield start, end, True
    for start, end in _near(form, text, row, list(taken)):
        if all(end <= a or start >= b for a, b in taken):
            taken.append((start, end))
            yield start, end, False


def _near(
    form: str, text: str, row: list[_Letter], taken: list[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    if form.isascii():
        yield from _near_codes(form, text)
    elif len(form) < _LONG:
        yield from near_names(form, text, lambda at: row[at].confidence)
    else:
        yield from near_units(form, form, text, taken)


def _near_codes(form: str, text: str) -> Iterator[tuple[int, int]]:
    """Yield places of a number or a Latin word with one wrong, lost or doubled character."""
    if len(form) < _LONG:
        return
    for size in (len(form), len(form) - 1, len(form) + 1):
        for at in range(len(text) - size + 1):
            if Levenshtein.distance(form, text[at : at + size], score_cutoff=1) <= 1:
                yield at, at + size


def _note(
    found: dict[tuple[int, int, int], Mention],
    letters: list[_Letter],
    reading: PageReading,
    *,
    exact: bool,
) -> None:
    line, start, end = letters[0].line, letters[0].char, letters[-1].char + 1
    chars = reading.lines[line].chars
    a, b = chars[start].polygon.points, chars[end - 1].polygon.points
    polygon = Polygon(reading.frame, (a[0], b[1], b[2], a[3]))
    found.setdefault((line, start, end), Mention(line, start, end, polygon, exact))


def _letters(number: int, line: Line) -> Iterator[_Letter]:
    for at, char in enumerate(line.chars):
        for letter in _squeezed(char.text):
            yield _Letter(letter, number, at, char.confidence)


def _squeezed(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).lower()
    return "".join(c for c in folded if c.isalnum())
