"""The nouns of a publication's examination.

Rule ids are those of the notice: HN-PAPER-1 parts, -2 journal numbers, -3 book number, -4 first
author, -5 acceptance letter only, -6 date, HN-SIM-1 vendor's report.
"""

from __future__ import annotations

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
    """

    rule: str
    effect: Effect
    code: str
    reason: str
    page: int | None = None
    polygon: Polygon | None = None
    evidence: str = Field(default="", repr=False)


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
        broken = {f.rule for f in self.findings if f.effect is Effect.RETURN}
        return tuple(sorted(broken))
