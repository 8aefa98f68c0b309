"""Numbers and addresses lead to a person by themselves, whoever's they are and however read."""

from __future__ import annotations

import pytest
from stdnum.cn import ric

from pipeline.dossier import Kind
from pipeline.policy import Policy
from tests.pipeline.detection.conftest import Look
from tests.pipeline.detection.sheets import Sheet, expected, sheet_of, shown

HIDDEN = [
    (Kind.ID_NUMBER, "身份证号：⟦340403198706123417⟧"),
    (Kind.ID_NUMBER, "⟦340403 19870612 3417⟧"),
    (Kind.ID_NUMBER, "⟦34040319870612341⟧"),
    (Kind.ID_NUMBER, "⟦34O403198706123417⟧"),
    (Kind.ID_NUMBER, "⟦340403l98706l234l7⟧"),
    (Kind.ID_NUMBER, "⟦34082319791120451×⟧"),
    (Kind.ID_NUMBER, "身份证号：⟦340403870612341⟧"),
    (Kind.ID_NUMBER, "⟦110101490307775⟧"),
    (Kind.ID_NUMBER, "编号⟦110101199003077758⟧"),
    (Kind.PHONE, "联系电话：⟦13955412345⟧"),
    (Kind.PHONE, "⟦139 5541 2345⟧"),
    (Kind.PHONE, "手机⟦138-1234-5678⟧"),
    (Kind.PHONE, "⟦+86 13812345678⟧"),
    (Kind.PHONE, "⟦138O5541234⟧"),
    (Kind.PHONE, "⟦0554-6661234⟧"),
    (Kind.PHONE, "电话：⟦(0554)6661234⟧"),
    (Kind.PHONE, "电话：⟦6661234⟧"),
    (Kind.EMAIL, "邮箱：⟦zwp1987@163.com⟧"),
    (Kind.EMAIL, "⟦zwpl987@163.com⟧"),
    (Kind.EMAIL, "⟦zwp1987163.com⟧"),
    (Kind.EMAIL, "E-mail：⟦lina_88@qq.com⟧"),
    (Kind.EMAIL, "电子邮箱：⟦lina_2+126.cCoin⟧"),
    (Kind.EMAIL, "联系⟦lina0903@(|(|.co⟧"),
    (Kind.EMAIL, "⟦.com⟧"),
    (Kind.EMAIL, "⟦lxl@hnez.edu.cn⟧"),
    (Kind.BIRTH_DATE, "出生日期：⟦1990年3月7日⟧"),
    (Kind.BIRTH_DATE, "出生年月：⟦1990.03⟧"),
    (Kind.BIRTH_DATE, "性别女，⟦197504⟧出生"),
    (Kind.BIRTH_DATE, "出生日期：⟦19750423⟧"),
    (Kind.BIRTH_DATE, "生于⟦1990年3月⟧"),
    (Kind.BIRTH_DATE, "参加会议，⟦1987年6月⟧生"),
    (Kind.BIRTH_DATE, "⟦1987年6.月12日⟧"),
    (Kind.BIRTH_DATE, "⟦1987.06.12⟧"),
    (Kind.BIRTH_DATE, "born on ⟦February 16, 1974⟧, a teacher of mathematics"),
    (Kind.BIRTH_DATE, "Date of Birth: ⟦16 Feb. 1974⟧"),
    (Kind.HOLDER_NUMBER, "Certificate No. TEFL-30418  Passport No. ⟦E43634346⟧"),
    (Kind.HOLDER_NUMBER, "教师资格证号：⟦20103400132000123⟧"),
    (Kind.HOLDER_NUMBER, "第⟦20103400132000123⟧号"),
    (Kind.HOLDER_NUMBER, "⟦201413414127081)3⟧"),
    (Kind.HOLDER_NUMBER, "准考证号：⟦34012023⟧"),
    (Kind.HOLDER_NUMBER, "报告编号：⟦42d24399ae45f987⟧"),
    (Kind.HOLDER_NUMBER, "报告编号：⟦WF2024051200012345⟧　检测时间：2024-05-12"),
    (Kind.HOLDER_NUMBER, "№：⟦BC20240512103312345⟧　检测时间：2024-05-12"),
    (Kind.HOLDER_NUMBER, "检测编号：⟦BC20240512103312345⟧"),
    (Kind.ADDRESS, "家庭住址：⟦安徽省淮南市田家庵区朝阳中路15号3栋201室⟧"),
    (Kind.ADDRESS, "家住⟦淮南市龙湖南路2号⟧"),
    (Kind.ADDRESS, "⟦4单元367⟧"),
    (Kind.ADDRESS, "⟦锦绣华府22栋2094室⟧"),
    (Kind.ADDRESS, "⟦恩施土家族苗族自治州来凤县桂花巷182号1180室⟧"),
    (Kind.ADDRESS, "⟦于都县长征大道8号3栋201室⟧"),
]
KEPT = [
    "证书编号：皖教2023-0456",
    "编号：AHJY20230187",
    "皖教秘〔2022〕35号",
    "CN 34-1234/G4",
    "ISSN 1002-1234",
    "ISBN 978-7-107-12345-6",
    "DOI：10.16070/j.cnki.cn45-1388/g4s.2023.05.012",
    "文章编号：1002-1234(2023)05-0012-03",
    "2023年5月12日",
    "2022-2023学年度第一学期",
    "2021.09—2024.06",
    "第12卷第3期　总第456期　页码：34-36",
    "平均分由72.5提高到84.3，优秀率提升12个百分点",
    "检测时间：2023-05-12 10:20:33",
    "立项编号：JK22045",
    "№ 0012345",
    "No.2023-056",
]


