"""Searches the applicant's numbers, and whatever looks like an ID or mobile number."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rapidfuzz.distance import Levenshtein

from pipeline.verification.text import Run, Span

# What a reader takes for a digit, in the company of digits.
_LOOKALIKE = str.maketrans({"o": "0", "l": "1", "i": "1", "〇": "0", "z": "2", "b": "8"})
_SEPARATORS = set(" -—–.·_()/:　\t")
_EIGHTEEN = re.compile(
    r"[1-8]\d{5}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dx]?"
)
_PROVINCE = r"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])"
# One digit lost by the reader: before the birth date, or anywhere in a number that stands alone.
# (Numbers of teachers' certificates have 17 digits too, but begin with a year, not a province.)
_SHORT_CODE = re.compile(r"\d{5}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dx]")
_SEVENTEEN = re.compile(_PROVINCE + r"\d{14}[\dx]")
_MOBILE = re.compile(r"(?:86)?1[3-9]\d{9}")
_PART = 7
"""As many digits in a row of one of the applicant's numbers are no accident."""


def number_forms(numbers: tuple[str, ...]) -> tuple[str, ...]:
    """Return the digits (and X) of the numbers, those with at least six."""
    plain = ("".join(c for c in n.lower() if c.isdigit() or c == "x") for n in numbers)
    return tuple(dict.fromkeys(n for n in plain if len(n) >= 6))


def find_numbers(run: Run, numbers: tuple[str, ...]) -> Iterator[Span]:
    """Yield the applicant's numbers with up to two wrong digits, and ID and mobile patterns."""
    for start, end in _stretches(run):
        digits = run.text[start:end].translate(_LOOKALIKE)
        for number in numbers:
            found = _near(digits, number) or _part(digits, number)
            if found and run.counts(start + found[0], start + found[1]):
                yield Span("number-readable", start + found[0], start + found[1])
        if run.seam is None:
            yield from _patterns(run, start, digits)


def _stretches(run: Run) -> Iterator[tuple[int, int]]:
    """Yield stretches of digits; spaces, dashes and wide gaps do not break them, masks do."""
    start: int | None = None
    for i, glyph in enumerate(run.glyphs):
        digit = not glyph.masked and (glyph.text.translate(_LOOKALIKE) + " ")[0] in "0123456789x"
        broken = not digit or not set(glyph.before) <= _SEPARATORS
        if start is not None and broken:
            if i - start >= 5:
                yield start, i
            start = None
        if digit and start is None:
            start = i
    if start is not None and len(run.glyphs) - start >= 5:
        yield start, len(run.glyphs)


def _near(digits: str, number: str) -> tuple[int, int] | None:
    """Return where ``number`` stands in ``digits``, with few edits."""
    edits = 2 if len(number) >= 10 else 1 if len(number) >= 8 else 0
    lengths = range(len(number) - edits, len(number) + edits + 1)
    for i in range(max(1, len(digits) - len(number) + edits + 1)):
        for n in lengths:
            window = digits[i : i + n]
            if (
                len(window) == n
                and Levenshtein.distance(number, window, score_cutoff=edits) <= edits
            ):
                return i, i + n
    return None


def _part(digits: str, number: str) -> tuple[int, int] | None:
    """Return where a part of ``number`` stands alone, as one left behind a line's end does."""
    if not _PART <= len(digits) < len(number):
        return None
    for start in range(len(digits) - _PART + 1):
        if digits[start : start + _PART] in number:
            return start, start + _PART
    return None


def _patterns(run: Run, start: int, digits: str) -> Iterator[Span]:
    found = [*_EIGHTEEN.finditer(digits), *_SHORT_CODE.finditer(digits)]
    alone = _SEVENTEEN.fullmatch(digits)
    for match in [*found, alone] if alone else found:
        yield Span("number-pattern", start + match.start(), start + match.end(), weak=True)
    pieces = list(_pieces(run, start, start + len(digits)))
    for first in range(len(pieces)):
        for last in range(first, min(first + 3, len(pieces))):
            begin, end = pieces[first][0], pieces[last][1]
            if _MOBILE.fullmatch(digits[begin - start : end - start]):
                yield Span("number-pattern", begin, end, weak=True)


def _pieces(run: Run, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the groups of digits that stand without anything between them."""
    begin = start
    for i in range(start + 1, end):
        if run.glyphs[i].fresh:
            yield begin, i
            begin = i
    yield begin, end
