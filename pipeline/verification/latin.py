"""Searches the pinyin of the applicant's name, and e-mail addresses."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from pypinyin import Style, pinyin
from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from pipeline.surnames import surnames
from pipeline.verification.text import Run, Span

_MOST_READINGS = 24
_SURE_LENGTH = 8
"""Letters from which a name is found inside a longer word, or with one wrong letter."""
_ONE_WORD = 6
"""A shorter form written as one word (yuan, anna) is too often a word of its own."""
_ADDRESS = re.compile(r"[a-z0-9][a-z0-9._%+\-]*@[a-z0-9\-]+(?:\.[a-z0-9\-]+)*")


def pinyin_forms(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the letters of each name, surname first and last, in every common reading."""
    forms: dict[str, None] = {}
    for name in names:
        plain = "".join(c for c in name if c.isalnum())
        if plain.isascii():
            words = re.findall(r"[a-z]+", name.lower())
            if sum(map(len, words)) >= 5 and len(words) > 1:
                forms["".join(words)] = forms["".join(words[1:] + words[:1])] = None
            continue
        split = 2 if len(plain) > 2 and plain[:2] in surnames() else 1
        readings = [_readings(c) for c in plain]
        for chosen in itertools.islice(itertools.product(*readings), _MOST_READINGS):
            surname, given = "".join(chosen[:split]), "".join(chosen[split:])
            forms[surname + given] = forms[given + surname] = None
    return tuple(form for form in forms if len(form) >= 4)


def _readings(character: str) -> list[str]:
    found = pinyin(character, style=Style.NORMAL, heteronym=True, errors="ignore")
    plain: dict[str, None] = {}
    for reading in found[0] if found else ():
        for variant in ("v", "u", "yu") if "ü" in reading or "v" in reading else ("",):
            plain[reading.replace("ü", variant).replace("v", variant) if variant else reading] = (
                None
            )
    return list(plain)[:4]


def find_pinyin(run: Run, forms: tuple[str, ...]) -> Iterator[Span]:
    """Yield the places where words together spell a form of the name."""
    words = list(_words(run))
    text = run.text
    for form in forms:
        for start, end in _spelled(text, words, form):
            if run.counts(start, end):
                yield Span("pinyin-readable", start, end)


def _words(run: Run) -> Iterator[tuple[int, int]]:
    """Yield the stretches of letters; a capital after a small letter begins a new one."""
    start: int | None = None
    for i, glyph in enumerate(run.glyphs):
        letter = glyph.text.isascii() and glyph.text.isalpha()
        camel = letter and glyph.upper and i > 0 and not run.glyphs[i - 1].upper
        if start is not None and (not letter or glyph.fresh or camel):
            yield start, i
            start = None
        if letter and start is None:
            start = i
    if start is not None:
        yield start, len(run.glyphs)


def _spelled(text: str, words: list[tuple[int, int]], form: str) -> Iterator[tuple[int, int]]:
    if len(form) >= _SURE_LENGTH:
        at = text.find(form)
        while at >= 0:
            yield at, at + len(form)
            at = text.find(form, at + 1)
    edits = 1 if len(form) >= _SURE_LENGTH else 0
    for i, (start, _) in enumerate(words):
        for count, (_, end) in enumerate(words[i : i + 5], start=1):
            if count == 1 and len(form) < _ONE_WORD:
                continue
            if end - start > len(form) + edits:
                break
            close = Levenshtein.distance(form, text[start:end], score_cutoff=edits) <= edits
            if close and not any(c.isdigit() for c in text[start:end]):
                yield start, end


def find_emails(run: Run, emails: tuple[str, ...]) -> Iterator[Span]:
    """Yield the applicant's addresses, whole or the part before the @, and anybody's address."""
    raw, index = _raw(run)
    for email in emails:
        wanted = "".join(c for c in email.lower() if c.isalnum())
        found = fuzz.partial_ratio_alignment(wanted, run.text, score_cutoff=85)
        if found and fuzz.ratio(wanted, run.text[found.dest_start : found.dest_end]) >= 82:
            yield Span("email-readable", found.dest_start, found.dest_end)
        local = "".join(c for c in email.lower().split("@")[0] if c.isalnum())
        at = run.text.find(local) if len(local) >= 5 else -1
        if at >= 0:
            yield Span("email-readable", at, at + len(local))
    for match in _ADDRESS.finditer(raw):
        yield Span("email-pattern", index[match.start()], index[match.end() - 1] + 1, weak=True)


def _raw(run: Run) -> tuple[str, list[int]]:
    """Return the run with the signs that addresses are made of, and each one's glyph."""
    text, index = "", []
    for i, glyph in enumerate(run.glyphs):
        signs = "".join(c for c in glyph.before if c in "@._-+%")
        text += signs + glyph.text
        index += [i] * (len(signs) + 1)
    return text, index
