"""The printed forms of ISSN, ISBN, article number, DOI, CIP, postal code and permit in one string.

Check digits are python-stdnum's. Letters in the place of digits are taken for the digits they look
like and the number is flagged; a number whose check digit then still fails is never changed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import NamedTuple

from stdnum import isbn as std_isbn
from stdnum import issn as std_issn
from stdnum.exceptions import ValidationError

from pipeline.publication.cn_numbers import DIGIT, LABEL, LOOKALIKES, foreign_before, read_cn
from pipeline.publication.nouns import NumberFlag, NumberKind

_NARROW = str.maketrans("–—－‐‑‒−―﹣⁃ー〔【（［〕】）］／∕：﹕×〇", "-----------(((())))//::X0")
_D, _DASH = DIGIT, r"[ ]*[-_~.·一][ ]*"
_ISSN_LABEL = (
    r"(?:(?<![A-Za-z])[I1l|] ?[S5] ?[S5] ?[NM]|国际标准(?:连续出版物号|刊号)|国际(?:统一)?刊号)"
)
# Between a label and its number; bounded, or long gaps would take quadratic time.
_AFTER = r"[\s.:()]{0,8}"
ISSN_LABEL = re.compile(_ISSN_LABEL)
_ISSN = re.compile(
    rf"{_ISSN_LABEL}{_AFTER}(?P<n>{_D}{{4}}(?:{_DASH}|[ ]*){_D}{{3}}[0-9OoQDIli|!ZzSsBXx])"
    r"(?![0-9])(?!(?![CG] ?N)[A-Za-z])"
)
_ISSN_TORN = re.compile(rf"{_ISSN_LABEL}{_AFTER}(?P<n>[0-9]{_D}{{2,5}}{_DASH}{_D}{{1,5}}[Xx]?)")
_ISSN_BARE = re.compile(
    r"(?<![0-9A-Za-z.\-/])(?P<n>[0-9]{4}-[0-9]{3}[0-9X])(?![0-9\-/(.])(?!(?![CG] ?N)[A-Za-z])"
)
_ISBN = re.compile(
    r"(?P<label>(?<![A-Za-z])[I1l|] ?[S5] ?[B8] ?[NM](?:-?1[03](?=[: ]))?|标准书号|书号)?"
    rf"{_AFTER}(?P<n>97[89](?:[ -]*{_D}){{9}}[ -]*[0-9OoXx]"
    rf"|(?<![0-9-])[0-9](?:[ -]*{_D}){{8}}[ -]*[0-9OoXx])(?![0-9])"
)
# As much of a string as a CN with all around it may take.
_TAIL = 60
_N = "[0-9OoIl]"
_ARTICLE = re.compile(
    rf"(?P<issn>{_N}{{4}}-?{_N}{{3}}[0-9OoIlXx]) *\( *(?P<year>(?:19|20){_N}{{2}}) *\) *"
    rf"(?P<issue>[SsZz$]? ?{_N}{{1,2}}(?:[-/.][0-9]{{1,2}})?) *"
    rf"(?P<kind>\((?:上|中|下|增刊?|[A-Z])\))? *- *(?P<page>{_N}{{3,5}}) *- *(?P<pages>{_N}{{1,3}})"
)
_DOI = re.compile(r"(?<![0-9.])(?P<n>1[0Oo]\.[0-9]{4,9}/[0-9A-Za-z.()/_:;\-]*[0-9A-Za-z)])")
_CIP = re.compile(
    r"(?:C ?[I1l|] ?P[^0-9]{0,8}核?字?号?|核字)[\s.:(]{0,8}(?P<year>(?:19|20)[0-9]{2})\)?"
    r" *第? *(?P<n>[0-9]{5,6})(?![0-9])"
)
_POSTAL = re.compile(
    r"(?:邮发代号|邮局代号|邮发编号)[\s.:]{0,8}(?P<n>[0-9]{1,2}[ ]*[-一~][ ]*[0-9]{1,4})(?![0-9])"
)
_PERMIT = re.compile(
    r"(?P<n>(?:准印证|准印字|内资准印?|内部资料(?:性出版物)?准印证|新出[^0-9]{0,6}准字)[^0-9,。;]{0,8}"
    r"(?:[(]?(?:19|20)[0-9]{2}[)]?)?[^0-9,。;]{0,4}(?:[0-9][0-9-]{1,11})?号?)"
)


class Spot(NamedTuple):
    """A number in a string: its kind, value and flags, and the characters it takes."""

    kind: NumberKind
    value: str | None
    flags: frozenset[NumberFlag]
    start: int
    end: int


class ArticleNumber(NamedTuple):
    """The parts of ``1005-5843(2018)08-0024-09``; a supplement's issue begins with ``S``."""

    issn: str
    year: int
    issue: str
    first_page: int
    pages: int

    @property
    def supplement(self) -> bool:
        """Whether the issue is one beside the regular ones."""
        return self.issue.startswith("S")


