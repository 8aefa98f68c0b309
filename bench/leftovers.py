"""What of an item is left in a PDF other than as pixels: text, metadata, streams, bytes."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pymupdf

_SPACE = re.compile(r"\s+")
_HIDDEN = ("/EmbeddedFile", "/JavaScript", "/AcroForm", "/Annots", "/OCProperties", "/Outlines")
#: Fewest characters of a string that may be searched in readable places.
_SHORTEST = 2
#: Fewest characters for strings without any Chinese character.
_SHORTEST_ASCII = 5
#: Fewest bytes for which a hit inside coded image data is no accident.
_BYTES_IN_IMAGES = 6


def plain(text: str) -> str:
    """A string without spaces, full-width forms and case."""
    return _SPACE.sub("", unicodedata.normalize("NFKC", text)).casefold()


@dataclass(frozen=True, slots=True)
class Contents:
    """All of a PDF that is not pixels.

    ``readable`` are texts (layers, metadata, names, objects); ``streams`` decoded streams that are
    no images; ``images`` coded image data and the file's own bytes; ``carriers`` what a masked copy
    must not have at all.
    """

    readable: tuple[str, ...]
    streams: tuple[bytes, ...]
    images: tuple[bytes, ...]
    carriers: tuple[str, ...]


def contents(path: Path, beside: Iterable[Path] = ()) -> Contents:
    """Take everything but its pixels out of a PDF, and all text out of the files beside it."""
    data = path.read_bytes()
    readable: list[str] = [path.name]
    for other in beside:
        readable += _strings(json.loads(other.read_bytes()))
    streams: list[bytes] = []
    images: list[bytes] = [data]
    carriers: list[str] = []
    with pymupdf.open(path) as document:
        readable += [str(value) for value in (document.metadata or {}).values() if value]
        readable.append(document.get_xml_metadata())
        readable += [str(entry[1]) for entry in document.get_toc()]
        for name in document.embfile_names():
            readable.append(name)
            streams.append(document.embfile_get(name))
        for page in document:
            readable += page.get_text().splitlines()
            readable.append(plain(page.get_text()))
            readable += [str(note.info) for note in page.annots() or ()]
            readable += [str(field.field_value) for field in page.widgets() or ()]
        for number in range(1, document.xref_length()):
            described = document.xref_object(number, compressed=True)
            readable.append(described)
            carriers += [word for word in _HIDDEN if word in described]
            if not document.xref_is_stream(number):
                continue
            if document.xref_get_key(number, "Subtype")[1] == "/Image":
                images.append(document.xref_stream_raw(number) or b"")
            else:
                streams.append(document.xref_stream(number) or b"")
    kept = tuple(text for text in map(plain, readable) if text)
    return Contents(kept, tuple(streams), tuple(images), tuple(sorted(set(carriers))))


def left(inside: Contents, text: str) -> str:
    """Where a string is still found in a file: ``text``, ``stream``, ``bytes`` or nowhere."""
    needle = plain(text)
    chinese = any(ord(c) > 0x2E7F for c in needle)
    if len(needle) < (_SHORTEST if chinese else _SHORTEST_ASCII):
        return ""
    if any(needle in place for place in inside.readable):
        return "text"
    codes = _codes(needle) | _codes(text.strip())
    if any(code in stream for stream in inside.streams for code in codes):
        return "stream"
    long = {code for code in codes if len(code) >= _BYTES_IN_IMAGES}
    if any(code in data for data in inside.images for code in long):
        return "bytes"
    return ""


def _strings(value: Any) -> list[str]:
    """All strings in a JSON value."""
    if isinstance(value, dict):
        return [text for entry in value.items() for part in entry for text in _strings(part)]
    if isinstance(value, list):
        return [text for part in value for text in _strings(part)]
    return [value] if isinstance(value, str) else []


def _codes(text: str) -> set[bytes]:
    found = {text.encode("utf-8"), text.encode("utf-16-be"), text.encode("utf-16-le")}
    found.add(text.encode("gb18030"))
    wide = text.encode("utf-16-be").hex().encode("ascii")
    return found | {wide, wide.upper()}
