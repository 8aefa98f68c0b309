from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pymupdf
import pytest

from flows.cli import app
from tests.compared import CANDLE, GARDEN, HOMEWORK, READING

NAMES = ("李晓琳", "赵小燕", "王建国", "寿县", "淮南", "论文.txt")
AUTHOR = ("--author", "李晓琳", "--unit", "淮南市第二中学")


@dataclass
class Ran:
    code: int
    out: bytes
    said: str


class Shell:
    """Runs commands in this process, as starting one costs seconds."""

    def __init__(self, home: Path, captured: pytest.CaptureFixture[bytes]) -> None:
        self.home = home
        self._captured = captured

    def __call__(self, *words: object) -> Ran:
        self._captured.readouterr()
        kept = os.dup(1)  # a command that ends leaves stdout to nobody
        try:
            code = app([str(word) for word in words], standalone_mode=False)
        finally:
            os.dup2(kept, 1)
            os.close(kept)
        out, said = self._captured.readouterr()
        assert b"Traceback" not in said
        return Ran(code or 0, out, said.decode())

    def check(self, *words: object) -> Ran:
        corpus = ("--corpus", self.home / "corpus")
        return self("similarity", "check", self.home / "论文.txt", *corpus, *AUTHOR, *words)


@pytest.fixture
def shell(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> Shell:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("MANGPING_STATE", str(home / "state"))
    (home / "论文.txt").write_text(f"蜡烛与阅读\n{CANDLE}\n{READING}\n", encoding="utf-8")
    old = READING.replace("我们先用一节课", "王建国老师先用一节课")
    (home / "旧作.txt").write_text(f"{old}\n{HOMEWORK}\n", encoding="utf-8")
    (home / "新作.txt").write_text(f"{CANDLE}\n{GARDEN}\n", encoding="utf-8")
    run = Shell(home, capfdbinary)
    add = ("corpus", "add", home / "旧作.txt", "--corpus", home / "corpus")
    facts = ("--author", "赵小燕", "--unit", "寿县第一中学", "--date", "2020-01-01")
    assert run(*add, *facts, "--round", "2020").code == 0
    return run


def answer(done: Ran, code: int = 0) -> dict[str, Any]:
    assert done.code == code
    whole: dict[str, Any] = json.loads(done.out)
    return whole


def test_a_paper_is_compared_with_the_corpus_and_nothing_is_refused(shell: Shell) -> None:
    whole = answer(shell.check("--date", "2024-05-06", "--json"))
    assert whole["schema"] == "mangping.similarity/1"
    total = whole["ratios"]["total"]
    assert 0.3 < total["numerator"] / total["denominator"] < 0.7
    (source,) = whole["sources"]
    assert source["authors"] == ["赵小燕"] and source["standing"] == "counted"
    assert whole["corpus"]["documents"] == 1 and "由评审人判断" in whole["advice"]
    assert whole["passages"][0]["text"][:6] in READING


def test_html_and_pdf_come_from_stdout_or_into_a_folder(shell: Shell) -> None:
    page = shell.check("--html").out.decode()
    assert page.startswith("<!DOCTYPE html>") and "赵小燕" in page and "王建国" in page
    with pymupdf.open(stream=shell.check("--pdf").out, filetype="pdf") as document:
        assert "文本复制检测报告单" in document[0].get_text()
    done = shell.check("--json", "--html", "--pdf", "--masked", "--out", shell.home / "out")
    assert done.code == 0
    made = sorted((shell.home / "out").iterdir())
    assert [one.suffix for one in made] == [".html", ".json", ".pdf"]
    for one in made:
        data = one.read_bytes() + one.name.encode()
        if one.suffix == ".pdf":
            with pymupdf.open(one) as document:
                data = "".join(page.get_text() for page in document).encode()
        assert not [n for n in NAMES if n.encode() in data]


def test_two_processes_give_the_same_bytes(shell: Shell) -> None:
    words = ("similarity", "check", shell.home / "论文.txt", "--corpus", shell.home / "corpus")
    command = [sys.executable, "-m", "flows.cli", *map(str, words), "--json"]
    first, second = (
        subprocess.run(command, capture_output=True, check=True, timeout=300, env=os.environ).stdout
        for _ in range(2)
    )
    assert first == second and json.loads(first)["passages"]


def test_two_files_are_compared_without_any_corpus(shell: Shell) -> None:
    words = ("similarity", "compare", shell.home / "论文.txt", shell.home / "新作.txt", "--json")
    whole = answer(shell(*words))
    assert whole["ratios"]["single"]["numerator"] >= len(CANDLE) - 5
    assert "corpus" not in whole
    same = answer(shell(*words[:3], shell.home / "论文.txt", "--json"))
    assert same["ratios"]["total"]["ratio"] > 0.95


def test_a_re_check_tells_what_a_grown_corpus_changed(shell: Shell, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    words = ("--corpus", corpus, "--json")
    add = ("corpus", "add", "--corpus", corpus, "--author", "赵小燕")
    shell(*add, shell.home / "旧作.txt")
    paper = ("similarity", "check", shell.home / "论文.txt", *AUTHOR)
    before = tmp_path / "before.json"
    before.write_bytes(shell(*paper, *words).out)
    shell(*add, shell.home / "新作.txt")
    after = answer(shell(*paper, *words, "--since", before))
    changes = after["changes"]
    assert len(changes["new"]) == 1 and changes["gone"] == []
    total = changes["ratios"]["total"]
    assert total["before"]["numerator"] < total["after"]["numerator"]
    page = shell(*paper, "--corpus", corpus, "--html", "--since", before).out.decode()
    assert "新增来源" in page


def test_a_round_is_shown_as_one_picture(shell: Shell, tmp_path: Path) -> None:
    corpus = ("--corpus", tmp_path / "corpus", "--round", "2025")
    shell("corpus", "add", shell.home / "论文.txt", *corpus, *AUTHOR)
    shell("corpus", "add", shell.home / "新作.txt", *corpus, "--author", "赵小燕")
    done = shell("similarity", "round", *corpus, "--out", tmp_path / "round.html", "--json")
    whole = answer(done)
    assert len(whole["documents"]) == 2 and len(whole["shares"]) == 2
    assert "<svg" in (tmp_path / "round.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("what", ["corpus", "formats", "masked", "since", "date", "folder"])
def test_a_wrong_command_line_is_one_sentence(what: str, shell: Shell, tmp_path: Path) -> None:
    file, corpus = shell.home / "论文.txt", ("--corpus", shell.home / "corpus")
    words: dict[str, tuple[object, ...]] = {
        "corpus": (file, "--corpus", tmp_path / "none", "--json"),
        "formats": (file, *corpus, "--json", "--html"),
        "masked": (file, *corpus, "--html", "--masked", "--out", tmp_path),
        "since": (file, *corpus, "--json", "--since", file),
        "date": (file, *corpus, "--json", "--date", "去年"),
        "folder": (shell.home, *corpus, "--json"),
    }
    done = shell("similarity", "check", *words[what])
    assert done.code == 2 and "请" in done.said
    assert [one.name for one in tmp_path.iterdir()] == ["home"]
    if what != "masked":
        assert answer(done, 2)["error"]["message"]
