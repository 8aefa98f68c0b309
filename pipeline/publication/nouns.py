"""The nouns of a publication's examination.

Rule ids are those of the notice: HN-PAPER-1 parts, -2 journal numbers, -3 book number, -4 first
author, -5 acceptance letter only, -6 date, HN-SIM-1 vendor's report.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from pydantic import Field

from pipeline.dossier import Noun
from pipeline.geometry import Polygon


class Part(StrEnum):
    """What a page of a package is."""

    COVER = "cover"
    CONTENTS = "contents"
    SERIALS = "serials"
    BODY = "body"
    BACK = "back"
    LETTER = "letter"
    SEARCH = "search"
    OTHER = "other"


class PublicationKind(StrEnum):
    """What a package as a whole is."""

    PAPER = "paper"
    BOOK = "book"
    LETTER = "letter"
    REPORT = "report"
    UNKNOWN = "unknown"


class Effect(StrEnum):
    """What a finding does to the verdict: ``RETURN`` breaks its rule, ``PERSON`` leaves it open."""

    RETURN = "return"
    PERSON = "person"
    ADVISE = "advise"


class PublicationVerdict(StrEnum):
    """What becomes of a package."""

    ACCEPT = "accept"
    RETURN = "return"
    PERSON = "person"


class NumberKind(StrEnum):
    """What a printed number is."""

    CN = "cn"
    ISSN = "issn"
    ISBN = "isbn"
    ARTICLE = "article"
    DOI = "doi"
    CIP = "cip"
    POSTAL = "postal"
    PERMIT = "permit"


class NumberFlag(StrEnum):
    """What is remarkable about a printed number.

    ``REPAIRED``: letters where digits stand were taken for digits, or a lost sign was put back.
    ``DAMAGED``: there is a number, but it cannot be told. ``ODD_CLASS``: the class after the slash
    is none; ``ODD_SUFFIX``: letters are glued on that may be a class or a foreign sign.
    ``BRACKETS``: brackets stand inside the number. ``NOT_MAINLAND``: an ISBN of another group.
    """

    HONG_KONG = "hong-kong"
    NR = "nr"
    BRACKETS = "brackets"
    FOREIGN_LETTERS = "foreign-letters"
    ODD_CLASS = "odd-class"
    ODD_SUFFIX = "odd-suffix"
    BAD_REGION = "bad-region"
    BAD_SERIAL = "bad-serial"
    NEWSPAPER = "newspaper"
    NETWORK = "network"
    ELECTRONIC = "electronic"
    BAD_CHECK = "bad-check"
    NOT_MAINLAND = "not-mainland"
    UNLABELLED = "unlabelled"
    REPAIRED = "repaired"
    DAMAGED = "damaged"
    BARCODE = "barcode"


class FoundNumber(Noun):
    """A number as it is printed, or as somebody typed it.

    Attributes:
        kind: What it is.
        value: Normalised: ``34-1331/G4``, ``1005-5843``, ISBN digits, article number without
            spaces, DOI in lower case, CIP and permit digits, ``26-102``. None where it cannot be
            told, and for a forged CN.
        raw: As printed.
        flags: What is remarkable.
        page: Page of the file, from 1; None when typed.
        polygon: Where it stands, in the frame of its line.
        confidence: Of the least sure of the characters that tell it, 0 to 1.
    """

    kind: NumberKind
    value: str | None
    raw: str
    flags: frozenset[NumberFlag] = frozenset()
    page: int | None = None
    polygon: Polygon | None = None
    confidence: float = 1.0


class RuleFinding(Noun):
    """One thing that a rule has to say about a package.

    Attributes:
        rule: Id of the rule.
        effect: What it does to the verdict.
        code: Stable name of the cause, such as ``e-journal``.
        reason: One Chinese sentence for the applicant: what is wrong and what to do.
        page: Page of the file, from 1; None for the whole package.
        polygon: Where the evidence stands, on the upright page; None for the whole page.
        evidence: The words on the page. Private: it may hold names.
        in_report: Whether ``page`` is one of the vendor's report, not of the package.
    """

    rule: str
    effect: Effect
    code: str
    reason: str
    page: int | None = None
    polygon: Polygon | None = None
    evidence: str = Field(default="", repr=False)
    in_report: bool = False


class PublicationResult(Noun):
    """The examination of one package.

    ``cn`` is printed as ``34-1331/G4``, ``issn`` as ``1005-5843``, ``isbn`` without hyphens;
    ``year`` and ``issue`` are those of the publication. None where nothing is printed.
    """

    verdict: PublicationVerdict
    kind: PublicationKind
    parts: tuple[Part, ...]
    findings: tuple[RuleFinding, ...] = ()
    cn: str | None = None
    issn: str | None = None
    isbn: str | None = None
    journal: str | None = None
    title: str | None = Field(default=None, repr=False)
    authors: tuple[str, ...] = Field(default=(), repr=False)
    year: int | None = None
    issue: str | None = None

    @property
    def rules(self) -> tuple[str, ...]:
        """Ids of the rules that are broken, each once, in order."""
        return broken_rules(self.findings)


def verdict_of(findings: Iterable[RuleFinding]) -> PublicationVerdict:
    """Return what findings make together."""
    effects = {finding.effect for finding in findings}
    if Effect.RETURN in effects:
        return PublicationVerdict.RETURN
    if Effect.PERSON in effects:
        return PublicationVerdict.PERSON
    return PublicationVerdict.ACCEPT


def broken_rules(findings: Iterable[RuleFinding]) -> tuple[str, ...]:
    """Return the ids of the rules that findings break, each once, in order."""
    return tuple(sorted({f.rule for f in findings if f.effect is Effect.RETURN}))
