"""The applicant is known from the form: name, unit and numbers may not be seen in any form."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.detection import Detector
from pipeline.dossier import Applicant, Kind
from pipeline.policy import Policy
from tests.pipeline.detection.conftest import Look
from tests.pipeline.detection.sheets import APPLICANT, EM, Sheet, expected, sheet_of, shown

NAMES = [
    "[作者简介⟦]伟平⟧，男，本科",
    "⟦张伟平⟧",
    "由⟦张伟平⟧同志完成",
    "本课由⟦张伟平⟧老师执教",
    "作者：⟦张　伟　平⟧",
    "⟦张　伟平⟧",
    "⟦張偉平⟧",
    "经研究，同意⟦张伟平⟧等5位同志晋升中小学高级教师职称。",
    "兹有我校教师⟦张伟平⟧，于2018年9月至2021年7月担任班主任工作。",
    "⟦Zhang Weiping⟧",
    "⟦ZHANG Wei-ping⟧",
    "⟦ZHANG WEIPING⟧",
    "⟦Weiping Zhang⟧",
    "⟦Zhang Wei Ping⟧",
    "⟦Zhang, Weiping⟧",
    "By ⟦Zhang W. P.⟧",
    "Abstract ⟦ZhangWeiping⟧ Teaching",
]
UNITS = [
    "⟦淮南市第二中学⟧",
    "⟦安徽省淮南市第二中学⟧",
    "⟦淮南市第2中学⟧",
    "⟦淮南市第二中学东校区⟧",
    "在⟦淮南二中⟧任教",
    "⟦淮南市二中⟧高三(2)班",
    "⟦二中⟧语文组",
    "⟦第二中学⟧",
    "⟦准南市第二中学⟧",
    "⟦淮南2中⟧",
]


@pytest.mark.parametrize("line", NAMES)
def test_the_applicants_name_stays_hidden_in_every_form(
    line: str, look: Look, policy: Policy
) -> None:
    sheet = sheet_of(line)
    found = look(sheet)
    assert shown(sheet, found, policy) == expected(line)
    own = [f for f in found if f.kind is Kind.APPLICANT_NAME]
    assert own and {f.entity for f in own} == {"applicant"}


@pytest.mark.parametrize("line", UNITS)
def test_the_applicants_school_stays_hidden_in_every_form(
    line: str, look: Look, policy: Policy
) -> None:
    sheet = sheet_of(line)
    found = look(sheet)
    assert shown(sheet, found, policy) == expected(line)
    assert {f.entity for f in found} == {"applicant-unit"}


def test_another_school_is_not_labelled_as_the_applicants(look: Look) -> None:
    own, third, third_again, county = look(
        sheet_of("淮南二中", "淮南三中", "淮南市第三中学", "凤台县第一中学")
    )
    assert own.kind is Kind.APPLICANT_UNIT
    assert third.kind is third_again.kind is county.kind is Kind.UNIT
    assert third.entity == third_again.entity
    assert len({own.entity, third.entity, county.entity}) == 3


@pytest.mark.parametrize(
    "school",
    [
        "凤台县第二中学",
        "寿县二中",
        "淮南市第十二中学",
        "第二十二中学",
        "合肥市第二中学",
        "淮北市第二中学",
    ],
)
def test_a_school_of_like_name_is_not_labelled_as_the_applicants(school: str, look: Look) -> None:
    assert [f.kind for f in look(sheet_of(school))] == [Kind.UNIT]


def test_the_line_above_does_not_get_the_label_of_the_line_below(look: Look) -> None:
    found = look(sheet_of("淮南市第三中学", "凤台县第二中学"))
    assert found[0].kind is Kind.UNIT


@pytest.mark.parametrize("wrong", ["弓伟平", "张佛平", "张伟乎"])
def test_one_badly_read_character_does_not_show_the_name(
    wrong: str, look: Look, policy: Policy
) -> None:
    slip = next(i for i in range(3) if wrong[i] != "张伟平"[i])
    sheet = Sheet().write(f"由{wrong}同志完成", 120, 200, weak={slip + 1: 0.5})
    assert shown(sheet, look(sheet), policy) == [f"由⟦{wrong}⟧同志完成"]


@pytest.mark.parametrize("head", ["张", "张伟"])
def test_a_name_broken_over_a_line_end_is_hidden_on_both_lines(
    head: str, look: Look, policy: Policy
) -> None:
    sheet = Sheet()
    sheet.write(f"经学校推荐和专家评审，我校语文教研组教师⟦{head}⟧", 120, 200)
    rest = f"⟦{'张伟平'[len(head) :]}⟧同志被评为市级骨干教师。"
    sheet.write(rest, 120, 250)
    found = look(sheet)
    assert shown(sheet, found, policy) == expected(
        f"经学校推荐和专家评审，我校语文教研组教师⟦{head}⟧", rest
    )
    assert {f.entity for f in found} == {"applicant"}


def test_the_misread_place_before_a_school_is_hidden_with_it(look: Look, policy: Policy) -> None:
    line = "积极参加⟦淮南这第二中学⟧组织的教研活动"
    sheet = sheet_of(line)
    assert shown(sheet, look(sheet), policy) == expected(line)


def test_a_school_in_handwriting_that_was_read_by_guess_is_hidden(
    detector_for: Callable[[Applicant], Detector],
) -> None:
    detector = detector_for(Applicant(name="张伟平", unit="北京市外国语学校"))
    line = "积极参加如京外国片组织的教研活动"
    for sure, hidden in ((0.5, ["如京外国片"]), (0.99, [])):
        sheet = Sheet().write(line, 120, 300, weak={4: sure, 8: sure})
        found = detector.page(sheet.reading, sheet.pixels)
        assert [f.text for f in found if f.kind is Kind.APPLICANT_UNIT] == hidden


def test_the_head_of_a_school_that_a_seal_tore_off_is_hidden(look: Look) -> None:
    torn = Sheet().write("准南市弟", 120, 300, weak={0: 0.5, 3: 0.5})
    torn = torn.write("二中学", 120 + 4 * EM + 8, 300).write("淮南市民", 700, 500)
    own = [f for f in look(torn) if f.kind is Kind.APPLICANT_UNIT]
    assert {f.line for f in own} == {0, 1}


def test_a_school_and_numbers_broken_over_line_ends_are_hidden(look: Look, policy: Policy) -> None:
    lines = (
        "本人承诺所填的内容真实有效并任教于⟦淮南市第⟧",
        "⟦二中学⟧，如有虚假愿担责任，身份证⟦340403198⟧",
        "⟦706123417⟧，手机⟦13955412345⟧，电子邮箱⟦zwp⟧",
        "⟦1987@163.com⟧。",
    )
    sheet = Sheet()
    for number, line in enumerate(lines):
        sheet.write(line, 120, 200 + 50 * number)
    assert shown(sheet, look(sheet), policy) == expected(*lines)


def test_an_identity_number_whose_rest_begins_a_longer_line_is_hidden(
    look: Look, policy: Policy
) -> None:
    lines = (
        "兹证明我校教师⟦张伟平⟧（身份证号⟦340403198⟧",
        "⟦706123417⟧）于2013年9月至2016年7月到外校支教，表现良好",
    )
    sheet = Sheet().write(lines[0], 190, 200).write(lines[1], 120, 250)
    assert shown(sheet, look(sheet), policy) == expected(*lines)


@pytest.mark.parametrize(
    ("upper", "lower"),
    [
        ("他的电子邮箱是⟦zwp1987⟧", "⟦@163.com⟧，欢迎来信。"),
        ("他的任教学校是⟦淮南市第2⟧", "⟦中学⟧，欢迎来访。"),
    ],
)
def test_what_is_broken_behind_a_digit_is_hidden(
    upper: str, lower: str, look: Look, policy: Policy
) -> None:
    sheet = (
        Sheet().write(f"{'如对材料有疑问请联系本人，' + upper}", 120, 200).write(lower, 120, 250)
    )
    assert shown(sheet, look(sheet), policy) == expected(
        "如对材料有疑问请联系本人，" + upper, lower
    )


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("王芳", "由⟦王　芳⟧老师执教"),
        ("欧阳修文", "⟦Ouyang Xiuwen⟧"),
        ("买买提·阿不都热合曼", "教师⟦买买提·阿不都热合曼⟧获一等奖"),
        ("吕绿", "⟦LYU Lyu⟧"),
        ("单雄", "⟦Shan Xiong⟧"),
        ("叶圣陶", "正如⟦叶圣陶⟧所说"),
    ],
)
def test_uncommon_names_of_applicants_are_hidden(
    name: str,
    line: str,
    detector_for: Callable[[Applicant], Detector],
    policy: Policy,
) -> None:
    sheet = sheet_of(line)
    found = detector_for(Applicant(name=name)).page(sheet.reading, sheet.pixels)
    assert shown(sheet, found, policy) == expected(line)


def test_the_shortest_form_of_a_named_school_is_hidden(
    detector_for: Callable[[Applicant], Detector], policy: Policy
) -> None:
    sheet = sheet_of("在⟦淮南洞中⟧任教")
    detector = detector_for(Applicant(name="周文娟", unit="淮南市洞山中学"))
    assert shown(sheet, detector.page(sheet.reading, sheet.pixels), policy) == ["在⟦淮南洞中⟧任教"]


def test_no_string_of_a_person_is_printed_by_accident(look: Look) -> None:
    sheet = sheet_of("由张伟平完成，13955412345", "340403198706123417", "指导教师：王建国")
    found = look(sheet)
    strings = [s for name in type(APPLICANT).model_fields for s in getattr(APPLICANT, name)]
    printed = "".join(f"{o!r}{o!s}" for o in (*found, APPLICANT, sheet.reading, *sheet.lines))
    assert len(found) == 4
    assert not [s for s in (*strings, "王建国") if s in printed]
