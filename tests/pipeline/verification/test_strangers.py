"""What verification sees of people and schools that nobody told it of."""

from __future__ import annotations

import random

import cv2
import numpy as np
import pytest

from fixtures.seals import Look, seal
from fixtures.sheet import Sheet, Style
from pipeline.dossier import Kind, Mask
from pipeline.geometry import Frame, Polygon
from pipeline.reading.lines import Char, Line
from pipeline.verification.beside import only_suspicious
from pipeline.verification.edges import EdgeForms, find_edges
from pipeline.verification.remnants import find_remnants
from pipeline.verification.stamps import find_stamps
from pipeline.verification.strangers import search_strangers
from pipeline.verification.text import Areas, line_runs

FRAME = Frame(1, 1600, 2200)
STEP = 30


def _line(text: str, row: int = 2) -> Line:
    chars = tuple(
        Char(c, _box(100 + STEP * i, 60 * row, 28), 0.98) for i, c in enumerate(text) if c != " "
    )
    return Line(chars[0].polygon, chars, 0.98)


def _box(x: float, y: float, width: float) -> Polygon:
    return Polygon.from_bounds(FRAME, x, y, x + width, y + 30)


def _mask(first: int, last: int, kind: Kind, row: int = 2) -> Mask:
    """A mask over the places ``first`` to ``last`` of a line."""
    place = _box(100 + STEP * first, 60 * row, STEP * (last - first) - 2)
    return Mask(page=1, polygon=place, label="【人员1】", kind=kind, findings=())


def _asked(*lines: str) -> set[str]:
    runs = line_runs([_line(text, row) for row, text in enumerate(lines, 2)], Areas((), FRAME))
    return {span.code for _, span in search_strangers(runs, ())}


@pytest.mark.parametrize(
    "text",
    [
        "指导教师：胥婉羽",
        "缪娴琳、边雪、",
        "刘 洋",
        "受到胥婉羽校长的表扬",
        "古丽娜尔·买买提",
        "赵淇黛",
        "课后与其其格老师交流",
        "课例由笔者与朝鲁门共同设计",
    ],
)
def test_a_strangers_name_that_nobody_found_goes_to_a_person(text: str) -> None:
    assert _asked(text) == {"person-readable"}


@pytest.mark.parametrize("text", ["曾在青秀区民族中学任教", "淮南市第五小学", "河畔幼儿园"])
def test_a_school_that_nobody_found_goes_to_a_person(text: str) -> None:
    assert _asked(text) == {"school-readable"}


def test_an_address_that_nobody_found_goes_to_a_person() -> None:
    assert _asked("迎宾大道34号阳光花园") == {"address-readable"}


@pytest.mark.parametrize(
    "text",
    [
        "单位：时间：方法：成绩",
        "全区各小学、农村中学和中心学校",
        "任五年级（6）班班主任期间",
        "流任教任高三15班",
        "“双减”背景下小学语文教学",
        "高级教师 优秀班主任",
        "荣誉证 书",
        "我校教师在本校小学部",
        "师于2016年获奖",
        "材料属实，经审",
        "积极与家长共同商量，与指导老师、年轻教师一起备课",
        "级（15）班的",
    ],
)
def test_what_only_looks_like_a_name_sends_no_page_to_a_person(text: str) -> None:
    assert _asked(text) == set()


@pytest.mark.parametrize(
    "lines",
    [
        ("经过一个学期的尝试，从目", "标、内容到评价都有安排。"),
        ("本学期听课二百余节。在作业设", "计上，应减少机械的重复"),
        ("在数学教学中渗透劳动教育的路径 ……", "改进小学数学家庭作业的研究 ……"),
        ("按规定，经香坊区教育局核", "）科学中学一级教师"),
    ],
)
def test_a_word_that_wraps_sends_no_page_to_a_person(lines: tuple[str, ...]) -> None:
    assert _asked(*lines) == set()


