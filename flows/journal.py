"""``mangping journal``: a journal judged by its numbers and title alone. Never imports Prefect."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TextIO

from flows.errors import CommandLineError
from flows.registry import choose_registry
from pipeline.policy import load_policy
from pipeline.publication.journal import Claim, JournalJudgement, judge_journal
from pipeline.publication.nouns import Effect, PublicationVerdict, broken_rules
from pipeline.publication.numbers import typed_cn, typed_issn
from pipeline.publication.registry import RegistryAbout
from pipeline.publication.result_json import rule_finding_json

NOT_ACCEPTED = 3
VERDICTS = {
    PublicationVerdict.ACCEPT: "符合要求",
    PublicationVerdict.RETURN: "退回",
    PublicationVerdict.PERSON: "需人工查看",
}
MARKS = {Effect.RETURN: "✗", Effect.PERSON: "!", Effect.ADVISE: "·"}


def judge_typed(
    cn: str | None, issn: str | None, title: str | None, registry: Path | None, policy: str
) -> tuple[Claim, JournalJudgement, RegistryAbout]:
    """Judge typed numbers and a typed title; blank ones count as not printed.

    Raises:
        UsageError: Nothing was given, or the policy or the registry is not usable.
        RefusedInputError: A registry was named that is none.
    """
    cn, issn, title = ((text or "").strip() or None for text in (cn, issn, title))
    if not (cn or issn or title):
        raise CommandLineError("journal", what="--cn、--issn、--title 至少写一个")
    said = load_policy(policy).publication
    claim = Claim(
        cn=typed_cn(cn) if cn else None, issn=typed_issn(issn) if issn else None, title=title
    )
    with choose_registry(registry) as journals:
        return claim, judge_journal(claim, journals, said), journals.about


def journal_json(claim: Claim, judged: JournalJudgement, about: RegistryAbout) -> dict[str, Any]:
    """Return the JSON object; ``journal`` is the registry's title where one was found."""
    return {
        "verdict": judged.verdict.value,
        "rules": list(broken_rules(judged.findings)),
        "findings": [rule_finding_json(finding) for finding in judged.findings],
        "cn": claim.cn.value if claim.cn else None,
        "issn": claim.issn.value if claim.issn else None,
        "journal": judged.journal.title if judged.journal else claim.title,
        "registry": about.model_dump(),
    }


def print_journal(
    stream: TextIO,
    claim: Claim,
    judged: JournalJudgement,
    about: RegistryAbout,
    *,
    as_json: bool,
) -> int:
    """Print the verdict; return the exit code: 0 for accept, else 3."""
    if as_json:
        print(json.dumps(journal_json(claim, judged, about), ensure_ascii=False), file=stream)
    else:
        print(VERDICTS[judged.verdict], file=stream)
        for finding in judged.findings:
            print(f"    {MARKS[finding.effect]} {finding.rule}：{finding.reason}", file=stream)
    return 0 if judged.verdict is PublicationVerdict.ACCEPT else NOT_ACCEPTED
