"""The result of an examination as JSON: what the commands print and a case file keeps."""

from __future__ import annotations

from typing import Any

from pipeline.publication.nouns import PublicationResult, RuleFinding


def publication_json(result: PublicationResult) -> dict[str, Any]:
    """Return the JSON object of a package's examination."""
    return {
        "verdict": result.verdict.value,
        "rules": list(result.rules),
        "findings": [rule_finding_json(finding) for finding in result.findings],
        "parts": [part.value for part in result.parts],
        "kind": result.kind.value,
        "cn": result.cn,
        "issn": result.issn,
        "isbn": result.isbn,
        "journal": result.journal,
        "title": result.title,
        "authors": list(result.authors),
        "year": result.year,
        "issue": result.issue,
    }


def rule_finding_json(finding: RuleFinding) -> dict[str, Any]:
    """Return one finding about a publication; its box in whole pixels of the stored page."""
    box = finding.polygon and finding.polygon.to(finding.polygon.frame.source).pixel_bounds()
    return {
        "rule": finding.rule,
        "effect": finding.effect.value,
        "code": finding.code,
        "reason": finding.reason,
        "page": finding.page,
        "box": list(box) if box else None,
        "evidence": finding.evidence,
        "in_report": finding.in_report,
    }
