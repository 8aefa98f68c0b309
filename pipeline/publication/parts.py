"""What each page of a package is: cover, contents, imprint, body, back cover, letter, search result.

Every side of a sheet is scored for each part by the words that such a page is printed with and by
its looks: how many rows, how long, how large. The part with the most points wins; a side that
earns hardly any is ``other``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.publication.nouns import Part
from pipeline.reading.shapes import ideographs
from pipeline.reading.sides import Row, Side

#: A sheet with several parts counts as the first of these that it shows.
PART_ORDER = (
    Part.COVER,
    Part.CONTENTS,
    Part.SERIALS,
    Part.BODY,
    Part.BACK,
    Part.LETTER,
    Part.SEARCH,
    Part.OTHER,
)

_LEAST = 1.5
# A page headed 目录 is contents, whatever box, large title or long rows it has beside: the points of
# its heading, and so many rows that end in the number of a page.
_HEADED, _ENTRIES = 3.5, 3
_ISSUE = re.compile(
    r"(?:19|20)\d\d\s*年?\s*[./·-]?\s*(?:第?\s*\d{1,2}(?:\s*[-~/·、,]\s*\d{1,2})?\s*期|\d{1,2}\s*月)"
    r"|第\s*\d{1,3}\s*[卷期]|总第|(?:19|20)\d\d\s*[./·]\s*\d{1,2}(?!\d)|增刊|V[oO][lL]\.|N[oO]\.\s*\d"
)
_LETTER = re.compile(
    r"(?:用稿|录用|采用|刊用|采稿|收稿|审稿)\s*(?:通知|证明|函|确认|回执)|稿件(?:录用|采用|刊用)"
)
_PROMISE = re.compile(
    r"(?:经|已|予以|决定|同意|符合).{0,24}(?:录用|采用|刊用|刊登|刊发|发表)"
    r"|(?:拟|将)(?:于|在|安排).{0,30}(?:刊出|刊登|刊发|发表|出版)|您?的?(?:来稿|大作|稿件)"
    r"|此证明|特此(?:通知|证明|函告)|勿(?:再)?(?:一稿多投|他投)"
)
_SEARCH = re.compile(
    r"检索(?:结果|报告|证明|时间|日期|条件|式|词|数据库|工具|人)|中国知网|知网节|cnki\s*\.?\s*net|CNKI"
    r"|kns\d?|下载(?:频次|量|次数)?\s*[:：]?\s*\d|被引(?:频次|量|次数)?|万方数据|维普(?:网|资讯|期刊)|cqvip"
    r"|来源(?:库|数据库)|高级检索|期刊导航|共\s*(?:找到)?\s*\d+\s*[条篇]|全文快照|在线阅读|CAJ\s*下载|HTML\s*阅读"
    r"|结果中检索|学术期刊.{0,4}网络|收录(?:情况|证明)|https?://|www\.",
    re.IGNORECASE,
)
_REPORT = re.compile(
    r"检测报告|文本复制|复制比|相似[比率度]|查重|检测(?:文献|范围|单位|字数)|疑似段落|自写率|比对库"
)
_CONTENTS_HEAD = re.compile(
    r"^\W*目\s*[录次]\W*(?:CONTENTS)?|本期(?:目录|要目)|CONTENTS", re.IGNORECASE
)
_PAGE_AT_END = re.compile(
    r"(?:[…·.．。\-_一\s]{2,}|[/(（]\s*|\s|(?<=[一-鿿]))\(?\d{1,3}\)?$|^\(?\d{1,3}\)?\s+\S{4,}"
)
_LEADERS = re.compile(r"[…·.．⋯]{4,}|(?:…|⋯){2,}")
_SERIALS = tuple(
    re.compile(p)
    for p in (
        r"主\s*管(?:\s*单位)?", r"主\s*办(?:\s*单位)?", r"编\s*辑\s*(?:出\s*版|部)|出\s*版\s*(?:单\s*位|社|者|日\s*期)?\s*[:：]",
        r"主\s*编|社\s*长|总\s*编", r"国内统一|国内刊号|C\s?N\s*\d\d", r"国际标准|国际刊号|ISSN",
        r"邮发代号|国外(?:发行)?代号|代\s*号", r"定\s*价", r"印\s*刷", r"发\s*行", r"订\s*[阅购]",
        r"广告(?:经营|发布)?", r"地\s*址|邮\s*编|邮政编码", r"电\s*话|传\s*真", r"投\s*稿|信\s*箱|E-?mail", r"创\s*刊",
        r"编\s*委|编辑委员会|责任编辑|美术编辑|校对", r"法律顾问|版权(?:所有|声明)|如有印装",
    )
)  # fmt: skip
_IMPRINT = tuple(
    re.compile(p)
    for p in (
        r"图书在版编目", r"C\s?I\s?P\s*数据|核字", r"版\s*次|第\s*[\d一二三]\s*版", r"印\s*次|次印刷", r"印\s*张", r"开\s*本",
        r"字\s*数|千字", r"责任编辑|责任校对|责任印制", r"封面设计|装帧设计|版式设计", r"ISBN", r"定\s*价", r"出版发行|出版社",
        r"经\s*销", r"Ⅰ\.|Ⅱ\.|Ⅲ\.|IV\.",
    )
)  # fmt: skip
_BODY = re.compile(
    r"摘\s*要|关\s*键\s*词|中图分类号|文献标[识志]码|文章编号|参考文献|收稿日期|基金项目|作者简介|通[讯信]作者|Abstract|Key\s?words",
    re.IGNORECASE,
)
_PRICE = re.compile(r"定\s*价|价格|[¥￥]\s*\d|元(?:$|/)|ISSN|ISBN|邮发代号|CN\s?\d\d|条形?码")
_RUN_BY = re.compile(r"主\s*[办管]")
_PRICED = re.compile(r"定\s*价")
_COVER_WORDS = re.compile(
    r"主\s*办|主\s*管|[双半]?月刊|旬刊|季刊|周刊|核心期刊|全国.{0,6}期刊|学报|编\s*著|主\s*编|著$|出版社|JOURNAL|EDUCATION|CHINESE",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class SidePart:
    """A side and the part it is, with the points for every part."""

    side: Side
    part: Part
    scores: dict[Part, float]

    def maybe(self, part: Part) -> bool:
        """Whether the side could be that part after all."""
        return self.scores[part] >= max(_LEAST, 0.6 * self.scores[self.part])


def classify(side: Side) -> SidePart:
    """Tell what a side is."""
    scores = {
        Part.LETTER: _letter(side),
        Part.SEARCH: _search(side),
        Part.CONTENTS: _contents(side),
        Part.SERIALS: _serials(side),
        Part.BODY: _body(side),
        Part.COVER: _cover(side),
        Part.BACK: _back(side),
        Part.OTHER: max(_LEAST, _report(side)),
    }
    best = max(scores, key=lambda part: scores[part])
    if scores[Part.CONTENTS] >= _HEADED and _entries(side.rows) >= _ENTRIES:
        best = Part.CONTENTS
    return SidePart(side, best, scores)


def part_of(parts: Sequence[SidePart]) -> Part:
    """Return what a sheet counts as: the first part in order that any of its sides is."""
    shown = {one.part for one in parts}
    return next((part for part in PART_ORDER if part in shown), Part.OTHER)


def _hits(patterns: Sequence[re.Pattern[str]], text: str) -> int:
    return sum(bool(pattern.search(text)) for pattern in patterns)


def _dense(side: Side) -> float:
    """Share of rows that are long lines of print."""
    long = sum(ideographs(row.text) >= 16 for row in side.rows)
    return long / max(1, len(side.rows))


def _headline(side: Side, pattern: re.Pattern[str], below: float = 0.4) -> bool:
    usual = side.usual_size
    return any(
        pattern.search(row.text.replace(" ", "")) and row.size > 1.15 * usual and row.y0 < below
        for row in side.rows
    )


def _letter(side: Side) -> float:
    text = side.text.replace(" ", "")
    points = 0.0
    if _headline(side, _LETTER):
        points += 4
    elif _LETTER.search(text):
        points += 1.5
    points += min(3.0, 1.2 * len(_PROMISE.findall(text)))
    return points - (3 if side.characters > 700 else 0) - (2 if _BODY.search(text) else 0)


def _search(side: Side) -> float:
    kinds = {hit.lower()[:4] for hit in _SEARCH.findall(side.text)}
    points = 1.3 * len(kinds)
    return points - (2 if _dense(side) > 0.6 and len(side.rows) > 25 else 0)


def _report(side: Side) -> float:
    kinds = {hit[:3] for hit in _REPORT.findall(side.text.replace(" ", ""))}
    return 1.6 * len(kinds) if len(kinds) > 1 else 0.0


def _entries(rows: Sequence[Row]) -> int:
    """Count rows that end in a page: those of titles, and of the names that stand below them."""
    return sum(bool(_PAGE_AT_END.search(row.text)) and ideographs(row.text) >= 2 for row in rows)


def _lines(side: Side) -> Iterator[str]:
    """Yield what stands alone: a heading beside the journal's title is one line of its row."""
    for row in side.rows:
        yield row.text
        yield from (line.text for line in row.lines)


