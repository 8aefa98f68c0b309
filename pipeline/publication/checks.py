"""The rules about a paper's package: its parts, its authors, its date."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Sequence
from datetime import date

from rapidfuzz import fuzz

from pipeline.policy.loader import PublicationPolicy
from pipeline.publication.bylines import SURE, Head, like_name, same_title
from pipeline.publication.contents_entries import Entry
from pipeline.publication.issues import Stated, agreed, disagreeing, month_on, published
from pipeline.publication.nouns import Effect, NumberKind, Part, RuleFinding
from pipeline.publication.package import Package
from pipeline.publication.package_reasons import Evidence, finding
from pipeline.reading.shapes import bare
from pipeline.reading.sides import Row, simplified

# Issues a year.
_A_YEAR = {"旬": 36, "半月": 24, "双月": 6, "月": 12, "季": 4, "周": 52, "半年": 2}
_FREQUENCY = re.compile(r"半月刊|双月刊|旬刊|季刊|周刊|月刊")
_SURELY_IN_TIME = 10
# Characters of the title that may be left before the names when it is cut out of its line.
_RESIDUE = 3
# So many characters of two pages, so much alike (0 to 100), are of one page.
_BEGINNING, _SAME_TEXT = 500, 70
_PLACES = {
    "cover": "封面",
    "contents": "目录",
    "serials": "版权页",
    "header": "正文页眉",
    "article": "文章编号",
    "doi": "DOI",
}


def check_parts(package: Package, head: Head | None) -> Iterator[RuleFinding]:
    """Name the parts that a paper's package lacks, and papers that do not belong to it."""
    yield from missing_parts(package)
    if not has_numbers(package) and not package.shows(Part.SERIALS):
        hidden = package.may_show(Part.SERIALS) or package.labelled
        yield finding("missing-serials", effect=Effect.PERSON if hidden else None)
    whole_twice = all(len(package.of(part)) > 1 for part in (Part.COVER, Part.CONTENTS))
    if head is not None:
        others = package.other_articles(head)
        if others or whole_twice:
            # A contents of two pages, or the first page of the same paper filed twice.
            sure = any(
                o.clear and head.clear and not _filed_twice(package, o, head) for o in others
            )
            rows = others[0].title_rows if others else ()
            yield finding("two-papers", evidence_of(rows), effect=None if sure else Effect.PERSON)
        elif head.authors and package.shows(Part.CONTENTS) and not package.entries:
            yield finding("not-in-contents", evidence_of(head.title_rows))


def missing_parts(package: Package) -> Iterator[RuleFinding]:
    """Name the parts that papers and books alike lack; a page that may be one is for a person."""
    for part, code in (
        (Part.COVER, "missing-cover"),
        (Part.CONTENTS, "missing-contents"),
        (Part.BODY, "missing-body"),
    ):
        if not package.shows(part):
            yield finding(code, effect=Effect.PERSON if package.may_show(part) else None)


def _filed_twice(package: Package, other: Head, head: Head) -> bool:
    """Whether two pages may be one, read differently: nearly the same title over the same text."""
    if not same_title(other.title, head.title):
        return False
    one, two = (
        bare("".join(s.text for s in package.of(Part.BODY) if s.page == page))[:_BEGINNING]
        for page in (other.page, head.page)
    )
    return fuzz.ratio(one, two) > _SAME_TEXT


def has_numbers(package: Package) -> bool:
    """Whether a page of the package prints a serial's number, or a permit in its place."""
    kinds = (NumberKind.CN, NumberKind.ISSN, NumberKind.PERMIT)
    return any(package.numbers(kind) for kind in kinds)


def check_authors(
    head: Head | None, package: Package, names: Sequence[str]
) -> Iterator[RuleFinding]:
    """Ask whether the applicant stands first, in the body and in the contents.

    Args:
        head: The article's head; None where no body was found.
        package: The package, with the article's lines of the contents.
        names: The applicant's names.
    """
    if head is None or not names:
        return
    if not head.authors:
        yield finding("author-unread", evidence_of(head.title_rows))
        return
    entries, rows = package.entries, head.author_rows
    refused = first_author(head.authors, rows, names, package)
    if refused is not None:
        yield refused
        return
    named = [entry for entry in entries if entry.authors]
    if named and not any(_agrees(entry, head) for entry in entries):
        yield finding("authors-disagree", evidence_of(named[0].rows))
        return
    if min((row.confidence for row in rows), default=1.0) < 0.5:
        yield finding("author-unread", evidence_of(rows))


def first_author(
    authors: Sequence[str], rows: Sequence[Row], names: Sequence[str], package: Package
) -> RuleFinding | None:
    """Return what is wrong with a line of authors; None where the applicant stands first.

    Args:
        authors: The names of the line.
        rows: Where they stand.
        names: The applicant's names.
        package: A line of its contents that names the applicant first, or a page that names the
            applicant anywhere though the line of authors does not, leaves it to a person.
    """
    if simplified(authors[0]) in map(simplified, names):
        return None
    place = evidence_of(rows)
    weak = min((row.confidence for row in rows), default=0.0) < SURE
    if any(like_name(authors[0], name) for name in names):
        return finding("author-alike", place)
    leading = any(like_name(e.authors[0], n) for e in package.entries if e.authors for n in names)
    if any(name in authors for name in names):
        doubtful = weak or leading
        return finding("not-first", place, effect=Effect.PERSON if doubtful else None)
    if any(like_name(author, name) for author in authors for name in names):
        return finding("not-first", place, effect=Effect.PERSON)
    doubtful = weak or leading or package.names(names)
    return finding("not-author", place, effect=Effect.PERSON if doubtful else None)


