"""Which program, and which code of it, made a result; every cache key is made from these."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

#: The program's version; pyproject.toml takes it from here.
PROGRAM = "0.1.0"

_HERE = Path(__file__).resolve().parent
#: What every room stands on, and the kinds of file that decide what a room finds.
_SHARED = ("dossier.py", "geometry.py", "surnames.py", "surnames.txt")
_DECIDES = {".py", ".yaml", ".txt", ".tsv"}


@cache
def code_digest(*rooms: str) -> str:
    """Return a digest of the code and data of some rooms of the pipeline.

    A cached result is reused only while the code that made it is the same, so nobody has to
    remember to raise a version after a change.

    Args:
        rooms: Names of folders under ``pipeline``; none means all of it.
    """
    digest = hashlib.sha256()
    folders = [_HERE / room for room in rooms] if rooms else [_HERE]
    shared = [_HERE / name for name in _SHARED] if rooms else []
    files = [f for folder in folders for f in folder.rglob("*") if f.suffix in _DECIDES]
    for file in sorted([*files, *shared]):
        digest.update(str(file.relative_to(_HERE)).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
