"""CN numbers: ``CN 34-1331/G4`` through reading errors, and the signs of a forged one.

Structure after GB/T 9999.1-2018: two digits of region, four of serial, then a slash and the class
of the Chinese Library Classification. The neighbourhood is looked at before the number: HK, NR,
brackets and foreign letters are signs of a forgery, and no number is taken out of one. Only region
and serial name a journal; classes drift, even in official lists.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from pipeline.publication.nouns import NumberFlag

#: Regions of GB/T 2260 as serial numbers use them; 10 is Beijing's extension.
REGIONS = {
    "10": "北京", "11": "北京", "12": "天津", "13": "河北", "14": "山西", "15": "内蒙古",
    "21": "辽宁", "22": "吉林", "23": "黑龙江", "31": "上海", "32": "江苏", "33": "浙江",
    "34": "安徽", "35": "福建", "36": "江西", "37": "山东", "41": "河南", "42": "湖北",
    "43": "湖南", "44": "广东", "45": "广西", "46": "海南", "50": "重庆", "51": "四川",
    "52": "贵州", "53": "云南", "54": "西藏", "61": "陕西", "62": "甘肃", "63": "青海",
    "64": "宁夏", "65": "新疆",
}  # fmt: skip

# What a reader takes a digit for; a letter cannot be one, so undoing it invents nothing.
LOOKALIKES = dict(zip("OoDQIli|!ZzSsB", "00001111122558", strict=True))
DIGIT = r"[0-9OoDQIli|!ZzSsB]"
_DASH = r"[ ]*[-一_~.·]{1,3}[ ]*"
# The label itself, read with G for C or with a gap; not the beginning of CNKI, not the end of .CN.
LABEL = re.compile(
    r"(?<![A-WYZa-z@/_])(?<![A-Za-z0-9]\.)[CG] ?N(?!KI)(?![a-z])"
    r"|(?:国内)?统一(?:连续出版物号|刊号)|国内(?:连续出版物号|刊号)"
)
_GAP = r"[\s.:,·、;)\]-]{0,12}"
_PROPER = re.compile(
    rf"{_GAP}(?P<region>{DIGIT}{{2}})(?P<dash>{_DASH}| ?)(?P<serial>{DIGIT}{{4}})(?P<rest>.*)"
)
# A forged or damaged number: letters and brackets, then two groups of digits.
_LIKE_ONE = re.compile(
    rf"{_GAP}(?P<head>[(\[]?[A-Z香港]{{0,3}}{_GAP}[A-Z]{{0,2}}){DIGIT}{{1,4}}{_DASH}{DIGIT}{{2,5}}(?![0-9])"
)
_CLASS = re.compile(
    r"(?P<slash> *[/\\|] *|)(?P<cls>[A-Za-z0][A-Z]?(?:[0-9Oo](?=(?:19|20)[0-9]{2}(?![0-9]))"
    r"|(?=(?:19|20)[0-9]{2}(?![0-9]))|[0-9Oo]{0,2}(?![0-9a-z])))"
)
# A slash that was read as a one: 34-13311G4.
_SLASH_AS_ONE = re.compile(r"[1lI](?=[A-Z][0-9A-Z]?(?![0-9A-Za-z]))")
_IN_BRACKETS = re.compile(r" *[/\\|]? *[(\[] *[A-Z]")
_LIBRARY_CLASS = re.compile(r"[A-KN-VXZ][0-9]{0,2}|T[BDEFGHJKLMNPQSUV][0-9]?")

_HONG_KONG = re.compile(r"H[.·]?K(?![$D])|H K(?![A-Z])|香港|[(\[]港[)\]]|(?<![A-Z])RH(?![A-Z])")
_NR = re.compile(r"(?<![A-Z])N[ .]?R(?![A-Z])")
# Signs are looked for this many characters beyond the number.
_NEAR = 8
_LONGEST = 30
_STOP = re.compile(r"[I1l|] ?S ?S ?N|I ?S ?B ?N|(?![一香港])[一-龥]|一(?! *[0-9])")


class CnReading(NamedTuple):
    """A CN number in a string: its value, its signs, and how far it reaches.

    ``value`` is ``34-1331/G4`` or ``34-1331``, None where none can be told or it is forged.
    ``end`` counts characters of the string.
    """

    value: str | None
    flags: frozenset[NumberFlag]
    end: int


def read_cn(tail: str) -> CnReading | None:
    """Read what follows a CN label.

    Args:
        tail: Text after the label, half-width.

    Returns:
        None where no such number follows.
    """
    stop = _STOP.search(tail)
    tail = tail[: min(_LONGEST, stop.start() if stop else _LONGEST)]
    proper = _PROPER.match(tail)
    if proper is None:
        return _forged_or_damaged(tail)
    value, flags, end = _proper(proper)
    signs = _signs(tail[: end + _NEAR])
    if signs:
        return CnReading(None, frozenset(flags | signs), min(len(tail.rstrip()), end + _NEAR))
    return CnReading(value, frozenset(flags), end)


def foreign_before(head: str) -> bool:
    """Whether Hong Kong stands right before a CN label: ``HK(CN)44-1234``.

    Args:
        head: Half-width text up to the label.
    """
    return re.search(r"(?:HK|H K|香港|[(\[]港[)\]])[\s.:()\-]*$", head[-8:].upper()) is not None


def cn_key(value: str) -> tuple[str, str]:
    """Return region and serial of a value such as ``34-1331/G4``."""
    return value[:2], value[3:7]


def structure_flags(region: str, serial: str) -> set[NumberFlag]:
    """Return what region and serial say by themselves, after GB/T 9999.1."""
    flags = set()
    if region not in REGIONS:
        flags.add(NumberFlag.BAD_REGION)
    number = int(serial)
    if number == 0:
        flags.add(NumberFlag.BAD_SERIAL)
    elif number < 1000:
        flags.add(NumberFlag.NEWSPAPER)
    elif number >= 9000:
        flags.add(NumberFlag.ELECTRONIC)
    elif number >= 6000:
        flags.add(NumberFlag.NETWORK)
    return flags


def _proper(match: re.Match[str]) -> tuple[str | None, set[NumberFlag], int]:
    """Return value, flags and end of two and four digits with what follows them."""
    raw, rest, end = match["region"] + match["serial"], match["rest"], match.start("rest")
    digits = "".join(LOOKALIKES.get(c, c) for c in raw)
    dash = match["dash"].strip()
    flags = {NumberFlag.REPAIRED} if digits != raw or not dash else set()
    eaten = _SLASH_AS_ONE.match(rest)
    if re.match("[0-9]", rest) and not eaten:
        return None, {NumberFlag.DAMAGED}, end
    if not dash and not re.match(r" *[/\\|]? *[A-Z]", rest):
        return None, {NumberFlag.DAMAGED}, end
    value = f"{digits[:2]}-{digits[2:]}"
    flags |= structure_flags(digits[:2], digits[2:])
    if eaten:
        flags.add(NumberFlag.REPAIRED)
        rest, end = rest[1:], end + 1
    found = _CLASS.match(rest)
    if found is None:
        if _IN_BRACKETS.match(rest):
            flags.add(NumberFlag.BRACKETS)
        elif re.match("[A-Za-z]", rest):
            flags.add(NumberFlag.ODD_SUFFIX)
        return value, flags, end
    slash = bool(found["slash"].strip() or eaten)
    letters = _class_letters(found["cls"], slash=slash)
    if letters is None:
        flags.add(NumberFlag.ODD_CLASS if slash else NumberFlag.ODD_SUFFIX)
        return value, flags, end + found.end()
    if not slash and letters[0] in "HNR":
        # A class whose slash was lost, or the H of Hong Kong glued on: nobody can tell.
        flags.add(NumberFlag.ODD_SUFFIX)
    return f"{value}/{letters}", flags, end + found.end()


def _class_letters(read: str, *, slash: bool) -> str | None:
    """Return a class of the library's classification, O and zero told apart by place."""
    if not slash and not read[0].isupper():
        return None
    head = "O" if read[0] in "oO0" else read[0].upper()
    letters = head + read[1:].replace("O", "0").replace("o", "0")
    return letters if _LIBRARY_CLASS.fullmatch(letters) else None


def _signs(around: str) -> set[NumberFlag]:
    around = around.upper()
    signs = set()
    if _HONG_KONG.search(around):
        signs.add(NumberFlag.HONG_KONG)
    if _NR.search(around):
        signs.add(NumberFlag.NR)
    return signs


def _forged_or_damaged(tail: str) -> CnReading | None:
    """Read a tail that does not begin with two and four digits."""
    like = _LIKE_ONE.match(tail)
    if like is None:
        return None
    end = like.end()
    signs = _signs(tail[: end + _NEAR])
    if re.search(r"[(\[]", like["head"]):
        signs.add(NumberFlag.BRACKETS)
    whole = re.search(rf"[A-Z)\]]{DIGIT}{{2}}{_DASH}{DIGIT}{{4}}$", like.group())
    if whole and re.search("[A-Z]", like["head"]):
        # A letter beside a whole number is a sign; in the place of a digit it is a misreading.
        signs.add(NumberFlag.FOREIGN_LETTERS)
    return CnReading(None, frozenset(signs or {NumberFlag.DAMAGED}), end)