class DoiParts(NamedTuple):
    """What a DOI of a Chinese journal says of its issue; None where it is silent."""

    issn: str | None
    year: int | None
    issue: str | None


def half_width(text: str) -> str:
    """Return the text with half-width letters, digits, dashes and brackets, of the same length."""
    narrow = (unicodedata.normalize("NFKC", c) for c in text.translate(_NARROW))
    return "".join(n if len(n) == 1 else c for n, c in zip(narrow, text, strict=True))


def spots_in(text: str) -> Iterator[Spot]:
    """Yield the numbers of a string, those inside a longer number only as part of it.

    Args:
        text: Half-width, as :func:`half_width` makes it.
    """
    taken = [False] * len(text)
    finders: tuple[Callable[[str], Iterator[Spot]], ...] = (
        _dois, _articles, _isbns, _issns, _cns, _cips, _postals, _permits, _bare_issns, _bare_cns,
    )  # fmt: skip
    for find in finders:
        for spot in find(text):
            if not any(taken[spot.start : spot.end]):
                taken[spot.start : spot.end] = [True] * (spot.end - spot.start)
                yield spot


def article_parts(value: str) -> ArticleNumber | None:
    """Return the parts of an article number's value."""
    match = _ARTICLE.fullmatch(value)
    if match is None:
        return None
    issn = match["issn"] if "-" in match["issn"] else f"{match['issn'][:4]}-{match['issn'][4:]}"
    issue, pages = match["issue"], int(match["pages"])
    return ArticleNumber(issn, int(match["year"]), issue, int(match["page"]), pages)


def doi_parts(value: str) -> DoiParts:
    """Return ISSN, year and issue out of ``10.x/j.issn.1005-5843.2018.08.005`` and its like."""
    issn = re.search(r"issn\.?([0-9]{4}-?[0-9]{3}[0-9x])", value)
    number = issn[1].upper().replace("-", "") if issn else None
    when = re.search(r"\.((?:19|20)[0-9]{2})\.([sz]?[0-9]{1,2})(?:\.|$)", value)
    return DoiParts(
        f"{number[:4]}-{number[4:]}" if number else None,
        int(when[1]) if when else None,
        when[2].upper() if when else None,
    )


def barcode_number(digits: str) -> Spot | None:
    """Return the ISSN or ISBN that an EAN-13 bar code carries (an add-on of 2 or 5 digits too).

    977 is followed by an ISSN without its check digit and a two-digit variant; 978 and 979 are the
    ISBN itself.
    """
    digits = re.sub(r"[^0-9]", "", digits)
    if len(digits) not in {13, 15, 18}:
        return None
    flags = frozenset({NumberFlag.BARCODE})
    if digits.startswith("977"):
        body = digits[3:10]
        value = f"{body[:4]}-{body[4:]}{std_issn.calc_check_digit(body)}"
        return Spot(NumberKind.ISSN, value, flags, 0, 13)
    if digits.startswith(("978", "979")):
        return Spot(NumberKind.ISBN, digits[:13], flags | _isbn_flags(digits[:13]), 0, 13)
    return None


def issn_flags(value: str) -> frozenset[NumberFlag]:
    """Return whether the check digit of ``1005-5843`` fails."""
    return frozenset() if std_issn.is_valid(value) else frozenset({NumberFlag.BAD_CHECK})


def _isbn_flags(digits: str) -> frozenset[NumberFlag]:
    flags = set()
    try:
        std_isbn.validate(digits)
    except ValidationError:
        flags.add(NumberFlag.BAD_CHECK)
    group = digits[3:] if len(digits) == 13 else digits
    if digits.startswith("979") or not group.startswith("7"):
        flags.add(NumberFlag.NOT_MAINLAND)
    return frozenset(flags)


def _digits(raw: str) -> tuple[str, frozenset[NumberFlag]]:
    """Return the digits (and X) of a raw number, letters taken for the digits they look like."""
    plain = re.sub(r"[^0-9A-Za-z|!]", "", raw)
    read = "".join(c.upper() if c in "xX" else LOOKALIKES.get(c, c) for c in plain)
    changed = read != plain.upper()
    return read, frozenset({NumberFlag.REPAIRED}) if changed else frozenset()


