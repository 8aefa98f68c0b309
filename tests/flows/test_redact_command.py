from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pymupdf
import pytest

from flows.redact import output_stems
from tests.sheets import draw_sheet, traces, write_identity


@dataclass
class Ran:
    code: int
    stdout: str
    stderr: str

    @property
    def json(self) -> dict[str, Any]:
        whole: dict[str, Any] = json.loads(self.stdout)
        return whole


def mangping(*arguments: object) -> Ran:
    command = [sys.executable, "-m", "flows.cli", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    return Ran(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("redact")
    (base / "again").mkdir()
    sheet = draw_sheet()
    sheet.save(base / "证书.jpg", quality=90)
    sheet.rotate(90, expand=True).save(base / "again" / "证书.png")
    sheet.save(base / "李晓琳推荐表.jpg", quality=90)
    (base / "empty.jpg").write_bytes(b"")
    write_identity(base)
    return base


@pytest.fixture(scope="module")
def ran(folder: Path) -> Ran:
    out = folder / "out"
    out.mkdir()
    (out / "empty.pdf").write_bytes(b"stale")
    (out / "empty.findings.json").write_bytes(b"{}")
    files = [folder / "证书.jpg", folder / "empty.jpg", folder / "again" / "证书.png"]
    files.append(folder / "李晓琳推荐表.jpg")
    return mangping(
        "redact", *files, "--identity", folder / "identity.json", "--out", out, "--json"
    )


def test_scripts_can_parse_stdout_and_trust_the_exit_code(ran: Ran, folder: Path) -> None:
    whole = ran.json
    assert ran.stdout.count("\n") == 1
    assert ran.code == whole["exit_code"] == 2
    assert [f["verdict"] for f in whole["files"]] == ["clean", "error", "clean", "person"]
    assert [f["pages"] for f in whole["files"]] == [1, 0, 1, 1]
    assert set(whole["files"][0]["seconds"]) >= {"reading", "masking", "verification"}
    assert whole["files"][0]["masks"]["applicant_name"] == 1
    assert whole["files"][1]["error"]["class"] == "EmptyFileError"
    assert "Traceback" not in ran.stderr


def test_outputs_have_the_promised_names_and_a_refused_file_leaves_none(
    ran: Ran, folder: Path
) -> None:
    names = sorted(path.name for path in (folder / "out").iterdir())
    assert names == sorted(
        [
            "证书.pdf",
            "证书.findings.json",
            "证书-2.pdf",
            "证书-2.findings.json",
            "李晓琳推荐表.pdf",
            "李晓琳推荐表.findings.json",
        ]
    )


def test_no_output_carries_the_applicants_strings(ran: Ran, folder: Path) -> None:
    for path in (folder / "out").iterdir():
        assert traces(path.read_bytes()) == [], path.suffix
        if path.suffix == ".pdf":
            with pymupdf.open(path) as copy:
                assert not any(page.get_text().strip() for page in copy)


def test_a_turned_scan_comes_out_upright_and_its_findings_stay_in_stored_pixels(
    ran: Ran, folder: Path
) -> None:
    found = json.loads((folder / "out" / "证书-2.findings.json").read_text("utf-8"))
    page = found["pages"][0]
    assert (page["width"], page["height"], page["turn"]) == (1240, 874, 1)
    for finding in found["findings"]:
        assert all(0 <= x <= 1240 and 0 <= y <= 874 for x, y in finding["polygon"])
        assert "text" not in finding
    assert found["schema"] == "mangping.findings/1"


def test_a_file_name_that_names_the_applicant_goes_to_a_person_with_a_better_name(
    ran: Ran,
) -> None:
    doubts = ran.json["files"][3]["doubts"]
    assert [d["code"] for d in doubts] == ["file-name"]
    assert "申报人推荐表.pdf" in doubts[0]["message"]


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"identity": {"name": ""}}, "IdentityNameError"),
        ({"policy": "nowhere-1999"}, "UnknownPolicyError"),
        ({"identity": None}, "MissingIdentityError"),
        ({"option": "--fast"}, "CommandLineError"),
    ],
)
def test_bad_usage_is_one_sentence_and_exit_code_2(
    change: dict[str, Any], error: str, folder: Path, tmp_path: Path
) -> None:
    shutil.copy(folder / "证书.jpg", tmp_path)
    identity = tmp_path / "identity.json"
    if change.get("identity", {}) is not None:
        write_identity(tmp_path, **change.get("identity", {}))
    arguments = ["--identity", identity, "--out", tmp_path / "out", "--json"]
    arguments += ["--policy", change.get("policy", "huainan-2025")]
    arguments += [change["option"]] if "option" in change else []
    ran = mangping("redact", tmp_path / "证书.jpg", *arguments)
    assert ran.code == 2
    assert ran.json["error"]["class"] == error
    assert ran.stderr.count("\n") == 1
    assert not list((tmp_path / "out").glob("*"))


def test_an_original_is_never_overwritten_by_its_copy(tmp_path: Path) -> None:
    draw_sheet().save(tmp_path / "a.pdf", resolution=150)
    before = (tmp_path / "a.pdf").read_bytes()
    identity = write_identity(tmp_path)
    ran = mangping(
        "redact", tmp_path / "a.pdf", "--identity", identity, "--out", tmp_path, "--json"
    )
    assert ran.code == 2
    assert ran.json["files"][0]["error"]["class"] == "OverwriteError"
    assert (tmp_path / "a.pdf").read_bytes() == before


def test_names_stay_apart_and_short_enough_for_the_disk() -> None:
    files = [Path("x/a.jpg"), Path("y/a.png"), Path("a-2.pdf"), Path("z/A.pdf")]
    assert output_stems(files) == ["a", "a-2", "a-2-2", "A-3"]
    (long,) = output_stems([Path("课" * 84 + ".pdf")])
    assert len(f"{long}.findings.json".encode()) <= 255


def test_the_version_is_there_at_once() -> None:
    started = time.perf_counter()
    ran = mangping("--version")
    assert ran.stdout.startswith("mangping ") and ran.code == 0
    assert time.perf_counter() - started < 2, "half a second on an idle machine"


def test_redacting_loose_files_never_brings_prefect() -> None:
    code = (
        "import sys, flows.redact, flows.engine, flows.printing;"
        "flows.engine.shared_reader();"
        "sys.exit('prefect' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
