"""A page's reading as one spaCy document, and the way back from its tokens to places.

One token is one character that is not a space; spaces survive as the tokens' trailing whitespace,
so that every recogniser sees 张　伟 as 张伟 and can still know of the gap. Tokens stand in
paragraph order: the lines of a paragraph or of a cell follow each other, so that a name broken over
a line end is in one piece.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache

import numpy as np
import opencc
from spacy.tokens import Doc
from spacy.vocab import Vocab

from pipeline.detection.columns import as_rows, columns_of, gutters_of
from pipeline.detection.layout import Layout
from pipeline.detection.line_box import LineBox
from pipeline.detection.vocabulary import LABEL_HEAD, WIDE_LABELS
from pipeline.reading.lines import Line, PageReading


@dataclass(slots=True)
class Segment:
    """Lines that stand side by side in one row without a rule or a wide gap between them.

    Attributes:
        lines: From left to right; not changed any more.
        x0: Left end.
        x1: Right end.
        height: Mean line height.
        middle: Mean vertical centre.
    """

    lines: list[LineBox]
    x0: float = field(init=False)
    x1: float = field(init=False)
    height: float = field(init=False)
    middle: float = field(init=False)

    def __post_init__(self) -> None:
        self.x0, self.x1 = self.lines[0].x0, self.lines[-1].x1
        self.height = sum(b.height for b in self.lines) / len(self.lines)
        self.middle = sum(b.middle for b in self.lines) / len(self.lines)


@dataclass(slots=True)
class PageText:
    """Tokens of a page and where they come from.

    Attributes:
        reading: The page as read.
        layout: Its rules and ink.
        boxes: De-slanted places of all lines, by line index.
        texts: The tokens themselves, without the spaces between them.
        line_of: For each token the index of its line.
        char_of: For each token the index of its character on that line.
        paragraphs: Token ranges of the paragraphs.
        segments: Token ranges of the segments (parts of a row).
        rows: Token indices row by row, gaps of a few ems bridged; for numbers printed in groups.
    """

    reading: PageReading
    layout: Layout
    boxes: list[LineBox]
    texts: list[str] = field(default_factory=list, repr=False)
    line_of: list[int] = field(default_factory=list)
    char_of: list[int] = field(default_factory=list)
    paragraphs: list[tuple[int, int]] = field(default_factory=list)
    segments: list[tuple[int, int]] = field(default_factory=list)
    rows: list[list[int]] = field(default_factory=list)

    def line(self, token: int) -> Line:
        """The line of a token."""
        return self.reading.lines[self.line_of[token]]

    def em(self, token: int) -> float:
        """The height of a token's line: the unit in which gaps are judged."""
        return max(6.0, self.boxes[self.line_of[token]].height)

    def gap_after(self, token: int) -> float:
        """Width of the free space after a token on its line in em; 99 at the end of a line."""
        here, after = self.line_of[token], token + 1
        if after >= len(self.line_of) or self.line_of[after] != here:
            return 99.0
        return self.gap_between(token, after)

    def gap_between(self, before: int, after: int) -> float:
        """Width of the free space between two tokens of a row in em; 99 where they share none."""
        one, two = self.boxes[self.line_of[before]], self.boxes[self.line_of[after]]
        if abs(one.middle - two.middle) > 0.7 * max(one.height, two.height):
            return 99.0
        right = max(p[0] for p in self._polygon(before))
        left = min(p[0] for p in self._polygon(after))
        return (left - right) / self.em(before)

    def _polygon(self, token: int) -> Sequence[tuple[float, float]]:
        return self.line(token).chars[self.char_of[token]].polygon.points

    def confidence(self, token: int) -> float:
        """How surely a token was read."""
        return self.line(token).chars[self.char_of[token]].confidence


def build_doc(reading: PageReading, layout: Layout, vocab: Vocab) -> tuple[Doc, PageText]:
    """Put a page's characters into a document, paragraph by paragraph."""
    boxes = deslanted(reading)
    page = PageText(reading, layout, boxes)
    words = page.texts
    spaces: list[bool] = []
    position: dict[tuple[int, int], int] = {}
    rows, paragraphs = _text_flow(reading, layout, boxes)
    for paragraph in paragraphs:
        start = len(words)
        for segment in paragraph:
            segment_start = len(words)
            for box in segment.lines:
                for index, char in enumerate(reading.lines[box.index].chars):
                    text = _single(char.text)
                    if not text:
                        if words and len(words) > start:
                            spaces[-1] = True
                        continue
                    position[(box.index, index)] = len(words)
                    words.append(text)
                    spaces.append(False)
                    page.line_of.append(box.index)
                    page.char_of.append(index)
            if len(words) > segment_start:
                page.segments.append((segment_start, len(words)))
                spaces[-1] = True
        if len(words) > start:
            page.paragraphs.append((start, len(words)))
    for row in rows:
        for stretch in _stretches(row):
            tokens = [
                position[(box.index, i)]
                for box in stretch
                for i in range(len(reading.lines[box.index].chars))
                if (box.index, i) in position
            ]
            if tokens:
                page.rows.append(tokens)
    return Doc(vocab, words=words, spaces=spaces), page


