"""Text set in columns: a name broken over two of them is one name."""

from __future__ import annotations

from pipeline.geometry import Polygon
from pipeline.policy import Policy
from pipeline.reading.lines import Char, Line
from tests.pipeline.detection.conftest import Look
from tests.pipeline.detection.sheets import EM, Sheet, hidden

_COLUMNS = (
    "兹证明本校语文教师张伟",
    "平同志自二〇一八年起担",
    "任语文教学工作成绩优良",
)


def _column(sheet: Sheet, text: str, x: float, y: float) -> None:
    chars = tuple(
        Char(
            c,
            Polygon.from_bounds(sheet.frame, x, y + i * EM + 1, x + EM, y + (i + 1) * EM - 1),
            0.99,
        )
        for i, c in enumerate(text)
    )
    outline = Polygon.from_bounds(sheet.frame, x - 2, y, x + EM + 2, y + len(text) * EM)
    sheet.lines.append(Line(outline, chars, 0.99, vertical=True))


def test_a_name_broken_over_two_columns_is_hidden_in_both(look: Look, policy: Policy) -> None:
    sheet = Sheet()
    for number, text in enumerate(_COLUMNS):
        _column(sheet, text, 1000 - number * 1.8 * EM, 300)
    masked = hidden(look(sheet), policy)
    covered = {(f.line, i) for f in masked for i in range(f.start, f.end)}
    assert {(0, 9), (0, 10), (1, 0)} <= covered
    assert not {(1, 1), (1, 2)} & covered


def test_a_name_and_a_school_over_the_line_end_of_narrow_columns_are_hidden_whole(
    look: Look, policy: Policy
) -> None:
    left = (
        "我校教研氛围浓厚，在端木",
        "志老师的带领下，大家认真",
        "备课，相互听课评课，共同",
        "提高了课堂教学的质量和效",
    )
    right = (
        "率，学生的成绩有了提高，",
        "课堂气氛也更活跃了。来自",
        "望江县梅冲湖中学的老师们",
        "也来听课，我们一起研讨。",
    )
    sheet = Sheet()
    for row, (one, other) in enumerate(zip(left, right, strict=True)):
        sheet.write(one, 80, 200 + row * 1.7 * EM)
        sheet.write(other, 80 + 13 * EM, 200 + row * 1.7 * EM)
    masked = hidden(look(sheet), policy)
    covered = {(f.line, i) for f in masked for i in range(f.start, f.end)}
    assert {(0, 10), (0, 11), (2, 0)} <= covered
    assert {(5, i) for i in range(8)} <= covered
