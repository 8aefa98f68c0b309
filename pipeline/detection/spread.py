"""Evidence from one page helps every other: people and schools known are searched everywhere."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rapidfuzz.distance import Levenshtein

from pipeline.detection.applicant_forms import (
    canonical_unit,
    pinyin_pattern,
    split_unit,
    unit_forms,
)
from pipeline.detection.mentions import Row, Seams, names_on, unit_seams, units_on
from pipeline.detection.vocabulary import is_han, public_figures
from pipeline.dossier import Applicant, Finding, Kind, Place
from pipeline.geometry import Polygon
from pipeline.policy import Policy
from pipeline.reading.lines import PageReading

# What stays by its kind can still have a known name inside: 李娜主编的书在某某出版社出版.
_OPEN = frozenset((Kind.ISSUING_AUTHORITY, Kind.PUBLICATION, Kind.CERTIFICATE_NUMBER))
_LATIN = re.compile("[A-Za-z]")
_SURE_RULES = frozenset(("label", "slot", "column", "dotted", "salutation", "title-behind"))


def spread(
    readings: Mapping[str, Sequence[PageReading]],
    findings: Mapping[str, Sequence[Finding]],
    applicant: Applicant,
    policy: Policy,
) -> dict[str, tuple[Finding, ...]]:
    """Search the dossier's people and schools on all its pages, and name entities alike.

    Args:
        readings: Pages of every file, by file id.
        findings: What was found on them page by page, by file id.
        applicant: Whose dossier it is.
        policy: Gives the reasons for the report.

    Returns:
        All findings by file id, old and new; mentions of one person or school share ``entity``.
    """
    people, units = _known(findings)
    own = {re.sub(r"\s", "", n) for n in applicant.name}
    people -= own
    result: dict[str, tuple[Finding, ...]] = {}
    for file, pages in readings.items():
        old = [_with_entity(f, applicant, people) for f in findings.get(file, ())]
        new: list[Finding] = []
        for page in pages:
            here = [f for f in old if f.page == page.frame.page]
            new += _search_page(page, here, people, units, policy, len(here))
        merged = sorted([*old, *new], key=lambda f: f.page)
        result[file] = tuple(merged)
    return result


def _known(findings: Mapping[str, Sequence[Finding]]) -> tuple[set[str], set[str]]:
    """Return names and units with enough evidence to be searched for."""
    names: Counter[str] = Counter()
    people: set[str] = set()
    units: set[str] = set()
    for found in findings.values():
        for finding in found:
            text = finding.entity.partition(":")[2]
            if (
                finding.kind == Kind.PERSON_NAME
                and text
                and all(is_han(c) or c in "·•" for c in text)
            ):
                names[text] += 1
                if finding.rule in _SURE_RULES:
                    people.add(text)
            elif finding.kind == Kind.UNIT and len(text) >= 5 and all(is_han(c) for c in text):
                units.add(text)
    people |= {n for n, count in names.items() if count >= 2}
    return {n for n in people if len(n) >= 2 and n not in public_figures()}, units


def _with_entity(finding: Finding, applicant: Applicant, people: set[str]) -> Finding:
    """Give all forms of one person or school the same entity."""
    text = finding.entity.partition(":")[2]
    if finding.kind == Kind.PERSON_NAME and text:
        for name in (re.sub(r"\s", "", n) for n in applicant.name):
            if text == name or (len(name) >= 3 and Levenshtein.distance(text, name) <= 1):
                return finding.model_copy(
                    update={"kind": Kind.APPLICANT_NAME, "entity": "applicant"}
                )
        if text.isascii():
            for name in people:
                pattern = pinyin_pattern(name)
                if pattern is not None and pattern.fullmatch(finding.text):
                    return finding.model_copy(update={"entity": f"{Kind.PERSON_NAME}:{name}"})
    if finding.kind == Kind.UNIT and text:
        key = canonical_unit(text)
        if any(canonical_unit(unit) == key for unit in applicant.unit):
            return finding.model_copy(
                update={"kind": Kind.APPLICANT_UNIT, "entity": "applicant-unit"}
            )
        return finding.model_copy(update={"entity": f"unit:{key}"})
    return finding


def _search_page(
    page: PageReading,
    here: Sequence[Finding],
    people: set[str],
    units: set[str],
    policy: Policy,
    count: int,
) -> list[Finding]:
    """Search one page for all known people and units that are not found on it yet."""
    mentions = _Mentions(page, policy, count, _taken(here))
    rows = [Row.of(index, line) for index, line in enumerate(page.lines)]
    seams = Seams.of(page.lines, rows)
    for name in people:
        entity = f"{Kind.PERSON_NAME}:{name}"
        for row in rows:
            for stretch, rule in names_on(row, name):
                mentions.note(stretch, Kind.PERSON_NAME, entity, rule)
            text = page.lines[row.index].text
            pattern = pinyin_pattern(name) if _LATIN.search(text) else None
            for match in pattern.finditer(text) if pattern else ():
                stretch = (row.index, *match.span())
                mentions.note(stretch, Kind.PERSON_NAME, entity, "dossier-pinyin")
        for parts in seams.over(name):
            for stretch in parts:
                mentions.note(stretch, Kind.PERSON_NAME, entity, "dossier-over-line-end")
    # A school without a place is none surely enough to be searched for.
    for unit in (unit for unit in units if split_unit(unit)[0]):
        entity = f"unit:{canonical_unit(unit)}"
        forms = unit_forms(unit)[:40]
        for row in rows:
            for stretch, rule in units_on(row, unit, [f for f in forms if len(f) >= 4]):
                mentions.note(stretch, Kind.UNIT, entity, rule)
        for parts in unit_seams(seams, unit):
            for stretch in parts:
                mentions.note(stretch, Kind.UNIT, entity, "dossier-over-line-end")
    return mentions.new


def _taken(here: Sequence[Finding]) -> set[tuple[int, int]]:
    taken = set()
    for f in here:
        # Only at the ends of an authority can a person's name stand: not 阳市总 of 贵阳市总工会.
        inset = 1 if f.kind is Kind.ISSUING_AUTHORITY else 0
        if f.line is not None and (f.kind not in _OPEN or inset):
            taken |= {(f.line, i) for i in range(f.start + inset, f.end - inset)}
    return taken


@dataclass(slots=True)
class _Mentions:
    """Collects new findings of one page and the characters that are spoken for."""

    page: PageReading
    policy: Policy
    count: int
    taken: set[tuple[int, int]]
    new: list[Finding] = field(default_factory=list)

    def note(self, stretch: tuple[int, int, int], kind: Kind, entity: str, rule: str) -> None:
        """Write down a mention unless all its characters already belong to findings.

        Args:
            stretch: Line, first character, one past the last character.
            kind: What is mentioned.
            entity: Whose mention it is.
            rule: How it was found.
        """
        line, start, end = stretch
        wanted = {(line, i) for i in range(start, end)}
        if wanted <= self.taken:
            return
        self.taken |= wanted
        chars = self.page.lines[line].chars
        a, b = chars[start].polygon.points, chars[end - 1].polygon.points
        number = self.page.frame.page
        self.new.append(
            Finding(
                id=f"p{number}-{self.count + len(self.new) + 1}",
                page=number,
                kind=kind,
                polygon=Polygon(self.page.frame, (a[0], b[1], b[2], a[3])),
                entity=entity,
                recogniser="dossier",
                rule=rule,
                score=0.8,
                reason=self.policy.reasons.get(kind, ""),
                place=Place.LINE_END if end == len(chars) else Place.RUNNING,
                text="".join(c.text for c in chars[start:end]),
                line=line,
                start=start,
                end=end,
            )
        )
