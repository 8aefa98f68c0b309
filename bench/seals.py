"""Counts of seals: found, read, decided rightly, hidden; by colour, shape and owner."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from rapidfuzz import fuzz

from bench.judge import ItemVerdict, PageVerdict
from bench.truth import Item, TruePage
from pipeline.dossier import Action, Decision, Finding, Kind
from pipeline.geometry import Polygon

#: The recogniser whose findings are seals.
RECOGNISER = "seals"
#: Share of the seal that a finding has to cover, and share of the finding that has to be seal.
_COVERS, _IS_SEAL = 0.6, 0.4
#: How like the seal's text (0 to 100) that of its finding has to be to count as read.
_LIKE = 75
#: The note that a page carries when text which must stay went under a seal's mask.
NOTE = "seal-over-text"


@dataclass
class SealCount:
    """Seals of one sort: how many were found, read, decided as the truth has it, and leaked.

    ``leaked`` counts only those that had to be hidden.
    """

    seals: int = 0
    found: int = 0
    read: int = 0
    right: int = 0
    hide: int = 0
    leaked: int = 0


@dataclass
class SealTally:
    """Seals of a set by (axis, name); ``false`` are findings where no seal is."""

    counts: dict[tuple[str, str], SealCount] = field(default_factory=dict)
    false: int = 0
    pages_with_false: int = 0
    pages: int = 0
    covered_pages: int = 0
    reported_pages: int = 0

    def add_page(
        self,
        verdict: PageVerdict,
        quality: str,
        decisions: Sequence[Decision],
        notes: Iterable[tuple[str, int | None]],
    ) -> None:
        """Count the seals of one page, given the decisions and notes of its file."""
        page = verdict.page
        known = [d for d in decisions if d.finding.page == page.page and _is_seal(d.finding)]
        seals = [v for v in verdict.items if v.item.kind == "seal" and v.item.outline]
        taken: set[str] = set()
        for one in seals:
            best = max(known, key=lambda d: _cover(one.item, d.finding, page)[0], default=None)
            if best is not None and not _matches(_cover(one.item, best.finding, page)):
                best = None
            if best is not None:
                taken.add(best.finding.id)
            for axis in (("all", "all"), *_axes(one.item, page, quality)):
                _count(self.counts.setdefault(axis, SealCount()), one, best)
        false = [
            d for d in known
            if d.finding.id not in taken
            and not any(_cover(s.item, d.finding, page)[1] > _IS_SEAL for s in seals)
        ]  # fmt: skip
        self.pages += 1
        self.false += len(false)
        self.pages_with_false += bool(false)
        if page.under_seals:
            self.covered_pages += 1
            self.reported_pages += (NOTE, page.page) in set(notes)

    def of(self, axis: str, name: str) -> SealCount:
        """The count of one sort; zeros when there was none."""
        return self.counts.get((axis, name), SealCount())


def _is_seal(finding: Finding) -> bool:
    return finding.recogniser == RECOGNISER


def _axes(item: Item, page: TruePage, quality: str) -> list[tuple[str, str]]:
    shown = "gray or fax" if page.gray else item.colour
    axes = [("colour", shown), ("shape", item.shape), ("owner", item.owner), ("quality", quality)]
    return [*axes, ("edge", "cut off")] if item.cut else axes


def _count(count: SealCount, verdict: ItemVerdict, decision: Decision | None) -> None:
    item = verdict.item
    hide = item.must == "mask"
    count.seals += 1
    count.hide += hide
    count.leaked += hide and verdict.leaked
    if decision is None:
        return
    count.found += 1
    kept = decision.finding.kind is Kind.ISSUING_AUTHORITY
    count.right += kept == (item.owner == "authority")
    count.right -= kept and decision.action is Action.MASK
    text = unicodedata.normalize("NFKC", decision.finding.text)
    count.read += fuzz.partial_ratio(item.text, text) >= _LIKE and len(text) >= 2


def _matches(cover: tuple[float, float]) -> bool:
    return cover[0] >= _COVERS and cover[1] >= _IS_SEAL


def _cover(item: Item, finding: Finding, page: TruePage) -> tuple[float, float]:
    """How much of a seal a finding covers, and how much of the finding is seal."""
    outline = Polygon(page.frame, tuple(page.frame.from_source(p) for p in item.outline))
    return _shares(outline.array(), finding.polygon.to(page.frame).array())


def _shares(
    one: np.ndarray[tuple[int, ...], np.dtype[np.float32]],
    other: np.ndarray[tuple[int, ...], np.dtype[np.float32]],
) -> tuple[float, float]:
    overlap, _ = cv2.intersectConvexConvex(cv2.convexHull(one), cv2.convexHull(other))
    area = float(cv2.contourArea(one)), float(cv2.contourArea(other))
    return float(overlap) / max(1.0, area[0]), float(overlap) / max(1.0, area[1])
