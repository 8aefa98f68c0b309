"""The closing of a letter: the unit's name stands above the date, mostly under its seal.

A black seal over it, as in a fax, leaves nothing that could be read. Then the place decides: what
stands above a closing date and is not plainly something else is hidden as the applicant's unit, and
a person looks. The date may be damaged by the same seal, and of the name nothing but ink be left.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from statistics import median

import cv2
import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import LCSseq

from pipeline.detection.line_box import LineBox
from pipeline.detection.near_forms import is_scrambled
from pipeline.detection.page_text import PageText
from pipeline.dossier import Applicant, Finding, Kind, Place
from pipeline.geometry import Polygon
from pipeline.policy import Policy

_DATE = re.compile(
    r"(?:[12][0-9]{3}|二[〇○0OoＯ零].{2})年.{1,3}月.{1,4}日?|[12][0-9]{3}[.\-/][0-9]{1,2}[.\-/][0-9]{1,2}"
)
_OF_DATES = frozenset("0123456789〇○零OoＯ一二三四五六七八九十年月日.-/")
_YEAR = re.compile("(?:19|20)[0-9]{2}|二[〇○零0OoＯ]")
# Share of what was read that must stand in the unit's name in the same order.
_ALIKE = 0.6
# How far above a date's middle the unit's middle may stand, in line heights.
_NEAREST, _FARTHEST = 0.45, 2.4
_UNITS = (Kind.APPLICANT_UNIT, Kind.UNIT)
_NO_UNITS = (Kind.ISSUING_AUTHORITY, Kind.PUBLICATION)
_OFFICES = "局厅府委会部署办"
_ON_SEALS = frozenset("公章专用教务导处")

Corners = NDArray[np.float64]


def closing_units(
    page: PageText, found: Sequence[Finding], applicant: Applicant, policy: Policy
) -> list[Finding]:
    """Return findings for unread units above the closing dates of a page.

    Args:
        page: The page.
        found: What was found already; a place that a unit hides needs nothing more.
        applicant: Whose unit is expected there.
        policy: Gives the reason.
    """
    new: list[Finding] = []
    units = [re.sub(r"\s", "", unit) for unit in applicant.unit]
    for date in _closing_dates(page) if units else ():
        above = _unread_above(page, date, max(units, key=len), found)
        if above is None:
            continue
        corners, fragments = above
        points = tuple((float(x), float(y)) for x, y in corners)
        whole = _finding(page, Polygon(page.reading.frame, points), len(found) + len(new), policy)
        new.append(whole)
        # A date's box, grown by a seal, may reach into the line above it: the mask of a place
        # spares it, the mask of a line does not.
        new += [
            whole.model_copy(
                update={
                    "id": f"{whole.id}-{index}",
                    "polygon": page.reading.lines[index].polygon,
                    "line": index,
                    "end": len(page.reading.lines[index].chars),
                }
            )
            for index in fragments
            if page.reading.lines[index].chars
        ]
    return new


def _finding(page: PageText, place: Polygon, before: int, policy: Policy) -> Finding:
    number = page.reading.frame.page
    return Finding(
        id=f"p{number}-{before + 1}",
        page=number,
        kind=Kind.APPLICANT_UNIT,
        polygon=place,
        entity="applicant-unit",
        recogniser="slots",
        rule="closing",
        score=0.5,
        reason=policy.reasons.get(Kind.APPLICANT_UNIT, ""),
        place=Place.SLOT,
        doubtful=True,
    )


def _closing_dates(page: PageText) -> Iterator[LineBox]:
    middle = page.reading.frame.width / 2
    for box in page.boxes:
        text = page.reading.lines[box.index].text.replace(" ", "")
        right = (box.real[0] + box.real[2]) / 2 > 0.9 * middle
        if len(text) <= 16 and (_DATE.match(text) or (right and _damaged_date(text))):
            yield box


def _damaged_date(text: str) -> bool:
    """Whether what was read was a date: 二学五第件九日, 学023年2月10日, 2017-年-18."""
    share = sum(c in _OF_DATES for c in text) / max(1, len(text))
    marks = sum(mark in text for mark in "年月日")
    told = marks >= 2 or text.endswith("日") or (marks and _YEAR.search(text) is not None)
    year = re.fullmatch(r"(?:19|20)[0-9]{2}年?", text) is not None
    return year or (len(text) >= 5 and share >= 0.5 and bool(told))


class _Above:
    """The place above a date in coordinates along and across its line, from the date's middle."""

    def __init__(self, page: PageText, date: LineBox) -> None:
        points = np.array(page.reading.lines[date.index].polygon.points, float)
        along = points[1] - points[0]
        self.along = along / max(1e-6, float(np.hypot(*along)))
        self.across = np.array([-self.along[1], self.along[0]])
        self.origin = points.mean(axis=0)
        usual = median(box.height for box in page.boxes)
        # A seal over the date makes its box too high.
        self.em = min(date.height, 1.4 * usual)

    def local(self, points: Sequence[tuple[float, float]]) -> Corners:
        """Turn page points into (along, across)."""
        moved = np.array(points, float) - self.origin
        return np.stack([moved @ self.along, moved @ self.across], axis=1)

    def page(self, u0: float, v0: float, u1: float, v1: float) -> Corners:
        """Return the corners on the page of a rectangle here, clockwise from the upper left."""
        corners = [(u0, v0), (u1, v0), (u1, v1), (u0, v1)]
        return np.array([self.origin + u * self.along + v * self.across for u, v in corners])


