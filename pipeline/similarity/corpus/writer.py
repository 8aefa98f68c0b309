"""The one who writes a corpus: everything between its beginning and its end is one commit.

Segments' files are written and synced before the transaction that names them. A writer that is
killed leaves the earlier content, and files that nobody names, which the next writer removes.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.similarity.corpus.catalogue import Catalogue, Entry, SegmentRow
from pipeline.similarity.corpus.errors import (
    CorpusBusyError,
    CorpusWriteError,
    EmptyTextError,
    NoSuchDocumentError,
)
from pipeline.similarity.corpus.segment import (
    SUFFIX,
    Postings,
    first_places,
    merged,
    open_segment,
    sorted_postings,
    without,
    write_segment,
)
from pipeline.similarity.corpus.snapshots import (
    ContentSum,
    Snapshot,
    document_digest,
    index_parameters,
)
from pipeline.similarity.fingerprints import fingerprints
from pipeline.similarity.nouns import Document
from pipeline.similarity.rarity import PLACES, pair_places
from pipeline.similarity.text import NormalText, normalise

#: A document with fewer normalised characters than this is no text to compare.
LEAST_CHARACTERS = 20
# So many postings are sorted and written at once: it bounds memory.
_SPILL = 1 << 21
# Segments of one size are merged when there are so many; those above the last are left alone.
_SIZES = (1 << 14, 1 << 17, 1 << 20)
_FAN = 8
_POLL_S = 0.05


class Added(StrEnum):
    """What adding a document did."""

    ADDED = "added"
    REPLACED = "replaced"
    UNCHANGED = "unchanged"


class WriterLock:
    """The right to write a corpus; the system takes it back from a process that dies."""

    def __init__(self, path: Path, name: str, wait_s: float) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        until = time.monotonic() + wait_s
        while True:
            try:
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if time.monotonic() >= until:
                    os.close(self._descriptor)
                    raise CorpusBusyError(name) from None
                time.sleep(_POLL_S)

    def release(self) -> None:
        """Give the right back."""
        os.close(self._descriptor)


class Writer:
    """Adds and removes documents within one commit; made by :meth:`Corpus.writing`."""

    def __init__(self, catalogue: Catalogue, folder: Path) -> None:
        self._catalogue = catalogue
        self._folder = folder
        self._replaced: list[int] = []
        self._written: list[int] = []
        self._gone: dict[int, list[tuple[int, NDArray[np.int32]]]] = defaultdict(list)
        self.removed_any = False
        catalogue.connection.execute("BEGIN IMMEDIATE")
        self._commit = catalogue.last_commit() + 1
        self._sum = ContentSum(catalogue.get("content"))
        self._length = int(catalogue.get("length") or 0)
        self._documents = catalogue.snapshot().documents
        self._begin_buffer()
        self._remove_strays()

    def add(self, document: Document, text: str, pages: bytes | None = None) -> Added:
        """Add a document, or put it in the place of the one with its id.

        Args:
            document: What is known of it.
            text: Its text as given.
            pages: Map from its text to its pages, see :mod:`pipeline.similarity.pages`.

        Raises:
            EmptyTextError: It has hardly any text.
        """
        normal = normalise(text)
        if len(normal) < LEAST_CHARACTERS:
            raise EmptyTextError(document.id, least=LEAST_CHARACTERS)
        digest = document_digest(document, text)
        earlier = self._catalogue.entry(document.id)
        if earlier is not None:
            if earlier.digest == digest:
                return Added.UNCHANGED
            self._remove(earlier)
        number = self._catalogue.add(document, text, digest, pages, self._commit)
        self._sum.add(digest)
        self._documents += 1
        self._length += len(normal)
        self._buffer(number, normal)
        return Added.REPLACED if earlier is not None else Added.ADDED

    def remove(self, document: str) -> None:
        """Remove a document: its text, its facts and its postings leave the files.

        Raises:
            NoSuchDocumentError: There is none of that id.
        """
        entry = self._catalogue.entry(document)
        if entry is None:
            raise NoSuchDocumentError(document)
        self._remove(entry)

    def reindex(self) -> None:
        """Make the index anew from the texts, by this program's parameters."""
        entries = list(self._catalogue.all_entries())
        self._retire([row.number for row in self._catalogue.segments()], None)
        self._length = 0
        for entry in entries:
            normal = self._normal(entry.number)
            self._length += len(normal)
            self._buffer(entry.number, normal)

    def finish(self) -> None:
        """Write what is left, and commit."""
        self._spill()
        self._rewrite_segments()
        self._merge_tiers()
        parameters = index_parameters()
        identifier = self._sum.snapshot_id(parameters)
        if identifier != self._catalogue.snapshot().id:
            taken = datetime.now(UTC).isoformat(timespec="seconds")
            snapshot = Snapshot(identifier, self._documents, taken, parameters)
            self._catalogue.add_commit(self._commit, snapshot)
            self._catalogue.put("content", self._sum.to_bytes())
        self._catalogue.put("length", str(self._length).encode())
        self._catalogue.connection.execute("COMMIT")
        self._written = []
        for number in self._replaced:
            self._path(number).unlink(missing_ok=True)
        if self.removed_any:
            # What was removed must not lie on in the log either.
            self._catalogue.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def abandon(self) -> None:
        """Leave the corpus as it was."""
        if self._catalogue.connection.in_transaction:
            self._catalogue.connection.execute("ROLLBACK")
        for number in self._written:
            self._path(number).unlink(missing_ok=True)

    def _path(self, segment: int) -> Path:
        return self._folder / f"{segment:08d}{SUFFIX}"

    def _begin_buffer(self) -> None:
        self._hashes: list[NDArray[np.uint64]] = []
        self._places: list[NDArray[np.int32]] = []
        self._numbers: list[tuple[int, int]] = []
        self._pairs: list[NDArray[np.int32]] = []
        self._buffered = 0

    def _buffer(self, number: int, normal: NormalText) -> None:
        """Let a document wait to be indexed."""
        hashes, places = first_places(fingerprints(normal))
        self._hashes.append(hashes)
        self._places.append(places)
        self._numbers.append((number, len(hashes)))
        self._pairs.append(np.unique(pair_places(normal)))
        self._buffered += len(hashes)
        if self._buffered >= _SPILL:
            self._spill()

    def _normal(self, number: int) -> NormalText:
        return normalise(self._catalogue.text(number) or "")

    def _spill(self) -> None:
        """Write the documents that wait as a segment."""
        if not self._numbers:
            return
        numbers, lengths = zip(*self._numbers, strict=True)
        part = sorted_postings(
            np.concatenate(self._hashes),
            np.repeat(np.array(numbers, np.uint32), lengths),
            np.concatenate(self._places),
            np.concatenate(self._pairs),
        )
        self._begin_buffer()
        self._catalogue.place(numbers, self._write(part))

    def _write(self, part: Postings) -> int:
        number = self._catalogue.reserve_segment()
        self._written.append(number)
        try:
            crc = write_segment(self._path(number), part)
        except OSError:
            raise CorpusWriteError(self._folder.parent.name) from None
        self._catalogue.set_segment(SegmentRow(number, len(part), crc))
        return number

    def _remove(self, entry: Entry) -> None:
        current: Entry | None = entry
        if entry.segment is None:
            self._spill()
            current = self._catalogue.entry(entry.document.id)
        if current is None or current.segment is None:
            raise NoSuchDocumentError(entry.document.id)
        normal = self._normal(entry.number)
        self._gone[current.segment].append((entry.number, np.unique(pair_places(normal))))
        self._length -= len(normal)
        self._catalogue.remove(entry.number, self._commit)
        self._sum.remove(entry.digest)
        self._documents -= 1
        self.removed_any = True

    def _rewrite_segments(self) -> None:
        """Write the segments of removed documents anew without them."""
        for segment, gone in self._gone.items():
            part = open_segment(self._path(segment))
            numbers = [number for number, _ in gone]
            left = without(part, numbers, np.concatenate([pairs for _, pairs in gone]), PLACES)
            self._retire([segment], left if len(left) else None)

    def _merge_tiers(self) -> None:
        """Merge small segments, so that there are few; at most one merge for each size."""
        lower = 0
        for upper in _SIZES:
            rows = [row for row in self._catalogue.segments() if lower <= row.postings < upper]
            if len(rows) >= _FAN:
                parts = [open_segment(self._path(row.number)) for row in rows]
                self._retire([row.number for row in rows], merged(parts, PLACES))
            lower = upper

    def _retire(self, old: Sequence[int], instead: Postings | None) -> None:
        new = self._write(instead) if instead is not None else None
        self._catalogue.move(old, new)
        self._replaced += old

    def _remove_strays(self) -> None:
        """Remove the files that a killed writer left."""
        named = {self._path(row.number).name for row in self._catalogue.segments()}
        for file in _files(self._folder):
            if file.name not in named:
                file.unlink(missing_ok=True)


def _files(folder: Path) -> Iterable[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file())
