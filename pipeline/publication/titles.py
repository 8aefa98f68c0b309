"""Titles of journals, compared without what covers and tables write differently."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_NOISE = re.compile(r"[\s·•・.．,，、。:：;；'\"“”‘’《》〈〉<>\[\]【】\-—–_~～!！?？/／|]+")
_IN_BRACKETS = re.compile(r"\([^()]*\)?")
# What tells sub-editions of one journal apart: 学报（教育科学版）, 下旬刊, B版.
_EDITION = re.compile(
    r"(?:哲学|人文|社会|自然|教育|医学|农业|工程)*(?:社会|自然|教育)?(?:科学|社科)(?:版|汉文版)$"
    r"|(?:[上中下](?:旬|半月)|半月|[上中下])刊?$"
    r"|(?:学术|理论|教研|教学|教育|小学|中学|初中|高中|中小学|教师|学生|综合|基础教育|职业教育|[A-Za-z])(?:版|刊)$"
)
_SHORTEST = 2


def title_key(title: str) -> str:
    """Return a title without spaces, points, dashes and brackets, in lower case."""
    plain = unicodedata.normalize("NFKC", title).casefold().replace("&", "and")
    return _NOISE.sub("", plain).replace("(", "").replace(")", "")


def base_key(title: str) -> str:
    """Return the key of a title without its edition: 江苏师范大学学报(自然科学版) is one of two."""
    plain = _NOISE.sub("", unicodedata.normalize("NFKC", title).casefold())
    bare = _IN_BRACKETS.sub("", plain) or plain
    for _ in range(2):
        shorter = _EDITION.sub("", bare)
        if len(shorter) < _SHORTEST:
            break
        bare = shorter
    return title_key(bare.replace("&", "and"))


def one_less(key: str) -> Iterator[str]:
    """Yield the key with each of its characters left out in turn.

    Two keys are within one insertion, deletion or substitution of each other only if one is, or
    both have in common, such a shorter key (symmetric deletion, after W. Garbe's SymSpell).
    """
    seen = set()
    for i in range(len(key)):
        shorter = key[:i] + key[i + 1 :]
        if shorter not in seen:
            seen.add(shorter)
            yield shorter


def share_bigram(one: str, other: str) -> bool:
    """Whether two keys have two neighbouring characters in common."""
    return any(one[i : i + 2] in other for i in range(len(one) - 1))
