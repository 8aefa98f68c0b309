"""Rule HN-SIM-1: the vendor's report that must come with a paper."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.policy.loader import PublicationPolicy
from pipeline.publication.nouns import Effect, Part, RuleFinding
from pipeline.publication.package import Package
from pipeline.reading.lines import PageReading
from pipeline.reading.shapes import bare
from pipeline.similarity.vendor_reports import Fault, FaultKind, check_report, read_report
from pipeline.similarity.vendor_reports.check import Paper

RULE = "HN-SIM-1"
# Fewer characters than this on all pages, and the report may only have been read badly.
_READABLE = 100
_CLEAR = 0.85
# Of a body page, the title stands in this share of its height.
_UPPER = 0.5


def paper_of(
    package: Package, title: str | None, names: Sequence[str], policy: PublicationPolicy
) -> Paper:
    """Gather what a report is compared with.

    Args:
        package: The paper's pages.
        title: Its title, as its own examination has it.
        names: The applicant's names.
        policy: What the notice says.
    """
    body = package.of(Part.BODY)
    head = package.article(names)
    upper = (row.text for side in body for row in side.rows if row.y0 < _UPPER)
    return Paper(
        title=title,
        names=tuple(names),
        characters=sum(side.characters for side in body),
        filed=policy.cutoff,
        title_sure=head is not None and head.clear and bool(package.entries),
        head=bare("".join(upper)),
        words=bare("".join(one.side.text for one in package.sides)),
    )


def check_vendor_report(
    report: Sequence[PageReading],
    edited: Sequence[Fault],
    paper: Paper,
    policy: PublicationPolicy,
) -> Iterator[RuleFinding]:
    """Judge the report beside its paper.

    Args:
        report: The pages of what was handed in as the report.
        edited: Signs of editing, see :func:`find_edits`.
        paper: What the report should be about, see :func:`paper_of`.
        policy: Which vendors the notice names.
    """
    found = read_report(report)
    if found is None:
        lines = [line for reading in report for line in reading.lines]
        printed = sum(len(line.text) for line in lines)
        surely = sum(line.confidence * len(line.text) for line in lines) >= _CLEAR * printed
        yield RuleFinding(
            rule=RULE,
            effect=Effect.RETURN if printed >= _READABLE and surely else Effect.PERSON,
            code="report-none",
            reason="上传的不是查重报告；请上传中国知网、万方数据或维普网出具的查重报告。",
            in_report=True,
        )
        return
    for fault in (*check_report(found, paper, policy.similarity_vendors), *edited):
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
