"""The applicant's own strings: known from the application form, so searched for, not guessed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein
from spacy.tokens import Doc

from pipeline.detection.applicant_forms import (
    bare_forms,
    pinyin_pattern,
    plain_numerals,
    unit_forms,
)
from pipeline.detection.page_text import PageText
from pipeline.detection.spans import add, page_of, spaced_text, text_of
from pipeline.detection.vocabulary import is_han
from pipeline.dossier import Applicant, Kind

GROUP = "applicant"
# A character read with less than this may be another one.
_WEAK = 0.85
_UNIT_SIMILARITY = 84.0
_NUMERALS = frozenset("一二三四五六七八九十百第")


@dataclass(frozen=True, slots=True)
class ApplicantSearch:
    """Finds the applicant's name, unit, numbers and pinyin on a page."""

    applicant: Applicant

    def __call__(self, doc: Doc) -> Doc:
        """Write findings to the group ``applicant``."""
        page = page_of(doc)
        for start, end in page.paragraphs:
            text = text_of(doc, start, end)
            self._names(doc, page, start, text)
            self._units(doc, start, text)
            self._strings(doc, start, text)
            self._birth_date(doc, start, text)
        self._broken(doc, page)
        return doc

    def _names(self, doc: Doc, page: PageText, offset: int, text: str) -> None:
        for name in self.applicant.name:
            plain = re.sub(r"\s", "", name)
            for at in _occurrences(plain, text):
                add(
                    doc,
                    GROUP,
                    offset + at,
                    offset + at + len(plain),
                    Kind.APPLICANT_NAME,
                    "exact",
                    1.0,
                    entity="applicant",
                )
            for start, end in _near_names(plain, text, offset, page):
                add(
                    doc,
                    GROUP,
                    start,
                    end,
                    Kind.APPLICANT_NAME,
                    "ocr-tolerant",
                    0.85,
                    entity="applicant",
                )
            pattern = pinyin_pattern(plain)
            if pattern is not None:
                for match in _with_spaces(doc, offset, offset + len(text), pattern):
                    add(doc, GROUP, *match, Kind.APPLICANT_NAME, "pinyin", 0.95, entity="applicant")

    def _units(self, doc: Doc, offset: int, text: str) -> None:
        text = plain_numerals(text)
        for unit in self.applicant.unit:
            taken: list[tuple[int, int]] = []
            bare = frozenset(bare_forms(unit)) - frozenset(unit_forms(unit))
            for form in (*unit_forms(unit), *bare_forms(unit)):
                for at in _occurrences(form, text):
                    if form in bare and _elsewhere(doc, offset + at):
                        continue
                    if at > 0 and form[0] in _NUMERALS and text[at - 1] in _NUMERALS:
                        continue
                    if any(a < at + len(form) and at < b for a, b in taken):
                        continue
                    end = _campus_end(text, at + len(form))
                    taken.append((at, end))
                    add(
                        doc,
                        GROUP,
                        offset + at,
                        offset + end,
                        Kind.APPLICANT_UNIT,
                        "exact" if form == unit else "short-form",
                        1.0,
                        entity="applicant-unit",
                    )
            for form in unit_forms(unit)[:6]:
                for at, end in _near_units(form, unit, text, taken):
                    taken.append((at, end))
                    add(
                        doc,
                        GROUP,
                        offset + at,
                        offset + end,
                        Kind.APPLICANT_UNIT,
                        "ocr-tolerant",
                        0.85,
                        entity="applicant-unit",
                    )

    def _strings(self, doc: Doc, offset: int, text: str) -> None:
        folded = text.casefold()
        for mail in self.applicant.email:
            form = mail.casefold()
            for at in _occurrences(form, folded):
                add(
                    doc,
                    GROUP,
                    offset + at,
                    offset + at + len(form),
                    Kind.EMAIL,
                    "exact",
                    1.0,
                    entity=form,
                )
            found = fuzz.partial_ratio_alignment(form, folded, score_cutoff=85)
            if found is not None and len(folded) >= len(form) - 2:
                add(
                    doc,
                    GROUP,
                    offset + found.dest_start,
                    offset + found.dest_end,
                    Kind.EMAIL,
                    "ocr-tolerant",
                    0.85,
                    entity=form,
                )

    def _birth_date(self, doc: Doc, offset: int, text: str) -> None:
        """Find the day or month of birth that the applicant's ID number tells, in any notation."""
        for number in self.applicant.id_number:
            match = re.fullmatch(r"[0-9]{6}([0-9]{4})([0-9]{2})([0-9]{2})[0-9]{3}[0-9Xx]", number)
            if match is None:
                continue
            year, month, day = match.group(1), int(match.group(2)), int(match.group(3))
            mark = r"[年.\-/—·]"
            pattern = (
                rf"{year}{mark}0?{month}(?:[月.\-/—·]?0?{day}日?(?![0-9])|月(?![0-9])|(?![0-9]))"
            )
            for found in re.finditer(pattern, text):
                add(
                    doc,
                    GROUP,
                    offset + found.start(),
                    offset + found.end(),
                    Kind.BIRTH_DATE,
                    "known",
                    0.9,
                    entity="birth",
                )

    def _broken(self, doc: Doc, page: PageText) -> None:
        """Find a name or unit whose beginning ends a line and whose rest begins a line below."""
        starts: dict[int, int] = {}
        ends: dict[int, int] = {}
        for token, line in enumerate(page.line_of):
            starts.setdefault(line, token)
            ends[line] = token + 1
        sought = [(n, Kind.APPLICANT_NAME, "applicant", 1) for n in self.applicant.name]
        sought += [(u, Kind.APPLICANT_UNIT, "applicant-unit", 3) for u in self.applicant.unit]
        for string, kind, entity, least in sought:
            plain = re.sub(r"\s", "", string)
            for upper, end in ends.items():
                for cut in range(least, len(plain)):
                    if text_of(doc, max(0, end - cut), end) != plain[:cut]:
                        continue
                    rest = len(plain) - cut
                    for begin in (starts.get(line) for line in _lines_below(page, upper)):
                        if (
                            begin is None
                            or text_of(doc, begin, min(len(doc), begin + rest)) != plain[cut:]
                        ):
                            continue
                        for a, b in ((end - cut, end), (begin, begin + rest)):
                            add(doc, GROUP, a, b, kind, "over-line-end", 0.9, entity=entity)


