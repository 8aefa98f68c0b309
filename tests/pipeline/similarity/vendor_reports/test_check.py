"""A report about another paper passes for one's own, or one's own is called another's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest

from pipeline.similarity.vendor_reports import (
    Fault,
    FaultKind,
    Vendor,
    VendorReport,
    check_report,
)
from pipeline.similarity.vendor_reports.check import Paper

NAMED = ("知网", "万方", "维普")
PAPER = Paper("课堂提问的层次设计——以《背影》为例", ("李晓琳",), 3100, date(2025, 10, 29))
GOOD = VendorReport(
    vendor=Vendor.CNKI,
    number="BC2024052012345678",
    title="课堂提问的层次设计——以《背影》为例",
    author="李晓琳",
    detected_at=date(2024, 5, 20),
    ratios={"总文字复制比": 12.5},
    counts={"重复字数": 400, "总字数": 3200},
    confidence=dict.fromkeys(("title", "author", "总文字复制比", "重复字数", "总字数"), 0.99),
)


def _faults(changes: Mapping[str, object], paper: Paper = PAPER) -> list[tuple[FaultKind, bool]]:
    found = check_report(GOOD.model_copy(update=changes), paper, NAMED)
    return [(fault.kind, fault.sure) for fault in found]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"title": "课堂提问的层次设计"},
        {"title": "课堂提间的层次设计——以背影为例"},
        {"author": "李晓琳,王芳"},
        {"unit": None},
        {"counts": {}},
    ],
)
def test_a_right_report_has_no_fault(changes: dict[str, object]) -> None:
    assert _faults(changes) == []


@pytest.mark.parametrize(
    ("changes", "kind", "sure"),
    [
        ({"vendor": Vendor.PAPERPASS}, FaultKind.UNKNOWN_VENDOR, False),
        ({"number": None}, FaultKind.MISSING_FIELD, True),
        ({"ratios": {}}, FaultKind.MISSING_FIELD, True),
        ({"ratios": {"总文字复制比": 4.5}}, FaultKind.ARITHMETIC, True),
        ({"title": "初中数学作业分层的实践"}, FaultKind.OTHER_TITLE, True),
        ({"author": "王建国"}, FaultKind.OTHER_AUTHOR, True),
        ({"author": "李晓淋"}, FaultKind.OTHER_AUTHOR, False),
        ({"counts": {"总字数": 12000}}, FaultKind.OTHER_LENGTH, False),
        ({"detected_at": date(2025, 11, 20)}, FaultKind.LATE, False),
    ],
)
def test_each_fault_is_named(changes: dict[str, object], kind: FaultKind, sure: bool) -> None:
    assert _faults(changes) == [(kind, sure)]


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("title", {"title": "初中数学作业分层的实践"}),
        ("author", {"author": "王建国"}),
        ("总字数", {"ratios": {"总文字复制比": 4.5}}),
        ("重复字数", {"ratios": {"总文字复制比": 4.5}}),
    ],
)
def test_a_weak_reading_returns_no_report(field: str, changes: dict[str, object]) -> None:
    ((_, sure),) = _faults(changes | {"confidence": GOOD.confidence | {field: 0.5}})
    assert not sure


def test_nothing_is_compared_with_a_paper_that_could_not_be_read() -> None:
    assert _faults({"title": "别的题目", "author": "别人"}, Paper(None, ())) == []


def test_no_fault_repeats_the_applicant_s_words() -> None:
    changes = {"title": "初中数学作业分层的实践", "author": "王建国"}
    faults: tuple[Fault, ...] = check_report(GOOD.model_copy(update=changes), PAPER, NAMED)
    assert not any("王建国" in f.reason + repr(f) or "数学" in f.reason for f in faults)


def test_a_title_that_one_page_alone_prints_returns_nobody() -> None:
    other, alone = "初中数学作业分层的实践", replace(PAPER, title_sure=False)

    assert _faults({"title": other}, alone) == [(FaultKind.OTHER_TITLE, False)]
    stands_there = replace(PAPER, head="教研版初中数学作业分层的实践李晓琳")
    assert _faults({"title": other}, stands_there) == []


def test_a_field_that_a_faint_page_may_have_lost_returns_nobody() -> None:
    lost = [(FaultKind.MISSING_FIELD, False)]
    assert _faults({"number": None, "faint": 0.3}) == lost
    assert _faults({"number": None, "unread": frozenset({"number"})}) == lost
