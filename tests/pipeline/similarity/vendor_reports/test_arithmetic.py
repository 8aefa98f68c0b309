"""A right sheet called forged insults its owner; a changed number that fits hides copied work."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.reports.figures import MAKERS, Figures
from pipeline.similarity.vendor_reports.arithmetic import broken_sums
from pipeline.similarity.vendor_reports.nouns import Vendor, VendorReport

# The figures that no sheet can change without contradicting itself.
_BOUND = {
    "cnki": (("总文字复制比", "单篇最大文字复制比"),
             ("重复字数", "前部重合字数", "后部重合字数")),
    "personal": (("总文字复制比", "单篇最大文字复制比"), ()),
    "wanfang": (("总相似比", "参考文献相似比", "辅助排除参考文献相似比",
                 "可能引用本人已发表论文相似比", "辅助排除本人已发表论文相似比"), ()),
    "vip": (("总相似比", "自写率", "复写率", "他引率", "自引率"), ()),
}  # fmt: skip


def _broken(maker: str, made: Figures) -> list[tuple[tuple[str, ...], str]]:
    vendor = Vendor("cnki" if maker == "personal" else maker)
    return list(broken_sums(VendorReport(vendor=vendor, ratios=made.ratios, counts=made.counts)))


_SHEETS = st.tuples(
    st.sampled_from(sorted(_BOUND)), st.integers(0, 10_000), st.integers(1200, 20_000)
)


@given(_SHEETS)
def test_a_right_sheet_never_contradicts_itself(sheet: tuple[str, int, int]) -> None:
    maker, seed, characters = sheet
    assert _broken(maker, MAKERS[maker](random.Random(seed), characters)) == []


@given(_SHEETS, st.data())
def test_one_changed_number_always_does(sheet: tuple[str, int, int], data: st.DataObject) -> None:
    maker, seed, characters = sheet
    made = MAKERS[maker](random.Random(seed), characters)
    ratios, counts = _BOUND[maker]
    label = data.draw(st.sampled_from((*ratios, *counts)))
    up = data.draw(st.booleans())
    if label in ratios:
        by = data.draw(st.floats(0.7 if maker in ("cnki", "personal") else 0.1, 30))
        value = round(made.ratios[label] + (by if up else -by), 2)
        made.ratios[label] = value if value >= 0 else round(made.ratios[label] + by, 2)
    else:
        by = data.draw(st.integers(1, 500))
        count = made.counts[label]
        made.counts[label] = count + by if up or count < by else count - by
    assert _broken(maker, made)


def test_a_sheet_that_prints_whole_per_cents_is_not_called_forged() -> None:
    made = Figures({"总文字复制比": 13.0}, {"重复字数": 403, "总字数": 3200})
    assert _broken("cnki", made) == []


@pytest.mark.parametrize("maker", sorted(_BOUND))
def test_a_sheet_of_which_little_was_read_is_not_called_forged(maker: str) -> None:
    made = MAKERS[maker](random.Random(3), 3200)
    for label in made.ratios:
        assert _broken(maker, Figures({label: made.ratios[label]}, {})) == []
    for label in made.counts:
        assert _broken(maker, Figures({}, {label: made.counts[label]})) == []


def test_what_contradicts_is_told_in_chinese_with_both_figures() -> None:
    made = Figures({"总文字复制比": 5.2}, {"重复字数": 800, "总字数": 3200})
    ((labels, sentence),) = _broken("cnki", made)
    assert labels == ("总文字复制比", "重复字数", "总字数")
    assert "5.2%" in sentence and "25.0%" in sentence
