"""The examination of files: read, decode bar codes, ask the rules, judge the vendor's report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from pipeline.geometry import turn_pixels
from pipeline.intake import SourceFile
from pipeline.policy.loader import PublicationPolicy
from pipeline.publication.barcodes import publication_barcodes
from pipeline.publication.journal import verdict_of
from pipeline.publication.judge import Claimant, examine
from pipeline.publication.nouns import FoundNumber, Part, PublicationResult
from pipeline.publication.package import Package
from pipeline.publication.registry import Registry
from pipeline.publication.vendor_check import check_vendor_report
from pipeline.reading import PageReading, Reader
from pipeline.similarity.vendor_reports.editing import find_edits


@dataclass(frozen=True)
class ReadFile:
    """A file that was read: its pages, and the publication's numbers in its bar codes."""

    readings: tuple[PageReading, ...] = field(repr=False)
    barcodes: tuple[FoundNumber, ...] = ()


def read_publication(
    source: SourceFile, reader: Reader, told: Callable[[int], None] = lambda page: None
) -> ReadFile:
    """Read all pages of a file and decode their bar codes.

    Args:
        source: The file.
        reader: The OCR.
        told: Called with each page that is done.

    Raises:
        RefusedInputError: A page is damaged or over a limit.
    """
    readings: list[PageReading] = []
    barcodes: list[FoundNumber] = []
    for page in source.pages():
        reading = reader.read(page)
        upright = turn_pixels(page.pixels, reading.frame.turn)
        readings.append(reading)
        barcodes += publication_barcodes(upright, reading.frame)
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
    body = Package(package.readings).of(Part.BODY)
    findings = (
        *result.findings,
        *check_vendor_report(
            read.readings,
            find_edits(source, read.readings),
            result,
            claimant.names,
            sum(side.characters for side in body),
            policy,
        ),
    )
    return result.model_copy(update={"findings": findings, "verdict": verdict_of(findings)})
