"""Of which year and issue a publication is, as each of its pages says.

The cover, the contents, the running header, the article number and the DOI each name year and
issue; a forger who changes one of them seldom changes all.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from pipeline.publication.nouns import FoundNumber, NumberKind, Part
from pipeline.publication.number_text import article_parts, doi_parts, half_width
from pipeline.reading.sides import Row, Side

_YEAR = r"(?P<year>(?:19|20)\d\d)"
_NUMBER = r"(?P<issue>\d{1,2}(?:\s*[-~/·、,—–一]\s*\d{1,2})?)"
_WORD = r"(?P<word>增\s*刊\s*\d?|[Ss]\s?\d)"
# From the surest form to the weakest; the first that fits a row is taken.
_FORMS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_YEAR}\)?\s*年?\s*[,，.·]?\s*第?\s*{_NUMBER}\s*(?:\([^)]*\))?\s*期",
        rf"{_YEAR}\s*年\s*\d{{1,2}}\s*月?\s*\(?[上中下]?旬?\)?\s*第\s*{_NUMBER}\s*期",
        rf"{_YEAR}\s*年?\s*\(?\s*{_WORD}",
        rf"{_YEAR}\s*年\s*(?:第?\s*\d+\s*卷)\s*第?\s*{_NUMBER}\s*期",
        rf"(?<!总)第\s*{_NUMBER}\s*期.{{0,12}}?{_YEAR}\s*年(?!\s*创)",
        rf"{_YEAR}\s*[./·]\s*{_NUMBER}(?![\d.]|\s*[-./]\s*\d|\s*月(?!刊)|\s*年)",
        rf"[Nn][Oo]\s*\.?\s*{_NUMBER}\D{{0,12}}{_YEAR}",
        rf"{_YEAR}\D{{0,12}}[Nn][Oo]\s*\.?\s*{_NUMBER}",
    )
)
_DATE = re.compile(
    rf"{_YEAR}\s*年\s*(?P<month>\d{{1,2}})\s*月(?:\s*(?P<day>\d{{1,2}})\s*日)?"
    r"|(?P<year2>(?:19|20)\d\d)-(?P<month2>\d\d)-(?P<day2>\d\d)"
)
_PUBLISHED = re.compile(
    r"出\s*版\s*(?:日\s*期|时\s*间)|出版$|刊\s*出|版\s*次|第\s*\d+\s*版|印\s*刷"
)
_EDITION = re.compile(
    rf"{_YEAR}\s*年\s*(?P<month>\d{{1,2}})\s*月\s*第\s*[\d一二三四五六七八九]+\s*版"
)


@dataclass(frozen=True, slots=True)
class Stated:
    """Year and issue as one place states them.

    Attributes:
        source: Where: ``cover``, ``contents``, ``serials``, ``header``, ``article`` or ``doi``.
        year: The year.
        issue: Such as ``5``, ``7-8``, ``增刊``, ``S1``; None where only the year is named.
        page: Page of the file.
        row: Where it stands; None for numbers, which bring their own polygon.
        number: The number that says so, if it is one.
        confidence: Of the reading, 0 to 1.
    """

    source: str
    year: int
    issue: str | None
    page: int
    row: Row | None = None
    number: FoundNumber | None = None
    confidence: float = 1.0

    @property
    def supplement(self) -> bool:
        """Whether the issue is a supplement."""
        return bool(self.issue) and (self.issue or "")[0] in "增Ss"


def stated_on(side: Side, part: Part) -> Stated | None:
    """Return year and issue as a side states them; on a body, its running header."""
    rows = side.rows
    if part is Part.BODY:
        rows = side.header
    elif part not in (Part.COVER, Part.CONTENTS, Part.SERIALS):
        return None
    source = "header" if part is Part.BODY else part.value
    for form in _FORMS:
        for row in rows:
            match = form.search(half_width(row.text))
            if match:
                return _stated(source, match, row, side.page)
    return None


def stated_by(numbers: Iterable[FoundNumber]) -> list[Stated]:
    """Return year and issue as article numbers and DOIs state them."""
    found: list[Stated] = []
    for number in numbers:
        if number.value is None or number.page is None:
            continue
        article = article_parts(number.value) if number.kind is NumberKind.ARTICLE else None
        doi = doi_parts(number.value) if number.kind is NumberKind.DOI else None
        named = article or doi
        if named is not None and named.year is not None:
            source = "article" if article else "doi"
            issue = _issue(named.issue) if named.issue else None
            place = (number.page, None, number, number.confidence)
            found.append(Stated(source, named.year, issue, *place))
    return found


def agreed(stated: Sequence[Stated]) -> tuple[int | None, str | None]:
    """Return the year and issue that the package as a whole names: the cover's word first."""
    years = Counter(s.year for s in stated)
    if not years:
        return None, None
    rank = {"cover": 0, "contents": 1, "header": 2, "serials": 3, "article": 4, "doi": 5}
    ordered = sorted(stated, key=lambda s: (-_support(s, stated), rank[s.source]))
    best = ordered[0]
    issue = best.issue or next((s.issue for s in ordered if s.issue and s.year == best.year), None)
    if any(s.supplement for s in stated):
        issue = "增刊"
    return best.year, issue


