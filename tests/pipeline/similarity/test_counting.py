from __future__ import annotations

import json
import random
from typing import Any

import pytest

from pipeline.similarity.counting import Left, Ratio, Standing, count
from pipeline.similarity.examination import Examination, examine
from pipeline.similarity.nouns import Author, Document, DocumentKind, MatchKind, Passage, Span
from pipeline.similarity.result_file import result_file
from tests.compared import CANDLE, GARDEN, HOMEWORK, LAW, LI, READING, ZHAO, text


def recomputed(whole: dict[str, Any]) -> dict[str, tuple[int, int]]:
    """Compute the figures again from the rows of a result, as anybody may."""
    standing = {source["id"]: source["standing"] for source in whole["sources"]}
    rows = whole["passages"]

    def union(chosen: list[dict[str, Any]]) -> set[int]:
        return {n for row in chosen for n in range(*row["counted"])}

    exempt = union([row for row in rows if standing[row["source"]] == "exempt"])
    quoted = union([row for row in rows if row["kind"] == "quoted"])
    total = whole["characters"] - whole["in_references"]
    figures = {}
    for name in ("total", "without_quotes", "without_own"):
        counted = union([row for row in rows if name in row["ratios"]]) - exempt
        figures[name] = (len(counted - quoted if name == "without_quotes" else counted), total)
    single = [
        len(union([r for r in rows if r["source"] == source and "single" in r["ratios"]]) - exempt)
        for source in standing
    ]
    figures["single"] = (max(single, default=0), total)
    return figures


def figures(whole: dict[str, Any]) -> dict[str, tuple[int, int]]:
    return {n: (f["numerator"], f["denominator"]) for n, f in whole["ratios"].items()}


def as_json(found: Examination) -> dict[str, Any]:
    whole: dict[str, Any] = json.loads(result_file(found, "2026-11-22", with_text=False).to_bytes())
    return whole


def shares(found: Examination) -> dict[str, Standing]:
    return {share.document.id: share.standing for share in found.counted.sources}


def test_every_figure_can_be_computed_again_from_the_table_of_passages() -> None:
    rng = random.Random(5)
    raw = "".join(rng.choice("一二三四五六七八九十 \n，。") for _ in range(900))
    raw += "\n参考文献\n[1] 张三.论课堂[J].某学报,2019(3):1-5.\n"
    kinds = list(DocumentKind)
    sources = {
        f"s{n}": Document(
            f"s{n}",
            authors=(rng.choice([LI, ZHAO, Author("王建国")]),),
            year=rng.choice([2018, 2022, 2026, None]),
            kind=rng.choice(kinds),
        )
        for n in range(12)
    }
    for _ in range(30):
        passages = []
        for name in sources:
            for _ in range(rng.randrange(4)):
                start = rng.randrange(len(raw) - 5)
                span = Span(start, min(len(raw), start + rng.randrange(1, 200)))
                kind = rng.choice(list(MatchKind))
                passages.append(Passage(span, name, Span(0, span.length), kind, 0.9))
        document = Document("q", authors=(LI,), year=2024)
        counted = count(document, raw, passages, sources)
        other = {name: text(name, raw) for name in sources}
        found = Examination(
            text("q", raw, year=2024), counted, {n: t.text for n, t in other.items()}
        )
        whole = as_json(found)
        assert recomputed(whole) == figures(whole)


def test_what_a_law_says_is_listed_and_never_counted_even_where_papers_have_it_too() -> None:
    law = text("law", LAW, None, kind=DocumentKind.EXEMPT)
    paper = text("paper", LAW + HOMEWORK, ZHAO, year=2020)
    found = examine(text("q", CANDLE + LAW + HOMEWORK, year=2024), [law, paper])
    assert shares(found) == {"law": Standing.EXEMPT, "paper": Standing.COUNTED}
    numerator = found.counted.ratios[Ratio.TOTAL].numerator
    assert abs(numerator - len(HOMEWORK)) <= 6
    whole = as_json(found)
    assert recomputed(whole) == figures(whole)


@pytest.mark.parametrize(
    ("author", "standing"),
    [
        (Author("李晓琳", "淮南二中"), Standing.OWN),
        (Author("李曉琳", "淮南市第二中学"), Standing.OWN),
        (Author("李晓琳", "寿县第一中学"), Standing.COUNTED),
        (Author("李晓琳"), Standing.COUNTED),
        (Author("李晓琳", "淮南市第二中学", "other"), Standing.COUNTED),
        (Author("李小林", "凤台县第一中学", "mine"), Standing.OWN),
        (ZHAO, Standing.COUNTED),
    ],
)
def test_only_a_proven_own_work_is_taken_out(author: Author, standing: Standing) -> None:
    """A name alone must not take somebody else's text out of the ratio."""
    me = Author("李晓琳", "淮南市第二中学", "mine")
    query = text("q", CANDLE + READING + GARDEN, me, submitted="2024-05-06")
    found = examine(query, [text("s", READING + HOMEWORK, author, submitted="2020-01-01")])
    assert shares(found) == {"s": standing}
    without_own = found.counted.ratios[Ratio.WITHOUT_OWN].numerator
    assert (without_own == 0) is (standing is Standing.OWN)
    assert found.counted.ratios[Ratio.TOTAL].numerator > 0


