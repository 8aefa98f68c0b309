"""``python -m bench.corpus``: how the corpus grows: indexing, questions, single documents.

Texts are made up: words of one to three characters, drawn by Zipf's law from a made-up lexicon, so
that some runs of characters are common and most are rare. ``--texts DIR`` takes the ``.txt`` files
of a folder instead, repeated with other characters where there are too few. A question is a text of
9,000 characters, a tenth of it copied from three documents; whether these come first is counted.
Every size is measured in a process of its own, for its peak memory.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np

from pipeline.similarity.corpus import Corpus
from pipeline.similarity.fingerprints import fingerprints
from pipeline.similarity.nouns import Document
from pipeline.similarity.text import normalise

_MILLION = 1_000_000
_DOCUMENT, _QUESTION, _COPIED = 8_500, 9_000, 300
_CHARACTERS, _WORDS, _ZIPF = 3_500, 40_000, 1.05
_CANDIDATES = 60
_LIMITS = {"indexing": 25.0, "peak": 1024.0, "question": 60.0, "adding": 50.0}


@dataclass(frozen=True)
class Figures:
    """What was measured at one size. Times are wall clock; ``_cpu`` processor time."""

    million_characters: float
    documents: int
    postings: int
    indexing_s: float
    indexing_cpu_s: float
    peak_mb: float
    index_mb: float
    catalogue_mb: float
    opening_ms: float
    question_ms: float
    question_cpu_ms: float
    question_slowest_ms: float
    with_texts_ms: float
    sources_found: str
    adding_ms: float
    adding_slowest_ms: float
    removing_ms: float


class Words:
    """A source of made-up text."""

    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        characters = np.arange(0x4E00, 0x4E00 + _CHARACTERS)
        weights = 1 / np.arange(1, _CHARACTERS + 1) ** 0.6
        weights /= weights.sum()
        lengths = self._rng.choice([1, 2, 3], _WORDS, p=[0.2, 0.65, 0.15])
        self._lexicon = [
            "".join(map(chr, self._rng.choice(characters, n, p=weights))) for n in lengths.tolist()
        ]
        odds = 1 / np.arange(1, _WORDS + 1) ** _ZIPF
        self._odds = np.cumsum(odds / odds.sum())

    def text(self, length: int) -> str:
        """Return a text of so many characters."""
        drawn = np.searchsorted(self._odds, self._rng.random(length // 2 + 50))
        stops = self._rng.random(len(drawn)) < 0.12
        words = (
            self._lexicon[w] + ("，" if stop else "")
            for w, stop in zip(drawn.tolist(), stops.tolist(), strict=True)
        )
        whole = "".join(words)
        return whole[:length] if len(whole) >= length else whole + self.text(length - len(whole))

    def document(self, number: int) -> str:
        """Return the next document."""
        return self.text(_DOCUMENT)


class Folder(Words):
    """Text from files, cut into documents; later rounds have every tenth character changed."""

    def __init__(self, folder: Path, seed: int) -> None:
        super().__init__(seed)
        whole = "".join(p.read_text("utf-8", "replace") for p in sorted(folder.rglob("*.txt")))
        self._whole = whole
        self._at = 0

    def document(self, number: int) -> str:
        """Return the next document of the files."""
        start = number * _DOCUMENT
        rounds, start = divmod(start, max(1, len(self._whole) - _DOCUMENT))
        text = self._whole[start : start + _DOCUMENT]
        if not rounds:
            return text
        codes = np.array([ord(c) for c in text])
        spots = np.arange(self._rng.integers(10), len(codes), 10)
        codes[spots] = self._rng.integers(0x4E00, 0x4E00 + _CHARACTERS, len(spots))
        return "".join(map(chr, codes.tolist()))


def main() -> None:
    """Print the table; the exit code is 0 whatever the figures are."""
    parser = argparse.ArgumentParser(prog="python -m bench.corpus", description=__doc__)
    parser.add_argument("--sizes", default="1,10,35", help="millions of characters")
    parser.add_argument("--texts", type=Path, help="take the .txt files of this folder")
    parser.add_argument("--seed", type=int, default=20261)
    parser.add_argument("--questions", type=int, default=40)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--one", type=float, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one is not None:
        source = Folder(options.texts, options.seed) if options.texts else Words(options.seed)
        print(json.dumps(asdict(measure(options.one, source, options.questions))))
        return
    rows = [_in_a_process(float(size), options) for size in options.sizes.split(",")]
    print(_table(rows))
    if options.json:
        options.json.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n")


def measure(millions: float, words: Words, questions: int) -> Figures:
    """Build a corpus in a temporary folder and ask it."""
    documents = max(3, round(millions * _MILLION / _DOCUMENT))
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "corpus"
        corpus = Corpus.open(place, create=True)
        kept, wall, cpu = _index(corpus, words, documents)
        corpus.close()
        opening = _timed(lambda: Corpus.open(place).rarity)
        # A process keeps its peak: what follows must not count as indexing.
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        with Corpus.open(place) as corpus:
            stats = corpus.stats()
            asked = [_ask(corpus, q, s) for q, s in _questions(words, kept, questions)]
            added = [
                _timed(partial(corpus.add, Document(f"new{n}"), words.document(n)))
                for n in range(documents, documents + 40)
            ]
            removed = [_timed(partial(corpus.remove, f"d{n:07d}")) for n in range(3)]
    return Figures(
        million_characters=round(stats.characters / _MILLION, 2),
        documents=documents,
        postings=stats.postings,
        indexing_s=round(wall, 2),
        indexing_cpu_s=round(cpu, 2),
        peak_mb=round(peak),
        index_mb=round(stats.index_bytes / 2**20, 1),
        catalogue_mb=round(stats.catalogue_bytes / 2**20, 1),
        opening_ms=round(opening, 1),
        question_ms=round(statistics.median(a[0] for a in asked), 1),
        question_cpu_ms=round(statistics.median(a[1] for a in asked), 1),
        question_slowest_ms=round(max(a[0] for a in asked), 1),
        with_texts_ms=round(statistics.median(a[2] for a in asked), 1),
        sources_found=f"{sum(a[3] for a in asked)} of {3 * len(asked)}",
        adding_ms=round(statistics.median(added), 1),
        adding_slowest_ms=round(max(added), 1),
        removing_ms=round(statistics.median(removed), 1),
    )


def _index(corpus: Corpus, words: Words, documents: int) -> tuple[dict[str, str], float, float]:
    """Index documents; return some of them, and the seconds without those of making them up."""
    kept: dict[str, str] = {}
    making = making_cpu = 0.0
    begun, begun_cpu = time.perf_counter(), time.process_time()
    with corpus.writing() as writer:
        for number in range(documents):
            at, at_cpu = time.perf_counter(), time.process_time()
            text = words.document(number)
            name = f"d{number:07d}"
            if number % max(1, documents // 200) == 0:
                kept[name] = text
            making += time.perf_counter() - at
            making_cpu += time.process_time() - at_cpu
            writer.add(Document(name), text)
    wall, cpu = time.perf_counter() - begun, time.process_time() - begun_cpu
    return kept, wall - making, cpu - making_cpu


def _questions(
    words: Words, kept: dict[str, str], count: int
) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield texts and the documents that they copy from."""
    rng = np.random.default_rng(1)
    names = sorted(kept)
    for _ in range(count):
        sources = [names[i] for i in rng.choice(len(names), 3, replace=False).tolist()]
        pieces = [words.text(_QUESTION - 3 * _COPIED)]
        for source in sources:
            start = int(rng.integers(len(kept[source]) - _COPIED))
            pieces.append(kept[source][start : start + _COPIED])
        yield "".join(pieces), frozenset(sources)


