"""Reads the copy from its first byte to its last and accounts for every one of them.

A file that this reads to the end has one revision, no bytes between or after its objects, no
object that the table does not list, and no compressed container that could hide objects.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from pipeline.verification.syntax import Cursor, NotPlainError, Stream, Value

_HEADER = re.compile(rb"%PDF-1\.[3-7]\r?\n")
# The binary comment after the header, and the one line by which MuPDF signs its files.
_COMMENT = re.compile(rb"%(?:[\x80-\xff]{2,16}|[ ]?Written by MuPDF [0-9.]{1,12})\r?\n")
_OBJECT = re.compile(rb"(\d{1,7}) 0 obj\b")
_STREAM = re.compile(rb"[\x00\t\n\x0c\r ]*stream\r?\n")
_END_STREAM = re.compile(rb"\r?\n?endstream\b")
_END_OBJECT = re.compile(rb"[\x00\t\n\x0c\r ]*endobj\b")
_TABLE = re.compile(rb"xref\r?\n0 (\d{1,7}) ?\r?\n")
_ENTRY = re.compile(rb"(\d{10}) (\d{5}) ([fn])(?: \r| \n|\r\n)")
_TRAILER = re.compile(rb"[\x00\t\n\x0c\r ]*trailer\b")
_END = re.compile(rb"[\x00\t\n\x0c\r ]*startxref\r?\n(\d{1,12})\r?\n%%EOF\r?\n?")


class RevisionError(NotPlainError):
    """Something stands after the end of the first revision."""


@dataclass(frozen=True, slots=True)
class PlainPdf:
    """A copy's objects by number, its trailer, and the bytes around the payloads of its streams."""

    objects: dict[int, Value | Stream]
    trailer: dict[str, Value]
    skeleton: bytes = field(repr=False)


def read_layout(data: bytes) -> PlainPdf:
    """Read a whole file.

    Raises:
        RevisionError: There is a second revision, or bytes after the end.
        NotPlainError: Some byte does not belong to a plain PDF.
    """
    cursor = Cursor(data)
    if not cursor.take(_HEADER):
        raise NotPlainError("no plain header")
    while cursor.take(_COMMENT):
        pass
    objects: dict[int, Value | Stream] = {}
    offsets: dict[int, int] = {}
    skeleton = bytearray()
    copied = 0
    while True:
        cursor.skip_white()
        start = cursor.position
        match = cursor.take(_OBJECT)
        if match is None:
            break
        number = int(match[1])
        if number in objects:
            raise RevisionError("an object stands twice")
        objects[number], payload = _body(cursor)
        offsets[number] = start
        if payload is not None:
            skeleton += data[copied : payload[0]] + b"\n"
            copied = payload[1]
    trailer = _tail(cursor, offsets)
    skeleton += data[copied:]
    return PlainPdf(objects, trailer, bytes(skeleton))


def _body(cursor: Cursor) -> tuple[Value | Stream, tuple[int, int] | None]:
    """Read one object; also say where the payload of a stream begins and ends."""
    value = cursor.value()
    if isinstance(value, dict) and cursor.take(_STREAM):
        length = value.get("Length")
        if type(length) is not int or not 0 <= length <= len(cursor.data) - cursor.position:
            raise NotPlainError("a stream without a plain length")
        begin = cursor.position
        cursor.position += length
        if not cursor.take(_END_STREAM):
            raise NotPlainError("a stream is longer than it says")
        if not cursor.take(_END_OBJECT):
            raise NotPlainError("an object does not end")
        payload = memoryview(cursor.data)[begin : begin + length]
        return Stream(value, payload), (begin, begin + length)
    if not cursor.take(_END_OBJECT):
        raise NotPlainError("an object does not end")
    return value, None


def _tail(cursor: Cursor, offsets: dict[int, int]) -> dict[str, Value]:
    table_at = cursor.position
    table = cursor.take(_TABLE)
    if table is None:
        raise NotPlainError("no plain table of objects")
    listed: dict[int, int] = {}
    for number in range(int(table[1])):
        entry = cursor.take(_ENTRY)
        if entry is None:
            raise NotPlainError("the table of objects is damaged")
        if entry[3] == b"n":
            listed[number] = int(entry[1])
    if listed != offsets:
        raise NotPlainError("the table and the objects of the file disagree")
    trailer = cursor.value() if cursor.take(_TRAILER) else None
    if not isinstance(trailer, dict):
        raise NotPlainError("no trailer")
    end = cursor.take(_END)
    if end is None or int(end[1]) != table_at:
        raise NotPlainError("the end of the file is damaged")
    if cursor.position != len(cursor.data):
        raise RevisionError("bytes stand after the end of the file")
    return trailer
