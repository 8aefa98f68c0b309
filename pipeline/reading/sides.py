"""A page as rows of text, cut into its sides where a sheet shows several pages.

Places are shares of the side: origin at its upper left corner, x to the right and y down, 0 to 1.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from statistics import median

import numpy as np
from opencc import OpenCC

from pipeline.geometry import Polygon
from pipeline.reading.lines import Char, Line, PageReading

_WIDE = str.maketrans("(),:;?!", "（），：；？！")
# Wider than this times its height, and a sheet is looked at as two pages side by side.
_SPREAD = 1.15
# Lines that cross the middle, as a share of all: a headline over both pages is no single page.
_CROSSING = 0.04
# Two lines stand on one row when they share this much of the lower one's height.
_SAME_ROW = 0.55
# The gutter between sheets copied above each other, in heights of a line.
_GUTTER = 2.5
# Lines this long, as a share of the side's width, tell its skew; so many of them, how it changes.
_LONG, _FIT = 0.25, 5
# Rows above this, as a share of the height, are running headers.
_HEADER = 0.065
# No running header stands lower, on whatever bed the page lay.
_LOWEST = 0.2
# Two characters are apart when their centres are, in usual distances of a line's characters.
_APART = 1.42
# The least distance of two characters, in heights of their line's box.
_PITCH = 0.72


@dataclass(frozen=True, slots=True)
class Row:
    """Lines that stand on one row, left to right.

    Attributes:
        lines: The lines as they were read.
        text: Their texts, upright and half-width, three spaces between two lines.
        x0: Left end, share of the side's width.
        y0: Upper edge, share of the side's height.
        x1: Right end.
        y1: Lower edge.
        size: Height of the tallest line, share of the side's longer edge.
    """

    lines: tuple[Line, ...] = field(repr=False)
    text: str = field(repr=False)
    x0: float
    y0: float
    x1: float
    y1: float
    size: float

    @property
    def polygon(self) -> Polygon:
        """The rectangle around the row, on the upright page."""
        boxes = [line.polygon.bounds for line in self.lines]
        return Polygon.from_bounds(
            self.lines[0].polygon.frame,
            min(b[0] for b in boxes),
            min(b[1] for b in boxes),
            max(b[2] for b in boxes),
            max(b[3] for b in boxes),
        )

    @property
    def spaced(self) -> str:
        """The text with a blank wherever characters stand apart, which readers leave out."""
        return "   ".join(plain(_spaced(line)) for line in self.lines)

    @property
    def confidence(self) -> float:
        """The weakest line's, 0 to 1."""
        return min(line.confidence for line in self.lines)


@dataclass(frozen=True, slots=True)
class Side:
    """One page of print on a sheet.

    Attributes:
        page: Page of the file, from 1.
        number: Which of the sheet's pages, from 0, left to right and top to bottom.
        rows: From top to bottom.
    """

    page: int
    number: int
    rows: tuple[Row, ...] = field(repr=False)

    @property
    def text(self) -> str:
        """All rows, a line each."""
        return "\n".join(row.text for row in self.rows)

    @property
    def characters(self) -> int:
        """How many characters that are no blanks."""
        return sum(len(row.text.replace(" ", "")) for row in self.rows)

    @property
    def header(self) -> tuple[Row, ...]:
        """The running header: the first row where it is as small as the text, and those beside it.

        On a scanner's bed or in a photograph it may stand lower than on the page itself.
        """
        if not self.rows:
            return ()
        first = self.rows[0]
        small = first.size < 1.3 * self.usual_size and len(first.text) < 60 and first.y0 < _LOWEST
        return tuple(row for row in self.rows[:3] if row.y0 < _HEADER or (small and row is first))

    @property
    def usual_size(self) -> float:
        """The median size of its rows; 0 for an empty side."""
        return median(row.size for row in self.rows) if self.rows else 0.0


def plain(text: str) -> str:
    """Return text half-width, with one kind of blank."""
    folded = unicodedata.normalize("NFKC", text)
    return " ".join(folded.split())


def printed(text: str) -> str:
    """Return Chinese text with Chinese punctuation and without blanks, as it is set in print.

    Readers give commas and parentheses in either width.
    """
    folded = unicodedata.normalize("NFKC", text).replace(" ", "")
    return folded.translate(_WIDE) if any("一" <= c <= "鿿" for c in folded) else folded


@cache
def _converter() -> OpenCC:
    return OpenCC("t2s")


def simplified(text: str) -> str:
    """Return text in simplified characters: readers give traditional forms for some of them."""
    return str(_converter().convert(text))


