"""Takes authors and units of both sides out of everything that a masked report shows.

They are known strings, so they are searched for as the applicant's are in a dossier: across line
wraps, with signs between the characters, in pinyin, in a unit's short forms, with a misread
character. Numbers that lead to a person are taken out wherever they stand.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from pipeline.detection.applicant_forms import pinyin_pattern, plain_numerals, unit_forms
from pipeline.detection.near_forms import near_names, near_units, spread_pattern
from pipeline.dossier import Applicant
from pipeline.reports.similarity.shown_text import Edit, shown_text
from pipeline.similarity.nouns import Author, Document, Span
from pipeline.similarity.text import normalise

OWN_NAME, OWN_UNIT = "【申报人】", "【申报单位】"
_BESIDE, _BESIDE_UNIT = "【其他作者】", "【其他单位】"
_NUMBERS = (
    (re.compile(r"(?<![0-9])[1-9][0-9]{5}(?:19|20)[0-9]{9}[0-9Xx](?![0-9])"), "【证号】"),
    (re.compile(r"(?<![0-9])1[3-9][0-9]{9}(?![0-9])"), "【电话】"),
    (re.compile(r"(?<![0-9])0[0-9]{2,3}[-—－]?[0-9]{7,8}(?![0-9])"), "【电话】"),
    (re.compile(r"[A-Za-z0-9._%+\-]+[@＠][A-Za-z0-9\-]+(?:[.．][A-Za-z0-9\-]+)+"), "【邮箱】"),
)
#: Surely read: a born-digital text; a name that is not quite so may be another's.
_READ = 0.8
_SHORTEST_FORM = 3
#: Characters around a passage that are looked through with it.
_AROUND = 60


@dataclass(frozen=True, slots=True)
class Hider:
    """Knows whose names and units must not be seen, and under which label they go.

    Attributes:
        names: Name and label.
        units: Unit and label.
        strings: Other strings of the applicant and their labels.
    """

    names: tuple[tuple[str, str], ...] = field(repr=False)
    units: tuple[tuple[str, str], ...] = field(repr=False)
    strings: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    @classmethod
    def of(
        cls, document: Document, sources: Sequence[Document], applicant: Applicant | None = None
    ) -> Hider:
        """Collect the authors of the examined document and of its sources.

        The first author of the examined document, and the applicant, are 申报人.
        """
        labels = _Labels()
        if applicant is not None:
            labels.names |= dict.fromkeys(applicant.name, OWN_NAME)
            labels.units |= dict.fromkeys(applicant.unit, OWN_UNIT)
        for author in document.authors[:1]:
            labels.own(author)
        for author in document.authors[1:]:
            labels.beside(author)
        for source in sources:
            for author in source.authors:
                labels.add(author)
        strings = []
        if applicant is not None:
            strings = [(number, "【证号】") for number in applicant.id_number]
            strings += [(number, "【电话】") for number in applicant.phone]
            strings += [(address, "【邮箱】") for address in applicant.email]
        return cls(tuple(labels.names.items()), tuple(labels.units.items()), tuple(strings))

    @classmethod
    def of_round(cls, documents: Sequence[Document]) -> Hider:
        """Collect the authors of the documents of a round."""
        return cls.of(Document("-"), documents)

    def with_strings(self, strings: Iterable[tuple[str, str]]) -> Hider:
        """Return one that hides these strings too, each under its label."""
        more = {string: label for string, label in strings if len(string.strip()) >= 2}
        return replace(self, strings=(*self.strings, *sorted(more.items())))

    def author_label(self, author: Author) -> tuple[str | None, str | None]:
        """Return the labels of an author's name and unit."""
        names, units = dict(self.names), dict(self.units)
        name = names.get(author.name) if author.name else None
        return name, units.get(author.unit) if author.unit else None

    def edits(self, raw: str, within: Sequence[Span] | None = None) -> list[Edit]:
        """Return what must be replaced in a text.

        Args:
            raw: The text.
            within: Look only here and a little around, None for everywhere.
        """
        if within is None:
            return list(self._edits(raw, 0))
        found: list[Edit] = []
        for span in _windows(within, len(raw)):
            found += self._edits(raw[span.start : span.end], span.start)
        return found

    def _edits(self, raw: str, first: int) -> Iterator[Edit]:
        for pattern, label in self._patterns():
            for match in pattern.finditer(raw):
                yield Edit(Span(first + match.start(), first + match.end()), label)
        places = [at for at, char in enumerate(raw) if not char.isspace()]
        plain = "".join(unicodedata.normalize("NFKC", raw[at])[:1] or " " for at in places)
        for start, end, label in self._search(_simplified(plain)):
            yield Edit(Span(first + places[start], first + places[end - 1] + 1), label)

    def _patterns(self) -> Iterator[tuple[re.Pattern[str], str]]:
        """Yield what is looked for with its blanks: numbers and names in pinyin."""
        yield from _NUMBERS
        for name, label in self.names:
            pattern = pinyin_pattern("".join(name.split()))
            if pattern is not None:
                yield pattern, label

    def hide(self, text: str | None) -> str | None:
        """Return a short text, such as a title, with what must not be seen replaced."""
        if text is None:
            return None
        return shown_text(text, self.edits(text)).cut(0, len(text))

    def _search(self, text: str) -> Iterator[tuple[int, int, str]]:
        for string, label in self.strings:
            plain = _simplified("".join(unicodedata.normalize("NFKC", string).split()))
            for match in re.finditer(re.escape(plain), text, re.IGNORECASE) if plain else ():
                yield match.start(), match.end(), label
        for name, label in self.names:
            plain = _simplified("".join(name.split()))
            if len(plain) < 2:
                continue
            for match in spread_pattern(plain).finditer(text):
                yield match.start(), match.end(), label
            for start, end in near_names(plain, text, lambda _: _READ):
                yield start, end, label
        numerals = plain_numerals(text)
        for unit, label in self.units:
            yield from _unit_places(_simplified("".join(unit.split())), numerals, label)


