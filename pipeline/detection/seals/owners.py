"""Tells from what was read on a seal whose it is: an authority's may stay, a school's may not."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from rapidfuzz import fuzz
from rapidfuzz.distance import LCSseq

from pipeline.detection.vocabulary import SCHOOL_ENDINGS
from pipeline.policy import Policy

_HAN = re.compile(r"[^一-鿿]+")
#: What a seal may say besides its owner's name.
TAILS = ("专用章", "审核章", "公章", "印章", "业务章", "章")
_TAIL = re.compile(rf"(?:{'|'.join(TAILS)})$")
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
#: Of the name that a seal is stamped on so many characters, and this share, must be on it as read;
#: and of its own word, such as 教育局, so many; one is enough where the page's edge ends the rest.
_FEW, _PART, _KIND = 3, 0.4, 2
#: Share of that name that several readings together must have; characters of a school in one of
#: them that speak against it; and how much longer than the name one may be.
_MOST, _ALIEN, _LONGER = 0.6, 2, 3
#: Characters of schools' names; where one of them was read the seal may be a school's.
_SCHOOL_SIGNS = frozenset("校学园幼儿小中高初院附实验")
#: Those of them that no authority's name has.
_SCHOOLS_OWN = frozenset("校园幼儿附")
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
        schools: Full names of schools: the applicant's unit, and what the page prints as one.
        printed: Names of authorities that the page prints.
        under: Those of them that this seal is stamped over, where no school's name is.
        cut: The page's edge has cut this seal.
    """

    authorities: tuple[str, ...]
    schools: tuple[str, ...] = field(default=(), repr=False)
    printed: tuple[str, ...] = field(default=(), repr=False)
    under: tuple[str, ...] = field(default=(), repr=False)
    cut: bool = False

    @classmethod
    def of(
        cls, policy: Policy, own: Sequence[str], schools: Sequence[str], printed: Sequence[str]
    ) -> Known:
        """Take the policy's authorities, and names with everything but their characters removed.

        What the page prints as a school's name but ends as an authority's does is none: a name like
        the applicant's unit may be its bureau's. The applicant's ``own`` unit is taken as it is.
        """
        own, schools, printed = (
            tuple(n for n in map(plain, found) if len(n) >= 4) for found in (own, schools, printed)
        )
        schools = tuple(n for n in schools if not n.endswith(policy.authorities))
        return cls(policy.authorities, (*own, *schools), printed)


def plain(text: str) -> str:
    """The Chinese characters of a text."""
    return _HAN.sub("", unicodedata.normalize("NFKC", text))


@dataclass(frozen=True, slots=True)
class SealText:
    """What was read on a seal in one way.

    Attributes:
        text: Its characters.
        unread: How many characters may follow unread.
        ends: It is known where the text begins; else it may go on where it began.
    """

    text: str = field(repr=False)
    unread: float = 0.0
    ends: bool = True


def owner_of(readings: Sequence[SealText], known: Known) -> Owner:
    """Judge whose seal it is.

    A school's word in any reading decides for the school, even beside an authority's: a
    kindergarten of an education bureau is a school.

    Args:
        readings: The seal's text, one entry for each way it may run.
        known: What to compare it with.
    """
    found = [(_TAIL.sub("", _once(reading)), reading.unread) for reading in readings]
    found = [(text, unread) for text, unread in found if len(text) >= 2]
    if any(_is_school(text, known) for text, _ in found):
        return Owner.SCHOOL
    if any(_may_be_a_school(text, known) for text, _ in found):
        return Owner.UNKNOWN
    left = [unread for text, unread in found if _is_authority(text, known)]
    # What goes on unread in most readings another may have cut off.
    if 2 * sum(unread < _UNREAD for unread in left) > len(left):
        return Owner.AUTHORITY
    if found and all(_confirms(text, known) for text, _ in found):
        return Owner.AUTHORITY
    if known.cut and _is_part([text for text, _ in found], known):
        return Owner.AUTHORITY
    if any(_confirm_together([text for text, _ in found], name, known) for name in known.under):
        return Owner.AUTHORITY
    return Owner.UNKNOWN


def speak_for_a_school(readings: Sequence[SealText]) -> bool:
    """Whether one of several readings has a character that no authority's name has."""
    return any(_SCHOOLS_OWN.intersection(reading.text) for reading in readings)


