"""findings.json: what was found in a file and what was done, documented in docs/findings.md.

The file carries places, kinds and reasons; text of the document only when it was asked for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from pipeline.dossier import Action, Decision, Doubt, Kind, Mask, Noun, VerdictKind
from pipeline.evidence import evidence_sentence
from pipeline.geometry import Polygon
from pipeline.legibility import shortfalls
from pipeline.policy import ScanLimits
from pipeline.reading.lines import PageReading
from pipeline.work import PageFacts

SCHEMA: Literal["mangping.findings/1"] = "mangping.findings/1"

Corners = tuple[tuple[float, float], ...]


class LayerEntry(Noun):
    """What became of a page's text layer: lines used, lines not visible, lines contradicted."""

    trusted: int
    hidden: int
    contradicted: int


class QualityEntry(Noun):
    """How well a page could be read; ``unsafe`` names the measures beyond the policy's limits."""

    text_height: float
    sharpness: float
    contrast: float
    weak: float
    uncovered: float
    slant: float
    watermark: bool
    unsafe: tuple[str, ...]


class PageEntry(Noun):
    """A page: its stored size in pixels and the clockwise quarter turns to stand upright."""

    page: int
    width: int
    height: int
    turn: int
    dpi: float
    origin: str
    lines: int
    layer: LayerEntry
    quality: QualityEntry | None = None


class FindingEntry(Noun):
    """One finding; ``polygon`` in pixels of the stored page."""

    id: str
    page: int
    kind: Kind
    polygon: Corners
    label: str
    recogniser: str
    rule: str
    score: float
    action: Action
    reason: str
    evidence: str
    doubtful: bool
    text: str | None = None


class DoubtEntry(Noun):
    """Why a person must look; ``polygon`` in pixels of the stored page."""

    code: str
    message: str
    page: int | None = None
    polygon: Corners | None = None
    rule: str | None = None


class FindingsFile(Noun):
    """The whole of findings.json."""

    schema_name: Literal["mangping.findings/1"] = Field(default=SCHEMA, alias="schema")
    file: str
    sha256: str
    copy_sha256: str
    policy: str
    program: str
    models: dict[str, str]
    verdict: VerdictKind
    doubts: tuple[DoubtEntry, ...]
    notes: tuple[DoubtEntry, ...]
    masks: dict[str, int]
    pages: tuple[PageEntry, ...]
    findings: tuple[FindingEntry, ...]

    def to_bytes(self) -> bytes:
        """Return the file as it is written: UTF-8 JSON, without absent fields."""
        return self.model_dump_json(by_alias=True, exclude_none=True, indent=1).encode() + b"\n"


def page_entry(facts: PageFacts, reading: PageReading, limits: ScanLimits) -> PageEntry:
    """Describe a page; ``limits`` say which of its measures are unsafe."""
    layer, quality = reading.layer, reading.quality
    return PageEntry(
        page=facts.page,
        width=facts.width,
        height=facts.height,
        turn=reading.frame.turn,
        dpi=round(facts.dpi, 1),
        origin=facts.origin,
        lines=len(reading.lines),
        layer=LayerEntry(
            trusted=layer.trusted, hidden=layer.hidden, contradicted=layer.contradicted
        ),
        quality=QualityEntry(
            text_height=round(quality.text_height, 1),
            sharpness=round(quality.sharpness, 3),
            contrast=round(quality.contrast, 3),
            weak=round(quality.weak, 3),
            uncovered=round(quality.uncovered, 3),
            slant=round(quality.slant, 1),
            watermark=quality.watermark,
            unsafe=tuple(shortfalls(quality, limits)),
        ),
    )


def finding_entry(decision: Decision, *, with_text: bool) -> FindingEntry:
    """Describe a finding and what was decided about it."""
    finding = decision.finding
    return FindingEntry(
        id=finding.id,
        page=finding.page,
        kind=finding.kind,
        polygon=source_corners(finding.polygon),
        label=decision.label,
        recogniser=finding.recogniser,
        rule=finding.rule,
        score=round(finding.score, 3),
        action=decision.action,
        reason=decision.reason,
        evidence=evidence_sentence(finding),
        doubtful=finding.doubtful,
        text=finding.text if with_text else None,
    )


def doubt_entry(doubt: Doubt) -> DoubtEntry:
    """Describe a doubt."""
    polygon = source_corners(doubt.polygon) if doubt.polygon else None
    return DoubtEntry(
        code=doubt.code, message=doubt.message, page=doubt.page, polygon=polygon, rule=doubt.rule
    )


def masks_by_kind(masks: Sequence[Mask]) -> dict[str, int]:
    """Count masks by kind, most frequent first."""
    return dict(Counter(mask.kind.value for mask in masks).most_common())


def source_corners(polygon: Polygon) -> Corners:
    """Return corners in pixels of the stored page, to a tenth."""
    stored = polygon.to(polygon.frame.source)
    return tuple((round(x, 1), round(y, 1)) for x, y in stored.points)
