"""The nouns of a vendor's similarity report."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from pydantic import Field

from pipeline.dossier import Noun
from pipeline.geometry import Polygon


class Vendor(StrEnum):
    """Whose report it is."""

    CNKI = "cnki"
    WANFANG = "wanfang"
    VIP = "vip"
    PAPERPASS = "paperpass"
    OTHER = "other"


#: What people call them.
VENDOR_NAMES = {
    Vendor.CNKI: "中国知网",
    Vendor.WANFANG: "万方数据",
    Vendor.VIP: "维普网",
    Vendor.PAPERPASS: "PaperPass",
    Vendor.OTHER: "其他机构",
}


class Place(Noun):
    """Where something is printed: page from 1, and the outline on the upright page."""

    page: int
    polygon: Polygon


class VendorReport(Noun):
    """What a report says.

    Attributes:
        vendor: Whose it is.
        kind: Kind of sheet, such as ``简洁`` or ``personal``; None where nothing tells.
        number: Number of the report, as printed without blanks.
        title: Title of the examined paper.
        author: Its author's name.
        unit: The author's unit.
        detected_at: Day of the examination.
        scope: Databases searched.
        ratios: Per cents by the vendor's own label, such as ``总文字复制比``.
        counts: Counts by the vendor's own label, such as ``重复字数``.
        places: Where each field is printed, by the names above and by labels.
        confidence: How surely each field was read, 0 to 1.
        unread: Fields whose label stands there, without a value that could be read.
        faint: Share of the first page's rows that were hardly read.
        words: Letters of all pages, see :func:`pipeline.reading.shapes.bare`.
        pages: Pages of the report.
    """

    vendor: Vendor
    kind: str | None = None
    number: str | None = None
    title: str | None = Field(default=None, repr=False)
    author: str | None = Field(default=None, repr=False)
    unit: str | None = Field(default=None, repr=False)
    detected_at: date | None = None
    scope: str = ""
    ratios: dict[str, float] = Field(default_factory=dict)
    counts: dict[str, int] = Field(default_factory=dict)
    places: dict[str, Place] = Field(default_factory=dict, repr=False)
    confidence: dict[str, float] = Field(default_factory=dict)
    unread: frozenset[str] = frozenset()
    faint: float = 0.0
    words: str = Field(default="", repr=False)
    pages: int = 1

    @property
    def total(self) -> float | None:
        """The ratio that stands for the whole, whatever the vendor calls it."""
        return next((self.ratios[name] for name in TOTALS if name in self.ratios), None)


#: What the vendors call the ratio of the whole paper.
TOTALS = ("总文字复制比", "全文总相似比", "总相似比", "总相似度")


class FaultKind(StrEnum):
    """What can be wrong with a report."""

    UNKNOWN_VENDOR = "unknown-vendor"
    MISSING_FIELD = "missing-field"
    ARITHMETIC = "arithmetic"
    OTHER_TITLE = "other-title"
    OTHER_AUTHOR = "other-author"
    OTHER_LENGTH = "other-length"
    LATE = "late"
    EDITED = "edited"


class Fault(Noun):
    """One thing wrong with a report.

    Attributes:
        kind: What.
        sure: False where a weak reading may be to blame, so that a person decides.
        reason: One Chinese sentence.
        place: Where the evidence stands.
        evidence: The printed words. Private.
    """

    kind: FaultKind
    sure: bool
    reason: str
    place: Place | None = None
    evidence: str = Field(default="", repr=False)
