"""A segment of the index: one file of postings sorted by hash, never changed once it is written.

Layout, little endian: a header of 32 bytes (magic, number of postings, number of pairs), the
hashes (uint64), the documents' numbers (uint32), the places (int32), the places of the pairs
(int32) and in how many of the segment's documents each pair stands (int32). A document lies wholly
in one segment, and has each hash once, at its first place: how many postings a hash has over all
segments is the number of documents that have it.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.similarity.corpus.errors import CorpusDamagedError
from pipeline.similarity.fingerprints import Fingerprints

SUFFIX = ".seg"
_PART = ".part"
_MAGIC = b"MPSEG\x00\x00\x01"
_HEADER = struct.Struct("<8sQQ8x")
_POSTING = (np.dtype("<u8"), np.dtype("<u4"), np.dtype("<i4"))
_PAIR = (np.dtype("<i4"), np.dtype("<i4"))
_POSTING_BYTES = sum(kind.itemsize for kind in _POSTING)


@dataclass(frozen=True, slots=True, eq=False)
class Postings:
    """Which hash stands where, and how common pairs of characters are; sorted by hash.

    Attributes:
        hashes: uint64, ``(n,)``, rising.
        documents: Number of each posting's document, uint32, ``(n,)``.
        places: Normalised offset of the hash's first stand in that document, int32, ``(n,)``.
        pairs: Places of pairs in the table of :mod:`pipeline.similarity.rarity`, rising, ``(m,)``.
        pair_documents: In how many of the documents each pair stands, int32, ``(m,)``.
    """

    hashes: NDArray[np.uint64] = field(repr=False)
    documents: NDArray[np.uint32] = field(repr=False)
    places: NDArray[np.int32] = field(repr=False)
    pairs: NDArray[np.int32] = field(repr=False)
    pair_documents: NDArray[np.int32] = field(repr=False)

    def __len__(self) -> int:
        return len(self.hashes)

    def arrays(self) -> tuple[NDArray[Any], ...]:
        """The arrays in the order of the file."""
        return self.hashes, self.documents, self.places, self.pairs, self.pair_documents


def first_places(prints: Fingerprints) -> tuple[NDArray[np.uint64], NDArray[np.int32]]:
    """Return each hash of a text once, rising, with its first place."""
    hashes, first = np.unique(prints.hashes, return_index=True)
    return hashes, prints.places[first]


def sorted_postings(
    hashes: NDArray[np.uint64],
    documents: NDArray[np.uint32],
    places: NDArray[np.int32],
    pairs: NDArray[np.int32],
) -> Postings:
    """Sort postings; ``pairs`` has every pair of each document, once a document."""
    order = np.argsort(hashes, kind="stable" if len(hashes) < 1 << 16 else "quicksort")
    found, counts = np.unique(pairs, return_counts=True)
    return Postings(hashes[order], documents[order], places[order], found, counts.astype(np.int32))


def merged(parts: Sequence[Postings], pair_places: int) -> Postings:
    """Merge postings of different documents; ``pair_places`` is the size of the table of pairs."""
    counts = np.zeros(pair_places, np.int32)
    for part in parts:
        counts[part.pairs] += part.pair_documents
    hashes = np.concatenate([part.hashes for part in parts])
    # Stable sorting recognises runs that are sorted already, and merges them.
    order = np.argsort(hashes, kind="stable")
    documents = np.concatenate([part.documents for part in parts])[order]
    places = np.concatenate([part.places for part in parts])[order]
    pairs = np.flatnonzero(counts).astype(np.int32)
    return Postings(hashes[order], documents, places, pairs, counts[pairs])


def without(
    part: Postings, gone: Sequence[int], gone_pairs: NDArray[np.int32], pair_places: int
) -> Postings:
    """Leave documents out.

    Args:
        part: The postings.
        gone: Numbers of documents.
        gone_pairs: Every pair of each of them, once a document.
        pair_places: Size of the table of pairs.
    """
    kept = ~np.isin(part.documents, np.asarray(gone, np.uint32))
    counts = np.zeros(pair_places, np.int32)
    counts[part.pairs] = part.pair_documents
    np.subtract.at(counts, gone_pairs, 1)
    pairs = np.flatnonzero(counts).astype(np.int32)
    return Postings(
        part.hashes[kept], part.documents[kept], part.places[kept], pairs, counts[pairs]
    )


def write_segment(path: Path, part: Postings) -> int:
    """Write a segment whole and durably; return its CRC-32.

    Raises:
        OSError: The disk is full or cannot be written.
    """
    unfinished = path.with_suffix(_PART)
    crc = 0
    with unfinished.open("wb") as file:
        header = np.frombuffer(_HEADER.pack(_MAGIC, len(part), len(part.pairs)), np.uint8)
        for piece in (header, *part.arrays()):
            whole = np.ascontiguousarray(piece).view(np.uint8)
            crc = zlib.crc32(whole.data, crc)
            whole.tofile(file)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return crc


def open_segment(path: Path) -> Postings:
    """Map a segment into memory; only what a query touches is read.

    Raises:
        FileNotFoundError: It was merged away.
        CorpusDamagedError: It is no segment, or was cut off.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        header = file.read(_HEADER.size)
    if len(header) < _HEADER.size:
        raise CorpusDamagedError(path.name)
    magic, postings, pairs = _HEADER.unpack(header)
    expected = _HEADER.size + postings * _POSTING_BYTES + pairs * 8
    if magic != _MAGIC or size != expected:
        raise CorpusDamagedError(path.name)
    mapped = np.memmap(path, np.uint8, "r")
    arrays: list[NDArray[Any]] = []
    at = _HEADER.size
    for kind, count in (*((k, postings) for k in _POSTING), *((k, pairs) for k in _PAIR)):
        end = at + count * kind.itemsize
        arrays.append(mapped[at:end].view(np.ndarray).view(kind))
        at = end
    return Postings(*arrays)


def segment_crc(path: Path) -> int:
    """Return the CRC-32 of a segment's file."""
    crc = 0
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            crc = zlib.crc32(piece, crc)
    return crc
