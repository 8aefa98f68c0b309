"""Strings that people want hidden everywhere in a dossier, searched like the applicant's own."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from rapidfuzz.distance import Levenshtein

from pipeline.verification.names import NameForms, find_names
from pipeline.verification.text import Run, Span

GIVEN = "string-readable"
_LONG = 6
"""Letters and digits from which one may be wrong, lost or doubled."""


@dataclass(frozen=True, slots=True)
class GivenForms:
    """What is searched: strings with Han characters as names are, the others as codes are."""

    words: NameForms = field(repr=False)
    codes: tuple[str, ...] = field(repr=False)


def given_forms(strings: tuple[str, ...]) -> GivenForms:
    """Prepare strings; those of fewer than two letters or digits are not searched."""
    squeezed = dict.fromkeys(_squeezed(text) for text in strings)
    wanted = [text for text in squeezed if len(text) > 1]
    words = tuple(text for text in wanted if not text.isascii())
    return GivenForms(NameForms(words, ()), tuple(text for text in wanted if text.isascii()))


def find_given(run: Run, forms: GivenForms) -> Iterator[Span]:
    """Yield the places where one of the strings may be readable."""
    for span in find_names(run, forms.words):
        yield replace(span, code=GIVEN)
    text = run.text
    for code in forms.codes:
        for start, end in _codes(code, text):
            if run.counts(start, end):
                yield Span(GIVEN, start, end)


def _codes(code: str, text: str) -> Iterator[tuple[int, int]]:
    lengths = (len(code),) if len(code) < _LONG else range(len(code) - 1, len(code) + 2)
    edits = int(len(code) >= _LONG)
    for at in range(len(text)):
        for length in lengths:
            piece = text[at : at + length]
            if (
                len(piece) == length
                and Levenshtein.distance(code, piece, score_cutoff=edits) <= edits
            ):
                yield at, at + length
                break


def _squeezed(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text).lower() if c.isalnum())
