"""Where two wordings of a passage differ, character by character.

Compared is what comparison goes by: simplified, one width, without punctuation. Shown is the text
as it stands, so that a difference in punctuation alone is none.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from rapidfuzz.distance import Levenshtein

from pipeline.similarity.nouns import Span
from pipeline.similarity.text import NormalText

#: A shorter stretch of equal characters between two changes is chance, and hard to read.
_SHORTEST_EQUAL = 2
#: The cost grows with the square of the length: longer passages are compared in pieces.
_PIECE = 6000


class Change(StrEnum):
    """What became of a stretch of text."""

    SAME = "same"
    CHANGED = "changed"
    ONLY_HERE = "only_here"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of one side and whether the other has it."""

    change: Change
    text: str = field(repr=False)
    span: Span


@dataclass(frozen=True, slots=True)
class Difference:
    """Both sides of a passage, and how much of it differs.

    Attributes:
        here: The examined text.
        there: The source.
        same: Normalised characters that both have in the same order.
        changed: Characters of the examined text with others in their place.
        added: Characters that only the examined text has.
        lacking: Characters that only the source has.
        places: Number of places that differ.
        run: Longest stretch of equal characters.
    """

    here: tuple[Piece, ...]
    there: tuple[Piece, ...]
    same: int
    changed: int
    added: int
    lacking: int
    places: int
    run: int


@dataclass(frozen=True, slots=True)
class _Block:
    equal: bool
    here: tuple[int, int]
    there: tuple[int, int]


def differences(text: NormalText, span: Span, source: NormalText, source_span: Span) -> Difference:
    """Compare a passage with its source.

    Args:
        text: The examined text.
        span: Where the passage is in it.
        source: The other text.
        source_span: Where the passage is there.
    """
    start, end = text.normal_span(span)
    begin, stop = source.normal_span(source_span)
    blocks = _blocks(text.text[start:end], source.text[begin:stop])
    here = _pieces(text, span, start, [(b.equal, b.here, b.there) for b in blocks])
    there = _pieces(source, source_span, begin, [(b.equal, b.there, b.here) for b in blocks])
    same = [b.here[1] - b.here[0] for b in blocks if b.equal]
    apart = [(b.here[1] - b.here[0], b.there[1] - b.there[0]) for b in blocks if not b.equal]
    return Difference(
        here=here,
        there=there,
        same=sum(same),
        changed=sum(min(mine, theirs) for mine, theirs in apart),
        added=sum(max(0, mine - theirs) for mine, theirs in apart),
        lacking=sum(max(0, theirs - mine) for mine, theirs in apart),
        places=len(apart),
        run=max(same, default=0),
    )


def _blocks(here: str, there: str) -> list[_Block]:
    """Return alternating equal and differing stretches that make up both strings."""
    raw: list[_Block] = []
    pieces = max(1, -(-max(len(here), len(there)) // _PIECE))
    for piece in range(pieces):
        a, b = (len(s) * piece // pieces for s in (here, there))
        c, d = (len(s) * (piece + 1) // pieces for s in (here, there))
        for code in Levenshtein.opcodes(here[a:c], there[b:d]):
            size = code.src_end - code.src_start
            raw.append(
                _Block(
                    code.tag == "equal" and size > 0,
                    (a + code.src_start, a + code.src_end),
                    (b + code.dest_start, b + code.dest_end),
                )
            )
    last = len(raw) - 1
    joined: list[_Block] = []
    for number, block in enumerate(raw):
        inside = 0 < number < last
        lone = block.equal and inside and block.here[1] - block.here[0] < _SHORTEST_EQUAL
        equal = block.equal and not lone
        if joined and joined[-1].equal == equal:
            before = joined.pop()
            block = _Block(
                equal, (before.here[0], block.here[1]), (before.there[0], block.there[1])
            )
        joined.append(_Block(equal, block.here, block.there))
    return joined


def _pieces(
    text: NormalText,
    span: Span,
    first: int,
    stretches: list[tuple[bool, tuple[int, int], tuple[int, int]]],
) -> tuple[Piece, ...]:
    """Cut a stretch of the text as it stands; punctuation goes with what is before it."""
    filled = [stretch for stretch in stretches if stretch[1][0] < stretch[1][1]]
    pieces: list[Piece] = []
    for number, (equal, (_, end), (begin, stop)) in enumerate(filled, start=1):
        left = pieces[-1].span.end if pieces else span.start
        right = span.end if number == len(filled) else int(text.origin[first + end])
        apart = Change.CHANGED if stop > begin else Change.ONLY_HERE
        change = Change.SAME if equal else apart
        pieces.append(Piece(change, text.raw[left:right], Span(left, right)))
    return tuple(pieces)