def _text_flow(
    reading: PageReading, layout: Layout, boxes: Sequence[LineBox]
) -> tuple[list[list[LineBox]], list[list[Segment]]]:
    """Return the page's rows and its paragraphs; of text set in columns these are the rows."""
    texts = [line.text for line in reading.lines]
    heads = {b.index for b in boxes if _begins_with_label(reading.lines[b.index].text)}
    columns = columns_of(reading, boxes)
    # The words of a watermark lie between the lines of a text and are no part of it.
    aslant = [b for b in boxes if b.index in reading.quality.aslant]
    upright = [b for b in boxes if b.index in columns and b not in aslant]
    level = [b for b in boxes if b.index not in columns and b not in aslant]
    flows = [(level, layout)]
    if upright:
        flows.append(as_rows(upright, layout, reading.frame.width))
    rows = [[box] for box in aslant]
    paragraphs = [[Segment([box])] for box in aslant]
    for some, around in flows:
        here = _rows(some)
        gutters = gutters_of(here, texts)
        segments = [s for row in here for s in _split_row(row, around, texts, gutters)]
        rows += here
        paragraphs += _paragraphs(segments, around, heads, texts)
    return rows, paragraphs


@cache
def _to_simplified() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


@lru_cache(maxsize=30_000)
def _single(character: str) -> str:
    """Normalise width and traditional forms; what is no single visible character becomes empty.

    Calligraphic fonts and handwriting are often read as traditional characters.
    """
    if character.isspace():
        return ""
    normal = unicodedata.normalize("NFKC", character)
    normal = normal if len(normal) == 1 else character[:1]
    simple = _to_simplified().convert(normal) if ord(normal) > 0x2E80 else normal
    return simple if len(simple) == 1 else normal


def deslanted(reading: PageReading) -> list[LineBox]:
    """Return every line's bounds after turning the page back by its median slant."""
    angles = []
    for index, line in enumerate(reading.lines):
        (ax, ay), (bx, by) = line.polygon.points[0], line.polygon.points[1]
        dy = line.polygon.points[3][1]
        level = not line.vertical and index not in reading.quality.aslant
        if level and bx - ax > 3 * abs(dy - ay):
            angles.append(np.arctan2(by - ay, bx - ax))
    slant = float(np.median(angles)) if angles else 0.0
    cos, sin = float(np.cos(-slant)), float(np.sin(-slant))
    boxes = []
    for index, line in enumerate(reading.lines):
        xs = [x * cos - y * sin for x, y in line.polygon.points]
        ys = [x * sin + y * cos for x, y in line.polygon.points]
        # Mean edges, not extremes: a single slanted line would else look twice as high.
        ys.sort()
        top, bottom = (ys[0] + ys[1]) / 2, (ys[2] + ys[3]) / 2
        boxes.append(LineBox(index, min(xs), top, max(xs), bottom, line.polygon.bounds))
    return boxes


def _rows(boxes: Sequence[LineBox]) -> list[list[LineBox]]:
    rows: list[list[LineBox]] = []
    for box in sorted(boxes, key=lambda b: b.middle):
        for row in reversed(rows[-3:]):
            mean = sum(b.middle for b in row) / len(row)
            height = sum(b.height for b in row) / len(row)
            if abs(box.middle - mean) < 0.5 * min(height, box.height):
                row.append(box)
                break
        else:
            rows.append([box])
    return [sorted(row, key=lambda b: b.x0) for row in rows]


def _split_row(
    row: Sequence[LineBox], layout: Layout, texts: Sequence[str], gutters: set[int]
) -> list[Segment]:
    groups = [[row[0]]]
    for box in row[1:]:
        last = groups[-1][-1]
        gap = box.x0 - last.x1
        close = gap < 1.2 * max(last.height, box.height)
        if not close and gap < 5 * max(last.height, box.height):
            # 住　　址：, 姓　　名: one label, set wide.
            head, tail = texts[last.index].strip(), texts[box.index].strip()
            close = len(head) == 1 and head + tail[:1] in WIDE_LABELS
        if close and box.index not in gutters and not _rule_between(last, box, layout):
            groups[-1].append(box)
        else:
            groups.append([box])
    return [Segment(group) for group in groups]


def _stretches(row: Sequence[LineBox]) -> list[list[LineBox]]:
    """Cut a row where the gap is too wide for the groups of one number."""
    stretches = [[row[0]]]
    for box in row[1:]:
        last = stretches[-1][-1]
        if box.x0 - last.x1 < 2.5 * max(last.height, box.height):
            stretches[-1].append(box)
        else:
            stretches.append([box])
    return stretches


