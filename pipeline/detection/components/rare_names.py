"""Names that begin with no known surname, where nothing but a name can stand."""

from __future__ import annotations

import re
from collections.abc import Iterator

from spacy.tokens import Doc

from pipeline.detection.components.name_lists import everyday
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
_NO_NAME = frozenset(
    "我你他她本该各全每某此其任授执讲听评新老小大青年优名骨干班科高级一二三四五六七八九十正副中外好两几多位组长学校师生家研教务处室"
    "在对向由请经与和及被让同随跟与受为给到的了是有不也都就还但而且如因所以从把将使被等第"
)


def rare_names(doc: Doc, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    """Yield the names in a paragraph as token ranges, and the rule that found each.

    Args:
        doc: The page.
        start: First token of the paragraph.
        end: One past its last token.
    """
    text = text_of(doc, start, end)
    for row in _NUMBERED.finditer(text):
        authors = [(m.start(1), m.end(1)) for m in _AUTHOR.finditer(text, *row.span())]
        if sum(starts_with_surname(text[a:b]) for a, b in authors) >= 0.6 * len(authors):
            yield from ((start + a, start + b, "numbered-authors") for a, b in authors)
    for match in _LED.finditer(text):
        (a, b), (c, d) = match.span(1), match.span(2)
        among_names = starts_with_surname(match[2]) and not everyday(doc, start + c, start + d)
        if among_names and match[1] not in NOT_NAMES and match[1] not in SUBJECTS:
            yield start + a, start + b, "led"
    for match in _CALLED.finditer(text):
        name, (a, b) = match.group(1), match.span(1)
        if name in NOT_NAMES or name in SUBJECTS or _NO_NAME & set(name):
            continue
        if not everyday(doc, start + a, start + b):
            yield start + a, start + b, "called"
