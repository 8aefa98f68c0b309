"""A page taken for another is a part that the applicant is told to hand in again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.publication.journal_names import journal_name
from pipeline.publication.nouns import NumberKind, Part
from pipeline.publication.package import Package
from pipeline.publication.parts import classify
from pipeline.reading.lines import PageReading
from pipeline.reading.sides import sides_of
from tests.pipeline.publication.pages import Paper, letter, search_page, with_changes
from tests.typed_pages import Ink, below, typed

_BACK = typed(Ink("ISSN 2097-9002", 100, 1200), Ink("定价：15.00元　邮发代号：26-102", 100, 1250))
_REPORT = typed(
    *below("文本复制检测报告单", "检测文献：课堂提问", "总文字复制比：12.5%", "检测范围：期刊库")
)


@pytest.mark.parametrize(
    ("page", "part"),
    [
        (Paper().cover(), Part.COVER),
        (Paper().contents(), Part.CONTENTS),
        (Paper().serials(), Part.SERIALS),
        (Paper().body(), Part.BODY),
        (_BACK, Part.BACK),
        (letter(), Part.LETTER),
        (search_page(), Part.SEARCH),
        (_REPORT, Part.OTHER),
        (typed(), Part.OTHER),
    ],
)
def test_each_kind_of_page_is_known(page: PageReading, part: Part) -> None:
    (side,) = sides_of(page)
    assert classify(side).part is part


def test_a_contents_whose_heading_shares_its_row_and_whose_names_stand_below_is_one() -> None:
    titles = ("课堂提问的层次设计", "初中数学作业分层的实践", "情境教学的误区", "整本书阅读的评价")
    top = (Ink("目录", 120, 90, 44), Ink("《艺术教育视野》2023年第5期总第359期", 500, 100, 24))
    entries = [
        ink
        for n, title in enumerate(titles)
        for ink in (Ink(title, 120, 200 + 80 * n), Ink(f"王建国({n + 2})", 750, 240 + 80 * n))
    ]
    (side,) = sides_of(typed(*top, *entries))
    assert classify(side).part is Part.CONTENTS


@given(st.lists(st.text(max_size=30), max_size=12))
def test_no_page_upsets_the_sorting(rows: list[str]) -> None:
    package = Package((typed(*below(*filter(None, rows))),))
    assert len(package.parts) == 1
    journal_name(package, ("课堂观察",))


def test_contents_and_body_on_one_sheet_both_count() -> None:
    left, right = Paper().contents(), Paper().body()
    moved = [
        Ink(line.text, x0 + shift, y0, y1 - y0)
        for shift, page in ((0, left), (1000, right))
        for line in page.lines
        for x0, y0, _, y1 in (line.polygon.bounds,)
    ]
    package = Package((typed(*moved, width=2000),))
    assert package.parts == (Part.CONTENTS,)
    assert package.shows(Part.BODY) and package.shows(Part.CONTENTS)


def test_the_journal_s_name_is_what_most_pages_print() -> None:
    paper = Paper()
    pages = (with_changes(journal="淮士教育研究").cover(), *paper.all()[1:])
    name = journal_name(Package(pages))
    assert name is not None and (name.title, name.sure) == ("淮上教育研究", True)


def test_a_registered_title_that_no_page_prints_is_never_put_in() -> None:
    name = journal_name(Package(Paper().all()), ("江淮教学论坛",))
    assert name is not None and name.title == "淮上教育研究"


def test_a_cover_in_art_letters_alone_is_no_sure_name() -> None:
    name = journal_name(Package((with_changes(confidence=0.7).cover(),)))
    assert name is not None and not name.sure


def test_numbers_in_the_text_of_a_paper_are_not_its_journal_s() -> None:
    body = Paper().body()
    quoted = Ink("参考文献：[1]《江淮教学论坛》CN 34-1902/G4，ISSN 2097-9010", 100, 1270).line(
        body.frame
    )
    pages = (*Paper().all()[:3], PageReading(body.frame, (*body.lines, quoted)))
    package = Package(pages)
    assert {n.value for n in package.numbers(NumberKind.CN)} == {"34-1801/G4"}
    assert {n.value for n in package.numbers(NumberKind.ISSN)} == {"2097-9002"}