def _rule_between(left: LineBox, right: LineBox, layout: Layout) -> bool:
    y0, y1 = min(left.real[1], right.real[1]), max(left.real[3], right.real[3])
    start, end = left.real[2] - 0.2 * left.height, right.real[0] + 0.2 * right.height
    return end > start and layout.rule_right(start, y0, y1, end) < end


def _begins_with_label(text: str) -> bool:
    """Whether a line is a row of a form: a label with a colon behind it, or nothing but a label."""
    plain = "".join(_single(c) for c in text)
    match = LABEL_HEAD.match(plain)
    return match is not None and (match.end() == len(plain) or plain[match.end()] in ":：")


def _paragraphs(
    segments: Sequence[Segment], layout: Layout, heads: set[int], texts: Sequence[str]
) -> list[list[Segment]]:
    """Chain each segment to the one that its text runs on to; ``heads`` begin anew."""
    follower: dict[int, int] = {}
    taken: set[int] = set()
    for i, upper in enumerate(segments):
        edge = _column_edge(segments, i)
        # A long number is not broken at the edge but moved or cut wherever it falls.
        number = texts[upper.lines[-1].index].rstrip()[-1:].isdigit()
        if upper.x1 < edge - 2.6 * upper.height:
            # A cell ends at its rule, however far the text above and below the table goes.
            edge = _cell_edge(upper, edge, layout)
        short = upper.x1 < edge - 2.6 * upper.height
        if short and not (number and upper.x1 >= edge - 9.0 * upper.height):
            continue
        best: tuple[float, int] | None = None
        for j, lower in enumerate(segments):
            pitch = (lower.middle - upper.middle) / max(upper.height, lower.height)
            # Short lines stand in cells, close to each other; rows of a form are farther apart.
            widest = 2.4 if upper.x1 - upper.x0 > 10 * upper.height else 1.75
            if lower.lines[0].index in heads:
                continue
            if short and not texts[lower.lines[0].index].lstrip()[:1].isdigit():
                continue
            # Below a number moved to the next line's start, that line goes on to the edge.
            room = max(3.0, (edge - upper.x1) / upper.height + 1.0) if number else 3.0
            if j in taken or not 0.6 < pitch < widest:
                continue
            if not _continues(upper, lower, layout, room):
                continue
            if _has_company(segments, upper, j):
                continue
            if best is None or pitch < best[0]:
                best = (pitch, j)
        if best is not None:
            follower[i] = best[1]
            taken.add(best[1])
    chains = []
    for i in range(len(segments)):
        if i in taken:
            continue
        chain = [segments[i]]
        while i in follower:
            i = follower[i]
            chain.append(segments[i])
        chains.append(chain)
    return chains


def _has_company(segments: Sequence[Segment], upper: Segment, j: int) -> bool:
    """Whether another segment stands right of a candidate: then it is a row of a form, no text."""
    me = segments[j]
    return any(
        s is not me
        and abs(s.middle - me.middle) < 0.5 * me.height
        and me.x1 < s.x0 < upper.x1 - me.height
        for s in segments
    )


def _column_edge(segments: Sequence[Segment], i: int) -> float:
    """Right end of the text column that a segment stands in."""
    me = segments[i]
    reach = 8 * me.height
    return max(
        s.x1
        for s in segments
        if abs(s.middle - me.middle) < reach
        and s.x0 < me.x1
        and s.x1 > me.x0
        and s.x0 < me.x0 + 3 * me.height
    )


def _cell_edge(segment: Segment, edge: float, layout: Layout) -> float:
    """Return where the rule right of a segment stands, when it stands before ``edge``."""
    _, top, right, bottom = segment.lines[-1].real
    rule = layout.rule_right(right, top, bottom, right + edge - segment.x1)
    return segment.x1 + rule - right


def _continues(upper: Segment, lower: Segment, layout: Layout, room: float) -> bool:
    """Whether text may run on; ``room`` em the lower line may reach beyond the upper one."""
    em = max(upper.height, lower.height)
    if not 0.66 < upper.height / max(1.0, lower.height) < 1.5:
        return False
    centered = abs((lower.x0 + lower.x1) - (upper.x0 + upper.x1)) < 2 * em
    if lower.x0 < upper.x0 - 6 * em or lower.x1 < upper.x0 or lower.x1 > upper.x1 + room * em:
        return False
    if lower.x0 > upper.x0 + 0.8 * em and not (centered and lower.x1 < upper.x1):
        return False
    above, below = upper.lines[0].real, lower.lines[0].real
    x0, x1 = max(above[0], below[0]), min(above[2], below[2])
    top = (above[1] + above[3]) / 2 + 0.3 * upper.height
    bottom = (below[1] + below[3]) / 2 - 0.3 * lower.height
    close = lower.middle - upper.middle < 1.25 * em
    return close or bottom <= top or layout.rule_below(top, x0, x1, bottom) >= bottom
