"""A wrong verdict costs an applicant the year, or lets a forged journal count."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.policy.loader import PublicationPolicy
from pipeline.publication.journal import Claim, JournalJudgement, judge_journal
from pipeline.publication.nouns import Effect, FoundNumber, NumberKind, PublicationVerdict
from pipeline.publication.numbers import typed_cn, typed_issn
from pipeline.publication.registry import Registry
from pipeline.publication.signs import FoundSign, Sign
from tests.pipeline.publication.conftest import JOURNALS
from tests.pipeline.publication.test_numbers import FORGED

# Of lists of illegal education journals; every one checks.
ILLEGAL_ISSNS = (
    "1684-0445", "1682-7317", "1728-7502", "1683-3767", "1726-3018",
    "1681-1615", "1682-2706", "1728-3531", "1727-5121", "1727-0499",
)  # fmt: skip
GOOD = ("34-1801/G4", "2097-9002", "淮上教育研究")
POLICY = PublicationPolicy()


def _judge(
    cn: str | None, issn: str | None, title: str | None, registry: Registry, **more: object
) -> JournalJudgement:
    claim = Claim(
        cn=typed_cn(cn) if cn else None, issn=typed_issn(issn) if issn else None, title=title
    )
    return judge_journal(claim.model_copy(update=more), registry, POLICY)


def _codes(judged: JournalJudgement) -> set[str]:
    return {finding.code for finding in judged.findings}


def test_a_good_journal_is_accepted_without_a_word(registry: Registry) -> None:
    for journal in JOURNALS[:4]:
        judged = _judge(journal.cn, journal.issn, journal.title, registry)
        assert (judged.verdict, judged.findings) == (PublicationVerdict.ACCEPT, ())


@pytest.mark.parametrize("text", FORGED)
@pytest.mark.parametrize("issn", [None, "2097-9002", "1684-0445"])
def test_a_forged_number_is_never_accepted(text: str, issn: str | None, registry: Registry) -> None:
    judged = _judge(text, issn, "淮上教育研究", registry)
    assert judged.verdict is not PublicationVerdict.ACCEPT
    if text != "CN43-7772/R":
        assert judged.verdict is PublicationVerdict.RETURN or issn == "2097-9002"


@pytest.mark.parametrize("issn", ILLEGAL_ISSNS)
def test_the_check_digit_of_an_illegal_journal_proves_nothing(
    issn: str, registry: Registry
) -> None:
    assert "issn-check" not in _codes(_judge("34-1102/G4", issn, "中华基础教育研究", registry))
    assert (
        _judge("34-1102/G4", issn, "中华基础教育研究", registry).verdict
        is PublicationVerdict.PERSON
    )
    assert _judge(GOOD[0], issn, GOOD[2], registry).verdict is PublicationVerdict.PERSON


@pytest.mark.parametrize(
    ("cn", "issn", "title", "code", "verdict"),
    [
        (None, "2097-9002", "淮上教育研究", "cn-missing", "return"),
        ("34-1801/G4", None, "淮上教育研究", "issn-missing", "return"),
        (None, None, "淮上教育研究", "no-numbers", "return"),
        (None, "2097-907X", "教育年论", "annual", "return"),
        ("11-9504/G4", "2097-9037", "信息技术教学", "e-journal", "return"),
        ("34-0801", "2097-9770", "没有的周刊", "newspaper", "return"),
        ("17-1801/G4", "2097-9770", "没有的期刊", "cn-region", "return"),
        ("11-6020/G4", "2097-9045", "教研天地", "network-serial", "accept"),
        ("11-6999/G4", "2097-9770", "没有的期刊", "network-unknown", "person"),
        ("34-1999/G4", "2097-9770", "没有的期刊", "journal-unknown", "person"),
        ("34-1999/G4", "2097-9029", "课堂观察", "cn-differs", "person"),
        ("34-1902/G4", "2097-9002", "淮上教育研究", "cn-of-another", "return"),
        ("41-1203/G4", "2097-9029", "中华新知百科", "cn-of-another", "return"),
        ("41-1203/G4", "2097-9029", "课堂新视野", "title-differs", "person"),
        ("34-1801/G4", "2097-9010", "淮上教育研究", "issn-of-another", "return"),
        ("34-1801/G4", "2097-9001", "淮上教育研究", "issn-check", "person"),
        ("34-1801/G4", "2097-9770", "淮上教育研究", "issn-differs", "person"),
        ("36-1409/G4", "2097-9770", "无号学刊", "issn-unconfirmed", "person"),
        ("32-1608/G4", "2097-9061", "停办学刊", "maybe-ceased", "person"),
        ("42-1711/G4", "2097-9088", "分册教学（教师版）", "edition", "accept"),
        ("37-1812/G4", "2097-9096", "原名教育", "", "accept"),
        ("10-1606/K", "2097-9118", "中国年鉴探索", "", "accept"),
        ("34-1801/C", "2097-9002", "淮上教育研究", "", "accept"),
        ("34-1801/Y", "2097-9002", "淮上教育研究", "cn-class-odd", "accept"),
        ("34-1801H", "2097-9002", "淮上教育研究", "cn-suffix", "person"),
        ("34-1801/G4", "2097-9002", "淮上教育研究（电子版）", "electronic-word", "return"),
        ("34-1801/G4", "2097-9002", "淮上教育研究（增刊）", "supplement", "return"),
    ],
)
def test_every_cause_has_its_verdict(
    cn: str | None, issn: str | None, title: str, code: str, verdict: str, registry: Registry
) -> None:
    judged = _judge(cn, issn, title, registry)
    assert judged.verdict.value == verdict
    assert code in _codes(judged) if code else not judged.findings
    assert {finding.rule for finding in judged.findings} <= {"HN-PAPER-2"}


@pytest.mark.parametrize(
    ("year", "verdict"), [(2018, "accept"), (2020, "return"), (None, "person")]
)
def test_a_ceased_journal_counts_until_it_ended(
    year: int | None, verdict: str, registry: Registry
) -> None:
    judged = _judge("32-1507/G4", "2097-9053", "旧刊通讯", registry, year=year)
    assert judged.verdict.value == verdict


@given(at=st.sampled_from([0, 1, 3, 4, 5, 6]), digit=st.sampled_from("0123456789"))
def test_a_cn_with_one_wrong_digit_is_for_a_person(registry: Registry, at: int, digit: str) -> None:
    for journal in (JOURNALS[0], JOURNALS[2], JOURNALS[3]):
        cn = journal.cn or ""
        wrong = cn[:at] + digit + cn[at + 1 :]
        judged = _judge(wrong, journal.issn, journal.title, registry)
        expected = PublicationVerdict.ACCEPT if wrong == cn else PublicationVerdict.PERSON
        assert judged.verdict is expected
        assert judged.journal is not None and judged.journal.title == journal.title


@pytest.mark.parametrize(
    ("cn", "issn", "title", "verdict"),
    [
        ("34-l8O1/G4", "2097-9002", "淮上教育研究", "accept"),
        ("34-1801/G4", "2O97-9OO2", "淮上教育研究", "accept"),
        ("34-l8O1/G4", "2097-9002", None, "person"),
        ("34-l8O1/G4", "2097-9002", "淮上教育研宄", "person"),
        ("34-l8O1/G4", "2097-9770", "淮上教育研究", "person"),
        ("34-l999/G4", "2097-9770", "没有的期刊", "person"),
    ],
)
def test_a_repaired_number_counts_only_where_everything_agrees(
    cn: str, issn: str, title: str | None, verdict: str, registry: Registry
) -> None:
    assert _judge(cn, issn, title, registry).verdict.value == verdict


def test_a_misread_title_with_both_numbers_right_is_that_journal(registry: Registry) -> None:
    assert _judge(GOOD[0], GOOD[1], "淮上教育硏究", registry).verdict is PublicationVerdict.ACCEPT
    # Of a short title one character is too much.
    assert _judge("43-1305/G4", "2097-910X", "教云", registry).verdict is PublicationVerdict.PERSON


def test_what_was_read_weakly_returns_nobody(registry: Registry) -> None:
    weak = FoundNumber(kind=NumberKind.CN, value=None, raw="", flags=typed_cn("CN(HK)NR1-1").flags)
    weak = weak.model_copy(update={"confidence": 0.4})
    claim = Claim(cn=weak, issn=typed_issn(GOOD[1]), title=GOOD[2])
    judged = judge_journal(claim, registry, POLICY)
    assert judged.verdict is PublicationVerdict.PERSON


def test_a_switch_of_the_policy_decides_about_special_issues(registry: Registry) -> None:
    sign = FoundSign(sign=Sign.SPECIAL, raw="专辑", page=1)
    claim = Claim(cn=typed_cn(GOOD[0]), issn=typed_issn(GOOD[1]), title=GOOD[2], signs=(sign,))
    for effect, verdict in (
        (Effect.RETURN, "return"), (Effect.PERSON, "person"), (Effect.ADVISE, "accept")
    ):  # fmt: skip
        policy = PublicationPolicy(special_issue=effect)
        assert judge_journal(claim, registry, policy).verdict.value == verdict
