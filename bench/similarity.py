"""Shared text found in sets with known reuse: ``python -m bench.similarity``.

The sets lie under ``$MANGPING_TEST_DATA/textreuse`` and the scorer, a port of PAN's, beside them in
``../tools/plagdet.py``; neither is part of the repository, and without them there is nothing to
measure. All examined texts are compared with all sources by the one default configuration.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bench.table import table
from pipeline.similarity.compare import compare_all
from pipeline.similarity.nouns import Passage
from pipeline.similarity.pan import read_texts
from pipeline.similarity.text import NormalText, normalise

_KIND_LIMITS = {
    **dict.fromkeys(("none", "quote", "trad", "ocr1", "ocr3", "ocr5"), 0.97),
    **dict.fromkeys(("random-low", "synonym", "wash"), 0.93),
    "random-high": 0.50,
}
_PLAGDET, _CLEAN, _RATIO_ERROR, _SECONDS = 0.89, 4, 2.5, 10.0
_CHAPTER = re.compile(r"(本紀|表|書|世家|列傳)第([一二三四五六七八九十]+)")
_HEAD = 800
_COMMAND = "from flows.cli import main; main()"

Found = Mapping[tuple[str, str], Sequence[Passage]]
Detection = tuple[str, int, int, str, int, int]


@dataclass
class Score:
    """What was measured on one set; seconds without the start of the program."""

    name: str
    documents: str
    characters: int
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    overall: dict[str, float] = field(default_factory=dict)
    kinds: dict[str, dict[str, float]] = field(default_factory=dict)
    clean_pairs: int = 0
    ratio_error: float = 0.0
    ratio_bias: float = 0.0
    ratio_worst: float = 0.0


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m bench.similarity", description=__doc__)
    parser.add_argument("--set", type=Path, help="measure this set instead of those known")
    parser.add_argument("--quick", action="store_true", help="only the Chinese set")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args()
    data = os.environ.get("MANGPING_TEST_DATA")
    tool = Path(data).parent / "tools" / "plagdet.py" if data else None
    if data is None or tool is None or not tool.is_file():
        print("nothing measured: MANGPING_TEST_DATA or the scorer beside it is missing")
        return
    scorer = _load(tool)
    known = Path(data) / "textreuse"
    place = options.set or known / "zh_align"
    scores = [measure(place, scorer)]
    figures: dict[str, Any] = {}
    print(report(scores[0]))
    if not options.quick:
        figures["identical"] = identical(place)
        print("two processes, every byte the same:", "yes" if figures["identical"] else "NO", "\n")
        if options.set is None:
            scores.append(measure(known / "pan25_sample" / "pan", scorer))
            print(report(scores[1]))
            figures["shiji"] = chapters(known / "shiji_real")
            print(_chapter_report(figures["shiji"]))
    figures["sets"] = [asdict(score) for score in scores]
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", "utf-8")


def measure(place: Path, scorer: Any) -> Score:
    """Compare a set in PAN's layout and score it against its truth."""
    wall, cpu = time.perf_counter(), time.process_time()
    queries, sources = read_texts(place / "susp"), read_texts(place / "src")
    found = compare_all(queries, sources)
    both = [*queries.values(), *sources.values()]
    score = Score(
        place.name, f"{len(queries)} × {len(sources)}", sum(len(text.raw) for text in both)
    )
    score.seconds, score.cpu_seconds = time.perf_counter() - wall, time.process_time() - cpu
    cases, kinds = scorer.load(str(place))
    kind_of = {(case[0], case[3]): kind for case, kind in zip(cases, kinds, strict=True)}
    detections = _detections(found)
    score.overall = scorer.measures(cases, detections)
    for kind in dict.fromkeys(k for k in scorer.ORDER if k in kinds):
        score.kinds[kind] = scorer.measures(
            [case for case, k in zip(cases, kinds, strict=True) if k == kind],
            [d for d in detections if kind_of.get((d[0], d[3])) == kind],
        )
    score.clean_pairs = sum((d[0], d[3]) not in kind_of for d in detections)
    errors = _ratio_errors(queries, cases, detections)
    score.ratio_error = statistics.fmean(map(abs, errors))
    score.ratio_bias = statistics.fmean(errors)
    score.ratio_worst = max(map(abs, errors))
    return score


def identical(place: Path) -> bool:
    """Whether the command writes the same bytes twice, with other hashing of strings."""
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for seed in ("1", "2"):
            out = Path(folder) / seed
            options = ["similarity", "pairs", "--out", str(out)]
            for option, folder_name in (("--susp", "susp"), ("--src", "src")):
                options += [option, str(place / folder_name)]
            subprocess.run(
                [sys.executable, "-c", _COMMAND, *options],
                env={**os.environ, "PYTHONHASHSEED": seed},
                check=True,
                stdout=subprocess.DEVNULL,
            )
            results.append({path.name: path.read_bytes() for path in out.iterdir()})
    return results[0] == results[1]


