"""Who wrote an article: the names under its title.

A byline is names between separators: 张伟①　欧阳静, 文/王 芳, 安徽省某市第二中学 李强. Blanks inside a
name of two characters, marks of affiliation and units beside the names are taken away first.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from pipeline.reading.shapes import NAME_SHAPE, bare, ideographs
from pipeline.reading.sides import Row, Side, simplified
from pipeline.surnames import starts_with_surname, surnames

#: Below this a reading may be to blame for what does not fit.
SURE = 0.85
#: Likeness of titles, 0 to 100, above which they are the same.
SAME_TITLE = 80

_LEAD = re.compile(
    r"^[\W_]*(?:文\s*[/／|:：]|图文\s*[/／]|撰文\s*[:：]?|作者\s*[:：]|[OoC0]\s*(?=[一-鿿])|(?:本刊)?(?:特约)?(?:记者|通讯员)\s*)?\W*"
)
_MARKS = re.compile(r"[①-⑳⑴-⒇❶-❿*＊†‡#△▲☆★◎○●□■◇◆^]|(?<=[一-鿿])\s*[\d,，]+(?=\s|[,，、;；]|$)|\d+")
_BRACKETS = re.compile(r"[(（\[【〔][^)）\]】〕]*[)）\]】〕]?")
_TAILS = re.compile(
    r"[/／|·.…⋯。\-_—]{2,}.*$|等\s*$|[(（]?(?:通[讯信]作者|执笔|著|编著|主编|编)[)）]?\s*$"
)
_SPLIT = re.compile(r"[,，、;；:：/／|&\s]+")
_UNIT = re.compile(
    r".*(?:学校|中学|小学|幼儿园|幼儿院|学院|大学|教研室|教研院|进修学校|教育局|教体局|中心校|分校|校区|实验校|附中|附小|[一二三四五六七八九十\d]中|研究院|研究所|电教馆|党校|职高|高中|初中)"
)
_PLACE = re.compile(r"^.{1,8}(?:省|市|县|区|镇|乡|州|盟|旗)$")
_NAME = re.compile(r"[一-鿿㐀-䶿]{2,4}|[一-鿿]{1,6}(?:[·•・][一-鿿]{1,8})+")
_NO_NAMES = frozenset(
    ["摘要", "关键词", "作者", "目录", "目次", "内容", "正文", "论文", "文章", "高中", "初中", "小学", "中学", "大学", "语文", "数学", "英语", "物理", "化学", "生物", "政治", "历史", "地理", "安徽", "江苏", "江西", "云南", "安庆", "黄山", "温州", "金华", "石家庄", "单位", "学校", "时间", "时代", "方法", "方略", "方案", "路径", "应用", "应对", "成长", "成果", "高考", "中考", "常态", "常规", "和谐", "管理", "管窥", "文化", "文本", "文言文", "古诗文", "黄冈", "教育", "教学", "白话", "万方", "双减", "综述", "前言", "引言"]
)  # fmt: skip
_ANCHOR = re.compile(
    r"^[\W_]*(?:内\s*容\s*)?(?:摘\s*要|提\s*要|关\s*键\s*词|Abstract|Key\s?words)", re.I
)
_CREDIT = re.compile(r"^\W*(?:文|撰文|作者)\s*[/／|:：]")
_POSTCODE = re.compile(r"\d{6}")
_AFTER_BYLINE = re.compile(
    r"^\W*[(（\d]|学校|小学|中学|大学|学院|幼儿园|\d{6}|摘\s*要|关\s*键\s*词"
)
_UNITS = re.compile(r"^\W*[(（\d]|学校|小学|中学|大学|学院|幼儿园|\d{6}")
# 谢思贞1阿拉坦仓2: names with the numbers of their units.
_NUMBERED = re.compile(r"(?:[一-鿿]{2,5}[\d①-⑩,，、\s]+){2,}")
_SECTION = re.compile(r"^\s*[【\[■●◆▍□◇][^】\]]{2,8}[】\]]?\s*$")
# A running header that stands lower than usual: no title names year and issue.
_RUNNING = re.compile(
    r"(?:19|20)\d\d\s*年.{0,8}第\s*\d+\s*期|第\s*\d+\s*期.{0,12}(?:19|20)\d\d|总第\s*\d+\s*期"
)
_SUBTITLE = re.compile(r"^\s*[-—–―一_~=]{2,}\s*")
# A title goes on in the next row only where its row is about as wide as the side.
_FULL = 0.5
# A short row under a title is the author's, but for these last words.
_TITLE_END = re.compile(
    r"(?:研究|思考|实践|探索|策略|分析|初探|探析|反思|应用|路径|为例|方法|案例|启示)$"
)
_HEADER = 0.075


@dataclass(frozen=True, slots=True)
class Head:
    """The head of an article on a page of its body.

    Attributes:
        page: Page of the file.
        title: With its subtitle after ``——``.
        title_rows: Where the title stands.
        authors: Names without blanks, in order; empty where none could be told.
        author_rows: Where they stand.
    """

    page: int
    title: str = field(repr=False)
    title_rows: tuple[Row, ...] = field(repr=False)
    authors: tuple[str, ...] = field(repr=False)
    author_rows: tuple[Row, ...] = field(repr=False)

    @property
    def clear(self) -> bool:
        """Whether title and names were read without doubt."""
        rows = (*self.title_rows, *self.author_rows)
        return min((row.confidence for row in rows), default=0.0) >= SURE

    def with_known(self, names: Sequence[str]) -> Head:
        """Return the head with known names as they are known.

        They are parted from one that was read as their end or their rest, and written as given
        where the reader gave the traditional form, or took a rare surname for a common character
        (间丘亨晨 for 闾丘亨晨) that begins nobody's name.
        """
        authors: list[str] = []
        for author in (_as_known(author, names) for author in self.authors):
            known = next((n for n in names if n in author and n != author), None)
            pieces = author.partition(known) if known else (author,)
            authors += [piece for piece in pieces if len(piece) > 1]
        return replace(self, authors=tuple(authors))


def _as_known(author: str, names: Sequence[str]) -> str:
    same = (n for n in names if simplified(n) == simplified(author) or _surname_misread(author, n))
    return next(same, author)


def _surname_misread(author: str, name: str) -> bool:
    """Whether a reading is a known name but for a character that turns its surname into none."""
    surname = 2 if name[:2] in surnames() else 1
    given = len(name) - surname
    return (
        given >= 2
        and len(author) == len(name)
        and author[surname:] == name[surname:]
        and sum(a != b for a, b in zip(author, name, strict=True)) == 1
        and starts_with_surname(name)
        and not starts_with_surname(author)
    )


def find_head(side: Side) -> Head | None:
    """Find the title and the authors of an article that begins on this side."""
    rows = side.rows
    anchor = next((i for i, row in enumerate(rows) if _ANCHOR.search(row.text)), None)
    top = rows[:anchor] if anchor is not None else rows[: _first_prose(rows)]
    top = tuple(
        row
        for row in top
        if row.y1 > _HEADER and not (_SECTION.search(row.text) or _RUNNING.search(row.text))
    )
    titled = [row for row in top if ideographs(row.text) >= 4]
    if not titled:
        return None
    worded = [r for r in titled if ideographs(r.text) >= 6 and not _NUMBERED.fullmatch(r.text)]
    largest = max(worded or titled, key=lambda row: row.size)
    if largest.size < (1.12 if anchor is not None else 1.5) * side.usual_size:
        return None
    first = last = top.index(largest)
    while first > 0 and _goes_before(top[first - 1], top[first]):
        first -= 1
    while last + 1 < len(top) and _continues(top, last, largest):
        last += 1
    title = "".join(row.text.replace(" ", "") for row in top[first : last + 1])
    if last + 1 < len(top) and _SUBTITLE.search(top[last + 1].text):
        last += 1
        title += "——" + _SUBTITLE.sub("", top[last].text).replace(" ", "")
    authors, found = _authors(rows[rows.index(top[last]) + 1 :])
    return Head(side.page, title, top[first : last + 1], authors, found)


def names_in(text: str) -> tuple[tuple[str, ...], bool]:
    """Take the names out of a byline.

    Returns:
        The names in order, and whether the line holds nothing else.
    """
    names, others = [], 0
    for token in tokens_of(text):
        rest = _UNIT.sub("", token)
        if is_name(rest):
            names.append(rest)
            others += rest != token
        else:
            others += 1
    return tuple(names), bool(names) and not others


def is_name(token: str) -> bool:
    """Whether a token can be a person's name."""
    return (
        bool(_NAME.fullmatch(token))
        and (starts_with_surname(token) or "·" in token)
        and token not in _NO_NAMES
        and not _PLACE.match(token)
    )


