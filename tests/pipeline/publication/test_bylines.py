"""An applicant who is not seen to stand first loses the paper."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pipeline.publication.bylines import Head, find_head, is_name, like_name, names_in, same_title
from pipeline.publication.contents_entries import find_entries
from pipeline.reading.sides import sides_of
from tests.typed_pages import Ink, below, typed

_SURNAMES = ("王", "李", "欧阳", "司马", "陈", "吴", "诸葛", "柳")
_NAMES = st.builds(
    str.__add__,
    st.sampled_from(_SURNAMES),
    st.text(alphabet="晓琳伟芳霞俊梅", min_size=1, max_size=2),
).filter(lambda name: len(name) < 5)
_PROSE = "课堂提问是教师与学生对话的起点也是教学的支点"


@given(
    st.lists(_NAMES, min_size=1, max_size=4, unique=True),
    st.sampled_from((",", "，", "、", "；", " ", "　")),
    st.sampled_from(("", "①", "*", "1")),
    st.sampled_from(("", "文/", "作者：", "◎", "□ ")),
)
def test_every_name_of_a_byline_is_taken_in_its_order(
    names: list[str], between: str, mark: str, lead: str
) -> None:
    assert names_in(lead + between.join(name + mark for name in names)) == (tuple(names), True)


@given(st.lists(_NAMES.filter(lambda n: len(n) == 2), min_size=1, max_size=4))
def test_a_name_of_two_characters_may_be_set_wide(names: list[str]) -> None:
    for blank in (" ", "　"):
        assert names_in("，".join(blank.join(name) for name in names))[0] == tuple(names)


@given(st.text(max_size=40))
def test_no_row_of_print_upsets_the_search_for_names(text: str) -> None:
    names, only = names_in(text)
    assert all(is_name(name) for name in names) and (names or not only)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("安徽省淮南市第二中学 李强", ("李强",)),
        ("李晓琳（淮南市第二中学，安徽 淮南 232000）", ("李晓琳",)),
        ("李晓琳1，王芳2（1.淮南二中；2.合肥八中）", ("李晓琳", "王芳")),
        ("古丽娜尔·买买提，王芳", ("古丽娜尔·买买提", "王芳")),
        ("李晓琳（通讯作者）", ("李晓琳",)),
        ("高中数学 教学 方法", ()),
        ("安徽省 淮南市", ()),
    ],
)
def test_units_and_subjects_beside_a_name_are_no_authors(text: str, names: tuple[str, ...]) -> None:
    assert names_in(text)[0] == names


def _head(*top: str) -> tuple[str, tuple[str, ...]]:
    title, *rest = top
    (side,) = sides_of(
        typed(Ink(title, 200, 160, 40), *below(*rest, y=240), *below(*[_PROSE] * 14, y=420))
    )
    head = find_head(side)
    assert head is not None
    return head.title, head.authors


@pytest.mark.parametrize(
    "top",
    [
        (
            "课堂提问的层次设计",
            "李晓琳　王 芳",
            "（淮南市第二中学，安徽淮南 232000）",
            "摘要：课堂提问",
        ),
        ("课堂提问的层次设计", "淮南市第二中学　李晓琳　王芳", "摘要：本文谈课堂提问"),
        ("课堂提问的层次设计", "□ 李晓琳　王芳", "【摘要】课堂提问", "【关键词】提问"),
        ("课堂提问的层次设计", "文/李晓琳　王芳"),
    ],
)
def test_title_and_authors_stand_above_the_text(top: tuple[str, ...]) -> None:
    assert _head(*top) == ("课堂提问的层次设计", ("李晓琳", "王芳"))


def test_a_subtitle_belongs_to_the_title() -> None:
    found = _head("课堂提问的层次设计", "——以《背影》为例", "李晓琳", "摘要：课堂提问")
    assert found == ("课堂提问的层次设计——以《背影》为例", ("李晓琳",))


def test_a_rare_name_between_title_and_unit_is_an_author() -> None:
    _, authors = _head("课堂提问的层次设计", "娜仁托娅", "（淮南市第二中学）", "摘要：课堂提问")
    assert authors == ("娜仁托娅",)


@pytest.mark.parametrize(
    ("read", "own"),
    [
        ("间丘亨晨", True),
        ("猴亨晨", False),
        ("王亨晨", False),
        ("间丘亨辰", False),
        ("间丘", False),
    ],
)
def test_a_rare_surname_read_as_no_surname_is_still_the_applicant_s(read: str, own: bool) -> None:
    head = Head(1, "课堂提问", (), (read,), ()).with_known(("闾丘亨晨",))
    assert head.authors == (("闾丘亨晨",) if own else (read,))


def test_running_text_is_no_head_of_an_article() -> None:
    (side,) = sides_of(typed(*below(*[_PROSE] * 20)))
    assert find_head(side) is None


@given(_NAMES, _NAMES)
def test_one_misread_character_is_no_other_person(one: str, other: str) -> None:
    assume(one != other)
    assert like_name(one, one) and like_name(one, one[:-1] + "某")
    if len(one) != len(other) or sum(a != b for a, b in zip(one, other, strict=True)) > 1:
        assert not like_name(one, other)


def test_titles_are_the_same_without_their_subtitle_and_with_a_misreading() -> None:
    whole = "课堂提问的层次设计——以《背影》为例"
    assert same_title(whole, "课堂提问的层次设计")
    assert same_title(whole, "课堂提间的层次设计——以背影为例")
    assert not same_title(whole, "初中数学作业分层的实践")


_CONTENTS = (
    "初中数学作业分层的实践……………………王建国（12）",
    "课堂提问的层次设计……………………李晓琳 王芳（15）",
    "小学语文识字教学谈……………………赵敏（18）",
    "情境教学的误区……………………周涛（21）",
)


def _authors(title: str, *lines: Ink) -> list[tuple[str, ...]]:
    (side,) = sides_of(typed(*lines))
    return [entry.authors for entry in find_entries(side, title)]


def test_the_contents_names_the_authors_beside_below_and_before_a_title() -> None:
    title, names = "课堂提问的层次设计", [("李晓琳", "王芳")]
    assert _authors(title, *below(*_CONTENTS)) == names
    assert _authors(title + "——以《背影》为例", *below(*_CONTENTS)) == names
    under = ("初中数学作业分层的实践 / 12", "王建国", "课堂提问的层次设计 / 15", "李晓琳 王芳")
    assert _authors(title, *below(*under)) == names
    before = ("12 王建国 初中数学作业分层的实践", "15 李晓琳 王芳 课堂提问的层次设计")
    assert _authors(title, *below(*before)) == names


def test_the_second_column_of_a_contents_does_not_lend_its_authors() -> None:
    left = [f"{t} {n}" for t, n in zip("甲乙丙丁戊己", range(10, 16), strict=True)]
    left = [line.replace(line[0], f"{line[0]}类作业设计谈 赵敏") for line in left]
    right = [line.replace("赵敏", "周涛") for line in left]
    right[2] = "课堂提问的层次设计 李晓琳 36"
    lines = (*below(*left, x=80), *below(*right, x=560))
    assert _authors("课堂提问的层次设计", *lines) == [("李晓琳",)]


def test_a_title_that_the_contents_does_not_print_has_no_line_there() -> None:
    assert _authors("项目式学习中的评价量规", *below(*_CONTENTS)) == []
