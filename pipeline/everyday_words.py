"""Words of everyday language that are shaped like names and are none."""

from __future__ import annotations

from functools import cache
from importlib import resources

_WORDS_OF_SCHOOLS = frozenset(
    [
        "双减",
        "双基",
        "双师",
        "公开课",
        "示范课",
        "常规课",
        "习题课",
        "练习课",
        "任书",
        "誉证",
        "荣誉",
        "家校",
        "家委",
        "家委会",
        "经审",
        "师于",
        "听课",
        "评课",
        "授课",
        "任课",
        "执教",
        "带教",
        "指导",
        "评审",
        "听评课",
        "备课",
        "磨课",
        "专任",
        "代课",
        "在岗",
        "在职",
        "退休",
        "新任",
        "骨干",
    ]
)


@cache
def everyday_words() -> frozenset[str]:
    """Return them: those of a common dictionary, and some of schools."""
    text = (resources.files("pipeline") / "everyday_words.txt").read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return _WORDS_OF_SCHOOLS.union(word for line in lines for word in line.split())
