"""Names and units behind their labels: 姓名：, 课题组成员, 工作单位, in lines, cells and slots.

A label is evidence stronger than any model. Its value stands behind it on the line, in the cell to
the right, or, under a column head, in the cells below. What stands in a slot for signatures is
taken by its place, whether or not it could be read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import Levenshtein
from spacy.tokens import Doc

from pipeline.detection.components.cells import ends_a_school, goes_on, misread_name
from pipeline.detection.components.name_lists import everyday, name_list
from pipeline.detection.components.signatures import copy_value, rest_of_signatures
from pipeline.detection.components.slots import below, continuation, right_of, wrapped
from pipeline.detection.components.value_labels import VALUE_KINDS
from pipeline.detection.page_text import PageText
from pipeline.detection.spans import add, covered, page_of, text_of
from pipeline.detection.vocabulary import (
    LABEL_HEAD,
    NAME_LABELS,
    NOT_NAMES,
    OTHER_LABELS,
    SCHOOL_ENDINGS,
    SET_TEXT_AUTHORS,
    SIGNATURE_LABELS,
    UNIT_LABELS,
    WEAK_NAME_LABELS,
    is_han,
)
from pipeline.dossier import Kind, Place
from pipeline.surnames import starts_with_surname

GROUP = "labels"
_ALL = LABEL_HEAD
_NAMES, _UNITS = frozenset(NAME_LABELS), frozenset(UNIT_LABELS)
# Any short word for a person with a colon behind it: 总结人：, 执行教师：.
_ANY_PERSON = re.compile(
    r"[一-龥()（）]{1,6}(?:人|者|员|长|教师|老师|签字|签名|签章)(?:[(（][^()（）]{1,4}[)）])?(?=[:：])"
)
# 签：字：: a seal's edge was read for a colon.
_AFTER_LABEL = re.compile(
    r"[(（][^()（）]{0,12}[)）]|[:：_＿\-—…．.]+|[①-⑳]|(?<=[:：])[字名章][:：]"
)
_DATE = re.compile(r"(?:19|20)[0-9]{2}[年.\-/]")
# The head of a column or cell: 验证人, 审批人.
_WHOLE_PERSON = re.compile(r"[一-龥]{2,5}[人者]")
_BEFORE_COLON = re.compile(r"(?<![一-龥])[一-龥]{3,6}(?=[:：])|[一-龥]{3}(?=[:：])")
_SHORT_VALUE = re.compile(r"[一-龥]{2,6}[:：]([一-龥.·]{2,4})$")
_PAPERS = frozenset("书表册单卡栏")
# A date or a bracket behind a signature's label; 74.久场 is what a signature was read as.
_PRINTED = re.compile(r"(?:19|20)[0-9]{2}|[0-9]{1,4}[年月日]|年|月|日|[(（]")
# Stands for a label that is in no list, and for the words of a copy's stamp.
_ANY, COPY = "签名", "与原件一致"


@dataclass(frozen=True, slots=True)
class Label:
    """A label on the page: tokens ``[start, end)``, where its value begins, and its words."""

    start: int
    end: int
    value: int
    words: str
    colon: bool


@dataclass(frozen=True, slots=True)
class LabelSearch:
    """Finds what stands behind labels of people and units."""

    def __call__(self, doc: Doc) -> Doc:
        """Write findings to the group ``labels``."""
        page = page_of(doc)
        labels = list(find_labels(doc, page))
        starts = {label.start for label in labels}
        for label in labels:
            segment_end = _segment_end(page, label.start)
            if label.words in _NAMES or label.words in (_ANY, COPY):
                self._names(doc, page, label, segment_end, starts)
            elif label.words in _UNITS:
                self._units(doc, page, label, segment_end, starts)
            elif label.words in VALUE_KINDS and label.value >= segment_end:
                self._values(doc, page, label, starts)
        self._unknown_labels(doc, page)
        return doc

    def _unknown_labels(self, doc: Doc, page: PageText) -> None:
        """Take what looks like a signature behind a label that was itself misread: 审核火：晓炼."""
        for start, end in page.segments:
            match = _SHORT_VALUE.search(text_of(doc, start, end))
            if match is None:
                continue
            a, b = start + match.start(1), start + match.end(1)
            known = any(
                match.group().startswith(label, at) for at in range(5) for label in OTHER_LABELS
            )
            known = known or _cited(doc, start + match.start(), a, b)
            if match.group(1) not in NOT_NAMES and not known and not everyday(doc, a, b):
                add(doc, GROUP, a, b, Kind.SIGNATURE, "unknown-label", 0.5, place=Place.SLOT)

    def _names(
        self, doc: Doc, page: PageText, label: Label, segment_end: int, starts: set[int]
    ) -> None:
        paragraph_end = _paragraph_end(page, label.start)
        strong = label.words not in WEAK_NAME_LABELS or label.colon
        last = 0
        if label.value < segment_end or label.colon:
            for a, b in name_list(doc, page, label.value, paragraph_end, starts, strong=strong):
                last = b
                if _cited(doc, label.start, a, b):
                    continue
                add(doc, GROUP, a, b, Kind.PERSON_NAME, "label", 0.95, place=_slot_place(page, a))
        if last:
            words = text_of(doc, label.start, label.value)
            signed = label.words in SIGNATURE_LABELS or "签" in words
            if label.words == COPY or (signed and label.colon):
                end = rest_of_signatures(doc, page, last, segment_end, starts, words)
                add(doc, GROUP, last, end, Kind.SIGNATURE, "signatures", 0.6, place=Place.SLOT)
                for a, b in wrapped(doc, page, label.value, max(last, end)):
                    add(doc, GROUP, a, b, Kind.SIGNATURE, "wrapped", 0.6, place=Place.CELL)
            return
        if label.value < segment_end:
            if label.words in (*SIGNATURE_LABELS, COPY) or (strong and label.colon):
                end = _written(doc, page, label.value, segment_end, starts, label.colon)
                if end > label.value and label.colon:
                    words = text_of(doc, label.start, label.value)
                    end = rest_of_signatures(doc, page, end, segment_end, starts, words)
                add(
                    doc,
                    GROUP,
                    label.value,
                    end,
                    Kind.SIGNATURE,
                    "slot-place",
                    0.7,
                    place=Place.SLOT,
                )
            return
        self._slot_names(doc, page, label, starts, strong)

    def _values(self, doc: Doc, page: PageText, label: Label, starts: set[int]) -> None:
        """Take a number, a date or an address from the cell to the right."""
        kind, shape = VALUE_KINDS[label.words]
        found = False
        for a, b in right_of(doc, page, label.end - 1).runs:
            if a in starts:
                break
            # The rest of a value on a second line need not look like one by itself.
            found = found or shape.search(text_of(doc, a, b)) is not None
            if found:
                add(doc, GROUP, a, b, kind, "slot", 0.9, place=Place.SLOT)
        for a, b in below(page, label.start, starts) if not found else ():
            if shape.search(text_of(doc, a, b)):
                add(doc, GROUP, a, b, kind, "column", 0.9, place=Place.CELL)

    def _slot_names(
        self, doc: Doc, page: PageText, label: Label, starts: set[int], strong: bool
    ) -> None:
        """Take names from the cell to the right, or from the column below a head."""
        region = right_of(doc, page, label.end - 1)
        found = False
        for a, b in region.runs:
            if a in starts:
                break
            names = list(name_list(doc, page, a, b, starts, strong=True))
            found = found or bool(names)
            for x, y in names:
                add(doc, GROUP, x, y, Kind.PERSON_NAME, "slot", 0.9, place=Place.SLOT)
            if not names and label.words in (*SIGNATURE_LABELS, COPY):
                # Writing in a slot for a name is hidden by its place, whatever it was read as.
                end = _written(doc, page, a, b, starts)
                add(doc, GROUP, a, end, Kind.SIGNATURE, "slot-place", 0.7, place=Place.SLOT)
        if found:
            return
        above: tuple[int, int] | None = None
        others: list[tuple[int, int]] = []
        for a, b in below(page, label.start, starts):
            names = list(name_list(doc, page, a, b, starts, strong=True))
            if not names and above is not None and b - a <= 3 and goes_on(doc, page, above, a, b):
                # The cell was too narrow: 努尔兰·赛力 / 克.
                names = [(a, b)]
            for x, y in names:
                add(doc, GROUP, x, y, Kind.PERSON_NAME, "column", 0.9, place=Place.CELL)
            found = found or bool(names)
            others += [] if names else [(a, b)]
            above = (a, b) if names else None
        written = label.words in SIGNATURE_LABELS
        for a, b in others if found else ():
            # Among names that could be read, what is no word is one that could not: 壁影, 自功壮.
            if misread_name(doc, page, a, b, written=written):
                add(doc, GROUP, a, b, Kind.SIGNATURE, "column", 0.6, place=Place.CELL)

    def _units(
        self, doc: Doc, page: PageText, label: Label, segment_end: int, starts: set[int]
    ) -> None:
        kept = covered(doc, ("keeps",))
        spans: list[tuple[int, int]] = []
        if label.value < segment_end or label.colon:
            end = _value_end(doc, page, label, starts)
            spans.append((label.value, end))
        if not spans or spans[0][1] <= spans[0][0]:
            region = right_of(doc, page, label.end - 1)
            spans = [run for run in region.runs if run[0] not in starts]
            if not spans and (not region.runs or region.runs[0][0] in starts):
                # 学校 below a head is the end of a name, not the next label.
                heads = {at for at in starts if text_of(doc, at, at + 2) != "学校"}
                spans = [run for run in below(page, label.start, heads)]
        above: tuple[int, int] | None = None
        for a, b in spans:
            if above is not None and ends_a_school(doc, page, above, a, b):
                # Set in the middle of a narrow cell: 外国语 / 学校.
                add(doc, GROUP, a, b, Kind.UNIT, "label-second-line", 0.7, place=Place.CELL)
                continue
            above = (a, b)
            if b > a:
                for x, y in continuation(page, a, b):
                    taken = x in starts or kept.intersection(range(x, y)) or y - x > 10
                    if not taken and not _has_label(page, x, starts):
                        add(doc, GROUP, x, y, Kind.UNIT, "label-second-line", 0.7, place=Place.CELL)
            b = _trim_unit(doc, a, b)
            if b - a >= 3 and not kept.intersection(range(a, b)) and _unit_like(doc, a, b):
                add(doc, GROUP, a, b, Kind.UNIT, "label", 0.9, place=_slot_place(page, a))


def find_labels(doc: Doc, page: PageText) -> Iterator[Label]:
    """Yield the labels of a page, in document order."""
    for start, end in page.segments:
        text = text_of(doc, start, end)
        known = list(_ALL.finditer(text))
        held = {i for m in known if m.group() in _NAMES for i in range(*m.span())}
        other = [m for m in _ANY_PERSON.finditer(text) if held.isdisjoint(range(*m.span()))]
        other += [
            m for m in [_WHOLE_PERSON.fullmatch(text)] if m and held.isdisjoint(range(len(text)))
        ]
        other += [m for m in _BEFORE_COLON.finditer(text) if _misread(m.group())]
        signed: int | None = None
        for match in [*known, *other]:
            a, b = start + match.start(), start + match.end()
            behind = _AFTER_LABEL.match(text, match.end())
            value = match.end()
            while behind and behind.end() > behind.start():
                value = behind.end()
                behind = _AFTER_LABEL.match(text, value)
            colon = any(c in ":：_＿" for c in text[match.end() : value])
            if _stands_as_label(doc, page, a, b, start, end, colon, match.group()):
                words = match.group()
                words = words if words in _NAMES | _UNITS or match in known else _ANY
                signed = start + value
                yield Label(a, b, start + value, words, colon)
        copied = copy_value(text)
        if copied is not None and (signed is None or signed < start + copied):
            yield Label(start, start + copied, start + copied, COPY, colon=False)


@lru_cache(maxsize=4096)
def _misread(words: str) -> bool:
    """Whether words before a colon are a signature's label but for one character: 审核大."""
    if words in _NAMES | _UNITS or LABEL_HEAD.fullmatch(words):
        return False
    return any(
        len(label) >= 3
        and abs(len(label) - len(words)) <= 1
        and Levenshtein.distance(label, words) == 1
        for label in SIGNATURE_LABELS
    )


