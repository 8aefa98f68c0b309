"""What the corpus command promises: nothing twice, nothing lost, wrong files said and left out."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MANGPING_STATE", str(tmp_path / "state"))
    folder = tmp_path / "papers"
    folder.mkdir()
    for name in ("a", "b", "law"):
        rng = random.Random(name)
        text = "".join(chr(0x4E00 + rng.randrange(3000)) for _ in range(300))
        (folder / f"{name}.txt").write_text(text, encoding="gb18030" if name == "b" else "utf-8")
    (folder / "short.txt").write_text("只有几个字。", encoding="utf-8")
    (folder / "broken.txt").write_bytes(b"\x00\xff\x00\xfe" * 50)
    (folder / "facts.csv").write_text(
        "file,authors,units,id_number,date,kind,id\n"
        "a.txt,张三,一中,310104196709233217,2024-03-01,paper,\n"
        "law.txt,,,,2020-01-01,exempt,law-1\n",
        encoding="utf-8",
    )
    return folder


def _run(*words: str) -> tuple[int, dict[str, Any]]:
    command = [sys.executable, "-m", "flows.cli", "corpus", *words, "--json"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert "Traceback" not in ran.stderr
    return ran.returncode, json.loads(ran.stdout)


def test_a_folder_and_its_table_become_a_corpus_once(folder: Path) -> None:
    words = ("add", str(folder), "--table", str(folder / "facts.csv"), "--round", "2025")
    code, added = _run(*words)
    assert code == 2 and {error["file"]: error["code"] for error in added["errors"]} == {
        "broken.txt": "corpus-text-file",
        "short.txt": "corpus-empty-text",
    }
    assert all(error["file"] in error["message"] for error in added["errors"])
    assert [one["file"] for one in added["documents"]] == ["a.txt", "b.txt", "law.txt"]
    code, again = _run(*words)
    assert again["snapshot"] == added["snapshot"]
    assert {one["result"] for one in again["documents"]} == {"unchanged"}
    _, listed = _run("list")
    kinds = {one["id"]: one["kind"] for one in listed["documents"]}
    assert len(kinds) == 3 and kinds["law-1"] == "exempt"
    told = json.dumps(listed, ensure_ascii=False)
    assert "张三" in told and "310104196709233217" not in told
    assert _run("stats", "--check")[1]["kinds"] == {"exempt": 1, "paper": 2}


def test_what_was_removed_is_not_found_and_the_snapshot_tells(folder: Path) -> None:
    _run("add", str(folder / "a.txt"), "--id", "p1", "--date", "2024-05-06")
    then = _run("stats")[1]["snapshot"]["id"]
    _run("add", str(folder / "b.txt"), "--id", "p2")
    code, refused = _run("remove", "p1", "nobody")
    assert code == 2 and refused["error"]["code"] == "corpus-no-document"
    assert _run("remove", "p1")[0] == 0
    _, changes = _run("list", "--since", then)
    assert [one["id"] for one in changes["documents"]] == ["p2"] and changes["gone"] == ["p1"]
    assert _run("list", "--since", "0")[1]["error"]["code"] == "corpus-no-snapshot"


def test_wrong_facts_are_refused_before_anything_is_made(folder: Path, tmp_path: Path) -> None:
    for words in (("--kind", "novel"), ("--year", "x"), ("--date", "2024-02-30")):
        code, answer = _run("add", str(folder / "a.txt"), *words)
        assert code == 2 and answer["error"]["code"] == "command-line"
    assert _run("stats")[1]["error"]["code"] == "corpus-missing"
