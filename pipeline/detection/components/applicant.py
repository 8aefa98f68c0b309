"""The applicant's own strings: known from the application form, so searched for, not guessed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rapidfuzz import fuzz
from rapidfuzz.distance import LCSseq
from spacy.tokens import Doc

from pipeline.detection.applicant_forms import (
    bare_forms,
    name_part_pattern,
    pinyin_pattern,
    plain_numerals,
    unit_forms,
)
from pipeline.detection.components.slots import line_tokens
from pipeline.detection.near_forms import (
    WEAK,
    guessed_units,
    is_garbled,
    is_scrambled,
    near_names,
    near_units,
    place_before,
    spread_pattern,
)
from pipeline.detection.page_text import PageText
from pipeline.detection.spans import add, covered, page_of, spaced_text, text_of
from pipeline.dossier import Applicant, Kind

GROUP = "applicant"
_NUMERALS = frozenset("一二三四五六七八九十百第")
_CLASS_WORDS = frozenset("省市县区州旗镇乡")
_LATIN = re.compile("[A-Za-z]{2}")
# Characters of a unit that are surely its rest, and how a line that leads to it lies: in ems.
_REST, _LEVEL, _LEADS = 3, 0.5, 1.0
# 二中全会, 一小时, 一中心 are no schools.
_GOES_ON = re.compile("中(?:全会|心|央|旬|文)|小(?:时|组(?!织)|部分|段|步|节|块)|幼(?:儿(?!园)|小)")


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
            self._units(doc, page, start, text)
            self._strings(doc, start, text)
            self._birth_date(doc, start, text)
        self._damaged_lines(doc, page)
        self._broken(doc, page)
        return doc

    def _names(self, doc: Doc, page: PageText, offset: int, text: str) -> None:
        for name in self.applicant.name:
            plain = re.sub(r"\s", "", name)
            for at in _occurrences(plain, text):
                _own_name(doc, offset + at, offset + at + len(plain), "exact", 1.0)
            if len(plain) >= 2 and plain[0] in text:
                for match in spread_pattern(plain).finditer(text):
                    if match.end() - match.start() != len(plain):
                        _own_name(
                            doc, offset + match.start(), offset + match.end(), "ocr-tolerant", 0.9
                        )
            for start, end in near_names(plain, text, lambda i: page.confidence(offset + i)):
                _own_name(doc, offset + start, offset + end, "ocr-tolerant", 0.85)
            for match in name_part_pattern(plain).finditer(text):
                _own_name(doc, offset + match.start(1), offset + match.end(1), "part", 0.8)
            pattern = pinyin_pattern(plain)
            if pattern is not None and _LATIN.search(text):
                for start, end in _with_spaces(doc, offset, offset + len(text), pattern):
                    _own_name(doc, start, end, "pinyin", 0.95)

    def _units(self, doc: Doc, page: PageText, offset: int, text: str) -> None:
        text = plain_numerals(text)
        for unit in self.applicant.unit:
            taken: list[tuple[int, int]] = []
            anywhere = frozenset(bare_forms(unit)) - frozenset(unit_forms(unit))
            for form in (*unit_forms(unit), *bare_forms(unit)):
                for at in _occurrences(form, text):
                    if (form in anywhere or form[0] in _CLASS_WORDS) and (
                        _elsewhere(doc, offset + at)
                    ):
                        continue
                    if at > 0 and form[0] in _NUMERALS and text[at - 1] in _NUMERALS:
                        continue
                    if form[-1] in "中小幼" and _GOES_ON.match(text, at + len(form) - 1):
                        continue
                    if any(a < at + len(form) and at < b for a, b in taken):
                        continue
                    end = _campus_end(text, at + len(form))
                    start = at - place_before(form, unit, text[:at])
                    taken.append((start, end))
                    rule = "exact" if form == unit else "short-form"
                    _own_unit(doc, offset + start, offset + end, rule, 1.0)
            for form in unit_forms(unit)[:6]:
                for at, end in near_units(form, unit, text, taken):
                    taken.append((at, end))
                    _own_unit(doc, offset + at, offset + end, "ocr-tolerant", 0.85)
            for form in unit_forms(unit):
                for at, end in guessed_units(form, text, lambda i: page.confidence(offset + i)):
                    _own_unit(doc, offset + at, offset + end, "ocr-tolerant", 0.6)

    def _damaged_lines(self, doc: Doc, page: PageText) -> None:
        """Find lines that hold nothing but the unit, half lost or in disorder under a seal."""
        units = [plain_numerals(re.sub(r"\s", "", unit)) for unit in self.applicant.unit]
        longest = max(map(len, units), default=0)
        held = covered(doc, (GROUP,))
        lines = line_tokens(page)
        for start, end in lines.values():
            if not 3 <= end - start <= 2 * longest or not held.isdisjoint(range(start, end)):
                continue
            weak = [page.confidence(i) < WEAK for i in range(start, end)]
            if not any(weak):
                continue
            text = text_of(doc, start, end)
            behind = max(text.rfind(":"), text.rfind("：")) + 1
            start, text, weak = start + behind, text[behind:], weak[behind:]
            for unit in units:
                if is_garbled(unit, text, weak):
                    _own_unit(doc, start, end, "garbled", 0.6)
                elif is_scrambled(unit, text):
                    _own_unit(doc, start, end, "scrambled", 0.5)
        for start, end in _torn_heads(doc, page, units):
            _own_unit(doc, start, end, "garbled", 0.6)

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
            # A speck behind a figure is read as a dot: 5.月16日.
            of_day = rf"[.,，·]?[月.\-/—·]?0?{day}(?:[日曰]|(?![0-9]))"
            # A badly written 月 is read as 日.
            pattern = rf"{year}{mark}0?{month}(?:{of_day}|[.,，·]?[月日曰](?![0-9])|(?![0-9]))"
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
        """Find own strings whose beginning ends a line and whose rest begins a line below."""
        starts: dict[int, int] = {}
        ends: dict[int, int] = {}
        for token, line in enumerate(page.line_of):
            starts.setdefault(line, token)
            ends[line] = token + 1
        sought = [(n, Kind.APPLICANT_NAME, "applicant", 1) for n in self.applicant.name]
        sought += [(u, Kind.APPLICANT_UNIT, "applicant-unit", 3) for u in self.applicant.unit]
        sought += [(n, Kind.ID_NUMBER, n, 4) for n in self.applicant.id_number]
        sought += [(p, Kind.PHONE, p, 4) for p in self.applicant.phone]
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


def _torn_heads(doc: Doc, page: PageText, units: list[str]) -> Iterator[tuple[int, int]]:
    """Yield badly read lines right before a line that begins with the rest of the unit, and that.

    Where a seal lies across an upright unit, 银地市第一 and 二十中学 are read.
    """
    lines = line_tokens(page)
    for after, (start, end) in lines.items():
        text = text_of(doc, start, end)
        for unit in units:
            rests = (unit[cut:] for cut in range(2, len(unit) - _REST + 1))
            rest = next((r for r in rests if text.startswith(r)), "")
            head = unit.removesuffix(rest)
            for before, (first, last) in lines.items() if rest else ():
                said = text_of(doc, first, last)
                alike = LCSseq.similarity(head, said)
                short = 2 <= len(said) <= len(head) + 2 and alike >= max(2, len(said) / 2)
                if short and said != head and _leads_to(page, before, after):
                    yield first, last
                    yield start, start + len(rest)


def _leads_to(page: PageText, before: int, after: int) -> bool:
    """Whether a line ends where another begins, along either's way of writing."""
    one, two = page.boxes[before].real, page.boxes[after].real
    upright = page.reading.lines[after].vertical
    x, y = (1, 0) if upright else (0, 1)
    em = two[y + 2] - two[y]
    level = abs(one[y] + one[y + 2] - two[y] - two[y + 2]) / 2 < _LEVEL * em
    return before != after and level and abs(two[x] - one[x + 2]) < _LEADS * em


def _own_name(doc: Doc, start: int, end: int, rule: str, score: float) -> None:
    add(doc, GROUP, start, end, Kind.APPLICANT_NAME, rule, score, entity="applicant")


def _own_unit(doc: Doc, start: int, end: int, rule: str, score: float) -> None:
    add(doc, GROUP, start, end, Kind.APPLICANT_UNIT, rule, score, entity="applicant-unit")


def _occurrences(form: str, text: str) -> Iterator[int]:
    at = text.find(form) if form else -1
    while at >= 0:
        yield at
        at = text.find(form, at + 1)


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
