"""Text out of order, or with every page's header in it, finds what is no copy and misses one."""

from __future__ import annotations

import pytest

from pipeline.similarity.nouns import Span
from pipeline.similarity.pages import PageText, read_text
from tests.typed_pages import Ink, below, typed

_LEFT = [f"左栏第{n}行的文字在此讲述教学" for n in "一二三四五六七八"]
_RIGHT = [f"右栏第{n}行的文字在此讲述评价" for n in "一二三四五六七八"]
_LAST = ["单元主题的设计要照顾到不同层次的学生", "因此教研组把学习任务单分为三级"]
_TITLE = "论课堂提问的有效性及其对学生思维发展的促进作用之研究"


def _columns(fall: float = 0.0) -> list[Ink]:
    title = Ink(_TITLE, 230, 120 + 130 * fall, fall=fall)
    rows = zip(_LEFT, _RIGHT, strict=True)
    return [
        title,
        *(
            Ink(text, x, 300 + 34 * n + (x - 100) * fall, fall=fall)
            for n, row in enumerate(rows)
            for x, text in ((150, row[0]), (560, row[1]))
        ),
    ]


@pytest.mark.parametrize("fall", [0.0, 0.03])
def test_columns_are_read_one_after_the_other(fall: float) -> None:
    page = typed(*_columns(fall))
    assert read_text([page]).raw.splitlines() == [_TITLE, *_LEFT, *_RIGHT]


def test_a_line_read_across_the_gutter_is_cut_there() -> None:
    ink = _columns()
    joined = Ink(_LEFT[3] + "口口" + _RIGHT[3], 150, ink[7].y)
    line = joined.line(typed().frame)
    gone = [ink[0], *ink[1:7], *ink[9:]]
    page = typed(*gone)
    chars = tuple(char for char in line.chars if char.text != "口")
    crossing = type(line)(line.polygon, chars, 0.9)
    page = type(page)(page.frame, (*page.lines, crossing))
    assert read_text([page]).raw.splitlines() == [_TITLE, *_LEFT, *_RIGHT]


def test_headers_page_numbers_and_notes_do_not_stand_within_the_text() -> None:
    pages = [
        typed(
            Ink("淮上教育研究", 100, 60),
            Ink("2024年第5期", 700, 60),
            *below(*_LEFT, y=150),
            Ink("作者简介：张三，某校教师，研究方向为教学", 100, 1250),
            Ink("· 12 ·", 480, 1350),
        ),
        typed(
            Ink("张三：论课堂提问", 100, 60), *below(*_RIGHT, y=150), Ink("13", 490, 1350), page=2
        ),
        typed(
            Ink("张三：论课堂提问", 100, 60),
            *below(*_LAST, y=150),
            Ink("— 14 —", 480, 1350),
            page=3,
        ),
    ]
    lines = read_text(pages).raw.splitlines()
    assert lines[:-1] == [*_LEFT, *_RIGHT, *_LAST]
    assert lines[-1].startswith("作者简介")


def test_the_first_line_of_a_page_without_a_header_stays() -> None:
    pages = [typed(*below(*_LEFT, y=60)), typed(*below(*_RIGHT, y=60), page=2)]
    assert read_text(pages).raw.splitlines() == [*_LEFT, *_RIGHT]


def test_a_match_is_shown_line_by_line_where_it_stands_on_its_pages() -> None:
    pages = [typed(*below(*_LEFT)), typed(*below(*_RIGHT), page=2)]
    text = read_text(pages)
    start = text.raw.index(_LEFT[-1]) + 3
    end = text.raw.index(_RIGHT[1]) + 2
    for one in (text, PageText.from_bytes(text.raw, text.to_bytes())):
        places = one.places(Span(start, end))
        assert [page for page, _ in places] == [1, 2, 2]
        first, middle, last = (polygon for _, polygon in places)
        assert first.bounds == pytest.approx((160, 438, 100 + 20 * len(_LEFT[0]), 458), abs=0.3)
        assert middle.bounds == pytest.approx((100, 200, 380, 220), abs=0.3)
        assert last.bounds == pytest.approx((100, 234, 140, 254), abs=0.3)
        assert last.frame.page == 2
