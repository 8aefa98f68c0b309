"""What is found is covered to the last stroke, and nothing beside it is touched."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.dossier import Action, Decision, Finding, Kind, Mask, Place
from pipeline.geometry import Polygon
from pipeline.masking import plan
from pipeline.masking.drawing import draw
from pipeline.reading.lines import Char, Line
from tests.pipeline.masking.pages import KAI, SANS, SERIF, Page, share_hidden


def masked_by(page: Page, *findings: Finding) -> tuple[tuple[Mask, ...], NDArray[np.bool_]]:
    decisions = [Decision(finding=f, action=Action.MASK, label="【人员1】") for f in findings]
    masks = plan(page.pixels, page.reading(), decisions)
    white = np.full_like(page.pixels, 255)
    draw(white, [mask.model_copy(update={"label": ""}) for mask in masks])
    return masks, (white == 0).all(axis=2)


def assert_exact(page: Page, line: int, start: int, end: int, hidden: NDArray[np.bool_]) -> None:
    for k, ink in enumerate(page.ink[line]):
        share = share_hidden(hidden, ink)
        if start <= k < end:
            assert share == 1.0, f"character {k} shows {1 - share:.1%} of its ink"
        else:
            assert share < 0.02, f"character {k} lost {share:.1%} of its ink"


@pytest.mark.parametrize("font", [SERIF, SANS, KAI])
@pytest.mark.parametrize(
    ("slant", "shaded"), [(0.0, False), (0.0, True), (2.0, False), (-3.0, True)]
)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_name_in_running_text_leaves_no_stroke_and_takes_none(
    font: object, slant: float, shaded: bool, seed: int
) -> None:
    page = Page(height=300, seed=seed)
    text = "课题组成员欧阳建国同志完成了研究"
    line = page.write(
        text, (60.3, 120.6), 32, font=font, slant=slant, jitter=0.2, shift=0.1 * (seed - 1)
    )  # type: ignore[arg-type]
    if shaded:
        page.shade()
    _, hidden = masked_by(page, page.find(line, 5, 9))
    assert_exact(page, line, 5, 9, hidden)


def test_the_last_digit_that_the_reader_dropped_is_covered_too() -> None:
    page = Page(height=200)
    line = page.write("身份证号：340403198706123412", (60, 80), 32, jitter=0.05)
    short = page.lines[line]
    page.lines[line] = type(short)(short.polygon, short.chars[:-1], short.confidence)
    _, hidden = masked_by(page, page.find(line, 5, 22, kind=Kind.ID_NUMBER))
    assert share_hidden(hidden, page.ink[line][-1]) == 1.0


@pytest.mark.parametrize("text", ["现任教于一幼，担任教学工作", "一幼教务处副主任深入课堂"])
def test_a_thin_stroke_at_the_beginning_of_a_name_is_covered_too(text: str) -> None:
    page = Page(height=200)
    line = page.write(text, (60, 80), 34, font=SERIF, jitter=0.02)
    at, read = text.index("一"), page.lines[line]
    _x0, y0, x1, y1 = read.chars[at].polygon.bounds
    # As the reader gives it: four pixels at the end of the stroke.
    narrow = replace(
        read.chars[at], polygon=Polygon.from_bounds(page.frame, x1 - 5, y0, x1 - 1, y1)
    )
    page.lines[line] = replace(read, chars=(*read.chars[:at], narrow, *read.chars[at + 1 :]))
    thin = page.ink[line][at]
    # Print of 150 dpi: the stroke is one pixel high.
    rows = np.flatnonzero(thin.pixels.any(axis=1))
    for row in rows[1:]:
        inked = np.flatnonzero(thin.pixels[row])
        page.pixels[thin.y + row, thin.x + inked] = 255
        thin.pixels[row] = False
    _, hidden = masked_by(page, page.find(line, at, at + 2, kind=Kind.APPLICANT_UNIT))
    assert share_hidden(hidden, thin) == 1.0


def test_a_character_of_which_the_number_before_it_took_a_half_is_covered() -> None:
    page = Page(height=200)
    text = "申报2.北京市育才中学"
    line = page.write(text, (60, 80), 34, font=SERIF, jitter=0.02)
    at, read = text.index("北"), page.lines[line]
    x0, y0, x1, y1 = read.chars[at].polygon.bounds
    middle = (x0 + x1) / 2
    stop = read.chars[at - 1].polygon.bounds
    # As the reader gives it: the full stop reaches into the character behind it.
    wrong = (
        replace(
            read.chars[at - 1],
            polygon=Polygon.from_bounds(page.frame, middle - 22, stop[1], middle, stop[3]),
        ),
        replace(read.chars[at], polygon=Polygon.from_bounds(page.frame, middle, y0, x1, y1)),
    )
    page.lines[line] = replace(read, chars=(*read.chars[: at - 1], *wrong, *read.chars[at + 1 :]))
    _, hidden = masked_by(page, page.find(line, at, len(text), kind=Kind.APPLICANT_UNIT))
    assert share_hidden(hidden, page.ink[line][at]) > 0.99


def test_the_last_stroke_of_a_school_that_the_next_character_took_is_covered() -> None:
    page = Page(height=200)
    text = "本课在师大附小一年级试教"
    line = page.write(text, (60, 80), 34, font=SERIF, jitter=0.02)
    at, read = text.index("小"), page.lines[line]
    x0, y0, x1, y1 = read.chars[at].polygon.bounds
    after = read.chars[at + 1].polygon.bounds
    border = x0 + 0.56 * (x1 - x0)
    # As the reader gives it: 一 begins before the last stroke of 小.
    wrong = (
        replace(read.chars[at], polygon=Polygon.from_bounds(page.frame, x0, y0, border, y1)),
        replace(
            read.chars[at + 1],
            polygon=Polygon.from_bounds(page.frame, border, after[1], after[2], after[3]),
        ),
    )
    page.lines[line] = replace(read, chars=(*read.chars[:at], *wrong, *read.chars[at + 2 :]))
    _, hidden = masked_by(page, page.find(line, at - 3, at + 1, kind=Kind.APPLICANT_UNIT))
    assert share_hidden(hidden, page.ink[line][at]) > 0.99
    assert share_hidden(hidden, page.ink[line][at + 1]) < 0.1


@pytest.mark.parametrize("wall", [255, 165])
def test_a_school_on_a_banner_of_which_a_character_got_no_room_is_covered(wall: int) -> None:
    page = Page(height=300)
    page.pixels[:] = wall
    page.pixels[96:184, 30:1000] = 85
    text = "百色市第十二中学公开课教学展示"
    line = page.write(
        text, (60, 110), 50, font=SANS, color=(198, 198, 198), spacing=0.15, jitter=0, slant=-0.5
    )
    read, at = page.lines[line], text.index("中")
    chars = list(read.chars)
    x0, y0, _, y1 = chars[at].polygon.bounds
    # As the reader gives it: nothing for 中, and what follows half a character too early.
    chars[at] = replace(
        chars[at], polygon=Polygon.from_bounds(page.frame, x0 - 29, y0, x0 - 28, y1)
    )
    for k in range(at + 1, len(chars)):
        a0, b0, a1, b1 = chars[k].polygon.bounds
        moved = Polygon.from_bounds(page.frame, a0 - 29, b0, a1 - 29, b1)
        chars[k] = replace(chars[k], polygon=moved)
    page.lines[line] = replace(read, chars=tuple(chars))
    _, hidden = masked_by(page, page.find(line, 0, at + 2, kind=Kind.APPLICANT_UNIT))
    assert_exact(page, line, 0, at + 2, hidden)


def test_faint_grey_handwriting_on_tinted_paper_is_covered() -> None:
    page = Page(height=200)
    line = page.write("张晓燕", (200, 80), 40, font=KAI, color=(165, 168, 180), jitter=0.2)
    page.shade()
    _, hidden = masked_by(page, page.find(line, 0, 3))
    assert_exact(page, line, 0, 3, hidden)


def test_a_mask_in_a_table_stays_inside_its_cell() -> None:
    page = Page(height=300)
    for x in (100, 260, 520, 700):
        page.rule(x, 60, x, 220)
    for y in (60, 140, 220):
        page.rule(100, y, 700, y)
    page.write("姓名", (150, 82), 30)
    name = page.write("王小川", (340, 82), 30, jitter=0.3)
    other = page.write("女", (590, 82), 30)
    below = page.write("淮南市", (340, 162), 30)
    _, hidden = masked_by(page, page.find(name, 0, 3, place=Place.CELL))
    assert_exact(page, name, 0, 3, hidden)
    assert not hidden[:, :259].any() and not hidden[:, 522:].any()
    assert not hidden[:59].any() and not hidden[143:].any()
    for line in (0, other, below):
        assert max(share_hidden(hidden, ink) for ink in page.ink[line]) == 0


def test_the_width_in_a_cell_does_not_tell_two_characters_from_four() -> None:
    widths = []
    for text in ("王芳", "欧阳建国"):
        page = Page(height=300)
        for x in (200, 460):
            page.rule(x, 40, x, 260)
        line = page.write(text, (330 - 15 * len(text), 100), 30, jitter=0.1)
        masks, _ = masked_by(page, page.find(line, 0, len(text), place=Place.CELL))
        x0, _, x1, _ = masks[0].polygon.bounds
        widths.append((x0, x1))
    assert np.allclose(widths[0], widths[1], atol=2)


def test_the_width_at_a_line_end_does_not_tell_two_characters_from_three() -> None:
    widths = []
    for text in ("王芳", "王小芳"):
        page = Page(height=200)
        line = page.write(f"指导教师：{text}", (80, 80), 30, jitter=0.1)
        masks, _ = masked_by(page, page.find(line, 5, 5 + len(text), place=Place.LINE_END))
        x0, _, x1, _ = masks[0].polygon.bounds
        widths.append(x1 - x0)
    assert widths[0] == pytest.approx(widths[1], abs=4)


def test_tight_lines_above_and_below_keep_their_ink() -> None:
    page = Page(height=300)
    above = page.write("教育教学研究课题", (80, 60), 32)
    line = page.write("由高小燕同志主持", (80, 98), 32, jitter=0.15)
    below = page.write("并获得一等奖项目", (80, 136), 32)
    _, hidden = masked_by(page, page.find(line, 1, 4))
    assert_exact(page, line, 1, 4, hidden)
    for other in (above, below):
        assert max(share_hidden(hidden, ink) for ink in page.ink[other]) < 0.02


def test_the_box_of_a_seals_line_below_leaves_no_foot_of_a_school_open() -> None:
    page = Page(height=300)
    line = page.write("顺城区新华路小学", (60, 80), 34, font=SERIF, jitter=0.02)
    read = page.lines[line]
    _, top, _, bottom = read.polygon.bounds
    # The reader's box of writing along a ring begins above the foot of the line before it.
    ring = Polygon.from_bounds(page.frame, 90, bottom - 0.38 * (bottom - top), 320, bottom + 160)
    page.lines.append(Line(ring, (Char("市", ring, 0.9),), 0.9))
    _, hidden = masked_by(page, page.find(line, 0, 8, kind=Kind.UNIT))
    for ink in page.ink[line]:
        assert share_hidden(hidden, ink) == 1.0


def test_a_vertical_name_is_covered_alone() -> None:
    page = Page(height=500)
    line = page.write("教师李建华同志", (300, 60), 34, jitter=0.15, vertical=True)
    _, hidden = masked_by(page, page.find(line, 2, 5))
    assert_exact(page, line, 2, 5, hidden)


def test_unread_ink_in_a_slot_is_covered_beyond_the_polygon_it_leaves() -> None:
    page = Page(height=300)
    line = page.write("刘志远", (300, 100), 44, font=KAI)
    ink = page.ink[line]
    page.lines.clear()
    slot = Polygon.from_bounds(page.frame, 308, 112, 420, 146)
    finding = page_finding(slot)
    _, hidden = masked_by(page, finding)
    assert all(share_hidden(hidden, one) == 1.0 for one in ink)


def page_finding(polygon: Polygon) -> Finding:
    return Finding(
        id="p1-1",
        page=1,
        kind=Kind.SIGNATURE,
        polygon=polygon,
        recogniser="test",
        rule="slot",
        score=0.9,
        reason="",
        place=Place.SLOT,
    )


def test_two_people_side_by_side_keep_two_masks_and_one_person_gets_one() -> None:
    page = Page(height=200)
    line = page.write("王小明张大伟", (80, 80), 34, jitter=0.1)
    first, second = page.find(line, 0, 3), page.find(line, 3, 6)
    apart = [
        Decision(finding=first, action=Action.MASK, label="【人员1】"),
        Decision(finding=second, action=Action.MASK, label="【人员2】"),
    ]
    masks = plan(page.pixels, page.reading(), apart)
    assert [m.label for m in masks] == ["【人员1】", "【人员2】"]
    assert masks[0].polygon.bounds[2] <= masks[1].polygon.bounds[0]
    same = [
        d.model_copy(update={"finding": page.find(line, 0, k)})
        for d, k in zip(apart, (3, 2), strict=True)
    ]
    same = [d.model_copy(update={"label": "【人员1】"}) for d in same]
    assert len(plan(page.pixels, page.reading(), same)) == 1


def test_a_name_set_wide_is_covered_to_its_first_stroke() -> None:
    page = Page(height=200)
    line = page.write("学生蔺　淑，性别女，一九九〇年四月", (60, 80), 34, jitter=0.02)
    read = page.lines[line]
    page.lines[line] = type(read)(read.polygon, read.chars[:3] + read.chars[4:], 0.95)
    _, hidden = masked_by(page, page.find(line, 2, 4))
    for k in (2, 4):
        assert share_hidden(hidden, page.ink[line][k]) == 1.0


def test_a_name_that_overflows_its_cell_is_covered_beyond_the_rule() -> None:
    page = Page(height=300)
    line = page.write("程春暄", (100, 100), 34, jitter=0.0)
    page.pixels[40:240, 108:110] = 0
    _, hidden = masked_by(page, page.find(line, 0, 3, place=Place.CELL))
    assert share_hidden(hidden, page.ink[line][0]) > 0.95


def test_the_first_character_of_a_signature_that_was_read_as_its_labels_colon_is_covered() -> None:
    page = Page(height=200)
    line = page.write("签名：巩静坚　2018年1月", (60, 80), 40, font=KAI)
    read = page.lines[line]
    chars = list(read.chars)
    late = chars[4].polygon.array() - (24.0, 0.0)
    chars[4] = type(chars[4])("静", Polygon(page.frame, tuple(map(tuple, late))), 0.9)
    page.lines[line] = type(read)(read.polygon, (*chars[:3], *chars[4:]), 0.95)
    _, hidden = masked_by(page, page.find(line, 3, 5))
    shares = [share_hidden(hidden, ink) for ink in page.ink[line][:6]]
    assert shares[3:] == [1.0, 1.0, 1.0]
    assert max(shares[:3]) < 0.02


def test_a_thin_stroke_that_a_late_box_begins_in_is_covered_whole() -> None:
    page = Page(height=200)
    line = page.write("经二中职称推荐小组", (60, 80), 40, font=SERIF)
    read = page.lines[line]
    chars = list(read.chars)
    x0, y0, x1, y1 = chars[1].polygon.bounds
    chars[1] = type(chars[1])("二", Polygon.from_bounds(page.frame, x0 + 22, y0, x1 - 6, y1), 0.9)
    page.lines[line] = type(read)(read.polygon, tuple(chars), 0.95)
    _, hidden = masked_by(page, page.find(line, 1, 3))
    assert_exact(page, line, 1, 3, hidden)


def test_the_first_strokes_of_a_school_that_were_read_as_a_bracket_are_covered() -> None:
    page = Page(height=200)
    line = page.write("校（滁州小学）体育", (60, 80), 40, font=SERIF)
    read = page.lines[line]
    chars = list(read.chars)
    x0, y0, x1, y1 = chars[2].polygon.bounds
    chars[2] = type(chars[2])("滁", Polygon.from_bounds(page.frame, x0 + 13, y0, x1, y1), 0.9)
    left, top, _, bottom = chars[1].polygon.bounds
    bracket = Polygon.from_bounds(page.frame, left, top, x0 + 12, bottom)
    chars[1] = type(chars[1])("（", bracket, 0.9)
    page.lines[line] = type(read)(read.polygon, tuple(chars), 0.95)
    _, hidden = masked_by(page, page.find(line, 2, 6))
    assert share_hidden(hidden, page.ink[line][2]) > 0.98
    assert share_hidden(hidden, page.ink[line][0]) < 0.02
