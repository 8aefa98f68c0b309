from __future__ import annotations

import opencc
import pytest

from pipeline.similarity.alignment import Match, align
from pipeline.similarity.alignment.quotes import quotations
from pipeline.similarity.compare import compare_all
from pipeline.similarity.nouns import MatchKind, Span
from pipeline.similarity.rarity import Rarity
from pipeline.similarity.text import normalise

COPIED = (
    "这个现象说明火焰的外层温度最高，内层燃烧不充分。许多学生以为蜡烛的灯芯在燃烧，"
    "其实真正燃烧的是石蜡蒸气。"
)
BEFORE = (
    "在小学科学课上，蜡烛燃烧是最常见的实验之一。教师先点燃一支蜡烛，让学生观察火焰的颜色和形状，"
    "再用玻璃片压住火焰，学生会看到玻璃片上留下一圈黑色的炭。\n"
)
BEHIND = "课后还可以让学生回家记录不同粗细的蜡烛烧完各要多少时间，并画出折线图。\n"
SOURCE = BEFORE + COPIED + BEHIND
OPENING = "本学期我担任三年级两个班的科学课，教学工作可以总结为以下几个方面。\n"
ENDING = "我还参加了区里的优质课评比，获得二等奖。今后要继续学习课程标准，改进自己的课堂。\n"


def found(query: str, source: str = SOURCE) -> tuple[Match, ...]:
    texts = normalise(query), normalise(source)
    return align(*texts, Rarity.of(texts))


def cut(raw: str, span: Span) -> str:
    return raw[span.start : span.end]


def test_a_copied_passage_is_found_from_its_first_to_its_last_mark() -> None:
    query = OPENING + COPIED + ENDING
    (match,) = found(query)
    assert cut(query, match.span) == cut(SOURCE, match.source_span) == COPIED
    assert match.kind is MatchKind.VERBATIM
    assert match.score == 1


def test_a_copy_in_traditional_characters_wrapped_by_a_printer_is_the_same_copy() -> None:
    copy = opencc.OpenCC("s2t").convert(COPIED)
    copy = "\n".join(copy[n : n + 17] for n in range(0, len(copy), 17))
    query = OPENING + copy + ENDING
    (match,) = found(query)
    assert cut(query, match.span) == copy
    assert match.kind is MatchKind.VERBATIM


def test_a_copy_read_badly_from_a_scan_keeps_its_ends() -> None:
    copy = COPIED.replace("温度", "湿度").replace("灯芯", "灯蕊").replace("真正", "真 正")
    query = OPENING + copy + ENDING
    (match,) = found(query)
    assert cut(query, match.span) == copy
    assert match.kind is MatchKind.NEAR


def test_sentences_that_were_turned_round_and_reworded_are_one_passage() -> None:
    washed = (
        "学生大多认为蜡烛是灯芯在烧，事实上烧着的是石蜡的蒸气。"
        "这种现象表明，火焰外层的温度是最高的，而内层的燃烧并不充分。"
    )
    query = OPENING + washed + ENDING
    (match,) = found(query)
    assert cut(query, match.span) == washed
    assert cut(SOURCE, match.source_span) == COPIED
    assert match.kind is MatchKind.REWORDED


def test_two_texts_on_one_subject_share_no_passage() -> None:
    other = (
        "火焰为什么会有不同的颜色？学生提出的问题常常出乎教师的意料。观察蜡烛时，有的学生注意到"
        "蜡油流下来又凝固，有的学生关心烟往哪里去。教师要抓住这些问题，组织小组讨论，"
        "引导他们设计对比实验，让学生自己得出结论。"
    )
    assert found(other) == ()


def test_passages_from_two_places_of_a_source_are_two() -> None:
    query = OPENING + BEHIND + ENDING + BEFORE
    matches = found(query)
    assert [cut(query, match.span) for match in matches] == [BEHIND.strip(), BEFORE.strip()]


def test_an_english_abstract_that_was_copied_is_found() -> None:
    abstract = (
        "Burning candles are among the most common experiments in primary science. We show how "
        "pupils come to see that the vapour of the wax burns and not the wick itself."
    )
    query = OPENING + abstract + "\n" + ENDING
    (match,) = found(query, SOURCE + abstract)
    assert cut(query, match.span) == abstract


@pytest.mark.parametrize(
    "query",
    [
        OPENING + f"正如有学者指出：“{COPIED}”[6]\n" + ENDING,
        OPENING + f"文献[3]认为：“{COPIED}”\n" + ENDING,
        OPENING + f"有人写道：「{COPIED}」（王芳，2019）。\n" + ENDING,
    ],
)
def test_a_cited_quotation_is_no_copy(query: str) -> None:
    (match,) = found(query)
    assert match.kind is MatchKind.QUOTED


def test_quotation_marks_without_a_citation_excuse_nothing() -> None:
    assert quotations(f"他说：“{COPIED}”我很同意。") == ()
    (match,) = found(OPENING + f"“{COPIED}”\n" + ENDING)
    assert match.kind is MatchKind.VERBATIM


@pytest.mark.parametrize(
    "text", ["", "。", "短", "哈" * 20_000, "哈哈呵" * 7_000, "0123456789" * 900]
)
def test_texts_of_nothing_or_of_one_word_are_done_with_at_once(text: str) -> None:
    assert isinstance(found(text, text), tuple)
    assert found(text) == ()


def test_each_of_many_pairs_gets_its_own_passages() -> None:
    queries = {"a": normalise(OPENING + COPIED), "b": normalise(ENDING)}
    sources = {"x": normalise(SOURCE), "y": normalise(OPENING)}
    passages = compare_all(queries, sources)
    assert {pair: len(found) for pair, found in passages.items()} == {("a", "x"): 1, ("a", "y"): 1}
    assert passages["a", "x"][0].source == "x"
