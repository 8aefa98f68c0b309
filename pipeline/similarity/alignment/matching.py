"""Which items of two runs belong together when each may be used once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_PASSES = 6
_MOST_DOTS = 400_000


def dots(
    one: NDArray[np.int32], other: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Every place of two runs of numbers where the same number stands.

    Numbers that both repeat most often are left out when there are too many.
    """
    order = np.argsort(other, kind="stable")
    ranked = other[order]
    low = np.searchsorted(ranked, one)
    count = np.searchsorted(ranked, one, side="right") - low
    if count.sum() > _MOST_DOTS:
        rarest = np.argsort(count, kind="stable")
        count[rarest[np.cumsum(count[rarest]) > _MOST_DOTS]] = 0
    at = np.repeat(np.arange(len(one)), count)
    within = np.arange(len(at)) - np.repeat(np.cumsum(count) - count, count)
    return at, order[low[at] + within]


def match_once(
    one: NDArray[np.int32], other: NDArray[np.int32]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Pair equal numbers off as ``partners`` does.

    Returns:
        Which numbers of each run found a partner.
    """
    left, right = partners(one, other)
    hit = np.zeros(len(one), np.bool_)
    there = np.zeros(len(other), np.bool_)
    hit[left] = True
    there[right] = True
    return hit, there


def partners(
    one: NDArray[np.int32], other: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pair equal numbers off, those in the longest common runs first, then the nearest.

    Returns:
        The places of partners in both runs, in the order of the first.
    """
    left, right = dots(one, other)
    runs = _runs(left, right)
    slope = len(other) / max(1, len(one))
    order = np.lexsort((left, np.abs(right - left * slope), -runs))
    left, right = left[order], right[order]
    hit = np.zeros(len(one), np.bool_)
    there = np.zeros(len(other), np.bool_)
    found = np.full(len(one), -1, np.int64)
    for _ in range(_PASSES):
        if len(left) == 0:
            break
        first = np.zeros(len(left), np.bool_)
        first[np.unique(left, return_index=True)[1]] = True
        also = np.zeros(len(left), np.bool_)
        also[np.unique(right, return_index=True)[1]] = True
        both = first & also
        found[left[both]] = right[both]
        hit[left[both]] = True
        there[right[both]] = True
        free = ~(hit[left] | there[right])
        left, right = left[free], right[free]
    places = np.flatnonzero(found >= 0)
    return places, found[places]


def _runs(left: NDArray[np.int64], right: NDArray[np.int64]) -> NDArray[np.int64]:
    """Length of the diagonal run that each dot is in."""
    if len(left) == 0:
        return left
    order = np.lexsort((left, right - left))
    diagonal, place = (right - left)[order], left[order]
    new = np.concatenate([[True], (np.diff(diagonal) != 0) | (np.diff(place) != 1)])
    run = np.cumsum(new) - 1
    runs = np.zeros(len(left), np.int64)
    runs[order] = np.bincount(run)[run]
    return runs
