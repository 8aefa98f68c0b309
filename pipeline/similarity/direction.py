"""Which of two documents came first; only the earlier one can be the source of the other."""

from __future__ import annotations

import calendar
import re
from datetime import date
from enum import StrEnum

from pipeline.similarity.nouns import Document

_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")


class Order(StrEnum):
    """How a document stands to another in time."""

    EARLIER = "earlier"
    LATER = "later"
    OPEN = "open"


def first_seen(document: Document) -> tuple[date, date] | None:
    """Return the first and last day on which a document may have appeared, or None.

    A full date is one day; a month or a year alone leaves its days open.
    """
    told = document.submitted or (str(document.year) if document.year else None)
    match = _DATE.fullmatch(told.strip()) if told else None
    if match is None:
        return None
    year, month, day = (int(part) if part else None for part in match.groups())
    assert year is not None
    try:
        first = date(year, month or 1, day or 1)
        last_month = month or 12
        last = date(year, last_month, day or calendar.monthrange(year, last_month)[1])
    except ValueError:
        return None
    return first, last


def order(document: Document, other: Document) -> Order:
    """Say whether a document appeared before another; open where the dates do not tell."""
    mine, theirs = first_seen(document), first_seen(other)
    if mine is None or theirs is None:
        return Order.OPEN
    if mine[1] < theirs[0]:
        return Order.EARLIER
    return Order.LATER if theirs[1] < mine[0] else Order.OPEN


def date_words(document: Document) -> str:
    """Return a document's date as people read it, 日期不详 where there is none."""
    return document.submitted or (f"{document.year} 年" if document.year else "日期不详")
