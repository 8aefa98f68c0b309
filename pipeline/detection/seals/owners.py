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


def owner_of(readings: Sequence[str], known: Known) -> Owner:
    """Judge whose seal it is.

    A school's word in any reading decides for the school, even beside an authority's: a
    kindergarten of an education bureau is a school.

    Args:
        readings: The seal's text, one entry for each way it may run.
        known: What to compare it with.
    """
    texts = [_TAIL.sub("", text) for text in map(plain, readings)]
    texts = [text for text in texts if len(text) >= 2]
    if any(_is_school(text, known) for text in texts):
        return Owner.SCHOOL
    if any(_is_authority(text, known) for text in texts):
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
    printed = _likeness(text, known.printed) if len(text) >= 3 else 0.0
    return printed >= _PRINTED and printed >= own + _MORE


def _names_authority(text: str, known: Known) -> bool:
    return any(
        text.find(word) >= _PLACE
        or (len(word) >= _LONG and fuzz.partial_ratio(word, text) >= _NEARLY)
        for word in known.authorities
    )


def _likeness(text: str, names: Sequence[str]) -> float:
    """How like a text is to the nearest of some names, 0 to 100."""
    return max((fuzz.ratio(text, name) for name in names), default=0.0)