def test_a_name_at_the_end_of_a_line_goes_to_a_person() -> None:
    assert _asked("参加的有本组全体教师，胥婉羽", "等同志承担了主要工作") == {"person-readable"}
    assert _asked("曾先后在淮南市河畔", "路小学任教") == {"school-readable"}


def test_the_last_character_of_a_strangers_name_beside_its_mask_is_seen() -> None:
    for text, place in (("签字：隗曦箐", (3, 5)), ("作者：姜 丽", (5, 6))):
        mask = _mask(*place, Kind.PERSON_NAME)
        runs = line_runs([_line(text)], Areas([mask.polygon], FRAME))
        assert len(list(find_remnants(runs, [mask], FRAME))) == 1
    mask = _mask(0, 4, Kind.UNIT)
    runs = line_runs([_line("海南师范学，")], Areas([mask.polygon], FRAME))
    assert len(list(find_remnants(runs, [mask], FRAME))) == 1
    mask = _mask(1, 7, Kind.UNIT)
    for text, left in (("在淮南机关幼儿园任教", 1), ("在淮南河畔路小学习经验", 0)):
        runs = line_runs([_line(text)], Areas([mask.polygon], FRAME))
        assert len(list(find_remnants(runs, [mask], FRAME))) == left
    mask = _mask(0, 3, Kind.PERSON_NAME)
    runs = line_runs([_line("隗曦箐等")], Areas([mask.polygon], FRAME))
    assert not list(find_remnants(runs, [mask], FRAME))


@pytest.mark.parametrize(
    ("text", "hidden", "name", "left"),
    [
        ("由隗曦箐珊", (1, 4), "王珊", 1),
        ("由隗曦箐参", (1, 4), "王参", 0),
        ("严隗曦箐主讲", (1, 4), "严珊", 1),
        ("由隗曦箐主讲", (1, 4), "由珊", 0),
    ],
)
def test_an_end_of_a_name_beside_a_mask_is_seen_and_a_preposition_is_not(
    text: str, hidden: tuple[int, int], name: str, left: int
) -> None:
    mask = _mask(*hidden, Kind.PERSON_NAME)
    runs = line_runs([_line(text)], Areas([mask.polygon], FRAME))
    assert len(list(find_edges(runs, [mask], FRAME, EdgeForms((name,), ())))) == left


def test_the_first_letter_of_a_name_before_its_mask_is_seen() -> None:
    mask = _mask(1, 9, Kind.PERSON_NAME)
    for text, left in (("YanYuxiao", 1), ("在anYuxiao", 0)):
        runs = line_runs([_line(text)], Areas([mask.polygon], FRAME))
        assert len(list(find_remnants(runs, [mask], FRAME))) == left


def test_the_first_character_of_the_applicants_school_before_its_mask_is_seen() -> None:
    mask = _mask(2, 8, Kind.APPLICANT_UNIT)
    forms = EdgeForms((), ("淮南市第二中学",))
    for text, left in (("在淮南市第二中学任教", 1), ("现在淮北市第二中学任教", 0)):
        runs = line_runs([_line(text)], Areas([mask.polygon], FRAME))
        assert len(list(find_edges(runs, [mask], FRAME, forms))) == left


def test_a_sign_beside_a_mask_is_no_rest_of_it_but_a_digit_of_a_number_is() -> None:
    first = [_line("系淮南中学，电话139")]
    comma, digit = _box(100 + STEP * 5 + 4, 120, 6), _box(100 + STEP * 10 + 4, 120, 12)
    masks = [_mask(1, 5, Kind.APPLICANT_UNIT), _mask(8, 10, Kind.PHONE)]
    blank = np.full((FRAME.height, FRAME.width, 3), 255, np.uint8)
    left = list(only_suspicious(iter([comma, digit]), masks, [], first, FRAME, blank))
    assert left == [digit]
    assert list(only_suspicious(iter([comma]), masks, first, [], FRAME, blank)) == [comma]


