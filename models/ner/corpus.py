"""Mixes prose, dossier lines and noise into rows of characters with one tag each."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from models.ner.fill import BREAK, Filler, Sample, bioes, narrow
from models.ner.silver import dressed

_LATIN = "lIO0oSZB8ilrnmTY7"


@dataclass
class Noise:
    """Errors as reading makes them: look-alikes, lost characters, Latin for Chinese.

    Args:
        table: File of groups of characters that share strokes (pycorrector's, Apache-2.0).
        seed: Of the random numbers.
    """

    table: Path
    seed: int

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._like: dict[str, list[str]] = {}
        for line in self.table.read_text(encoding="utf-8").splitlines():
            group = [c for c in line.split() if len(c) == 1]
            for c in group:
                self._like.setdefault(c, []).extend(o for o in group if o != c)

    def spoil(self, text: str, tags: list[int], rate: float) -> tuple[str, list[int]]:
        """Spoil characters at a rate; the tags go with them."""
        out: list[str] = []
        kept: list[int] = []
        for c, tag in zip(text, tags, strict=True):
            draw = self._random.random()
            if draw < rate * 0.6 and c in self._like:
                c = self._random.choice(self._like[c])
            elif draw < rate * 0.75 and c != BREAK and tag == 0:
                continue
            elif draw < rate * 0.85 and c != BREAK:
                c = self._random.choice(_LATIN)
            out.append(c)
            kept.append(tag)
        return "".join(out), kept


@dataclass(frozen=True)
class Row:
    """Characters and tags of one training row."""

    text: str
    tags: list[int]


def rows(
    filler: Filler,
    prose: Sequence[list[tuple[str, str]]],
    noise: Noise,
    count: int,
    size: int,
    *,
    shares: tuple[float, float, float] = (0.36, 0.38, 0.26),
) -> Iterator[Row]:
    """Yield training rows: pieces of pages, lines set apart by breaks.

    Args:
        filler: Makes lines.
        prose: Lines of laws with LAC's labels.
        noise: Spoils some rows.
        count: How many rows.
        size: Characters of a row.
        shares: Of prose, of lines with names, of lines without.
    """
    dice = filler.random
    for _ in range(count):
        page = Sample()
        # A page is mostly of one kind.
        weights = [share * dice.choice((0.2, 1, 3)) for share in shares]
        # Reading loses characters: a few more than needed.
        while len(page.text) < size + 24:
            kind = dice.choices((0, 1, 2), weights)[0]
            if kind == 0:
                piece = dressed(dice.choice(prose), filler, dice.choice((0.0, 0.3, 0.8)))
                cut = dice.randint(20, 90)
                piece = clipped(piece, cut)
            else:
                piece = filler.named() if kind == 1 else filler.plain()
            page.join(piece)
            page.add(BREAK)
        text, tags = narrow(page.text), bioes(page)
        rate = dice.choice((0.0, 0.0, 0.01, 0.03))
        if rate:
            text, tags = noise.spoil(text, tags, rate)
        yield Row(text[:size], tags[:size])


def clipped(sample: Sample, size: int) -> Sample:
    """Cut a sample behind the last span that fits, as lines are cut."""
    if len(sample.text) <= size:
        return sample
    for start, end, _ in sample.spans:
        if start < size < end:
            size = end
    return Sample(sample.text[:size], [s for s in sample.spans if s[1] <= size])


@dataclass(frozen=True)
class Vocabulary:
    """Numbers of characters and of pairs; 0 pads, 1 is unknown."""

    characters: dict[str, int]
    pairs: dict[str, int]

    def encode(self, text: str) -> tuple[list[int], list[int]]:
        """Return the numbers of a text's characters, and of the pair that each one begins."""
        known = self.characters
        singles = [known.get(c, 1) for c in text]
        nexts = [self.pairs.get(text[i : i + 2], 1) for i in range(len(text))]
        return singles, nexts


def build_vocabulary(
    sample: Sequence[Row], extra: str, *, characters: int, pairs: int
) -> Vocabulary:
    """Count characters and pairs; pairs within names say nothing and are left out."""
    singles: Counter[str] = Counter(extra)
    doubles: Counter[str] = Counter()
    for row in sample:
        singles.update(row.text)
        doubles.update(
            row.text[i : i + 2]
            for i in range(len(row.text) - 1)
            if not (1 <= row.tags[i] <= 4 or 1 <= row.tags[i + 1] <= 4)
        )
    return Vocabulary(
        {c: n + 2 for n, (c, _) in enumerate(singles.most_common(characters))},
        {p: n + 2 for n, (p, k) in enumerate(doubles.most_common(pairs)) if k >= 3},
    )