def _unread_above(
    page: PageText, date: LineBox, unit: str, found: Sequence[Finding]
) -> tuple[Corners, list[int]] | None:
    """Return the corners of what stands above a date and may be the unit, and its lines."""
    here = _Above(page, date)
    reach = (len(unit) / 2 + 0.6) * 0.85 * here.em
    fragments: list[Corners] = []
    indices: list[int] = []
    for box in page.boxes:
        line = page.reading.lines[box.index]
        local = here.local(line.polygon.points)
        middle = float(local[:, 1].mean()) / here.em
        inside = -_FARTHEST < middle < -_NEAREST
        if box.index == date.index or not inside:
            continue
        if local[:, 0].max() < -reach or local[:, 0].min() > reach:
            continue
        if _is_something_else(page, box, unit, found):
            return None
        fragments.append(local)
        indices.append(box.index)
    if not fragments:
        ink = _ink_above(page, here, reach)
        return None if ink is None else (ink, [])
    # Of a date of which only the year was read, the rest stands to the right.
    whole = len(page.reading.lines[date.index].text.strip()) > 5
    u0 = min(-reach, *(float(f[:, 0].min()) for f in fragments))
    u1 = max(reach if whole else reach + 3 * here.em, *(float(f[:, 0].max()) for f in fragments))
    middle = float(np.mean([f[:, 1].mean() for f in fragments]))
    # Letters of a seal's ring above may be all that was read: what is below them is hidden too.
    bottom = -0.45 * here.em
    top = min(middle, bottom - here.em) - 0.62 * here.em
    return _on_page(page, here.page(u0, top, u1, bottom)), indices


def _is_something_else(page: PageText, box: LineBox, unit: str, found: Sequence[Finding]) -> bool:
    """Whether a line above a date is the unit hidden already, an authority, or well-read text."""
    line = page.reading.lines[box.index]
    text = line.text.replace(" ", "")
    mine = [f for f in found if f.line == box.index]
    if any(f.kind in _UNITS and (f.text == unit or f.rule == "exact") for f in mine):
        return True
    office = bool(text) and text[-1] in _OFFICES and unit[-1] not in _OFFICES
    if office and (line.confidence > 0.8 or any(f.kind in _NO_UNITS for f in mine)):
        return True
    alike = LCSseq.similarity(text, unit) >= _ALIKE * max(1, len(text))
    alike = alike or is_scrambled(unit, text) or _of_its_seal(unit, text)
    return bool(text) and not alike and line.confidence > 0.8


def _of_its_seal(unit: str, text: str) -> bool:
    """Whether a few characters were read from a row of the unit's square seal: 语市, 用学外兰."""
    return len(text) <= 5 and all(c in unit or c in _ON_SEALS for c in text)


def _ink_above(page: PageText, here: _Above, reach: float) -> Corners | None:
    """Return the corners of ink above a date where no line was read, wide enough for a unit."""
    layout = page.layout
    scale, em = layout.scale, here.em
    band = here.page(-reach, -_FARTHEST * em + 0.3 * em, reach, -0.62 * em)
    region = np.zeros(layout.ink.shape, np.uint8)
    cv2.fillConvexPoly(region, np.round(band * scale).astype(np.int32), (1.0,))
    for line in page.reading.lines:
        outline = np.round(np.array(line.polygon.points) * scale).astype(np.int32)
        cv2.fillConvexPoly(region, outline, (0.0,))
    x0, y0, w, h = cv2.boundingRect(region)
    if not w or not h:
        # The date stands at the page's upper edge, or lines were read all over the place above it.
        return None
    part = np.s_[y0 : y0 + h, x0 : x0 + w]
    # A date in a table's cell has a rule above it, right across; dense print only seems to.
    rules = cv2.dilate(layout.horizontal[part], np.ones((5, 1), np.uint8))
    if np.asarray(rules).mean(axis=1).max() > 0.85:
        return None
    ys, xs = np.nonzero(region[part] & layout.ink[part])
    if len(xs) < 40:
        return None
    local = here.local([((x + x0) / scale, (y + y0) / scale) for x, y in zip(xs, ys, strict=True)])
    u0, u1 = np.percentile(local[:, 0], (2, 98))
    v0, v1 = np.percentile(local[:, 1], (2, 98))
    # Characters stand close: ink in most places of a stretch that three of them take at least.
    filled = np.unique(np.floor(local[:, 0] / (0.5 * em))).size / max(1.0, (u1 - u0) / (0.5 * em))
    if u1 - u0 < 2.5 * em or v1 - v0 < 0.5 * em or filled < 0.7:
        return None
    return _on_page(page, here.page(u0 - 0.4 * em, v0 - 0.3 * em, u1 + 0.4 * em, -0.5 * em))


def _on_page(page: PageText, corners: Corners) -> Corners:
    frame = page.reading.frame
    return np.clip(corners, (0.0, 0.0), (float(frame.width), float(frame.height)))