def _spaced(line: Line) -> str:
    """Return a line's text with a blank where two ideographs stand further apart than the rest."""
    steps = [
        math.dist(a.polygon.center, b.polygon.center) if _is_han(a) and _is_han(b) else 0.0
        for a, b in pairwise(line.chars)
    ]
    known = sorted(step for step in steps if step)
    if len(known) < 2:
        return line.text
    usual = max(known[len(known) // 4], _PITCH * _height(line))
    found = line.chars[0].text
    for step, char in zip(steps, line.chars[1:], strict=True):
        found += (" " if step > _APART * usual else "") + char.text
    return found


def _is_han(char: Char) -> bool:
    return "一" <= char.text <= "鿿"


def sides_of(reading: PageReading) -> tuple[Side, ...]:
    """Cut a page into the pages of print that it shows: one, two side by side, or four."""
    lines = [line for line in reading.lines if line.chars and not line.vertical]
    frame = reading.frame
    width, height = float(frame.width), float(frame.height)
    boxes = [(0.0, 0.0, width, height)]
    if width > _SPREAD * height and _parted(lines, 0, width / 2):
        boxes = [(0.0, 0.0, width / 2, height), (width / 2, 0.0, width, height)]
    elif _four_up(lines, width, height):
        columns = ((0.0, width / 2), (width / 2, width))
        halves = ((0.0, height / 2), (height / 2, height))
        boxes = [(x0, y0, x1, y1) for y0, y1 in halves for x0, x1 in columns]
    found: list[Side] = []
    for box in boxes:
        inside = [line for line in lines if _within(line, box)]
        if inside or len(boxes) == 1:
            found.append(Side(frame.page, len(found), _rows(inside, box)))
    return tuple(found)


def _within(line: Line, box: tuple[float, float, float, float]) -> bool:
    x, y = line.polygon.center
    return box[0] <= x < box[2] and box[1] <= y < box[3]


def _parted(lines: Sequence[Line], axis: int, middle: float) -> bool:
    """Tell whether hardly a line crosses the middle and both halves hold some."""
    low = [line.polygon.bounds[axis] for line in lines]
    high = [line.polygon.bounds[axis + 2] for line in lines]
    crossing = sum(a < middle < b for a, b in zip(low, high, strict=True))
    before, after = sum(b <= middle for b in high), sum(a >= middle for a in low)
    return min(before, after) >= 3 and crossing <= max(1, _CROSSING * len(lines))


def _four_up(lines: Sequence[Line], width: float, height: float) -> bool:
    if len(lines) < 16 or not _parted(lines, 0, width / 2):
        return False
    middle = height / 2
    above = [line.polygon.bounds[3] for line in lines if line.polygon.bounds[3] <= middle]
    below = [line.polygon.bounds[1] for line in lines if line.polygon.bounds[1] >= middle]
    if len(above) + len(below) < len(lines) or min(len(above), len(below)) < 6:
        return False
    usual = median(line.polygon.bounds[3] - line.polygon.bounds[1] for line in lines)
    return min(below) - max(above) > _GUTTER * usual


def _rows(lines: Iterable[Line], box: tuple[float, float, float, float]) -> tuple[Row, ...]:
    level = _levels(list(lines), box)
    groups: list[list[Line]] = []
    for line in sorted(level, key=lambda one: sum(level[one])):
        if groups and any(_share_row(level[one], level[line]) for one in groups[-1]):
            groups[-1].append(line)
        else:
            groups.append([line])
    return tuple(_row(group, box) for group in groups)


def _levels(
    lines: Sequence[Line], box: tuple[float, float, float, float]
) -> dict[Line, tuple[float, float]]:
    """Return each line's upper and lower edge, brought level to the middle of the side.

    Scans are skewed by one angle, photographs by one that changes from top to bottom; both are
    taken from the slant of the long lines (a straight line fitted to slant over height).
    """
    long = [line for line in lines if _width(line) > _LONG * (box[2] - box[0])]
    slants = [_slant(line) for line in long]
    heights = [line.polygon.center[1] for line in long]
    if len(long) >= _FIT and max(heights) - min(heights) > (box[3] - box[1]) / 4:
        rise, base = np.polyfit(heights, slants, 1)
    else:
        rise, base = 0.0, median(slants) if slants else 0.0
    middle = (box[0] + box[2]) / 2
    found = {}
    for line in lines:
        x, y = line.polygon.center
        shift = (base + rise * y) * (middle - x)
        half = _height(line) / 2
        found[line] = (y + shift - half, y + shift + half)
    return found


def _width(line: Line) -> float:
    x0, _, x1, _ = line.polygon.bounds
    return x1 - x0


def _slant(line: Line) -> float:
    """Return how far a line's upper edge falls per pixel to the right."""
    (x0, y0), (x1, y1) = line.polygon.points[:2]
    return (y1 - y0) / (x1 - x0) if x1 > x0 else 0.0


def _height(line: Line) -> float:
    """Return the length of a line's shorter sides: its height however it slants."""
    (ax, ay), (bx, by) = line.polygon.points[0], line.polygon.points[-1]
    return math.hypot(bx - ax, by - ay)


def _share_row(one: tuple[float, float], other: tuple[float, float]) -> bool:
    shared = min(one[1], other[1]) - max(one[0], other[0])
    return shared > _SAME_ROW * min(one[1] - one[0], other[1] - other[0])


def _row(lines: list[Line], box: tuple[float, float, float, float]) -> Row:
    lines.sort(key=lambda line: line.polygon.bounds[0])
    bounds = [line.polygon.bounds for line in lines]
    width, height = box[2] - box[0], box[3] - box[1]
    return Row(
        tuple(lines),
        "   ".join(plain(line.text) for line in lines),
        (min(b[0] for b in bounds) - box[0]) / width,
        (min(b[1] for b in bounds) - box[1]) / height,
        (max(b[2] for b in bounds) - box[0]) / width,
        (max(b[3] for b in bounds) - box[1]) / height,
        max(_height(line) for line in lines) / max(width, height),
    )
