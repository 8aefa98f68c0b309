"""Searches the applicant's unit by its full name and by the short names people give it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from pipeline.verification.text import Run, Span

_ALIKE, _WHOLE = 85, 82
_UNSURE = 0.85
_NUMERALS = set("一二三四五六七八九十百零〇0123456789")
_DIGITS = "零一二三四五六七八九"
_PLACE = re.compile(
    r"^(?P<province>[^省]{2,6}(?:省|自治区|特别行政区))?"
    r"(?P<city>[^市]{2,6}?(?:市|自治州|地区|盟))?"
    r"(?P<county>[^区县]{1,6}?(?:自治县|新区|区|县|旗|市))?"
    r"(?P<town>[^镇乡]{1,5}?(?:街道|镇|乡))?"
    r"(?P<core>.+)$"
)
_SHORTER = (
    (r"第([一二三四五六七八九十百\d]+)(?:高级|初级|完全)?中学", r"\1中"),
    (r"第([一二三四五六七八九十百\d]+)小学", r"\1小"),
    (r"第([一二三四五六七八九十百\d]+)幼儿园", r"\1幼"),
    (r"实验小学", "实小"),
    (r"实验中学", "实中"),
    (r"外国语学校", "外国语"),
    (r"附属中学", "附中"),
    (r"附属小学", "附小"),
    (r"职业技术学院", "职院"),
    (r"师范大学", "师大"),
    (r"师范学院", "师院"),
    (r"高级中学", "中学"),
    (r"高级中学", "高中"),
    (r"中心小学", "小学"),
    (r"中心幼儿园", "幼儿园"),
    (r"中学$", "中"),
    (r"小学$", "小"),
)
# A core of these words alone is any place's school; without a place before it, it says nothing.
_COMMON = re.compile(
    r"(?:第?[一二三四五六七八九十百\d]+|实验|中心|高级|初级|完全|外国语|职业|技术|机关|附属|师范|特殊教育"
    r"|中学|小学|学校|幼儿园|幼|中|小|学院|大学|进修|教师|分校|校区|教育|实小|实中|附中|附小)+"
)
_NOT_A_SCHOOL = {"中": "心间央国外等期", "小": "组型说时"}
_SHORTEST = 4


def unit_names(units: tuple[str, ...]) -> tuple[str, ...]:
    """Return the full names without spaces and punctuation."""
    plain = (unicodedata.normalize("NFKC", u) for u in units)
    squeezed = ("".join(c for c in u if c.isalnum()).lower() for u in plain)
    return tuple(dict.fromkeys(u for u in squeezed if len(u) >= 3))


def short_forms(unit: str) -> tuple[str, ...]:
    """Return the short names of a unit, such as 淮南二中 for 淮南市第二中学."""
    match = _PLACE.match(unit)
    if match is None:
        return ()
    core = match["core"]
    cores = {core}
    for pattern, short in _SHORTER:
        cores |= {re.sub(pattern, short, c) for c in cores}
    forms: dict[str, None] = {}
    for place in _places(match):
        forms.update(dict.fromkeys(place + c for c in cores))
    forms.update(dict.fromkeys(c for c in cores if not _COMMON.fullmatch(c)))
    forms.update(dict.fromkeys(_with_digits(f) for f in (unit, *forms)))
    wanted = (f for f in forms if f != unit)
    return tuple(f for f in wanted if len(f) >= _SHORTEST or (len(f) == 3 and f[-1] in "中小"))


def _with_digits(name: str) -> str:
    """Write the Chinese numerals of a name as digits: 第十二中学 as 第12中学, 一六八 as 168."""

    def digits(match: re.Match[str]) -> str:
        tens, ten, ones = match[0].rpartition("十")
        plain = str(int("".join(str(_DIGITS.index(c)) for c in tens or "一"))) if ten else ""
        return plain + ("".join(str(_DIGITS.index(c)) for c in ones) or "0")

    return re.sub(f"[{_DIGITS}]*十?[{_DIGITS}]+|[{_DIGITS}]*十", digits, name)


def _places(match: re.Match[str]) -> list[str]:
    """Return the ways of naming the place before the core, long and short."""
    parts = [match[g] for g in ("city", "county", "town") if match[g]]
    short = [_bare(p) for p in parts]
    places = [*parts, *short, "".join(parts), "".join(short)]
    places += [a + b for a, b in zip(short, parts[1:], strict=False)]
    places += ["".join(parts[:2]), "".join(short[:2]), "".join(parts[1:]), "".join(short[1:])]
    if match["province"]:
        province = _bare(match["province"])
        places += [match["province"], province, *(province + s for s in short)]
    return [p for p in dict.fromkeys(places) if len(p) >= 2]


def _bare(place: str) -> str:
    bare = re.sub(
        r"(?:特别行政区|自治区|自治州|自治县|新区|街道|地区|[省市区县旗镇乡盟])$", "", place
    )
    return bare if len(bare) >= 2 else place


def find_units(run: Run, units: tuple[str, ...], shorts: tuple[str, ...]) -> Iterator[Span]:
    """Yield the places where the unit may be readable."""
    text = run.text
    for unit in units:
        for start, end in _alike(unit, text, 0):
            if run.counts(start, end) and not _other_unit(run, unit, start, end):
                yield Span("unit-readable", start, end)
    for form in shorts:
        start = text.find(form)
        while start >= 0:
            end = start + len(form)
            continued = text[end : end + 1] in tuple(_NOT_A_SCHOOL.get(form[-1], ""))
            if run.counts(start, end) and (run.ends_fresh(end) or not continued):
                yield Span("unit-readable", start, end)
            start = text.find(form, start + 1)


def _alike(unit: str, text: str, offset: int) -> Iterator[tuple[int, int]]:
    """Yield all stretches of ``text`` that are close to the whole unit."""
    found = fuzz.partial_ratio_alignment(unit, text, score_cutoff=_ALIKE)
    if found is None or found.dest_end <= found.dest_start:
        return
    start, end = found.dest_start, found.dest_end
    # A text shorter than the unit is aligned with a part of it, hence the second comparison.
    if fuzz.ratio(unit, text[start:end]) >= _WHOLE:
        yield offset + start, offset + end
    yield from _alike(unit, text[:start], offset)
    yield from _alike(unit, text[end:], offset + end)


def _other_unit(run: Run, unit: str, start: int, end: int) -> bool:
    """Whether it differs in a number that was read surely: 第三中学 is not 第二中学."""
    window = run.text[start:end]
    return any(
        op.tag == "replace"
        and unit[op.src_pos] in _NUMERALS
        and window[op.dest_pos] in _NUMERALS
        and run.glyphs[start + op.dest_pos].confidence >= _UNSURE
        for op in Levenshtein.editops(unit, window)
    )
