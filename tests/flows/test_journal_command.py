from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

TABLE = "name,cn,issn,frequency,place\n淮上教育研究,34-1801/G4,2097-9002,月刊,安徽省\n"


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MANGPING_STATE", str(tmp_path / "state"))
    (tmp_path / "t.csv").write_text(TABLE, encoding="utf-8")
    return tmp_path


def _run(*words: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "flows.cli", *words]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert "Traceback" not in ran.stderr
    return ran.returncode, ran.stdout


def test_an_imported_journal_is_accepted_and_a_forged_one_returned(state: Path) -> None:
    good = ["--cn", "CN 34-1801/G4", "--issn", "2097-9002", "--title", "淮上教育研究", "--json"]
    code, out = _run("journal", *good)
    assert code == 3 and json.loads(out)["verdict"] == "person"
    assert _run("registry", "import", str(state / "t.csv"))[0] == 0
    code, out = _run("journal", *good)
    answer = json.loads(out)
    assert code == 0 and answer["verdict"] == "accept" and answer["rules"] == []
    assert (answer["cn"], answer["issn"]) == ("34-1801/G4", "2097-9002")
    code, out = _run("journal", "--cn", "CN(HK)NR4069-194/01", "--issn", "1684-0445", "--json")
    answer = json.loads(out)
    assert code == 3 and answer["verdict"] == "return" and answer["rules"] == ["HN-PAPER-2"]
    assert answer["cn"] is None
    for finding in answer["findings"]:
        assert set(finding) >= {"rule", "reason", "page", "box", "evidence", "effect", "code"}


def test_a_journal_is_looked_up_in_a_named_table(state: Path) -> None:
    code, out = _run(
        "registry",
        "lookup",
        "--title",
        "淮上教育研宄",
        "--registry",
        str(state / "t.csv"),
        "--json",
    )
    (found,) = json.loads(out)["journals"]
    assert code == 0 and (found["cn"], found["by"], found["edits"]) == ("34-1801/G4", ["title"], 1)
    assert _run("registry", "lookup", "--cn", "34-1801", "--json")[0] == 3


def test_a_question_without_anything_asked_is_refused() -> None:
    for command in (("journal",), ("registry", "lookup")):
        code, out = _run(*command, "--json")
        assert code == 2 and json.loads(out)["error"]["code"] == "command-line"
