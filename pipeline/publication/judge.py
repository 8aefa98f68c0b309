"""The examination of a package, rule by rule."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from pipeline.policy.loader import PublicationPolicy
from pipeline.publication.books import (
    book_authors,
    book_title,
    check_book_authors,
    check_book_parts,
    check_isbn,
    edition_of,
    isbn_of,
)
from pipeline.publication.bylines import SURE
from pipeline.publication.checks import (
    check_authors,
    check_dates,
    check_parts,
    check_window,
    evidence_of,
    has_numbers,
    year_sure,
)
from pipeline.publication.issues import agreed
from pipeline.publication.journal import Claim, judge_journal
from pipeline.publication.journal_names import journal_name
from pipeline.publication.nouns import (
    Effect,
    FoundNumber,
    NumberKind,
    Part,
    PublicationKind,
    PublicationResult,
    RuleFinding,
    verdict_of,
)
from pipeline.publication.package import Package
from pipeline.publication.package_reasons import finding
from pipeline.publication.registry import Registry
from pipeline.reading.lines import PageReading
from pipeline.reading.sides import printed, simplified

_HEAD_PARTS = (Part.COVER, Part.CONTENTS, Part.SERIALS)


@dataclass(frozen=True, slots=True)
class Claimant:
    """Who the paper should be by.

    Attributes:
        names: Present and former names; empty leaves HN-PAPER-4 unjudged.
        since: When the present post began; None leaves that part of HN-PAPER-6 unjudged.
    """

    names: Sequence[str] = ()
    since: date | None = None


def examine(
    readings: Sequence[PageReading],
    claimant: Claimant,
    registry: Registry,
    policy: PublicationPolicy,
    *,
    barcodes: Sequence[FoundNumber] = (),
    today: date,
) -> PublicationResult:
    """Examine a package of a paper or a book.

    Args:
        readings: Its pages, in order.
        claimant: Who it should be by.
        registry: Journals.
        policy: What the notice says.
        barcodes: ISSN and ISBN of bar codes, see :func:`publication_barcodes`.
        today: The day of the examination.

    Raises:
        RegistryDamagedError: The registry cannot be read.
    """
    package = Package(readings, barcodes)
    if package.kind is PublicationKind.LETTER:
        code = "only-letter" if package.shows(Part.LETTER) else "only-search"
        effect = Effect.PERSON if package.unclear else None
        return _result(package, (finding(code, effect=effect),))
    if package.kind is PublicationKind.BOOK:
        return _book(package, claimant, policy, today)
    if package.kind is PublicationKind.UNKNOWN:
        return _result(package, (finding("not-a-package"),))
    return _paper(package, claimant, registry, policy, today)


def _paper(
    package: Package,
    claimant: Claimant,
    registry: Registry,
    policy: PublicationPolicy,
    today: date,
) -> PublicationResult:
    head = package.article(claimant.names)
    if head is not None:
        head = head.with_known(claimant.names)
    claim = _claim(package, registry, package.issue_pages(head.page) if head else None)
    findings = list(check_parts(package, head))
    frequency = ""
    if has_numbers(package) or package.shows(Part.SERIALS):
        judged = judge_journal(claim, registry, policy)
        findings += judged.findings
        frequency = judged.journal.frequency if judged.journal else ""
    findings += check_authors(head, package, claimant.names)
    findings += check_dates(package, policy, frequency=frequency, since=claimant.since, today=today)
    year, issue = agreed(package.stated)
    isbn = isbn_of(package)
    return _result(
        package,
        findings,
        cn=claim.cn.value if claim.cn else None,
        issn=claim.issn.value if claim.issn else None,
        isbn=isbn.value if isbn else None,
        journal=printed(claim.title) if claim.title else None,
        title=printed(simplified(head.title)) if head else None,
        authors=head.authors if head else (),
        year=year,
        issue=issue,
    )


def _claim(package: Package, registry: Registry, pages: Container[int] | None) -> Claim:
    """Put together what the package says of its journal, on the article's pages first."""
    cn, issn = package.best(NumberKind.CN, pages), package.best(NumberKind.ISSN, pages)
    registered: list[str] = []
    if cn is not None and cn.value:
        registered += [t for j in registry.by_cn(cn.value[:2], cn.value[3:7]) for t in j.titles]
    if issn is not None and issn.value:
        registered += [t for j in registry.by_issn(issn.value) for t in j.titles]
    name = journal_name(package, tuple(dict.fromkeys(registered)))
    permits = package.numbers(NumberKind.PERMIT)
    year, _ = agreed(package.stated)
    if year is not None and not year_sure(package.stated, year):
        year = None
    return Claim(
        cn=cn,
        issn=issn,
        title=name.title if name else None,
        title_sure=name.sure if name else False,
        permit=permits[0] if permits else None,
        signs=package.signs,
        year=year,
        labelled=package.labelled,
        others=(*package.others(cn), *package.others(issn)),
    )


def _book(
    package: Package, claimant: Claimant, policy: PublicationPolicy, today: date
) -> PublicationResult:
    findings = [*check_book_parts(package), *check_isbn(package)]
    findings += check_book_authors(package, claimant.names)
    edition = edition_of(package)
    if edition is not None:
        year, month, row = edition
        findings += check_window(
            year,
            (month,),
            policy,
            since=claimant.since,
            today=today,
            place=evidence_of((row,)),
            sure=row.confidence >= SURE,
        )
    elif package.shows(Part.SERIALS):
        findings.append(finding("date-unread"))
    isbn = isbn_of(package)
    authors, _ = book_authors(package)
    return _result(
        package,
        findings,
        isbn=isbn.value if isbn else None,
        title=book_title(package),
        authors=authors,
        year=edition[0] if edition else None,
    )


def _result(
    package: Package, findings: Iterable[RuleFinding], **facts: object
) -> PublicationResult:
    kept = tuple(_each_once(findings))
    return PublicationResult.model_validate(
        {
            "verdict": verdict_of(kept),
            "kind": package.kind,
            "parts": package.parts,
            "findings": kept,
            **facts,
        }
    )


def _each_once(findings: Iterable[RuleFinding]) -> Iterator[RuleFinding]:
    seen = set()
    for one in findings:
        if one.code not in seen:
            seen.add(one.code)
            yield one
