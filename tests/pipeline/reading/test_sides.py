"""A label parted from its value, or two pages taken for one, is a paper read wrongly."""

from __future__ import annotations

import pytest

from pipeline.reading.sides import plain, printed, sides_of
from tests.typed_pages import Ink, below, typed

_PROSE = "课堂提问是教师与学生对话的起点也是教学的支点"


def test_a_label_and_its_value_stay_on_one_row_of_a_slanting_scan() -> None:
    prose = [Ink(_PROSE, 100, 100 + 34 * n, fall=0.03) for n in range(8)]
    pair = (Ink("作者：", 100, 600), Ink("李晓琳", 700, 618))
    (side,) = sides_of(typed(*prose, *pair))
    assert [row.text for row in side.rows][-1] == "作者:   李晓琳"
    assert len(side.rows) == 9


def test_lines_of_a_photograph_that_fans_out_are_told_apart() -> None:
    fan = [
        Ink(text, x, 100 + 40 * n + (x - 100) * (0.06 - 0.004 * n), fall=0.06 - 0.004 * n)
        for n in range(20)
        for x, text in ((100, "课堂提问是教师与学生对话的起点"), (600, f"第{n}行"))
    ]
    (side,) = sides_of(typed(*fan))
    assert [row.text.split()[-1] for row in side.rows] == [f"第{n}行" for n in range(20)]


def test_two_pages_on_one_sheet_are_read_one_after_the_other() -> None:
    left, right = below(*["左页的一行文字"] * 5), below(*["右页的一行文字"] * 5, x=900)
    sides = sides_of(typed(*left, *right, width=1500, height=1000))
    assert [side.number for side in sides] == [0, 1]
    assert ["左" in side.text for side in sides] == [True, False]
    assert all(0 <= row.x0 < row.x1 <= 1 for side in sides for row in side.rows)


def test_a_wide_page_with_headlines_across_its_middle_is_one_page() -> None:
    lines = below(*[_PROSE * 2] * 8)
    assert len(sides_of(typed(*lines, width=1500, height=1000))) == 1


def test_four_copies_on_one_sheet_are_four_pages() -> None:
    corners = [(x, y) for y in (100, 900) for x in (80, 580)]
    lines = [i for x, y in corners for i in below(*[f"{x}栏{y}的字"] * 6, x=x, y=y)]
    sides = sides_of(typed(*lines))
    assert [side.rows[0].text for side in sides] == [f"{x}栏{y}的字" for x, y in corners]


def test_a_page_without_a_word_is_still_a_page() -> None:
    (side,) = sides_of(typed(page=3))
    assert (side.page, side.rows, side.text, side.usual_size) == (3, (), "", 0.0)


@pytest.mark.parametrize(
    ("text", "half", "as_print"),
    [
        ("《课堂》（ＣＮ　３４）", "《课堂》(CN 34)", "《课堂》（CN34）"),
        ("Hello, (you)", "Hello, (you)", "Hello,(you)"),
        ("提问,追问:由浅入深", "提问,追问:由浅入深", "提问，追问：由浅入深"),
    ],
)
def test_a_title_is_given_back_as_it_was_printed(text: str, half: str, as_print: str) -> None:
    assert (plain(text), printed(text)) == (half, as_print)
