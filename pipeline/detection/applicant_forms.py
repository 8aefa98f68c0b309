"""The forms in which a person or a school appears: pinyin names, short forms of units."""

from __future__ import annotations

import re
from functools import lru_cache

from pypinyin import Style, pinyin

from pipeline.surnames import surnames

_DIGITS = dict(zip("123456789", "一二三四五六七八九", strict=True))
_PLACE = re.compile(
    r"^(?P<province>[一-龥]{2,8}?(?:省|自治区|特别行政区))?"
    r"(?P<city>[一-龥]{2,8}?(?:自治州|地区|市|州|盟))?"
    r"(?P<county>[一-龥]{1,8}?(?:新区|开发区|高新区|自治县|自治旗|区|县|旗|市))?"
    r"(?P<town>[一-龥]{1,6}?(?:街道|镇|乡|苏木))?"
)
_KIND_SHORT = (
    ("中等专业学校", "中专"),
    ("职业技术教育中心", "职教中心"),
    ("特殊教育学校", "特校"),
    ("外国语学校", "外校"),
    ("实验小学", "实小"),
    ("实验中学", "实中"),
    ("实验幼儿园", "实幼"),
    ("附属小学", "附小"),
    ("附属中学", "附中"),
    ("附属幼儿园", "附幼"),
    ("中心小学", "中心校"),
    ("中心幼儿园", "中心园"),
    ("高级中学", "高中"),
    ("初级中学", "初中"),
    ("职业技术学校", "职校"),
    ("职业高级中学", "职高"),
    ("幼儿园", "幼"),
    ("小学", "小"),
    ("中学", "中"),
)


@lru_cache(maxsize=4096)
def split_unit(unit: str) -> tuple[tuple[str, ...], str]:
    """Split a unit's name into its places (from province to town) and its own part."""
    match = _PLACE.match(unit)
    places = tuple(p for p in match.groups() if p) if match else ()
    core = unit[match.end() :] if match else unit
    # 小学 of 市区小学 must not be all that is left of a name.
    while places and len(core) < 2:
        core = places[-1] + core
        places = places[:-1]
    return places, core


def bare_place(place: str) -> str:
    """Return a place without its class word: 淮南市 → 淮南."""
    short = re.sub(
        r"(特别行政区|自治区|自治州|自治县|自治旗|地区|街道|苏木|新区|省|市|州|盟|区|县|旗|镇|乡)$",
        "",
        place,
    )
    return short if len(short) >= 2 else place


def short_cores(core: str) -> set[str]:
    """Return the ways in which a school's own part is said: 第二中学 → 二中."""
    numbered = re.sub(r"第?([1-9])(?=[中小幼]|初|高|实)", lambda m: "第" + _DIGITS[m[1]], core)
    forms = {core, numbered}
    for form in list(forms):
        if "第" in form:
            forms.add(form.replace("第", ""))
    if is_distinctive(core):
        # 洞山中学 is 洞中 to those who live there.
        ends = {"中学": "中", "小学": "小", "幼儿园": "幼"}
        forms |= {core[0] + short for long, short in ends.items() if core.endswith(long)}
    for form in list(forms):
        for long, short in _KIND_SHORT:
            if form.endswith(long) and len(form) > len(long):
                forms.add(form[: -len(long)] + short)
                break
        for long, short in _KIND_SHORT[:12]:
            if form.endswith(long):
                forms.add(form[: -len(long)] + short)
    return {f for f in forms if len(f) >= 2}


def plain_numerals(text: str) -> str:
    """Write a school's number as Chinese numerals, character by character: 2中 → 二中."""
    return re.sub("[1-9](?=[中小幼])", lambda m: _DIGITS[m[0]], text)


@lru_cache(maxsize=1024)
def unit_forms(unit: str) -> tuple[str, ...]:
    """Return every form in which a unit may stand on a page, longest first.

    淮南市第二中学 gives 淮南市第二中学, 淮南第二中学, 淮南市二中, 淮南二中, 第二中学, …; a form that
    could be any school of the country (二中, 实验小学 alone) is not among them.
    """
    unit = re.sub(r"\s", "", unit)
    places, core = split_unit(unit)
    forms = {unit, plain_numerals(unit)}
    cores = short_cores(plain_numerals(core))
    # 六安市外国语学校 is 六安外国语 to those who live there.
    cores |= {form.removesuffix("学校") for form in cores if form.endswith("外国语学校")}
    tails = [""]
    if places:
        # 市二中 and 淮二中 are said where the place is known.
        tails += [places[-1][-1], bare_place(places[-1])[0]]
    for depth in range(len(places)):
        full = "".join(places[depth:])
        bare = "".join(bare_place(p) for p in places[depth:])
        last = places[-1]
        tails += [full, bare, places[depth], bare_place(places[depth]), last, bare_place(last)]
    for tail in tails:
        forms.update(tail + form for form in cores if tail or is_distinctive(form))
    if places and places[-1][-1] in "镇乡" and core.startswith("中心"):
        # 石桥镇中心小学 is 石桥小学 to those around.
        rest = core.removeprefix("中心")
        forms.update(
            tail + form
            for tail in (places[-1], bare_place(places[-1]))
            for form in (rest, *short_cores(rest))
        )
    return tuple(sorted((f for f in forms if len(f) >= 3), key=lambda f: (-len(f), f)))


