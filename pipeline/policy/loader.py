"""Loads a policy file and answers what it does with each kind of finding."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from importlib import resources

import yaml
from pydantic import Field, ValidationError

from pipeline.dossier import Action, Kind, Noun
from pipeline.errors import UsageError
from pipeline.policy.scans import ScanLimits
from pipeline.publication.nouns import Effect


class UnknownPolicyError(UsageError):
    """No policy of that name is shipped."""

    code = "unknown-policy"
    sentence = (
        "没有名为“{subject}”的政策；可用的有：{known}。请在 --policy 或 dossier.json 中改正。"
    )


class DamagedPolicyError(UsageError):
    """A policy file does not have the documented shape."""

    code = "damaged-policy"
    sentence = "政策文件“{subject}”有 {count} 处不符合格式，请对照 huainan_2025.yaml 改正。"


class CoveredText(StrEnum):
    """What to do about text that must stay but lies under a masked seal."""

    NOTE = "note"
    PERSON = "person"


class PublicationPolicy(Noun):
    """What a notice says of papers and books, and the switches for what it leaves open.

    Attributes:
        cutoff: Last day of publication that counts; None where the notice names none.
        recent_years: Older than this many years is mentioned; None says nothing.
        special_issue: What 专刊, 特刊, 专辑 and 论文集 do.
        unknown_journal: What a journal that the registry does not hold does.
        similarity_vendors: Short names of the vendors of similarity reports that the notice names.
        unnamed_vendor: What a report of any other vendor does.
    """

    cutoff: date | None = None
    recent_years: int | None = Field(default=None, ge=1)
    special_issue: Effect = Effect.PERSON
    unknown_journal: Effect = Effect.PERSON
    similarity_vendors: tuple[str, ...] = ()
    unnamed_vendor: Effect = Effect.PERSON


class Policy(Noun):
    """A notice as data.

    Attributes:
        id: Name on the command line, such as ``huainan-2025``.
        version: Raised whenever a decision of the file changes; part of every cache key.
        title: The notice's title, in Chinese.
        blind: Whether the notice asks for masked copies.
        actions: For each kind of finding: mask or keep.
        reasons: For each kind of finding: the Chinese sentence that the report shows.
        labels: For each kind of finding: the word on the mask; ``{n}`` is numbered in the dossier.
        authorities: Endings of the names of bodies that issue awards and stay visible.
        text_under_seals: Whether text that must stay but lies under a masked seal is a note in the
            record, or a reason for a person to look.
        publication: The notice's words on papers and books.
        scan: What a page's scan must be like to be trusted without a person.
        rules: Rule ids that findings and verdicts cite, with the notice's words.
    """

    id: str
    version: int
    title: str
    blind: bool = True
    actions: dict[Kind, Action]
    reasons: dict[Kind, str]
    labels: dict[Kind, str] = Field(default_factory=dict)
    authorities: tuple[str, ...] = ()
    text_under_seals: CoveredText = CoveredText.NOTE
    publication: PublicationPolicy = PublicationPolicy()
    scan: ScanLimits = ScanLimits()
    rules: dict[str, str] = Field(default_factory=dict)

    def action(self, kind: Kind) -> Action:
        """Return what to do with a kind; what the file does not name is masked."""
        return self.actions.get(kind, Action.MASK)


def policy_names() -> list[str]:
    """Return the names of the shipped policies."""
    files = resources.files("pipeline.policy").iterdir()
    return sorted(f.name[:-5].replace("_", "-") for f in files if f.name.endswith(".yaml"))


def load_policy(name: str) -> Policy:
    """Load a shipped policy by name (``huainan-2025``).

    Raises:
        UnknownPolicyError: There is no such policy.
        DamagedPolicyError: Its file is malformed.
    """
    if name not in policy_names():
        raise UnknownPolicyError(name, known="、".join(policy_names()))
    path = resources.files("pipeline.policy") / f"{name.replace('-', '_')}.yaml"
    try:
        return Policy.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        raise DamagedPolicyError(path.name, count=error.error_count()) from None
