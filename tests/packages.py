"""Two small packages with an invented registry: a good one, and one by a second author."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from fixtures.papers.journals import make_registry
from fixtures.papers.nouns import Truth
from fixtures.papers.packages import make_package
from fixtures.papers.store import write_pages
from fixtures.reports.make import make_report
from fixtures.reports.subject import Subject

_SEED = 2


@dataclass
class Packages:
    """Where the files lie and what is true of them; ``report`` is about the good paper."""

    good: Path
    bad: Path
    report: Path
    registry: Path
    good_truth: Truth
    bad_truth: Truth

    @property
    def applicants(self) -> list[str]:
        """Who handed in the good paper and who the bad one."""
        return [self.good_truth.applicant, self.bad_truth.applicant]


def make_packages(folder: Path) -> Packages:
    """Write ``good.pdf``, ``bad.pdf``, ``report.pdf`` and ``registry.tsv`` into a folder."""
    registry = make_registry(random.Random(f"{_SEED}"))
    registry.write(folder / "registry.tsv")
    good = make_package(random.Random(f"{_SEED}/good5"), registry, [])
    bad = make_package(random.Random(f"{_SEED}/bad"), registry, ["not-first"])
    for name, package in (("good", good), ("bad", bad)):
        sheets = [page.sheet for page in package.pages]
        write_pages(sheets, folder / f"{name}.pdf", "clean", random.Random(name))
    assert good.plan is not None
    article, issue = good.plan.article, good.plan.issue
    subject = Subject(
        title=article.full_title,
        author=article.authors[0].name,
        unit=article.schools[0].name,
        paragraphs=article.paragraphs,
        characters=good.characters,
        published=date(issue.year, issue.month, issue.day),
    )
    make_report(folder / "report.pdf", random.Random("report"), subject, vendor="cnki")
    files = (folder / name for name in ("good.pdf", "bad.pdf", "report.pdf", "registry.tsv"))
    return Packages(*files, good.truth, bad.truth)
