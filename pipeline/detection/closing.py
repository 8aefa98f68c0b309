"""The closing of a letter: the unit's name stands above the date, mostly under its seal.

A black seal over it, as in a fax, leaves nothing that could be read. Then the place decides: what
stands above a closing date and is not plainly something else is hidden as the applicant's unit, and
a person looks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rapidfuzz.distance import LCSseq

from pipeline.detection.page_text import LineBox, PageText
from pipeline.dossier import Applicant, Finding, Kind, Place
from pipeline.geometry import Polygon
from pipeline.policy import Policy

_DATE = re.compile(
    r"(?:[12][0-9]{3}|二[〇○0OoＯ零].{2})年.{1,3}月.{1,4}日?|[12][0-9]{3}[.\-/][0-9]{1,2}[.\-/][0-9]{1,2}"
)
# Share of what was read that must stand in the unit's name in the same order.
_ALIKE = 0.6


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
        bounds = _unread_above(page, date, max(units, key=len), found)
        if bounds is None:
            continue
        number = page.reading.frame.page
        new.append(
            Finding(
                id=f"p{number}-{len(found) + len(new) + 1}",
                page=number,
                kind=Kind.APPLICANT_UNIT,
                polygon=Polygon.from_bounds(page.reading.frame, *bounds),
                entity="applicant-unit",
                recogniser="slots",
                rule="closing",
                score=0.5,
                reason=policy.reasons.get(Kind.APPLICANT_UNIT, ""),
                place=Place.SLOT,
                doubtful=True,
            )
        )
    return new


def _closing_dates(page: PageText) -> Iterator[LineBox]:
    for box in page.boxes:
        text = page.reading.lines[box.index].text.replace(" ", "")
        if len(text) <= 16 and _DATE.match(text):
            yield box


def _unread_above(
    page: PageText, date: LineBox, unit: str, found: Sequence[Finding]
) -> tuple[float, float, float, float] | None:
    """Return the bounds of what stands above a date and may be the unit, or None."""
    em = date.height * 0.85
    center = (date.real[0] + date.real[2]) / 2
    reach = (len(unit) / 2 + 0.6) * em
    x0, x1 = center - reach, center + reach
    y0, y1 = date.real[1] - 1.9 * date.height, date.real[1] - 0.1 * date.height
    fragments = []
    for box in page.boxes:
        middle = (box.real[1] + box.real[3]) / 2
        inside = y0 < middle < y1 and box.real[2] > x0 and box.real[0] < x1
        if box.index == date.index or not inside:
            continue
        text = page.reading.lines[box.index].text.replace(" ", "")
        hidden = [f for f in found if f.line == box.index and f.kind in _UNITS]
        if any(f.text == unit or f.rule == "exact" for f in hidden):
            return None
        alike = LCSseq.similarity(text, unit) >= _ALIKE * max(1, len(text))
        if text and not alike and page.reading.lines[box.index].confidence > 0.8:
            return None
        fragments.append(box)
    if not fragments:
        return None
    x0 = max(0.0, min(x0, *(b.real[0] for b in fragments)))
    x1 = min(float(page.reading.frame.width), max(x1, *(b.real[2] for b in fragments)))
    middle = sum(b.real[1] + b.real[3] for b in fragments) / len(fragments) / 2
    return x0, middle - 0.62 * date.height, x1, middle + 0.62 * date.height


_UNITS = (Kind.APPLICANT_UNIT, Kind.UNIT)
