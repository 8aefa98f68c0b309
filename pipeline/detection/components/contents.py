"""Authors in a table of contents: what stands between the dots and the page number."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from spacy.tokens import Doc

from pipeline.detection.components.name_lists import everyday, gap_pieces, split_names
from pipeline.detection.page_text import PageText
from pipeline.detection.spans import page_of, text_of
from pipeline.detection.vocabulary import NOT_NAMES, is_han
from pipeline.surnames import starts_with_surname

_NUMBER = r"[(（]?[0-9OolI]{1,4}[)）]?[.。·]?$"
_DOTS = "….·・⋯"
# Behind the dots stands nobody but the authors, whatever they were read as.
_BEHIND_DOTS = re.compile(rf"[{_DOTS}]{{2,}}([^{_DOTS}]{{2,40}}?)[{_DOTS}]{{0,6}}{_NUMBER}")
# The authors in a line of their own, the title and the dots before it in another.
_ALONE = re.compile(rf"^[{_DOTS}]*([^{_DOTS}0-9]{{2,24}}?)[{_DOTS}]*[(（]?[0-9]{{1,4}}[)）]?$")
_PLAIN_END = re.compile(r"([一-龥]{2,40})[.…·(（]{0,6}[0-9]{1,3}[)）]?[.。·]?$")
_LEADER_END = re.compile(rf"[{_DOTS}]{{1,}}$")
_HEADING = re.compile(r"^(?:CONTENTS)?(?:目录|目次|本期目录|要目)(?:CONTENTS)?$|^CONTENTS$", re.I)
_SEPARATORS = "、,，;；/／ "
_NOBODY = re.compile(r"本刊|编辑部|记者|编者|杂志社|课题组|^[等著文图摄]$")
_LINES = 4


def contents_authors(doc: Doc, kept: set[int]) -> Iterator[tuple[int, int]]:
    """Yield the authors in the lines of a table of contents.

    Args:
        doc: The page.
        kept: Tokens that stay.
    """
    page = page_of(doc)
    lines = [(a, b, text_of(doc, a, b)) for a, b in page.segments]
    numbered = [text for _, _, text in lines if re.search(rf"[{_DOTS}(（].*{_NUMBER}", text)]
    headed = any(_HEADING.match(text) for _, _, text in lines)
    listed = headed or len(numbered) >= _LINES
    led = {page.line_of[b - 1] for _, b, text in lines if _LEADER_END.search(text)}
    for start, end, text in lines:
        match = _BEHIND_DOTS.search(text) if listed else None
        if match is None and listed and _behind_a_leader(page, page.line_of[start], led):
            match = _ALONE.match(text)
        if match is None:
            yield from _plain(doc, page, start, end, kept)
            continue
        for a, b in _pieces(doc, page, start + match.start(1), start + match.end(1)):
            word = text_of(doc, a, b)
            if word not in NOT_NAMES and not _NOBODY.search(word) and kept.isdisjoint(range(a, b)):
                yield a, b


def _behind_a_leader(page: PageText, line: int, led: set[int]) -> bool:
    """Whether a line that ends in dots stands left of a line, in its row."""
    me = page.boxes[line]
    return any(
        page.boxes[other].x0 < me.x0
        and abs(page.boxes[other].middle - me.middle) < 0.6 * max(me.height, 1.0)
        for other in led
    )


def _pieces(doc: Doc, page: PageText, start: int, stop: int) -> Iterator[tuple[int, int]]:
    """Cut authors at separators, then at gaps, then as surnames or the word model tell."""
    at = start
    for i in range(start, stop + 1):
        if i < stop and doc[i].text not in _SEPARATORS:
            continue
        if i > at:
            yield from _names(doc, page, at, i)
        at = i + 1


def _names(doc: Doc, page: PageText, start: int, stop: int) -> Iterator[tuple[int, int]]:
    sizes = gap_pieces(page, start, stop)
    if len(sizes) == 1 and stop - start > 4:
        sizes = split_names(text_of(doc, start, stop)) or _tagged_sizes(doc, start, stop)
    at = start
    for size in sizes:
        yield at, at + size
        at += size


def _tagged_sizes(doc: Doc, start: int, stop: int) -> list[int]:
    """Cut around the people that the word model sees; what is left over is people too."""
    cuts = {start, stop}
    for a, b, tag in doc._.words:
        if tag == "PER" and start <= a and b <= stop and 2 <= b - a <= 4:
            cuts |= {a, b}
    edges = sorted(cuts)
    return [b - a for a, b in pairwise(edges)]


def _plain(
    doc: Doc, page: PageText, start: int, end: int, kept: set[int]
) -> Iterator[tuple[int, int]]:
    """Yield names at the end of a numbered line that has no dots: 方骏 连弘（40）."""
    match = _PLAIN_END.search(text_of(doc, start, end))
    if match is None or not all(is_han(c) for c in match.group(1)):
        return
    a, b = start + match.start(1), start + match.end(1)
    # Of a line that holds the title too, only what a gap sets apart can be names.
    a = max(a, b - 12)
    for i in range(b - 2, a, -1):
        if page.gap_after(i - 1) > 1.0:
            a = i
            break
    sizes = gap_pieces(page, a, b)
    if len(sizes) == 1 and sizes[0] > 4:
        sizes = split_names(text_of(doc, a, b))
    bracketed = any(c in "()（）" for c in match.group())
    for size in sizes:
        name = text_of(doc, a, a + size)
        if (
            starts_with_surname(name)
            and name not in NOT_NAMES
            and (bracketed or not everyday(doc, a, a + size))
            and kept.isdisjoint(range(a, a + size))
        ):
            yield a, a + size
        a += size
