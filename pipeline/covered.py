"""What must stay but lies under a seal that is masked: it is reported, for the mask is not cut."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence

import cv2

from pipeline.dossier import Action, Decision, Doubt, Finding, Kind
from pipeline.geometry import Polygon
from pipeline.reading.lines import Line, PageReading

CODE = "seal-over-text"
_MESSAGE = (
    "这一页有印章盖在应保留的文字（日期、等级、正文等）上，遮盖印章时一并遮住，需要时请对照原件。"
)
_STAYS = re.compile(
    r"[12][0-9]{3}[年./-][0-9]{1,2}[月./-]?(?:[0-9]{1,2}日?)?"
    r"|二[〇○零0OoＯ][一二三四五六七八九十〇○零0OoＯ]{2}年[一二三四五六七八九十]{1,3}月"
    r"(?:[一二三四五六七八九十]{1,3}日)?"
    r"|(?:特|一|二|三|优秀|优胜|入围)等?奖|优秀|良好|合格|称职|[0-9]{1,3}(?:\.[0-9])?分"
)


#: How many characters of a line, not hidden for themselves, lie under a seal at least; and how near
#: to the middle of a ring, as a share of the way to its edge, none of its own stand.
_FEWEST, _MIDDLE = 2, 0.5


def covered_text(readings: Sequence[PageReading], decisions: Sequence[Decision]) -> list[Doubt]:
    """Return one entry for each masked seal that lies over print which is not hidden for itself.

    Args:
        readings: Of a file, in page order.
        decisions: On the file's findings.
    """
    lines = {reading.frame.page: reading.lines for reading in readings}
    seals = [d for d in decisions if d.finding.kind is Kind.SEAL and d.action is Action.MASK]
    return [
        Doubt(code=CODE, message=_MESSAGE, page=seal.finding.page, polygon=seal.finding.polygon)
        for seal in seals
        if _covers(seal.finding, lines.get(seal.finding.page, ()), decisions)
    ]


def _covers(seal: Finding, lines: Sequence[Line], decisions: Sequence[Decision]) -> bool:
    here = [d for d in decisions if d.finding.page == seal.page and d.finding.line is not None]
    x0, y0, x1, y1 = seal.polygon.bounds
    for index, line in enumerate(lines):
        left, top, right, bottom = line.polygon.bounds
        if left > x1 or right < x0 or top > y1 or bottom < y0:
            continue
        spans = {
            action: [
                (d.finding.start, d.finding.end)
                for d in here
                if d.finding.line == index and d.action is action
            ]
            for action in Action
        }
        inside = [_inside(seal.polygon, char.polygon) for char in line.chars]
        if any(any(inside[a:b]) for a, b in (*spans[Action.KEEP], *_staying(line))):
            return True
        if _is_print(seal, line, inside):
            for a, b in spans[Action.MASK]:
                inside[a:b] = [False] * len(inside[a:b])
            said = zip(line.chars, inside, strict=True)
            if sum(there and char.text.isalnum() for char, there in said) >= _FEWEST:
                return True
    return False


def _is_print(seal: Finding, line: Line, inside: Sequence[bool]) -> bool:
    """Whether a line is the page's own: it leaves the seal, or passes the middle of a round one.

    Square seals and ovals have writing of their own there.
    """
    if not all(inside):
        return True
    if not seal.rule.startswith("round"):
        return False
    x0, y0, x1, y1 = seal.polygon.bounds
    middle, reach = ((x0 + x1) / 2, (y0 + y1) / 2), _MIDDLE * min(x1 - x0, y1 - y0) / 2
    places = (char.polygon.to(seal.polygon.frame).center for char in line.chars)
    return any(math.dist(middle, place) < reach for place in places)


def _staying(line: Line) -> Iterator[tuple[int, int]]:
    """The stretches of a line, in characters, that look like a date or a grade."""
    if any(len(char.text) != 1 for char in line.chars):
        return
    for found in _STAYS.finditer(line.text):
        yield found.span()


def _inside(seal: Polygon, char: Polygon) -> bool:
    x, y = char.to(seal.frame).center
    return cv2.pointPolygonTest(seal.array(), (x, y), False) >= 0
