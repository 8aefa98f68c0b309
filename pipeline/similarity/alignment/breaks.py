"""Where a text can be cut: the ends of its sentences and clauses."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.similarity.text import NormalText, code_points
from pipeline.similarity.words import Words

CLAUSE, SENTENCE = 1, 2

_SENTENCE_MARKS = "。！？；!?;．｡"
_CLAUSE_MARKS = '，、：,:“”"‘’（）()《》「」『』…—'
_PLAIN_STOP = ord(".")
_LINE_BREAKS = (ord("\n"), ord("\r"))


def breaks(text: NormalText, cut: Words) -> NDArray[np.int8]:
    """How well a text can be cut before each of its words, and behind the last.

    A full stop within a number or a Latin word is none. A line break is the end of a sentence
    when a mark stands before it or the next line is empty, else of a clause at most: scanned
    and printed lines are wrapped anywhere.

    Returns:
        0, ``CLAUSE`` or ``SENTENCE``: int8, shape (n + 1,).
    """
    raw = code_points(text.raw)
    strength = np.zeros(len(raw), np.int8)
    strength[np.isin(raw, code_points(_CLAUSE_MARKS))] = CLAUSE
    strength[np.isin(raw, code_points(_SENTENCE_MARKS))] = SENTENCE
    narrow = (raw < 0x80) & (raw > 0x20)
    before = np.concatenate([[False], narrow[:-1]])
    after = np.concatenate([narrow[1:], [False]])
    strength[(raw == _PLAIN_STOP) & ~(before & after)] = SENTENCE
    line = np.isin(raw, _LINE_BREAKS)
    strength[line] = CLAUSE
    strength[np.flatnonzero(line[1:] & line[:-1]) + 1] = SENTENCE
    result = np.zeros(len(cut.hashes) + 1, np.int8)
    marked = np.flatnonzero(strength)
    behind = np.searchsorted(text.origin[cut.starts[:-1]], marked)
    np.maximum.at(result, behind, strength[marked])
    result[[0, -1]] = SENTENCE
    return result
