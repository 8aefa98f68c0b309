"""What is left open beside the mask of a name, or behind a signature's label, reaches a person."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from pipeline.dossier import Kind, Mask
from pipeline.geometry import Frame, Polygon
from pipeline.reading.lines import Char, Line
from pipeline.verification.fidelity import Pixels
from pipeline.verification.halves import find_halves
from pipeline.verification.slots import find_open_slots
from pipeline.verification.strokes import find_unread_ink

FRAME = Frame(1, 1000, 600)
EM = 30


def _line(text: str, x: float = 100, y: float = 100, confidence: float = 0.98) -> Line:
    chars = tuple(
        Char(c, Polygon.from_bounds(FRAME, x + EM * i, y, x + EM * i + EM - 2, y + EM), confidence)
        for i, c in enumerate(text)
    )
    return Line(chars[0].polygon, chars, confidence)


def _mask(first: int, last: int, x: float = 100, y: float = 100) -> Mask:
    place = Polygon.from_bounds(FRAME, x + EM * first, y - 2, x + EM * last - 2, y + EM + 2)
    return Mask(page=1, polygon=place, label="【人员1】", kind=Kind.PERSON_NAME, findings=("p1-1",))


def _blank() -> Pixels:
    return np.full((FRAME.height, FRAME.width, 3), 250, np.uint8)


def _pen(pixels: Pixels, x: int, y: int, size: int = 30) -> None:
    """Write a character of a few strokes."""
    for a, b in (((0, 5), (size, 3)), ((size // 2, 0), (size // 3, size)), ((2, size), (size, 12))):
        cv2.line(pixels, (x + a[0], y + a[1]), (x + b[0], y + b[1]), (30, 40, 120), 3)


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("与慕容和骞共同设计", (1, 3)),
        ("指导教师郗芷漪、", (5, 7)),
        ("由王晓琳执笔", (1, 2)),
    ],
)
def test_half_a_name_beside_the_mask_of_the_other_half_is_seen(
    text: str, hidden: tuple[int, int]
) -> None:
    assert len(list(find_halves([_mask(*hidden)], [_line(text)], FRAME))) == 1


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("与慕容老师共同设计", (1, 3)),
        ("王老师执笔", (0, 1)),
        ("指导教师李晓琳参加比赛", (4, 7)),
        ("由芷漪执笔", (1, 3)),
        ("向张某学习", (1, 2)),
        ("此件为原件复印件", (7, 8)),
    ],
)
def test_what_goes_on_behind_a_whole_name_asks_nobody(text: str, hidden: tuple[int, int]) -> None:
    assert not list(find_halves([_mask(*hidden)], [_line(text)], FRAME))


def test_the_rest_of_a_name_on_the_next_line_is_seen() -> None:
    name = _line("负责人签名：阿米娜·吐尔", 300)
    masks = [_mask(6, 12, 300)]
    assert len(list(find_halves(masks, [name, _line("逊", 240, 140)], FRAME))) == 1
    pupil = _line("等待与倾听的意义。班里学生俄木以")
    masks = [_mask(13, 16)]
    rest = _line("布父母常年在外务工", 100, 140)
    assert len(list(find_halves(masks, [pupil, rest], FRAME))) == 1


def test_a_signatures_last_character_that_reads_as_a_digit_is_seen() -> None:
    signature = _mask(0, 4).model_copy(update={"kind": Kind.SIGNATURE})
    alone, name = _line("2", 100 + 4 * EM), _mask(0, 4)
    assert len(list(find_halves([signature], [alone], FRAME))) == 1
    assert not list(find_halves([name], [alone], FRAME))
    assert not list(find_halves([signature], [_line("2021年7月", 100 + 4 * EM)], FRAME))


@pytest.mark.parametrize("below", ["同学们都很喜欢", "在老师的帮助下", "年级", "年"])
def test_the_next_line_of_a_text_asks_nobody(below: str) -> None:
    lines = [_line("班里学生李晓琳"), _line(below, 100, 140)]
    assert not list(find_halves([_mask(4, 7)], lines, FRAME))


def test_strokes_behind_the_mask_of_a_signature_are_seen() -> None:
    """The reader made a comma of the second character: 审核人签字：飞，."""
    pixels = _blank()
    _pen(pixels, 330, 95, 40)
    first = [_line("审核人签字：飞，")]
    places = list(find_open_slots(pixels, FRAME, [_mask(6, 7)], [], first))
    assert [p.bounds[0] > 320 for p in places] == [True]


def test_a_signature_that_nobody_read_is_seen() -> None:
    pixels = _blank()
    _pen(pixels, 200, 100)
    _pen(pixels, 240, 100)
    assert list(find_open_slots(pixels, FRAME, [], [], [_line("签字：")]))


def test_an_empty_slot_a_hidden_one_and_print_ask_nobody() -> None:
    first = [_line("签字：")]
    assert not list(find_open_slots(_blank(), FRAME, [], [], first))
    pixels = _blank()
    cv2.line(pixels, (190, 131), (420, 131), (0, 0, 0), 2)
    cv2.ellipse(pixels, (300, 180), (140, 110), 0, 0, 360, (0, 0, 0), 3)
    assert not list(find_open_slots(pixels, FRAME, [], [], first))
    _pen(pixels, 200, 98)
    assert not list(find_open_slots(pixels, FRAME, [_mask(3, 5)], [], first))
    dated = [_line("签字：2023年5月8日")]
    pixels = _blank()
    _pen(pixels, 200, 100)
    assert not list(find_open_slots(pixels, FRAME, [], dated, dated))


def test_a_blot_that_was_read_as_a_colon_beside_a_mask_is_seen() -> None:
    """A character of a name, cut by its mask, is read as the colon behind the label."""
    pixels = _blank()
    _pen(pixels, 192, 101, 26)
    colon = Char("：", Polygon.from_bounds(FRAME, 190, 100, 220, 130), 0.9)
    lines = [Line(colon.polygon, (colon,), 0.9)]
    assert list(find_unread_ink(pixels, FRAME, [_mask(4, 7)], lines))
    dots = _blank()
    for y in (108, 124):
        cv2.circle(dots, (205, y), 2, (0, 0, 0), -1)
    assert not list(find_unread_ink(dots, FRAME, [_mask(4, 7)], lines))
