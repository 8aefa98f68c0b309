"""``mangping publication``: a paper's or a book's package, rule by rule. Never imports Prefect."""

from __future__ import annotations

import json
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import TextIO

from flows.engine import shared_reader
from flows.errors import FolderAsFileError
from flows.journal import MARKS, NOT_ACCEPTED, VERDICTS
from flows.progress_bar import page_bar
from flows.registry import choose_registry
from pipeline.intake import open_source
from pipeline.policy import load_policy
from pipeline.publication.examination import examine_files, read_publication
from pipeline.publication.judge import Claimant
from pipeline.publication.nouns import PublicationResult, PublicationVerdict
from pipeline.publication.result_json import publication_json


def examine_publication(
    file: Path,
    names: list[str],
    report: Path | None,
    registry: Path | None,
    policy_name: str,
) -> PublicationResult:
    """Examine a package.

    Raises:
        UsageError: The policy or the registry is not usable.
        RefusedInputError: A file is not taken.
        ModelError: A model is missing.
    """
    policy = load_policy(policy_name).publication
    for path in (file, report):
        if path is not None and path.is_dir():
            raise FolderAsFileError(path.name)
    with ExitStack() as stack:
        journals = stack.enter_context(choose_registry(registry))
        package = stack.enter_context(open_source(file))
        beside = stack.enter_context(open_source(report)) if report else None
        reader = shared_reader()
        pages = package.page_count + (beside.page_count if beside else 0)
        with page_bar("读取", pages) as told:
            read = read_publication(package, reader, told)
            with_report = (beside, read_publication(beside, reader, told)) if beside else None
        claimant = Claimant(tuple(n.strip() for n in names if n.strip()))
        return examine_files(read, with_report, claimant, journals, policy, date.today())


def print_publication(stream: TextIO, result: PublicationResult, *, as_json: bool) -> int:
    """Print the examination; return the exit code: 0 for accept, else 3."""
    if as_json:
        print(json.dumps(publication_json(result), ensure_ascii=False), file=stream)
    else:
        print(VERDICTS[result.verdict], file=stream)
        for finding in result.findings:
            where = f"第 {finding.page} 页：" if finding.page else ""
            if finding.in_report:
                where = f"查重报告{where or '：'}"
            mark = MARKS[finding.effect]
            print(f"    {mark} {finding.rule}　{where}{finding.reason}", file=stream)
    return 0 if result.verdict is PublicationVerdict.ACCEPT else NOT_ACCEPTED
