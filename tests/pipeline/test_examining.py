"""A similarity report is held against another paper than its own, or against none at all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from fixtures.papers.nouns import Truth
from pipeline.detection import Detector
from pipeline.dossier import Applicant
from pipeline.examining import Examined, examine_dossier
from pipeline.intake import open_source
from pipeline.jobs import FileReading, Job, Tools
from pipeline.policy import load_policy
from pipeline.publication.examination import ReadFile, read_publication
from pipeline.publication.nouns import PublicationKind, PublicationVerdict
from pipeline.publication.registry import Registry
from pipeline.reading import PageReading, Reader
from pipeline.work import NoWork

_PAPERS = ("paper-1", "paper-2")


@pytest.fixture(scope="module")
def report(
    package: tuple[Truth, ReadFile, Registry, Path], reader: Reader
) -> tuple[PageReading, ...]:
    with open_source(package[3] / "report.pdf") as source:
        return read_publication(source, reader).readings


def _examined(
    package: tuple[Truth, ReadFile, Registry, Path],
    report: tuple[PageReading, ...],
    reader: Reader,
    papers: tuple[str, ...],
    report_of: Mapping[str, str],
) -> dict[str, Examined]:
    """Examine one paper handed in under some ids, with its report."""
    truth, read, registry, folder = package
    policy, applicant = load_policy("huainan-2025"), Applicant(name=(truth.applicant,))
    tools = Tools(reader, Detector(applicant, policy), policy, applicant)

    def file(key: str, name: str, kind: str, readings: tuple[PageReading, ...]) -> FileReading:
        return FileReading(Job(key, folder / name, name, kind), key, (), readings, (), {})

    files = [file(key, "paper.pdf", "paper", read.readings) for key in papers]
    files.append(file("report-1", "report.pdf", "similarity_report", report))
    done = examine_dossier(files, papers, report_of, tools, NoWork(), registry, date(2025, 11, 1))
    assert all(isinstance(one, Examined) for one in done.values())
    return {key: one for key, one in done.items() if isinstance(one, Examined)}


@pytest.mark.parametrize(
    ("papers", "report_of", "owner"),
    [
        (_PAPERS[:1], {}, "paper-1"),
        (_PAPERS, {"report-1": "paper-2"}, "paper-2"),
        (_PAPERS, {"report-1": "paper-1"}, "paper-1"),
    ],
)
def test_a_report_is_judged_with_the_paper_that_dossier_json_names(
    package: tuple[Truth, ReadFile, Registry, Path],
    report: tuple[PageReading, ...],
    reader: Reader,
    papers: tuple[str, ...],
    report_of: Mapping[str, str],
    owner: str,
) -> None:
    done = _examined(package, report, reader, papers, report_of)
    assert {key: one.reports for key, one in done.items()} == {
        key: ("report-1",) if key == owner else () for key in papers
    }
    assert all(one.result.verdict is PublicationVerdict.ACCEPT for one in done.values())


@pytest.mark.parametrize("report_of", [{}, {"report-1": "form-1"}])
def test_a_report_that_fits_no_paper_alone_goes_to_a_person(
    package: tuple[Truth, ReadFile, Registry, Path],
    report: tuple[PageReading, ...],
    reader: Reader,
    report_of: Mapping[str, str],
) -> None:
    result = _examined(package, report, reader, _PAPERS, report_of)["report-1"].result
    assert (result.kind, result.verdict) == (PublicationKind.REPORT, PublicationVerdict.PERSON)
    (found,) = result.findings
    assert (found.rule, found.code, found.in_report) == ("HN-SIM-1", "report-unmatched", True)
