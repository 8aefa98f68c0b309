"""Names that begin with no known surname, where nothing but a name can stand."""

from __future__ import annotations

import re
from collections.abc import Iterator

from spacy.tokens import Doc

from pipeline.detection.components.name_lists import everyday
from pipeline.detection.page_text import PageText
from pipeline.detection.spans import text_of
from pipeline.detection.vocabulary import NOT_NAMES, SUBJECTS, VERBS_BEFORE_NAMES
from pipeline.surnames import starts_with_surname

# 廖坚1，卢翠2、边浩3能功4: authors with the numbers of their schools.
_NUMBERED = re.compile("(?:[一-龥·]{2,5}[1-9①-⑨*＊](?:[,，][1-9①-⑨*＊])*[,，、;；]?){3,}")
_AUTHOR = re.compile("([一-龥·]{2,5})[1-9①-⑨*＊]")
# ；能骞主任建议: who is called so at the beginning of a clause.
_CALLED = re.compile(
    "(?:^|(?<=[,，;；。:：]))([一-龥]{2,3})(?=(?:主任|校长|园长|书记|老师)(?![们的之]))"
)
# 带领秋荷、余梁等青年教师: who is led in one list with a name.
_LED = re.compile(
    f"(?:{'|'.join(VERBS_BEFORE_NAMES)})([一-龥]{{2,3}})"
    "(?=、([一-龥]{2,3})(?:等|、|老师|同志|教师|[两二三四五六几]位))"
)
# 万邦：数字资源支持下的个性化学习实践研究: the running head of a paper.
_HEAD = re.compile("([一-龥]{2,4})[:：](?=[一-龥0-9“”—]{9,}$)")
_TITLE = re.compile(
    "研究|探究|探索|探析|实践|策略|路径|应用|运用|思考|分析|构建|建构|设计|培养|启示|反思|创新"
)
_SECTIONS = re.compile(
    "方[法式向]|时间|单[位元]|成[果效]|任务|项目|计划|常规|管理|高[中考一二三]|文本"
)
_TOP = 0.12
_NO_NAME = frozenset(
    "我你他她本该各全每某此其任授执讲听评新老小大青年优名骨干班科高级一二三四五六七八九十正副中外好两几多位组长学校师生家研教务处室"
    "在对向由请经与和及被让同随跟与受为给到的了是有不也都就还但而且如因所以从把将使被等第"
)


def rare_names(doc: Doc, page: PageText, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    """Yield the names in a paragraph as token ranges, and the rule that found each.

    Args:
        doc: The page.
        page: Its places.
        start: First token of the paragraph.
        end: One past its last token.
    """
    text = text_of(doc, start, end)
    head = _HEAD.match(text)
    if head and _TITLE.search(text, head.end()) and _is_at_the_top(page, start):
        name = head[1]
        word = _is_a_word(name) or _SECTIONS.fullmatch(name)
        if starts_with_surname(name) and not word:
            yield start, start + len(name), "running-head"
    for row in _NUMBERED.finditer(text):
        authors = [(m.start(1), m.end(1)) for m in _AUTHOR.finditer(text, *row.span())]
        if sum(starts_with_surname(text[a:b]) for a, b in authors) >= 0.6 * len(authors):
            yield from ((start + a, start + b, "numbered-authors") for a, b in authors)
    for match in _LED.finditer(text):
        (a, b), (c, d) = match.span(1), match.span(2)
        among_names = starts_with_surname(match[2]) and not everyday(doc, start + c, start + d)
        if among_names and not _is_a_word(match[1]):
            yield start + a, start + b, "led"
    for match in _CALLED.finditer(text):
        name, (a, b) = match.group(1), match.span(1)
        if _is_a_word(name) or _NO_NAME & set(name):
            continue
        if not everyday(doc, start + a, start + b):
            yield start + a, start + b, "called"


def _is_a_word(text: str) -> bool:
    return text in NOT_NAMES or text in SUBJECTS


def _is_at_the_top(page: PageText, token: int) -> bool:
    """Whether a token stands where running heads do."""
    return page.line(token).polygon.center[1] < _TOP * page.reading.frame.height
