from __future__ import annotations

from pipeline.reports.similarity.shown_text import Edit, paragraphs, shown_text
from pipeline.similarity.nouns import Span


def test_no_cut_through_a_name_shows_a_part_of_it() -> None:
    raw = "本文作者李晓琳在二中任教"
    shown = shown_text(raw, [Edit(Span(4, 7), "【申报人】")])
    for cut in range(len(raw) + 1):
        both = shown.cut(0, cut) + "|" + shown.cut(cut, len(raw))
        assert "李" not in both and "晓" not in both and "琳" not in both
        assert both.replace("|", "") == "本文作者【申报人】在二中任教"


def test_wrapped_lines_are_one_paragraph_and_headings_are_not() -> None:
    line = "课堂上的蜡烛实验要让学生先看见石蜡熔化再看见它汽化而不只看见火焰"
    raw = f"一、问题的提出\n　　{line}\n{line}\n结束。\n二、做法\n　　{line}\n{line[:20]}。\n"
    told = [raw[span.start : span.end].strip() for span in paragraphs(raw)]
    assert told[0] == "一、问题的提出" and "二、做法" in told
    body = next(one for one in told if one.startswith(line))
    shown = shown_text(raw)
    start = raw.index(body)
    assert shown.cut(start, start + len(body)) == body.replace("\n", "")


def test_latin_words_keep_their_space_at_a_wrap() -> None:
    raw = "a method of teaching reading in class\nwith pictures and stories for all the\nchildren\n"
    assert "class with pictures" in shown_text(raw).cut(0, len(raw))
