from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.similarity.nouns import Span
from pipeline.similarity.text import normalise
from pipeline.similarity.words import words


def test_a_traditional_copy_in_wide_letters_over_two_lines_is_the_same_text() -> None:
    assert normalise("實驗教學，（ＰＣＫ）\n研究！").text == normalise("实验教学(pck)研究").text


def test_a_match_is_shown_at_its_place_in_the_text_as_given() -> None:
    raw = "一、實驗\n 教學㍿ 研究。"
    text = normalise(raw)
    start = text.text.index("教学")
    span = text.raw_span(start, start + 2)
    assert raw[span.start : span.end] == "教學"
    assert text.normal_span(span) == (start, start + 2)


@given(st.text())
def test_no_text_whatever_breaks_the_map_of_places(raw: str) -> None:
    text = normalise(raw)
    assert len(text.text) == len(text) == len(text.origin)
    assert np.all(np.diff(text.origin) >= 0)
    whole = text.raw_span(0, len(text))
    assert Span(0, len(raw)).start <= whole.start <= whole.end <= len(raw)
    starts = words(text).starts
    assert starts[-1] == len(text) and np.all(np.diff(starts) > 0)


def test_lone_surrogates_of_a_broken_file_are_passed_over() -> None:
    assert normalise("实\ud800验").text == "实验"


def test_an_english_abstract_is_compared_by_words() -> None:
    assert len(words(normalise("The candle's flame, 25 cm high; 火焰")).hashes) == 9
