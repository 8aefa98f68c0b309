"""The papers and books of a dossier, each examined with the similarity reports that belong to it.

Everything is taken from the readings that masking needs too: no page is read twice.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pydantic import TypeAdapter, ValidationError

from pipeline.errors import MangpingError
from pipeline.intake import open_source
from pipeline.jobs import FileReading, Tools
from pipeline.outcome import as_mangping_error
from pipeline.publication.bylines import same_title
from pipeline.publication.examination import (
    ReadFile,
    examine_files,
    judge_report,
    read_publication,
    with_findings,
)
from pipeline.publication.judge import Claimant
from pipeline.publication.nouns import (
    Effect,
    FoundNumber,
    Part,
    PublicationKind,
    PublicationResult,
    PublicationVerdict,
    RuleFinding,
)
from pipeline.publication.registry import Registry
from pipeline.similarity.vendor_reports import Fault, read_report
from pipeline.similarity.vendor_reports.editing import find_edits
from pipeline.versions import code_digest
from pipeline.work import Work, digest_of

#: Kinds of attachment that are examined, and the kind of a vendor's report beside them.
PUBLICATIONS = frozenset({"paper", "book", "publication"})
REPORTS = frozenset({"similarity_report"})

_BARCODES = TypeAdapter(tuple[FoundNumber, ...])
_FAULTS = TypeAdapter(tuple[Fault, ...])


@dataclass(frozen=True, slots=True)
class Examined:
    """A publication and what the rules say of it.

    Attributes:
        result: The examination, its reports' findings included.
        attachments: For each finding, the attachment whose page it names.
        reports: The reports that were judged with it.
    """

    result: PublicationResult
    attachments: tuple[str, ...]
    reports: tuple[str, ...] = ()


def examine_dossier(
    files: Sequence[FileReading],
    publications: Collection[str],
    report_of: Mapping[str, str],
    tools: Tools,
    work: Work,
    registry: Registry,
    today: date,
) -> dict[str, Examined | MangpingError]:
    """Examine the publications among some attachments.

    Args:
        files: The attachments that could be read.
        publications: Ids of all attachments that are publications, read or not.
        report_of: Which publication a report belongs to, where dossier.json says so.
        tools: What the dossier shares.
        work: Where bar codes and signs of editing are kept for the next time.
        registry: Journals.
        today: The day of the examination.

    Returns:
        By id: each publication that was read, and each report that belongs to none; or what went
        wrong with it. Without publications nothing is asked of the reports.
    """
    if not publications:
        return {}
    claimant, policy = Claimant(tools.applicant.name), tools.policy.publication
    read = {file.job.id: file for file in files}
    done: dict[str, Examined | MangpingError] = {}
    for file in files:
        if file.job.id not in publications:
            continue
        try:
            package = _read(file, tools, work)
            result = examine_files(package, None, claimant, registry, policy, today)
        except Exception as caught:
            done[file.job.id] = as_mangping_error(caught, file.job.name)
        else:
            done[file.job.id] = Examined(result, (file.job.id,) * len(result.findings))
    titles = {key: one.result.title for key, one in done.items() if isinstance(one, Examined)}
    for report in (file for file in files if file.job.kind in REPORTS):
        owner = _owner(report, publications, titles, report_of)
        if owner is None:
            done[report.job.id] = _belongs_to_none(report)
            continue
        paper = done.get(owner)
        if not isinstance(paper, Examined):
            continue
        try:
            edits = _edits(report, tools, work)
            pages = read[owner].readings
            found = judge_report(paper.result, pages, report.readings, edits, claimant, policy)
        except Exception as caught:
            done[report.job.id] = as_mangping_error(caught, report.job.name)
            continue
        done[owner] = Examined(
            with_findings(paper.result, found),
            (*paper.attachments, *(report.job.id for _ in found)),
            (*paper.reports, report.job.id),
        )
    return done


def _owner(
    report: FileReading,
    publications: Collection[str],
    titles: Mapping[str, str | None],
    report_of: Mapping[str, str],
) -> str | None:
    """Return the publication of a report: the named one, the only one, or that of its title."""
    said = report_of.get(report.job.id)
    if said is not None:
        return said if said in publications else None
    if len(publications) == 1:
        return next(iter(publications))
    found = read_report(report.readings)
    if found is None or not found.title:
        return None
    own = [key for key, title in titles.items() if title and same_title(title, found.title)]
    return own[0] if len(own) == 1 else None


def _belongs_to_none(report: FileReading) -> Examined:
    finding = RuleFinding(
        rule="HN-SIM-1",
        effect=Effect.PERSON,
        code="report-unmatched",
        reason="没有找到这份查重报告对应的论文；请核对，或在 dossier.json 里用 report_of 指明。",
        in_report=True,
    )
    result = PublicationResult(
        verdict=PublicationVerdict.PERSON,
        kind=PublicationKind.REPORT,
        parts=(Part.OTHER,) * len(report.readings),
        findings=(finding,),
    )
    return Examined(result, (report.job.id,), (report.job.id,))


def _read(file: FileReading, tools: Tools, work: Work) -> ReadFile:
    """Return a publication as it was read, with its bar codes."""
    name = f"barcodes/{digest_of(file.sha256, code_digest('intake', 'reading', 'publication'))}"
    kept = work.get(name)
    if kept is not None:
        try:
            return ReadFile(file.readings, _BARCODES.validate_json(kept))
        except ValidationError:
            pass
    with open_source(file.job.path, name=file.job.name, decoded=tools.decoded) as source:
        read = read_publication(source, tools.reader, kept=file.readings)
    if work.keeps:
        work.put(name, _BARCODES.dump_json(read.barcodes))
    return read


def _edits(file: FileReading, tools: Tools, work: Work) -> tuple[Fault, ...]:
    """Return the signs of editing in a report's file."""
    name = f"edits/{digest_of(file.sha256, code_digest('intake', 'reading', 'similarity'))}"
    kept = work.get(name)
    if kept is not None:
        try:
            return _FAULTS.validate_json(kept)
        except ValidationError:
            pass
    with open_source(file.job.path, name=file.job.name, decoded=tools.decoded) as source:
        edits = find_edits(source, file.readings)
    if work.keeps:
        work.put(name, _FAULTS.dump_json(edits))
    return edits
