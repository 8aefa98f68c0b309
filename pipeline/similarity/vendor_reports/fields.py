"""The fields of a vendor's report: label and value, wherever the sheet has put them.

A value follows its label on the row, stands under it in a table, or goes on in the next row where
the label's column is empty.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from pipeline.geometry import Polygon
from pipeline.reading import PageReading
from pipeline.reading.shapes import bare
from pipeline.reading.sides import Row, Side, sides_of
from pipeline.similarity.vendor_reports.labels import (
    ANY_LABEL,
    LABELS,
    RATIOS,
    Spot,
    kind_of,
    spots_in,
    vendor_of,
)
from pipeline.similarity.vendor_reports.nouns import TOTALS, Place, VendorReport

# A row less sure than this was hardly read.
_FAINT = 0.7
_SAME = {"全文总相似比": "总相似比"}
# A report's number without a label that could be read: long, and of digits for the most part.
_BARE_NUMBER = re.compile(r"(?<![0-9A-Za-z])(?:[A-Z]{0,4}\d{12,22}|[0-9a-f]{16})(?![0-9A-Za-z])")
_RATIO = re.compile(r"^[\s:：\[【(=]*(\d{1,3}(?:\s*[.,·]\s*\d{1,2})?)\s*[%％]")
_COUNT = re.compile(r"^[\s:：\[【(]*(\d{1,3}(?:[,，]\d{3})+|\d{1,7})(?!\d|[.,]\d|\s*[%％])")
_DATE = re.compile(r"((?:19|20)\d\d)\s*[-年/.]\s*(\d{1,2})\s*[-月/.]\s*(\d{1,2})")
_COLON = re.compile(r"^\s*[:：]\s*|^\s+")


def read_report(readings: Sequence[PageReading]) -> VendorReport | None:
    """Read a report.

    Args:
        readings: Its pages, in order.

    Returns:
        None where nothing says that this is a similarity report.
    """
    sides = [side for reading in readings for side in sides_of(reading)]
    vendor = vendor_of(sides)
    if vendor is None:
        return None
    report = _Fields(sides)
    report.take()
    return VendorReport(
        vendor=vendor,
        kind=kind_of(sides),
        number=report.text("number"),
        title=report.text("title"),
        author=report.text("author"),
        unit=report.text("unit"),
        detected_at=report.day,
        scope=report.text("scope") or "",
        ratios=report.ratios,
        counts=report.counts,
        places=report.places,
        confidence=report.confidence,
        unread=report.unread,
        faint=_faint(sides[0]),
        words=bare("".join(side.text for side in sides)),
        pages=len(readings),
    )


class _Fields:
    """The fields as they are found, the first mention of each."""

    def __init__(self, sides: Sequence[Side]) -> None:
        self._sides = sides
        self._texts: dict[str, str] = {}
        self.ratios: dict[str, float] = {}
        self.counts: dict[str, int] = {}
        self.places: dict[str, Place] = {}
        self.confidence: dict[str, float] = {}
        self.day: date | None = None
        self._labelled: set[str] = set()

    def text(self, name: str) -> str | None:
        """Return a field of words, None where it is not printed."""
        return self._texts.get(name)

    @property
    def unread(self) -> frozenset[str]:
        """Fields whose label stands there, without a value that could be read."""
        return frozenset(self._labelled - self.places.keys())

    def take(self) -> None:
        """Go through all rows."""
        for side in self._sides:
            for spot in spots_in(side):
                if not spot.tail.lstrip().startswith("="):  # 总相似比 = 复写率 + …: a legend
                    self._labelled.add(_field_of(spot.label))
                if spot.label in LABELS:
                    self._word(LABELS[spot.label], spot, side)
                elif spot.label in RATIOS:
                    self._ratio(spot, side)
                else:
                    self._count(spot, side)
        if "number" not in self._texts:
            self._bare_number()

    def _word(self, name: str, spot: Spot, side: Side) -> None:
        if not name or name in self.places:
            return
        value = _COLON.sub("", spot.tail).strip()
        below = _below(spot, side)
        if not value and below is not None and not ANY_LABEL.search(below.text):
            value = below.text
        elif name in ("title", "scope") and spot.last:
            value += _going_on(spot, side)
        if name == "date":
            self._date(value, spot)
            return
        value = _clean(name, value)
        if value:
            self._texts[name] = value
            self._note(name, spot)

    def _bare_number(self) -> None:
        rows = self._sides[0].rows[:8] if self._sides else ()
        for row in rows:
            match = _BARE_NUMBER.search(row.text)
            if match:
                self._texts["number"] = match[0]
                self.places["number"] = Place(page=row.polygon.frame.page, polygon=row.polygon)
                self.confidence["number"] = row.confidence
                return

    def _date(self, value: str, spot: Spot) -> None:
        match = _DATE.search(value)
        if match:
            try:
                self.day = date(*(int(part) for part in match.groups()))
            except ValueError:
                return
            self._note("date", spot)

    def _ratio(self, spot: Spot, side: Side) -> None:
        value, sure = self._value(_RATIO, spot, side)
        label = _SAME.get(spot.label, spot.label)
        if value is not None and label not in self.ratios:
            number = float(re.sub(r"\s", "", value).replace(",", ".").replace("·", "."))
            self.ratios[label] = number
            self._note(label, spot, sure)

    def _count(self, spot: Spot, side: Side) -> None:
        value, sure = self._value(_COUNT, spot, side)
        if value is not None and spot.label not in self.counts:
            self.counts[spot.label] = int(re.sub(r"[,，]", "", value))
            self._note(spot.label, spot, sure)

    def _value(self, form: re.Pattern[str], spot: Spot, side: Side) -> tuple[str | None, float]:
        """Return a number as it is printed, and how surely the line it stands in was read."""
        match = form.search(spot.tail)
        if match:
            return match[1], 1.0
        if spot.tail.strip(" :：[]【】()（）"):
            return None, 0.0
        return _under(form, spot, side)

    def _note(self, name: str, spot: Spot, sure: float = 1.0) -> None:
        self.places[name] = Place(page=spot.row.polygon.frame.page, polygon=_from(spot))
        self.confidence[name] = min(sure, spot.row.confidence)


def _field_of(label: str) -> str:
    """Return the field that a label names; every vendor's total is ``total``."""
    if _SAME.get(label, label) in TOTALS:
        return "total"
    return LABELS.get(label, label)


