"""Which documents share rare fingerprints with a text, over all segments of the index.

Spärck Jones' weighting: a fingerprint counts the more, the fewer documents have it, and one that
more than a number of documents have is not looked at, unless all around it are as common: then a
whole stretch was copied over and over, and its rarest fingerprint is taken. Fingerprints that
stand at the same distance in both texts are parts of one stretch and count again: a copied sentence
weighs more than as many chance hits all over a long document.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pipeline.similarity.corpus.segment import Postings, first_places
from pipeline.similarity.fingerprints import Fingerprints

#: Fingerprints that more documents have are common phrases and lead nowhere.
DOCUMENT_CAP = 100
# Where so many fingerprints in a row are common, some 40 characters, the rarest of them is looked
# at after all, if no more documents than these have it.
_ROW, _MOST = 16, 2000
# Fingerprints of one stretch lie on one diagonal, but for so many characters lost or added.
_SLACK = 4
# How often those of a stretch count beside once for being shared.
_STRETCH = 3
# Weights are whole numbers, so that sums do not depend on the order of adding up.
_UNIT = 64


@dataclass(frozen=True, slots=True, eq=False)
class Hits:
    """What one document shares with a text.

    Attributes:
        number: The document's number.
        shared: How many different rare fingerprints.
        score: Their weight; the higher, the likelier a copied stretch.
        query_places: Where they stand in the examined text, int32, rising.
        source_places: Where they stand in the document, int32.
    """

    number: int
    shared: int
    score: int
    query_places: NDArray[np.int32] = field(repr=False)
    source_places: NDArray[np.int32] = field(repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class _Shared:
    """All rare fingerprints shared with anything, a row each."""

    documents: NDArray[np.int64]
    query_places: NDArray[np.int32]
    source_places: NDArray[np.int32]
    weights: NDArray[np.int64]


def find_hits(
    segments: Sequence[Postings],
    prints: Fingerprints,
    documents: int,
    *,
    limit: int,
    hidden: NDArray[np.uint32] | None = None,
    cap: int = DOCUMENT_CAP,
) -> list[Hits]:
    """Return the documents that share most with a text, the likeliest first, and all equal ones.

    Args:
        segments: The index.
        prints: The text's fingerprints.
        documents: How many documents there are, without the hidden ones.
        limit: How many are wanted.
        hidden: Numbers of documents that are not to be seen; they count for no frequency.
        cap: Greatest number of documents that a fingerprint may stand in.
    """
    shared = _shared(segments, prints, documents, hidden, cap)
    if len(shared.documents) == 0:
        return []
    size = int(shared.documents.max()) + 1
    weight = shared.weights + _STRETCH * np.where(_in_stretches(shared), shared.weights, 0)
    scores = np.bincount(shared.documents, weight, minlength=size).astype(np.int64)
    best = np.argsort(-scores, kind="stable")
    least = max(1, int(scores[best[min(limit, size) - 1]]))
    hits = []
    order = np.argsort(shared.documents, kind="stable")
    grouped = shared.documents[order]
    for number in best[scores[best] >= least].tolist():
        start, end = np.searchsorted(grouped, (number, number + 1))
        rows = order[start:end]
        rows = rows[np.argsort(shared.query_places[rows], kind="stable")]
        hits.append(
            Hits(
                number,
                len(rows),
                int(scores[number]),
                shared.query_places[rows],
                shared.source_places[rows],
            )
        )
    return hits


def _shared(
    segments: Sequence[Postings],
    prints: Fingerprints,
    documents: int,
    hidden: NDArray[np.uint32] | None,
    cap: int,
) -> _Shared:
    hashes, places = first_places(prints)
    ranges = [_ranges(part, hashes) for part in segments]
    frequency = np.zeros(len(hashes), np.int64)
    for _, count in ranges:
        frequency += count
    if hidden is None:
        wanted = _wanted(frequency, places, cap)
        rows, numbers, stands = _gathered(segments, ranges, wanted)
    else:
        # What is hidden is only known of postings that are looked at; each hides one of a hash.
        looked_at = frequency <= _MOST + len(hidden)
        rows, numbers, stands = _gathered(segments, ranges, looked_at)
        seen = ~np.isin(numbers, hidden)
        visible = np.bincount(rows[seen], minlength=len(hashes))
        frequency = np.where(looked_at, visible, frequency)
        kept = seen & _wanted(frequency, places, cap)[rows]
        rows, numbers, stands = rows[kept], numbers[kept], stands[kept]
    weight = _UNIT * (np.log((1 + documents) / np.maximum(1, frequency)) + 0.5)
    weights = np.maximum(1, weight.round()).astype(np.int64)
    return _Shared(numbers.astype(np.int64), places[rows], stands, weights[rows])


def _wanted(frequency: NDArray[np.int64], places: NDArray[np.int32], cap: int) -> NDArray[np.bool_]:
    """Mark the fingerprints that are looked at."""
    wanted = (frequency > 0) & (frequency <= cap)
    order = np.argsort(places, kind="stable")
    in_rows = order[: len(order) // _ROW * _ROW].reshape(-1, _ROW)
    common = in_rows[(frequency[in_rows] > cap).all(axis=1)]
    rarest = common[np.arange(len(common)), frequency[common].argmin(axis=1)]
    wanted[rarest[frequency[rarest] <= _MOST]] = True
    return wanted


def _gathered(
    segments: Sequence[Postings],
    ranges: Sequence[tuple[NDArray[np.int64], NDArray[np.int64]]],
    wanted: NDArray[np.bool_],
) -> tuple[NDArray[np.int64], NDArray[np.uint32], NDArray[np.int32]]:
    """Return all postings of some hashes: which hash, the document, the place in it."""
    rows: list[NDArray[np.int64]] = [np.zeros(0, np.int64)]
    numbers: list[NDArray[np.uint32]] = [np.zeros(0, np.uint32)]
    places: list[NDArray[np.int32]] = [np.zeros(0, np.int32)]
    for part, (start, count) in zip(segments, ranges, strict=True):
        taken = np.flatnonzero(wanted & (count > 0))
        lengths = count[taken]
        rows.append(np.repeat(taken, lengths))
        first = np.repeat(start[taken] - (np.cumsum(lengths) - lengths), lengths)
        at = first + np.arange(len(first))
        numbers.append(part.documents[at])
        places.append(part.places[at])
    return np.concatenate(rows), np.concatenate(numbers), np.concatenate(places)


def _ranges(
    part: Postings, hashes: NDArray[np.uint64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where each hash's postings start and how many they are."""
    start = np.searchsorted(part.hashes, hashes)
    count = np.zeros(len(hashes), np.int64)
    inside = np.flatnonzero(start < len(part.hashes))
    there = inside[part.hashes[start[inside]] == hashes[inside]]
    count[there] = np.searchsorted(part.hashes, hashes[there], "right") - start[there]
    return start, count


def _in_stretches(shared: _Shared) -> NDArray[np.bool_]:
    """Mark fingerprints that lie on a diagonal with another one of the same document."""
    diagonal = shared.source_places.astype(np.int64) - shared.query_places
    key = (shared.documents << 32) + diagonal + (1 << 31)
    order = np.argsort(key)
    near = np.diff(key[order]) <= _SLACK
    marked = np.zeros(len(key), np.bool_)
    marked[order[1:]] |= near
    marked[order[:-1]] |= near
    return marked
