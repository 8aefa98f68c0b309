"""The publication numbers that stand on a page, in a typed string or in a bar code.

Nothing here asks whether a number is anybody's: see :mod:`pipeline.publication.registry`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.geometry import Polygon
from pipeline.publication.cn_numbers import LABEL
from pipeline.publication.nouns import FoundNumber, NumberFlag, NumberKind
from pipeline.publication.number_text import Spot, barcode_number, half_width, spots_in
from pipeline.reading.lines import Char, Line, PageReading

# Lines of one row belong together up to this many line heights apart: a label and its number.
_BESIDE = 8.0
# A label at the end of its line, with the beginning of its number or nothing of it, and the rest.
_OPEN = re.compile(
    r"(?:CN|ISSN|刊号|出版物号)[\s:.]*(?P<begun>[0-9][0-9\s]{0,4}(?:[-一~]\s?[0-9]{0,3})?)?\s*$"
)
_REST = re.compile(
    r"[-一~]?\s*[0-9]+(?:\s*[-一~]\s*[0-9]+)?[Xx]?(?:\s*/\s*[A-Z][0-9A-Z]*)?(?![0-9A-Za-z.年月日期元])"
)


def find_numbers(readings: Sequence[PageReading]) -> tuple[FoundNumber, ...]:
    """Return the numbers printed on the pages, in page and reading order."""
    return tuple(number for reading in readings for number in page_numbers(reading))


def page_numbers(reading: PageReading) -> Iterator[FoundNumber]:
    """Yield the numbers printed on one page.

    Numbers are searched in whole rows, because a label and its number are often read as two lines.
    """
    for row in (*_rows(reading.lines), *_wrapped(reading.lines)):
        text = half_width("".join(char.text if char else " " for char in row))
        if len(text) != len(row):
            continue
        for spot in sorted(spots_in(text), key=lambda s: s.start):
            chars = [char for char in row[spot.start : spot.end] if char is not None]
            if chars:
                yield FoundNumber(
                    kind=spot.kind,
                    value=spot.value,
                    raw="".join(c.text if c else " " for c in row[spot.start : spot.end]),
                    flags=spot.flags,
                    page=reading.frame.page,
                    polygon=_around(chars),
                    confidence=_confidence(spot, chars),
                )


def number_of_barcode(
    digits: str, page: int | None = None, polygon: Polygon | None = None
) -> FoundNumber | None:
    """Return the ISSN or ISBN of a decoded EAN-13 bar code, None for any other code."""
    spot = barcode_number(digits)
    if spot is None:
        return None
    return FoundNumber(
        kind=spot.kind, value=spot.value, raw=digits, flags=spot.flags, page=page, polygon=polygon
    )


def typed_cn(text: str) -> FoundNumber:
    """Read a CN that somebody typed, with or without its label; the value may be None."""
    plain = half_width(text.strip())
    if LABEL.search(plain.upper()):
        plain = plain if LABEL.search(plain) else plain.upper()
    else:
        plain = f"CN {plain}"
    return _typed(NumberKind.CN, text, plain)


def typed_issn(text: str) -> FoundNumber:
    """Read an ISSN that somebody typed, with or without its label; the value may be None."""
    plain = half_width(text.strip())
    labelled = plain if "SS" in plain.upper() else f"ISSN {plain}"
    return _typed(NumberKind.ISSN, text, labelled.upper() if labelled.islower() else labelled)


def _typed(kind: NumberKind, text: str, labelled: str) -> FoundNumber:
    for spot in spots_in(labelled):
        if spot.kind is kind:
            return FoundNumber(kind=kind, value=spot.value, raw=text, flags=spot.flags)
    return FoundNumber(kind=kind, value=None, raw=text, flags=frozenset({NumberFlag.DAMAGED}))


@dataclass(slots=True)
class _Piece:
    line: Line
    x0: float
    x1: float
    middle: float
    height: float


def _rows(lines: Sequence[Line]) -> Iterator[tuple[Char | None, ...]]:
    """Yield the characters of lines that stand side by side, None for the gap between two."""
    pieces = []
    for line in lines:
        if line.chars:
            x0, y0, x1, y1 = line.polygon.bounds
            pieces.append(_Piece(line, x0, x1, (y0 + y1) / 2, y1 - y0))
    pieces.sort(key=lambda piece: piece.x0)
    following: dict[int, int] = {}
    led: set[int] = set()
    for i, left in enumerate(pieces):
        beside = (j for j in range(i + 1, len(pieces)) if _beside(left, pieces[j]))
        right = next((j for j in beside if j not in led), None)
        if right is not None:
            following[i] = right
            led.add(right)
    heads = [i for i in range(len(pieces)) if i not in led]
    for i in sorted(heads, key=lambda i: (pieces[i].middle, pieces[i].x0)):
        row: list[Char | None] = []
        at: int | None = i
        while at is not None:
            row += [*([None, None] if row else []), *_single(pieces[at].line)]
            at = following.get(at)
        yield tuple(row)


def _wrapped(lines: Sequence[Line]) -> Iterator[tuple[Char | None, ...]]:
    """Yield a label whose number goes on in the line below, with that line: in narrow boxes."""
    for line in lines:
        head = list(_single(line))
        opened = _OPEN.search(half_width("".join(char.text for char in head)))
        if opened is None:
            continue
        if opened["begun"]:
            at = opened.start("begun")
            head = [*head[:at], *(char for char in head[at:] if not char.text.isspace())]
        x0, y0, x1, y1 = line.polygon.bounds
        below = [
            other
            for other in lines
            if other is not line
            and other.chars
            and x0 - (y1 - y0) < other.polygon.bounds[0] < x1
            and -0.5 < (other.polygon.bounds[1] - y1) / (y1 - y0) < 1.0
            and _REST.match(half_width(other.text))
        ]
        if below:
            nearest = min(below, key=lambda other: other.polygon.bounds[1])
            yield (*head, *_single(nearest))


def _beside(left: _Piece, right: _Piece) -> bool:
    """Whether two lines stand in one row, the second to the right of the first."""
    height = min(left.height, right.height)
    return (
        not (left.line.vertical or right.line.vertical)
        and abs(left.middle - right.middle) < 0.5 * height
        and -height < right.x0 - left.x1 < _BESIDE * height
    )


def _single(line: Line) -> Iterator[Char]:
    """Yield the characters of a line; what was read as several in one box, one by one."""
    for char in line.chars:
        if len(char.text) == 1:
            yield char
        else:
            yield from (Char(c, char.polygon, char.confidence) for c in char.text)


def _confidence(spot: Spot, chars: Sequence[Char]) -> float:
    """Return how sure the least sure character is of those that tell the number.

    Of a CN these are the digits before its class, of a forged one its letters too; dashes and
    slashes never count.
    """
    telling = [char for char in chars if char.text.isalnum()]
    if spot.kind is NumberKind.CN and spot.value is not None:
        telling = [char for char in telling if char.text.isdigit()][:6]
    return min((char.confidence for char in telling or chars), default=0.0)


def _around(chars: Sequence[Char]) -> Polygon:
    bounds = [char.polygon.bounds for char in chars]
    x0, y0 = min(b[0] for b in bounds), min(b[1] for b in bounds)
    return Polygon.from_bounds(
        chars[0].polygon.frame, x0, y0, max(b[2] for b in bounds), max(b[3] for b in bounds)
    )
