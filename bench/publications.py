"""Paper and book packages judged against their truth: ``python -m bench.publications --seed N``.

Packages, good ones and one of every defect, come from ``fixtures.papers``. Numbers, parts, verdicts
and broken rules are compared as the command ``mangping publication`` would print them.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from bench.table import table
from fixtures.papers.store import generate
from flows.engine import shared_reader
from pipeline.intake import open_source
from pipeline.policy import load_policy
from pipeline.publication.examination import ReadFile, examine_files, read_publication
from pipeline.publication.judge import Claimant
from pipeline.publication.nouns import PublicationResult
from pipeline.publication.registry_import import open_registry

_POLICY = "huainan-2025"
_MOST_NEEDLESS = 5.0


@dataclass
class Score:
    """Right ones of all, by what was compared, and what went wrong."""

    right: Counter[str] = field(default_factory=Counter)
    of: Counter[str] = field(default_factory=Counter)
    wrong_parts: Counter[tuple[str, str]] = field(default_factory=Counter)
    misses: list[str] = field(default_factory=list)
    seconds: float = 0.0
    pages: int = 0

    def add(self, what: str, right: bool) -> None:
        """Count one comparison."""
        self.of[what] += 1
        self.right[what] += right

    def share(self, what: str) -> float:
        """Per cent of right ones."""
        return 100 * self.right[what] / max(1, self.of[what])


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m bench.publications", description=__doc__)
    parser.add_argument("--seed", type=int, default=20251)
    parser.add_argument("--packages", type=int, default=120)
    parser.add_argument("--set", type=Path, help="judge packages that were generated before")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = options.set or Path(folder)
        if options.set is None:
            generate(place, seed=options.seed, packages=options.packages)
        score = measure(place)
    print(report(score))
    if options.json:
        figures = {what: [score.right[what], score.of[what]] for what in score.of}
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def measure(place: Path) -> Score:
    """Examine every package of a set."""
    truth = json.loads((place / "truth.json").read_text("utf-8"))
    policy = load_policy(_POLICY).publication
    registry = open_registry(place / truth["registry"])
    score = Score()
    for package in truth["packages"]:
        started = time.perf_counter()
        read = _read(place / package["file"])
        claimant = Claimant((package["applicant"],))
        if package["report"]:
            report_file = place / package["report"]["file"]
            with open_source(report_file) as source:
                beside = (source, _read(report_file))
                result = examine_files(read, beside, claimant, registry, policy, date.today())
        else:
            result = examine_files(read, None, claimant, registry, policy, date.today())
        score.seconds += time.perf_counter() - started
        score.pages += len(read.readings)
        _compare(score, package, result)
        print(".", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return score


def _read(path: Path) -> ReadFile:
    with open_source(path) as source:
        return read_publication(source, shared_reader())


def _compare(score: Score, truth: dict[str, Any], result: PublicationResult) -> None:
    verdict, wanted = result.verdict.value, truth["verdict"]
    score.add("verdict", verdict == wanted)
    score.add("rules", list(result.rules) == truth["rules"])
    if wanted == "accept":
        score.add("good not returned", verdict != "return")
        score.add("good not sent to a person", verdict != "person")
    if wanted == "return":
        score.add("bad not accepted", verdict != "accept")
    for got, part in zip(result.parts, truth["parts"], strict=True):
        score.add("parts", got.value == part)
        if got.value != part:
            score.wrong_parts[part, got.value] += 1
    score.add("kind", result.kind.value == truth["kind"])
    if truth["kind"] != "letter":
        if not truth["forged"]:
            score.add("CN", result.cn == truth["cn"])
        score.add("ISSN", result.issn == truth["issn"])
        score.add("ISBN", result.isbn == truth["isbn"])
        if truth["measured"]:
            _compare_words(score, truth, result)
    if verdict != wanted or list(result.rules) != truth["rules"]:
        causes = " ".join(f"{f.code}({f.effect.value})" for f in result.findings)
        defects = ",".join(truth["defects"]) or "good"
        report = f" report {truth['report']['defect'] or 'right'}" if truth["report"] else ""
        which = f"{truth['file']} {truth['quality']} {defects}{report}"
        score.misses.append(f"{which}: {verdict}, wanted {wanted}: {causes}")


def _compare_words(score: Score, truth: dict[str, Any], result: PublicationResult) -> None:
    score.add("journal", result.journal == truth["journal"])
    score.add("title", _plain(result.title) == _plain(truth["title"]))
    score.add("authors", list(result.authors) == truth["authors"])
    score.add("year", result.year == truth["year"])
    score.add("issue", result.issue == truth["issue"])


def _plain(text: str | None) -> str:
    """Leave out dashes, which readers take for each other."""
    return (text or "").replace("—", "").replace("-", "").replace("一", "")


def report(score: Score) -> str:
    """Return the tables."""
    limits = {
        "verdict": "≥ 97 %",
        "rules": "≥ 93 %",
        "good not returned": "all",
        "good not sent to a person": f"≥ {100 - _MOST_NEEDLESS:g} %",
        "CN": "≥ 98 %",
        "ISSN": "≥ 98 %",
        "parts": "≥ 97 %",
    }
    rows = [
        [
            what,
            f"{score.right[what]} of {score.of[what]}",
            f"{score.share(what):.1f} %",
            limits.get(what, ""),
        ]
        for what in score.of
    ]
    rows.append(
        ["seconds a page, read and judged", f"{score.seconds / max(1, score.pages):.2f}", "", ""]
    )
    parts = [table("Packages", ("figure", "right", "share", "limit"), rows)]
    if score.wrong_parts:
        wrong = [[true, got, str(n)] for (true, got), n in score.wrong_parts.most_common()]
        parts.append(table("Pages taken for another part", ("true", "taken for", "pages"), wrong))
    if score.misses:
        parts.append(table("Wrong verdicts or rules", ("package",), [[m] for m in score.misses]))
    return "\n".join(parts)


if __name__ == "__main__":
    main()