def _occurrences(form: str, text: str) -> Iterator[int]:
    at = text.find(form) if form else -1
    while at >= 0:
        yield at
        at = text.find(form, at + 1)


def _near_names(name: str, text: str, offset: int, page: PageText) -> Iterator[tuple[int, int]]:
    """Yield token ranges that are the name but for one badly read, lost or doubled character."""
    if len(name) < 3:
        return
    for at in range(len(text) - len(name) + 1):
        window = text[at : at + len(name)]
        wrong = [i for i in range(len(name)) if window[i] != name[i]]
        if len(wrong) == 1 and page.confidence(offset + at + wrong[0]) < _WEAK:
            yield offset + at, offset + at + len(name)
        longer = text[at : at + len(name) + 1]
        if len(longer) > len(name) and longer[0] == name[0] and longer[-1] == name[-1]:
            extra = [i for i in range(1, len(name)) if longer[:i] + longer[i + 1 :] == name]
            if extra and (
                not is_han(longer[extra[0]]) or page.confidence(offset + at + extra[0]) < _WEAK
            ):
                yield offset + at, offset + at + len(name) + 1


def _near_units(
    form: str, unit: str, text: str, taken: list[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    """Yield places where a unit stands with a few misread characters."""
    if len(form) < 6 or len(text) < len(form) - 1:
        return
    blocked = list(taken)
    for _ in range(8):
        masked = list(text)
        for a, b in blocked:
            masked[a:b] = "\0" * (b - a)
        found = fuzz.partial_ratio_alignment(form, "".join(masked), score_cutoff=_UNIT_SIMILARITY)
        if found is None or found.dest_end <= found.dest_start:
            return
        start, end = found.dest_start, found.dest_end
        blocked.append((start, end))
        window = text[start:end]
        # 淮南市第三中学 is another school, not a misreading: a numeral must not differ.
        if _numerals(window) == _numerals(form) and (
            Levenshtein.distance(form, window) <= max(1, len(form) // 5)
        ):
            yield _stretched((form[-1], unit[-1]), form[0], text, start, end)


def _stretched(
    last: tuple[str, ...], first: str, text: str, start: int, end: int
) -> tuple[int, int]:
    """Let a match reach the unit's own first and last character where they stand close by."""
    tail = max(text.find(c, end, end + 5) for c in last)
    head = text.rfind(first, max(0, start - 3), start)
    if text[end - 1] != last[-1] and tail >= 0:
        end = tail + 1
    if text[start] != first and head >= 0:
        start = head
    return start, end


def _elsewhere(doc: Doc, token: int) -> bool:
    """Whether a place stands in front: 二中 of 合肥二中 is not the applicant's own."""
    for start, end, tag in doc._.words:
        if start < token <= end:
            place = tag in ("LOC", "ORG") or text_of(doc, start, token)[-1:] in "省市县区州旗镇乡"
            return place and text_of(doc, start, token) not in (
                "我市",
                "我县",
                "我区",
                "市",
                "县",
                "区",
            )
    return False


def _numerals(text: str) -> str:
    return re.sub(r"[^一二三四五六七八九十百0-9]", "", text)


def _campus_end(text: str, end: int) -> int:
    """Take a campus or branch behind a school's name along: (城中校区), 东校区, 分校."""
    match = re.compile(r"[(（]?[一-龥]{0,6}(?:校区|分校|分园|教学点|分部)[)）]?").match(text, end)
    return match.end() if match else end


def _with_spaces(
    doc: Doc, start: int, end: int, pattern: re.Pattern[str]
) -> Iterator[tuple[int, int]]:
    """Match a pattern against the text with its spaces and yield token ranges."""
    text, tokens = spaced_text(doc, start, end)
    for match in pattern.finditer(text):
        if match.end() > match.start():
            yield tokens[match.start()], tokens[match.end() - 1] + 1


def _lines_below(page: PageText, upper: int) -> Iterator[int]:
    me = page.boxes[upper]
    for box in page.boxes:
        pitch = (box.middle - me.middle) / max(me.height, box.height)
        if (
            0.6 < pitch < 3.2
            and box.x0 <= me.x0 + 2 * me.height
            and box.x1 > me.x0 - 30 * me.height
        ):
            yield box.index
