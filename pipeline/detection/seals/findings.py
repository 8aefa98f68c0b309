"""Turns the seals on a page into findings: an authority's may stay, any other is masked whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.detection.seals.candidate import Seal
from pipeline.detection.seals.finder import find_seals
from pipeline.detection.seals.owners import Known, Owner, owner_of
from pipeline.detection.seals.strips import unroll
from pipeline.dossier import Action, Applicant, Finding, Kind
from pipeline.geometry import Frame
from pipeline.policy import Policy

Pixels = NDArray[np.uint8]

#: Who finds seals; the ids of rules say how it was decided whose one is.
RECOGNISER = "seals"
#: Paper around a seal that its mask covers: the worn rim of its ink, as a share of its size, and
#: pixels at least.
_RIM, _RIM_PIXELS = 0.012, 3.0


class Recognised(Protocol):
    """A line as read."""

    @property
    def text(self) -> tuple[str, ...]:
        """Its characters."""

    @property
    def score(self) -> float:
        """How sure the reader is, 0 to 1."""


#: Reads RGB crops of lines, 48 pixels high.
Recognise = Callable[[Sequence[Pixels]], Sequence[Recognised]]


def seal_findings(
    pixels: Pixels,
    frame: Frame,
    found: Sequence[Finding],
    recognise: Recognise | None,
    applicant: Applicant,
    policy: Policy,
) -> list[Finding]:
    """Find the seals of a page and decide whose they are.

    Args:
        pixels: The upright page, RGB, shape (height, width, 3).
        frame: Its grid.
        found: What its text gave: the bodies and schools that the page names.
        recognise: Reads strips of text; without it every seal is taken for a school's.
        applicant: Whose unit's seal is never kept.
        policy: Its authorities, reasons, and whether seals are hidden at all.
    """
    if policy.action(Kind.SEAL) is Action.KEEP:
        return []
    seals = find_seals(pixels)
    if not seals:
        return []
    units = [f.text for f in found if f.kind in (Kind.UNIT, Kind.APPLICANT_UNIT)]
    bodies = [f.text for f in found if f.kind is Kind.ISSUING_AUTHORITY]
    known = Known.of(policy, [*applicant.unit, *units], bodies)
    texts = _read(pixels, seals, recognise)
    last = max((int(f.id.rpartition("-")[2]) for f in found), default=0)
    return [
        _finding(seal, text, owner_of(text, known), frame, last + number, policy)
        for number, (seal, text) in enumerate(zip(seals, texts, strict=True), 1)
    ]


def _read(pixels: Pixels, seals: Sequence[Seal], recognise: Recognise | None) -> list[list[str]]:
    """What each seal says, one entry for each way its text may run."""
    if recognise is None:
        return [[] for _ in seals]
    ways = [unroll(pixels, seal) for seal in seals]
    lines = iter(recognise([strip for strips in ways for strip in strips]))
    return [["".join(next(lines).text) for _ in strips] for strips in ways]


def _finding(
    seal: Seal, texts: Sequence[str], owner: Owner, frame: Frame, number: int, policy: Policy
) -> Finding:
    kept = owner is Owner.AUTHORITY
    kind = Kind.ISSUING_AUTHORITY if kept else Kind.SEAL
    rim = max(_RIM_PIXELS, _RIM * max(seal.axes))
    text = max(texts, key=len, default="")
    return Finding(
        id=f"p{frame.page}-{number}",
        page=frame.page,
        kind=kind,
        polygon=seal.polygon(frame, rim),
        entity=f"{kind}:{text}" if text else "",
        recogniser=RECOGNISER,
        rule=f"{seal.shape}-{seal.colour}-{owner}",
        score=round(min(1.0, seal.score), 3),
        reason=policy.reasons.get(kind, ""),
        text=text,
    )