@pytest.mark.parametrize(("kind", "line"), HIDDEN)
def test_a_number_that_leads_to_a_person_is_hidden(
    kind: Kind, line: str, look: Look, policy: Policy
) -> None:
    sheet = sheet_of(line)
    found = look(sheet)
    assert shown(sheet, found, policy) == expected(line)
    assert {f.kind for f in found} == {kind}


@pytest.mark.parametrize("line", KEPT)
def test_numbers_that_reviewers_need_stay(line: str, look: Look, policy: Policy) -> None:
    sheet = sheet_of(line)
    assert shown(sheet, look(sheet), policy) == expected(line)


@pytest.mark.parametrize(
    "line",
    [
        "微信号：⟦zwp1987⟧",
        "联系方式：微信⟦hn_teacher88，QQ382716655⟧",
        "考号：⟦340120230456⟧",
        "⟦l3955412345⟧",
        "电子邮箱：⟦lxl1987@163.com⟧2025年3月15日",
    ],
)
def test_a_number_is_hidden_whole(line: str, look: Look, policy: Policy) -> None:
    sheet = sheet_of(line)
    assert shown(sheet, look(sheet), policy) == expected(line)


def test_an_address_over_three_lines_of_an_identity_card_is_hidden(
    look: Look, policy: Policy
) -> None:
    lines = (
        "住　址　⟦安徽省淮南市田家庵区⟧",
        "⟦朝阳中路15号金色家园⟧",
        "⟦3栋2单元201室⟧",
        "公民身份号码　⟦340403198706123417⟧",
    )
    sheet = Sheet()
    for text, at in zip(lines, ((120, 200), (248, 250), (248, 300), (120, 420)), strict=True):
        sheet.write(text, *at)
    assert shown(sheet, look(sheet), policy) == expected(*lines)


def test_values_in_the_cells_of_a_form_are_hidden(look: Look, policy: Policy) -> None:
    rows = [
        ["姓名", "⟦张伟平⟧", "性别", "男"],
        ["出生年月", "⟦1990.03⟧", "民族", "汉"],
        ["手机", "⟦13812345678⟧", "学历", "本科"],
        ["通信地址", "⟦龙湖南路2号⟧", "职称", "一级教师"],
    ]
    sheet = Sheet().table(rows, 80, 200, (250, 80))
    assert shown(sheet, look(sheet), policy) == expected(*(c for row in rows for c in row))


def test_scores_and_sums_of_a_table_stay(look: Look, policy: Policy) -> None:
    rows = [
        ["12", "100", "68", "57", "93", "284", "10"],
        ["13", "99", "64", "65", "93", "293", "11"],
    ]
    sheet = Sheet().table(rows, 80, 200, (90, 80))
    assert shown(sheet, look(sheet), policy) == expected(*(c for row in rows for c in row))


def test_an_identity_number_over_two_lines_of_its_cell_is_hidden_whole(
    look: Look, policy: Policy
) -> None:
    sheet = Sheet().rule(80, 200, 700, 200).rule(80, 320, 700, 320)
    for x in (80, 380, 700):
        sheet.rule(x, 200, x, 320)
    sheet.write("身份证号", 100, 244).write("⟦340403198706⟧", 400, 220).write("⟦123417⟧", 400, 262)
    assert shown(sheet, look(sheet), policy) == ["身份证号", "⟦340403198706⟧", "⟦123417⟧"]


def test_a_mail_that_a_lines_end_cuts_off_is_hidden_whole(look: Look, policy: Policy) -> None:
    lines = "主要从事化学教学与研究。邮箱：⟦lina_88@126.c⟧", "⟦om⟧"
    sheet = Sheet().write(lines[0], 120, 200).write(lines[1], 120, 240)
    assert shown(sheet, look(sheet), policy) == expected(*lines)


def test_a_postcode_is_hidden_in_a_cell_as_on_a_line(look: Look, policy: Policy) -> None:
    rows = [["邮编", "⟦232001⟧"], ["地址", "⟦龙湖南路2号⟧"]]
    sheet = Sheet().table(rows, 80, 200, (250, 80))
    assert shown(sheet, look(sheet), policy) == expected(*(c for row in rows for c in row))


def test_an_identity_number_of_a_county_that_no_table_knows_stops_nothing(
    look: Look, policy: Policy
) -> None:
    # Inner Mongolia, and no county of it; the last digit agrees with the others.
    body = "15990019800312451"
    line = f"⟦{body}{ric.calc_check_digit(body + '0')}⟧"
    sheet = Sheet().write(line, 120, 200)
    assert shown(sheet, look(sheet), policy) == expected(line)
