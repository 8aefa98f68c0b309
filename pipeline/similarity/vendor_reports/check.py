"""What is wrong with a vendor's report: by itself, and against the paper it belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from rapidfuzz import fuzz

from pipeline.reading.shapes import NAME_SHAPE, bare
from pipeline.similarity.vendor_reports.arithmetic import broken_sums
from pipeline.similarity.vendor_reports.nouns import (
    VENDOR_NAMES,
    Fault,
    FaultKind,
    Place,
    Vendor,
    VendorReport,
)

# Below this confidence a reading may be to blame for what does not fit.
_SURE = 0.88
# A sum is held against a report only where each of its numbers was read as surely as this.
_CLEAR = 0.95
# Titles less alike than this, 0 to 100, are of two papers; between the two a person looks.
_OTHER, _SAME = 60, 82
# The report counts characters of the whole paper; layout and references make a difference.
_SHORTEST, _LONGEST = 0.4, 2.5
_FEWEST = 600
# A title as long as this can be looked for in running text; so alike (0 to 100), it stands there.
_SHORT_TITLE, _STANDS, _MOST_TEXT = 6, 88, 20_000
# With more faint rows than this share, a field may have been lost in reading.
_FAINT_ROWS = 0.08
_FIELDS = {
    "number": "报告编号",
    "title": "论文题目",
    "author": "作者",
    "date": "检测时间",
    "total": "总文字复制比（总相似比）",
}


@dataclass(frozen=True, slots=True)
class Paper:
    """What is known of the paper that a report should be about.

    Attributes:
        title: Its title; None where it could not be read.
        names: The applicant's names.
        characters: Its length in characters; 0 where it is not known.
        filed: Last day on which it could be handed in.
        title_sure: Whether the title was read without doubt, and a second page prints it too.
        head: Letters of the upper half of its body pages, where its title stands.
        words: Letters of all its pages.
    """

    title: str | None
    names: Sequence[str]
    characters: int = 0
    filed: date | None = None
    title_sure: bool = True
    head: str = field(default="", repr=False)
    words: str = field(default="", repr=False)


def check_report(report: VendorReport, paper: Paper, named: Sequence[str]) -> tuple[Fault, ...]:
    """Judge a report.

    Args:
        report: What it says.
        paper: What it should be about.
        named: Short names of the vendors that the notice names.

    Returns:
        What is wrong, in the order in which a person would look.
    """
    return (
        *_vendor(report, named),
        *_missing(report),
        *_arithmetic(report),
        *_title(report, paper),
        *_author(report, paper),
        *_length(report, paper),
        *_date(report, paper),
    )


def _vendor(report: VendorReport, named: Sequence[str]) -> Iterator[Fault]:
    name = VENDOR_NAMES[report.vendor]
    if not any(short in name for short in named):
        yield Fault(
            kind=FaultKind.UNKNOWN_VENDOR,
            sure=False,
            reason=f"查重报告出自{name}，不在通知列举的机构（{'、'.join(named)}等）之内，请评审人员认定其资质。",
        )


def _missing(report: VendorReport) -> Iterator[Fault]:
    values = {
        "number": report.number,
        "title": report.title,
        "author": report.author,
        "date": report.detected_at,
        "total": report.total,
    }
    missing = [_FIELDS[name] for name, value in values.items() if value is None]
    if report.vendor is Vendor.OTHER or not missing:
        return
    unread = all(name in report.unread for name, value in values.items() if value is None)
    yield Fault(
        kind=FaultKind.MISSING_FIELD,
        sure=report.faint <= _FAINT_ROWS and not unread,
        reason=f"查重报告缺少{'、'.join(missing)}，请上传完整、未裁剪的报告。",
    )


def _arithmetic(report: VendorReport) -> Iterator[Fault]:
    for labels, sentence in broken_sums(report):
        yield Fault(
            kind=FaultKind.ARITHMETIC,
            sure=all(report.confidence.get(label, 0.0) >= _CLEAR for label in labels),
            reason=f"查重报告的数据前后矛盾：{sentence}。请上传检测机构出具的原始报告。",
            place=_place(report, labels[0]),
        )


def _title(report: VendorReport, paper: Paper) -> Iterator[Fault]:
    if report.title is None or paper.title is None:
        return
    mine, theirs = bare(paper.title), bare(report.title)
    short = bare(re.split(r"——|--|―", paper.title)[0])
    like = max(fuzz.ratio(mine, theirs), fuzz.ratio(short, theirs))
    if len(theirs) >= 6 and (theirs in mine or mine in theirs or _stands_in(theirs, paper.head)):
        like = 100
    if like >= _SAME:
        return
    # One of two readings may be wrong: a second page, or a second field, has to say the same.
    others = [*_author(report, paper), *_length(report, paper)]
    certain = (paper.title_sure or bool(others)) and not _stands_in(theirs, paper.words)
    yield Fault(
        kind=FaultKind.OTHER_TITLE,
        sure=like < _OTHER and certain and report.confidence.get("title", 1.0) >= _SURE,
        reason="查重报告检测的不是这篇论文：报告上的题目与论文正文的题目不同。请上传本篇论文的查重报告。",
        place=_place(report, "title"),
        evidence=report.title,
    )


def _author(report: VendorReport, paper: Paper) -> Iterator[Fault]:
    if report.author is None or not paper.names:
        return
    names = [bare(name) for name in paper.names]
    theirs = bare(report.author)
    if any(name in theirs for name in names):
        return
    near = any(fuzz.partial_ratio(name, theirs) >= 60 or name in report.words for name in names)
    named = bool(NAME_SHAPE.match(theirs))
    yield Fault(
        kind=FaultKind.OTHER_AUTHOR,
        sure=named and not near and report.confidence.get("author", 1.0) >= _SURE,
        reason="查重报告上的作者不是申报人。请上传以本人姓名检测的报告（打码后再检测的报告无效）。",
        place=_place(report, "author"),
        evidence=report.author,
    )


def _length(report: VendorReport, paper: Paper) -> Iterator[Fault]:
    counted = next(
        (
            report.counts[k]
            for k in ("总字数", "总字符数", "检测字数", "检测字符数", "论文字数")
            if k in report.counts
        ),
        0,
    )
    if not counted or paper.characters < _FEWEST:
        return
    if not _SHORTEST <= counted / paper.characters <= _LONGEST:
        yield Fault(
            kind=FaultKind.OTHER_LENGTH,
            sure=False,
            reason=f"查重报告的字数（{counted}）与所附正文的字数（约 {paper.characters}）相差过大，请核对是否为同一篇论文。",
        )


def _date(report: VendorReport, paper: Paper) -> Iterator[Fault]:
    if report.detected_at and paper.filed and report.detected_at > paper.filed:
        yield Fault(
            kind=FaultKind.LATE,
            sure=False,
            reason=f"查重报告的检测时间（{report.detected_at.isoformat()}）晚于申报截止日期，请核对。",
            place=_place(report, "date"),
        )


def _stands_in(title: str, text: str) -> bool:
    """Whether a title stands in a text, a misread character here and there."""
    if min(len(title), len(text)) < _SHORT_TITLE:
        return False
    return fuzz.partial_ratio(title, text[:_MOST_TEXT]) >= _STANDS


def _place(report: VendorReport, name: str) -> Place | None:
    return report.places.get(name)
