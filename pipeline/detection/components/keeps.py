"""What looks like a person or a unit and stays: cited people, journals, publishers, authorities."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from spacy.tokens import Doc

from pipeline.detection.spans import add, page_of, text_of
from pipeline.detection.vocabulary import PUBLISHER_ENDINGS, public_figures
from pipeline.dossier import Kind
from pipeline.surnames import surnames

GROUP = "keeps"
_TITLE = re.compile(r"《[^《》]{1,60}(?:》|$)|〈[^〈〉]{1,60}〉")
_REFERENCE_HEAD = re.compile(r"^[\[【(（]?(?:主要)?参考文献[\]】)）]?[:：]?")
_REFERENCE = re.compile(
    r"^(?:\[[0-9]{1,3}\]|［[0-9]{1,3}］|[0-9]{1,2}[.．、]|[①-⑳]|\([0-9]{1,2}\))"
)
_REFERENCE_TYPE = re.compile(
    r"\[?[JMDNCRSPBEA](?:/OL)?\]|出版社|[(（](?:19|20)[0-9]{2}[)）]|(?:19|20)[0-9]{2}[,，(（]"
)
_CITED = re.compile(
    r"(?:教育家|思想家|哲学家|心理学家|文学家|作家|诗人|数学家|科学家|物理学家|学者|专家|画家|音乐家|教育学家)([一-龥·]{2,12}?)"
    r"(?=先生|女士|教授|曾|说|认为|指出|提出|强调|在|的|主张|讲|语|创立|有|,|，|:|：|。)"
)
# 湛师训证字第20185773号, 皖教秘〔2012〕92号.
_DOCUMENT_NUMBER = re.compile(
    r"(?:[一-龥]{0,6}(?:教|证|训|科|职|师|聘|奖|课|评|研|规|秘|函|办|发|人社|电教|体)[一-龥]{0,3})字[〔\[(（]?[0-9]{0,4}[〕\])）]?第?[0-9]{2,10}号?|[一-龥]{2,8}[〔\[][0-9]{4}[〕\]]第?[0-9]{1,6}号"
)
_HAN = re.compile("[一-龥]+")
# 凤台县第一中学报县教育局: a school that reports to an authority is no part of its name.
_SCHOOL_REPORTS = re.compile(
    r".*(?:学校|中学|小学|幼儿园|学院|大学|[一二三四五六七八九十][中小幼])[报呈送经由向获被受]"
)
_BODY_TAGS = frozenset("LOC ORG nz n vn an s f m".split())
_NOT_OF_A_BODY = (
    "学校",
    "中学",
    "小学",
    "幼儿园",
    "学院",
    "校长",
    "老师",
    "同志",
    "教师",
    "主任",
    "书",
)
_COLLEAGUE = re.compile("老师|同志|主任|校长|同学|教师(?!节)|园长")


@dataclass(frozen=True, slots=True)
class KeepSearch:
    """Marks what must stay readable, so that later components leave it alone."""

    authorities: tuple[str, ...]

    def __call__(self, doc: Doc) -> Doc:
        """Write findings to the group ``keeps``."""
        endings = "|".join(sorted(map(re.escape, self.authorities), key=len, reverse=True))
        authority = re.compile(rf"(?:{endings})(?:[一-龥]{{0,8}}(?:办公室|委员会|领导小组))?")
        # 凤台县第一中学报县教育局: a school that reports, no journal.
        publishers = "|".join(PUBLISHER_ENDINGS).replace("学报", "(?<![中小大])学报")
        publisher = re.compile(rf"(?:{publishers})")
        words = _word_at(doc)
        people = {(a, b) for a, b, tag in doc._.words if tag == "PER"}
        for start, end in page_of(doc).paragraphs:
            text = text_of(doc, start, end)
            for a, b in _matches(_TITLE, text):
                add(doc, GROUP, start + a, start + b, Kind.PUBLICATION, "title-marks", 0.95)
            for a, b in _matches(_DOCUMENT_NUMBER, text):
                add(doc, GROUP, start + a, start + b, Kind.CERTIFICATE_NUMBER, "document", 0.9)
            for kind, pattern in (
                (Kind.PUBLICATION, publisher),
                (Kind.ISSUING_AUTHORITY, authority),
            ):
                for a, b in _matches(pattern, text):
                    begin = _body_start(doc, start, start + a, words)
                    rule = "publisher" if kind is Kind.PUBLICATION else "ending"
                    add(doc, GROUP, begin, start + b, kind, rule, 0.9)
            for a, b in _figures(text):
                # 于漪 is no part of 淳于漪苑.
                if a > 0 and text[a - 1 : a + 1] in surnames():
                    continue
                # 王维佳 is a pupil, and 张华老师 a colleague who bears a known name.
                if _within_longer(doc, start + a, start + b) or _COLLEAGUE.match(text, b):
                    continue
                add(doc, GROUP, start + a, start + b, Kind.PUBLIC_FIGURE, "list", 0.95)
            for match in _CITED.finditer(text):
                a, b = start + match.start(1), start + match.end(1)
                if "·" not in match.group(1) and (a, b) not in people:
                    continue
                add(
                    doc,
                    GROUP,
                    start + match.start(1),
                    start + match.end(1),
                    Kind.PUBLIC_FIGURE,
                    "cited",
                    0.8,
                )
        self._references(doc)
        return doc

    def _references(self, doc: Doc) -> None:
        """Keep the entries behind the heading 参考文献: cited authors are no applicants."""
        inside = False
        for start, end in page_of(doc).paragraphs:
            text = text_of(doc, start, end)
            head = _REFERENCE_HEAD.match(text)
            if head:
                inside = True
                start += head.end()
                text = text[head.end() :]
            entry = _REFERENCE.match(text) is not None
            typed = _REFERENCE_TYPE.search(text) is not None
            if (inside and (entry or typed)) or (entry and typed):
                add(doc, GROUP, start, end, Kind.PUBLIC_FIGURE, "reference", 0.9)
            elif inside and not head:
                inside = False


def _word_at(doc: Doc) -> dict[int, tuple[int, int, str]]:
    """Map each token to the LAC word it is in: first token, one past the last, tag."""
    return {i: word for word in doc._.words for i in range(word[0], word[1])}


def _body_start(doc: Doc, floor: int, ending: int, words: dict[int, tuple[int, int, str]]) -> int:
    """Go back from the ending of a body's name to where the name begins.

    Names of people and of schools in front are not part of it: 王建国同志获教育局表彰.
    """
    page = page_of(doc)
    first, _, tag = words.get(ending, (ending, 0, ""))
    # 娴薇万庆群 / 编辑部: people in the line above, taken for one word with what stands below.
    begin = ending if tag == "PER" else max(floor, first)
    reports = _SCHOOL_REPORTS.match(text_of(doc, begin, ending))
    if reports is not None:
        return begin + reports.end()
    while begin > floor and ending - begin < 20:
        first, last, tag = words.get(begin - 1, (begin - 1, begin, "w"))
        piece = text_of(doc, first, last)
        if tag not in _BODY_TAGS or page.gap_after(begin - 1) > 0.6 or first < floor:
            break
        if piece.endswith(_NOT_OF_A_BODY) or not _HAN.fullmatch(piece):
            break
        reports = _SCHOOL_REPORTS.match(piece)
        if reports is not None:
            return first + reports.end()
        begin = first
    return begin


def _within_longer(doc: Doc, start: int, end: int) -> bool:
    """Whether LAC sees a longer name around a known one."""
    return any(
        tag == "PER" and a <= start and b >= end and b - a > end - start
        for a, b, tag in doc._.words
    )


def _matches(pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, int]]:
    for match in pattern.finditer(text):
        yield match.span()


def _figures(text: str) -> Iterator[tuple[int, int]]:
    """Find names of the list; of overlapping ones the longest."""
    names = public_figures()
    longest = 10
    at = 0
    while at < len(text):
        for size in range(min(longest, len(text) - at), 1, -1):
            if text[at : at + size] in names:
                yield at, at + size
                at += size - 1
                break
        at += 1
