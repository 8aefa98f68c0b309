"""Counts of faces and codes: found, hidden or kept as they must be, and found where none is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bench.judge import ItemVerdict, PageVerdict
from bench.truth import Item, TruePage
from pipeline.dossier import Decision, Finding
from pipeline.geometry import Polygon

#: The recognisers whose findings are faces and codes.
RECOGNISERS = ("faces", "codes")
#: Classes of the truth that are pictures.
CLASSES = ("face", "code", "publication_code")
#: Share of an item that a finding has to cover, its white rim left aside.
_COVERS = 0.5


@dataclass
class PictureCount:
    """Pictures of one sort: how many were found, and how many are in the copy as they must be.

    ``right`` counts those that had to go and cannot be seen, and those that had to stay and can.
    """

    items: int = 0
    found: int = 0
    right: int = 0


@dataclass
class PictureTally:
    """Pictures of a set by (class, quality); ``false`` counts findings where none is, by class."""

    counts: dict[tuple[str, str], PictureCount] = field(default_factory=dict)
    false: dict[str, int] = field(default_factory=dict)
    pages: int = 0

    def add_page(self, verdict: PageVerdict, quality: str, decisions: Sequence[Decision]) -> None:
        """Count the faces and codes of one page, given the decisions of its file."""
        page = verdict.page
        self.pages += 1
        left = [
            d.finding
            for d in decisions
            if d.finding.page == page.page and d.finding.recogniser in RECOGNISERS
        ]
        for one in verdict.items:
            if one.item.kind not in CLASSES:
                continue
            bounds = _bounds(one.item, page)
            # A class that is taken for the other is found all the same: it is hidden.
            hits = [f for f in left if _cover(bounds, f, page) > _COVERS]
            left = [f for f in left if f not in hits]
            for name in (quality, "all"):
                count = self.counts.setdefault((one.item.kind, name), PictureCount())
                count.items += 1
                count.found += bool(hits)
                count.right += _is_right(one)
        for finding in left:
            self.false[finding.kind] = self.false.get(finding.kind, 0) + 1

    def of(self, kind: str, quality: str = "all") -> PictureCount:
        """The count of one sort; zeros when there was none."""
        return self.counts.get((kind, quality), PictureCount())


def _is_right(verdict: ItemVerdict) -> bool:
    return not (verdict.leaked or verdict.lost)


def _bounds(item: Item, page: TruePage) -> tuple[float, float, float, float]:
    points = [page.frame.from_source(p) for char in item.chars() for p in char.polygon]
    return Polygon(page.frame, tuple(points)).bounds


def _cover(bounds: tuple[float, float, float, float], finding: Finding, page: TruePage) -> float:
    x0, y0, x1, y1 = finding.polygon.to(page.frame).bounds
    width = min(x1, bounds[2]) - max(x0, bounds[0])
    height = min(y1, bounds[3]) - max(y0, bounds[1])
    area = (bounds[2] - bounds[0]) * (bounds[3] - bounds[1])
    return max(0.0, width) * max(0.0, height) / max(1.0, area)