def _faint(side: Side) -> float:
    """Share of a side's rows that were hardly read."""
    return sum(row.confidence < _FAINT for row in side.rows) / max(1, len(side.rows))


def _below(spot: Spot, side: Side) -> Row | None:
    rows = side.rows[spot.index + 1 : spot.index + 2]
    return (
        rows[0] if rows and rows[0].y0 - spot.row.y1 < 1.6 * (spot.row.y1 - spot.row.y0) else None
    )


def _under(form: re.Pattern[str], spot: Spot, side: Side) -> tuple[str | None, float]:
    """Return the value that stands under a label in a table, and how surely it was read."""
    for row in side.rows[spot.index + 1 : spot.index + 3]:
        for line in row.lines:
            x0, _, x1, _ = line.polygon.bounds
            if x0 - 40 <= spot.x <= x1 + 40:
                match = form.search(line.text)
                if match and match.end() >= len(line.text.rstrip()) - 2:
                    return match[1], line.confidence
    return None, 0.0


def _going_on(spot: Spot, side: Side) -> str:
    """Return the rest of a value that goes on in the next rows, indented past its label."""
    found = ""
    above = spot.row
    for row in side.rows[spot.index + 1 : spot.index + 4]:
        near = row.y0 - above.y1 < 0.9 * (above.y1 - above.y0)
        if not near or ANY_LABEL.search(row.text) or row.lines[0].polygon.bounds[0] < spot.x + 20:
            break
        found += row.text
        above = row
    return found


def _from(spot: Spot) -> Polygon:
    _, y0, x1, y1 = spot.row.polygon.bounds
    right = x1
    if not spot.last:
        lines = [line.polygon.bounds for line in spot.row.lines]
        right = next((b[2] for b in lines if b[0] <= spot.x < b[2]), x1)
    return Polygon.from_bounds(spot.row.polygon.frame, min(spot.x, x1 - 1), y0, right, y1)


def _clean(name: str, value: str) -> str:
    value = re.split(r"\s{3,}", value.strip())[0] if name in ("author", "number", "unit") else value
    value = value.strip(" :：;；,，")
    if name == "number":
        match = re.search(r"[A-Za-z0-9][A-Za-z0-9_\-]{5,}", value.replace(" ", ""))
        return match[0] if match else ""
    if name in ("title", "author", "unit"):
        value = value.replace(" ", "")
    if name == "title":
        value = value.strip("《》")
    return value
