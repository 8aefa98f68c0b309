"""What a package shows, gathered from all its pages before any rule is asked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from pipeline.publication.bylines import Head, find_head, same_title
from pipeline.publication.cn_numbers import LABEL as CN_LABEL
from pipeline.publication.contents_entries import Entry, find_entries
from pipeline.publication.issues import Stated, stated_by, stated_on
from pipeline.publication.nouns import (
    FoundNumber,
    NumberFlag,
    NumberKind,
    Part,
    PublicationKind,
)
from pipeline.publication.number_text import ISSN_LABEL, article_parts, doi_parts, half_width
from pipeline.publication.numbers import page_numbers
from pipeline.publication.parts import SidePart, classify, part_of
from pipeline.publication.signs import FoundSign, Sign, page_signs
from pipeline.reading.lines import Line, PageReading
from pipeline.reading.shapes import bare
from pipeline.reading.sides import Row, Side, plain, sides_of

# Feet of body pages, a share of the height.
FOOT = 0.93
# An article begins in the upper part of its page; one below the end of another is a neighbour's.
_BEGINS = 0.4
_FORGED = {NumberFlag.HONG_KONG, NumberFlag.NR, NumberFlag.FOREIGN_LETTERS}
# A page with few characters, or less sure than this on the whole, may be anything.
_FEWEST_CHARACTERS, _BLURRED = 8, 0.75
# A page of other rows than these few is no back cover.
_ROWS = 15
# A line that could not be read, long enough for a number, within so many heights of another number.
_FAINT, _A_NUMBER, _BESIDE = 0.6, 6, 2.5
# Where a number is looked for first; where several differ, this decides.
_TRUSTED = (Part.SERIALS, Part.CONTENTS, Part.COVER, Part.BACK, Part.OTHER, Part.BODY)
_WRITTEN_BY = re.compile(r"[一-鿿]\s*(?:编著|主编|合著|著|编)\s*$")
_BOOK = re.compile(
    r"图书在版编目|CIP\s*数据|核字|版\s*次\s*[:：]|第\s*[1-9一二三四五]\s*版|印\s*次\s*[:：]"
)


@dataclass(frozen=True)
class Package:
    """A file of pages.

    Attributes:
        readings: Its pages, in order.
        barcodes: Numbers of the publication's bar codes.
    """

    readings: Sequence[PageReading] = field(repr=False)
    barcodes: Sequence[FoundNumber] = ()

    @cached_property
    def sides(self) -> tuple[SidePart, ...]:
        """Every printed page with its part."""
        coded = {number.page for number in self.barcodes}
        found = (classify(side) for reading in self.readings for side in sides_of(reading))
        # A back cover may print nothing but its bar code.
        return tuple(
            replace(one, part=Part.BACK)
            if one.part is Part.OTHER and one.side.page in coded and len(one.side.rows) < _ROWS
            else one
            for one in found
        )

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """The part of each page of the file."""
        by_page: dict[int, list[SidePart]] = {}
        for one in self.sides:
            by_page.setdefault(one.side.page, []).append(one)
        return tuple(part_of(by_page.get(r.frame.page, [])) for r in self.readings)

    def of(self, *parts: Part) -> tuple[Side, ...]:
        """Return the sides that are one of some parts."""
        return tuple(one.side for one in self.sides if one.part in parts)

    def shows(self, part: Part) -> bool:
        """Whether any side is that part."""
        return any(one.part is part for one in self.sides)

    def may_show(self, part: Part) -> bool:
        """Whether some side could be that part, though it was taken for another, or for nothing."""
        return self.unclear or any(one.maybe(part) for one in self.sides)

    @property
    def unclear(self) -> bool:
        """Whether a page was read so badly that nobody knows what it is."""
        return any(one.part is Part.OTHER and _blurred(one.side) for one in self.sides)

    def names(self, words: Iterable[str]) -> bool:
        """Whether any of some names stands on a body or contents page, wherever."""
        pages = [bare(side.text) for side in self.of(Part.BODY, Part.CONTENTS)]
        return any(bare(word) in page for word in words for page in pages)

    @cached_property
    def kind(self) -> PublicationKind:
        """What the package as a whole is."""
        shown = {one.part for one in self.sides}
        if shown and shown <= {Part.LETTER, Part.SEARCH, Part.OTHER} and shown != {Part.OTHER}:
            return PublicationKind.LETTER
        imprint = any(_BOOK.search(side.text) for side in self.of(Part.SERIALS, Part.OTHER))
        serial = bool(self.numbers(NumberKind.CN) or self.numbers(NumberKind.ISSN) or self.labelled)
        imprint = imprint or any(_names_a_book(side) for side in self.of(Part.COVER))
        if not serial and (imprint or (self.numbers(NumberKind.ISBN) and not self.entries_named)):
            return PublicationKind.BOOK
        if shown & {Part.COVER, Part.CONTENTS, Part.SERIALS, Part.BODY}:
            return PublicationKind.PAPER
        return PublicationKind.UNKNOWN

    @property
    def entries_named(self) -> bool:
        """Whether the contents has authors beside its titles, as a journal's has."""
        return any(entry.authors for entry in self.entries)

    # Numbers

    @cached_property
    def _found(self) -> tuple[tuple[Part, FoundNumber], ...]:
        """All numbers of the pages that speak of the publication, with the part they stand on."""
        found = [
            (one, number) for reading, one in self._speaking() for number in page_numbers(reading)
        ]
        return (*found, *((Part.BACK, number) for number in self.barcodes))

    def _speaking(self) -> Iterator[tuple[PageReading, Part]]:
        """Yield each side as a reading of its own; of body pages the running header and foot."""
        for reading in self.readings:
            for one in self.sides:
                if one.side.page != reading.frame.page or one.part in (Part.LETTER, Part.SEARCH):
                    continue
                rows = one.side.rows
                if one.part is Part.BODY:
                    rows = (*one.side.header, *(row for row in rows if row.y0 > FOOT))
                lines = tuple(line for row in rows for line in row.lines)
                yield replace(reading, lines=lines), one.part

    def numbers(self, kind: NumberKind) -> tuple[FoundNumber, ...]:
        """Return the numbers of a kind, those of the most trusted parts first."""
        found = [(part, n) for part, n in self._found if n.kind is kind]
        found.sort(key=lambda pair: _TRUSTED.index(pair[0]) if pair[0] in _TRUSTED else 9)
        return tuple(number for _, number in found)

    @cached_property
    def article_numbers(self) -> tuple[FoundNumber, ...]:
        """Article numbers and DOIs, which stand in the body."""
        pages = {side.page for side in self.of(Part.BODY, Part.CONTENTS, Part.COVER)}
        return tuple(
            number
            for reading in self.readings
            if reading.frame.page in pages
            for number in page_numbers(reading)
            if number.kind in (NumberKind.ARTICLE, NumberKind.DOI)
            and not (number.kind is NumberKind.DOI and _in_references(reading, number))
        )

    def issue_pages(self, page: int) -> frozenset[int]:
        """Return the pages of the issue that a page belongs to.

        Papers of two journals in one file are told by their covers, each before its own pages.
        """
        pages = [reading.frame.page for reading in self.readings]
        covers = [one.side.page for one in self.sides if one.part is Part.COVER]
        if len(covers) < 2 or min(covers) != pages[0] or page not in pages:
            return frozenset(pages)
        first = max(cover for cover in covers if cover <= page)
        after = min((cover for cover in covers if cover > page), default=pages[-1] + 1)
        return frozenset(range(first, after))

    def best(self, kind: NumberKind, pages: Container[int] | None = None) -> FoundNumber | None:
        """Return the number of a kind that the package as a whole states.

        Signs of a forgery come first, wherever they stand; then the value that most places print,
        among some pages where these print any.
        """
        found = self.numbers(kind)
        forged = [n for n in found if n.flags & _FORGED and n.confidence > 0.5]
        if forged:
            return forged[0]
        whole = [n for n in found if n.value is not None]
        if not whole:
            return found[0] if found else None
        if pages is not None:
            whole = [n for n in whole if n.page in pages] or whole
        sound = [n for n in whole if NumberFlag.BAD_CHECK not in n.flags] or whole
        votes = Counter(_key(n) for n in sound)
        most = max(votes.values())
        best = next(n for n in sound if votes[_key(n)] == most)
        same = [n for n in sound if _key(n) == _key(best)]
        return max(same, key=lambda n: (_rank(n), n.confidence))

    def others(self, number: FoundNumber | None) -> tuple[FoundNumber, ...]:
        """Return the numbers of the same kind that say something else."""
        if number is None or number.value is None:
            return ()
        found = self.numbers(number.kind)
        return tuple(n for n in found if n.value is not None and _key(n) != _key(number))

    @cached_property
    def labelled(self) -> frozenset[NumberKind]:
        """Kinds of number that may be printed, whether a number could be read or not.

        Their label is there, or a line beside the other number is too faint to tell.
        """
        texts = [half_width(line.text) for reading, _ in self._speaking() for line in reading.lines]
        beside = [*self.numbers(NumberKind.CN), *self.numbers(NumberKind.ISSN)]
        if any(self._faint_beside(number) for number in beside):
            return frozenset((NumberKind.CN, NumberKind.ISSN))
        return frozenset(
            kind
            for kind, label in ((NumberKind.CN, CN_LABEL), (NumberKind.ISSN, ISSN_LABEL))
            if any(label.search(text) for text in texts)
        )

    def _faint_beside(self, number: FoundNumber) -> bool:
        """Whether a line next to a number could not be read."""
        if number.polygon is None:
            return False
        _, y0, _, y1 = number.polygon.bounds
        reach = _BESIDE * (y1 - y0)
        lines = [
            line
            for reading in self.readings
            if reading.frame.page == number.page
            for line in reading.lines
        ]
        return any(
            line.confidence < _FAINT
            and len(line.text) >= _A_NUMBER
            and line.polygon.bounds[3] > y0 - reach
            and line.polygon.bounds[1] < y1 + reach
            for line in lines
        )

    # Words

    @cached_property
    def signs(self) -> tuple[FoundSign, ...]:
        """Words about the journal, and supplements that only a number names."""
        speaking = [reading for reading, part in self._speaking() if part is not Part.OTHER]
        found = list(page_signs(speaking))
        for number in self.article_numbers:
            article = article_parts(number.value) if number.value else None
            doi = doi_parts(number.value) if number.value else None
            supplement = (
                article.supplement
                if number.kind is NumberKind.ARTICLE and article
                else bool(doi and doi.issue and doi.issue.startswith("S"))
            )
            if supplement:
                found.append(
                    FoundSign(
                        sign=Sign.SUPPLEMENT,
                        raw=number.raw,
                        page=number.page,
                        polygon=number.polygon,
                        confidence=number.confidence,
                    )
                )
        return tuple(found)

    # Article

    @cached_property
    def heads(self) -> tuple[Head, ...]:
        """The heads of articles in the body, in page order."""
        heads = (find_head(side) for side in self.of(Part.BODY))
        return tuple(head for head in heads if head is not None)

    def article(self, names: Sequence[str]) -> Head | None:
        """Return the head of the applicant's article: one with a name in it, else the first."""
        named = [h for h in self.heads if any(name in h.authors for name in names)]
        written = [h for h in self.heads if h.authors]
        return next(iter([*named, *written, *self.heads]), None)

    def other_articles(self, head: Head) -> tuple[Head, ...]:
        """Return heads of further papers; a neighbour's that begins below is none."""
        return tuple(
            other
            for other in self.heads
            if other.authors and other.title_rows[0].y0 < _BEGINS and not _repeats(other, head)
        )

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """The lines of the contents that hold the title of an article of the body."""
        titles = [head.title for head in self.heads]
        return tuple(
            entry
            for side in self.of(Part.CONTENTS)
            for title in titles
            for entry in find_entries(side, title)
        )

    # Issue

    @cached_property
    def stated(self) -> tuple[Stated, ...]:
        """Year and issue as each place states them."""
        on_pages = (stated_on(one.side, one.part) for one in self.sides)
        return (*(s for s in on_pages if s is not None), *stated_by(self.article_numbers))

    @property
    def parted(self) -> tuple[tuple[Side, Part], ...]:
        """Sides with their parts."""
        return tuple((one.side, one.part) for one in self.sides)


