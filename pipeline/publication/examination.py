"""The examination of files: read, decode bar codes, ask the rules, judge the vendor's report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from pipeline.geometry import turn_pixels
from pipeline.intake import SourceFile
from pipeline.policy.loader import PublicationPolicy
from pipeline.publication.barcodes import publication_barcodes
from pipeline.publication.judge import Claimant, examine
from pipeline.publication.nouns import FoundNumber, PublicationResult, RuleFinding, verdict_of
from pipeline.publication.package import Package
from pipeline.publication.registry import Registry
from pipeline.publication.vendor_check import check_vendor_report, paper_of
from pipeline.reading import PageReading, Reader
from pipeline.similarity.vendor_reports import Fault
from pipeline.similarity.vendor_reports.editing import find_edits


@dataclass(frozen=True)
class ReadFile:
    """A file that was read: its pages, and the publication's numbers in its bar codes."""

    readings: tuple[PageReading, ...] = field(repr=False)
    barcodes: tuple[FoundNumber, ...] = ()


def read_publication(
    source: SourceFile,
    reader: Reader,
    told: Callable[[int], None] = lambda page: None,
    *,
    kept: Sequence[PageReading] = (),
) -> ReadFile:
    """Read all pages of a file and decode their bar codes.

    Args:
        source: The file.
        reader: The OCR.
        told: Called with each page that is done.
        kept: Readings of the first pages that exist already; these pages are not read again.

    Raises:
        RefusedInputError: A page is damaged or over a limit.
    """
    readings: list[PageReading] = list(kept)
    barcodes: list[FoundNumber] = []
    for page in source.pages():
        if page.number > len(readings):
            readings.append(reader.read(page))
        frame = readings[page.number - 1].frame
        barcodes += publication_barcodes(turn_pixels(page.pixels, frame.turn), frame)
        told(page.number)
    return ReadFile(tuple(readings), tuple(barcodes))


def examine_files(
    package: ReadFile,
    report: tuple[SourceFile, ReadFile] | None,
    claimant: Claimant,
    registry: Registry,
    policy: PublicationPolicy,
    today: date,
) -> PublicationResult:
    """Examine a package and, where it came with one, the vendor's report.

    Args:
        package: The package as it was read.
        report: The report's file and how it was read; None leaves HN-SIM-1 unjudged.
        claimant: Who the paper should be by.
        registry: Journals.
        policy: What the notice says.
        today: The day of the examination.

    Raises:
        RegistryDamagedError: The registry cannot be read.
        RefusedInputError: The report's file can no longer be read.
    """
    result = examine(
        package.readings, claimant, registry, policy, barcodes=package.barcodes, today=today
    )
    if report is None:
        return result
    source, read = report
    edits = find_edits(source, read.readings)
    return with_findings(
        result, judge_report(result, package.readings, read.readings, edits, claimant, policy)
    )


def judge_report(
    result: PublicationResult,
    package: Sequence[PageReading],
    report: Sequence[PageReading],
    edits: Sequence[Fault],
    claimant: Claimant,
    policy: PublicationPolicy,
) -> tuple[RuleFinding, ...]:
    """Judge a vendor's report beside the paper it came with.

    Args:
        result: The paper's own examination.
        package: The paper's pages.
        report: The report's pages.
        edits: Signs that it was edited, see :func:`find_edits`.
        claimant: Who the paper should be by.
        policy: What the notice says.
    """
    paper = paper_of(Package(package), result.title, claimant.names, policy)
    return tuple(check_vendor_report(report, edits, paper, policy))


def with_findings(result: PublicationResult, more: Iterable[RuleFinding]) -> PublicationResult:
    """Return a result with further findings, and the verdict that all of them make."""
    findings = (*result.findings, *more)
    return result.model_copy(update={"findings": findings, "verdict": verdict_of(findings)})
