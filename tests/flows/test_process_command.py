from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.early import settle
from tests.sheets import APPLICANT, draw_sheet, traces


@dataclass
class Ran:
    code: int
    json: dict[str, Any]
    stderr: str
    home: Path
    out: Path


def process(dossier: Path, home: Path, *arguments: object) -> Ran:
    out = home / "out"
    command = [sys.executable, "-m", "flows.cli", "process", str(dossier), "--out", str(out)]
    state = {"MANGPING_STATE": str(home / "state"), "TMPDIR": str(home / "tmp")}
    (home / "tmp").mkdir(exist_ok=True)
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")} | state
    done = subprocess.run(
        [*command, "--json", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=400,
        env=environment,
    )
    return Ran(done.returncode, json.loads(done.stdout), done.stderr, home, out)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, prefect_database: Path) -> Path:
    home = tmp_path_factory.mktemp("case")
    settle(prefect_database, home / "state")
    return home


@pytest.fixture(scope="module")
def dossier(home: Path) -> Path:
    """A ZIP: a sheet, one upside down, a damaged file and a path that leaves the folder."""
    folder = home / "李晓琳的材料"
    folder.mkdir()
    draw_sheet().save(folder / "推荐表.jpg", quality=90)
    turned = draw_sheet(("听课记录", "授课教师：李晓琳", "听课人：王建国"))
    turned.rotate(180).save(folder / "李晓琳听课.png")
    (folder / "坏.pdf").write_bytes(b"%PDF-1.7\n" + b"x" * 400)
    files = [("推荐表.jpg", "other"), ("李晓琳听课.png", "lesson_record"), ("坏.pdf", "other")]
    description = {
        "policy": "huainan-2025",
        "applicant": APPLICANT,
        "attachments": [{"file": name, "kind": kind} for name, kind in files],
    }
    text = json.dumps(description, ensure_ascii=False)
    (folder / "dossier.json").write_text(text, encoding="utf-8")
    path = home / "李晓琳的材料.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, file.name)
        archive.writestr("../escape.jpg", b"x")
    shutil.rmtree(folder)
    return path


@pytest.fixture(scope="module")
def first(dossier: Path, home: Path) -> Ran:
    return process(dossier, home)


def test_one_damaged_attachment_does_not_cost_the_others(first: Ran) -> None:
    assert first.code == 2
    files = first.json["files"]
    assert [f["id"] for f in files] == ["a01", "a02", "a03"]
    assert [f["verdict"] for f in files] == ["clean", "clean", "error"]
    assert [e["class"] for e in first.json["refused"]] == ["UnsafePathError"]
    assert sorted(p.name for p in (first.out / "masked").iterdir()) == ["a01.pdf", "a02.pdf"]
    assert not (first.home / "escape.jpg").exists()
    assert "Traceback" not in first.stderr


def test_the_case_folder_says_what_was_made_from_what(first: Ran) -> None:
    manifest = json.loads((first.out / "manifest.json").read_text("utf-8"))
    assert manifest["policy"] == {"id": "huainan-2025", "version": 2}
    assert set(manifest["models"]) == {
        "reader",
        "PP-OCRv6_small_det",
        "PP-OCRv6_small_rec",
        "lac",
        "ner",
        "centerface",
    }
    assert [len(f["outputs"]) for f in manifest["files"]] == [2, 2, 0]
    report = (first.out / "report.html").read_text("utf-8")
    assert report.count("data:image/jpeg;base64,") == 2
    assert "http://" not in report and "https://" not in report


def test_the_same_person_has_the_same_label_in_all_attachments(first: Ran) -> None:
    labels = []
    for name in ("a01", "a02"):
        document = json.loads((first.out / "findings" / f"{name}.json").read_text("utf-8"))
        found = document["findings"]
        labels.append({f["label"] for f in found if f["kind"] == "person_name"})
    assert labels[0] == labels[1] == {"【人员1】"}


def test_the_report_says_why_something_was_taken_for_a_name(first: Ran) -> None:
    found = json.loads((first.out / "findings" / "a01.json").read_text("utf-8"))["findings"]
    assert all(f["evidence"] and f["evidence"] != f["reason"] for f in found)
    assert "与申报人信息一致" in (first.out / "report.html").read_text("utf-8")


def test_nothing_a_run_leaves_behind_names_the_applicant(first: Ran) -> None:
    """Nor does any library leave something of its own in the temporary folder."""
    looked = 0
    for path in first.home.rglob("*"):
        relative = path.relative_to(first.home)
        private = relative.parts[:2] == ("out", "work") or relative.parts[:2] == ("state", "cases")
        if path.is_file() and not private and path.suffix != ".zip":
            assert traces(path.read_bytes()) == [], relative
            assert traces(path.name.encode()) == []
            looked += 1
    assert (first.home / "state" / "prefect" / "prefect.db").is_file()
    assert looked >= 7
    assert (first.out / "work").stat().st_mode & 0o077 == 0
    assert not list((first.out / "work").glob("unpacked-*"))
    assert not list((first.home / "tmp").iterdir())


def test_a_second_run_does_nothing_twice(first: Ran, dossier: Path) -> None:
    before = {p.name: p.stat().st_mtime_ns for p in (first.out / "masked").iterdir()}
    again = process(dossier, first.home)
    assert [f["reused"] for f in again.json["files"]] == [True, True, False]
    assert all(f["seconds"]["reading"] == 0 for f in again.json["files"][:2])
    assert before == {p.name: p.stat().st_mtime_ns for p in (first.out / "masked").iterdir()}


def test_results_never_land_among_the_originals(tmp_path: Path) -> None:
    draw_sheet().save(tmp_path / "a.jpg")
    (tmp_path / "identity.json").write_text(json.dumps(APPLICANT), encoding="utf-8")
    ran = process(tmp_path, tmp_path, "--identity", tmp_path / "identity.json")
    assert ran.code == 2
    assert ran.json["error"]["class"] == "OutputInsideError"
    assert not ran.out.exists()