def _contents(side: Side) -> float:
    points = (
        3.5 if any(_CONTENTS_HEAD.search(t) and ideographs(t) < 14 for t in _lines(side)) else 0.0
    )
    entries = _entries(side.rows)
    points += min(4.0, 0.45 * entries) if entries >= 4 else 0.0
    points += min(3.0, 0.4 * sum(bool(_LEADERS.search(row.text)) for row in side.rows))
    return points - (2.5 if _dense(side) > 0.75 and entries < 4 else 0)


def _serials(side: Side) -> float:
    text = side.text
    journal, book = _hits(_SERIALS, text), _hits(_IMPRINT, text)
    points = max(0.62 * journal, 0.75 * book)
    return points - (3 if _dense(side) > 0.6 and len(side.rows) > 25 else 0)


def _body(side: Side) -> float:
    marks = {hit.replace(" ", "").lower() for hit in _BODY.findall(side.text)}
    points = min(4.0, 1.3 * len(marks))
    if len(side.rows) >= 12:
        points += 5.5 * _dense(side) * min(1.0, side.characters / 500)
    return points


def _cover(side: Side) -> float:
    if not side.rows or side.characters > 420:
        return 0.0
    largest = max((row.size for row in side.rows if ideographs(row.text) >= 2), default=0.0)
    points = 0.0
    if largest > 0.035:
        points += 3.0
    elif largest > 0.025:
        points += 1.5
    if largest > 2.2 * side.usual_size:
        points += 0.8
    if _ISSUE.search(side.text):
        # The title in brush letters is often not read at all; who runs the journal stands below.
        points += 3.0 if _RUN_BY.search(side.text) else 1.2
    elif _PRICED.search(side.text):
        points -= 2.5
    points += min(1.8, 0.6 * len(_COVER_WORDS.findall(side.text)))
    # An imprint with the journal's title above it: addresses and printers stand on no cover.
    points -= 0.8 * max(0, _hits(_SERIALS, side.text) - 5)
    return points - (1.5 if _dense(side) > 0.3 else 0.0)


def _back(side: Side) -> float:
    if len(side.rows) > 22 or side.characters > 260:
        return 0.0
    points = 1.0 if side.characters < 160 else 0.0
    kinds = {hit[:2] for hit in _PRICE.findall(side.text)}
    points -= 2.0 if _ISSUE.search(side.text) else 0.0
    return points + min(4.0, 1.3 * len(kinds))