def like_name(one: str, other: str) -> bool:
    """Whether two readings can be the same name: equal, or one character misread."""
    one, other = simplified(one), simplified(other)
    if one == other:
        return True
    return len(one) == len(other) >= 2 and Levenshtein.distance(one, other) <= 1


def same_title(one: str, other: str) -> bool:
    """Whether two readings are the same title, with or without its subtitle."""
    a, b = bare(one), bare(other)
    if min(len(a), len(b)) < 4:
        return a == b
    return max(fuzz.ratio(a, b), fuzz.ratio(bare(one.split("——")[0]), b), fuzz.ratio(a, bare(other.split("——")[0]))) >= SAME_TITLE  # fmt: skip


def _authors(rows: Sequence[Row]) -> tuple[tuple[str, ...], tuple[Row, ...]]:
    """Return the names below a title, and their rows.

    Args:
        rows: What follows the title; the first row that is neither names nor a unit ends the search.
    """
    found: list[str] = []
    used: list[Row] = []
    for number, row in enumerate(rows[:5]):
        if _ANCHOR.search(row.text):
            break
        below = rows[number + 1].text if number + 1 < len(rows) else ""
        names = _byline(row, below, first=not found)
        if names:
            found += names
            used.append(row)
        elif found:
            break
    return tuple(found), tuple(used)


