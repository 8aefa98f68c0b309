"""Reads the tiny part of PDF's grammar that a masked copy may be written in.

Written apart from the library that writes the copies: what a lenient reader repairs or skips is
exactly what must not be in a copy.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias


class Name(str):
    """A PDF name, without its slash."""

    __slots__ = ()


class Word(str):
    """A bare keyword or operator."""

    __slots__ = ()


class Ref(NamedTuple):
    """An indirect reference."""

    number: int
    generation: int


Value: TypeAlias = (
    "Name | Word | Ref | bytes | float | int | bool | list[Value] | dict[str, Value] | None"
)


class NotPlainError(ValueError):
    """The bytes are not the plain PDF that a copy is written in."""


@dataclass(frozen=True, slots=True)
class Stream:
    """An object that carries bytes: its dictionary and the bytes as they are stored."""

    entries: dict[str, Value]
    payload: memoryview


_WHITE = re.compile(rb"[\x00\t\n\x0c\r ]*")
_TOKEN = re.compile(
    rb"(?P<open><<)|(?P<close>>>)|<(?P<hex>[0-9A-Fa-f\x00\t\n\x0c\r ]*)>"
    rb"|(?P<begin>\[)|(?P<end>\])|/(?P<name>[^\x00\t\n\x0c\r ()<>\[\]{}/%]*)"
    rb"|(?P<ref>\d+ \d+ R)(?=[\x00\t\n\x0c\r ()<>\[\]{}/%]|$)"
    rb"|(?P<number>[+-]?(?:\d+\.?\d*|\.\d+))(?=[\x00\t\n\x0c\r ()<>\[\]{}/%]|$)"
    rb"|(?P<word>[A-Za-z'\"][A-Za-z0-9'\"*]*)|(?P<paren>\()"
)
_PAREN = re.compile(rb"[()]|\\(?:\r\n|.)", re.S)
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|\r\n|.)", re.S)
_LETTERS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_DEEPEST = 12


def unescape(literal: bytes) -> bytes:
    """Return what a literal string (without its brackets) stands for."""

    def one(match: re.Match[bytes]) -> bytes:
        escaped = match[1]
        if escaped[:1] in b"01234567":
            return bytes([int(escaped, 8) & 0xFF])
        if escaped in (b"\r\n", b"\r", b"\n"):
            return b""
        return _LETTERS.get(escaped, escaped)

    return _ESCAPE.sub(one, literal)


class Cursor:
    """Walks over bytes and hands out values.

    Args:
        data: The bytes.
        position: Where to start.
    """

    def __init__(self, data: bytes, position: int = 0) -> None:
        self.data = data
        self.position = position

    def skip_white(self) -> None:
        """Move to the next byte that is not white space."""
        match = _WHITE.match(self.data, self.position)
        self.position = match.end() if match else self.position

    def take(self, pattern: re.Pattern[bytes]) -> re.Match[bytes] | None:
        """Move over ``pattern`` if it stands right here."""
        match = pattern.match(self.data, self.position)
        if match:
            self.position = match.end()
        return match

    def at_end(self) -> bool:
        """Whether nothing but white space is left."""
        self.skip_white()
        return self.position >= len(self.data)

    def value(self, depth: int = 0) -> Value:
        """Read one value.

        Raises:
            NotPlainError: What stands here is not a value.
        """
        self.skip_white()
        match = self.take(_TOKEN)
        if match is None or depth > _DEEPEST:
            raise NotPlainError("not a value")
        kind = match.lastgroup
        if kind == "open":
            return self._dictionary(depth)
        if kind == "begin":
            return self._array(depth)
        if kind == "paren":
            return self._literal()
        return _scalar(kind or "", match)

    def _dictionary(self, depth: int) -> dict[str, Value]:
        entries: dict[str, Value] = {}
        while True:
            self.skip_white()
            if self.data.startswith(b">>", self.position):
                self.position += 2
                return entries
            key = self.value(depth + 1)
            if not isinstance(key, Name) or key in entries:
                raise NotPlainError("a dictionary key is not a name, or stands twice")
            entries[str(key)] = self.value(depth + 1)

    def _array(self, depth: int) -> list[Value]:
        items: list[Value] = []
        while True:
            self.skip_white()
            if self.data.startswith(b"]", self.position):
                self.position += 1
                return items
            items.append(self.value(depth + 1))

    def _literal(self) -> bytes:
        start, depth = self.position, 1
        for match in _PAREN.finditer(self.data, start):
            depth += {b"(": 1, b")": -1}.get(match[0], 0)
            if depth == 0:
                self.position = match.end()
                return unescape(self.data[start : match.start()])
        raise NotPlainError("a string does not end")


def _scalar(kind: str, match: re.Match[bytes]) -> Value:
    text = match[kind]
    if kind == "hex":
        digits = re.sub(rb"\s|\x00", b"", text)
        return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))
    if kind == "name":
        plain = re.sub(rb"#([0-9A-Fa-f]{2})", lambda m: bytes([int(m[1], 16)]), text)
        return Name(plain.decode("latin-1"))
    if kind == "ref":
        number, generation, _ = text.split(b" ")
        return Ref(int(number), int(generation))
    if kind == "number":
        return float(text) if b"." in text else int(text)
    if kind == "word":
        known: dict[bytes, Value] = {b"true": True, b"false": False, b"null": None}
        return known[text] if text in known else Word(text.decode("ascii"))
    raise NotPlainError("a bracket stands alone")
