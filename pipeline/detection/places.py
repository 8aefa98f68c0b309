"""The names of China's provinces, cities and counties, as python-stdnum lists them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from stdnum import numdb

from pipeline.detection.applicant_forms import bare_place


@cache
def towns() -> frozenset[str]:
    """Return China's provinces, cities and counties without their class words."""
    names: set[str] = set()
    for prefix in numdb.get("cn/loc").prefixes:
        names |= set(_properties(prefix))
    plain = (re.sub(r"\[[^\]]*\]", "", part) for name in names for part in name.split(","))
    return frozenset(bare_place(p) for p in plain if len(p) >= 3)


def _properties(entry: tuple[int, str, str, dict[str, str], list[Any]]) -> Iterator[str]:
    _, _, _, properties, below = entry
    yield from properties.values()
    for lower in below:
        yield from _properties(lower)