def chapters(place: Path) -> dict[str, float]:
    """Whether each chapter of one edition of the Shiji finds itself in the other."""
    editions = []
    for book in ("KR2a0002", "KR2a0004"):
        texts: dict[str, NormalText] = {}
        titles: dict[str, tuple[str | Any, ...]] = {}
        for path in sorted(place.glob(f"{book}_*.txt")):
            raw = path.read_bytes().decode("utf-8")
            title = _CHAPTER.search(raw[:_HEAD])
            if title is not None:
                texts[path.name], titles[path.name] = normalise(raw), title.groups()
        editions.append((texts, titles))
    (queries, titles), (sources, others) = editions
    wall, cpu = time.perf_counter(), time.process_time()
    found = compare_all(queries, sources)
    figures = {"seconds": time.perf_counter() - wall, "cpu_seconds": time.process_time() - cpu}
    shared: dict[str, dict[str, int]] = defaultdict(dict)
    for (query, source), passages in found.items():
        shared[query][source] = sum(passage.span.length for passage in passages)
    asked = [query for query in queries if titles[query] in others.values()]
    right = 0
    for query in asked:
        if shared[query]:
            best = max(shared[query], key=lambda name: (shared[query][name], name))
            right += others[best] == titles[query]
    return {**figures, "chapters": len(asked), "right": right}


def report(score: Score) -> str:
    """The tables of one set; limits are those of a Chinese set of all kinds."""
    limits = _KIND_LIMITS.keys() <= score.kinds.keys()
    whole = score.overall
    rows = [
        ["plagdet", f"{whole['plagdet']:.3f}", f"≥ {_PLAGDET}"],
        ["precision", f"{whole['prec']:.3f}", ""],
        ["recall", f"{whole['rec']:.3f}", ""],
        ["granularity", f"{whole['gran']:.3f}", ""],
        ["detections in pairs without reuse", str(score.clean_pairs), f"≤ {_CLEAN}"],
        ["mean error of the ratio, points", f"{score.ratio_error:.2f}", f"≤ {_RATIO_ERROR}"],
        ["its bias, points", f"{score.ratio_bias:+.2f}", ""],
        ["its worst, points", f"{score.ratio_worst:.1f}", ""],
        ["seconds", f"{score.seconds:.1f}", f"≤ {_SECONDS:.0f}"],
        ["processor seconds", f"{score.cpu_seconds:.1f}", ""],
    ]
    head = ["measure", "value", "limit"]
    if not limits:
        head, rows = head[:2], [row[:2] for row in rows]
    title = f"{score.name}: {score.documents} texts, {score.characters:,} characters"
    kinds = []
    for kind, m in score.kinds.items():
        limit = f"≥ {_KIND_LIMITS[kind]}" if limits and kind in _KIND_LIMITS else ""
        shares = [f"{m[key]:.3f}" for key in ("plagdet", "prec", "rec")]
        kinds.append([kind, f"{m['cases']:.0f}", *shares, f"{m['gran']:.2f}", limit])
    by_kind = ["kind", "cases", "plagdet", "precision", "recall", "granularity", "limit"]
    return "\n".join([table(title, head, rows), table("by kind", by_kind, kinds)])


def _chapter_report(figures: Mapping[str, float]) -> str:
    rows = [
        ["chapters that find themselves", f"{figures['right']:.0f} of {figures['chapters']:.0f}"],
        ["seconds", f"{figures['seconds']:.1f}"],
        ["processor seconds", f"{figures['cpu_seconds']:.1f}"],
    ]
    return table("Shiji, two commented editions", ["measure", "value"], rows)


def _detections(found: Found) -> list[Detection]:
    return [
        (query, p.span.start, p.span.length, source, p.source_span.start, p.source_span.length)
        for (query, source), passages in found.items()
        for p in passages
    ]


def _ratio_errors(
    queries: Mapping[str, NormalText], cases: Sequence[Detection], found: Sequence[Detection]
) -> list[float]:
    """Per document, the ratio found less the true one, in points; white space is not counted."""
    errors = []
    for name, text in queries.items():
        ink = [not char.isspace() for char in text.raw]
        shares = []
        for spans in (found, cases):
            copied = bytearray(len(ink))
            for case in spans:
                if case[0] == name:
                    copied[case[1] : case[1] + case[2]] = b"\1" * case[2]
            shares.append(sum(map(bool.__and__, ink, map(bool, copied))))
        errors.append(100 * (shares[0] - shares[1]) / max(1, sum(ink)))
    return errors


def _load(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location("plagdet", path)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    main()
