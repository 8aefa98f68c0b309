"""The index page of the reviewers' package: which files it holds, in Chinese, naming nobody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.outcome import PUBLICATION_NAMES
from pipeline.reports.rendering import render

_KINDS = {
    "degree": "学历学位证书",
    "teacher_certificate": "教师资格证",
    "appointment": "聘书、任职文件",
    "assessment": "年度考核表",
    "honour": "荣誉证书",
    "paper": "论文",
    "book": "著作",
    "publication": "论著",
    "similarity_report": "查重报告",
    "lesson_plan": "教学设计",
    "teaching_design": "教学设计",
    "observation": "听课记录",
    "summary": "工作总结",
}
_OTHER = "其他材料"


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
            "kind": _KINDS.get(entry.kind, _OTHER),
            "verdict": PUBLICATION_NAMES.get(entry.verdict or "", ""),
        }
        for entry in entries
    ]
    return render("package_page.html.j2", dossier=dossier_id, rows=rows)