def _dois(text: str) -> Iterator[Spot]:
    for match in _DOI.finditer(text):
        value = match["n"].lower().replace("1o.", "10.")
        yield Spot(NumberKind.DOI, value, frozenset(), *match.span("n"))


def _articles(text: str) -> Iterator[Spot]:
    for match in _ARTICLE.finditer(text):
        issn, flags = _digits(match["issn"])
        issue = match["issue"].replace(" ", "").replace("$", "S")
        head = issue[0].upper() if issue[0] in "SsZz" else ""
        issue = head + "".join(LOOKALIKES.get(c, c) for c in issue[len(head) :])
        kind = "S" if not head and match["kind"] and "增" in match["kind"] else ""
        year, page, pages = (_digits(match[k])[0] for k in ("year", "page", "pages"))
        value = f"{issn[:4]}-{issn[4:]}({year}){kind}{issue}-{page}-{pages}"
        check = issn_flags(f"{issn[:4]}-{issn[4:]}")
        yield Spot(NumberKind.ARTICLE, value, flags | check, *match.span())


def _isbns(text: str) -> Iterator[Spot]:
    for match in _ISBN.finditer(text):
        value, flags = _digits(match["n"])
        flags |= _isbn_flags(value)
        if not match["label"]:
            # Thirteen digits that begin with 978 and check are an ISBN; ten digits may be anything.
            if len(value) != 13 or NumberFlag.BAD_CHECK in flags:
                continue
            flags |= {NumberFlag.UNLABELLED}
        yield Spot(NumberKind.ISBN, value, flags, *match.span("n"))


def _issns(text: str) -> Iterator[Spot]:
    for match in _ISSN.finditer(text):
        digits, flags = _digits(match["n"])
        value = f"{digits[:4]}-{digits[4:]}"
        if "X" in digits[:7]:
            yield Spot(NumberKind.ISSN, None, frozenset({NumberFlag.DAMAGED}), *match.span("n"))
        else:
            yield Spot(NumberKind.ISSN, value, flags | issn_flags(value), *match.span("n"))
    for match in _ISSN_TORN.finditer(text):
        yield Spot(NumberKind.ISSN, None, frozenset({NumberFlag.DAMAGED}), *match.span("n"))


def _bare_issns(text: str) -> Iterator[Spot]:
    for match in _ISSN_BARE.finditer(text):
        years = re.fullmatch(r"(?:19|20)[0-9]{2}-(?:19|20)[0-9]{2}", match["n"])
        if std_issn.is_valid(match["n"]) and not years:
            flags = frozenset({NumberFlag.UNLABELLED})
            yield Spot(NumberKind.ISSN, match["n"], flags, *match.span("n"))


def _cns(text: str) -> Iterator[Spot]:
    for label in LABEL.finditer(text):
        tail = text[label.end() : label.end() + _TAIL]
        if LABEL.match(tail.lstrip(" .:()-")):
            continue
        found = read_cn(tail)
        if found is None:
            continue
        start = label.end() + len(tail) - len(tail.lstrip(" .:)"))
        value, flags = found.value, found.flags
        if foreign_before(text[: label.start()]):
            value, flags = None, flags | {NumberFlag.HONG_KONG}
        yield Spot(NumberKind.CN, value, flags, start, label.end() + found.end)


def _bare_cns(text: str) -> Iterator[Spot]:
    for match in re.finditer(r"(?<![0-9A-Za-z.\-/])[0-9]{2}-[0-9]{4} ?/ ?[A-Z]", text):
        found = read_cn(text[match.start() : match.start() + _TAIL])
        if found is not None:
            flags = found.flags | {NumberFlag.UNLABELLED}
            yield Spot(NumberKind.CN, found.value, flags, match.start(), match.start() + found.end)


def _cips(text: str) -> Iterator[Spot]:
    for match in _CIP.finditer(text):
        yield Spot(NumberKind.CIP, match["year"] + match["n"], frozenset(), *match.span())


def _postals(text: str) -> Iterator[Spot]:
    for match in _POSTAL.finditer(text):
        value = re.sub(r"[^0-9]+", "-", match["n"])
        # Odd numbers are newspapers'.
        odd = {NumberFlag.NEWSPAPER} if int(value[-1]) % 2 else set()
        yield Spot(NumberKind.POSTAL, value, frozenset(odd), *match.span("n"))


def _permits(text: str) -> Iterator[Spot]:
    for match in _PERMIT.finditer(text):
        digits = re.sub(r"[^0-9-]", "", match["n"])
        yield Spot(NumberKind.PERMIT, digits or None, frozenset(), *match.span("n"))
