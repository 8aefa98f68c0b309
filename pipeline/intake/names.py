"""File names from strangers: how they are decoded, shown, ordered and kept inside a folder."""

from __future__ import annotations

import re
import unicodedata
import zipfile

_LONGEST_SHOWN = 1024
_UTF8_FLAG = 0x800
_DRIVE = re.compile(r"^[A-Za-z]:")
_DIGITS = re.compile(r"(\d+)")
_JUNK = frozenset({"__macosx", "thumbs.db", "desktop.ini"})


class LeavesFolderError(ValueError):
    """A path that does not stay inside the folder it is relative to."""


def safe_parts(path: str) -> tuple[str, ...]:
    r"""Split a relative path into its parts; ``/`` and ``\`` both separate.

    Raises:
        LeavesFolderError: It is absolute, has a ``..`` or a NUL, or names nothing.
    """
    path = path.replace("\\", "/")
    if path.startswith("/") or _DRIVE.match(path) or "\x00" in path:
        raise LeavesFolderError
    parts = tuple(part for part in path.split("/") if part not in ("", "."))
    if not parts or any(part.strip() == ".." for part in parts):
        raise LeavesFolderError
    return parts


def member_name(info: zipfile.ZipInfo) -> str:
    """Return a ZIP member's name, also when it was written without the UTF-8 flag.

    Chinese Windows writes GBK and some others UTF-8 without saying so; the standard reads both as
    code page 437, which keeps every byte.
    """
    name = info.orig_filename
    if info.flag_bits & _UTF8_FLAG:
        return name
    try:
        raw = name.encode("cp437")
    except UnicodeEncodeError:
        return name
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return name


def shown(name: str) -> str:
    """Return a name fit for a sentence: no control, direction or half characters, not endless."""
    clean = "".join(c if _is_shown(c) else "�" for c in name[: _LONGEST_SHOWN + 1])
    return clean if len(clean) <= _LONGEST_SHOWN else clean[: _LONGEST_SHOWN - 1] + "…"


def same_name(path: str) -> str:
    """Return a form in which two spellings of one path are equal (macOS decomposes letters)."""
    return unicodedata.normalize("NFC", "/".join(safe_parts(path)))


def natural_key(name: str) -> tuple[tuple[int, int, str], ...]:
    """Return a sort key under which 第2页 comes before 第10页; only equal names tie."""
    key = [
        (0, int(part), part) if part.isdecimal() else (1, 0, part)
        for part in _DIGITS.split(name)
        if part
    ]
    return tuple(key)


def is_junk(parts: tuple[str, ...]) -> bool:
    """Tell whether a path is hidden or left behind by an operating system or an editor."""
    return any(part.startswith((".", "~$")) or part.casefold() in _JUNK for part in parts)


def _is_shown(character: str) -> bool:
    return character.isprintable() or character == " "
