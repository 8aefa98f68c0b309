"""Tells from what was read on a seal whose it is: an authority's may stay, a school's may not."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from rapidfuzz import fuzz

from pipeline.detection.vocabulary import SCHOOL_ENDINGS
from pipeline.policy import Policy

_HAN = re.compile(r"[^一-鿿]+")
#: What a seal may say besides its owner's name.
_TAIL = re.compile(r"(?:[一-鿿]{0,6}?专用章|审核章|公章|印章|业务章|章)$")
#: What may follow an authority's word: one of its offices. A school that it runs may not.
_OFFICE = re.compile(r"[一-鿿]{0,6}(?:科|处|股|室|部|委|会|组|章)")
#: As many characters unread after an authority's name could make it that of a school.
_UNREAD = 2.0
#: How like (0 to 100) a seal's text has to be to the unit's name to be its seal.
_OWN = 70
#: How like it has to be to an authority's name that the page prints, and how much more so than to
#: any school's.
_PRINTED, _MORE = 64, 8
#: An authority's word as long as this is told even from a reading as like (0 to 100) as this.
_LONG, _NEARLY = 6, 75
#: Characters that stand before an authority's word: those of its place.
_PLACE = 2


class Owner(StrEnum):
    """Whose a seal is."""

    AUTHORITY = "authority"
    SCHOOL = "school"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Known:
    """What a seal's text is compared with.

    Attributes:
        authorities: Endings of authorities' names.
        schools: Full names of schools: the applicant's, and those that the page prints.
        printed: Names of authorities that the page prints.
    """

    authorities: tuple[str, ...]
    schools: tuple[str, ...] = field(default=(), repr=False)
    printed: tuple[str, ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, policy: Policy, schools: Sequence[str], printed: Sequence[str]) -> Known:
        """Take the policy's authorities, and names with everything but their characters removed."""
        names = (tuple(n for n in map(plain, found) if len(n) >= 4) for found in (schools, printed))
        return cls(policy.authorities, *names)


def plain(text: str) -> str:
    """The Chinese characters of a text."""
    return _HAN.sub("", unicodedata.normalize("NFKC", text))


@dataclass(frozen=True, slots=True)
class SealText:
    """What was read on a seal in one way; ``unread`` is how many characters may follow unread."""

    text: str = field(repr=False)
    unread: float = 0.0


def owner_of(readings: Sequence[SealText], known: Known) -> Owner:
    """Judge whose seal it is.

    A school's word in any reading decides for the school, even beside an authority's: a
    kindergarten of an education bureau is a school.

    Args:
        readings: The seal's text, one entry for each way it may run.
        known: What to compare it with.
    """
    found = [(_TAIL.sub("", plain(reading.text)), reading.unread) for reading in readings]
    found = [(text, unread) for text, unread in found if len(text) >= 2]
    if any(_is_school(text, known) for text, _ in found):
        return Owner.SCHOOL
    if any(unread < _UNREAD and _is_authority(text, known) for text, unread in found):
        return Owner.AUTHORITY
    return Owner.UNKNOWN


def _is_school(text: str, known: Known) -> bool:
    if any(word in text for word in SCHOOL_ENDINGS):
        return True
    if len(text) < 4 or _names_authority(text, known):
        return False
    return _likeness(text, known.schools) >= _OWN


def _is_authority(text: str, known: Known) -> bool:
    own = _likeness(text, known.schools) if len(text) >= 4 else 0.0
    if _names_authority(text, known):
        return own < 90
    # 教育局机关幼儿园 is as like 教育局 as a bad reading of it is, but longer.
    names = [name for name in known.printed if 3 <= len(text) <= len(name) + 2]
    printed = _likeness(text, names)
    return printed >= _PRINTED and printed >= own + _MORE


def _names_authority(text: str, known: Known) -> bool:
    return any(_ends_with(word, text) for word in known.authorities)


def _ends_with(word: str, text: str) -> bool:
    """Whether a text is a place and an authority's word, and nothing else but an office of it."""
    at = text.rfind(word)
    end = at + len(word)
    if at < 0 and len(word) >= _LONG:
        near = fuzz.partial_ratio_alignment(word, text, score_cutoff=_NEARLY)
        at, end = (near.dest_start, near.dest_end) if near else (-1, 0)
    if at < _PLACE:
        return False
    rest = text[end:]
    return len(rest) <= 1 or text.startswith(rest) or bool(_OFFICE.fullmatch(rest))


def _likeness(text: str, names: Sequence[str]) -> float:
    """How like a text is to the nearest of some names, 0 to 100."""
    return max((fuzz.ratio(text, name) for name in names), default=0.0)
