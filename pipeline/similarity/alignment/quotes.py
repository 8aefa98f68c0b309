"""Which stretches of a text are marked as somebody else's words."""

from __future__ import annotations

import re

from pipeline.similarity.nouns import Span

#: Nobody quotes more in one pair of marks; also bounds the search. Straight marks do not say
#: whether they open or close, so that one that is lost would turn all the others round.
_LONGEST = 3000
_LONGEST_STRAIGHT = 300

_CITED = re.compile(
    r"[。.，,；;！!？?]?\s*"
    r"(?:[\[［〔【]\s*\d{1,3}(?:\s*[-–—~～,，、]\s*\d{1,3})*\s*[\]］〕】]"
    r"|[\u2460-\u2473\u00b9\u00b2\u00b3\u2070-\u2079]"
    r"|[（(][^（()）\n]{0,40}(?:1[89]|20)\d{2}[^（()）\n]{0,20}[)）])"
)
_CITED_BEFORE = re.compile(
    r"(?:[\[［〔【]\s*\d{1,3}\s*[\]］〕】]|[（(](?:1[89]|20)\d{2}[^（()）\n]{0,20}[)）])"
    r"[^。！？\n]{0,20}$"
)
_BEFORE = 40
_OPENING = {"“": "”", "「": "」", "『": "』", "〝": "〞"}
_STRAIGHT = '"'


def quotations(raw: str) -> tuple[Span, ...]:
    """Find the texts between quotation marks that have a citation beside them.

    A citation is a number in brackets, a raised or circled number, or a year in round brackets;
    it stands behind the closing mark or, as in 文献[3]认为：“…”, shortly before the opening one.

    Returns:
        Stretches of ``raw`` without the marks, in order, never one within another.
    """
    found: list[Span] = []
    at = 0
    while at < len(raw):
        closing = _STRAIGHT if raw[at] == _STRAIGHT else _OPENING.get(raw[at])
        end = _closing(raw, at, closing) if closing else None
        if end is None:
            at += 1
            continue
        if _CITED.match(raw, end + 1) or _CITED_BEFORE.search(raw[max(0, at - _BEFORE) : at]):
            found.append(Span(at + 1, end))
        at = end + 1
    return tuple(found)


def _closing(raw: str, at: int, mark: str) -> int | None:
    """Where the quotation that opens at a place is closed."""
    depth = 0
    longest = _LONGEST_STRAIGHT if mark == _STRAIGHT else _LONGEST
    for place in range(at + 1, min(len(raw), at + longest)):
        if raw[place] == mark and depth == 0:
            return place
        if mark != _STRAIGHT and raw[place] == raw[at]:
            depth += 1
        elif raw[place] == mark:
            depth -= 1
    return None