def _ask(corpus: Corpus, text: str, sources: frozenset[str]) -> tuple[float, float, float, int]:
    """Return ms, processor ms, ms with the candidates' texts, and how many sources came first."""
    begun, begun_cpu = time.perf_counter(), time.process_time()
    found = corpus.candidates(fingerprints(normalise(text)), _CANDIDATES)
    wall, cpu = time.perf_counter() - begun, time.process_time() - begun_cpu
    for one in found:
        corpus.normal(one.document.id)
    whole = time.perf_counter() - begun
    first = {one.document.id for one in found[: len(sources)]}
    return wall * 1e3, cpu * 1e3, whole * 1e3, len(first & sources)


def _timed(work: Callable[[], object]) -> float:
    """Milliseconds that something takes."""
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1e3


def _in_a_process(size: float, options: argparse.Namespace) -> Figures:
    command = [sys.executable, "-m", "bench.corpus", "--one", str(size)]
    command += ["--seed", str(options.seed), "--questions", str(options.questions)]
    command += ["--texts", str(options.texts)] if options.texts else []
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    return Figures(**json.loads(done.stdout))


def _table(rows: list[Figures]) -> str:
    lines = [f"\ncorpus, limits at 35 million characters: {_LIMITS} (s, MB, ms, ms)\n"]
    for name in Figures.__dataclass_fields__:
        values = "".join(f"{getattr(row, name):>16}" for row in rows)
        lines.append(f"  {name:<22}{values}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