def rows_of(sides: Iterable[Side]) -> Iterator[Row]:
    """Yield the rows of some sides."""
    for side in sides:
        yield from side.rows


def _blurred(side: Side) -> bool:
    """Whether hardly any of a side's words could be read; one without words is blank."""
    lines = [line for row in side.rows for line in row.lines]
    length = sum(len(line.text) for line in lines)
    if 0 < length < _FEWEST_CHARACTERS:
        return True
    return sum(line.confidence * len(line.text) for line in lines) < _BLURRED * length


def _repeats(other: Head, head: Head) -> bool:
    """Whether a second head is the same one read again; titles of two papers can be much alike."""
    same = bare(other.title) == bare(head.title)
    return same or (same_title(other.title, head.title) and other.page == head.page)


def _names_a_book(side: Side) -> bool:
    """Whether a cover prints an author's part and a publisher, and no issue."""
    by = any(_WRITTEN_BY.search(row.text) for row in side.rows)
    return (
        by and "出版社" in side.text and not re.search(r"第\s*\d+\s*期|月刊|双月|季刊", side.text)
    )


def _key(number: FoundNumber) -> str:
    value = number.value or ""
    return value.split("/")[0] if number.kind is NumberKind.CN else value


def _rank(number: FoundNumber) -> int:
    """Better are numbers with a label and without repairs; a CN with its class."""
    flags = number.flags
    return (
        4 * (NumberFlag.REPAIRED not in flags)
        + 2 * (NumberFlag.UNLABELLED not in flags)
        + ("/" in (number.value or ""))
    )


def _in_references(reading: PageReading, number: FoundNumber) -> bool:
    """Whether a DOI stands below the heading of the references, so that it is another paper's."""
    if number.polygon is None:
        return False
    heading = [line for line in reading.lines if _is_references(line)]
    return any(number.polygon.bounds[1] > line.polygon.bounds[1] for line in heading)


def _is_references(line: Line) -> bool:
    return bool(re.match(r"^\W*参\s*考\s*文\s*献\W*", plain(line.text)))
