from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pymupdf
import pytest
from PIL import Image

from flows.redact import redact
from flows.verify import print_pair, verify
from pipeline.jobs import Options
from tests.sheets import LINES, draw_sheet, traces, write_identity


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("verify")
    draw_sheet().save(base / "原件.png")
    identity = write_identity(base)
    redact([base / "原件.png"], identity, base / "own", "huainan-2025", Options())
    return base


def _verify(folder: Path, masked: Path, out: Path | None = None) -> tuple[int, dict[str, Any], str]:
    """Run the command's body; return its exit code, its JSON and what it prints for people."""
    report, page = verify(
        masked, folder / "原件.png", folder / "identity.json", "huainan-2025", out
    )
    machine, people = io.StringIO(), io.StringIO()
    code = print_pair(machine, report, page, as_json=True)
    assert print_pair(people, report, page, as_json=False) == code
    return code, json.loads(machine.getvalue()), people.getvalue()


def test_our_own_copy_passes_against_its_original(folder: Path) -> None:
    code, answer, told = _verify(folder, folder / "own" / "原件.pdf")
    assert answer == {"verdict": "pass", "rules": [], "leaks": [], "differences": []}
    assert code == 0 and "通过" in told


def test_an_unmasked_copy_is_a_leak_and_says_where(folder: Path) -> None:
    code, answer, told = _verify(folder, folder / "原件.png")
    assert code == 3 and set(answer) == {"verdict", "rules", "leaks", "differences"}
    assert answer["verdict"] == "leak" and answer["rules"] == ["HN-MASK-2"]
    kinds = {leak["kind"] for leak in answer["leaks"]}
    assert {"applicant_name", "applicant_unit", "id_number", "phone"} <= kinds
    for leak in answer["leaks"]:
        assert set(leak) == {"page", "kind", "polygon", "channel"}
        assert leak["page"] == 1 and len(leak["polygon"]) >= 4
    assert not traces((json.dumps(answer, ensure_ascii=False) + told).encode())


def test_a_changed_word_is_shown_beside_the_original(folder: Path, tmp_path: Path) -> None:
    changed = draw_sheet((*LINES[:-1], "颁发单位：安徽省财政厅"))
    masked = Image.open(_png(folder, tmp_path)).convert("RGB")
    box = (0, 520, 874, 640)
    masked.paste(changed.crop(box), box[:2])
    masked.save(tmp_path / "masked.png")
    code, answer, told = _verify(folder, tmp_path / "masked.png", tmp_path / "report")
    assert code == 3 and answer["verdict"] == "differs" and answer["rules"] == ["HN-MASK-3"]
    (place,) = answer["differences"]
    assert set(place) == {"page", "polygon"}
    assert 540 < place["polygon"][0][1] < 620 and 300 < place["polygon"][0][0] < 400
    page = (tmp_path / "report" / "report.html").read_text(encoding="utf-8")
    assert page.count("data:image/jpeg") == 2 and not traces(page.encode())
    assert "不一致" in told and "第 1 页" in told


def _png(folder: Path, out: Path) -> Path:
    """Take the picture out of our own copy."""
    with pymupdf.open(folder / "own" / "原件.pdf") as document:
        image = document[0].get_images()[0]
        (out / "copy.png").write_bytes(pymupdf.Pixmap(document, image[0]).tobytes("png"))
    return out / "copy.png"


def test_a_file_that_cannot_be_taken_is_refused_with_one_sentence(
    folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "empty.pdf").write_bytes(b"")
    command = [sys.executable, "-m", "flows.cli", "verify", str(tmp_path / "empty.pdf")]
    command += ["--original", str(folder / "原件.png")]
    command += ["--identity", str(folder / "identity.json"), "--json"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert ran.returncode == 2 and json.loads(ran.stdout)["error"]["code"] == "empty-file"
    assert "Traceback" not in ran.stderr
