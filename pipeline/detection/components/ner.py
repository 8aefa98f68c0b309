"""Our own tagger beside LAC: names and schools that LAC, the lists and the endings do not know.

It reads every paragraph whole, and every short line or cell once more by itself, for what stands
before and behind a cell on the page need not belong to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from spacy.tokens import Doc

from pipeline.detection.components.name_lists import everyday
from pipeline.detection.page_text import PageText
from pipeline.detection.spans import add, covered, page_of, text_of
from pipeline.detection.tagger import Mention, NameTagger
from pipeline.detection.vocabulary import (
    LABEL_HEAD,
    NOT_NAMES,
    SCHOOL_ENDINGS,
    SUBJECTS,
    TITLES_AFTER_NAME,
    is_han,
)
from pipeline.dossier import Kind
from pipeline.surnames import starts_with_surname

GROUP = "ner"
#: From which probability on a character belongs to a mention. This and those below were fixed
#: on the development sets of models/ner/README.md.
THRESHOLD = 0.4
#: What a mention needs as a whole: with a surname in front; without; where LAC sees everyday words.
_SURNAMED, _BARE, _EVERYDAY = 0.5, 0.8, 0.9
_UNIT = 0.6
#: What a character at the edge needs where another component has found something.
_EDGE = 0.85
_STRONGER = ("applicant", "numbers", "labels", "keeps", "units", "people")
#: A segment of a paragraph up to this size is also looked at alone.
_SHORT_LINE = 24
_TITLES = re.compile("(?:" + "|".join(TITLES_AFTER_NAME) + ")$")
_TITLE_BEHIND = re.compile("|".join(TITLES_AFTER_NAME))
_BRACKET = re.compile(r"[(（][^()（）]+[)）]$")
_DOTS = "·•・‧∙●"
_SCHOOL = re.compile(
    "(?:"
    + "|".join(SCHOOL_ENDINGS)
    + r"|[一二三四五六七八九十][中小幼高]|实验|[(（].*[)）]|分园|集团|初|职|园|校)$"
)
_KIND_OF_SCHOOL = re.compile(
    "(?:[我本该各全一两几多些所个名]|[县区市]域内?|农村|城区|乡村|普通|重点|城乡|乡镇|县城|村|市区|省|市|县|区|镇|中|小"
    "|高级|初级|高等|中等|薄弱|优质|示范|边远|偏远|山区|寄宿|寄宿制|完全|民办|公办|特色|新建|兄弟|结对|帮扶|受援"
    "|支教|受教|派出|义务教育|九年制|九年一贯制|职业|定点|基层|规模|村级|百年|现代化|城镇|学区|周边|附近)*"
    "(?:中小学校?|幼儿园|小学|中学|学校|初中|高中|大学|学院|校区|分校|集团|园|校)$"
)
_KIND = re.compile("(?:小学|中学|高中|初中|幼儿园)$")
_MARKS = re.compile("[“”\"'《》〈〉,，。;；:：!！?？]")
_SUBJECT = re.compile("|".join(SUBJECTS))


@dataclass(frozen=True, slots=True)
class NameSearch:
    """Finds people and schools with the tagger."""

    tagger: NameTagger

    def __call__(self, doc: Doc) -> Doc:
        """Write findings to the group ``ner``."""
        page = page_of(doc)
        views = list(_views(page))
        texts = [text_of(doc, start, end) for start, end in views]
        if not texts:
            return doc
        kept = covered(doc, ("keeps",))
        known = covered(doc, _STRONGER)
        best: dict[tuple[int, int, Kind], float] = {}
        for (at, _), mentions in zip(views, self.tagger.mentions(texts, THRESHOLD), strict=True):
            for mention in mentions:
                sure = _trimmed(mention, at, known)
                found = _judged(doc, at, sure, kept) if sure is not None else None
                if found is not None:
                    best[found] = max(best.get(found, 0.0), mention.score)
        for (start, end, kind), score in best.items():
            rule = "person" if kind is Kind.PERSON_NAME else "unit"
            add(doc, GROUP, start, end, kind, rule, round(score, 3))
        return doc


def _judged(doc: Doc, at: int, mention: Mention, kept: set[int]) -> tuple[int, int, Kind] | None:
    """Return the tokens and kind of a mention that may stand; None for the others."""
    start, end = at + mention.start, at + mention.end
    if mention.kind == "UNIT":
        start, end = _inside_marks(doc, start, end)
        fits = _may_be_school(doc, start, end, mention.score)
        kind = Kind.UNIT
    else:
        start, end = _without_title(doc, start, end)
        fits = _may_be_person(doc, start, end, mention.score)
        kind = Kind.PERSON_NAME
    if not fits or not kept.isdisjoint(range(start, end)):
        return None
    return start, end, kind


def _trimmed(mention: Mention, at: int, known: set[int]) -> Mention | None:
    """Cut off edges that are none too sure where another finding lies in the middle.

    The rest beside a finding is given to it, so a doubtful character would be masked with it.
    """
    if known.isdisjoint(range(at + mention.start, at + mention.end)):
        return mention
    sure = [i for i, chance in enumerate(mention.chances) if chance >= _EDGE]
    if not sure:
        return None
    first, last = sure[0], sure[-1] + 1
    start = mention.start
    return Mention(start + first, start + last, mention.kind, mention.chances[first:last])


def _views(page: PageText) -> Iterator[tuple[int, int]]:
    """Yield the paragraphs, and the short segments of those that have several."""
    whole = set(page.paragraphs)
    yield from page.paragraphs
    for start, end in page.segments:
        if (start, end) not in whole and end - start <= _SHORT_LINE:
            yield start, end


def _inside_marks(doc: Doc, start: int, end: int) -> tuple[int, int]:
    """Leave out marks around a school; a bracket at its end that was opened inside stays."""
    while start < end and not doc[start].text.isalnum():
        start += 1
    text = text_of(doc, start, end)
    while end > start and not (doc[end - 1].text.isalnum() or _BRACKET.search(text)):
        end -= 1
        text = text[:-1]
    return start, end


def _without_title(doc: Doc, start: int, end: int) -> tuple[int, int]:
    while start < end and not is_han(doc[start].text):
        start += 1
    while end > start and not is_han(doc[end - 1].text):
        end -= 1
    text = text_of(doc, start, end)
    title = _TITLES.search(text)
    return (start, end - len(title.group())) if title and title.start() >= 2 else (start, end)


def _may_be_person(doc: Doc, start: int, end: int, score: float) -> bool:
    text = text_of(doc, start, end)
    if not 2 <= len(text) <= 16 or text in NOT_NAMES or LABEL_HEAD.fullmatch(text):
        return False
    if sum(is_han(c) or c in _DOTS for c in text) < len(text) - 1:
        return False
    if everyday(doc, start, end):
        # 尊敬的李老师: a word in the middle of a sentence is no name.
        return score >= _EVERYDAY and not (len(text) == 2 and _goes_on(doc, end))
    return score >= (_SURNAMED if starts_with_surname(text) else _BARE)


def _only_does(doc: Doc, start: int, end: int) -> bool:
    """Whether LAC sees nothing but verbs and small words in a stretch."""
    tags = [tag for a, b, tag in doc._.words if a >= start and b <= end]
    return bool(tags) and all(tag in ("v", "vd", "d", "p", "c", "r", "u") for tag in tags)


def _goes_on(doc: Doc, end: int) -> bool:
    """Whether a sentence goes on right behind a place, and not with a title."""
    page = page_of(doc)
    behind = text_of(doc, end, min(len(doc), end + 3))
    return (
        bool(behind)
        and is_han(behind[0])
        and page.gap_after(end - 1) < 0.4
        and not (_TITLE_BEHIND.match(behind))
    )


def _may_be_school(doc: Doc, start: int, end: int, score: float) -> bool:
    text = text_of(doc, start, end)
    if score < _UNIT or len(text) < 2 or text in NOT_NAMES or _KIND_OF_SCHOOL.match(text):
        return False
    if not any(is_han(c) for c in text) or LABEL_HEAD.fullmatch(text) or _MARKS.search(text):
        return False
    behind = text_of(doc, end, min(len(doc), end + 4))
    # 小学语文 after a place is a kind of school.
    kind = _KIND.search(text)
    if kind and _SUBJECT.match(behind):
        # 改进高中英语家庭作业: and a verb before it is only that.
        return score >= _EVERYDAY and not _only_does(doc, start, end - len(kind.group()))
    return _SCHOOL.search(text) is not None
