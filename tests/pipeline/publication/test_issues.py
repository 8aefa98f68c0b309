"""A year or an issue read wrongly puts a paper outside the window or sets its pages at odds."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.publication.issues import (
    Stated,
    agreed,
    disagreeing,
    month_on,
    published,
    stated_by,
    stated_on,
)
from pipeline.publication.nouns import NumberKind, Part
from pipeline.publication.numbers import page_numbers
from pipeline.reading.sides import Side, sides_of
from tests.typed_pages import Ink, below, typed

_FORMS = (
    "{y}年第{n}期", "{y} 年 第 {n:02d} 期", "{y}年{n}期", "{y}·{n}", "{y}.{n:02d}", "{y}/{n}",
    "{y}年第3卷第{n}期", "第{n}期 {y}年", "第{n}期（总第512期） {y}年", "NO.{n} {y}", "{y} No.{n}",
    "总第88期 {y}年第{n}期", "Vol.12 No.{n} {y}", "{y}年第{n}期（总第88期）", "（{y}）第{n}期",
    "{y}年{n}月 第{n}期 总第88期", "{y}年{n}月（上）第{n}期",
)  # fmt: skip


def _side(*texts: str, y: float = 200) -> Side:
    (side,) = sides_of(typed(*below(*texts, y=y)))
    return side


@given(st.sampled_from(_FORMS), st.integers(2000, 2029), st.integers(1, 12))
def test_every_printed_form_of_year_and_issue_is_read(form: str, year: int, issue: int) -> None:
    for text in (form, f"课堂观察 {form}", f"{form} 月刊"):
        stated = stated_on(_side("教育教学", text.format(y=year, n=issue)), Part.COVER)
        assert stated is not None and (stated.year, stated.issue) == (year, str(issue))


@pytest.mark.parametrize(
    ("text", "issue"),
    [
        ("2024年第7-8期", "7-8"),
        ("2024年第7、8期", "7-8"),
        ("2024年第7/8期", "7-8"),
        ("2024 增刊", "增刊"),
        ("2024年增刊1", "增刊"),
        ("2024 S1", "增刊"),
    ],
)
def test_a_combined_issue_is_told_from_a_supplement(text: str, issue: str) -> None:
    stated = stated_on(_side(text), Part.COVER)
    assert stated is not None and stated.issue == issue
    assert stated.supplement == (issue == "增刊")


@pytest.mark.parametrize(
    "text",
    [
        "2024年5月20日",
        "2024年5月",
        "2024-05-20",
        "创刊于1985年",
        "定价：20.24元",
        "2019-2024",
        "总第88期",
    ],
)
def test_a_date_is_no_issue(text: str) -> None:
    assert stated_on(_side(text), Part.COVER) is None


@given(st.text(max_size=40))
def test_no_row_of_print_upsets_the_search_for_an_issue(text: str) -> None:
    side = _side(text or " ")
    stated_on(side, Part.COVER)
    published([(side, Part.SERIALS)])
    month_on([(side, Part.SERIALS)])


def test_of_a_body_page_only_the_running_header_speaks_of_the_issue() -> None:
    prose = below(*["课堂提问是教师与学生对话的起点"] * 6, "见《课堂》2022年第1期", y=300)
    for header, issue in (("课堂观察 2024年第5期", "5"), ("课堂观察", None)):
        (side,) = sides_of(typed(Ink(header, 100, 60), *prose))
        stated = stated_on(side, Part.BODY)
        assert (stated.issue if stated else None) == issue


def test_article_number_and_doi_name_the_issue_too() -> None:
    page = typed(
        Ink("文章编号：2097-9002(2024)05-0024-09", 100, 200),
        Ink("DOI：10.3969/j.issn.2097-9002.2024.05.005", 100, 240),
    )
    kinds = (NumberKind.ARTICLE, NumberKind.DOI)
    found = stated_by(n for n in page_numbers(page) if n.kind in kinds)
    assert {(s.source, s.year, s.issue) for s in found} == {
        ("article", 2024, "5"),
        ("doi", 2024, "5"),
    }


_SOURCES = ("cover", "contents", "header", "serials", "article", "doi")


@given(st.integers(2000, 2029), st.integers(1, 24), st.sets(st.sampled_from(_SOURCES), min_size=1))
def test_pages_that_agree_are_never_said_to_differ(year: int, issue: int, at: set[str]) -> None:
    stated = [Stated(source, year, str(issue), 1) for source in sorted(at)]
    bare = Stated("serials", year, None, 2)
    assert disagreeing([*stated, bare]) is None
    assert agreed([bare, *stated]) == (year, str(issue))


@given(st.integers(2000, 2029), st.integers(1, 12), st.integers(1, 11), st.booleans())
def test_one_changed_page_is_seen_and_outvoted(year: int, issue: int, by: int, of: bool) -> None:
    stated = [Stated(source, year, str(issue), 1) for source in ("contents", "header", "article")]
    odd = Stated("cover", year + by if of else year, str(issue if of else (issue + by)), 1)
    clash = disagreeing([*stated, odd])
    assert clash is not None and odd in clash
    assert agreed([odd, *stated]) == (year, str(issue))


def test_a_combined_issue_agrees_with_either_of_its_numbers() -> None:
    both = Stated("cover", 2024, "7-8", 1)
    for issue, agrees in (("7", True), ("8", True), ("9", False), ("增刊", True)):
        assert (disagreeing([both, Stated("header", 2024, issue, 2)]) is None) == agrees


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("出版日期：2024年5月20日", date(2024, 5, 20)),
        ("出版日期：2024-05-20", date(2024, 5, 20)),
        ("版次：2023年8月第1版", date(2023, 8, 1)),
        ("2023年8月第1版 2023年8月第1次印刷", date(2023, 8, 1)),
        ("收稿日期：2024-05-20", None),
        ("出版日期：2024年13月", None),
    ],
)
def test_only_the_day_of_publication_counts_for_the_window(text: str, day: date | None) -> None:
    assert published([(_side(text), Part.SERIALS)]) == day
    assert published([(_side(text), Part.BODY)]) is None
