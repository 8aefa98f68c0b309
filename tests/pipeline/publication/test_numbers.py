"""A number read wrongly refuses a good paper or lets a forged one pass."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import issn as std_issn

from pipeline.geometry import Frame, Polygon
from pipeline.publication.nouns import NumberFlag, NumberKind
from pipeline.publication.number_text import (
    article_parts,
    barcode_number,
    doi_parts,
    half_width,
    spots_in,
)
from pipeline.publication.numbers import find_numbers, number_of_barcode, typed_cn, typed_issn
from pipeline.reading.lines import Char, Line, PageReading

F = NumberFlag
FORGED = {
    "CN(HK)NR4069-194/01": {F.HONG_KONG, F.NR},
    "CN(HK)NR4137-53/02": {F.HONG_KONG, F.NR},
    "CN16-1690/NR": {F.NR, F.BAD_REGION},
    "CN18-4258/H": {F.BAD_REGION},
    "CN-NR37-02": {F.NR},
    "CN35-3917HK/G": {F.HONG_KONG},
    "CN03-3569/G-HK": {F.HONG_KONG, F.BAD_REGION},
    "CN(H)39-7869/G": {F.FOREIGN_LETTERS, F.BRACKETS},
    "CN.H39-7869/G": {F.FOREIGN_LETTERS},
    "CN43-7772/R": {F.NETWORK},
    "CN98-0315/G4": {F.BAD_REGION, F.NEWSPAPER},
    "CN11-0803/(G)": {F.BRACKETS, F.NEWSPAPER},
    "HK(CN)44-1234/G4": {F.HONG_KONG},
    "CN44-1234/G4(HK)": {F.HONG_KONG},
    "CN 香港 44-1234/G4": {F.HONG_KONG},
}
CN_FORMS = (
    "CN 34-1331/G4",
    "CN34-1331/G4",
    "CN 34—1331/G4",
    "CN34－1331／G4",
    "ＣＮ３４－１３３１／Ｇ４",
    "国内统一连续出版物号：CN 34-1331/G4",
    "国内统一刊号 CN34-1331/G4",
    "国内统一刊号（CN）：34-1331/G4（月刊）",
    "国内刊号：34-1331/G4",
    "GN 34-1331/G4",
    "C N 34-1331/G4",
    "CN 34一1331/G4",
    "CN34-1331G4",
    "ISSN 2096-5885 CN 34-1331/G4",
    "ISSN2096-5885CN34-1331/G4邮发代号：26-195",
    "CN34-1331/G42025年第8期",
    "CN34-I331/G4",
    "CN34-13311G4",
    "CN341331/G4",
)


def _of(text: str, kind: NumberKind) -> list[tuple[str | None, frozenset[NumberFlag]]]:
    return [(s.value, s.flags) for s in spots_in(half_width(text)) if s.kind is kind]


@pytest.mark.parametrize("text", FORGED)
def test_a_forged_number_shows_its_signs(text: str) -> None:
    ((value, flags),) = _of(text, NumberKind.CN)
    assert FORGED[text] <= flags
    if flags & {F.HONG_KONG, F.NR, F.FOREIGN_LETTERS}:
        assert value is None
    typed = typed_cn(text)
    assert (typed.value, typed.flags) == (value, flags)


@given(
    st.sampled_from(["HK", "NR", "(HK)", "香港", "HKNR"]),
    st.sampled_from([2, 7, 9]),
    st.sampled_from(["", " ", "-"]),
)
def test_no_number_is_taken_out_of_a_forged_one(sign: str, place: int, gap: str) -> None:
    whole = "CN34-1331/G4"
    at = {2: 2, 7: 7, 9: len(whole)}[place]
    found = typed_cn(whole[:at] + gap + sign + whole[at:])
    assert found.value is None and found.flags


@pytest.mark.parametrize("text", CN_FORMS)
def test_every_printed_form_of_a_cn_is_read(text: str) -> None:
    assert [value for value, _ in _of(text, NumberKind.CN)] == ["34-1331/G4"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("CN 11-2345/H", "11-2345/H"),
        ("CN11-5123/R 定价：10元", "11-5123/R"),
        ("CN34-1003/GO", "34-1003/G0"),
        ("CN 31-1112/06", "31-1112/O6"),
        ("CN 44-1234/G4 HK$20", "44-1234/G4"),
    ],
)
def test_letters_that_belong_to_a_class_are_no_sign_of_forgery(text: str, value: str) -> None:
    assert _of(text, NumberKind.CN) == [(value, frozenset())]


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("CN 34-9331/G4", F.ELECTRONIC),
        ("CN 11-6014/D", F.NETWORK),
        ("CN 34-0001", F.NEWSPAPER),
        ("CN 81-1331/G4", F.BAD_REGION),
        ("CN 34-0000/G4", F.BAD_SERIAL),
        ("CN 34-1331/Y", F.ODD_CLASS),
        ("CN 44-1234H", F.ODD_SUFFIX),
    ],
)
def test_what_a_number_says_by_itself_is_told(text: str, flag: NumberFlag) -> None:
    ((_, flags),) = _of(text, NumberKind.CN)
    assert flag in flags


@pytest.mark.parametrize("text", ["CN34-133/G4", "CN34-13312/G4", "CN 3-1331/G4", "CN341331"])
def test_a_torn_number_is_there_but_untold(text: str) -> None:
    assert _of(text, NumberKind.CN) == [(None, frozenset({F.DAMAGED}))]


@pytest.mark.parametrize(
    "text",
    ["CNKI:SUN:XDJY.0.2018-08-005", "http://www.abc.CN 2018-1234", "CNA1234", "2018-2019"],
)
def test_what_is_no_number_is_left_alone(text: str) -> None:
    assert not list(spots_in(half_width(text)))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("ISSN 1005-5843", "1005-5843"),
        ("ISSN1005—5843", "1005-5843"),
        ("ＩＳＳＮ：１００９－４５８Ｘ", "1009-458X"),
        ("lSSN 1009 458x", "1009-458X"),
        ("国际标准刊号：1005-5843", "1005-5843"),
        ("ISSN 10O5-5843", "1005-5843"),
        ("1005-5843", "1005-5843"),
    ],
)
def test_every_printed_form_of_an_issn_is_read(text: str, value: str) -> None:
    assert [found for found, _ in _of(text, NumberKind.ISSN)] == [value]


@given(
    st.from_regex(r"[0-2][0-9]{6}", fullmatch=True), st.integers(0, 6), st.sampled_from("123456789")
)
def test_an_issn_with_one_wrong_digit_never_checks(body: str, at: int, step: str) -> None:
    whole = body + std_issn.calc_check_digit(body)
    wrong = whole[:at] + str((int(whole[at]) + int(step)) % 10) + whole[at + 1 :]
    found = typed_issn(f"{wrong[:4]}-{wrong[4:]}")
    assert found.flags == {F.BAD_CHECK} and found.value == f"{wrong[:4]}-{wrong[4:]}"


@given(st.from_regex(r"[0-2][0-9]{6}", fullmatch=True))
def test_the_bar_code_of_a_journal_carries_its_issn(body: str) -> None:
    found = number_of_barcode(f"977{body}008")
    assert (
        found is not None
        and found.value == f"{body[:4]}-{body[4:]}{std_issn.calc_check_digit(body)}"
    )
    assert found.kind is NumberKind.ISSN


def test_other_bar_codes_are_no_publication_number() -> None:
    assert barcode_number("6901234567892") is None
    book = barcode_number("9787107188480")
    assert book is not None and book.kind is NumberKind.ISBN and F.BAD_CHECK not in book.flags


@pytest.mark.parametrize(
    ("text", "value", "flags"),
    [
        ("ISBN 978-7-107-18848-0", "9787107188480", set()),
        ("ISBN7-107-18848-8", "7107188488", set()),
        ("ISBN 978-7-107-18848-1", "9787107188481", {F.BAD_CHECK}),
        ("ISBN 978-988-8028-32-0", "9789888028320", {F.NOT_MAINLAND}),
        ("书号：978-7-1O7-18848-0", "9787107188480", {F.REPAIRED}),
    ],
)
def test_a_book_number_is_checked(text: str, value: str, flags: set[NumberFlag]) -> None:
    assert _of(text, NumberKind.ISBN) == [(value, frozenset(flags))]


def test_an_article_number_is_taken_apart_and_hides_its_issn() -> None:
    text = half_width(
        "[文章编号]1005-5843（2018）08-0024-09 [DOI]10.3969/j.issn.1005-5843.2018.08.005"
    )
    found = {spot.kind: spot.value or "" for spot in spots_in(text)}
    assert set(found) == {NumberKind.ARTICLE, NumberKind.DOI}
    parts = article_parts(found[NumberKind.ARTICLE])
    assert parts is not None and parts == ("1005-5843", 2018, "08", 24, 9) and not parts.supplement
    assert doi_parts(found[NumberKind.DOI]) == ("1005-5843", 2018, "08")


@pytest.mark.parametrize("printed", ["S1", "s1", "$1", "S0", "Sl", "08(增)"])
def test_a_supplement_shows_in_the_article_number(printed: str) -> None:
    ((value, _),) = _of(f"文章编号：1005-5843(2018){printed}-0024-09", NumberKind.ARTICLE)
    parts = article_parts(value or "")
    assert parts is not None and parts.supplement


def test_a_combined_issue_is_no_supplement() -> None:
    ((value, _),) = _of("文章编号：1005-5843(2018)7-8-0024-09", NumberKind.ARTICLE)
    parts = article_parts(value or "")
    assert parts is not None and parts.issue == "7-8" and not parts.supplement


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("中国版本图书馆CIP数据核字（2012）第084148号", NumberKind.CIP, "2012084148"),
        ("邮发代号：26—102", NumberKind.POSTAL, "26-102"),
        ("准印证号：皖内资准字（2019）第012号", NumberKind.PERMIT, "2019012"),
    ],
)
def test_neighbours_of_the_numbers_are_told_apart(text: str, kind: NumberKind, value: str) -> None:
    assert [(s.kind, s.value) for s in spots_in(half_width(text))] == [(kind, value)]


@given(st.text(max_size=60))
def test_no_text_upsets_the_search(text: str) -> None:
    plain = half_width(text)
    assert len(plain) == len(text)
    for spot in spots_in(plain):
        assert 0 <= spot.start < spot.end <= len(text)


def _line(text: str, x: float, y: float, size: float = 20.0) -> Line:
    frame = Frame(page=2, source_width=1000, source_height=1400)
    boxes = [
        Polygon.from_bounds(frame, x + i * size, y, x + (i + 1) * size, y + size)
        for i in range(len(text))
    ]
    chars = tuple(Char(c, box, 0.9) for c, box in zip(text, boxes, strict=True))
    return Line(Polygon.from_bounds(frame, x, y, x + len(text) * size, y + size), chars, 0.9)


def test_a_label_and_its_number_read_as_two_lines_belong_together() -> None:
    frame = Frame(page=2, source_width=1000, source_height=1400)
    lines = (_line("国内统一刊号：", 100, 50), _line("34-1331/G4", 300, 52), _line("34", 100, 300))
    (found,) = find_numbers([PageReading(frame, lines)])
    assert [found.kind, found.value, found.page] == [NumberKind.CN, "34-1331/G4", 2]
    assert found.polygon is not None
    assert list(found.polygon.bounds) == [300, 52, 500, 72]
    assert found.confidence == 0.9


@pytest.mark.parametrize(
    ("first", "second", "value"),
    [
        ("国内统一连续出版物号：CN", "34-1331/G4", "34-1331/G4"),
        ("国内统一连续出版物号：CN 3 4", "-1331/G4", "34-1331/G4"),
        ("CN 34-13", "31/G4", "34-1331/G4"),
        ("国际标准连续出版物号：ISSN 1005-", "5843", "1005-5843"),
        ("ISSN 1005-58", "43", "1005-5843"),
    ],
)
def test_a_number_that_a_narrow_box_breaks_is_whole(first: str, second: str, value: str) -> None:
    frame = Frame(page=2, source_width=1000, source_height=1400)
    found = find_numbers([PageReading(frame, (_line(first, 100, 50), _line(second, 100, 76)))])
    assert value in [number.value for number in found]


def test_a_damaged_number_takes_no_digits_from_the_next_line() -> None:
    frame = Frame(page=2, source_width=1000, source_height=1400)
    for below in ("8.00元", "2024年5月", "8元"):
        lines = (_line("CN 34-133", 100, 50), _line(below, 100, 76))
        assert not any(n.value for n in find_numbers([PageReading(frame, lines)]))


@pytest.mark.parametrize("filler", [" ", "ISSN ", "CN", "1-", "9787", "CIP核字"])
def test_a_page_of_rubbish_stalls_nobody(filler: str) -> None:
    begun = time.process_time()
    assert not list(spots_in(filler * (20_000 // len(filler))))
    assert time.process_time() - begun < 1.0