def _stands_as_label(
    doc: Doc, page: PageText, a: int, b: int, start: int, end: int, colon: bool, words: str
) -> bool:
    """Whether a label's words are a label here and not part of a sentence."""
    before = a == start or not is_han(doc[a - 1].text) or page.gap_after(a - 1) > 0.35
    if colon:
        return before or len(words) >= 2
    if a == start and b == end:
        return True
    if not before:
        return False
    if b < end and page.gap_after(b - 1) > 0.45:
        return True
    # 姓名张伟, as on identity cards: only at the start of a line and with a name right behind.
    strong = words in _NAMES and words not in WEAK_NAME_LABELS
    rest = text_of(doc, b, end)
    named = 2 <= len(rest) <= 4 and starts_with_surname(rest)
    # 申报人承诺书 is the paper's name.
    paper = rest[-1:] in _PAPERS and everyday(doc, b, end)
    return strong and a == start and named and not paper


def _cited(doc: Doc, label: int, start: int, end: int) -> bool:
    """Whether a label behind a title names the author of a set text: 《背影》　作者：朱自清."""
    behind_title = label > 0 and doc[label - 1].text == "》"
    return behind_title and text_of(doc, start, end) in SET_TEXT_AUTHORS


def _slot_place(page: PageText, token: int) -> Place | None:
    """A value that begins its own line stands in a slot; one in a sentence does not."""
    return Place.SLOT if page.char_of[token] == 0 else None


