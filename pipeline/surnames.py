"""Chinese surnames, for every room that has to know a name when it sees one."""

from __future__ import annotations

from functools import cache
from importlib import resources


@cache
def surnames() -> frozenset[str]:
    """Return all surnames, single and compound."""
    text = (resources.files("pipeline") / "surnames.txt").read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return frozenset(word for line in lines for word in line.split())


def starts_with_surname(name: str) -> bool:
    """Whether a string begins with a known surname and something follows it."""
    return (name[:2] in surnames() and len(name) > 2) or (name[:1] in surnames() and len(name) > 1)
