"""What is no rest of anything sends no page to a person; what is one still does."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from pipeline.dossier import Kind, Mask
from pipeline.geometry import Frame, Polygon
from pipeline.reading.lines import Char, Line
from pipeline.verification.beside import only_suspicious
from pipeline.verification.remnants import find_remnants
from pipeline.verification.strangers import is_settled, search_strangers
from pipeline.verification.strokes import find_unread_ink
from pipeline.verification.text import Areas, line_runs
from tests.pipeline.reading.sheets import face

_FRAME = Frame(1, 900, 400)
_PAPER, _INK = (250, 250, 250), (20, 20, 20)


def _mask(x0: float, x1: float, y0: float = 152, y1: float = 200) -> Mask:
    place = Polygon.from_bounds(_FRAME, x0, y0, x1, y1)
    return Mask(page=1, polygon=place, label="【人员1】", kind=Kind.PERSON_NAME, findings=())


def _line(text: str, x: float, y: float, size: float = 40, sure: float = 0.98) -> Line:
    chars = tuple(
        Char(
            c, Polygon.from_bounds(_FRAME, x + size * i, y, x + size * (i + 1) - 2, y + size), sure
        )
        for i, c in enumerate(text)
        if c != " "
    )
    return Line(chars[0].polygon, chars, sure)


@pytest.mark.parametrize(("top", "bottom", "asked"), [(0, 400, False), (158, 194, True)])
def test_a_tables_rule_beside_a_mask_asks_nobody_and_a_digit_one_does(
    top: int, bottom: int, asked: bool
) -> None:
    sheet = Image.new("RGB", (900, 400), _PAPER)
    pen = ImageDraw.Draw(sheet)
    # A rule on a scan is dark in pieces and pale between them.
    pen.rectangle((408, top, 410, bottom), fill=(200, 200, 200))
    pen.rectangle((408, 160, 410, 190), fill=_INK)
    found = list(find_unread_ink(np.asarray(sheet), _FRAME, [_mask(100, 400)], ()))
    assert bool(found) is asked


def test_a_rule_where_the_masks_of_all_rows_begin_asks_nobody() -> None:
    sheet = Image.new("RGB", (900, 400), _PAPER)
    pen = ImageDraw.Draw(sheet)
    pen.rectangle((408, 0, 410, 400), fill=(190, 190, 190))
    pen.rectangle((408, 160, 410, 190), fill=_INK)
    masks = [_mask(412, 800, y, y + 48) for y in (82, 152, 222)]
    for mask in masks:
        pen.rectangle(mask.polygon.bounds, fill=(0, 0, 0))
    assert not list(find_unread_ink(np.asarray(sheet), _FRAME, masks, ()))


@pytest.mark.parametrize(
    ("word", "drawn", "asked"),
    [("对", "对", False), ("在", "在", False), ("芳", "芳", True), ("对", "芳对", True)],
)
def test_a_word_that_links_names_asks_nobody_and_a_character_left_open_does(
    word: str, drawn: str, asked: bool
) -> None:
    sheet = Image.new("RGB", (900, 400), _PAPER)
    # Where a name is left open, the word behind it stands half a character further than was read.
    ImageDraw.Draw(sheet).text(
        (402 if len(drawn) == 1 else 382, 150), drawn, font=face(40), fill=_INK
    )
    masks, first = [_mask(100, 400), _mask(470, 700)], [_line(word, 403, 155)]
    place = Polygon.from_bounds(_FRAME, 404, 160, 416, 190)
    found = only_suspicious(iter([place]), masks, [], first, _FRAME, np.asarray(sheet))
    assert bool(list(found)) is asked


@pytest.mark.parametrize(("text", "asked"), [("应》，", False), ("应，", True)])
def test_the_end_of_a_title_before_a_name_asks_nobody_and_a_surname_does(
    text: str, asked: bool
) -> None:
    lines = [_line(text, 100, 155), _line("【人员1】参加", 190, 155)]
    masks = [_mask(185, 390)]
    line = Line(lines[0].polygon, (*lines[0].chars, *lines[1].chars), 0.98)
    hidden = Areas([mask.polygon for mask in masks], _FRAME)
    assert bool(list(find_remnants(line_runs([line], hidden), masks, _FRAME))) is asked


@pytest.mark.parametrize(
    ("text", "size", "goes_on", "asked"),
    [("老", 40, "师很满意", False), ("芳", 40, "师很满意", True), ("书", 120, "", False)],
)
def test_a_title_parted_by_a_lines_end_asks_nobody_and_the_rest_of_a_name_does(
    text: str, size: float, goes_on: str, asked: bool
) -> None:
    lines = [_line(text, 405, 150 if size == 40 else 110, size)]
    lines += [_line(goes_on, 100, 220)] if goes_on else []
    mask = _mask(100, 400)
    found = find_remnants(line_runs(lines, Areas([mask.polygon], _FRAME)), [mask], _FRAME)
    assert bool(list(found)) is asked


@pytest.mark.parametrize(
    ("lines", "asked"),
    [
        (("全年听课三十", "余节，承担公开课"), False),
        (("参加的有全体教师，", "余芳，承担公开课"), True),
        (("主管单位·黑龙江省",), False),
        (("艾山买买·吐尔逊",), True),
        (("荣获 一等奖",), False),
    ],
)
def test_a_number_that_wraps_and_a_label_before_a_point_are_no_names(
    lines: tuple[str, ...], asked: bool
) -> None:
    read = [_line(text, 60, 100 + 60 * row) for row, text in enumerate(lines)]
    found = list(search_strangers(line_runs(read, Areas((), _FRAME)), ()))
    assert bool(found) is asked


def test_a_word_misread_as_a_name_asks_nobody_and_a_name_read_twice_does() -> None:
    runs = line_runs([_line("司志", 100, 100, sure=0.85)], Areas((), _FRAME))
    ((run, span),) = search_strangers(runs, ())
    assert is_settled(run, span, [("同", 0.99), ("志", 0.99)])
    assert not is_settled(run, span, [("同", 0.99), ("志", 0.6)])
    assert not is_settled(run, span, [("司", 0.99), ("志", 0.99)])
    assert not is_settled(run, span, [("司", 0.99), ("芳", 0.99)])
    assert not is_settled(run, span, [])