def _once(reading: SealText) -> str:
    """A text without its beginning read again at its end, as where the ring leaves no gap."""
    text = plain(reading.text)
    if reading.ends:
        return text
    for length in range(len(text) // 2, 1, -1):
        if text.endswith(text[:length]):
            return text[:-length]
    return text


def _is_school(text: str, known: Known) -> bool:
    if any(word in text for word in SCHOOL_ENDINGS):
        return True
    if len(text) < 4 or _names_authority(text, known):
        return False
    return _likeness(text, known.schools) >= _OWN


def _may_be_a_school(text: str, known: Known) -> bool:
    """Whether a reading speaks against every authority, however like one another reading is.

    It has characters of a school that are no authority's, or goes on after an authority's word as
    the name of a school that the authority runs does.
    """
    words = [word for word in known.authorities if word in text]
    if len(_SCHOOL_SIGNS.intersection(text).difference(*known.printed, *words)) >= _ALIEN:
        return True
    if not words:
        return False
    rest = min((text[text.rfind(word) + len(word) :] for word in words), key=len)
    return len(rest) >= _FEW and not text.startswith(rest) and not _OFFICE.fullmatch(rest)


def _is_authority(text: str, known: Known) -> bool:
    own = _likeness(text, known.schools) if len(text) >= 4 else 0.0
    if _names_authority(text, known):
        return own < 90
    # 教育局机关幼儿园 is as like 教育局 as a bad reading of it is, but longer.
    names = [name for name in known.printed if 3 <= len(text) <= len(name) + 2]
    # The place alone, read off a school's seal, is as like a short name as that.
    names = [name for name in names if _of_its_word(name, text, known) >= _KIND]
    printed = _likeness(text, names)
    return printed >= _PRINTED and printed >= own + _MORE


def _confirms(text: str, known: Known) -> bool:
    """Whether little was read, but of the authority whose printed name the seal lies on.

    Bodies stamp their seal on their own name. What was read must hold characters of that name's
    own word, none of a school's, and be nearer to it than to every school of the page.
    """
    own = _likeness(text, known.schools)
    for name in known.under:
        if _SCHOOL_SIGNS.intersection(text).difference(name):
            continue
        same = LCSseq.similarity(name, text + text)
        kind = _of_its_word(name, text + text, known)
        part = known.cut and same >= max(_FEW + 1, len(text) - 1) and kind >= 1
        if (part or (same >= max(_FEW, _PART * len(name)) and kind >= _KIND)) and fuzz.ratio(
            text, name
        ) >= own + _MORE:
            return True
    return False


def _is_part(texts: Sequence[str], known: Known) -> bool:
    """Whether what the page's edge has left of a seal is part of an authority's printed name.

    More than is read is not there to be seen. Most readings must agree on it, none may have a
    character that is a school's and not the name's.
    """
    for name in known.printed:
        own = name[_word_at(name, known) :]
        same = [text for text in texts if len(text) > _FEW and text in name]
        told = any(own.startswith(text[-k:]) for text in same for k in range(1, len(text) - 1))
        alien = any(_SCHOOL_SIGNS.intersection(text).difference(name) for text in texts)
        if told and not alien and 2 * len(same) >= len(texts):
            return True
    return False


def _confirm_together(texts: Sequence[str], name: str, known: Known) -> bool:
    """Whether several readings, none of them good, spell the name that the seal lies on.

    Each reading tells of the characters that it has in the name's order. Together they must have
    most of it and of its own word; none may be longer than the name, have two characters that are
    a school's and not the name's, or be nearer to a school of the dossier than to the name.
    """
    read: set[int] = set()
    for text in texts:
        alien = _SCHOOL_SIGNS.intersection(text).difference(name)
        own = _likeness(text, known.schools)
        if len(alien) >= _ALIEN or alien & _SCHOOLS_OWN:
            return False
        if len(text) > len(name) + _LONGER or own > fuzz.ratio(text, name):
            return False
        blocks = LCSseq.editops(name, text).as_matching_blocks()
        here = [block.a + k for block in blocks for k in range(block.size)]
        # A single character in common is chance.
        read.update(here if len(here) >= 2 else ())
    word = _word_at(name, known)
    kind = sum(place >= word for place in read)
    return len(read) >= max(_FEW, _MOST * len(name)) and kind >= _KIND


def _of_its_word(name: str, text: str, known: Known) -> int:
    """How many characters of an authority's own word a text has, in their order."""
    return int(LCSseq.similarity(name[_word_at(name, known) :], text))


def _word_at(name: str, known: Known) -> int:
    """Where an authority's own word begins in its name, after its place."""
    found = [name.find(word) for word in known.authorities]
    return min((at for at in found if at >= 0), default=min(len(name), _PLACE))


def _names_authority(text: str, known: Known) -> bool:
    return any(_ends_with(word, text) for word in known.authorities)


def characters_before(word: str) -> int:
    """How many characters of its place stand before an authority's word at least.

    The first of a ring is often lost; a long word is an authority's without its place.
    """
    return _PLACE if len(word) < _LONG else 1


def _ends_with(word: str, text: str) -> bool:
    """Whether a text is a place and an authority's word, and nothing else but an office of it."""
    at = text.rfind(word)
    end = at + len(word)
    if at < 0 and len(word) >= _LONG:
        near = fuzz.partial_ratio_alignment(word, text, score_cutoff=_NEARLY)
        at, end = (near.dest_start, near.dest_end) if near else (-1, 0)
    if at < characters_before(word):
        return False
    if _SCHOOL_SIGNS.intersection(text[at:end]).difference(word):
        return False
    rest = text[end:]
    if text.startswith(rest):
        return True
    return (len(rest) <= 1 and rest not in _SCHOOL_SIGNS) or bool(_OFFICE.fullmatch(rest))


def _likeness(text: str, names: Sequence[str]) -> float:
    """How like a text is to the nearest of some names, 0 to 100."""
    return max((fuzz.ratio(text, name) for name in names), default=0.0)
