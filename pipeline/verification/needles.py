"""The applicant's strings as bytes, in every coding in which a file could carry them."""

from __future__ import annotations

import re

from pipeline.dossier import Applicant
from pipeline.verification.syntax import unescape

_ENCODINGS = ("utf-8", "utf-16-be", "utf-16-le", "gb18030")
_HEX = re.compile(rb"<([0-9A-Fa-f\x00\t\n\x0c\r ]+)>")
_HASH = re.compile(rb"#([0-9A-Fa-f]{2})")
_STRINGS = re.compile(rb"\(((?:[^()\\]|\\.)*)\)", re.S)
# Coded pixels are as good as random: four bytes of a two-character name turn up by chance once in
# some ten thousand pages, six bytes never.
_CHANCE = 6


def applicant_strings(applicant: Applicant) -> tuple[str, ...]:
    """Return all strings of the applicant, each also without the spaces inside it."""
    raw = [
        text
        for field in (
            applicant.name,
            applicant.id_number,
            applicant.unit,
            applicant.phone,
            applicant.email,
        )
        for text in field
    ]
    return tuple(dict.fromkeys([*raw, *(re.sub(r"\s+", "", text) for text in raw)]))


def byte_needles(applicant: Applicant) -> tuple[bytes, ...]:
    """Return the byte strings that must not be in a copy, at least four bytes each."""
    found: dict[bytes, None] = {}
    for text in applicant_strings(applicant):
        for form in {text, text.lower(), text.upper()}:
            for encoding in _ENCODINGS:
                found[form.encode(encoding, "ignore")] = None
    return tuple(needle for needle in found if len(needle) >= 4)


def in_plain_bytes(data: bytes, needles: tuple[bytes, ...]) -> bool:
    """Whether any needle is in bytes that are text or PDF syntax, in any way of escaping."""
    strings = _STRINGS.findall(data)
    hexes = [re.sub(rb"[\x00\t\n\x0c\r ]", b"", h) for h in _HEX.findall(data)]
    lower = data.lower()
    variants = (
        data,
        unescape(data),
        _HASH.sub(lambda m: bytes([int(m[1], 16)]), data),
        b"".join(unescape(s) for s in strings),
        b"".join(hexes).lower(),
    )
    return any(
        any(needle in variant for variant in variants[:4])
        or needle.hex().encode() in lower
        or needle.hex().encode() in variants[4]
        for needle in needles
    )


def in_coded_bytes(data: bytes | memoryview, needles: tuple[bytes, ...]) -> bool:
    """Whether any needle too long to be there by chance is in compressed or pixel bytes."""
    whole = bytes(data)
    return any(needle in whole for needle in needles if len(needle) >= _CHANCE)
