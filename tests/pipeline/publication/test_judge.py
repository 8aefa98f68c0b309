"""Each is one thing that the notice refuses a paper for, or one that must not refuse it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from pipeline.policy.loader import PublicationPolicy
from pipeline.publication.nouns import (
    Effect,
    Part,
    PublicationKind,
    PublicationResult,
    PublicationVerdict,
)
from pipeline.publication.registry import Registry
from tests.pipeline.publication.pages import (
    TITLE,
    Paper,
    judged,
    letter,
    search_page,
    with_changes,
)
from tests.typed_pages import typed

ACCEPT, RETURN, PERSON = PublicationVerdict


def _said(result: PublicationResult) -> dict[str, Effect]:
    return {f.code: f.effect for f in result.findings if f.effect is not Effect.ADVISE}


def test_a_good_paper_is_accepted_and_read_to_the_letter(
    registry: Registry, policy: PublicationPolicy
) -> None:
    result = judged(Paper(article="2097-9002(2024)05-0015-03").all(), registry, policy)
    assert (result.verdict, result.rules, result.findings) == (ACCEPT, (), ())
    assert result.parts == (Part.COVER, Part.CONTENTS, Part.SERIALS, Part.BODY)
    assert (result.kind, result.cn, result.issn) == (
        PublicationKind.PAPER,
        "34-1801/G4",
        "2097-9002",
    )
    assert (result.journal, result.title) == ("淮上教育研究", TITLE)
    assert (result.authors, result.year, result.issue) == (("李晓琳", "王芳"), 2024, "5")


def test_pages_may_come_in_any_order(registry: Registry, policy: PublicationPolicy) -> None:
    paper = Paper()
    pages = (paper.body(1), paper.serials(2), paper.contents(3), paper.cover(4))
    result = judged(pages, registry, policy)
    assert result.verdict is ACCEPT
    assert result.parts == (Part.BODY, Part.SERIALS, Part.CONTENTS, Part.COVER)


@pytest.mark.parametrize(
    ("without", "code"),
    [
        (0, "missing-cover"),
        (1, "missing-contents"),
        (2, "missing-serials"),
        (3, "missing-body"),
    ],
)
def test_a_missing_part_is_named(
    without: int, code: str, registry: Registry, policy: PublicationPolicy
) -> None:
    pages = tuple(page for n, page in enumerate(Paper().all()) if n != without)
    result = judged(pages, registry, policy)
    assert _said(result).get(code) is Effect.RETURN
    assert "HN-PAPER-1" in result.rules


@pytest.mark.parametrize(
    ("changes", "code", "effect"),
    [
        ({"cn": "CN 34-9725/G4"}, "e-journal", Effect.RETURN),
        ({"cover_word": "网络版"}, "electronic-word", Effect.RETURN),
        ({"issue": "2024年增刊"}, "supplement", Effect.RETURN),
        ({"article": "2097-9002(2024)S1-0015-03"}, "supplement", Effect.RETURN),
        ({"cn": None}, "cn-missing", Effect.RETURN),
        ({"issn": None}, "issn-missing", Effect.RETURN),
        ({"cn": "CN(HK)NR4069-194/01"}, "cn-hong-kong", Effect.RETURN),
        ({"cn": "CN 34-1902/G4"}, "cn-of-another", Effect.RETURN),
        ({"journal": "淮上教学新探"}, None, None),
        ({"authors": "王芳　李晓琳"}, "not-first", Effect.RETURN),
        ({"authors": "王芳　赵敏"}, "not-author", Effect.RETURN),
        ({"authors": "李晓淋　王芳"}, "author-alike", Effect.PERSON),
        ({"in_contents": "王芳 李晓琳"}, "authors-disagree", Effect.PERSON),
        ({"header": "淮上教育研究　2023年第5期"}, "dates-disagree", Effect.PERSON),
        ({"header": "淮上教育研究　2024年第6期"}, "dates-disagree", Effect.PERSON),
        ({"issue": "2025年第12期"}, "too-late", Effect.RETURN),
    ],
)
def test_one_wrong_print_is_seen_and_named(
    changes: dict[str, str | None],
    code: str | None,
    effect: Effect | None,
    registry: Registry,
    policy: PublicationPolicy,
) -> None:
    result = judged(with_changes(**changes).all(), registry, policy)
    assert result.verdict is not ACCEPT
    if code is not None:
        assert _said(result).get(code) is effect, _said(result)
        assert result.verdict is (RETURN if effect is Effect.RETURN else PERSON)


@pytest.mark.parametrize(
    "changes",
    [
        {"authors": "李晓琳"},
        {"authors": "李晓琳①　王芳②"},
        {"issue": "2024年第7-8期"},
        {"issue": "2018年第5期"},
        {"in_contents": "李晓琳"},
        {"cover_word": "全国中文核心期刊"},
        {"title": TITLE + "——以《背影》为例"},
    ],
)
def test_what_the_notice_does_not_refuse_is_accepted(
    changes: dict[str, str], registry: Registry, policy: PublicationPolicy
) -> None:
    result = judged(with_changes(**changes).all(), registry, policy)
    assert result.verdict is ACCEPT, result.findings


def test_a_badly_read_page_returns_no_paper(registry: Registry, policy: PublicationPolicy) -> None:
    paper = with_changes(authors="王芳　赵敏")
    body = paper.body()
    weak = replace(body, lines=tuple(replace(line, confidence=0.6) for line in body.lines))
    result = judged((*paper.all()[:3], weak), registry, policy)
    assert (result.verdict, result.rules) == (PERSON, ())


def test_a_former_name_counts_as_the_applicant(
    registry: Registry, policy: PublicationPolicy
) -> None:
    paper = with_changes(authors="李小林　王芳")
    assert judged(paper.all(), registry, policy, "李晓琳", "李小林").verdict is ACCEPT


def test_a_letter_alone_breaks_its_own_rule_and_no_other(
    registry: Registry, policy: PublicationPolicy
) -> None:
    for pages, code in (
        ((letter(),), "only-letter"),
        ((search_page(),), "only-search"),
        ((letter(), search_page(2)), "only-letter"),
    ):
        result = judged(pages, registry, policy)
        assert (result.kind, result.rules) == (PublicationKind.LETTER, ("HN-PAPER-5",))
        assert set(_said(result)) == {code}


def test_a_letter_beside_the_whole_paper_harms_nobody(
    registry: Registry, policy: PublicationPolicy
) -> None:
    pages = (*Paper().all(), letter(5), search_page(6))
    result = judged(pages, registry, policy)
    assert result.verdict is ACCEPT, result.findings
    assert result.parts[4:] == (Part.LETTER, Part.SEARCH)


def test_two_papers_in_one_file_are_returned(registry: Registry, policy: PublicationPolicy) -> None:
    other = with_changes(title="初中数学作业分层的实践", authors="李晓琳")
    result = judged((*Paper().all(), other.body(5)), registry, policy)
    assert _said(result)["two-papers"] is Effect.RETURN


def test_numbers_are_those_of_the_applicant_s_issue_where_two_are_in_the_file(
    registry: Registry, policy: PublicationPolicy
) -> None:
    other = with_changes(
        journal="江淮教学论坛",
        cn="CN 34-1902/G4",
        issn="ISSN 2097-9010",
        title="初中数学作业分层的实践",
        authors="王建国",
    )
    pages = (other.cover(1), other.contents(2), other.serials(3), other.serials(4), other.body(5))
    mine = Paper()
    own = (mine.cover(6), mine.contents(7), mine.serials(8), mine.body(9))
    result = judged((*pages, *own), registry, policy)
    assert (result.cn, result.issn) == ("34-1801/G4", "2097-9002")


def test_a_paper_of_before_the_post_is_returned_only_where_the_post_is_known(
    registry: Registry, policy: PublicationPolicy
) -> None:
    pages = Paper().all()
    assert _said(judged(pages, registry, policy, since=date(2024, 9, 1))) == {
        "before-post": Effect.RETURN
    }
    assert judged(pages, registry, policy, since=date(2024, 3, 1)).verdict is ACCEPT


def test_the_evidence_lies_on_the_page_that_is_wrong(
    registry: Registry, policy: PublicationPolicy
) -> None:
    result = judged(with_changes(authors="王芳　李晓琳").all(), registry, policy)
    (found,) = (f for f in result.findings if f.code == "not-first")
    assert (found.page, found.evidence) == (4, "王芳 李晓琳")
    assert found.polygon is not None and found.polygon.bounds[:2] == (400, 260)
    assert "王芳" not in found.reason


def test_an_empty_scan_goes_to_a_person(registry: Registry, policy: PublicationPolicy) -> None:
    result = judged((typed(),), registry, policy)
    assert (result.verdict, result.kind) == (PERSON, PublicationKind.UNKNOWN)