def _unit_places(unit: str, text: str, label: str) -> Iterator[tuple[int, int, str]]:
    taken: list[tuple[int, int]] = []
    forms = [form for form in unit_forms(unit) if len(form) >= _SHORTEST_FORM] or [unit]
    for form in forms:
        for match in re.finditer(re.escape(form), text):
            if not any(a < match.end() and match.start() < b for a, b in taken):
                taken.append(match.span())
                yield match.start(), match.end(), label
    for form in forms[:3]:
        for start, end in near_units(form, unit, text, taken):
            taken.append((start, end))
            yield start, end, label


def _windows(spans: Sequence[Span], length: int) -> list[Span]:
    windows: list[Span] = []
    for span in sorted(spans):
        wide = Span(max(0, span.start - _AROUND), min(length, span.end + _AROUND))
        if windows and wide.start <= windows[-1].end:
            last = windows.pop()
            wide = Span(last.start, max(last.end, wide.end))
        windows.append(wide)
    return windows


def _simplified(text: str) -> str:
    """Return a text in simplified characters, one for one, signs kept."""
    points = np.array([ord(char) for char in text], np.uint32)
    found = normalise(text)
    alone = np.bincount(found.origin, minlength=len(points))[found.origin] == 1
    points[found.origin[alone]] = found.codes[alone]
    return points.tobytes().decode("utf-32-le")


class _Labels:
    """Gives every person and unit one label, in the order in which they are met."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.units: dict[str, str] = {}

    def own(self, author: Author) -> None:
        if author.name:
            self.names[author.name] = OWN_NAME
        if author.unit:
            self.units[author.unit] = OWN_UNIT

    def beside(self, author: Author) -> None:
        if author.name and author.name not in self.names:
            self.names[author.name] = _BESIDE
        if author.unit and author.unit not in self.units:
            self.units[author.unit] = _BESIDE_UNIT

    def add(self, author: Author) -> None:
        if author.name and author.name not in self.names:
            number = len(set(self.names.values()) - {OWN_NAME, _BESIDE}) + 1
            self.names[author.name] = f"【来源作者{number}】"
        if author.unit and author.unit not in self.units:
            number = len(set(self.units.values()) - {OWN_UNIT, _BESIDE_UNIT}) + 1
            self.units[author.unit] = f"【来源单位{number}】"
