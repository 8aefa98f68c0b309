"""The store: documents with their texts, and the index that finds those that share text.

A corpus is a folder: ``catalogue.sqlite`` and segments of the index. One process may write it while
any number read it; a reader sees every commit from its next question on.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from pipeline.similarity.corpus.answers import Candidate, State, Stats
from pipeline.similarity.corpus.catalogue import SCHEMA, Catalogue, SegmentRow
from pipeline.similarity.corpus.errors import (
    CorpusDamagedError,
    CorpusMissingError,
    CorpusOutdatedError,
    CorpusWriteError,
    NoSuchDocumentError,
    NoSuchSnapshotError,
)
from pipeline.similarity.corpus.index import find_hits
from pipeline.similarity.corpus.segment import SUFFIX, open_segment, segment_crc
from pipeline.similarity.corpus.snapshots import (
    Changes,
    ContentSum,
    Snapshot,
    index_parameters,
)
from pipeline.similarity.corpus.writer import Added, Writer, WriterLock
from pipeline.similarity.fingerprints import Fingerprints
from pipeline.similarity.nouns import Document
from pipeline.similarity.pages import PageText
from pipeline.similarity.rarity import Rarity, pair_places
from pipeline.similarity.text import NormalText, normalise

CATALOGUE = "catalogue.sqlite"
SEGMENTS = "segments"
_LOCK = "lock"
_TRIES = 20


class Corpus:
    """A corpus of texts; may be shared between threads. Made by :meth:`open`."""

    def __init__(self, folder: Path, catalogue: Catalogue) -> None:
        self._folder = folder
        self._name = folder.name
        self._catalogue = catalogue
        self._lock = threading.RLock()
        self._seen: int | None = None
        self._state: State | None = None

    @classmethod
    def open(cls, path: Path, *, create: bool = False) -> Self:
        """Open a corpus.

        Args:
            path: Its folder.
            create: Make it where there is none.

        Raises:
            CorpusMissingError: There is none.
            CorpusDamagedError: What lies there is no corpus.
            CorpusWriteError: It cannot be made there.
        """
        file = path / CATALOGUE
        try:
            if create and not file.exists():
                (path / SEGMENTS).mkdir(mode=0o700, parents=True, exist_ok=True)
                path.chmod(0o700)
            elif not file.is_file():
                raise CorpusMissingError(path.name)
        except OSError:
            raise CorpusWriteError(str(path)) from None
        with _named(path.name, writing=create), ExitStack() as opened:
            if create:
                _make(path)
            catalogue = opened.enter_context(Catalogue(file))
            if not catalogue.is_made():
                raise CorpusMissingError(path.name)
            if int(catalogue.get("schema") or 0) != SCHEMA:
                raise CorpusDamagedError(path.name)
            opened.pop_all()
        return cls(path, catalogue)

    def close(self) -> None:
        """Let go of the files."""
        with self._lock:
            self._state = None
            self._catalogue.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # Writing

    @contextmanager
    def writing(self, *, wait_s: float = 10.0, outdated: bool = False) -> Iterator[Writer]:
        """Lend the writer; what is done with it is one commit, or nothing if an error leaves.

        Args:
            wait_s: How long to wait for another writer to end.
            outdated: Also where the index was made by other parameters.

        Raises:
            CorpusBusyError: Another program goes on writing.
            CorpusOutdatedError: The index was made by other parameters.
            CorpusWriteError: The disk is full or cannot be written.
            CorpusDamagedError: A file of the corpus is damaged.
        """
        if not outdated:
            self._require_current()
        try:
            lock = WriterLock(self._folder / _LOCK, self._name, wait_s)
        except OSError:
            raise CorpusWriteError(self._name) from None
        try:
            with _named(self._name, writing=True), Catalogue(self._folder / CATALOGUE) as catalogue:
                writer = Writer(catalogue, self._folder / SEGMENTS)
                try:
                    yield writer
                    writer.finish()
                except BaseException:
                    writer.abandon()
                    raise
        finally:
            lock.release()

    def add(self, document: Document, text: str, pages: PageText | None = None) -> Added:
        """Add one document in a commit of its own; see :meth:`Writer.add`."""
        with self.writing() as writer:
            return writer.add(document, text, pages.to_bytes() if pages is not None else None)

    def remove(self, document: str) -> None:
        """Remove one document in a commit of its own; see :meth:`Writer.remove`."""
        with self.writing() as writer:
            writer.remove(document)

    def rebuild(self) -> None:
        """Make the index anew from the texts, by this program's parameters."""
        with self.writing(outdated=True) as writer:
            writer.reindex()

    # Documents

    def documents(self) -> tuple[Document, ...]:
        """Return all documents, by id."""
        with self._reading():
            return tuple(entry.document for entry in self._catalogue.all_entries())

    def find(self, document: str) -> Document | None:
        """Return what is known of a document, None where there is none of that id."""
        with self._reading():
            entry = self._catalogue.entry(document)
        return entry.document if entry is not None else None

    def document(self, document: str) -> Document:
        """Return what is known of a document.

        Raises:
            NoSuchDocumentError: There is none of that id.
        """
        found = self.find(document)
        if found is None:
            raise NoSuchDocumentError(document)
        return found

    def text(self, document: str) -> str:
        """Return a document's text as it was given.

        Raises:
            NoSuchDocumentError: There is none of that id.
        """
        with self._reading():
            entry = self._catalogue.entry(document)
            text = self._catalogue.text(entry.number) if entry is not None else None
        if text is None:
            raise NoSuchDocumentError(document)
        return text

    def normal(self, document: str) -> NormalText:
        """Return a document's text in the form in which it is compared.

        Raises:
            NoSuchDocumentError: There is none of that id.
        """
        return normalise(self.text(document))

    def pages(self, document: str) -> PageText | None:
        """Return a document's text with its places on the pages; None for one without pages.

        Raises:
            NoSuchDocumentError: There is none of that id.
        """
        text = self.text(document)
        with self._reading():
            entry = self._catalogue.entry(document)
            packed = self._catalogue.pages(entry.number) if entry is not None else None
        return PageText.from_bytes(text, packed) if packed is not None else None

    # Questions

    def candidates(
        self,
        prints: Fingerprints,
        limit: int,
        *,
        exclude: Collection[str] = (),
        at: str | None = None,
    ) -> list[Candidate]:
        """Return the documents that share most rare fingerprints with a text, likeliest first.

        The answer depends on the documents alone, not on the order in which they were added.

        Args:
            prints: The text's fingerprints.
            limit: How many at most.
            exclude: Ids of documents that are not wanted, such as the text itself.
            at: Id of a snapshot: documents that came since are not seen.

        Raises:
            NoSuchSnapshotError: The corpus never was in that state.
            CorpusOutdatedError: The index was made by other parameters.
        """
        self._require_current()
        with self._reading():
            state = self._current()
            hidden = set(self._catalogue.numbers_after(self._commit_of(at))) if at else set()
            for entry in map(self._catalogue.entry, exclude):
                if entry is not None:
                    hidden.add(entry.number)
        unseen = np.array(sorted(hidden), np.uint32) if hidden else None
        hits = find_hits(
            state.segments, prints, state.documents - len(hidden), limit=limit, hidden=unseen
        )
        with self._reading():
            known = self._catalogue.entries(hit.number for hit in hits)
        found = [
            Candidate(known[hit.number], hit.shared, hit.score, hit.query_places, hit.source_places)
            for hit in hits
            if hit.number in known
        ]
        return sorted(found, key=lambda c: (-c.score, c.document.id))[:limit]

    @property
    def rarity(self) -> Rarity:
        """How common pairs of characters are in the corpus."""
        with self._reading():
            return self._current().rarity

    def rarity_at(self, snapshot: str) -> Rarity:
        """Return how common pairs were without the documents that came since a snapshot.

        Raises:
            NoSuchSnapshotError: The corpus never was in that state.
        """
        with self._reading():
            now = self._current().rarity
            later = self._catalogue.numbers_after(self._commit_of(snapshot))
            counts, length = now.counts.copy(), now.length
            for number in later:
                normal = normalise(self._catalogue.text(number) or "")
                counts[np.unique(pair_places(normal))] -= 1
                length -= len(normal)
        return Rarity(now.documents - len(later), counts, length)

    def snapshot(self) -> Snapshot:
        """Return what the corpus holds, as an id that a report names."""
        with self._reading():
            return self._catalogue.snapshot()

    def changes(self, since: str) -> Changes:
        """Return which documents came and went since a snapshot.

        Raises:
            NoSuchSnapshotError: The corpus never was in that state.
        """
        with self._reading():
            commit = self._commit_of(since)
            came = tuple(entry.document for entry in self._catalogue.all_entries(since=commit))
            return Changes(came, tuple(self._catalogue.gone(commit)))

    def stats(self) -> Stats:
        """Return how large the corpus is."""
        with self._reading():
            rows = self._catalogue.segments()
            documents, characters = self._catalogue.totals()
            kinds: dict[str, int] = {}
            for entry in self._catalogue.all_entries():
                kinds[entry.document.kind] = kinds.get(entry.document.kind, 0) + 1
        files = [self._segment(row) for row in rows]
        return Stats(
            documents=documents,
            characters=characters,
            kinds=dict(sorted(kinds.items())),
            postings=sum(row.postings for row in rows),
            segments=len(rows),
            index_bytes=sum(file.stat().st_size for file in files if file.exists()),
            catalogue_bytes=sum(file.stat().st_size for file in self._folder.glob(f"{CATALOGUE}*")),
        )

    def check(self) -> None:
        """Compare every file of the index with its sum.

        Raises:
            CorpusDamagedError: One is missing or another.
        """
        with self._reading():
            rows = self._catalogue.segments()
            sound = self._catalogue.connection.execute("PRAGMA quick_check").fetchone()[0] == "ok"
            whole = all(
                self._segment(row).is_file() and segment_crc(self._segment(row)) == row.crc
                for row in rows
            )
        if not (sound and whole):
            raise CorpusDamagedError(self._name)

    # State

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with self._lock, _named(self._name):
            yield

    def _commit_of(self, snapshot: str) -> int:
        commit = self._catalogue.commit_of(snapshot)
        if commit is None:
            raise NoSuchSnapshotError(snapshot)
        return commit

    def _require_current(self) -> None:
        if self.snapshot().parameters != index_parameters():
            raise CorpusOutdatedError(self._name)

    def _segment(self, row: SegmentRow) -> Path:
        return self._folder / SEGMENTS / f"{row.number:08d}{SUFFIX}"

    def _current(self) -> State:
        """Return the index, opened anew if somebody has committed since."""
        for _ in range(_TRIES):
            version = self._catalogue.connection.execute("PRAGMA data_version").fetchone()[0]
            if self._state is not None and version == self._seen:
                return self._state
            self._seen = version
            rows = self._catalogue.segments()
            documents = self._catalogue.snapshot().documents
            length = int(self._catalogue.get("length") or 0)
            try:
                parts = tuple(open_segment(self._segment(row)) for row in rows)
            except FileNotFoundError:
                # A writer merged it between the two looks.
                self._state = None
                continue
            self._state = State(parts, documents, length)
            return self._state
        raise CorpusDamagedError(self._name)


def _make(folder: Path) -> None:
    """Make the catalogue, unless it is there."""
    with Catalogue(folder / CATALOGUE, create=True) as catalogue:
        catalogue.connection.execute("BEGIN IMMEDIATE")
        if not catalogue.is_made():
            empty, parameters = ContentSum(), index_parameters()
            catalogue.make()
            catalogue.put("schema", str(SCHEMA).encode())
            catalogue.put("content", empty.to_bytes())
            first = Snapshot(empty.snapshot_id(parameters), 0, "", parameters)
            catalogue.add_commit(0, first)
        catalogue.connection.execute("COMMIT")
    (folder / CATALOGUE).chmod(0o600)


@contextmanager
def _named(name: str, *, writing: bool = False) -> Iterator[None]:
    """Turn errors of SQLite into ours."""
    try:
        yield
    except sqlite3.OperationalError:
        raise (CorpusWriteError if writing else CorpusDamagedError)(name) from None
    except sqlite3.DatabaseError:
        raise CorpusDamagedError(name) from None
