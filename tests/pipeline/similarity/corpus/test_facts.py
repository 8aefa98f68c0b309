"""A table read wrongly gives a paper to the wrong author, or makes the copy the original."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.similarity.corpus.errors import CorpusTableError
from pipeline.similarity.corpus.facts import Facts, parse_facts, read_table
from pipeline.similarity.nouns import Author, DocumentKind

_HEAD = "文件,编号,作者,单位,身份证号,日期,年份,类别,批次\n"


def _digest(number: str) -> str:
    return f"<{len(number)}>"


def test_a_table_says_whose_a_document_is_what_it_is_and_when_it_came(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    rows = (
        "甲/一.txt,p-1,张三;李四,一中;二小,310104196709233217,2024年3月1日,,论文,2024\n"
        "法.txt,,,,,,2020,法规,\n"
    )
    table.write_bytes((_HEAD + rows).encode("gb18030"))
    facts = read_table(table)
    assert set(facts) == {"甲/一.txt", "法.txt"}
    paper = facts["甲/一.txt"].document("0" * 64, _digest)
    assert paper.id == "p-1" and paper.submitted == "2024-03-01" and paper.round == "2024"
    assert paper.authors == (Author("张三", "一中", "<18>"), Author("李四", "二小"))
    law = facts["法.txt"].over(Facts(year=1999, source="汇编")).document("0" * 64, _digest)
    assert (law.kind, law.year, law.source) == (DocumentKind.EXEMPT, 2020, "汇编")


def test_the_same_file_handed_in_by_two_is_two_documents() -> None:
    one, again, other = (
        parse_facts({"authors": name, "units": "一中", "round": "2025"}).document("ab", _digest)
        for name in ("张三", "张三", "李四")
    )
    assert one.id == again.id != other.id
    assert "张三" not in one.id and one.id.isascii()


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("../一.txt,,,,,,,,", "文件名"),
        ("一.txt,,,,,2024-13-01,,,", "日期"),
        ("一.txt,,,,,,二零,,", "年份"),
        ("一.txt,,,,,,,小说,", "类别"),
        ("一.txt,张三,,,,,,,", "编号"),
        ("一.txt,,张三;李四,甲;乙;丙,,,,,", "单位"),
        ("一.txt,a,,,,,,,\n二.txt,a,,,,,,,", "重复"),
    ],
)
def test_a_wrong_row_refuses_the_table_and_is_named(tmp_path: Path, row: str, why: str) -> None:
    table = tmp_path / "t.csv"
    table.write_text(_HEAD + row + "\n", encoding="utf-8")
    with pytest.raises(CorpusTableError) as refused:
        read_table(table)
    assert why in str(refused.value) and "张三" not in str(refused.value)
