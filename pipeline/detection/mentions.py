"""Where a known person or school is mentioned on a page: misread, set wide, or over a line's end.

The page is seen as its lines, without spaces; a stretch is a line, its first character and one past
its last.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pipeline.detection.near_forms import WEAK, near_names, near_units, spread_pattern
from pipeline.detection.vocabulary import NOT_NAMES, SUBJECTS, is_han
from pipeline.reading.lines import Line
from pipeline.surnames import starts_with_surname

Stretch = tuple[int, int, int]

# A line goes on below it, or to its right: in heights of the line.
_PITCH_LEAST, _PITCH_MOST, _RIGHT, _INDENT = 0.6, 2.3, 2.5, 2.5
# The shortest piece of a school's name that is looked for at the end of a line.
_UNIT_PIECE = 2
# What a cell for a name may hold and any other cell too.
_WORDS = frozenset(NOT_NAMES) | frozenset(SUBJECTS)
# Words that run into a name on either side.
_BEFORE_NAMES = ("学生", "同学", "老师", "教师", "同志", "同事", "主任", "校长", "组长")
_AFTER_NAMES = (
    *("父母", "家长", "妈妈", "爸爸", "共同", "一起", "合作", "两位", "等", "担任", "执教"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a page without its spaces.

    Attributes:
        index: Of the line in its reading.
        text: One character each.
        places: Index on the line of each character.
        weak: Which characters were read too unsurely to be trusted.
    """

    index: int
    text: str = field(repr=False)
    places: tuple[int, ...]
    weak: frozenset[int]

    @classmethod
    def of(cls, index: int, line: Line) -> Row:
        """Squeeze the spaces out of a line."""
        kept = [(c.text[:1], i, c.confidence) for i, c in enumerate(line.chars) if c.text.strip()]
        weak = frozenset(at for at, (_, _, sure) in enumerate(kept) if sure < WEAK)
        return cls(index, "".join(t for t, _, _ in kept), tuple(i for _, i, _ in kept), weak)

    def stretch(self, start: int, end: int) -> Stretch:
        """Return characters ``start`` to ``end`` as a stretch of the line."""
        return self.index, self.places[start], self.places[end - 1] + 1


def occurrences(form: str, text: str) -> Iterator[int]:
    """Yield where a string stands in another, without overlaps."""
    at = text.find(form)
    while at >= 0:
        yield at
        at = text.find(form, at + len(form))


def names_on(row: Row, name: str) -> Iterator[tuple[Stretch, str]]:
    """Yield the places of a person's name on a line, with the rule that found it.

    A name of two characters must stand alone and be read exactly; of a longer one a character may
    be misread where the reader was unsure, and signs may stand between its characters.
    """
    if len(name) < 3:
        for at in occurrences(name, row.text):
            if stands_alone(row.text, at, at + len(name)):
                yield row.stretch(at, at + len(name)), "dossier"
        return
    for at in occurrences(name, row.text):
        yield row.stretch(at, at + len(name)), "dossier"
    if name[0] in row.text and name[-1] in row.text:
        for match in spread_pattern(name).finditer(row.text):
            yield row.stretch(*match.span()), "dossier-near"
    if row.weak and len(set(name) & set(row.text)) >= len(set(name)) - 1:
        for start, end in near_names(name, row.text, lambda i: 0.0 if i in row.weak else 1.0):
            yield row.stretch(start, end), "dossier-near"


def units_on(row: Row, unit: str, forms: Sequence[str]) -> Iterator[tuple[Stretch, str]]:
    """Yield the places of a school on a line: in its short forms, or with a few wrong characters.

    Args:
        row: The line.
        unit: The full name.
        forms: What else it is called.
    """
    for form in forms:
        for at in occurrences(form, row.text):
            yield row.stretch(at, at + len(form)), "dossier"
    if row.weak and unit not in row.text:
        for start, end in near_units(unit, unit, row.text, []):
            yield row.stretch(start, end), "dossier-near"


@dataclass(frozen=True, slots=True)
class Seams:
    """The pairs of lines of a page of which the second may go on with the first."""

    rows: Sequence[Row]
    pairs: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, lines: Sequence[Line], rows: Sequence[Row]) -> Seams:
        """Pair the lines: below each other, in text or in a cell, or side by side."""
        boxes = [line.polygon.bounds for line in lines]
        pairs = tuple(
            (i, j)
            for i, upper in enumerate(boxes)
            for j, lower in enumerate(boxes)
            if i != j and rows[i].text and rows[j].text and _goes_on(upper, lower)
        )
        return cls(rows, pairs)

    def over(self, name: str, least: int = 1) -> Iterator[tuple[Stretch, Stretch]]:
        """Yield a string's two parts where it is broken over a pair of lines.

        Args:
            name: Two characters must stand alone, as on one line.
            least: Characters of the shorter part.
        """
        for i, j in self.pairs:
            upper, lower = self.rows[i], self.rows[j]
            if name[0] not in upper.text[-len(name) :]:
                continue
            for cut in range(least, len(name) - least + 1):
                if not (upper.text.endswith(name[:cut]) and lower.text.startswith(name[cut:])):
                    continue
                start, rest = len(upper.text) - cut, len(name) - cut
                joined = upper.text + lower.text
                if len(name) > 2 or stands_alone(joined, start, start + len(name)):
                    yield upper.stretch(start, start + cut), lower.stretch(0, rest)


def unit_seams(seams: Seams, unit: str) -> Iterator[tuple[Stretch, Stretch]]:
    """Yield the two parts of a school's full name where it is broken over a pair of lines."""
    yield from seams.over(unit, _UNIT_PIECE)


def stands_alone(text: str, start: int, end: int) -> bool:
    """Whether a name of two characters is not part of a longer word here."""
    before = start == 0 or not is_han(text[start - 1]) or text[start - 1] in "由与和及为是对请"
    before = before or text[:start].endswith(_BEFORE_NAMES)
    after = end == len(text) or not is_han(text[end]) or text[end] in "老同教主校的和与及在是说为"
    after = after or text.startswith(_AFTER_NAMES, end)
    if starts_with_surname(text[start:end]):
        return before and after
    # A rare surname counts only between marks: nothing tells such a name from a word.
    marked = (start == 0 or not is_han(text[start - 1])) and (
        end == len(text) or not is_han(text[end])
    )
    return marked and text[start:end] not in _WORDS


def _goes_on(
    upper: tuple[float, float, float, float], lower: tuple[float, float, float, float]
) -> bool:
    """Whether the second of two lines may go on with the first."""
    high = max(upper[3] - upper[1], 1.0)
    down = ((lower[1] + lower[3]) - (upper[1] + upper[3])) / 2 / high
    if abs(down) < 0.5:
        return -0.5 * high < lower[0] - upper[2] < _RIGHT * high
    if not _PITCH_LEAST < down < _PITCH_MOST:
        return False
    in_text = lower[0] < upper[0] + _INDENT * high
    return in_text or min(upper[2], lower[2]) > max(upper[0], lower[0])
