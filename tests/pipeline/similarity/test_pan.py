from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from pipeline.errors import MangpingError
from pipeline.similarity import pan
from pipeline.similarity.nouns import MatchKind, Passage, Span
from pipeline.similarity.pan import pan_xml, read_texts, write_pairs

PASSAGE = Passage(Span(3, 9), "src.txt", Span(10, 17), MatchKind.NEAR, 0.9)


def test_a_scorer_of_pan_reads_the_result() -> None:
    root = ET.fromstring(pan_xml('a"&<甲.txt', "src.txt", [PASSAGE]).encode())
    assert root.attrib == {"reference": 'a"&<甲.txt'}
    (feature,) = root
    assert feature.attrib == {
        "name": "detected-plagiarism",
        "this_offset": "3",
        "this_length": "6",
        "source_reference": "src.txt",
        "source_offset": "10",
        "source_length": "7",
    }


def test_offsets_count_the_file_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("\ufeff一\r\n二".encode())
    assert read_texts(tmp_path)["a.txt"].raw == "\ufeff一\r\n二"


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.txt", "文字".encode("gbk"), "not-utf8"),
        ("a.txt", b"x" * 40, "text-file-too-large"),
        ("a\u202eb.txt", b"x", "text-name"),
        ("a.doc", b"x", "text-folder"),
    ],
)
def test_a_text_that_cannot_be_taken_is_named_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, data: bytes, code: str
) -> None:
    monkeypatch.setattr(pan, "_MOST_BYTES", 32)
    (tmp_path / name).write_bytes(data)
    with pytest.raises(MangpingError) as caught:
        read_texts(tmp_path)
    assert caught.value.code == code


def test_too_many_texts_are_refused_before_any_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pan, "_MOST_FILES", 1)
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_bytes(b"\xff")
    with pytest.raises(pan.TextFolderTooLargeError):
        read_texts(tmp_path)


def test_a_second_run_leaves_nothing_of_the_first(tmp_path: Path) -> None:
    (tmp_path / "mine.xml").write_text("not of this run")
    names = ["a.txt"], ["src.txt", "other.txt"]
    assert write_pairs(tmp_path, {("a.txt", "other.txt"): [PASSAGE]}, *names) == 1
    assert write_pairs(tmp_path, {("a.txt", "src.txt"): [PASSAGE]}, *names) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a-src.xml", "mine.xml"]


def test_two_pairs_never_share_a_file(tmp_path: Path) -> None:
    with pytest.raises(pan.TextNameError):
        write_pairs(tmp_path, {}, ["a.txt", "a-b.txt"], ["b-c.txt", "c.txt"])


def test_a_result_that_cannot_be_finished_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ["a.txt"], ["src.txt"]
    write_pairs(tmp_path, {("a.txt", "src.txt"): [PASSAGE]}, *names)
    before = (tmp_path / "a-src.xml").read_bytes()

    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "disk full")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(pan.PairsOutputError):
        write_pairs(tmp_path, {("a.txt", "src.txt"): [PASSAGE, PASSAGE]}, *names)
    assert [path.name for path in tmp_path.iterdir()] == ["a-src.xml"]
    assert (tmp_path / "a-src.xml").read_bytes() == before
