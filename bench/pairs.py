"""Own masked copies: ``python -m bench.pairs --seed N --count 40``.

Makes honest pairs, scanned twice, and tampered ones, checks each, and prints what was found by kind
of tampering, the false alarms, and the time.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from bench.table import table
from fixtures.pairs import Pair, generate_pairs
from models import weights_dir
from pipeline.detection import Detector
from pipeline.intake import load_identity
from pipeline.jobs import Job, Tools
from pipeline.pairing import compare_files
from pipeline.policy import Policy, load_policy
from pipeline.reading import Reader
from pipeline.verification.pair import PairReport, Shown

_POLICY = "huainan-2025"
_MOST_ALARMS = 1


@dataclass(frozen=True)
class Outcome:
    """A pair, what the check said, and what it took."""

    pair: Pair
    report: PairReport
    seconds: float
    processor: float

    @property
    def right(self) -> bool:
        """Whether the verdict is the one that was asked for."""
        return self.report.verdict.value == self.pair.verdict

    @property
    def found(self) -> bool:
        """Whether a tampered pair was not let pass."""
        return self.report.verdict.value != "pass"


def main() -> None:
    """Generate, check, print."""
    parser = argparse.ArgumentParser(prog="python -m bench.pairs", description=__doc__)
    parser.add_argument("--seed", type=int, default=20251)
    parser.add_argument("--count", type=int, default=40, help="honest and tampered pairs each")
    parser.add_argument("--misses", type=Path, help="write pictures of wrong answers there")
    options = parser.parse_args()
    reader, policy = Reader(weights_dir()), load_policy(_POLICY)
    with tempfile.TemporaryDirectory(prefix="mangping-pairs-") as folder:
        pairs = generate_pairs(
            Path(folder), seed=options.seed, honest=options.count, tampered=options.count
        )
        outcomes = [_checked(pair, reader, policy, options.misses) for pair in pairs]
    print(report(outcomes))


def _checked(pair: Pair, reader: Reader, policy: Policy, misses: Path | None) -> Outcome:
    applicant = load_identity(pair.identity)
    tools = Tools(reader, Detector(applicant, policy, lac_dir=weights_dir() / "lac"), policy,
                  applicant)  # fmt: skip
    jobs = (
        Job("original", pair.original, pair.original.name),
        Job("masked", pair.masked, pair.masked.name),
    )
    started, worked = time.perf_counter(), time.process_time()
    answer, shown = compare_files(*jobs, tools)
    outcome = Outcome(pair, answer, time.perf_counter() - started, time.process_time() - worked)
    mark = "." if outcome.right else f"\n{pair.folder.name} {pair.kind}: {answer.verdict.value}\n"
    print(mark, end="", file=sys.stderr, flush=True)
    if misses and not outcome.right:
        _write(misses, pair, shown)
    return outcome


def _write(folder: Path, pair: Pair, shown: Sequence[Shown]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number, one in enumerate(shown):
        if one.original is not None and one.masked is not None:
            both = np.vstack([one.original, one.masked])[:, :, ::-1]
            cv2.imwrite(str(folder / f"{pair.folder.name}-{number}.png"), both)


def report(outcomes: Sequence[Outcome]) -> str:
    """Return the tables."""
    honest = [o for o in outcomes if o.pair.kind == "honest"]
    tampered = [o for o in outcomes if o.pair.kind != "honest"]
    kinds = Counter(o.pair.kind for o in tampered)
    rows = [
        [
            kind,
            str(count),
            str(sum(o.found for o in tampered if o.pair.kind == kind)),
            str(sum(o.right for o in tampered if o.pair.kind == kind)),
            " ".join(sorted({o.report.verdict.value for o in tampered if o.pair.kind == kind})),
        ]
        for kind, count in sorted(kinds.items())
    ]
    rows.append(
        ["all", str(len(tampered)), str(sum(o.found for o in tampered)),
         str(sum(o.right for o in tampered)), ""]
    )  # fmt: skip
    alarms = Counter(o.report.verdict.value for o in honest if o.found)
    pages = max(1, sum(o.report.pages for o in outcomes))
    figures = [
        ["tampered pairs found", f"{sum(o.found for o in tampered)} of {len(tampered)}", "all"],
        ["honest pairs not passed", f"{sum(alarms.values())} of {len(honest)}",
         f"≤ {_MOST_ALARMS}"],
        ["of these", " ".join(f"{k} {n}" for k, n in alarms.items()) or "none", ""],
        ["pages of masked copies", str(pages), ""],
        ["seconds a page, both files read", f"{sum(o.seconds for o in outcomes) / pages:.2f}", ""],
        ["processor seconds a page", f"{sum(o.processor for o in outcomes) / pages:.2f}", ""],
    ]  # fmt: skip
    return "\n".join(
        [
            table("Tampered pairs", ("kind", "pairs", "found", "right verdict", "verdicts"), rows),
            table("Own masked copies", ("figure", "measured", "limit"), figures),
        ]
    )


if __name__ == "__main__":
    main()