def _agrees(entry: Entry, head: Head) -> bool:
    """Whether a line of the contents names the body's first author first."""
    body = head.authors
    if entry.authors and _same_order(entry.authors, body):
        return True
    words = entry.words
    if not words:
        return not entry.authors
    # A rare name that is not told from other words, or one that the page's edge has cut.
    cut = 1 < len(words) < len(body[0]) and body[0].startswith(words)
    later = any(words.find(name) >= 0 for name in body[1:])
    before, found, _ = words.partition(body[0])
    residue = len(before) <= _RESIDUE and bare(head.title).endswith(before)
    return cut or words == body[0] or (bool(found) and residue and (len(body) == 1 or later))


def _same_order(contents: Sequence[str], body: Sequence[str]) -> bool:
    """Whether the contents names the authors in the body's order; the last may be left out."""
    if len(contents) > len(body):
        return False
    return all(like_name(a, b) for a, b in zip(contents, body, strict=False))


def check_dates(
    package: Package,
    policy: PublicationPolicy,
    *,
    frequency: str,
    since: date | None,
    today: date,
) -> Iterator[RuleFinding]:
    """Ask whether the publication falls into the window, and whether its pages agree on it.

    Args:
        package: The package.
        policy: Cut-off and recent years.
        frequency: How often the journal appears, as the registry has it; empty where unknown.
        since: When the applicant came into the present post; None where it is not known.
        today: The year that "recent" counts from where the policy has no cut-off.
    """
    stated = package.stated
    year, issue = agreed(stated)
    clash = disagreeing([s for s in stated if s.confidence >= SURE])
    if clash:
        one, other = clash
        first, second = _PLACES[one.source], _PLACES[other.source]
        yield finding("dates-disagree", evidence_of_stated(other), one=first, other=second)
    if year is None:
        yield finding("date-unread")
        return
    same = [s for s in stated if s.year == year]
    place = evidence_of_stated(same[0])
    months = _months(package, year, issue, frequency)
    sure = year_sure(stated, year)
    yield from check_window(year, months, policy, since=since, today=today, place=place, sure=sure)


def year_sure(stated: Sequence[Stated], year: int) -> bool:
    """Whether two places state a year, or one that was read without doubt."""
    same = [s for s in stated if s.year == year]
    return len(same) > 1 or any(s.confidence >= SURE for s in same)


def check_window(
    year: int,
    months: Collection[int],
    policy: PublicationPolicy,
    *,
    since: date | None,
    today: date,
    place: Evidence,
    sure: bool = True,
) -> Iterator[RuleFinding]:
    """Ask whether a year and month lie after the present post began and before the cut-off.

    Args:
        year: Of the publication.
        months: As its pages give them, more than one where they differ; empty where unknown.
        policy: Cut-off and recent years.
        since: When the present post began; None where it is not known.
        today: The year that "recent" counts from where the policy has no cut-off.
        place: Where the year stands.
        sure: Whether the year was read without doubt.
    """
    cutoff = policy.cutoff
    if cutoff is not None:
        this_year = year == cutoff.year
        late = year > cutoff.year or (this_year and min(months, default=0) > cutoff.month)
        doubtful = this_year and max(months, default=13) > cutoff.month
        if late or doubtful:
            code = "too-late" if late and sure else "maybe-late"
            yield finding(code, place, cutoff=cutoff.isoformat())
    if since is not None and (
        year < since.year or (year == since.year and max(months, default=12) < since.month)
    ):
        yield finding("before-post", place, effect=None if sure else Effect.PERSON)
    last = cutoff.year if cutoff else today.year
    if policy.recent_years is not None and last - year > policy.recent_years:
        yield finding("old", place, years=policy.recent_years)


def _months(package: Package, year: int, issue: str | None, frequency: str) -> set[int]:
    """Return the months of publication: as printed, else by the issue and the frequency.

    Of a journal whose frequency nobody knows, only the first ten issues are sure to be in time: it
    may be a monthly.
    """
    day, printed = published(package.parted), month_on(package.parted)
    found = {day.month} if day is not None and day.year == year else set()
    if printed is not None and printed[0] == year:
        found.add(printed[1])
    numbers = [int(n) for n in (issue or "").split("-") if n.isdigit()]
    if found or not numbers:
        return found
    often = frequency or _printed_frequency(package)
    a_year = next((n for word, n in _A_YEAR.items() if often.startswith(word)), None)
    if a_year is not None:
        return {min(12, max(1, math.ceil(max(numbers) * 12 / a_year)))}
    return {max(numbers)} if max(numbers) <= _SURELY_IN_TIME else set()


def _printed_frequency(package: Package) -> str:
    for side in package.of(Part.COVER, Part.SERIALS, Part.CONTENTS):
        match = _FREQUENCY.search(side.text)
        if match:
            return match[0]
    return ""


def evidence_of(rows: Sequence[Row]) -> Evidence:
    """Return the place and the words of the first of some rows."""
    if not rows:
        return Evidence()
    row = rows[0]
    return Evidence(page=row.polygon.frame.page, polygon=row.polygon, words=row.text)


def evidence_of_stated(stated: Stated) -> Evidence:
    """Return the place and the words of a statement of year and issue."""
    if stated.row is not None:
        return evidence_of((stated.row,))
    number = stated.number
    if number is None:
        return Evidence(page=stated.page)
    return Evidence(page=stated.page, polygon=number.polygon, words=number.raw)
