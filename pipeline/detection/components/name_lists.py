"""Splits what stands behind a person's label into names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from spacy.tokens import Doc

from pipeline.detection.page_text import PageText
from pipeline.detection.spans import text_of
from pipeline.detection.vocabulary import (
    LABEL_HEAD,
    NOT_NAMES,
    SUBJECTS,
    TITLES_AFTER_NAME,
    VERBS_BEFORE_NAMES,
    is_han,
)
from pipeline.surnames import starts_with_surname

_DOTS = "·•・∙●"
_SEPARATOR = re.compile(r"[、,，;；/／|。.]?")
_TITLES = "|".join(TITLES_AFTER_NAME)
_TITLE = re.compile(rf"(?:{_TITLES})?(?:[(（][^()（）]{{1,16}}[)）])?[0-9①-⑳*＊]*")
_JOINED = re.compile(r"(.{2,4}?)[和与及](.{2,4})")
# Behind a list of two or more names: 丁玲、空锦两位老师.
_COUNTED = re.compile("[两二三四五六几]位(?:[一-龥]{2})?(?:老师|教师|同志|同学|同仁|同事)")
_VERB = re.compile(f"(?:{'|'.join(VERBS_BEFORE_NAMES)})$")
# What stands before the last name of a list.
_JOINS = frozenset("和与及")
# Characters that end a list of names; others of the language's small words do occur in names.
_ENDS = frozenset("的等是了")


def name_list(
    doc: Doc, page: PageText, start: int, end: int, labels: set[int], *, strong: bool
) -> Iterator[tuple[int, int]]:
    """Split a value into names; stop at the first piece that cannot be one.

    Args:
        doc: The page.
        page: Its places.
        start: First token of the value.
        end: One past the last token that the value may reach.
        labels: First tokens of labels; a value never runs into one.
        strong: The label is never anything but a person's, so rare surnames are taken too.

    Yields:
        Token ranges, one a name.
    """
    at: int | None = start
    while at is not None and at < end:
        if at in labels:
            return
        stop = at
        while stop < end and stop not in labels and _in_name(doc[stop].text):
            stop += 1
            if stop < end and page.gap_after(stop - 1) > 0.9 and stop - at >= 2:
                break
        sizes = _name_sizes(doc, page, at, stop, strong)
        if not sizes:
            return
        for size in sizes:
            yield at, at + size
            at += size
        at = _skip(doc, page, at, end)


def _skip(doc: Doc, page: PageText, at: int, end: int) -> int | None:
    """Step over a title, a bracket and one separator; None where the list is over."""
    rest = text_of(doc, at, end)
    title = _TITLE.match(rest)
    step = title.end() if title else 0
    separator = _SEPARATOR.match(rest, step)
    step = separator.end() if separator else step
    gap = page.gap_after(at - 1) if at > 0 else 0.0
    spaced = at < end and at > 0 and (bool(doc[at - 1].whitespace_) or gap > 0.4)
    if step == 0 and not spaced:
        return None
    return at + step


def _in_name(character: str) -> bool:
    return (is_han(character) and character not in _ENDS) or character in _DOTS


def _name_sizes(doc: Doc, page: PageText, start: int, stop: int, strong: bool) -> list[int]:
    """Return how many tokens each of the names from ``start`` has; empty when they are none."""
    text = text_of(doc, start, stop)
    title = re.search(rf"(?:{_TITLES})$", text)
    if title and title.start() >= 2:
        text = text[: title.start()]
    if any(dot in text for dot in _DOTS):
        return [len(text)] if len(text) <= 24 else []
    if len(text) < 2 or text in NOT_NAMES or LABEL_HEAD.fullmatch(text):
        return []
    if len(text) <= 4:
        surnamed = starts_with_surname(text)
        if surnamed or (strong and not _only_words(doc, start, stop)):
            return _joined(text) or [len(text)]
        return []
    # A longer run is several names that were set apart by gaps only, or no name at all.
    pieces = gap_pieces(page, start, start + len(text))
    if len(pieces) > 1 and (strong or starts_with_surname(text[: pieces[0]])):
        return pieces
    joined = _joined(text)
    if joined:
        return joined
    tagged = [b - a for a, b, tag in doc._.words if tag == "PER" and a == start]
    split = split_names(text) if strong else []
    if split:
        return split
    if strong and not everyday(doc, start, start + len(text)):
        # Nobody can tell where one name ends and the next begins: all of it is names.
        return [len(text)]
    return tagged[:1]


def listed_with(
    doc: Doc, start: int, end: int, kept: set[int], depth: int = 0
) -> Iterator[tuple[int, int]]:
    """Yield the names that stand in one list with a known one: 指导勾英、任亨郁和段敏.

    Args:
        doc: The page.
        start: First token of the known name.
        end: One past its last token.
        kept: Tokens that must stay.
        depth: How many names of the list are known.
    """
    if depth > 8:
        return
    before = _name_before(doc, start, kept)
    if before is not None:
        yield before
        yield from listed_with(doc, *before, kept, depth + 1)
    behind = _name_behind(doc, end, kept, depth)
    if behind is not None:
        yield behind
        yield from listed_with(doc, *behind, kept, depth + 1)


def _name_before(doc: Doc, start: int, kept: set[int]) -> tuple[int, int] | None:
    if start < 3 or doc[start - 1].text not in "、,，" or _tagged_until(doc, start - 1):
        return None
    for size in (3, 2):
        a = start - 1 - size
        text = text_of(doc, max(0, a), start - 1)
        # Set apart by commas, words of a sentence look like names: 分工明确，王报时.
        plain = doc[start - 1].text != "、" and everyday(doc, max(0, a), start - 1)
        # 我和冯晨、李敏: 和 is a surname only where a name can begin.
        joins = text[:1] in "和与及" and a > 0 and is_han(doc[a - 1].text)
        if a < 0 or plain or joins:
            continue
        # 带领秋荷、李敏: what a verb of helping stands before is a name, whatever its surname.
        verb = doc[start - 1].text == "、" and _VERB.search(text_of(doc, max(0, a - 2), a))
        led = bool(verb) and _is_no_word(text) and not everyday(doc, a, start - 1)
        if (led or _may_be_listed(text)) and not kept.intersection(range(a, start)):
            return a, start - 1
    return None


def _name_behind(doc: Doc, end: int, kept: set[int], depth: int) -> tuple[int, int] | None:
    joined = end + 2 < len(doc) and doc[end].text in "和与"
    if not joined and not (end + 2 < len(doc) and doc[end].text == "、"):
        return None
    for size in (3, 2):
        b = end + 1 + size
        text = text_of(doc, end + 1, min(b, len(doc)))
        following = doc[b].text if b < len(doc) else ""
        goes_on = following in _JOINS and starts_with_surname(text_of(doc, b + 1, b + 3))
        ends = "等参两三老同共的" if joined else "等参两三老同共"
        closed = not following or not is_han(following) or following in ends or goes_on
        # 苗青、车前和雷雨的帮助: a word that could be a name is one behind two names.
        word = joined and (depth < 1 or not closed) and everyday(doc, end + 1, min(b, len(doc)))
        if word or (text[-1:] == "共" and counts(doc, b)):
            continue
        counted = b <= len(doc) and _COUNTED.match(text_of(doc, b, b + 7)) is not None
        listed = _may_be_listed(text) or (counted and _is_no_word(text))
        if listed and closed and not kept.intersection(range(end, b)):
            return end + 1, min(b, len(doc))
    return None


def counts(doc: Doc, token: int) -> bool:
    """Whether a number begins at a token."""
    return token < len(doc) and (
        doc[token].text.isdigit() or doc[token].text in "一二三四五六七八九十"
    )


def _tagged_until(doc: Doc, end: int) -> bool:
    """Whether the word model sees a person right before a token; it will be found as it is."""
    return any(b == end and b - a >= 2 and tag == "PER" for a, b, tag in doc._.words)


def _may_be_listed(text: str) -> bool:
    return (
        len(text) >= 2
        and all(is_han(c) for c in text)
        and text not in NOT_NAMES
        and starts_with_surname(text)
        and text[-1] not in "的是在了等和与及"
    )


def _is_no_word(text: str) -> bool:
    """Whether a text that is counted among people is none of the words of teaching."""
    return all(is_han(c) for c in text) and text not in NOT_NAMES and text not in SUBJECTS


def gap_pieces(page: PageText, start: int, stop: int) -> list[int]:
    """Cut a run of characters where its gaps are clearly wider than the rest of its gaps.

    Returns:
        Sizes of the pieces; one size when the run is set evenly or the pieces are no names' length.
    """
    size = stop - start
    gaps = [page.gap_after(i) for i in range(start, stop - 1)]
    if len(gaps) < 3:
        return [size]
    usual = sorted(gaps)[len(gaps) // 2]
    limit = max(0.13, usual + 0.1)
    cuts = [i + 1 for i, gap in enumerate(gaps) if gap > limit]
    sizes = [b - a for a, b in zip([0, *cuts], [*cuts, size], strict=True)]
    merged: list[int] = []
    for piece in sizes:
        # A name of two characters is often set with a gap inside.
        if piece == 1 and merged and merged[-1] == 1:
            merged[-1] = 2
        else:
            merged.append(piece)
    return merged if all(2 <= piece <= 8 for piece in merged) else [size]


def _only_words(doc: Doc, start: int, stop: int) -> bool:
    """Whether a stretch is nothing but everyday words: 班级管理, 问卷调查."""
    inside = [(a, b, tag) for a, b, tag in doc._.words if start <= a and b <= stop]
    whole = sum(b - a for a, b, _ in inside) == stop - start
    return whole and all(
        b - a >= 2 and tag not in ("PER", "LOC", "ORG", "nz", "nw", "nr") for a, b, tag in inside
    )


def everyday(doc: Doc, start: int, end: int) -> bool:
    """Whether a word of everyday language lies inside: 练习课, 高级教师; that is no name."""
    return any(
        b - a >= 2 and tag not in ("PER", "LOC", "ORG", "nz", "nw", "nr")
        for a, b, tag in doc._.words
        if start <= a and b <= end
    )


def _joined(text: str) -> list[int]:
    """Split 张三和李四, the word between taken along with the first name."""
    match = _JOINED.fullmatch(text)
    if match and starts_with_surname(match.group(1)) and starts_with_surname(match.group(2)):
        return [match.start(2), len(text) - match.start(2)]
    return []


def split_names(text: str) -> list[int]:
    """Cut a run of characters into names of three, two or four that all begin with a surname."""
    if not text:
        return []
    if len(text) > 16:
        return []
    for size in (3, 2, 4):
        head, rest = text[:size], text[size:]
        if len(head) < size or not starts_with_surname(head):
            continue
        if size == 4 and not starts_with_surname(text[:2] + "某"):
            continue
        if not rest:
            return [size]
        more = split_names(rest)
        if more:
            return [size, *more]
    return []
