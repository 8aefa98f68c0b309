"""A registry that loses or mixes up a journal makes good papers suspect."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.publication.errors import (
    RegistryDamagedError,
    RegistryFileError,
    RegistryMissingError,
    RegistryWriteError,
)
from pipeline.publication.registry import JournalStatus, Registry
from pipeline.publication.registry_import import (
    import_table,
    open_registry,
    parse_table,
    seed_registry,
)
from tests.pipeline.publication.conftest import JOURNALS

HEAD = (
    "name\tformer_names\tcn\tcn_region\tcn_serial\tcn_class\tissn\tfrequency\tplace\tpostal\t"
    "founded\tsponsor\tsubject\tindexing\tstatus\tflags\n"
)
ROW = (
    '课堂"观察\t旧课堂;老课堂\t41-1203/G4\t41\t1203\tG4\tISSN\t旬刊\t河南省\t36-8\t'
    "1990\t社\t教育\t\t停刊\tceased\n"
).replace("ISSN", "2097-9029")


def test_a_journal_is_found_by_cn_whatever_its_class_says(registry: Registry) -> None:
    assert [j.title for j in registry.by_cn("34", "1801")] == ["淮上教育研究"]
    assert len(registry.by_cn("42", "1711")) == 2 and not registry.by_cn("99", "9999")


@pytest.mark.parametrize(
    ("asked", "title", "edits"),
    [
        ("《淮上教育研究》", "淮上教育研究", 0),
        ("淮上 教育·研究", "淮上教育研究", 0),
        ("原名教育", "更名教育", 0),
        ("分册教学", "分册教学（中学版）", 0),
        ("淮上教育研宄", "淮上教育研究", 1),
        ("淮上教育研", "淮上教育研究", 1),
    ],
)
def test_a_journal_is_found_by_its_title(
    asked: str, title: str, edits: int, registry: Registry
) -> None:
    found = registry.by_title(asked)
    assert title in {match.journal.title for match in found}
    assert {match.edits for match in found} == {edits}


@given(
    st.sampled_from(["江淮教学论坛", "信息技术教学"]),
    st.integers(0, 5),
    st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5),
)
def test_one_character_never_hides_a_journal(
    registry: Registry, title: str, at: int, other: str
) -> None:
    found = registry.by_title(title[:at] + other + title[at + 1 :])
    assert title in {match.journal.title for match in found}


def test_a_table_is_taken_as_the_large_one_is_laid_out() -> None:
    table = parse_table((HEAD + ROW + "\t\t\t\n").encode(), "t.tsv")
    (journal,) = table.journals
    assert (journal.title, journal.former_titles) == ('课堂"观察', ("旧课堂", "老课堂"))
    assert (journal.cn, journal.issn) == ("41-1203/G4", "2097-9029")
    assert journal.status is JournalStatus.CEASED and table.no_title == 0


def test_an_office_table_is_taken_too() -> None:
    text = (
        '刊名,国内刊号,ISSN,停刊年份\n"课堂,观察",CN 41-1203/G4,ISSN 2097-9029,2019\n坏,99,1\n,,\n'
    )
    table = parse_table(text.encode("gb18030"), "t.csv")
    assert [(j.title, j.cn, j.issn, j.ended) for j in table.journals] == [
        ("课堂,观察", "41-1203/G4", "2097-9029", 2019),
        ("坏", None, None, None),
    ]
    assert (table.bad_cn, table.bad_issn) == (1, 1)


@pytest.mark.parametrize(
    "content",
    [b"", b"a,b\n1,2\n", b"name,cn,issn\n,,\n", b"\xff\xfe\0\0", b"%PDF-1.7\n\0\0", b"\x89PNG\r\n"],
)
def test_what_is_no_table_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "t.tsv").write_bytes(content)
    with pytest.raises(RegistryFileError):
        import_table(tmp_path / "t.tsv", tmp_path / "db")
    assert not (tmp_path / "db").exists()


def test_an_import_replaces_and_says_which_version_answers(tmp_path: Path) -> None:
    table, place = tmp_path / "t.tsv", tmp_path / "deep" / "db"
    table.write_text(HEAD + ROW, encoding="utf-8")
    first, _ = import_table(table, place)
    assert import_table(table, place)[0] == first and first.version == 1
    with open_registry(place) as earlier:
        table.write_text(HEAD + ROW.replace("1203", "1204"), encoding="utf-8")
        assert import_table(table, place)[0].version == 2
        assert earlier.by_cn("41", "1203")
    with open_registry(place) as later:
        assert later.by_cn("41", "1204") and not later.by_cn("41", "1203")
    assert [f.name for f in place.parent.iterdir()] == ["db"]


def test_something_else_in_the_registrys_place_is_left_alone(tmp_path: Path) -> None:
    table = tmp_path / "t.tsv"
    table.write_text(HEAD + ROW, encoding="utf-8")
    with pytest.raises(RegistryDamagedError):
        import_table(table, table)
    other = tmp_path / "other.sqlite"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE mine (x)")
    with pytest.raises(RegistryDamagedError):
        open_registry(other)
    with pytest.raises(RegistryMissingError):
        open_registry(tmp_path / "none")
    with pytest.raises(RegistryWriteError):
        import_table(table, table / "db")


def test_the_shipped_journals_are_whole() -> None:
    with seed_registry() as seed:
        assert seed.about.journals >= 60
        assert seed.by_cn("34", "1331")[0].issn == "2096-5885"
        assert seed.by_title("课程 教材 教法")


def test_the_journals_of_these_tests_are_none_that_ship() -> None:
    with seed_registry() as seed:
        assert not any(seed.by_issn(j.issn) for j in JOURNALS if j.issn)
