from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

COPIED = "这个现象说明火焰的外层温度最高，内层燃烧不充分。许多学生以为蜡烛的灯芯在燃烧，其实不是。"


def pairs(place: Path, out: str, seed: str) -> subprocess.CompletedProcess[str]:
    command = ["similarity", "pairs", "--susp", str(place / "susp"), "--src", str(place / "src")]
    return subprocess.run(
        [sys.executable, "-m", "flows.cli", *command, "--out", str(place / out), "--json"],
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
    )


def test_two_processes_write_the_same_bytes(tmp_path: Path) -> None:
    for folder, before in (("susp", "本学期的总结如下。\n"), ("src", "蜡烛实验的教学研究。\n")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"{folder}.txt").write_text(before + COPIED, encoding="utf-8")
    runs = [pairs(tmp_path, out, out) for out in ("1", "2")]
    assert [run.returncode for run in runs] == [0, 0]
    assert json.loads(runs[0].stdout)["passages"] == 1
    results = [(tmp_path / out / "susp-src.xml").read_bytes() for out in ("1", "2")]
    assert results[0] == results[1]
    offset = len("本学期的总结如下。\n")
    assert f'this_offset="{offset}" this_length="{len(COPIED)}"' in results[0].decode()


def test_a_missing_folder_is_one_sentence(tmp_path: Path) -> None:
    run = pairs(tmp_path, "out", "1")
    assert run.returncode == 2
    assert json.loads(run.stdout)["error"]["code"] == "text-folder"
    assert not (tmp_path / "out").exists()