def _segment_end(page: PageText, token: int) -> int:
    return next((end for start, end in page.segments if start <= token < end), token + 1)


def _paragraph_end(page: PageText, token: int) -> int:
    return next((end for start, end in page.paragraphs if start <= token < end), token + 1)


def _value_end(doc: Doc, page: PageText, label: Label, starts: set[int]) -> int:
    """Return where a unit behind a label ends: a mark, the next label, a gap, the cell."""
    end = _paragraph_end(page, label.start)
    for i in range(label.value, end):
        below = i > label.value and page.line_of[i] != page.line_of[i - 1]
        if below and text_of(doc, label.value, i).endswith(SCHOOL_ENDINGS):
            # Behind a whole name, only what ends like one goes on with it: 师范大学 / 附属小学.
            rest = text_of(doc, i, end)
            if not any(ending in rest for ending in SCHOOL_ENDINGS):
                return i
        if i in starts or doc[i].text in "，,。；;、|":
            return i
        if i > label.value and page.gap_after(i - 1) > 1.6 and page.gap_after(i - 1) < 90:
            return i
        if i - label.value > 40:
            return i
    return end


def _has_label(page: PageText, token: int, starts: set[int]) -> bool:
    """Whether a label stands left of a line, on its row: then the line is that label's value."""
    me = page.boxes[page.line_of[token]]
    boxes = (page.boxes[page.line_of[start]] for start in starts)
    return any(abs(b.middle - me.middle) < 0.5 * me.height and b.x1 < me.x0 for b in boxes)


