"""The shapes of Chinese text that several rooms ask for."""

from __future__ import annotations

import re

from pipeline.reading.sides import simplified

#: What may be a person's name by its characters alone, rare ones included.
NAME_SHAPE = re.compile(r"[一-鿿㐀-䶿]{2,5}")


def ideographs(text: str) -> int:
    """Count the ideographs of a text."""
    return sum("一" <= c <= "鿿" for c in text)


def bare(text: str) -> str:
    """Return letters, digits and ideographs alone, simplified and in lower case."""
    return simplified(re.sub(r"[\W_]+", "", text)).lower()