def disagreeing(stated: Sequence[Stated]) -> tuple[Stated, Stated] | None:
    """Return two places that name different years or issues; None when all agree."""
    for i, one in enumerate(stated):
        for other in stated[i + 1 :]:
            if not _agree(one, other):
                return one, other
    return None


def published(sides: Sequence[tuple[Side, Part]]) -> date | None:
    """Return the day of publication where one is printed, the first of the month without a day."""
    for side, part in sides:
        if part not in (Part.COVER, Part.SERIALS, Part.CONTENTS, Part.BACK):
            continue
        for row in side.rows:
            text = half_width(row.text)
            match = _EDITION.search(text) or (
                _DATE.search(text) if _PUBLISHED.search(text) else None
            )
            day = _day(match) if match else None
            if day is not None:
                return day
    return None


def month_on(sides: Sequence[tuple[Side, Part]]) -> tuple[int, int] | None:
    """Return year and month as a cover or an imprint prints them without more words."""
    for side, part in sides:
        if part in (Part.COVER, Part.SERIALS):
            for row in side.rows:
                match = _DATE.search(half_width(row.text))
                day = _day(match) if match else None
                if day is not None:
                    return day.year, day.month
    return None


def _stated(source: str, match: re.Match[str], row: Row, page: int) -> Stated:
    groups = match.groupdict()
    issue = _issue(groups["issue"]) if groups.get("issue") else "增刊"
    return Stated(source, int(groups["year"]), issue, page, row, None, row.confidence)


def _issue(raw: str) -> str:
    """Return an issue without leading zeros: ``05`` is ``5``, ``07-08`` is ``7-8``."""
    head = raw[0].upper() if raw[0] in "SsZz" else ""
    numbers = [str(int(n)) for n in re.findall(r"\d+", raw)]
    return head + "-".join(numbers)


def _support(one: Stated, stated: Sequence[Stated]) -> int:
    return sum(_agree(one, other) for other in stated)


def _agree(one: Stated, other: Stated) -> bool:
    if one.year != other.year:
        return False
    if one.issue is None or other.issue is None or one.issue == other.issue:
        return True
    if one.supplement or other.supplement:
        return True  # a supplement is refused as such; the regular issue beside it says nothing
    a, b = (set(_span(s.issue or "")) for s in (one, other))
    return bool(a & b) and (len(a) > 1 or len(b) > 1)


def _span(issue: str) -> range:
    numbers = [int(n) for n in re.findall(r"\d+", issue)]
    return range(min(numbers), max(numbers) + 1) if numbers else range(0)


def _day(match: re.Match[str]) -> date | None:
    groups = match.groupdict()
    year = groups.get("year") or groups.get("year2")
    month = groups.get("month") or groups.get("month2")
    day = groups.get("day") or groups.get("day2")
    try:
        return date(int(year or 0), int(month or 0), int(day or 1))
    except ValueError:
        return None
