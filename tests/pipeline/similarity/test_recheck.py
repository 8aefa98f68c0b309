from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.similarity.examination import examine
from pipeline.similarity.recheck import EarlierResultError, changes, load_result
from pipeline.similarity.result_file import result_file
from tests.compared import CANDLE, GARDEN, HOMEWORK, READING, ZHAO, text


def test_a_new_and_a_gone_source_are_told_with_the_ratio_before_and_after(tmp_path: Path) -> None:
    query = text("q", CANDLE + READING + GARDEN, year=2024)
    old = text("old", READING + HOMEWORK, ZHAO, year=2020)
    new = text("new", CANDLE + READING + HOMEWORK, ZHAO, year=2021)
    place = tmp_path / "before.json"
    place.write_bytes(result_file(examine(query, [old]), "2025-01-01", with_text=True).to_bytes())
    before = load_result(place)
    after = result_file(examine(query, [new]), "2026-01-01", with_text=False)
    found = changes(before, after)
    assert (found.new, found.gone) == (("new",), ("old",))
    was, now = found.ratios["total"]
    assert was[0] < now[0] and was[1] == now[1]
    assert not found.other_text and not found.other_code
    assert changes(after, after).lines == ("没有变化。",)


def test_another_file_in_the_place_of_a_result_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text('{"schema": "mangping.result/1"}', encoding="utf-8")
    for name in ("x.json", "none.json"):
        with pytest.raises(EarlierResultError, match=name):
            load_result(tmp_path / name)
