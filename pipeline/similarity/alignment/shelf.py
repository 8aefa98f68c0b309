"""Texts made ready to be laid beside others: pairs of words by their place in the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pipeline.similarity.alignment.breaks import breaks
from pipeline.similarity.rarity import places_of
from pipeline.similarity.text import NormalText
from pipeline.similarity.words import Words, words

CELL = 32


@dataclass(frozen=True, slots=True, eq=False)
class Shelf:
    """Texts that others are compared with, one behind the other.

    Each begins at a multiple of ``CELL``, with an empty cell between two.

    Attributes:
        texts: The texts.
        words: Their words.
        pairs: Of each text, the place of every pair of neighbouring words.
        breaks: Of each text, how well it can be cut before each word.
        starts: Where each text begins, int64, shape (texts + 1,); the last is the length of all.
        sorted_pairs: All pairs in rising order, int32.
        sorted_at: Where each of them stands, int64.
        shares: 1 / (how often the pair stands in its text), float32, beside ``sorted_at``.
    """

    texts: tuple[NormalText, ...] = field(repr=False)
    words: tuple[Words, ...] = field(repr=False)
    pairs: tuple[NDArray[np.int32], ...] = field(repr=False)
    breaks: tuple[NDArray[np.int8], ...] = field(repr=False)
    starts: NDArray[np.int64] = field(repr=False)
    sorted_pairs: NDArray[np.int32] = field(repr=False)
    sorted_at: NDArray[np.int64] = field(repr=False)
    shares: NDArray[np.float32] = field(repr=False)

    @classmethod
    def of(cls, texts: Sequence[NormalText]) -> Shelf:
        """Make texts ready."""
        cut = tuple(words(text) for text in texts)
        pairs = tuple(places_of(w) for w in cut)
        cells = [-(-len(p) // CELL) + 1 for p in pairs]
        starts = np.concatenate([[0], np.cumsum(cells, dtype=np.int64)]) * CELL
        if not texts:
            none = np.zeros(0, np.int64)
            return cls((), (), (), (), starts, none.astype(np.int32), none, none.astype(np.float32))
        at = np.concatenate(
            [np.arange(len(p)) + start for p, start in zip(pairs, starts[:-1], strict=True)]
        )
        shares = np.concatenate([_shares(p) for p in pairs])
        every = np.concatenate(pairs)
        order = np.argsort(every, kind="stable")
        cuts = tuple(breaks(text, w) for text, w in zip(texts, cut, strict=True))
        return cls(tuple(texts), cut, pairs, cuts, starts, every[order], at[order], shares[order])


def _shares(pairs: NDArray[np.int32]) -> NDArray[np.float32]:
    _, inverse, counts = np.unique(pairs, return_inverse=True, return_counts=True)
    shares: NDArray[np.float32] = (1.0 / counts[inverse]).astype(np.float32)
    return shares