def _written(
    doc: Doc, page: PageText, start: int, end: int, starts: set[int], whole: bool = False
) -> int:
    """Return where what may be a signature ends; ``start`` when it cannot be one."""
    stop = start
    # Behind a colon several people may have signed; elsewhere a longer run is a sentence.
    most = 30 if whole else 8
    while stop < end and stop not in starts and stop - start < most:
        if stop > start and (page.gap_after(stop - 1) > 1.0 or doc[stop].text in "，,。；;、"):
            break
        if stop > start and _DATE.match(text_of(doc, stop, min(end, stop + 5))):
            break
        stop += 1
    text = text_of(doc, start, stop)
    printed = text in NOT_NAMES or _PRINTED.match(text)
    sentence = stop < end and stop - start >= most
    return start if printed or sentence else stop


def _trim_unit(doc: Doc, start: int, end: int) -> int:
    while end > start and not (doc[end - 1].text.isalnum() or doc[end - 1].text in ")）"):
        end -= 1
    return end


def _unit_like(doc: Doc, start: int, end: int) -> bool:
    text = text_of(doc, start, end)
    if text in NOT_NAMES or re.fullmatch(r"[0-9年月日.\-/]+", text):
        return False
    return re.search(r"[一-龥]{3}", text) is not None and not re.match(
        r"(?:意见|盖章|公章|签章|审核|推荐|负责)", text
    )
