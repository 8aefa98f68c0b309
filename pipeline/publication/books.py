"""The rules about a book: its number, its authors, its edition."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pipeline.publication.bylines import SURE, is_name, names_in, tokens_of
from pipeline.publication.checks import first_author, missing_parts
from pipeline.publication.nouns import (
    Effect,
    FoundNumber,
    NumberFlag,
    NumberKind,
    Part,
    RuleFinding,
)
from pipeline.publication.number_text import half_width
from pipeline.publication.package import Package, rows_of
from pipeline.publication.package_reasons import Evidence, finding
from pipeline.reading.shapes import NAME_SHAPE
from pipeline.reading.sides import Row

_ROLE = r"(?:编著|主编|著|编|合著)"
_IN_CATALOGUE = re.compile(rf"/\s*([^/.]*?){_ROLE}\s*[.。·]?\s*[-—一]")
_LABELLED = re.compile(r"(?:著\s*者|作\s*者|编\s*著(?:者)?|主\s*编|编\s*者)\s*[:：]\s*(.+)")
_ON_COVER = re.compile(rf"^(.{{2,40}}?)\s*{_ROLE}\s*$")
_ISBN = re.compile(r"[I1l][S5][B8]N|书\s*号", re.IGNORECASE)
# A line less sure than this may be the one with the number.
_FAINT = 0.5
_TITLE = re.compile(r"书\s*名\s*[:：]\s*(\S.+)")
_EDITION = re.compile(r"((?:19|20)\d\d)\s*年\s*(\d{1,2})\s*月")


def check_book_parts(package: Package) -> Iterator[RuleFinding]:
    """Name the parts that a book's package lacks."""
    yield from missing_parts(package)
    if not package.shows(Part.SERIALS):
        softened = Effect.PERSON if package.may_show(Part.SERIALS) else None
        yield finding("missing-imprint", effect=softened)


def check_isbn(package: Package) -> Iterator[RuleFinding]:
    """Ask for a mainland ISBN with the right check digit."""
    printed = package.numbers(NumberKind.ISBN)
    if not printed:
        if package.shows(Part.SERIALS):
            rows = list(rows_of(package.of(Part.SERIALS, Part.BACK)))
            unread = any(_ISBN.search(half_width(row.text)) for row in rows)
            faint = min((row.confidence for row in rows), default=0.0) < _FAINT
            yield finding("isbn-missing", effect=Effect.PERSON if unread or faint else None)
        return
    number = isbn_of(package)
    if number is None:
        return
    place = Evidence(page=number.page, polygon=number.polygon, words=number.raw)
    weak = Effect.PERSON if number.confidence < SURE else None
    if NumberFlag.BAD_CHECK in number.flags:
        sound = any(NumberFlag.BAD_CHECK not in n.flags for n in printed)
        yield finding("isbn-check", place, effect=Effect.PERSON if sound else weak)
    elif NumberFlag.NOT_MAINLAND in number.flags:
        yield finding("isbn-abroad", place, effect=weak)
    bars = [n for n in printed if NumberFlag.BARCODE in n.flags]
    if any(_thirteen(n) != _thirteen(number) for n in bars) and not number.flags & {
        NumberFlag.BAD_CHECK
    }:
        yield finding("isbn-differs", place)


def isbn_of(package: Package) -> FoundNumber | None:
    """Return the ISBN that the imprint prints, else another printed one, else the bar code's."""
    found = package.numbers(NumberKind.ISBN)
    printed = [n for n in found if NumberFlag.BARCODE not in n.flags]
    return next(iter(printed or found), None)


def book_authors(package: Package) -> tuple[tuple[str, ...], tuple[Row, ...]]:
    """Return a book's authors: of the catalogue block, the imprint or the cover, and their rows."""
    imprint = tuple(rows_of(package.of(Part.SERIALS)))
    cover = tuple(rows_of(package.of(Part.COVER)))
    for rows, form in (
        (imprint, _IN_CATALOGUE),
        (imprint, _LABELLED),
        (cover, _ON_COVER),
        (imprint, _ON_COVER),
    ):
        for row in rows:
            match = form.search(half_width(row.text))
            names = names_in(match[1])[0] if match else ()
            if match and not names:
                # A rare name beside its label needs no surname that the list knows.
                names = tuple(t for t in tokens_of(match[1]) if NAME_SHAPE.fullmatch(t))
            if names:
                return names, (row,)
    for row in cover:
        names, only = names_in(re.sub(rf"\s*{_ROLE}\s*$", "", row.text))
        if only and all(is_name(name) for name in names):
            return names, (row,)
    return (), ()


def check_book_authors(package: Package, names: Sequence[str]) -> Iterator[RuleFinding]:
    """Ask whether the applicant is the book's first author."""
    authors, rows = book_authors(package)
    if not names:
        return
    if not authors:
        yield finding("author-unread")
        return
    refused = first_author(authors, rows, names, package)
    if refused is not None:
        yield refused


def book_title(package: Package) -> str | None:
    """Return a book's title: of the imprint, else the largest words of the cover."""
    for row in rows_of(package.of(Part.SERIALS)):
        match = _TITLE.search(half_width(row.text))
        if match:
            return match[1].replace(" ", "").strip("《》")
    rows = [row for row in rows_of(package.of(Part.COVER)) if re.search(r"[一-鿿]{2}", row.text)]
    if not rows:
        return None
    largest = max(row.size for row in rows)
    return "".join(row.text.replace(" ", "") for row in rows if row.size > 0.75 * largest)


def edition_of(package: Package) -> tuple[int, int, Row] | None:
    """Return year and month of the edition, and where the imprint prints them."""
    for row in rows_of(package.of(Part.SERIALS)):
        match = _EDITION.search(half_width(row.text))
        if match:
            return int(match[1]), int(match[2]), row
    return None


def _thirteen(number: FoundNumber) -> str:
    """Return the digits that ISBN-10 and ISBN-13 of one book have in common."""
    value = number.value or ""
    return value[3:12] if len(value) == 13 else value[:9]
