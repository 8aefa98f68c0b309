"""Where a fax leaves too little of a ring an authority's seal stays and a school's is masked."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.detection.seals.owners import Known, Owner, SealText, owner_of
from pipeline.detection.seals.spelling import Odds, letters_of, spelt_owner
from pipeline.detection.seals.strips import HEIGHT, Strip
from pipeline.policy import Policy

_KNOWN = Known(("教育局", "教育学会"), ("淮南市第二中学",))
_LETTERS = letters_of(_KNOWN)
#: Columns of a character and of the gap behind it.
_PITCH = 4


def _odds(read: str, second: str) -> Odds:
    """Odds of a strip read as one text, each of whose characters may also be another's."""
    odds = np.full((_PITCH * len(read), 1 + len(_LETTERS)), -12.0, np.float32)
    odds[:, 0] = 0
    for place, pair in enumerate(zip(read, second, strict=True)):
        odds[_PITCH * place, 0] = -12
        for character, less in zip(pair, (0.0, -1.0), strict=True):
            if character in _LETTERS:
                label = _LETTERS.index(character) + 1
                odds[_PITCH * place, label] = max(odds[_PITCH * place, label], less)
    return odds


def _owner(read: str, second: str, *, ink: slice = slice(0), once: float = 1.0) -> Owner:
    """Whose a seal is taken for; ``ink`` stands behind the text where nothing was read."""
    odds = _odds(read, second)
    pixels = np.full((HEIGHT, 8 * len(odds), 3), 255, np.uint8)
    pixels[8:40, : 8 * _PITCH * len(read.rstrip("　"))] = 90
    pixels[8:40, ink] = 90
    return spelt_owner([Strip(pixels, True, once)], [odds], _LETTERS, _KNOWN)


def test_an_authoritys_faxed_seal_stays_where_its_word_is_nearly_the_best_reading() -> None:
    assert _owner("最州事次育局", "兰州市教育局") is Owner.AUTHORITY
    assert _owner("最州事次育局年用学", "兰州市教育局专用章") is Owner.AUTHORITY


@pytest.mark.parametrize(
    ("read", "second"),
    [
        ("最州事次育局机关幼几园", "兰州市教育局机关幼儿园"),
        ("最州事次育局机美幼圆", "兰州市教育局机关幼园"),
        ("兰州特殊教育学最", "兰州特殊教育学会"),
        ("次育局", "教育局"),
        ("准南市第三十学", "淮南市第二中学"),
    ],
    ids=["kindergarten", "misread behind", "school for special needs", "no place", "own school"],
)
def test_a_schools_faxed_seal_is_masked_though_an_authoritys_word_is_near(
    read: str, second: str
) -> None:
    assert _owner(read, second) is Owner.UNKNOWN


def test_ink_behind_an_authoritys_word_that_nobody_could_read_masks_the_seal() -> None:
    read, second = "最州事次育局　　　　　　", "兰州市教育局　　　　　　"
    end = 8 * _PITCH * 6
    assert _owner(read, second, ink=slice(end + 20, end + 160)) is Owner.UNKNOWN


def test_a_ring_without_a_gap_is_judged_by_one_turn() -> None:
    assert _owner("最州事次育局最州事", "兰州市教育局兰州市", once=6 / 9) is Owner.AUTHORITY


def test_a_school_whose_last_word_faded_is_masked_though_one_reading_cut_it_off() -> None:
    faded, cut = SealText("兰州市教育局", unread=3.0), SealText("兰州市教育局")
    assert owner_of([faded, faded, cut], _KNOWN) is Owner.UNKNOWN
    assert owner_of([faded, cut, cut], _KNOWN) is Owner.AUTHORITY


def test_a_bureau_printed_like_the_applicants_unit_is_no_school(policy: Policy) -> None:
    known = Known.of(policy, ["凉山彝族自治州文昌路小学"], ["凉山彝族自治州教育局"], [])
    assert owner_of([SealText("凉山彝族自治州教育局")], known) is Owner.AUTHORITY
    own = Known.of(policy, ["凉山彝族自治州教育局"], [], [])
    assert owner_of([SealText("凉山彝族自治州教育局")], own) is not Owner.AUTHORITY
