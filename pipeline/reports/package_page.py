"""The index page of the reviewers' package: which files it holds, in Chinese, naming nobody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.attachment_kinds import kind_name
from pipeline.outcome import PUBLICATION_NAMES
from pipeline.reports.rendering import render


@dataclass(frozen=True, slots=True)
class PackageEntry:
    """An attachment as reviewers get it.

    Attributes:
        code: Its id inside the dossier.
        kind: Kind of attachment, a code.
        pages: Number of pages.
        copy: Name of the masked copy in the package.
        report: Name of the masked report on shared text, if there is one.
        verdict: What the rules say of it, if it is a paper or a book.
        rules: Numbers of the rules that it breaks.
    """

    code: str
    kind: str
    pages: int
    copy: str
    report: str | None = None
    verdict: str | None = None
    rules: tuple[str, ...] = ()


def package_page(dossier_id: str, entries: Sequence[PackageEntry]) -> str:
    """Return the index page as HTML; its links are relative to it."""
    rows = [
        {
            "entry": entry,
            "kind": kind_name(entry.kind),
            "verdict": PUBLICATION_NAMES.get(entry.verdict or "", ""),
        }
        for entry in entries
    ]
    return render("package_page.html.j2", dossier=dossier_id, rows=rows)