def test_whoever_came_later_is_no_source_whatever_was_indexed_first() -> None:
    early = text("early", CANDLE + READING, LI, submitted="2021-03-01")
    late = text("late", READING + GARDEN, ZHAO, submitted="2023-03-01")
    assert shares(examine(late, [early])) == {"early": Standing.COUNTED}
    found = examine(early, [late])
    assert shares(found) == {"late": Standing.LATER}
    assert found.counted.ratios[Ratio.TOTAL].numerator == 0
    (share,) = as_json(found)["sources"]
    assert "2023-03-01" in share["why"] and "2021-03-01" in share["why"]


def test_who_copied_from_the_applicant_does_not_count_against_the_applicant() -> None:
    query = text("q", CANDLE + READING, LI)
    own = text("own", READING + HOMEWORK, LI, year=2019)
    copier = text("copier", READING + GARDEN, ZHAO, year=2022)
    found = examine(query, [own, copier])
    assert found.counted.ratios[Ratio.TOTAL].numerator > 0
    assert found.counted.ratios[Ratio.WITHOUT_OWN].numerator == 0
    assert Left.FROM_OWN in {row.left for row in found.counted.rows}


def test_quotations_with_their_source_and_the_list_of_references_are_told_apart() -> None:
    entry = "[1] 赵小燕.整本书阅读的任务设计[J].安徽教育科研,2020(3):12-15."
    query = text("q", f"{CANDLE}有人写道：“{READING}”[1]{GARDEN}\n参考文献\n{entry}\n", year=2024)
    found = examine(query, [text("s", f"{READING}\n{entry}\n{HOMEWORK}", ZHAO, year=2020)])
    counted = found.counted
    assert counted.ratios[Ratio.TOTAL].numerator > len(READING) - 6
    assert counted.ratios[Ratio.WITHOUT_QUOTES].numerator == 0
    assert counted.in_references > len(entry) - 3
    assert counted.ratios[Ratio.TOTAL].denominator == counted.characters - counted.in_references


def test_a_phrase_that_everybody_has_is_listed_and_not_counted() -> None:
    raw = CANDLE + READING
    phrase = Span(3, 30)
    sources = {f"s{n}": Document(f"s{n}", authors=(Author(f"作者{n}"),)) for n in range(5)}
    passages = [Passage(phrase, n, Span(0, 27), MatchKind.VERBATIM, 1.0) for n in sources]
    counted = count(Document("q"), raw, passages, sources)
    assert counted.ratios[Ratio.TOTAL].numerator == 0
    assert {row.left for row in counted.rows} == {Left.COMMON}
    four = dict(list(sources.items())[:4])
    counted = count(Document("q"), raw, passages[:4], four)
    assert counted.ratios[Ratio.TOTAL].numerator == 27


def test_a_document_and_its_masked_copy_are_no_sources_of_it() -> None:
    whole = f"作者：李晓琳，淮南市第二中学。{CANDLE}{READING}{GARDEN}"
    masked = whole.replace("李晓琳", "【申报人】").replace("淮南市第二中学", "【申报单位】")
    query = text("q", whole, submitted="2024-05-06")
    again = text("again", whole, submitted="2024-05-06")
    found = examine(query, [again, text("copy", masked, None), text("q", whole)])
    assert not found.counted.rows
    assert {copy.document.id for copy in found.itself} == {"again", "copy"}


def test_the_same_paper_by_somebody_else_is_what_is_looked_for() -> None:
    query = text("q", CANDLE + READING + GARDEN, submitted="2024-05-06")
    for author in (ZHAO, None):
        found = examine(query, [text("s", CANDLE + READING + GARDEN, author)])
        ratio = found.counted.ratios[Ratio.WITHOUT_OWN]
        assert not found.itself and ratio.ratio > 0.95
    earlier = text("s", CANDLE + READING + GARDEN, LI, submitted="2022-01-01")
    found = examine(query, [earlier])
    assert not found.itself and shares(found) == {"s": Standing.OWN}


def test_a_document_without_any_text_has_no_ratio() -> None:
    found = examine(text("q", " \n "), [text("s", CANDLE)])
    assert all(ratio.ratio == 0 for ratio in found.counted.ratios.values())
