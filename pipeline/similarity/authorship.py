"""Whether two documents are by the same person, and how that is known.

A wrong answer changes what is counted, so the name alone never decides: an identity number does,
else name and unit together. Whatever stays open is counted and said.
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from pipeline.similarity.nouns import Author
from pipeline.similarity.text import normalise

_DIGEST_LETTERS = 32
_SHORTEST_UNIT = 3


class Relation(StrEnum):
    """How the author of a document stands to those of another."""

    SAME = "same"
    DIFFERENT = "different"
    UNSURE = "unsure"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Kinship:
    """A relation and the Chinese sentence that gives its evidence, without any name."""

    relation: Relation
    why: str


def id_digest(number: str, key: bytes) -> str:
    """Return the keyed digest that stands for an identity number (HMAC-SHA256, hexadecimal).

    Without the key nobody can try the numbers there are: store the key apart from the digests.
    """
    plain = "".join(unicodedata.normalize("NFKC", number).upper().split())
    return hmac.new(key, plain.encode(), hashlib.sha256).hexdigest()[:_DIGEST_LETTERS]


def kinship(author: Author | None, others: Sequence[Author]) -> Kinship:
    """Say whether an author is among the authors of another document.

    Args:
        author: Whose document is examined.
        others: The authors of the other document.
    """
    if author is None or not (author.name or author.id_digest):
        return Kinship(Relation.UNKNOWN, "没有提供本文作者，无法判断是否本人作品。")
    known = [one for one in others if one.name or one.id_digest]
    if not known:
        return Kinship(Relation.UNKNOWN, "来源没有登记作者，无法判断是否本人作品。")
    ranked = {Relation.SAME: 0, Relation.UNSURE: 1, Relation.UNKNOWN: 2, Relation.DIFFERENT: 3}
    return min((_compare(author, one) for one in known), key=lambda found: ranked[found.relation])


def _compare(author: Author, other: Author) -> Kinship:
    if author.id_digest and other.id_digest:
        if author.id_digest == other.id_digest:
            return Kinship(Relation.SAME, "身份证号的摘要相同，是同一人。")
        return Kinship(Relation.DIFFERENT, "身份证号的摘要不同，不是同一人。")
    if not author.name or not other.name:
        return Kinship(Relation.UNKNOWN, "一方没有登记姓名，无法判断是否本人作品。")
    if _plain(author.name) != _plain(other.name):
        return Kinship(Relation.DIFFERENT, "作者姓名不同。")
    if not author.unit or not other.unit:
        return Kinship(Relation.UNSURE, "作者同名，但有一方没有登记单位，未按本人作品去除。")
    if _same_unit(_plain(author.unit), _plain(other.unit)):
        return Kinship(Relation.SAME, "作者姓名和单位都一致。")
    return Kinship(Relation.UNSURE, "作者同名，单位不同，未按本人作品去除；如确是本人请核实。")


def _plain(text: str) -> str:
    return normalise(text).text


def _same_unit(one: str, other: str) -> bool:
    """Whether one unit is the other, or its short form: 淮南二中 and 淮南市第二中学."""
    short, long = sorted((one, other), key=len)
    if short == long:
        return True
    if len(short) < _SHORTEST_UNIT:
        return False
    rest = iter(long)
    return all(char in rest for char in short)
