"""A line that the reader overlooked is hidden, for nobody knows what it says."""

from __future__ import annotations

import cv2

from tests.pipeline.detection.conftest import Look
from tests.pipeline.detection.sheets import EM, Sheet, sheet_of

LINES = ("评语", "师德良好，教学认真，建议评为优秀等次。")


def scrawl(sheet: Sheet, x: int, y: int, size: int) -> Sheet:
    """Write three characters with a pen that nobody can read."""
    for i in range(3):
        left = x + i * int(1.3 * size)
        cv2.line(sheet.pixels, (left, y + size // 3), (left + size, y + size // 4), (40, 40, 90), 3)
        cv2.line(sheet.pixels, (left + size // 2, y), (left, y + size), (40, 40, 90), 3)
        cv2.line(
            sheet.pixels,
            (left + size // 2, y + size // 2),
            (left + size, y + size),
            (40, 40, 90),
            3,
        )
    return sheet


def test_a_row_of_strokes_that_was_not_read_is_hidden(look: Look) -> None:
    found = look(scrawl(sheet_of(*LINES), 300, 330, 27))
    (row,) = [f for f in found if f.rule == "unread-ink"]
    x0, y0, x1, y1 = row.polygon.bounds
    assert x0 <= 300 and y0 <= 330 and x1 >= 396 and y1 >= 356
    assert row.doubtful


def test_a_lone_character_that_was_read_behind_unread_strokes_is_hidden_with_them(
    look: Look,
) -> None:
    sheet = scrawl(sheet_of(*LINES), 300, 330, 27)
    sheet = sheet.write("2", 402, 330).write("日", 700, 330)
    (row,) = [f for f in look(sheet) if f.rule == "unread-ink"]
    assert 402 + 0.4 * EM <= row.polygon.bounds[2] < 700


def test_large_letters_pictures_and_dirt_are_no_rows_of_writing(look: Look) -> None:
    sheet = scrawl(sheet_of(*LINES), 200, 320, 110)
    cv2.circle(sheet.pixels, (800, 380), 120, (0, 0, 0), 4)
    sheet.pixels[400:520:9, 100:180:11] = 0
    assert [f for f in look(sheet) if f.rule == "unread-ink"] == []


def test_a_character_that_reads_well_does_not_end_a_signature(look: Look) -> None:
    x = 120 + 4 * EM
    sheet = Sheet().write("审核人：", 120, 300).scribble(x + 6, 300, EM)
    sheet = sheet.write("日", x + EM + 16, 300).scribble(x + 2 * EM + 26, 300, EM)
    found = [f for f in look(sheet) if f.rule == "unread-ink"]
    assert max(f.polygon.bounds[2] for f in found) >= x + 3 * EM + 20


def test_the_year_behind_an_empty_slot_stays(look: Look) -> None:
    found = look(Sheet().write("审核人：", 120, 300).write("年", 120 + 6 * EM, 300))
    assert [f for f in found if f.rule == "unread-ink"] == []
