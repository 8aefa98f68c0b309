"""Words of everyday language that are shaped like names and are none."""

from __future__ import annotations

from functools import cache
from importlib import resources


@cache
def everyday_words() -> frozenset[str]:
    """Return them: those of a common dictionary, and some of schools."""
    text = (resources.files("pipeline") / "everyday_words.txt").read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return frozenset(word for line in lines for word in line.split())
