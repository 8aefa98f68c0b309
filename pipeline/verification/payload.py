"""The bytes of a page's image: nothing in them but the image."""

from __future__ import annotations

import re
import zlib

_MARKER = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])")
_FRAMES = {0xC0, 0xC1, 0xC2}
_TABLES = {0xC4, 0xDB, 0xDD}
_START, _END, _SCAN, _JFIF, _ADOBE = 0xD8, 0xD9, 0xDA, 0xE0, 0xEE
_MOST_PIXELS = 400_000_000


def is_bare_jpeg(data: bytes, width: int, height: int) -> bool:
    """Whether a JPEG has only coding segments, a bare JFIF or Adobe mark, and the size it says."""
    if not data.startswith(b"\xff\xd8\xff"):
        return False
    position, seen_frame = 2, False
    while True:
        match = _MARKER.match(data, position)
        if match is None:
            return False
        marker = match[1][0]
        if marker == _END:
            return seen_frame and match.end() == len(data)
        length = int.from_bytes(data[match.end() : match.end() + 2], "big")
        body = data[match.end() + 2 : match.end() + length]
        if len(body) != length - 2 or not _segment_allowed(marker, body):
            return False
        if marker in _FRAMES:
            if seen_frame or body[1:5] != height.to_bytes(2, "big") + width.to_bytes(2, "big"):
                return False
            seen_frame = True
        position = match.end() + length
        if marker == _SCAN:
            # Entropy-coded data runs to the next real marker.
            following = _MARKER.search(data, position)
            if following is None:
                return False
            position = following.start()


def _segment_allowed(marker: int, body: bytes) -> bool:
    if marker == _JFIF:  # 14 bytes: the mark itself, with no thumbnail
        return len(body) == 14 and body.startswith(b"JFIF\0") and body[12:] == b"\0\0"
    if marker == _ADOBE:
        return len(body) == 12 and body.startswith(b"Adobe")
    return marker in _FRAMES | _TABLES | {_SCAN}


def inflates_to(data: bytes, size: int) -> bool:
    """Whether a deflated stream gives exactly ``size`` bytes and nothing stands behind it."""
    if not 0 < size <= _MOST_PIXELS:
        return False
    inflater = zlib.decompressobj()
    try:
        plain = inflater.decompress(data, size + 1)
    except zlib.error:
        return False
    return len(plain) == size and inflater.eof and not inflater.unused_data.strip(b"\r\n")


def inflated(data: bytes, limit: int = 64_000_000) -> bytes:
    """Return what a deflated stream holds.

    Raises:
        ValueError: It is damaged, too big, or bytes stand behind it.
    """
    inflater = zlib.decompressobj()
    try:
        plain = inflater.decompress(data, limit)
    except zlib.error:
        raise ValueError("damaged stream") from None
    if not inflater.eof or inflater.unused_data.strip(b"\r\n"):
        raise ValueError("too big, or bytes behind the stream")
    return plain
