"""``python -m bench``: generate, run, judge, print. See ``--help``."""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import resource
import shutil
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from pathlib import Path

from bench.foreign import foreign_runs
from bench.judge import judge_file
from bench.misses import write_misses
from bench.records import STAGES, DossierRun
from bench.runner import run_dossier
from bench.sampler import Sampler
from bench.table import must, profile, report
from bench.tally import Tally
from bench.truth import dossiers, load_truth
from fixtures import generate
from models import ner_dir, weights_dir
from pipeline.policy import load_policy
from pipeline.reading import Reader

_POLICY = "huainan-2025"


def main() -> None:
    """Run the bench; the exit code is 0 whatever the figures are."""
    options = _options()
    with _workplace(options.out, keep=options.keep) as folder:
        made = options.set or _generated(folder / "set", options.seed, options.pages)
        with Sampler() if options.profile else contextlib.nullcontext() as sampler:
            if options.copies:
                runs = foreign_runs(made, options.copies)
            else:
                runs = _run(made, folder / "copies", verify=options.verify)
        # Before judging, which needs memory of its own.
        peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        tally = _judged(runs, options.misses)
    print(f"\nseed {_seeds(runs)}, {tally.pages} pages\n")
    print(report(tally, peak_mb=peak_mb, pages_bytes=250_000, verified=options.verify))
    if sampler:
        print(profile(sampler, max(1, tally.pages)))
    if options.json:
        options.json.write_text(
            json.dumps(
                _figures(tally, _seeds(runs), options.verify, peak_mb), ensure_ascii=False, indent=1
            )
            + "\n"
        )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description="Masks a generated set of dossiers and judges the copies pixel by pixel.",
    )
    parser.add_argument("--seed", type=int, default=20251)
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--set", type=Path, help="judge dossiers that were generated before")
    parser.add_argument(
        "--copies", type=Path, help="judge these copies of another program (see bench.foreign)"
    )
    parser.add_argument("--out", type=Path, help="work here instead of in a temporary folder")
    parser.add_argument("--keep", action="store_true", help="leave the set and the copies there")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--no-verify", dest="verify", action="store_false")
    parser.add_argument("--profile", action="store_true", help="say where the time goes")
    parser.add_argument("--misses", type=Path, help="write a picture of every miss to this folder")
    return parser.parse_args()


@contextlib.contextmanager
def _workplace(out: Path | None, *, keep: bool) -> Iterator[Path]:
    folder = out or Path(tempfile.mkdtemp(prefix="mangping-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        yield folder
    finally:
        if keep:
            print(f"kept in {folder}", file=sys.stderr)
        else:
            for part in ("set", "copies"):
                shutil.rmtree(folder / part, ignore_errors=True)
            if out is None:
                shutil.rmtree(folder, ignore_errors=True)


def _generated(folder: Path, seed: int, pages: int) -> Path:
    """Generate in a process of its own, so that its memory is not counted as the program's."""
    shutil.rmtree(folder, ignore_errors=True)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        pool.submit(generate, folder, seed=seed, pages=pages).result()
    return folder


def _run(made: Path, copies: Path, *, verify: bool) -> list[DossierRun]:
    folders = dossiers(made)
    weights = weights_dir()
    reader = Reader(weights)
    runs: list[DossierRun] = []
    for number, folder in enumerate(folders, 1):
        truth = load_truth(folder)
        described = folder / "dossier.json"
        name = json.loads(described.read_text())["policy"] if described.exists() else _POLICY
        run = run_dossier(
            folder, truth, copies / f"{number:03}", reader, load_policy(name), weights / "lac",
            ner_dir=ner_dir(), faces_dir=weights / "centerface", verify=verify,
        )  # fmt: skip
        runs.append(run)
        pages = sum(file.pages for file in run.files)
        spent = " ".join(f"{stage} {run.seconds[stage]:.1f}" for stage in STAGES)
        print(f"{number}/{len(folders)} {pages} pages: {spent}", file=sys.stderr, flush=True)
    return runs


def _judged(runs: list[DossierRun], misses: Path | None) -> Tally:
    tally = Tally()
    for run in runs:
        tally.add_run(run)
        for file, truth in zip(run.files, run.truth.files, strict=True):
            if file.error:
                tally.add_refused(truth)
                continue
            verdict = judge_file(file.source, file.copy, truth, beside=file.written)
            tally.add_file(verdict, file)
            if misses:
                write_misses(verdict, file, misses)
    return tally


def _seeds(runs: list[DossierRun]) -> str:
    return ", ".join(sorted({str(run.truth.seed) for run in runs}))


def _figures(tally: Tally, seed: str, verified: bool, peak_mb: float) -> dict[str, object]:
    return {
        "seed": seed,
        "pages": tally.pages,
        "verified": verified,
        "must": [
            {"figure": what, "measured": value, "limit": limit, "holds": holds}
            for what, value, limit, holds in must(tally)
        ],
        "seconds_per_page": {stage: round(tally.per_page(stage), 4) for stage in STAGES},
        "times_reading": {stage: round(tally.times_reading(stage), 3) for stage in STAGES},
        "peak_mb": round(peak_mb),
        "clean_pages": tally.clean_pages,
        "unseen_pages": tally.unseen_pages,
        "kept_pages": tally.kept_pages,
        "person_pages": tally.person_pages,
        "verdicts": dict(tally.verdicts),
        "doubts": dict(tally.doubts),
        "errors": dict(tally.errors),
        "left": dict(tally.left),
        "faults": dict(tally.faults),
        "leaks": [
            {"axis": axis, "name": name, "class": kind, "items": c.items, "leaked": c.leaked,
             "unflagged": c.unflagged}
            for (axis, name, kind), c in sorted(tally.leaks.items())
        ],
        "stay": [
            {"axis": axis, "name": name, "class": kind, "chars": k.chars, "kept": k.kept}
            for (axis, name, kind), k in sorted(tally.kept.items())
        ],
        "seals": {
            "/".join(key): asdict(count) for key, count in sorted(tally.seals.counts.items())
        },
        "false_seals": tally.seals.false,
        "pictures": {
            "/".join(key): asdict(count) for key, count in sorted(tally.pictures.counts.items())
        },
        "false_pictures": tally.pictures.false,
        "bytes": {
            kind: {"pages": tally.pages_by_source[kind], "in": tally.bytes_in[kind],
                   "out": tally.bytes_out[kind], "worst": round(tally.worst_growth[kind], 3)}
            for kind in sorted(tally.bytes_in)
        },
    }  # fmt: skip


if __name__ == "__main__":
    main()
