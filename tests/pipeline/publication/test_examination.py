"""The whole way of a born-digital package and its report, from the bytes to the verdict."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from numpy.typing import NDArray

from fixtures.papers.nouns import Truth
from pipeline.geometry import Frame
from pipeline.intake import open_source
from pipeline.policy.loader import PublicationPolicy
from pipeline.publication.barcodes import publication_barcodes
from pipeline.publication.examination import ReadFile, examine_files, read_publication
from pipeline.publication.judge import Claimant
from pipeline.publication.nouns import NumberFlag, NumberKind, PublicationVerdict
from pipeline.publication.registry import Registry
from pipeline.reading import Reader

_TODAY = date(2025, 11, 1)


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
