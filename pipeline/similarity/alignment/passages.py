"""The passages of two texts that agree."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from pipeline.similarity.alignment.describe import Match, describe
from pipeline.similarity.alignment.edges import settle
from pipeline.similarity.alignment.quotes import quotations
from pipeline.similarity.alignment.regions import REACH, Ground, Region
from pipeline.similarity.alignment.seeds import Seed, find_seeds
from pipeline.similarity.alignment.shelf import CELL, Shelf
from pipeline.similarity.alignment.verdict import WORTH_JUDGING, Judge
from pipeline.similarity.rarity import Rarity
from pipeline.similarity.text import NormalText

_PATIENCE = 60
_MOSTLY = 0.6
_NEARBY = 8


def align(query: NormalText, source: NormalText, rarity: Rarity) -> tuple[Match, ...]:
    """Find the passages that two texts share, in the order of the examined text.

    Args:
        query: The examined text.
        source: The text it may have been taken from.
        rarity: How common pairs of characters are in the corpus.
    """
    for _, matches in align_all(query, Shelf.of([source]), rarity):
        return matches
    return ()


def align_all(
    query: NormalText, shelf: Shelf, rarity: Rarity
) -> Iterator[tuple[int, tuple[Match, ...]]]:
    """Find the passages that a text shares with each text of a shelf.

    Yields:
        The number of a text on the shelf, and the passages; texts without any are left out.
    """
    asked = Shelf.of([query])
    quoted = quotations(query.raw)
    for seeds in find_seeds(asked, shelf, rarity):
        number = seeds[0].source
        source = shelf.texts[number]
        texts, cuts = (query, source), (asked.words[0], shelf.words[number])
        ground = Ground(asked, shelf, number, rarity)
        judge = Judge(ground, *cuts)
        found = _regions(ground, judge, seeds, (asked.breaks[0], shelf.breaks[number]))
        if found:
            yield (
                number,
                tuple(describe(texts, cuts, region, total, quoted) for region, total in found),
            )


def _regions(
    ground: Ground, judge: Judge, seeds: list[Seed], breaks: tuple[NDArray[np.int8], ...]
) -> list[tuple[Region, float]]:
    """Grow seeds, the best first; keep what is a shared passage, with the evidence for it.

    A stretch of the examined text that has found its place in the source is not looked for again,
    and the search ends when seed after seed comes to nothing.
    """
    kept: list[tuple[Region, float]] = []
    tried: list[Region] = []
    taken = np.zeros(len(ground.pairs[0]), np.bool_)
    failures = 0
    for seed in seeds:
        if failures >= _PATIENCE:
            break
        if taken[seed.start : seed.start + 2 * CELL].mean() > _MOSTLY:
            continue
        if any(_within(seed, region) for region in tried):
            continue
        failures += 1
        region = ground.grow(seed)
        if region is None:
            continue
        tried.append(region)
        if region.evidence < WORTH_JUDGING:
            continue
        region = settle(ground, region, breaks)
        same = next((n for n, (other, _) in enumerate(kept) if _same(region, other)), None)
        if same is not None and not _continues(region, kept[same][0]):
            continue
        total = judge.evidence(region)
        if total is not None:
            if same is None:
                kept.append((region, total))
            else:
                kept[same] = (_joined(region, kept[same][0]), max(total, kept[same][1]))
            taken[slice(*region.spans[0])] |= _around(ground.match(*region.spans)[0])
            failures = 0
    return sorted(kept, key=lambda item: item[0].spans)


def _around(hits: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Where something agrees nearby."""
    sums = np.cumsum(np.pad(hits, (_NEARBY + 1, _NEARBY)), dtype=np.int64)
    near: NDArray[np.bool_] = sums[2 * _NEARBY + 1 :] > sums[: -2 * _NEARBY - 1]
    return near


def _within(seed: Seed, region: Region) -> bool:
    """Whether a seed's middle lies in a region, or so near that it would grow into it."""
    middles = (seed.start + CELL, seed.source_start + CELL)
    return all(
        low - CELL <= middle <= high + CELL
        for middle, (low, high) in zip(middles, region.spans, strict=True)
    )


def _same(one: Region, other: Region) -> bool:
    """Whether two regions overlap on both sides."""
    return all(
        min(a[1], b[1]) > max(a[0], b[0]) for a, b in zip(one.spans, other.spans, strict=True)
    )


def _continues(one: Region, other: Region) -> bool:
    """Whether two regions that overlap are parts of one that is too long to grow at once."""
    longest = max(high - low for region in (one, other) for low, high in region.spans)
    ahead = {one.spans[side][0] < other.spans[side][0] for side in (0, 1)}
    return longest >= REACH and len(ahead) == 1


def _joined(one: Region, other: Region) -> Region:
    own, there = (
        (min(a[0], b[0]), max(a[1], b[1])) for a, b in zip(one.spans, other.spans, strict=True)
    )
    shares = (min(one.shares[0], other.shares[0]), min(one.shares[1], other.shares[1]))
    return Region((own, there), one.evidence + other.evidence, shares)
