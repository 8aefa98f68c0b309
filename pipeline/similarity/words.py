"""What is compared: single Chinese characters, and whole words and numbers of other scripts.

A Chinese text has no marks between words, and one character says about as much as an English word;
single letters say nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pipeline.similarity.fingerprints import mixed
from pipeline.similarity.text import NormalText

#: Scripts before this code point write words with letters and spaces.
_LETTERS_END = 0x2E80
_DIGITS = (ord("0"), ord("9"))
_LONGEST = 24
_PLACE = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """The words of a text in order.

    Attributes:
        hashes: What each word is, uint64, shape (n,).
        starts: Where each begins among the normalised code points, int64, shape (n + 1,); the last
            is the number of code points.
        plain: Which are numbers or single letters, shape (n,).
    """

    hashes: NDArray[np.uint64] = field(repr=False)
    starts: NDArray[np.int64] = field(repr=False)
    plain: NDArray[np.bool_] = field(repr=False)


def words(text: NormalText) -> Words:
    """Cut a text into words.

    Runs of letters or of digits are words, broken by whatever stood between them in the text as
    given; runs longer than any word are cut.
    """
    codes, count = text.codes, len(text.codes)
    if count == 0:
        none = np.zeros(0, np.uint64)
        return Words(none, np.zeros(1, np.int64), none.astype(np.bool_))
    digit = (codes >= _DIGITS[0]) & (codes <= _DIGITS[1])
    narrow = codes < _LETTERS_END
    new = np.ones(count, np.bool_)
    new[1:] = ~narrow[1:] | (digit[1:] != digit[:-1]) | ~narrow[:-1] | (np.diff(text.origin) > 1)
    place = np.arange(count) - np.maximum.accumulate(np.where(new, np.arange(count), 0))
    new |= place % _LONGEST == 0
    starts = np.flatnonzero(new)
    within = (place % _LONGEST).astype(np.uint64)
    hashes = np.add.reduceat(mixed(codes.astype(np.uint64) + within * _PLACE), starts)
    ends = np.append(starts, count)
    plain = narrow[starts] & (digit[starts] | (np.diff(ends) == 1))
    return Words(hashes, ends, plain)
