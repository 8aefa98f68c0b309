from __future__ import annotations

from pathlib import Path

from pipeline.reports.similarity.hiding import Hider
from pipeline.reports.similarity.round_page import round_page
from pipeline.similarity.corpus import Corpus
from pipeline.similarity.nouns import Author
from pipeline.similarity.rounds import examine_round
from tests.compared import CANDLE, GARDEN, HOMEWORK, LI, READING, ZHAO, text


def test_who_shares_text_with_whom_is_in_the_picture_and_no_name_in_the_masked_one(
    tmp_path: Path,
) -> None:
    third = Author("王建国", "六安市外国语学校")
    with Corpus.open(tmp_path / "corpus", create=True) as corpus:
        for one in (
            text("a", CANDLE + READING, LI, round="2025", title="李晓琳谈蜡烛"),
            text("b", READING + GARDEN, ZHAO, round="2025"),
            text("c", HOMEWORK, third, round="2025"),
            text("old", HOMEWORK + GARDEN, third, round="2024", submitted="2024-01-01"),
        ):
            corpus.add(one.document, one.text.raw)
        found = examine_round(corpus, "2025")
    (pair,) = found.pairs
    assert {pair.here.document, pair.here.source} == {"a", "b"} and pair.there is not None
    assert found.elsewhere["a"] == 0 and found.elsewhere["b"] > 0
    page = round_page(found, "2026-11-22")
    masked = round_page(found, "2026-11-22", Hider.of_round(found.documents))
    assert page.count('href="#p1"') == 2 and "李晓琳" in page
    for name in ("李晓琳", "淮南", "赵小燕", "寿县", "王建国", "六安"):
        assert name not in masked
