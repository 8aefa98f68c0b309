"""Where a paper's list of references is: it is nobody's text and is not counted.

The list begins under its heading and consists of entries that look like entries (number, type mark
such as [J], year). What stands after them is text again, so that no paper can hide under the word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.similarity.nouns import Span

_HEADING = re.compile(
    r"^[\s【\[(（]*(?:[一二三四五六七八九十]+[、.．])?"
    r"(?:主要)?(?:参\s*考\s*(?:文\s*献|书\s*目|资\s*料)|引用文献|參考文獻|references|bibliography)"
    r"[\s】\])）:：]*",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"\s*(?:[\[［〔【(（]\s*\d{1,3}\s*[\]］〕】)）]|\d{1,3}\s*[.．、])")
_TYPE_MARK = re.compile(r"[\[［]\s*[A-Z]{1,2}(?:\s*/\s*[A-Z]{2})?\s*[\]］]")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
_PUBLISHER = re.compile(r"出版社|学报|杂志|期刊|大学|研究|教育|Press|Journal", re.IGNORECASE)
_ENDED = re.compile(r"[.．。;；\d)\]］）]\s*$")
#: An entry wraps over a few lines at most, and is no paragraph.
_LONGEST_ENTRY = 240


def reference_spans(raw: str) -> tuple[Span, ...]:
    """Find the lists of references of a text, headings included.

    Returns:
        Stretches of ``raw`` in order, none where there is no list.
    """
    spans: list[Span] = []
    lines = list(_lines(raw))
    number = 0
    while number < len(lines):
        start, end = lines[number]
        heading = _HEADING.match(raw[start:end])
        if heading is None:
            number += 1
            continue
        first = start + heading.end()
        tail = [(first, end), *lines[number + 1 :]]
        taken, upto = _entries(raw, tail)
        if upto is not None:
            spans.append(Span(start, upto))
        number += max(1, taken)
    return tuple(spans)


def _lines(raw: str) -> Iterator[tuple[int, int]]:
    at = 0
    for line in raw.splitlines(keepends=True):
        yield at, at + len(line.rstrip("\r\n"))
        at += len(line)


def _entries(raw: str, lines: list[tuple[int, int]]) -> tuple[int, int | None]:
    """Return how many lines a list takes and where it ends; None where no entry follows."""
    taken, upto = 0, None
    number = 0
    while number < len(lines):
        start, end = lines[number]
        if not raw[start:end].strip():
            number += 1
            continue
        size = _entry(raw, lines, number)
        if not size:
            break
        number += size
        taken, upto = number, lines[number - 1][1]
    return taken, upto


def _entry(raw: str, lines: list[tuple[int, int]], number: int) -> int:
    """Return how many lines the entry that begins here takes, 0 where there is none."""
    start = lines[number][0]
    size = 0
    for more, (begin, end) in enumerate(lines[number:], start=1):
        line = raw[begin:end]
        if end - start > _LONGEST_ENTRY or not line.strip():
            break
        if more > 1 and (_NUMBERED.match(line) or _HEADING.match(line)):
            break
        if _is_entry(raw[start:end]):
            size = more
            if _ENDED.search(line):
                break
    return size


def _is_entry(text: str) -> bool:
    if _TYPE_MARK.search(text):
        return bool(_NUMBERED.match(text) or _YEAR.search(text))
    return bool(_NUMBERED.match(text) and _YEAR.search(text) and _PUBLISHER.search(text))
