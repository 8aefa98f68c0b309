from __future__ import annotations

from pathlib import Path

import pymupdf
import pytest

from pipeline import casefile
from pipeline.casefile import CaseFile
from pipeline.dossier import Action, Kind, VerdictKind
from pipeline.findings_file import (
    DoubtEntry,
    FindingEntry,
    FindingsFile,
    LayerEntry,
    PageEntry,
)
from pipeline.outcome import ErrorEntry, FileResult
from pipeline.policy import load_policy
from pipeline.reports.dossier_report import write_report

CORNERS = ((10.0, 700.0), (60.0, 700.0), (60.0, 780.0), (10.0, 780.0))
DOUBT = DoubtEntry(code="name-readable", message="这里请核对。", page=1, polygon=CORNERS)


def findings(verdict: VerdictKind, doubts: tuple[DoubtEntry, ...]) -> FindingsFile:
    layer = LayerEntry(trusted=0, hidden=0, contradicted=0)
    page = PageEntry(
        page=1, width=600, height=800, turn=1, dpi=72, origin="scan", lines=3, layer=layer
    )
    found = FindingEntry(
        id="p1-1",
        page=1,
        kind=Kind.PERSON_NAME,
        polygon=CORNERS,
        label="【人员1】",
        recogniser="lac",
        rule="person",
        score=0.62,
        action=Action.MASK,
        reason="他人姓名<b>隐去",
        evidence="标签“作者”之后",
        doubtful=True,
        text="王建国",
    )
    return FindingsFile(
        file="a.pdf",
        sha256="",
        copy_sha256="",
        policy="huainan-2025@1",
        program="0",
        models={},
        verdict=verdict,
        doubts=doubts,
        notes=(),
        masks={"person_name": 1},
        pages=(page,),
        findings=(found,),
    )


@pytest.fixture
def report(tmp_path: Path) -> str:
    case = CaseFile(tmp_path)
    with pymupdf.open() as document:
        document.new_page(width=800, height=600)
        copy = document.tobytes()
    verdicts = {"a01": VerdictKind.CLEAN, "a02": VerdictKind.PERSON}
    for file_id, verdict in verdicts.items():
        doubts = (DOUBT,) if verdict is VerdictKind.PERSON else ()
        case.write(casefile.masked(file_id), copy)
        case.write(casefile.findings(file_id), findings(verdict, doubts).to_bytes())
    results = [
        FileResult(
            id=file_id,
            file=f"{file_id}.pdf",
            verdict=verdict,
            pages=1,
            masks={"person_name": 1},
            doubts=(DOUBT,) if verdict is VerdictKind.PERSON else (),
        )
        for file_id, verdict in verdicts.items()
    ]
    error = ErrorEntry.model_validate({"class": "X", "code": "x", "message": "“c.pdf”已损坏。"})
    results.append(FileResult(id="a03", file="c.pdf", verdict=VerdictKind.ERROR, error=error))
    write_report(case, results, [], load_policy("huainan-2025"))
    return (tmp_path / "report.html").read_text("utf-8")


def test_what_needs_a_person_comes_first_with_its_place_on_the_page(report: str) -> None:
    assert report.index("请先处理这些") < report.index('id="a03"') < report.index('id="a02"')
    assert report.index('id="a02"') < report.index('id="a01"')
    # The stored page is turned clockwise by one quarter: (10..60, 700..780) of 600 x 800.
    assert "left:2.50%;top:1.67%;width:10.00%;height:8.33%" in report


def test_the_report_opens_without_a_server_and_never_shows_the_originals_text(
    report: str,
) -> None:
    assert "王建国" not in report
    assert "http" not in report and "<script" not in report and "<b>隐去" not in report
    assert report.count("data:image/jpeg;base64,") == 2
