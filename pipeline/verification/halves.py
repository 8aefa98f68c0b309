"""Names of which a mask covers only a part, judged by what was read before anything was hidden.

What lies under a mask nobody can see on the copy, but the first reading knew it: a surname alone, a
given name behind an open surname, a long name whose last character stands on the next line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.dossier import Kind, Mask
from pipeline.everyday_words import everyday_words
from pipeline.geometry import Frame, Polygon
from pipeline.reading.lines import Line
from pipeline.surnames import starts_with_surname, surnames
from pipeline.verification.remnants import STANDS_ALONE

_PEOPLE = {Kind.APPLICANT_NAME, Kind.PERSON_NAME, Kind.SIGNATURE}
_TITLE = re.compile(
    r"老师|同志|同学|校长|园长|主任|先生|女士|教授|书记|教师|博士|副校长|院长|所长|局长|科长|处长|会长|氏|某|姓"
)
_WITH_PEOPLE = re.compile(
    r"([\u4e00-\u9fff]{1,2}?)(?:父母|家长|妈妈|爸爸|老师|同志|同学|校长|主任|[两三四五]位)"
)
_ADJOINING = 0.35
"""Space up to which characters are of one word, in their height."""
_LONE, _SURE = 2, 0.7
"""Characters of a line that may be the rest of a signature, and how surely they were read."""
_PITCH = 0.55, 1.8
"""How far below a line the next one stands, in its height."""
_HANG = 12.0
"""How far to the left of a name its rest on the next line may begin, in its characters' widths."""

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class _Covered:
    """Characters ``start`` to ``end`` of a line that lie under masks of people."""

    line: int
    start: int
    end: int
    text: str


def find_halves(masks: Sequence[Mask], first: Sequence[Line], frame: Frame) -> Iterator[Polygon]:
    """Yield the places where the rest of a masked name is left open.

    Args:
        masks: The masks of the page.
        first: The first reading, in any frame of the page.
        frame: The upright grid at stored resolution.
    """
    page = _Page.of(masks, first, frame)
    for number, line in enumerate(first):
        for name in page.covered(number):
            yield from _beside(page, name)
            if name.end == len(line.chars):
                yield from _below(page, name)
    signed = [m.polygon.to(frame).bounds for m in masks if m.kind is Kind.SIGNATURE]
    if signed:
        yield from _misread(page, signed)


@dataclass(frozen=True, slots=True)
class _Page:
    """The characters of the first reading, and which of them are hidden."""

    lines: Sequence[Line]
    boxes: list[list[Box]]
    hidden: list[list[bool]]
    named: list[list[bool]]

    @classmethod
    def of(cls, masks: Sequence[Mask], lines: Sequence[Line], frame: Frame) -> _Page:
        every = [(m.kind in _PEOPLE, m.polygon.to(frame).array()) for m in masks]
        boxes = [[c.polygon.to(frame).bounds for c in line.chars] for line in lines]
        hidden = [[_inside(b, (m for _, m in every)) for b in row] for row in boxes]
        named = [[_inside(b, (m for person, m in every if person)) for b in row] for row in boxes]
        return cls(lines, boxes, hidden, named)

    def covered(self, number: int) -> Iterator[_Covered]:
        start: int | None = None
        for i, inside in enumerate([*self.named[number], False]):
            if inside and start is None:
                start = i
            elif not inside and start is not None:
                text = "".join(c.text for c in self.lines[number].chars[start:i]).strip()
                yield _Covered(number, start, i, text)
                start = None

    def char(self, line: int, at: int) -> str:
        chars = self.lines[line].chars
        return chars[at].text[:1] if 0 <= at < len(chars) and not self.hidden[line][at] else ""

    def text(self, line: int, start: int, end: int) -> str:
        return "".join(
            self.char(line, i) or "\0" for i in range(start, min(end, len(self.boxes[line])))
        )


def _inside(box: Box, masks: Iterator[NDArray[np.float32]]) -> bool:
    middle = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return any(cv2.pointPolygonTest(mask, middle, False) >= 0 for mask in masks)


