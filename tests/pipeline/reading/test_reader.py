"""What is read wrong, in the wrong place or not at all is not hidden."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import cv2
import numpy as np
import pytest

import fixtures.sheet as fixtures
from pipeline.errors import ModelError
from pipeline.geometry import Frame, Polygon
from pipeline.intake.pages import SourcePage
from pipeline.reading import Reader
from pipeline.reading.engine import Image, OcrEngine, Recognition
from pipeline.reading.lines import Char, Line, PageReading, TextSource
from pipeline.reading.upright import lies_in_columns
from tests.pipeline.reading.sheets import Sheet, overlap

ROWS = (
    "教师教学设计评选推荐表",
    "姓名：张伟平",
    "身份证号：340403198706123417",
    "工作单位：淮南市第二中学",
)


def _form() -> Sheet:
    sheet = Sheet()
    for number, row in enumerate(ROWS):
        sheet.write(row, 90, 80 + 110 * number)
    return sheet


def _texts(reading: PageReading) -> list[str]:
    return [line.text.replace(" ", "").replace(":", "：") for line in reading.lines]


def test_names_and_numbers_are_read_and_every_box_lies_on_its_ink(reader: Reader) -> None:
    sheet = _form()
    reading = reader.read(sheet.page())
    assert _texts(reading) == list(ROWS)
    chars = [c for line in reading.lines for c in line.chars if c.text.strip()]
    boxes = [c.polygon.bounds for c in chars]
    for index, ((_, ink, row), box) in enumerate(zip(sheet.ink, boxes, strict=True)):
        assert overlap(ink, box) > 0.75, f"row {row}: ink outside the box of its character"
        for other in boxes[:index] + boxes[index + 1 :]:
            assert overlap(ink, other) < 0.3, f"row {row}: ink in the box of a neighbour"


@pytest.mark.parametrize(
    ("stored", "claimed"),
    [(0, 0), (1, 0), (2, 0), (3, 0), (1, 1), (2, 2), (3, 3), (0, 1), (0, 2), (0, 3), (3, 1)],
)
def test_a_page_comes_out_upright_however_it_lies(
    stored: int, claimed: int, reader: Reader
) -> None:
    """``claimed`` is what EXIF or /Rotate say, right or wrong."""
    page = _form().page(stored, turn=claimed)
    reading = reader.read(page)
    assert reading.frame.turn == stored
    assert (reading.frame.width, reading.frame.height) == (900, 640)
    assert _texts(reading) == list(ROWS)
    x0, y0, _, _ = reading.lines[1].chars[0].polygon.bounds
    assert abs(x0 - 90) < 15 and abs(y0 - 190) < 25


@pytest.mark.parametrize("degrees", [-9, 9])
@pytest.mark.parametrize("stored", [1, 3])
def test_a_page_on_its_side_and_askew_comes_out_upright(
    stored: int, degrees: int, reader: Reader
) -> None:
    rows = ("教师教学设计评选推荐表填写说明", "工作单位淮南市第二中学语文教研组")
    sheet = Sheet()
    for number, row in enumerate(rows):
        sheet.write(row, 90, 230 + 110 * number)
    page = sheet.page(stored)
    height, width = page.pixels.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    paper = (255.0, 255.0, 255.0)
    askew = np.asarray(cv2.warpAffine(page.pixels, turn, (width, height), borderValue=paper))
    reading = reader.read(SourcePage(1, askew, page.frame, turn=page.turn))
    assert reading.frame.turn == stored
    assert _texts(reading) == list(rows)


@pytest.mark.parametrize("stored", [0, 1, 2, 3])
def test_columns_are_read_upright_from_the_right_to_the_left(stored: int, reader: Reader) -> None:
    columns = ("授予张伟平同志优秀教师称号", "淮南市第二中学", "一九九八年五月八日")
    sheet = Sheet()
    for number, column in enumerate(columns):
        for place, char in enumerate(column):
            sheet.write(char, 700 - 130 * number, 40 + 44 * place, size=40)
    reading = reader.read(sheet.page(stored))
    assert reading.frame.turn == stored
    assert _texts(reading) == list(columns)


class _Traditional:
    """An engine that reads characters taken one by one in their traditional forms, as ours may."""

    def recognise(self, crops: Sequence[Image]) -> list[Recognition]:
        text = tuple("在數學教學工")
        return [Recognition(text, np.zeros(6, np.float32), np.ones(6, np.float32)) for _ in crops]


@pytest.mark.parametrize(
    ("column", "turned"), [("在数学教学工作", True), ("同意推荐该教师", False)]
)
def test_a_column_read_in_traditional_characters_is_still_a_column(
    column: str, turned: bool
) -> None:
    frame = Frame(1, 400, 100)
    places = [Polygon.from_bounds(frame, 40 * i, 20, 40 * i + 38, 60) for i in range(len(column))]
    chars = tuple(Char(c, place, 0.99) for c, place in zip(column, places, strict=True))
    line = Line(Polygon.from_bounds(frame, 0, 20, 280, 60), chars, 0.99)
    pixels = np.full((100, 400, 3), 255, np.uint8)
    engine = cast(OcrEngine, _Traditional())
    assert lies_in_columns(engine, pixels, [line]) == turned


def test_characters_that_are_read_as_each_other_on_their_side_turn_no_page(reader: Reader) -> None:
    """Four of 海南省海口市 are among what is read when each is turned, but not in their order."""
    rng = random.Random(12)
    sheet = fixtures.Sheet("address", rng, width=1000, height=300)
    sheet.line(
        90, 100, "海南省海口市龙华区人民南路", fixtures.Style("kai", rng.choice([32, 34, 36]))
    )
    pixels = np.asarray(sheet.image, np.uint8)
    assert reader.read(SourcePage(1, pixels, Frame(1, 1000, 300))).frame.turn == 0


def test_a_date_that_reads_alike_on_its_side_turns_no_page(reader: Reader) -> None:
    sheet = Sheet().write("二〇〇三年三月十八日", 90, 100)
    sheet.write("初级中学教师资格", 90, 260).write("滁州市教育局", 90, 420)
    assert reader.read(sheet.page()).frame.turn == 0


def test_of_two_pages_on_one_sheet_the_left_is_read_first(reader: Reader) -> None:
    sheet = Sheet(width=1400)
    for left in (80, 780):
        for number, row in enumerate(ROWS):
            sheet.write(row, left, 60 + 110 * number + left // 20)
    assert _texts(reader.read(sheet.page())) == [*ROWS, *ROWS]


def test_print_under_a_seal_is_read_and_a_red_letterhead_too(reader: Reader) -> None:
    sheet = Sheet()
    sheet.write("淮南市教育局文件", 180, 60, size=60, color=(215, 20, 20))
    sheet.write("授予张伟平同志优秀教师称号", 90, 260)
    sheet.write("二〇二三年五月八日", 420, 420).seal(560, 440)
    texts = _texts(reader.read(sheet.page()))
    assert texts[:2] == ["淮南市教育局文件", "授予张伟平同志优秀教师称号"]
    assert any("二三年五月八日" in text for text in texts)


def test_a_name_under_a_seal_is_read(reader: Reader) -> None:
    sheet = Sheet().write("授课教师：张伟平", 300, 300).seal(520, 320)
    assert "张伟平" in "".join(_texts(reader.read(sheet.page())))


def test_faint_and_broken_ink_is_still_a_line(reader: Reader) -> None:
    sheet = Sheet().write("听课人：", 90, 100)
    sheet.write("王建国", 90, 260, color=(205, 205, 205))
    pen = np.array(sheet.image)
    steps = np.linspace(0, 1, 400)
    for x, y in zip(300 + 200 * steps, 440 + 20 * np.sin(30 * steps), strict=True):
        pen[int(y) : int(y) + 4, int(x) : int(x) + 4] = (30, 30, 90)
    page = SourcePage(1, pen, Frame(1, 900, 640))
    bounds = [line.polygon.bounds for line in reader.read(page).lines]
    for ink in ((90.0, 265.0, 190.0, 292.0), (300.0, 422.0, 500.0, 462.0)):
        assert max(overlap(ink, box) for box in bounds) > 0.7


@pytest.mark.parametrize("size", [(1, 1), (900, 3), (3, 900), (40, 40)])
def test_an_empty_or_tiny_page_is_read_as_nothing(size: tuple[int, int], reader: Reader) -> None:
    width, height = size
    pixels = np.full((height, width, 3), 255, np.uint8)
    reading = reader.read(SourcePage(1, pixels, Frame(1, width, height)))
    assert reading.lines == () and not reading.layer.lies


def test_a_true_text_layer_gives_exact_characters(reader: Reader) -> None:
    sheet = _form()
    reading = reader.read(sheet.page(layer=sheet.layer()))
    assert [line.text for line in reading.lines] == list(ROWS)
    assert {line.source for line in reading.lines} == {TextSource.LAYER}
    assert reading.layer.trusted == len(ROWS) and not reading.layer.lies


def test_a_text_layer_follows_a_page_that_is_stored_on_its_side(reader: Reader) -> None:
    sheet = _form()
    upright = Frame(1, 640, 900).turned(1)
    stored = sheet.page(1)
    layer = tuple(
        type(c)(c.text, _onto(c.polygon.bounds, upright), True, c.line) for c in sheet.layer()
    )
    reading = reader.read(SourcePage(1, stored.pixels, stored.frame, turn=1, layer=layer))
    assert reading.layer.trusted == len(ROWS) and not reading.layer.lies
    assert reading.lines[1].text == ROWS[1]


def test_a_hidden_text_layer_is_ignored_and_counted(reader: Reader) -> None:
    sheet = _form()
    reading = reader.read(sheet.page(layer=sheet.layer(visible=False)))
    assert _texts(reading) == list(ROWS)
    assert {line.source for line in reading.lines} == {TextSource.OCR}
    assert (reading.layer.trusted, reading.layer.hidden) == (0, len(ROWS)) and reading.layer.lies


@pytest.mark.parametrize(
    ("row", "lie"),
    [
        (1, "姓名：张伟华"),
        (2, "身份证号：110101199003077758"),
        (3, "工作单位：淮南市第三中学"),
    ],
)
def test_a_lying_text_layer_is_ignored_and_counted(row: int, lie: str, reader: Reader) -> None:
    sheet = _form()
    rows = (*ROWS[:row], lie, *ROWS[row + 1 :])
    reading = reader.read(sheet.page(layer=sheet.layer(rows=rows)))
    assert _texts(reading)[row] == ROWS[row]
    assert reading.lines[row].source is TextSource.OCR
    assert reading.layer.contradicted == 1 and reading.layer.lies


def test_a_missing_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="PP-OCRv6_small_det"):
        Reader(tmp_path)


def test_what_was_read_is_not_printed_by_accident(reader: Reader) -> None:
    sheet = _form()
    page = sheet.page(layer=sheet.layer())
    reading = reader.read(page)
    printed = f"{reading!r}{reading}{reading.lines!r}{page!r}{reading.lines[1].chars!r}"
    assert not [word for word in ("张", "伟平", "34040", "中学") if word in printed]


def _onto(bounds: tuple[float, float, float, float], upright: Frame):  # type: ignore[no-untyped-def]
    from pipeline.geometry import Polygon

    return Polygon.from_bounds(upright, *bounds).to(upright.source)
