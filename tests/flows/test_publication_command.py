from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pymupdf
import pytest

from tests.packages import Packages, make_packages

KEYS = [
    *("verdict", "rules", "findings", "parts", "kind", "cn", "issn", "isbn"),
    *("journal", "title", "authors", "year", "issue"),
]


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Packages:
    return make_packages(tmp_path_factory.mktemp("packages"))


def _run(file: Path, *words: object) -> tuple[int, dict[str, Any]]:
    command = [sys.executable, "-m", "flows.cli", "publication", str(file), *map(str, words)]
    ran = subprocess.run(
        [*command, "--json"],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env=os.environ | {"MANGPING_STATE": str(file.parent / "state")},
    )
    assert "Traceback" not in ran.stderr
    return ran.returncode, json.loads(ran.stdout)


def test_a_good_paper_with_its_report_is_accepted(packages: Packages) -> None:
    truth = packages.good_truth
    code, answer = _run(
        packages.good,
        *("--applicant", truth.applicant, "--report", packages.report),
        *("--registry", packages.registry),
    )
    assert (code, answer["verdict"], answer["rules"]) == (0, "accept", [])
    assert list(answer) == KEYS
    assert answer["parts"] == truth.parts and answer["kind"] == "paper"
    assert (answer["cn"], answer["issn"]) == (truth.cn, truth.issn)
    assert answer["authors"] == truth.authors and answer["year"] == truth.year


def test_a_second_author_is_sent_back_with_the_place_of_the_names(packages: Packages) -> None:
    name = packages.bad_truth.applicant
    code, answer = _run(packages.bad, "--applicant", name, "--registry", packages.registry)
    assert (code, answer["verdict"], answer["rules"]) == (3, "return", ["HN-PAPER-4"])
    (broken,) = (f for f in answer["findings"] if f["effect"] == "return")
    assert name in broken["evidence"].replace(" ", "") and "第一作者" in broken["reason"]
    x0, y0, x1, y1 = broken["box"]
    with pymupdf.open(packages.bad) as document:
        (image,) = document[broken["page"] - 1].get_image_info()
    assert 0 <= x0 < x1 <= image["width"] and 0 <= y0 < y1 <= image["height"]


def test_one_page_as_a_picture_is_examined_too(packages: Packages, tmp_path: Path) -> None:
    with pymupdf.open(packages.good) as document:
        document[0].get_pixmap(dpi=150).save(tmp_path / "封面.png")
    code, answer = _run(tmp_path / "封面.png", "--registry", packages.registry)
    assert code == 3 and "HN-PAPER-1" in answer["rules"]
    assert len(answer["parts"]) == 1


@pytest.mark.parametrize("what", ["folder", "missing", "text", "report"])
def test_what_is_not_taken_is_refused_with_one_object(
    what: str, packages: Packages, tmp_path: Path
) -> None:
    text = tmp_path / "a.pdf"
    text.write_text("not a PDF", encoding="utf-8")
    files = {"folder": tmp_path, "missing": tmp_path / "none.pdf", "text": text}
    words = ["--report", str(tmp_path)] if what == "report" else []
    code, answer = _run(files.get(what, packages.good), *words)
    assert code == 2 and answer["exit_code"] == 2
    assert answer["error"]["message"] and "verdict" not in answer
