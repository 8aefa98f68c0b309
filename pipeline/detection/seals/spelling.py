"""Asks of a seal that could not be read well whether an authority's word ends what stands on it.

For each column of a strip the recogniser weighs every character; a reading keeps the likeliest. On
a fax the right one often comes second. So the question is turned round: how much less likely than
the best reading is one that ends with an authority's word, and how much less one with a school's?
The best path through the columns is found as in Graves et al., Connectionist temporal
classification, ICML 2006, by its best alignment instead of the sum over all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pipeline.detection.seals.owners import TAILS, Known, Owner, characters_before
from pipeline.detection.seals.strips import HEIGHT, Strip
from pipeline.detection.vocabulary import SCHOOL_ENDINGS

Odds = NDArray[np.float32]
Places = NDArray[np.intp]

#: What may follow an authority's word on its seal.
_BEHIND = ("", *TAILS, "审核专用章", "业务专用章", "办公室")
#: Words of which one anywhere on a seal speaks for a school, even where its last word is lost.
_OF_SCHOOLS = (*SCHOOL_ENDINGS, "特殊教育", "附属", "实验", "幼儿")
#: Mean of a word's characters from which it may be there at all, in natural logarithms below the
#: best reading; and how much nearer to the best reading it must be than every school's word.
_THERE, _NEARER = -2.0, 0.5
#: The same where the word itself is further from the best reading, but a school's words are far;
#: below the first of them an authority's word is not tried with what may follow it.
_TRIED, _FAR = -3.0, 1.5
#: Mean of the characters of the name that a seal is stamped on from which it may be the seal's, how
#: far a school's word must be then, and characters of such a name.
_STAMPED, _ALIEN, _NAME = -4.0, -1.5, 5
#: How long text that was not read is behind the word, at least, in heights of a strip.
_UNREAD = 2.0
_NEVER = np.float32(-1e9)


@dataclass(frozen=True, slots=True)
class _Words:
    """Words as rows of columns of the odds, with a blank between two characters.

    Attributes:
        labels: Shape (words, states); 0 is a blank.
        skip: 0 where a blank may be left out before a state, else so low that it never is.
        last: Each word's last state.
        sizes: Its characters.
    """

    labels: Places = field(repr=False)
    skip: Odds = field(repr=False)
    last: Places
    sizes: Places


@lru_cache(maxsize=64)
def _words(words: tuple[str, ...], letters: str) -> _Words:
    sizes = np.array([len(word) for word in words], np.intp)
    labels = np.zeros((len(words), 2 * int(sizes.max()) - 1), np.intp)
    for row, word in zip(labels, words, strict=True):
        row[: 2 * len(word) : 2] = [letters.index(character) + 1 for character in word]
    differ = (labels[:, 2:] > 0) & (labels[:, 2:] != labels[:, :-2])
    skip = np.where(differ, np.float32(0), _NEVER).astype(np.float32)
    return _Words(labels, skip, 2 * sizes - 2, sizes)


def letters_of(known: Known) -> str:
    """The characters whose odds :func:`spelt_owner` needs."""
    words = (*known.authorities, *_BEHIND, *_OF_SCHOOLS, *known.schools, *known.under)
    return "".join(sorted({*"".join(words)}))


def spelt_owner(strips: Sequence[Strip], odds: Sequence[Odds], letters: str, known: Known) -> Owner:
    """Judge whose seal it is by the odds of words.

    Args:
        strips: The ways in which its text may run.
        odds: For each of them, how much less likely each of its columns is a blank (first) or one
            of the letters than what it most likely is: logarithms, shape (columns, 1 + letters).
        letters: As :func:`letters_of` gave them.
        known: Its authorities and schools.

    Returns:
        An authority where its word ends the text, after its place, or the text is the name that
        the seal is stamped on, and no school's word is nearly as likely anywhere on it; else
        unknown.
    """
    near: list[tuple[float, bool]] = []
    school, name = -np.inf, -np.inf
    for strip, weighed in zip(strips, odds, strict=True):
        # What follows a full turn is the text's beginning again.
        once = weighed[: max(1, round(len(weighed) * strip.once))]
        likely, end = _authority(once, letters, known)
        near.append((likely, _goes_on(strip, end)))
        school = max(school, _school(once, letters, known))
        name = max(name, _ending(once, letters, [n for n in known.under if len(n) >= _NAME]))
    there = max((likely for likely, _ in near), default=-np.inf)
    least = _THERE if there >= _THERE else _TRIED
    # What goes on unread in most strips another may have cut off.
    whole = sum(-1 if goes_on else 1 for likely, goes_on in near if likely >= least)
    enough = _NEARER if there >= _THERE else _FAR
    told = there >= least and there >= school + enough and whole > 0
    told = told or (name >= _STAMPED and school <= _ALIEN)
    return Owner.AUTHORITY if told else Owner.UNKNOWN


def _authority(odds: Odds, letters: str, known: Known) -> tuple[float, float]:
    """How likely an authority's word ends the text, a mean of its characters, and where it ends.

    The place is a share of the columns.
    """
    names = known.authorities
    if not names:
        return -np.inf, 0.0
    words = _words(names, letters)
    likely = _paths(odds, words, _begins(odds, names)).max(axis=0) / words.sizes
    near = [name for name, mean in zip(names, likely, strict=True) if mean >= _TRIED]
    if not near:
        return -np.inf, 0.0
    whole = tuple(name + more for name in near for more in _BEHIND)
    own = np.repeat([len(name) for name in near], len(_BEHIND))
    ends = (_paths(odds, _words(whole, letters), _begins(odds, whole)) + _rest(odds)) / own
    column, best = np.unravel_index(int(ends.argmax()), ends.shape)
    return float(ends[column, best]), (int(column) + 1) / len(odds)


def _school(odds: Odds, letters: str, known: Known) -> float:
    """How likely a school's word is anywhere, or the text ends with a school's name."""
    words = _words(_OF_SCHOOLS, letters)
    anywhere = _paths(odds, words, np.zeros(len(_OF_SCHOOLS), np.intp)).max(axis=0)
    best = float((anywhere / words.sizes).max())
    return max(best, _ending(odds, letters, known.schools))


def _ending(odds: Odds, letters: str, names: Sequence[str]) -> float:
    """How likely the text ends with one of some names, a mean of its characters."""
    if not names:
        return -np.inf
    words = _words(tuple(names), letters)
    ends = _paths(odds, words, np.zeros(len(names), np.intp)) + _rest(odds)
    return float((ends.max(axis=0) / words.sizes).max())


def _paths(odds: Odds, words: _Words, begins: Places) -> Odds:
    """The best path of each word up to each column that ends with it, shape (columns, words).

    What stands before the word costs nothing; none begins before its column ``begins``.
    """
    state = np.full(words.labels.shape, _NEVER, np.float32)
    rows = np.arange(len(words.last))
    ends = np.empty((len(odds), len(words.last)), np.float32)
    for column, cost in enumerate(odds[:, words.labels]):
        best = state.copy()
        np.maximum(best[:, 1:], state[:, :-1], out=best[:, 1:])
        np.maximum(best[:, 2:], state[:, :-2] + words.skip, out=best[:, 2:])
        best[:, 0][begins <= column] = np.maximum(best[:, 0], 0)[begins <= column]
        state = best + cost
        ends[column] = state[rows, words.last]
    return ends


def _rest(odds: Odds) -> Odds:
    """What it costs that nothing stands behind a column, shape (columns, 1)."""
    blank = np.append(odds[1:, 0], np.float32(0))
    return np.asarray(np.cumsum(blank[::-1])[::-1, None], np.float32)


def _begins(odds: Odds, names: Sequence[str]) -> Places:
    """From which column a name's place has been read, and its word may begin."""
    marked = np.append(odds[:, 0] < 0, False)
    over = np.flatnonzero(marked[:-1] & ~marked[1:]) + 1
    ends = [*over.tolist(), *[len(odds)] * 3]
    return np.array([ends[characters_before(name) - 1] for name in names], np.intp)


def _goes_on(strip: Strip, end: float) -> bool:
    """Whether there is as much ink behind a share of one turn as text that was not read has."""
    columns = strip.once * strip.pixels.shape[1]
    if (1 - end) * columns < _UNREAD * HEIGHT:
        return False
    return strip.goes_on(0.0, end * strip.once, strip.once)
