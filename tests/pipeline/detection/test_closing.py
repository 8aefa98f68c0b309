"""A unit or name that a seal or a careless pen left unread must not stay visible in its place."""

from __future__ import annotations

import cv2
import pytest

from pipeline.dossier import Finding, Kind
from pipeline.policy import Policy
from tests.pipeline.detection.conftest import Look
from tests.pipeline.detection.sheets import Sheet, expected, hidden, shown

LETTER = "特此证明，情况属实，请予以办理为盼。"


def letter(date: str) -> Sheet:
    """Begin a letter: a line of text at the top, the date at the lower right."""
    return Sheet().write(LETTER, 120, 200).write("经办人：", 120, 280).write(date, 760, 560)


def covers(found: tuple[Finding, ...], policy: Policy, x0: int, x1: int, y: int) -> bool:
    """Whether what is hidden covers a stretch of a page."""
    bounds = [f.polygon.bounds for f in hidden(found, policy) if f.line is None]
    return any(b[0] <= x0 and b[2] >= x1 and b[1] < y < b[3] for b in bounds)


@pytest.mark.parametrize("date", ["2023年6月18日", "二〇二三年六月十八日", "学023年6月18日"])
def test_what_nobody_could_read_above_a_closing_date_is_hidden(
    date: str, look: Look, policy: Policy
) -> None:
    sheet = letter(date)
    cv2.putText(sheet.pixels, "KWAXRMSK&B", (770, 536), cv2.FONT_HERSHEY_SIMPLEX, 1.1, (0,) * 3, 3)
    found = look(sheet)
    assert covers(found, policy, 800, 980, 524)
    assert not covers(found, policy, 800, 980, 576)


def test_the_paper_above_a_closing_date_stays(look: Look, policy: Policy) -> None:
    assert not hidden(look(letter("2023年6月18日")), policy)


def test_an_authority_above_a_closing_date_stays(look: Look, policy: Policy) -> None:
    sheet = letter("2023年6月18日").write("淮南市教育局", 800, 500)
    assert not hidden(look(sheet), policy)


@pytest.mark.parametrize("read", ["淮南第守学", "用学第南淮章", "准南市第二中字"])
def test_the_unit_half_lost_under_a_seal_is_hidden(read: str, look: Look, policy: Policy) -> None:
    weak = dict.fromkeys(range(len(read)), 0.6)
    sheet = Sheet().write(LETTER, 120, 200).write(read, 760, 500, weak=weak)
    found = look(sheet)
    assert shown(sheet, found, policy) == expected(LETTER, f"⟦{read}⟧")
    assert {f.kind for f in found} == {Kind.APPLICANT_UNIT}


@pytest.mark.parametrize("read", ["淮南第二届学术年会", "中小学第二学期", "同学第一"])
def test_a_line_with_some_characters_of_the_unit_stays(
    read: str, look: Look, policy: Policy
) -> None:
    sheet = Sheet().write(read, 400, 200, weak={0: 0.7})
    assert not hidden(look(sheet), policy)


def test_a_signature_between_its_label_and_the_date_is_hidden(look: Look, policy: Policy) -> None:
    sheet = Sheet().write("同意考核结果。签名：　　　　2023年1月8日", 120, 300)
    sheet.scribble(440, 300, 100)
    assert covers(look(sheet), policy, 440, 535, 316)


def test_a_character_of_a_signature_that_was_not_read_is_hidden(look: Look, policy: Policy) -> None:
    sheet = Sheet().write("负责人签名：张伟　　　2023年1月8日", 120, 300)
    sheet.scribble(388, 302, 30)
    found = look(sheet)
    assert shown(sheet, found, policy) == expected("负责人签名：⟦张伟⟧2023年1月8日")
    assert covers(found, policy, 390, 415, 316)
