"""Where people sign: stamps on copies, labels that were misread, rows of several signatures.

Handwriting is read badly, and so is the print that a seal or a pen runs over. What stands behind
the words of a copy's stamp, or behind a signature's label, is a signature by its place.
"""

from __future__ import annotations

import re

from rapidfuzz.distance import Levenshtein
from spacy.tokens import Doc

from pipeline.detection.components.name_lists import everyday
from pipeline.detection.page_text import PageText
from pipeline.detection.spans import text_of
from pipeline.detection.vocabulary import NOT_NAMES, TITLES_AFTER_NAME

# 此复印件与原件一致; 经审核，与原件相符; 此件为原件复印件: alone, or who checked it behind.
_COPY = re.compile(
    r"^.{0,14}?(?:(?:复印件|影印件|扫描件|[此本该]件|抄件).{0,4}?原件.{0,2}?"
    r"(?:一致|相符|无误|无异|属实|复印件|影印件|副本)"
    r"|与原件.{0,4}?(?:一致|相符|无误|无异)|与原件(?:相.|.致)|(?:复印件|影印件|扫描件)与原件(?=.{0,2}$))[。，,；;]?"
)
_CHECKERS = (
    *("审核人签字", "审核人签名", "核对人签字", "核对人签名", "经办人签字", "经办人签名"),
    *("审核人", "核对人", "核验人", "复核人", "审验人", "校核人", "校对人", "验证人", "审签人"),
    *("经办人", "审查人", "审核", "核对", "核验", "签字", "签名"),
)
# 审核人签：字：: a seal's edge was read for a colon.
_COLON = re.compile(r"^[^:：]{1,7}[:：]+(?:[字名章][:：]+)?")
# Print behind a signature: a date, a bracket, a title, the next label.
_PRINT = re.compile(
    r"[0-9〇○(（《【\[]|[一二三四五六七八九十]{1,4}[年月日]|[年月日]|"
    + "|".join(TITLES_AFTER_NAME)
    + r"|单位|学校|部门|机构|公章|盖章|签章|联系|电话|日期|时间|意见|职务|职称|[一-龥]{2,7}[:：]"
)
_SIGNED = re.compile("签")
_MARKS = "、,，.。·:：;；!！|｜丨-—_ "
#: As many characters may a row of signatures have.
_LONGEST = 30


def copy_value(text: str) -> int | None:
    """Return where in a copy's stamp the signature begins; the text's length when none was read.

    Args:
        text: A part of a row, without spaces.

    Returns:
        None when the text is no copy's stamp.
    """
    match = _COPY.match(text)
    if match is None:
        return None
    rest = text[match.end() :]
    colon = _COLON.match(rest)
    if colon is not None:
        return match.end() + colon.end()
    return match.end() + max((_label_size(rest, label) for label in _CHECKERS), default=0)


def _label_size(text: str, label: str) -> int:
    """Return how much of a text is a label, one or two of its characters misread."""
    head = text[: len(label)]
    wrong = Levenshtein.distance(head, label)
    return len(head) if head[:1] == label[0] and wrong <= max(0, len(label) - 2) // 2 else 0


def rest_of_signatures(
    doc: Doc, page: PageText, start: int, end: int, labels: set[int], words: str
) -> int:
    """Return where the signatures go on to, behind the names that were made out in their slot.

    A stroke read as a comma splits a name (苏、阳), and of a row of signatures some are read as
    anything.

    Args:
        doc: The page.
        page: Its places.
        start: First token behind the names.
        end: One past the last token of the slot.
        labels: First tokens of labels.
        words: The label.

    Returns:
        One past the last token; ``start`` when nothing but print stands there.
    """
    stop = start
    while stop < end and stop not in labels and stop - start < _LONGEST:
        gap = page.gap_after(stop - 1)
        if 1.6 < gap < 90 or _PRINT.match(text_of(doc, stop, min(end, stop + 9))):
            break
        stop += 1
    rest = text_of(doc, start, stop).strip(_MARKS)
    if not rest or rest in NOT_NAMES or stop - start >= _LONGEST:
        return start
    if not _SIGNED.search(words) and len(rest) > 3 and everyday(doc, start, stop):
        return start
    return stop
