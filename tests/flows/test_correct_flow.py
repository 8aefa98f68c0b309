from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from models import weights_dir


def test_corrections_are_in_new_copies_which_are_verified_again(tmp_path: Path) -> None:
    """In a process of its own, because the flow's threads want a database that is a file."""
    if not (weights_dir() / "PP-OCRv6_small_rec" / "inference.onnx").is_file():
        pytest.skip("the reading models are not fetched: run `mangping models fetch`")
    environment = {
        **os.environ,
        "MANGPING_STATE": str(tmp_path / "state"),
        "DJANGO_SETTINGS_MODULE": "portal.settings",
    }
    for name in ("DATABASE_URL", "MANGPING_KEY", "MANGPING_STORAGE", "PREFECT_API_URL"):
        environment.pop(name, None)
    command = [sys.executable, "-m", "tests.flows.corrected", str(tmp_path)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    said = json.loads(done.stdout.splitlines()[-1])
    first, second, third = said["states"]
    assert first == {
        "versions": [1, 1, 1],
        "masked": [["applicant_name"], [], []],
        "doubts": [],
        "waiting": 0,
    }
    # The third attachment has nothing of it and keeps its copy.
    assert said["counts"] == {"copies": 2, "failed": 0}
    assert second["versions"] == [2, 2, 1] and second["waiting"] == 0
    assert second["masked"] == [["person_name", "project_number"], ["project_number"], []]
    assert {"own-string-shown", "name-readable"} <= set(second["doubts"])
    assert third["versions"] == [3, 2, 1]
    assert sorted(third["masked"][0]) == ["applicant_name", "person_name", "project_number"]
    assert (third["doubts"], third["waiting"]) == ([], 0)
