"""Searches the applicant's name, tolerant of what a reader does to a name it half sees."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from pipeline.verification.text import Run, Span

_UNSURE = 0.85
"""Below this a character may well be another one; clean print is read at 0.95 and more."""
_BLURRED = 0.4
"""Below this a character is little more than ink."""
_TITLES = ("同志", "老师", "教师", "教授", "校长", "主任", "同学", "先生", "女士")
# A two-character name inside two ordinary words is not a name: the surname must belong to the word
# before AND the given name to the word behind ("由于|明确" for 于明, "小李|明确" for 李明). One
# side alone proves nothing, so it stays a doubt.
_WORD_BEFORE = {
    "于": "在由等对关处基属鉴至过善勇便利用出",
    "张": "一紧主纸开夸扩两几这每",
    "王": "国大帝君女霸",
    "李": "桃行",
    "高": "提很较最更崇",
    "方": "地对双各一多官我四前",
    "时": "及同当有那平按",
    "常": "日经非通正异",
    "成": "完形变构生",
    "任": "责信担主",
    "向": "方面走导志",
    "安": "平保公治",
    "和": "",
}
_WORD_BEHIND = {
    "明": "确显白天年了",
    "文": "化章字件学本明",
    "平": "时台等均常",
    "国": "家际内",
    "建": "设立议构",
    "强": "调化度",
    "学": "校习生科",
    "华": "丽",
    "军": "事队",
    "海": "洋",
    "新": "的课型",
    "光": "线明",
}


@dataclass(frozen=True, slots=True)
class NameForms:
    """What is searched: names without spaces and points, and long enough parts of them."""

    names: tuple[str, ...]
    parts: tuple[str, ...]


def name_forms(names: tuple[str, ...]) -> NameForms:
    """Prepare the applicant's names (those written in Han characters)."""
    whole: dict[str, None] = {}
    parts: dict[str, None] = {}
    for name in names:
        plain = unicodedata.normalize("NFKC", name)
        squeezed = "".join(c for c in plain if c.isalnum()).lower()
        if len(squeezed) < 2 or squeezed.isascii():
            continue
        whole[squeezed] = None
        pieces = "".join(c if c.isalnum() else " " for c in plain).lower().split()
        parts.update(dict.fromkeys(p for p in pieces if 3 <= len(p) < len(squeezed)))
    return NameForms(tuple(whole), tuple(parts))


def find_names(run: Run, forms: NameForms) -> Iterator[Span]:
    """Yield the places where a name of the applicant may be readable."""
    text = run.text
    for name in forms.names:
        if not set(name) & set(text):
            continue
        search = {2: _two, 3: _three}.get(len(name), _long)
        for span in search(run, text, name):
            if run.counts(span.start, span.end):
                yield span
    for part in forms.parts:
        yield from (s for s in _exact(text, part) if run.counts(s.start, s.end))


def _exact(text: str, name: str) -> Iterator[Span]:
    start = text.find(name)
    while start >= 0:
        yield Span("name-readable", start, start + len(name))
        start = text.find(name, start + 1)


def _two(run: Run, text: str, name: str) -> Iterator[Span]:
    for span in _exact(text, name):
        if not _inside_words(run, text, span):
            yield span
    if run.seam is not None:
        return
    for i in range(len(text) - 1):
        if text[i : i + 2] == name:
            continue
        for wrong, right in ((0, 1), (1, 0)):
            blurred = run.glyphs[i + wrong].confidence < _BLURRED
            sure = run.glyphs[i + right].confidence >= _BLURRED
            if text[i + right] == name[right] and blurred and sure:
                yield Span("name-readable", i, i + 2, weak=True)


def _inside_words(run: Run, text: str, span: Span) -> bool:
    start, end = span.start, span.end
    if run.starts_fresh(start) or run.ends_fresh(end):
        return False
    surname, given = text[start], text[end - 1]
    before = text[start - 1] in "小老" + _WORD_BEFORE.get(surname, "") or surname == "和"
    return before and text[end] in _WORD_BEHIND.get(given, "")


def _three(run: Run, text: str, name: str) -> Iterator[Span]:
    a, b, c = name[0], name[1], name[2]
    for i in range(len(text) - 1):
        pair, triple, quad = text[i : i + 2], text[i : i + 3], text[i : i + 4]
        sure = [g.confidence for g in run.glyphs[i : i + 4]]
        if triple == name:
            yield Span("name-readable", i, i + 3)
        elif len(quad) == 4 and quad[0] == a and quad[3] == c and b in quad[1:3]:
            yield Span("name-readable", i, i + 4)
        elif len(triple) == 3 and _one_wrong(triple, name, sure):
            yield Span("name-readable", i, i + 3, weak=True)
        elif _pair_left(run, text, i, pair, (a, b, c)):
            yield Span("name-readable", i, i + 2, weak=True)


def _one_wrong(triple: str, name: str, sure: list[float]) -> bool:
    """Whether one character differs and the reader was not sure of that one."""
    wrong = [k for k in range(3) if triple[k] != name[k]]
    return len(wrong) == 1 and sure[wrong[0]] < _UNSURE


def _pair_left(run: Run, text: str, i: int, pair: str, name: tuple[str, str, str]) -> bool:
    """Whether two of three characters stand where the third may have been lost.

    Two characters alone are often an ordinary word or another person, so they count only when they
    stand by themselves, or when there is room or doubt where the third should be.
    """
    a, b, c = name
    end = i + 2
    if pair == a + c:
        unsure = min(g.confidence for g in run.glyphs[i:end]) < _UNSURE
        return unsure or run.glyphs[i + 1].fresh
    if pair == a + b:
        return run.ends_fresh(end) or text.startswith(_TITLES, end)
    if pair == b + c:
        return run.starts_fresh(i) and (run.ends_fresh(end) or text.startswith(_TITLES, end))
    return False


def _long(run: Run, text: str, name: str) -> Iterator[Span]:
    """Four characters and more: one edit anywhere, two from six characters on."""
    edits = 2 if len(name) >= 6 else 1
    taken = -1
    for i in range(len(text)):
        if i < taken or text[i] not in name:
            continue
        lengths = range(len(name) - edits, len(name) + edits + 1)
        best = min(
            ((Levenshtein.distance(name, text[i : i + n]), n) for n in lengths),
            key=lambda d: d[0],
        )
        if best[0] <= edits and len(text) - i >= len(name) - edits:
            taken = i + best[1]
            yield Span("name-readable", i, min(len(text), taken))