@lru_cache(maxsize=64)
def bare_forms(unit: str) -> tuple[str, ...]:
    """Return a school's own part without any place: 第二中学, 二中; longest first.

    Any town may have a school of that name, so these are looked for only as the applicant's own.
    """
    _, core = split_unit(plain_numerals(re.sub(r"\s", "", unit)))
    plain = frozenset("小学 中学 学校 大学 学院 幼儿园 高中 初中 幼 小 中".split())
    known = {short for _, short in _KIND_SHORT}
    forms = {
        f for f in short_cores(core) - plain if f in known or not f.endswith(("小", "幼", "校区"))
    } - plain
    forms |= {f for f in short_cores(core) if re.fullmatch(r"[一二三四五六七八九十]+[中小幼]", f)}
    return tuple(sorted(forms, key=lambda f: (-len(f), f)))


def is_distinctive(core: str) -> bool:
    """Whether a school's own part names one school without its place.

    洞山中学 does; 第二中学, 实验小学, 中心幼儿园 do not on their own.
    """
    rest = core
    for word in (
        "职业技术",
        "特殊教育",
        "外国语",
        "实验",
        "中心",
        "附属",
        "高级",
        "初级",
        "民族",
        "希望",
        "机关",
        "职业",
        "教育",
        "学校",
        "小学",
        "中学",
        "幼儿园",
        "大学",
        "学院",
        "高中",
        "初中",
        "完全",
        "九年一贯制",
        "分校",
        "校区",
        "实小",
        "实中",
        "实幼",
        "附小",
        "附中",
        "附幼",
        "特校",
        "外校",
        "职高",
        "职校",
        "中心校",
        "中心园",
    ):
        rest = rest.replace(word, "")
    rest = re.sub(r"第?[一二三四五六七八九十百0-9]+|[第中小幼校园]", "", rest)
    return len(rest) >= 2


def canonical_unit(unit: str) -> str:
    """Return one key for all forms of a unit: place and own part in their shortest form."""
    places, core = split_unit(plain_numerals(re.sub(r"\s", "", unit)))
    place = bare_place(places[-1]) if places else ""
    if places and places[-1][-1] in "镇乡":
        core = core.removeprefix("中心")
    # 洞中 could be 洞庭中学 as well as 洞山中学.
    forms = {f for f in short_cores(core) if not is_distinctive(core) or f[:2] == core[:2]}
    return place + min(forms or {core}, key=lambda f: (len(f), f))


@lru_cache(maxsize=1024)
def split_name(name: str) -> tuple[str, str]:
    """Split a Chinese name into surname and given name."""
    name = re.sub(r"\s", "", name)
    if len(name) > 2 and name[:2] in surnames():
        return name[:2], name[2:]
    return name[:1], name[1:]


@lru_cache(maxsize=64)
def name_part_pattern(name: str) -> re.Pattern[str]:
    """Return a pattern whose group 1 is the part of a name by which people call its bearer.

    阿依努尔·托列根 is called 阿依努尔; 张伟平 is 伟平老师 to colleagues.
    """
    parts = re.split("[·•・]", name)
    if len(parts) > 1:
        long = [re.escape(p) for p in parts if len(p) >= 3]
        return re.compile(f"({'|'.join(long) or '(?!)'})")
    given = split_name(name)[1]
    if len(given) != 2:
        return re.compile("((?!))")
    before = "(?:(?<![一-龥])|(?<=[由和与请让为对听跟给]))"
    called = f"{before}{re.escape(given)}(?=老师|同志|同学|校长|主任|园长)"
    # [作者简介]张伟平，: the surname was swallowed by the bracket, whose box then holds it.
    swallowed = rf"[\])）】]{re.escape(given)}(?=[，,])"
    return re.compile(f"({called}|{swallowed})")


@lru_cache(maxsize=1024)
def pinyin_pattern(name: str) -> re.Pattern[str] | None:
    """Return a pattern for a name in pinyin, either order, any case, hyphens or spaces lost.

    张伟平 matches Zhang Weiping, ZHANG Wei-ping, Weiping Zhang, Zhang W. P.; None for names that
    have no Chinese characters.
    """
    surname, given = split_name(name)
    if "·" in name or not given:
        parts = [p for p in re.split("[·•・]", name) if p]
        words = [_syllables(p) for p in parts]
        if not all(words):
            return None
        gap = r"[\s·•.\-]*"
        return re.compile(gap.join("[-\\s']*".join(w) for w in words), re.IGNORECASE)
    first, last = _syllables(surname), _syllables(given)
    if not first or not last:
        return None
    family = "[-\\s]*".join(first)
    personal = "[-\\s'’]*".join(last)
    initials = r"\.?[-\s]*".join(_initial(s) for s in last) + r"\.?"
    gap = r"[\s,·.]*"
    return re.compile(
        rf"(?<![A-Za-z])(?:{family}{gap}{personal}|{personal}{gap}{family}"
        rf"|{family}[\s,]+{initials}|{initials}[.\s,]+{family})(?![A-Za-z])",
        re.IGNORECASE,
    )


def _syllables(text: str) -> list[str]:
    out = []
    for options in pinyin(text, style=Style.NORMAL, heteronym=True, errors="ignore"):
        plain = sorted({o.replace("ü", "v") for o in options})
        variants = {p for o in plain for p in (o, o.replace("v", "u"), o.replace("v", "yu"))}
        out.append("(?:" + "|".join(sorted(variants, key=len, reverse=True)) + ")")
    return out


def _initial(syllable: str) -> str:
    """Return the class of first letters of a syllable's variants ``(?:wei|ui)``."""
    return "[" + "".join(sorted({v[0] for v in syllable[3:-1].split("|")})) + "]"
