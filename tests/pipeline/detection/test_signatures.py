"""What people signed by hand is hidden by its place, however it and its label were read."""

from __future__ import annotations

import cv2
import pytest

from pipeline.dossier import Finding, Kind
from pipeline.geometry import Polygon
from pipeline.policy import Policy
from pipeline.reading.lines import Char, Line
from tests.pipeline.detection.conftest import Look
from tests.pipeline.detection.sheets import Sheet, expected, sheet_of, shown


@pytest.mark.parametrize(
    "line",
    [
        "审核人：⟦苏、阳⟧",
        "单位负责人（签字）：⟦饶钰、笙⟧",
        "推荐小组成员签名：⟦韦春楠可以善系郭等刘育雁丁锦菊⟧",
        "审验人签字：⟦夏侯女闲梅⟧",
        "此复印件与原件一致　审核人签宇：⟦购等⟧",
        "经审核，与原件相符　审核人⟦者蓓芳⟧",
        "此复印件与原件一致　⟦审棲雅⟧",
        "此复印件与原件一致　审核人：⟦74.久场⟧",
        "经审核，与原件相符　审核人签：字：⟦主切⟧",
        "证明人签：字：⟦主切⟧",
    ],
)
def test_a_signature_read_as_anything_is_hidden_whole(
    line: str, look: Look, policy: Policy
) -> None:
    sheet = sheet_of(line)
    assert shown(sheet, look(sheet), policy) == expected(line)


@pytest.mark.parametrize(
    "line",
    [
        "此复印件与原件一致",
        "此复印件与原件一致，特此证明。",
        "签字：⟦李晓琳⟧　2023年5月8日",
        "审核人：　23年5月8日",
        "校长：⟦王建国⟧　学校（盖章）",
        "主持人：⟦王建国⟧，本校教务处主任",
        "同意考核结果。　签名：⟦ち史若婉⟧2025年1月8日",
    ],
)
def test_print_behind_a_signature_stays(line: str, look: Look, policy: Policy) -> None:
    sheet = sheet_of(line)
    assert shown(sheet, look(sheet), policy) == expected(line)


def test_the_point_of_a_name_that_goes_on_in_the_next_line_is_hidden(
    look: Look, policy: Policy
) -> None:
    lines = "小组成员签名：⟦史春濠⟧　⟦吕君⟧　⟦阿依努尔。⟧", "⟦托列根⟧"
    sheet = Sheet().write(lines[0], 120, 300).write(lines[1], 120, 350)
    assert shown(sheet, look(sheet), policy) == expected(*lines)


@pytest.mark.parametrize(
    "line", ["此复印件与原件一致　审核人：", "此复印件与原件一致", "此件为原件复印件"]
)
def test_strokes_behind_the_stamp_of_a_copy_are_hidden(line: str, look: Look) -> None:
    end = 120 + 32 * len(line)
    (finding,) = look(sheet_of(line).scribble(end + 20, 130))
    assert _covers(finding, end + 20, end + 140)


def test_strokes_between_a_label_and_the_edge_of_its_cell_are_hidden(look: Look) -> None:
    """The rule behind a label is the edge of its own cell, not of the next one."""
    sheet = Sheet().write("签字：", 300, 230).scribble(410, 240, width=70)
    sheet.rule(80, 200, 520, 200).rule(80, 290, 520, 290).rule(520, 200, 520, 290)
    (finding,) = look(sheet)
    assert _covers(finding, 410, 480)


def test_a_name_in_the_cell_beside_a_label_with_long_strokes_is_hidden(
    look: Look, policy: Policy
) -> None:
    """A stroke of the label is no rule of its cell, so the name a little higher is its value."""
    sheet = Sheet().write("指导教师", 100, 300).write("贡进", 300, 288).rule(100, 312, 232, 312)
    for y in (260, 370):
        sheet.rule(80, y, 600, y)
    for x in (80, 260, 600):
        sheet.rule(x, 260, x, 370)
    assert shown(sheet, look(sheet), policy) == ["指导教师", "⟦贡进⟧"]


def test_a_signature_is_hidden_beyond_a_stroke_as_straight_as_a_rule(look: Look) -> None:
    sheet = Sheet().write("单位负责人（签字）：", 120, 230).scribble(450, 240, width=40)
    cv2.line(sheet.pixels, (520, 222), (520, 268), (0, 0, 0), 3)
    cv2.line(sheet.pixels, (521, 240), (556, 238), (0, 0, 0), 3)
    cv2.line(sheet.pixels, (545, 225), (550, 268), (0, 0, 0), 3)
    (finding,) = look(sheet)
    assert _covers(finding, 450, 550)


def test_a_character_of_a_signature_read_as_a_comma_is_hidden(look: Look, policy: Policy) -> None:
    sheet = Sheet().write("审核人签字：飞", 120, 120).scribble(355, 130, width=60)
    line = sheet.lines.pop()
    comma = Char("，", Polygon.from_bounds(sheet.frame, 350, 120, 425, 152), 0.77)
    sheet.lines.append(Line(line.polygon, (*line.chars, comma), 0.9))
    assert any(_covers(finding, 355, 415) for finding in look(sheet))


def test_the_last_of_a_row_of_signatures_is_hidden_though_nobody_read_it(look: Look) -> None:
    line = "推荐小组成员签名：李晓琳　王建国"
    end = 120 + 32 * len(line)
    sheet = sheet_of(line).scribble(end + 62, 130, width=40)
    x0, _, x1, _ = next(f for f in look(sheet) if f.rule == "beside-name").polygon.bounds
    assert x0 <= end + 62 and x1 >= end + 100
    letter = sheet_of("感谢李晓琳和王建国").scribble(500, 130, width=40)
    assert not [f for f in look(letter) if f.rule == "beside-name"]


def test_a_long_signature_is_hidden_on_its_second_line(look: Look, policy: Policy) -> None:
    lines = ("评为合格。", "负责人签名：⟦阿米娜·吐尔⟧", "⟦逊⟧")
    sheet = Sheet().write(lines[0], 120, 200).write(lines[1], 700, 200).write(lines[2], 560, 244)
    assert shown(sheet, look(sheet), policy) == expected(*lines)


def test_strokes_under_the_box_of_a_colon_are_hidden(look: Look) -> None:
    sheet = Sheet().write("审核人签字：", 120, 120).scribble(302, 130, width=60)
    (finding,) = look(sheet)
    assert _covers(finding, 302, 362)


def test_lines_above_and_below_a_slot_are_no_strokes(look: Look) -> None:
    sheet = Sheet().write("校长签字：", 120, 200)
    sheet.write("公示期内，没有人提出意见。", 240, 178).write("特此证明，请予审核。", 240, 232)
    assert [f for f in look(sheet) if f.line is None] == []


def _covers(finding: Finding, x0: float, x1: float) -> bool:
    left, _, right, _ = finding.polygon.bounds
    return finding.kind is Kind.SIGNATURE and left <= x0 + 2 and right >= x1 - 2
