"""Winnowed k-grams: few numbers for a text, of which a copied stretch keeps enough.

Schleimer, Wilkerson, Aiken: Winnowing (SIGMOD 2003): of every window of consecutive k-grams the
one with the smallest hash is kept, so that any shared stretch of ``GRAM + WINDOW - 1`` characters
shares a fingerprint. Hashes are arithmetic on code points and the same in every process.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pipeline.similarity.text import NormalText

GRAM = 5
WINDOW = 4

_BASE = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)


@dataclass(frozen=True, slots=True, eq=False)
class Fingerprints:
    """A text's fingerprints in the order of the text.

    Attributes:
        hashes: uint64, shape (n,).
        places: Normalised offset of each fingerprint's first character, int32, shape (n,).
    """

    hashes: NDArray[np.uint64] = field(repr=False)
    places: NDArray[np.int32] = field(repr=False)


def fingerprints(text: NormalText) -> Fingerprints:
    """Winnow a text. One that is shorter than ``GRAM`` characters has no fingerprint."""
    hashes = gram_hashes(text, GRAM)
    places = np.flatnonzero(_smallest_of_a_window(hashes)).astype(np.int32)
    return Fingerprints(hashes[places], places)


def gram_hashes(text: NormalText, size: int) -> NDArray[np.uint64]:
    """Hash every run of ``size`` characters: uint64, shape (max(0, n - size + 1),)."""
    codes = text.codes
    count = len(codes) - size + 1
    if count <= 0:
        return np.zeros(0, np.uint64)
    total = np.zeros(count, np.uint64)
    for offset in range(size):
        total *= _BASE
        total += codes[offset : offset + count]
    return mixed(total)


def mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Spread the bits (the finaliser of splitmix64)."""
    values ^= values >> np.uint64(30)
    values *= _MIX_1
    values ^= values >> np.uint64(27)
    values *= _MIX_2
    values ^= values >> np.uint64(31)
    return values


def _smallest_of_a_window(hashes: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Mark each gram that is the smallest (the last such) of some window it stands in.

    It is if, in the window, nothing smaller stands to its left and nothing as small to its right:
    the runs of such neighbours on both sides must make up a window.
    """
    count = len(hashes)
    window = min(WINDOW, count)
    reach = np.zeros(count, np.int8)
    left = np.ones(count, np.bool_)
    right = np.ones(count, np.bool_)
    for step in range(1, window):
        left[:step] = False
        left[step:] &= hashes[:-step] >= hashes[step:]
        right[count - step :] = False
        right[: count - step] &= hashes[step:] > hashes[:-step]
        reach += left
        reach += right
    marked: NDArray[np.bool_] = reach >= window - 1
    return marked
