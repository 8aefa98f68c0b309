"""What verification sees of people and schools that nobody told it of."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.dossier import Kind, Mask
from pipeline.geometry import Frame, Polygon
from pipeline.reading.lines import Char, Line
from pipeline.verification.beside import only_suspicious
from pipeline.verification.edges import EdgeForms, find_edges
from pipeline.verification.remnants import find_remnants
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
