"""The whole way of a born-digital package and its report, from the bytes to the verdict."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from numpy.typing import NDArray

from fixtures.papers.journals import make_registry
from fixtures.papers.nouns import Truth
from fixtures.papers.packages import make_package
from fixtures.papers.store import write_pages
from fixtures.reports.make import make_report
from fixtures.reports.subject import Subject
from pipeline.geometry import Frame
from pipeline.intake import open_source
from pipeline.policy.loader import PublicationPolicy
from pipeline.publication.barcodes import publication_barcodes
from pipeline.publication.examination import ReadFile, examine_files, read_publication
from pipeline.publication.judge import Claimant
from pipeline.publication.nouns import NumberFlag, NumberKind, PublicationVerdict
from pipeline.publication.registry import Registry
from pipeline.publication.registry_import import open_registry
from pipeline.reading import Reader

_TODAY = date(2025, 11, 1)


@pytest.fixture(scope="module")
def package(
    reader: Reader, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Truth, ReadFile, Registry, Path]:
    folder = tmp_path_factory.mktemp("package")
    journals = make_registry(random.Random(1))
    journals.write(folder / "registry.tsv")
    rng = random.Random(6)
    made = make_package(rng, journals, [])
    write_pages([page.sheet for page in made.pages], folder / "paper.pdf", "born-digital", rng)
    with open_source(folder / "paper.pdf") as source:
        read = read_publication(source, reader)
    assert made.plan is not None
    subject = Subject(
        title=made.plan.article.full_title,
        author=made.truth.applicant,
        unit="淮南市第二中学",
        paragraphs=made.plan.article.paragraphs,
        characters=made.characters,
        published=date(2024, 5, 10),
    )
    make_report(folder / "report.pdf", random.Random(5), subject, "", "cnki")
    other = Subject("操场改造工程概算", "王建国", "某局", ("一",), made.characters, _TODAY)
    make_report(folder / "other.pdf", random.Random(5), other, "", "cnki")
    return made.truth, read, open_registry(folder / "registry.tsv"), folder


def test_a_born_digital_paper_is_accepted_with_every_fact_right(
    package: tuple[Truth, ReadFile, Registry, Path], policy: PublicationPolicy
) -> None:
    truth, read, registry, _ = package
    result = examine_files(read, None, Claimant((truth.applicant,)), registry, policy, _TODAY)
    assert result.verdict is PublicationVerdict.ACCEPT, result.findings
    assert [part.value for part in result.parts] == truth.parts
    assert (result.cn, result.issn, result.journal) == (truth.cn, truth.issn, truth.journal)
    assert (list(result.authors), result.year, result.issue) == (
        truth.authors,
        truth.year,
        truth.issue,
    )


@pytest.mark.parametrize(("name", "rules"), [("report", ()), ("other", ("HN-SIM-1",))])
def test_only_the_report_of_another_paper_is_returned(
    name: str,
    rules: tuple[str, ...],
    package: tuple[Truth, ReadFile, Registry, Path],
    policy: PublicationPolicy,
    reader: Reader,
) -> None:
    truth, read, registry, folder = package
    with open_source(folder / f"{name}.pdf") as source:
        report = (source, read_publication(source, reader))
        result = examine_files(read, report, Claimant((truth.applicant,)), registry, policy, _TODAY)
    assert result.rules == rules, result.findings
    assert all(f.in_report for f in result.findings if f.rule == "HN-SIM-1")


def test_a_paper_handed_in_as_its_own_report_is_no_report(
    package: tuple[Truth, ReadFile, Registry, Path], policy: PublicationPolicy
) -> None:
    truth, read, registry, folder = package
    with open_source(folder / "paper.pdf") as source:
        result = examine_files(
            read, (source, read), Claimant((truth.applicant,)), registry, policy, _TODAY
        )
    assert [f.code for f in result.findings if f.rule == "HN-SIM-1"] == ["report-none"]


def _with_code(digits: str) -> NDArray[np.uint8]:
    code = zxingcpp.create_barcode(digits, zxingcpp.BarcodeFormat.EAN13)
    drawn = np.asarray(zxingcpp.write_barcode_to_image(code, scale=3))
    page = np.full((600, 800, 3), 255, np.uint8)
    page[300 : 300 + drawn.shape[0], 200 : 200 + drawn.shape[1]] = drawn[..., None]
    return page


def test_the_bar_code_of_a_journal_and_of_a_book_is_read_and_no_other() -> None:
    frame = Frame(4, 800, 600)
    (issn,) = publication_barcodes(_with_code("9772097900006"), frame)
    assert (issn.kind, issn.value, issn.page) == (NumberKind.ISSN, "2097-9002", 4)
    assert NumberFlag.BARCODE in issn.flags and issn.polygon is not None
    x0, y0, x1, y1 = issn.polygon.bounds
    assert 200 <= x0 < x1 <= 800 and 300 <= y0 <= y1 <= 600
    (isbn,) = publication_barcodes(_with_code("9787107188480"), frame)
    assert (isbn.kind, isbn.value) == (NumberKind.ISBN, "9787107188480")
    assert list(publication_barcodes(_with_code("6901234567892"), frame)) == []
    assert list(publication_barcodes(np.full((60, 80, 3), 255, np.uint8), frame)) == []
