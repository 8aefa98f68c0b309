"""What a page of the copy may paint: its one image over the whole page, and invisible text."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.verification.syntax import Cursor, Name, NotPlainError, Value, Word

# Operators of a text object that place and show text; colours and widths have no effect on text
# that is not painted.
_TEXT = {"Tf", "Tr", "Tm", "Td", "TD", "T*", "TL", "Tz", "Tc", "Tw", "Ts"}
_INERT = {"w", "M", "J", "j", "g", "G", "rg", "RG", "k", "K"}
_SHOW = {"Tj", "TJ", "'", '"'}
_INVISIBLE = 3
_FULL = 0.51
"""A page may end half a unit beside its image: box sizes are rounded by some writers."""


@dataclass(slots=True)
class _Painter:
    """The little state that decides whether something would show."""

    matrices: list[tuple[float, ...]] = field(default_factory=list)
    modes: list[int] = field(default_factory=list)
    matrix: tuple[float, ...] = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
    mode: int = 0
    in_text: bool = False
    images: int = 0


def paints_only(content: bytes, image: str, width: float, height: float) -> bool:
    """Whether a content stream paints the image once over the whole page and nothing else.

    Args:
        content: The decoded stream.
        image: Name of the page's one image.
        width: Of the page, in its units.
        height: Of the page, in its units.
    """
    painter = _Painter()
    cursor = Cursor(content)
    operands: list[Value] = []
    try:
        while not cursor.at_end():
            token = cursor.value()
            if not isinstance(token, Word):
                operands.append(token)
                continue
            if not _step(painter, str(token), operands, image, (width, height)):
                return False
            operands = []
    except (NotPlainError, ValueError, TypeError, IndexError):
        return False
    return painter.images == 1 and not operands and not painter.matrices and not painter.in_text


def _step(
    painter: _Painter, word: str, operands: list[Value], image: str, size: tuple[float, float]
) -> bool:
    if painter.in_text:
        return _text_step(painter, word, operands)
    if word == "BT":
        painter.in_text = True
    elif word == "q":
        painter.matrices.append(painter.matrix)
        painter.modes.append(painter.mode)
    elif word == "Q" and painter.matrices:
        painter.matrix, painter.mode = painter.matrices.pop(), painter.modes.pop()
    elif word == "cm":
        painter.matrix = _multiply(_numbers(operands, 6), painter.matrix)
    elif word == "Do":
        painter.images += 1
        return operands == [Name(image)] and _covers(painter.matrix, *size)
    elif word == "Tr":
        painter.mode = int(_numbers(operands, 1)[0])
    else:
        return False
    return True


def _text_step(painter: _Painter, word: str, operands: list[Value]) -> bool:
    if word == "ET":
        painter.in_text = False
    elif word == "Tr":
        painter.mode = int(_numbers(operands, 1)[0])
    elif word in _SHOW:
        return painter.mode == _INVISIBLE
    else:
        return word in _TEXT or word in _INERT
    return True


def _numbers(operands: list[Value], count: int) -> tuple[float, ...]:
    numbers = tuple(float(v) for v in operands if isinstance(v, (int, float)))
    if len(numbers) != count or len(operands) != count:
        raise NotPlainError("wrong operands")
    return numbers


def _multiply(a: tuple[float, ...], b: tuple[float, ...]) -> tuple[float, ...]:
    return (
        a[0] * b[0] + a[1] * b[2],
        a[0] * b[1] + a[1] * b[3],
        a[2] * b[0] + a[3] * b[2],
        a[2] * b[1] + a[3] * b[3],
        a[4] * b[0] + a[5] * b[2] + b[4],
        a[4] * b[1] + a[5] * b[3] + b[5],
    )


def _covers(matrix: tuple[float, ...], width: float, height: float) -> bool:
    wanted = (width, 0.0, 0.0, height, 0.0, 0.0)
    return all(abs(have - want) <= _FULL for have, want in zip(matrix, wanted, strict=True))
