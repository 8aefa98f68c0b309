"""The policy turns findings into decisions, and gives everybody one label throughout a dossier."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pipeline.dossier import Action, Decision, Finding, Kind
from pipeline.policy import Policy

OVERLAP_REASON = "与须隐去的内容重叠，重叠部分仍被遮盖"


def decide(
    findings: Mapping[str, Sequence[Finding]], policy: Policy
) -> dict[str, tuple[Decision, ...]]:
    """Decide on all findings of a dossier.

    Args:
        findings: Findings by file id, the files in the order in which a reviewer meets them.
        policy: What the notice asks for.

    Returns:
        Decisions by file id, in the order of the findings given. The same ``entity`` of the same
        kind has the same label in all files; numbers follow the first appearance (file, page,
        reading order). A kept finding that a masked one overlaps says so in its reason.
    """
    labels = _Labels(policy)
    for file_findings in findings.values():
        for finding in _reading_order(file_findings):
            if policy.action(finding.kind) is Action.MASK:
                labels.of(finding)
    return {
        file_id: tuple(
            _decision(finding, file_findings, policy, labels) for finding in file_findings
        )
        for file_id, file_findings in findings.items()
    }


class _Labels:
    """Numbers people and units by first appearance."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._numbers: dict[Kind, dict[str, int]] = {}

    def of(self, finding: Finding) -> str:
        word = self._policy.labels.get(finding.kind, "已隐去")
        if "{n}" not in word:
            return f"【{word}】"
        key = finding.entity or finding.text
        if not key:
            # Ink that nobody could read: it has no identity, so a number would claim too much.
            return f"【{word.replace('{n}', '')}】"
        seen = self._numbers.setdefault(finding.kind, {})
        return f"【{word.replace('{n}', str(seen.setdefault(key, len(seen) + 1)))}】"


def _decision(
    finding: Finding, others: Sequence[Finding], policy: Policy, labels: _Labels
) -> Decision:
    reason = policy.reasons.get(finding.kind, finding.reason)
    if policy.action(finding.kind) is Action.MASK:
        return Decision(
            finding=finding, action=Action.MASK, label=labels.of(finding), reason=reason
        )
    if any(
        policy.action(other.kind) is Action.MASK and _overlap(finding, other) for other in others
    ):
        reason = f"{reason}；{OVERLAP_REASON}"
    return Decision(finding=finding, action=Action.KEEP, reason=reason)


def _overlap(one: Finding, other: Finding) -> bool:
    if one.page != other.page:
        return False
    if one.line is not None and other.line is not None:
        return one.line == other.line and one.start < other.end and other.start < one.end
    x0, y0, x1, y1 = one.polygon.bounds
    p0, q0, p1, q1 = other.polygon.bounds
    return x0 < p1 and p0 < x1 and y0 < q1 and q0 < y1


def _reading_order(findings: Sequence[Finding]) -> Iterator[Finding]:
    """Sort by page, then line, then character; unread ink stands after the line above it."""
    tops: dict[int, list[tuple[float, int]]] = {}
    for finding in findings:
        if finding.line is not None:
            tops.setdefault(finding.page, []).append((finding.polygon.bounds[1], finding.line))

    def key(finding: Finding) -> tuple[int, float, int, float]:
        x0, y0, _, _ = finding.polygon.bounds
        if finding.line is not None:
            return finding.page, float(finding.line), finding.start, x0
        above = [line for top, line in tops.get(finding.page, ()) if top <= y0]
        return finding.page, max(above, default=-1) + 0.5, 0, x0

    yield from sorted(findings, key=key)