def _beside(page: _Page, name: _Covered) -> Iterator[Polygon]:
    """Yield the character that goes on with a surname, or the surname before a given name."""
    behind, before = page.char(name.line, name.end), page.char(name.line, name.start - 1)
    alone = name.text in surnames()
    if alone and _is_han(behind) and _adjoin(page, name.line, name.end - 1):
        rest = page.text(name.line, name.end, name.end + 3)
        word = name.text[-1] + behind in everyday_words()
        known = word or behind in STANDS_ALONE
        if not _TITLE.match(rest) and (len(name.text) > 1 or not known):
            yield page.lines[name.line].chars[name.end].polygon
    given = len(name.text) == 2 and not starts_with_surname(name.text) and _is_han(name.text[:1])
    if given and before in surnames() and before not in STANDS_ALONE:
        ended = page.text(name.line, name.start - 2, name.start)
        if _adjoin(page, name.line, name.start - 1) and ended not in everyday_words():
            yield page.lines[name.line].chars[name.start - 1].polygon


def _adjoin(page: _Page, line: int, at: int) -> bool:
    left, right = page.boxes[line][at], page.boxes[line][at + 1]
    return right[0] - left[2] < _ADJOINING * (left[3] - left[1])


def _below(page: _Page, name: _Covered) -> Iterator[Polygon]:
    """Yield what stands on the next line as if it went on with a name that fills its own."""
    last, head = page.boxes[name.line][name.end - 1], page.boxes[name.line][name.start]
    high = last[3] - last[1]
    wide = float(np.median([b[2] - b[0] for b in page.boxes[name.line]]))
    middle, slope = (last[1] + last[3]) / 2, _slope(page, name)
    for number, boxes in enumerate(page.boxes):
        if number == name.line or not boxes or page.hidden[number][0]:
            continue
        box = boxes[0]
        level = middle + slope * ((box[0] + box[2]) - (last[0] + last[2])) / 2
        pitch = ((box[1] + box[3]) / 2 - level) / high
        if not _PITCH[0] < pitch < _PITCH[1] or box[0] > last[2]:
            continue
        line = page.lines[number]
        text = page.text(number, 0, len(boxes)).strip()
        short = len(text) <= 2 and all(map(_is_han, text)) and text not in everyday_words()
        near = head[0] - _HANG * wide < box[0] and boxes[-1][2] < last[2] + high
        if short and near and not STANDS_ALONE & set(text) and _is_alone(page, number):
            yield line.polygon
        goes_on = _WITH_PEOPLE.match(text)
        if goes_on and not STANDS_ALONE & set(goes_on[1]) and goes_on[1] not in everyday_words():
            yield line.chars[0].polygon


def _misread(page: _Page, signed: Sequence[Box]) -> Iterator[Polygon]:
    """Yield lone digits and letters beside the mask of a signature: its last character, misread."""
    for line, boxes, hidden in zip(page.lines, page.boxes, page.hidden, strict=True):
        text = line.text.strip()
        if not (0 < len(text) <= _LONE and text.isascii() and text.isalnum()) or any(hidden):
            continue
        x0, y0, x1, y1 = boxes[0][0], boxes[0][1], boxes[-1][2], boxes[0][3]
        high, middle = y1 - y0, (y0 + y1) / 2
        if line.confidence >= _SURE and any(
            box[1] <= middle <= box[3]
            and -high / 2 <= max(box[0] - x1, x0 - box[2]) <= _ADJOINING * high
            for box in signed
        ):
            yield line.polygon


def _slope(page: _Page, name: _Covered) -> float:
    """How far the line of a name falls, in pixels per pixel."""
    start, end = page.boxes[name.line][0], page.boxes[name.line][name.end - 1]
    across = (end[0] + end[2] - start[0] - start[2]) / 2
    fall = (end[1] + end[3] - start[1] - start[3]) / 2
    return fall / across if across > 0 else 0.0


def _is_alone(page: _Page, number: int) -> bool:
    """Whether nothing else was read on the row of a line, near it."""
    box = page.boxes[number][0]
    high, middle = box[3] - box[1], (box[1] + box[3]) / 2
    return not any(
        other != number
        and boxes
        and boxes[0][1] < middle < boxes[0][3]
        and boxes[0][0] < page.boxes[number][-1][2] + _HANG * high
        and boxes[-1][2] > box[0] - _HANG * high
        for other, boxes in enumerate(page.boxes)
    )


def _is_han(text: str) -> bool:
    return len(text) == 1 and "\u4e00" <= text <= "\u9fff"