def _byline(row: Row, below: str, *, first: bool) -> tuple[str, ...]:
    """Return the names of a row, if it is a byline.

    Rare names (娜仁托娅) have no surname of the list; their place tells them: alone between the title
    and a line of units or the abstract, or beside other names.
    """
    text = row.text
    names, only = names_of(row)
    if only:
        return names
    tokens = tokens_of(row.spaced if any(len(t) > 4 for t in tokens_of(text)) else text)
    shaped = [
        t
        for t in tokens
        if NAME_SHAPE.fullmatch(t) and t not in _NO_NAMES and not (_PLACE.match(t) and len(t) > 3)
    ]
    placed = bool(_AFTER_BYLINE.search(below)) or bool(_CREDIT.match(text)) or bool(names)
    if first and tokens and len(shaped) == len(tokens) <= 8 and placed:
        return tuple(shaped)
    return names if names and not _POSTCODE.search(text) else ()


def names_of(row: Row) -> tuple[tuple[str, ...], bool]:
    """Take the names out of a row; blanks that the reader left out are told by the gaps.

    Returns:
        As :func:`names_in`.
    """
    names, only = names_in(row.text)
    if only and all(len(name) < 4 or name[:2] in surnames() or "·" in name for name in names):
        return names, True
    parted, all_names = names_in(row.spaced)
    return (parted, True) if all_names and len(parted) > len(names) else (names, only)


def tokens_of(text: str) -> list[str]:
    """Cut a byline at its separators, without marks, brackets and units."""
    text = _TAILS.sub("", _BRACKETS.sub(" ", _LEAD.sub("", text)))
    tokens = [token for token in _SPLIT.split(_MARKS.sub(" ", text)) if token]
    # 文/张伟, its stroke lost: a lone 文 before a name of more than one character.
    credited = len(tokens) > 1 and tokens[0] == "文" and len(tokens[1]) > 1
    return _joined(tokens[1:] if credited else tokens)


def _joined(tokens: Sequence[str]) -> list[str]:
    """Join single characters to the name that a wide blank had cut."""
    joined: list[str] = []
    waiting = ""
    for token in tokens:
        if len(token) == 1 and ideographs(token):
            waiting += token
            if len(waiting) == 3 or (len(waiting) == 2 and not _more_singles(tokens, token)):
                joined.append(waiting)
                waiting = ""
            continue
        if waiting:
            joined.append(waiting)
            waiting = ""
        joined.append(token)
    return [*joined, waiting] if waiting else joined


def _more_singles(tokens: Sequence[str], token: str) -> bool:
    """Three single characters in a row, and no fourth, are one name spread wide."""
    singles = [t for t in tokens if len(t) == 1 and ideographs(t)]
    return len(singles) == 3 and singles[-1] != token


def _near(above: Row, below: Row) -> bool:
    return below.y0 - above.y1 < 1.2 * (above.y1 - above.y0)


def _goes_before(row: Row, below: Row) -> bool:
    """Whether a row is the title's first: as large as the next, and as wide as rows that wrap."""
    return row.size > 0.9 * below.size and _near(row, below) and row.x1 - row.x0 >= _FULL


def _continues(rows: Sequence[Row], last: int, largest: Row) -> bool:
    """Whether the row below a title's last row belongs to the title, and is not its byline."""
    above, row = rows[last], rows[last + 1]
    below = rows[last + 2].text if last + 2 < len(rows) else ""
    short = ideographs(row.text) <= 8 and not _TITLE_END.search(row.text)
    if above.x1 - above.x0 < _FULL or (
        short and (ideographs(row.text) <= 4 or _UNITS.search(below))
    ):
        return False
    if _SUBTITLE.search(row.text) or _CREDIT.match(row.text) or _NUMBERED.fullmatch(row.text):
        return False
    return not names_of(row)[1] and row.size > 0.8 * largest.size and _near(above, row)


def _first_prose(rows: Sequence[Row]) -> int:
    """Where running text begins: the first of two long rows that follow each other."""
    for i in range(len(rows) - 1):
        if all(ideographs(row.text) >= 18 for row in rows[i : i + 2]) and rows[i].y0 > 0.15:
            return i
    return len(rows)
