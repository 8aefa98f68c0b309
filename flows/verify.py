"""``mangping verify``: an applicant's own masked copy against its original, without Prefect."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TextIO

from flows.engine import make_tools
from flows.errors import FolderAsFileError, OutputFolderError
from pipeline.intake import load_identity, open_source
from pipeline.jobs import Job
from pipeline.outcome import safe_name
from pipeline.pairing import compare_files
from pipeline.policy import load_policy
from pipeline.reports.pair_report import (
    VERDICT_SENTENCES,
    pair_report_page,
    sentence_of,
    write_pair_report,
)
from pipeline.verification.pair import Difference, Leak, PairReport, PairVerdict

NOT_PASSED = 3
_SHOWN = 8


def verify(
    masked: Path, original: Path, identity: Path, policy_name: str, out: Path | None
) -> tuple[PairReport, Path | None]:
    """Check a pair of files; write the report with pictures where a folder is given.

    Returns:
        The answer, and where the report is.

    Raises:
        UsageError: The identity, the policy or the output folder is not usable.
        RefusedInputError: One of the files is not taken.
        ModelError: A model is missing.
    """
    applicant, policy = load_identity(identity), load_policy(policy_name)
    for path in (masked, original):
        if path.is_dir():
            raise FolderAsFileError(path.name)
    for path in (masked, original):
        with open_source(path):
            pass  # refused before the models are loaded
    if out is not None:
        _make_folder(out)
    tools = make_tools(applicant, policy)
    report, shown = compare_files(
        Job("original", original, original.name), Job("masked", masked, masked.name), tools
    )
    if out is None:
        return report, None
    names = (safe_name(original.name, applicant), safe_name(masked.name, applicant))
    try:
        return report, write_pair_report(out, pair_report_page(report, shown, names, policy))
    except OSError:
        raise OutputFolderError(str(out)) from None


def print_pair(stream: TextIO, report: PairReport, page: Path | None, *, as_json: bool) -> int:
    """Print the one JSON object, or a few Chinese lines; return the exit code."""
    if as_json:
        print(json.dumps(report.as_json(), ensure_ascii=False), file=stream)
    else:
        mark = "✓" if report.verdict is PairVerdict.PASS else "✗"
        print(f"{mark} {VERDICT_SENTENCES[report.verdict]}", file=stream)
        if report.rules:
            print(f"  依据：{'、'.join(report.rules)}", file=stream)
        entries: list[Leak | Difference] = [*report.leaks, *report.differences]
        lines = [sentence_of(entry) for entry in entries]
        lines += [f"第 {d.page} 页：{d.message}" if d.page else d.message for d in report.doubts]
        for line in lines[:_SHOWN]:
            print(f"  {line}", file=stream)
        if len(lines) > _SHOWN:
            print(f"  还有 {len(lines) - _SHOWN} 处，见报告。", file=stream)
        if page is not None:
            print(f"  报告：{page}", file=stream)
    return 0 if report.verdict is PairVerdict.PASS else NOT_PASSED


def _make_folder(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError:
        raise OutputFolderError(str(out)) from None
