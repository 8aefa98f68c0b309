"""Rule HN-SIM-1: the vendor's report that must come with a paper."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.policy.loader import PublicationPolicy
from pipeline.publication.nouns import Effect, PublicationResult, RuleFinding
from pipeline.reading.lines import PageReading
from pipeline.similarity.vendor_reports import Fault, FaultKind, check_report, read_report
from pipeline.similarity.vendor_reports.check import Paper

RULE = "HN-SIM-1"
# Fewer characters than this on all pages, and the report may only have been read badly.
_READABLE = 100


def check_vendor_report(
    report: Sequence[PageReading],
    edited: Sequence[Fault],
    paper: PublicationResult,
    names: Sequence[str],
    characters: int,
    policy: PublicationPolicy,
) -> Iterator[RuleFinding]:
    """Judge the report beside its paper.

    Args:
        report: The pages of what was handed in as the report.
        edited: Signs of editing, see :func:`find_edits`.
        paper: The paper's own examination.
        names: The applicant's names.
        characters: Length of the paper's body as it was read.
        policy: Which vendors the notice names.
    """
    found = read_report(report)
    if found is None:
        printed = sum(len(line.text) for reading in report for line in reading.lines)
        yield RuleFinding(
            rule=RULE,
            effect=Effect.RETURN if printed >= _READABLE else Effect.PERSON,
            code="report-none",
            reason="上传的不是查重报告；请上传中国知网、万方数据或维普网出具的查重报告。",
            in_report=True,
        )
        return
    about = Paper(paper.title, tuple(names), characters, policy.cutoff)
    for fault in (*check_report(found, about, policy.similarity_vendors), *edited):
        effect = Effect.RETURN if fault.sure else Effect.PERSON
        if fault.kind is FaultKind.UNKNOWN_VENDOR:
            effect = policy.unnamed_vendor
        yield RuleFinding(
            rule=RULE,
            effect=effect,
            code=f"report-{fault.kind.value}",
            reason=fault.reason,
            page=fault.place.page if fault.place else None,
            polygon=fault.place.polygon if fault.place else None,
            evidence=fault.evidence,
            in_report=True,
        )
