"""A name half under a seal must not stay half legible beside the seal's mask."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from pipeline.detection.beside_seals import ink_beside_seals
from pipeline.detection.layout import analyse_layout
from pipeline.detection.page_text import PageText, deslanted
from pipeline.dossier import Finding, Kind
from pipeline.geometry import Polygon
from pipeline.policy import Policy
from tests.pipeline.detection.sheets import EM, Sheet

LETTER = "特此证明，情况属实，请予以办理为盼。"


def _beside(
    sheet: Sheet,
    policy: Policy,
    says: str = "淮南市第五中学",
    named: tuple[int, int] | None = None,
    kind: Kind = Kind.UNIT,
) -> list[Finding]:
    """What is found beside a round seal with its middle at (700, 500).

    Args:
        sheet: The page.
        policy: The notice.
        says: What was read on the seal.
        named: Characters of the second line that were found to be of a name.
        kind: Of that name.
    """
    turns = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    points = [(700 + 120 * float(np.cos(t)), 500 + 120 * float(np.sin(t))) for t in turns]
    seal = Finding(
        id="p1-1",
        page=1,
        kind=Kind.SEAL,
        polygon=Polygon(sheet.frame, tuple(points)),
        recogniser="seals",
        rule="round-red-school",
        score=1.0,
        reason="",
        text=says,
    )
    page = PageText(sheet.reading, analyse_layout(sheet.pixels), deslanted(sheet.reading))
    found = [seal]
    if named is not None:
        place = {"line": 1, "start": named[0], "end": named[1], "kind": kind, "id": "p1-2"}
        found.append(seal.model_copy(update=place))
    return ink_beside_seals(page, found, policy)


def _strokes(sheet: Sheet, x: int, y: int) -> None:
    """Draw what looks like a character, 30 pixels wide and high, that nobody read."""
    cv2.line(sheet.pixels, (x, y + 8), (x + 30, y + 8), (0, 0, 0), 3)
    cv2.line(sheet.pixels, (x + 15, y), (x, y + 30), (0, 0, 0), 3)
    cv2.line(sheet.pixels, (x + 15, y + 14), (x + 30, y + 30), (0, 0, 0), 3)


def test_the_end_of_a_name_that_a_seal_cuts_is_hidden(policy: Policy) -> None:
    sheet = Sheet().write(LETTER, 120, 200)
    for x in (770, 806, 842):
        _strokes(sheet, x, 500)
    (cut,) = _beside(sheet, policy)
    x0, y0, x1, y1 = cut.polygon.bounds
    assert x0 <= 822 and x1 >= 872 and y0 <= 500 and y1 >= 530
    assert cut.doubtful


def test_a_name_in_the_gray_of_the_seal_that_cuts_it_is_hidden(policy: Policy) -> None:
    sheet = Sheet()
    for line in range(12):
        sheet.write(LETTER, 120, 700 + 60 * line)
        cv2.rectangle(
            sheet.pixels, (120, 705 + 60 * line), (660, 725 + 60 * line), (20, 20, 20), -1
        )
    for thick, radius in ((6, 114), (-1, 40)):
        cv2.circle(sheet.pixels, (700, 500), radius, (150, 150, 150), thick)
    for x in (816, 852, 888):
        for y in (502, 512, 522):
            cv2.line(sheet.pixels, (x, y), (x + 26, y + 3), (140, 140, 140), 2)
    (cut,) = _beside(sheet, policy)
    assert cut.polygon.bounds[2] >= 912


def test_not_even_a_stroke_of_what_a_seal_cuts_is_left(policy: Policy) -> None:
    sheet = Sheet().write(LETTER, 120, 200)
    cv2.line(sheet.pixels, (810, 505), (830, 505), (0, 0, 0), 3)
    cv2.line(sheet.pixels, (826, 497), (826, 512), (0, 0, 0), 3)
    (cut,) = _beside(sheet, policy)
    x0, y0, x1, y1 = cut.polygon.bounds
    assert x0 <= 820 and x1 >= 829 and y0 <= 498 and y1 >= 511


@pytest.mark.parametrize(
    ("says", "named", "kind"),
    [
        ("上海师范体学", (0, 4), Kind.UNIT),
        ("夏侯女体", (0, 3), Kind.PERSON_NAME),
        ("我们都是先进", None, Kind.UNIT),
    ],
)
def test_the_end_of_a_name_that_was_misread_under_the_seal_is_hidden_as_what_it_is(
    policy: Policy, says: str, named: tuple[int, int] | None, kind: Kind
) -> None:
    last = len(says) - 1
    sheet = Sheet().write(LETTER, 120, 200).write(says, 814 - last * EM, 490)
    found = _beside(sheet, policy, named=named, kind=kind)
    ends = [(f.line, f.start, f.end, f.kind) for f in found]
    assert ends == ([(1, last, last + 1, kind)] if named else [])


def test_ink_away_from_a_seal_and_print_that_was_read_stay(policy: Policy) -> None:
    sheet = Sheet().write(LETTER, 120, 200).write("2023年6月18日", 760, 500)
    for x in range(764, 960, 34):
        _strokes(sheet, x, 501)
    _strokes(sheet, 900, 700)
    assert _beside(sheet, policy) == []


@pytest.mark.parametrize(("read", "hidden"), [("琳", True), ("小学", True), ("合格", False)])
def test_the_rest_of_a_name_that_was_read_alone_is_hidden(
    read: str, hidden: bool, policy: Policy
) -> None:
    sheet = Sheet().write(LETTER, 120, 200).write(read, 824, 500)
    assert [f.line for f in _beside(sheet, policy)] == ([1] if hidden else [])


def test_a_badly_read_line_that_says_what_the_seal_says_is_its_owner(policy: Policy) -> None:
    sheet = Sheet().write(LETTER, 120, 200).write("淮南市第五中字", 620, 500)
    sheet.write("淮南市教学成果", 620, 440)
    (named,) = _beside(sheet, policy)
    assert (named.line, named.kind) == (1, Kind.UNIT)


def test_a_checker_behind_a_seal_over_a_copys_stamp_is_hidden(policy: Policy) -> None:
    sheet = Sheet().write(LETTER, 120, 200).write("此复印件与", 380, 500).write("对月婵", 800, 500)
    assert [f.line for f in _beside(sheet, policy)] == [2]
    plain = Sheet().write(LETTER, 120, 200).write("我校教师", 380, 500).write("对月婵", 800, 500)
    assert not _beside(plain, policy)
