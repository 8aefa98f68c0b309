"""What people signed by hand is hidden by its place, however it and its label were read."""

from __future__ import annotations

import pytest

from pipeline.dossier import Finding, Kind
from pipeline.policy import Policy
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
        "校长：⟦王建国⟧　学校（盖章）",
        "主持人：⟦王建国⟧，本校教务处主任",
    ],
)
def test_print_behind_a_signature_stays(line: str, look: Look, policy: Policy) -> None:
    sheet = sheet_of(line)
    assert shown(sheet, look(sheet), policy) == expected(line)


@pytest.mark.parametrize(
    "line", ["此复印件与原件一致　审核人：", "此复印件与原件一致", "此件为原件复印件"]
)
def test_strokes_behind_the_stamp_of_a_copy_are_hidden(line: str, look: Look) -> None:
    end = 120 + 32 * len(line)
    (finding,) = look(sheet_of(line).scribble(end + 20, 130))
    assert _covers(finding, end + 20, end + 140)


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
