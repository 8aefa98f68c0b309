"""Authors in contents lines, in lines of pinyin and in cells stay hidden, whatever was read."""

from __future__ import annotations

import pytest

from pipeline.policy import Policy
from tests.pipeline.detection.conftest import Look
from tests.pipeline.detection.sheets import Sheet, expected, sheet_of, shown

CONTENTS = (
    "目录",
    "小学语文习作教学的实践与思考………………⟦续歌⟧（8）",
    "核心素养下的单元整体教学…………⟦也蕙宜⟧、⟦李晓琳⟧（15）",
    "农村学校合作学习有效性的研究……………⟦越　辙⟧（23）",
    "作业设计的优化策略………………………⟦白妍怡　帅竹⟧31",
    "数学课堂提问的艺术……………………⟦羿博士⟧（37）",
    "征稿启事……………………………………本刊编辑部（40）",
)


def test_authors_of_contents_lines_are_hidden_by_their_place(look: Look, policy: Policy) -> None:
    sheet = sheet_of(*CONTENTS)
    assert shown(sheet, look(sheet), policy) == expected(*CONTENTS)


def test_chapters_of_a_contents_page_stay(look: Look, policy: Policy) -> None:
    lines = ("目录", "第一章　绪论……………1", "1.1　问题的提出…………3", "参考文献…………28")
    sheet = sheet_of(*lines)
    assert shown(sheet, look(sheet), policy) == expected(*lines)


@pytest.mark.parametrize(
    "line",
    [
        "⟦Li Wei⟧, ⟦Dawapingcuo⟧, ⟦Reheman Abudoula⟧",
        "⟦TongJing⟧,⟦ZaiShengrou⟧",
        "⟦HENGTian-hang⟧,⟦SHENXiao-ming⟧",
        "Anhui Province, China",
        "Reading, Writing and Thinking",
    ],
)
def test_authors_in_pinyin_are_hidden_and_english_words_stay(
    line: str, look: Look, policy: Policy
) -> None:
    sheet = sheet_of(line)
    assert shown(sheet, look(sheet), policy) == expected(line)


def test_a_name_broken_in_a_narrow_cell_is_hidden_under_any_text_around(
    look: Look, policy: Policy
) -> None:
    wide = "兹有我校教师⟦张伟平⟧，任教期间工作认真负责，深受学生和家长的好评。"
    sheet = Sheet().write(wide, 100, 100).table([["科任教师", "备注"]], 100, 200, (300, 80))
    sheet.table([["", ""]], 100, 280, (300, 120))
    sheet.write("⟦王建国⟧、⟦孙丽⟧、⟦李⟧", 108, 300).write("⟦晓琳⟧", 216, 338)
    right = (wide, "科任教师", "备注", "⟦王建国⟧、⟦孙丽⟧、⟦李⟧", "⟦晓琳⟧")
    assert shown(sheet, look(sheet), policy) == expected(*right)


def test_the_last_character_of_a_name_in_a_cell_that_reads_as_a_number_is_hidden(
    look: Look, policy: Policy
) -> None:
    sheet = Sheet().table([["科任教师", "备注"]], 100, 200, (420, 80))
    sheet.table([["", ""]], 100, 280, (420, 120))
    sheet.write("⟦夏侯蓓⟧、⟦文阳康⟧、⟦沙马拉⟧", 108, 300)
    sheet.write("11", 216, 338, weak={0: 0.4, 1: 0.9})
    hidden = shown(sheet, look(sheet), policy)
    assert hidden[-1] == "⟦11⟧"
