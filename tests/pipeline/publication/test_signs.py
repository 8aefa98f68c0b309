"""A word misunderstood refuses a good journal, a word overlooked accepts a supplement."""

from __future__ import annotations

import pytest

from pipeline.geometry import Frame, Polygon
from pipeline.publication.signs import Sign, page_signs, title_signs
from pipeline.reading.lines import Char, Line, PageReading


def _page(text: str) -> PageReading:
    frame = Frame(page=1, source_width=2000, source_height=1000)
    box = Polygon.from_bounds(frame, 0, 0, 1000, 20)
    return PageReading(frame, (Line(box, tuple(Char(c, box, 0.9) for c in text), 0.9),))


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("新课程探索（电子版）", Sign.ELECTRONIC),
        ("连续型电子期刊", Sign.ELECTRONIC),
        ("2024年增刊Ⅰ", Sign.SUPPLEMENT),
        ("2024 Suppl. 1", Sign.SUPPLEMENT),
        ("教育周报·副刊", Sign.NEWSPAPER_SUPPLEMENT),
        ("内部资料，免费交流", Sign.INTERNAL),
        ("教育论丛　第3辑", Sign.SERIES),
        ("教师教育专辑", Sign.SPECIAL),
    ],
)
def test_a_word_on_the_page_is_seen_with_its_place(text: str, sign: Sign) -> None:
    (found,) = page_signs([_page(text)])
    assert found.sign is sign and found.page == 1 and found.polygon is not None


@pytest.mark.parametrize(
    "text",
    ["来稿请发送电子版至信箱", "本刊不出增刊", "本刊为半年刊，", "2024年第7-8期", "电子技术应用"],
)
def test_the_same_word_in_a_sentence_means_nothing(text: str) -> None:
    assert not list(page_signs([_page(text)]))


@pytest.mark.parametrize(
    "title", ["数学半年刊", "中国年鉴研究", "电子技术教学", "小学教学（中旬刊）"]
)
def test_a_title_may_hold_the_word_for_something_else(title: str) -> None:
    assert not title_signs(title)
