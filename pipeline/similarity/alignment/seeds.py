"""Where two texts may agree: windows of both that share many rare pairs of characters.

The texts are cut into cells; each pair of characters that both have is a dot in the table of
cells against cells. A window of two by two cells with enough dots is a seed. The order of the
characters does not matter, so copied, reworded and shuffled passages show alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.similarity.alignment.shelf import CELL, Shelf
from pipeline.similarity.rarity import Rarity

_LEAST = 35.0
_COMMONEST = 0.3
_MOST_DOTS = 4_000_000
_MOST_SEEDS = 100_000
_MOST_CELLS = 8_000_000


@dataclass(frozen=True, slots=True)
class Seed:
    """A window of the examined text and one of a source that share rare pairs.

    Attributes:
        score: Sum over the dots of how rare they are.
        source: Number of the source on its shelf.
        start: Where the window begins in the examined text; it is two cells long.
        source_start: Where the window begins in the source.
    """

    score: float
    source: int
    start: int
    source_start: int


def find_seeds(query: Shelf, shelf: Shelf, rarity: Rarity) -> Iterator[list[Seed]]:
    """Find seeds between one text and each text on a shelf.

    Args:
        query: A shelf with the examined text alone.
        shelf: The sources.
        rarity: How common pairs are.

    Yields:
        The seeds of one source after another, the best first.
    """
    at, source_at, weight = _dots(query, shelf, rarity)
    columns = max(1, int(query.starts[-1]) // CELL)
    order = np.argsort(source_at, kind="stable")
    at, source_at, weight = at[order], source_at[order], weight[order]
    most_rows = max(1, _MOST_CELLS // columns)
    first = 0
    while first < len(shelf.texts):
        limit = shelf.starts[first] + most_rows * CELL
        last = max(first + 1, int(np.searchsorted(shelf.starts, limit, side="right")) - 1)
        low, high = np.searchsorted(source_at, shelf.starts[[first, last]])
        rows = int(shelf.starts[last] - shelf.starts[first]) // CELL
        row = (source_at[low:high] - shelf.starts[first]) // CELL
        column = at[low:high] // CELL
        find = _dense if rows * columns <= _MOST_CELLS else _sparse
        windows = find(row, column, weight[low:high], (rows, columns))
        yield from _seeds_of(windows, shelf, first, last)
        first = last


def _dots(
    query: Shelf, shelf: Shelf, rarity: Rarity
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
    """Every pair that stands in both: where in the query, where on the shelf, how rare."""
    pairs, at = query.sorted_pairs, query.sorted_at
    seen = rarity.counts[pairs] / max(1, rarity.documents)
    low = np.searchsorted(shelf.sorted_pairs, pairs)
    count = np.searchsorted(shelf.sorted_pairs, pairs, side="right") - low
    count[(seen > _COMMONEST) & (rarity.documents > 10)] = 0
    order = np.argsort(count, kind="stable")
    fits = order[np.cumsum(count[order]) <= _MOST_DOTS]
    allowed = np.zeros(len(pairs), np.bool_)
    allowed[fits] = True
    count[~allowed] = 0
    dot = np.repeat(np.arange(len(pairs)), count)
    within = np.arange(len(dot)) - np.repeat(np.cumsum(count) - count, count)
    hit = low[dot] + within
    weight = -np.log(rarity.rates(pairs) * CELL)
    own = np.sqrt(query.shares[dot] * shelf.shares[hit])
    return at[dot], shelf.sorted_at[hit], (weight[dot] * own).astype(np.float32)


_Places = NDArray[np.integer[Any]]
_Windows = tuple[_Places, _Places, NDArray[np.float32]]


def _dense(
    row: NDArray[np.int64],
    column: NDArray[np.int64],
    weight: NDArray[np.float32],
    shape: tuple[int, int],
) -> _Windows:
    """Sum the dots of every window by a table of all cells: row, column and sum of the seeds."""
    sums = np.bincount(row * shape[1] + column, weight, shape[0] * shape[1])
    wide = np.pad(sums.astype(np.float32).reshape(shape), ((0, 1), (0, 1)))
    windows = wide[:-1, :-1] + wide[1:, :-1] + wide[:-1, 1:] + wide[1:, 1:]
    rows, columns = np.nonzero(windows >= _LEAST)
    return rows, columns, windows[rows, columns]


def _sparse(
    row: NDArray[np.int64],
    column: NDArray[np.int64],
    weight: NDArray[np.float32],
    shape: tuple[int, int],
) -> _Windows:
    """The same for long texts, whose table would be too large: only windows with dots."""
    width = shape[1] + 1
    keys = np.concatenate(
        [(row - up + 1) * width + column - left + 1 for up in (0, 1) for left in (0, 1)]
    )
    windows, inverse = np.unique(keys, return_inverse=True)
    sums = np.bincount(inverse, np.tile(weight, 4)).astype(np.float32)
    rows, columns = windows // width - 1, windows % width - 1
    good = (sums >= _LEAST) & (rows >= 0) & (columns >= 0)
    return rows[good], columns[good], sums[good]


def _seeds_of(windows: _Windows, shelf: Shelf, first: int, last: int) -> Iterator[list[Seed]]:
    rows, columns, scores = windows
    starts = (shelf.starts[first:last] - shelf.starts[first]) // CELL
    sources = np.searchsorted(starts, rows, side="right") - 1
    order = np.lexsort((columns, rows, -scores, sources))
    edges = np.searchsorted(sources[order], np.arange(last - first + 1))
    for number, (low, high) in enumerate(pairwise(edges)):
        if low < high:
            yield [
                Seed(
                    float(scores[i]),
                    first + number,
                    int(columns[i]) * CELL,
                    int(rows[i] - starts[number]) * CELL,
                )
                for i in order[low : min(high, low + _MOST_SEEDS)]
            ]