def test_a_coloured_seal_that_nobody_hid_is_seen_and_one_that_may_stand_is_not() -> None:
    pixels = np.full((FRAME.height, FRAME.width, 3), 250, np.uint8)
    cv2.circle(pixels, (800, 1500), 150, (200, 30, 40), 8)
    cv2.putText(pixels, "XXX", (300, 400), 0, 4, (200, 30, 40), 9)
    seal = Polygon.from_bounds(FRAME, 650, 1350, 950, 1650)
    assert list(find_stamps(pixels, FRAME, [], []))
    assert not list(find_stamps(pixels, FRAME, [], [seal]))
    across = Mask(
        page=1,
        polygon=Polygon.from_bounds(FRAME, 600, 1450, 1000, 1540),
        label="【申报单位】",
        kind=Kind.APPLICANT_UNIT,
        findings=(),
    )
    pixels[1450:1540, 600:1000] = 0
    assert list(find_stamps(pixels, FRAME, [across], []))


@pytest.mark.parametrize(("bottom", "seen"), [(1560, True), (1660, False)])
def test_the_rim_that_runs_out_of_a_seals_mask_is_seen_and_a_line_across_it_is_not(
    bottom: int, seen: bool
) -> None:
    pixels = np.full((FRAME.height, FRAME.width, 3), 250, np.uint8)
    cv2.circle(pixels, (800, 1500), 150, (40, 60, 200), 5)
    cv2.line(pixels, (100, 1520), (1500, 1524), (40, 60, 200), 5)
    place = Polygon.from_bounds(FRAME, 640, 1340, 960, bottom)
    mask = Mask(page=1, polygon=place, label="【印章】", kind=Kind.SEAL, findings=())
    pixels[1340:bottom, 640:960] = 0
    assert bool(list(find_stamps(pixels, FRAME, [mask], []))) == seen


def test_a_black_seal_that_nobody_hid_is_seen_even_with_a_mask_across_it() -> None:
    made = seal(random.Random(3), "淮南市第二中学", Look("black", "round"), radius=150)
    sheet = Sheet("letter", random.Random(1))
    sheet.line(300, 900, "同意推荐。", Style("song", 40))
    sheet.seal(made, 700, 1300, "淮南市第二中学", "", "school")
    pixels = np.asarray(sheet.image).copy()
    frame = Frame(1, pixels.shape[1], pixels.shape[0])
    place = Polygon.from_bounds(frame, 690, 1290, 1030, 1630)
    assert list(find_stamps(pixels, frame, [], []))
    assert not list(find_stamps(pixels, frame, [], [place]))
    across = Mask(
        page=1,
        polygon=Polygon.from_bounds(frame, 640, 1430, 1080, 1500),
        label="【申报单位】",
        kind=Kind.APPLICANT_UNIT,
        findings=(),
    )
    pixels[1430:1500, 640:1080] = 0
    assert list(find_stamps(pixels, frame, [across], []))
    whole = across.model_copy(update={"polygon": place, "kind": Kind.SEAL})
    pixels[1290:1630, 690:1030] = 0
    assert not list(find_stamps(pixels, frame, [whole], []))


def test_a_seal_on_a_coloured_border_that_nobody_hid_is_seen() -> None:
    made = seal(random.Random(3), "淮南市第二中学", Look("red", "oval"), radius=150)
    sheet = Sheet("letter", random.Random(1))
    sheet.seal(made, 700, 1800, "淮南市第二中学", "", "school")
    inked = (np.asarray(sheet.image).min(axis=2) < 200)[..., None]
    # On this paper the ink is seen by its colour alone.
    pixels = np.where(inked, (236, 139, 139), (168, 168, 168)).astype(np.uint8)
    frame = Frame(1, pixels.shape[1], pixels.shape[0])
    for inset in (110, 130):
        corner = frame.width - inset, frame.height - inset - 290
        cv2.rectangle(pixels, (inset, inset), corner, (90, 15, 20), 5)
    assert list(find_stamps(pixels, frame, [], []))
