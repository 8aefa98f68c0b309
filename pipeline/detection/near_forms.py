"""A known name or unit in text that was badly read: characters lost, wrong, doubled or scrambled.

Plain functions over strings and confidences; nothing here knows of pages.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from rapidfuzz import fuzz
from rapidfuzz.distance import LCSseq, Levenshtein

from pipeline.detection.applicant_forms import bare_place, split_unit
from pipeline.detection.places import towns
from pipeline.detection.vocabulary import is_han

# A character read with less than this may be another one.
WEAK = 0.85
_UNIT_SIMILARITY = 84.0
# A line of its own is the unit when so much of either stands in the other in the same order.
_SHARE_OF_UNIT, _SHARE_OF_LINE = 0.55, 0.6
# Of a form read by guess, so many characters and such a share are sure, and so many of those say
# which school it is.
_SHORTEST_GUESSED, _FEWEST_SURE, _SHARE_SURE, _SPECIAL = 4, 3, 0.6, 2
# What half the schools of the country have in their names, and what else their seals say.
_COMMON = frozenset("第一二三四五六七八九十百中小学校省市县区镇乡大高级初实验附属幼儿园")
_ON_SEALS = frozenset("公章专用教务导处业财合同")


def near_names(
    name: str, text: str, confidence: Callable[[int], float]
) -> Iterator[tuple[int, int]]:
    """Yield places of a name but for one badly read, lost or doubled character.

    Args:
        name: The name without spaces; names of less than three characters are not looked for.
        text: Where to look.
        confidence: How surely the character of ``text`` at an index was read.
    """
    if len(name) < 3:
        return
    for at in range(len(text) - len(name) + 1):
        window = text[at : at + len(name)]
        wrong = [i for i in range(len(name)) if window[i] != name[i]]
        if len(wrong) == 1 and confidence(at + wrong[0]) < WEAK:
            yield at, at + len(name)
        longer = text[at : at + len(name) + 1]
        if len(longer) > len(name) and longer[0] == name[0] and longer[-1] == name[-1]:
            extra = [i for i in range(1, len(name)) if longer[:i] + longer[i + 1 :] == name]
            if extra and (not is_han(longer[extra[0]]) or confidence(at + extra[0]) < WEAK):
                yield at, at + len(name) + 1


@lru_cache(maxsize=64)
def spread_pattern(name: str) -> re.Pattern[str]:
    """Return a pattern for a name with signs between its characters: 张、伟平, 阿依努尔.托列根.

    Recognition takes the gaps of a name set wide for commas or dots, and loses the dot of a
    minority's name or reads it as another sign.
    """
    parts = [re.escape(c) for c in name if is_han(c)]
    return re.compile("[^一-龥0-9A-Za-z《》〈〉:：;；]{0,2}".join(parts))


def near_units(
    form: str, unit: str, text: str, taken: list[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    """Yield places where a unit stands with a few misread characters.

    Args:
        form: The form looked for.
        unit: The full name, for its last character.
        text: Where to look.
        taken: Ranges of ``text`` that are found already.
    """
    if len(form) < 6 or len(text) < len(form) - 1:
        return
    blocked = list(taken)
    for _ in range(8):
        masked = list(text)
        for a, b in blocked:
            masked[a:b] = "\0" * (b - a)
        found = fuzz.partial_ratio_alignment(form, "".join(masked), score_cutoff=_UNIT_SIMILARITY)
        if found is None or found.dest_end <= found.dest_start:
            return
        start, end = found.dest_start, found.dest_end
        blocked.append((start, end))
        window = text[start:end]
        # 淮南市第三中学 is another school, not a misreading: a numeral must not differ, nor a
        # place be another one.
        if (
            _numerals(window) == _numerals(form)
            and Levenshtein.distance(form, window) <= max(1, len(form) // 5)
            and not _another_place(form, text[max(0, start - 1) : end])
        ):
            yield _stretched((form[-1], unit[-1]), form[0], text, start, end)


def guessed_units(
    form: str, text: str, confidence: Callable[[int], float]
) -> Iterator[tuple[int, int]]:
    """Yield places where all that differs from a form of a unit was read too unsurely to count.

    A pen makes 如京外国片 of 北京外国语.

    Args:
        form: The form looked for; shorter ones than four characters are not.
        text: Where to look.
        confidence: How surely the character of ``text`` at an index was read.
    """
    size = len(form)
    least = max(_FEWEST_SURE, _SHARE_SURE * size)
    if size < _SHORTEST_GUESSED or len(set(form) & set(text)) < _FEWEST_SURE:
        return
    for at in range(len(text) - size + 1):
        wrong = [i for i in range(size) if text[at + i] != form[i]]
        special = {form[i] for i in range(size) if i not in wrong} - _COMMON
        told = 0 < len(wrong) <= size - least and len(special) >= _SPECIAL
        if told and all(confidence(at + i) < WEAK for i in wrong):
            yield at, at + size


def place_before(form: str, unit: str, before: str) -> int:
    """Return how many characters before a unit's own part are its place, badly read.

    Args:
        form: What was found, such as 朝阳路小学.
        unit: The full name: 川汇区朝阳路小学.
        before: The text that stands before it: 积极参加川汇这.
    """
    place = unit.removesuffix(form)
    near = before[-len(place) :]
    if form == unit or place == unit or not place or near == place:
        return 0
    alike = LCSseq.editops(place, near).as_matching_blocks()
    if sum(block.size for block in alike) < max(2, len(place) / 2):
        return 0
    return len(near) - min(block.b for block in alike if block.size)


def is_garbled(unit: str, text: str, weak: list[bool]) -> bool:
    """Whether a line that says nothing else is a unit of which characters are lost or wrong.

    Args:
        unit: The unit's full name without spaces.
        text: All that was read on the line, without spaces.
        weak: For each character of ``text`` whether it was not read surely.
    """
    if len(text) < 3 or len(text) > len(unit) + 4:
        return False
    alike = LCSseq.similarity(unit, text)
    if alike < _SHARE_OF_UNIT * len(unit) or alike < _SHARE_OF_LINE * len(text):
        return False
    wrong = [op.dest_pos for op in Levenshtein.editops(unit, text) if op.tag != "delete"]
    # A numeral that was surely read tells another school.
    if any(text[i] in "一二三四五六七八九十0123456789" and not weak[i] for i in wrong):
        return False
    return any(weak) and not _another_place(unit, text)


def is_scrambled(unit: str, text: str) -> bool:
    """Whether a short line holds nothing but characters of a unit in disorder: a seal's rows.

    用中第周学 is what recognition makes of 周口市第三十中学 in the rows of a square seal.
    """
    if not 3 <= len(text) <= 2 * len(unit):
        return False
    own = [c for c in text if c in unit]
    fits = len(own) + sum(c in _ON_SEALS and c not in unit for c in text)
    special = {c for c in own if c not in _COMMON}
    return len(set(own)) >= 3 and bool(special) and fits >= 0.75 * len(text)


def _another_place(form: str, window: str) -> bool:
    """Whether a stretch of text begins with another town than a form does: 淮北市, not 淮南市."""
    places, _ = split_unit(form)
    if not places:
        return False
    own = {bare_place(p) for p in places}
    for size in (2, 3, 4):
        for at in (0, 1):
            word = window[at : at + size]
            if word in towns() and word not in form:
                return not any(word in p or p in word for p in own)
    return False


def _stretched(
    last: tuple[str, ...], first: str, text: str, start: int, end: int
) -> tuple[int, int]:
    """Let a match reach the unit's own first and last character where they stand close by."""
    tail = max(text.find(c, end, end + 5) for c in last)
    head = text.rfind(first, max(0, start - 3), start)
    if text[end - 1] != last[-1] and tail >= 0:
        end = tail + 1
    if text[start] != first and head >= 0:
        start = head
    return start, end


def _numerals(text: str) -> str:
    return re.sub(r"[^一二三四五六七八九十百0-9]", "", text)
