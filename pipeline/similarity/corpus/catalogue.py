"""The catalogue of a corpus, an SQLite file: documents, texts, segments of the index, commits.

Whatever one transaction of it says is what the corpus holds: a segment's file that it does not
name does not count.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from pipeline.similarity.corpus.snapshots import Snapshot
from pipeline.similarity.nouns import Author, Document, DocumentKind

SCHEMA = 1
_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID;
CREATE TABLE documents (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, digest BLOB NOT NULL, record TEXT,
    characters INTEGER NOT NULL, segment INTEGER, added INTEGER NOT NULL, removed INTEGER);
CREATE UNIQUE INDEX documents_id ON documents (id) WHERE removed IS NULL;
CREATE INDEX documents_segment ON documents (segment);
CREATE INDEX documents_added ON documents (added);
CREATE INDEX documents_removed ON documents (removed) WHERE removed IS NOT NULL;
CREATE TABLE texts (document INTEGER PRIMARY KEY, text BLOB NOT NULL);
CREATE TABLE pages (document INTEGER PRIMARY KEY, pages BLOB NOT NULL);
CREATE TABLE segments (
    number INTEGER PRIMARY KEY AUTOINCREMENT, postings INTEGER NOT NULL, crc INTEGER NOT NULL);
CREATE TABLE commits (
    number INTEGER PRIMARY KEY, snapshot TEXT NOT NULL, documents INTEGER NOT NULL,
    parameters TEXT NOT NULL, taken TEXT NOT NULL);
CREATE INDEX commits_snapshot ON commits (snapshot);
"""
_ZIP_LEVEL = 1
_WAIT_S = 10.0


class Entry(NamedTuple):
    """A document of the catalogue: its number, which is never given twice, and its digest."""

    number: int
    digest: bytes
    segment: int | None
    document: Document


class SegmentRow(NamedTuple):
    """A segment of the index: its file's number, how many postings, the file's CRC-32."""

    number: int
    postings: int
    crc: int


class Catalogue:
    """Typed access to the SQLite file. Raises ``sqlite3.Error``; its user names the corpus."""

    def __init__(self, path: Path, *, create: bool = False) -> None:
        mode = "rwc" if create else "rw"
        self.connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode={mode}",
            uri=True,
            timeout=_WAIT_S,
            check_same_thread=False,
            isolation_level=None,
        )
        self.connection.execute("PRAGMA secure_delete = ON")
        self.connection.execute("PRAGMA synchronous = FULL")
        if create:
            self.connection.execute("PRAGMA journal_mode = WAL")

    def close(self) -> None:
        """Let go of the file."""
        self.connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def is_made(self) -> bool:
        """Whether the tables are there."""
        rows = self.connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'")
        return rows.fetchone() is not None

    def make(self) -> None:
        """Make the tables; call within a transaction."""
        for statement in filter(str.strip, _TABLES.split(";")):
            self.connection.execute(statement)

    def get(self, key: str) -> bytes:
        """Return a value of the corpus as a whole; empty where there is none."""
        row = self.connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return bytes(row[0]) if row else b""

    def put(self, key: str, value: bytes) -> None:
        """Set a value of the corpus as a whole."""
        self.connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    # Documents

    def add(
        self, document: Document, text: str, digest: bytes, pages: bytes | None, commit: int
    ) -> int:
        """Add a document and return its number."""
        added = self.connection.execute(
            "INSERT INTO documents (id, digest, record, characters, added) VALUES (?, ?, ?, ?, ?)",
            (document.id, digest, _record(document), len(text), commit),
        )
        number = int(added.lastrowid or 0)
        self.connection.execute("INSERT INTO texts VALUES (?, ?)", (number, _zipped(text)))
        if pages is not None:
            self.connection.execute("INSERT INTO pages VALUES (?, ?)", (number, pages))
        return number

    def remove(self, number: int, commit: int) -> None:
        """Forget all of a document but its id and digest, which tell what a snapshot held."""
        self.connection.execute(
            "UPDATE documents SET record = NULL, segment = NULL, removed = ? WHERE number = ?",
            (commit, number),
        )
        self.connection.execute("DELETE FROM texts WHERE document = ?", (number,))
        self.connection.execute("DELETE FROM pages WHERE document = ?", (number,))

    def entry(self, document: str) -> Entry | None:
        """Return a document by its id."""
        return next(self._entries("AND id = ?", (document,)), None)

    def entries(self, numbers: Iterable[int]) -> dict[int, Document]:
        """Return documents by their numbers; removed ones are left out."""
        said = json.dumps(list(numbers))
        rows = self._entries("AND number IN (SELECT value FROM json_each(?))", (said,))
        return {entry.number: entry.document for entry in rows}

    def all_entries(self, *, since: int = 0) -> Iterator[Entry]:
        """Yield the documents that came after a commit, by id."""
        return self._entries("AND added > ? ORDER BY id", (since,))

    def _entries(self, condition: str, values: tuple[Any, ...]) -> Iterator[Entry]:
        for number, digest, segment, identifier, record in self.connection.execute(
            "SELECT number, digest, segment, id, record FROM documents "
            f"WHERE removed IS NULL {condition}",
            values,
        ):
            yield Entry(number, digest, segment, _document(identifier, record))

    def gone(self, since: int) -> list[str]:
        """Return the ids of what was there at a commit and is not any more."""
        rows = self.connection.execute(
            "SELECT id FROM documents WHERE removed > ? AND added <= ? ORDER BY id", (since, since)
        )
        return [identifier for (identifier,) in rows]

    def numbers_after(self, commit: int) -> list[int]:
        """Return the numbers of the documents that came after a commit."""
        rows = self.connection.execute(
            "SELECT number FROM documents WHERE removed IS NULL AND added > ?", (commit,)
        )
        return [number for (number,) in rows]

    def text(self, number: int) -> str | None:
        """Return a document's text."""
        row = self.connection.execute(
            "SELECT text FROM texts WHERE document = ?", (number,)
        ).fetchone()
        return None if row is None else _unzipped(row[0])

    def pages(self, number: int) -> bytes | None:
        """Return a document's map to its pages."""
        row = self.connection.execute(
            "SELECT pages FROM pages WHERE document = ?", (number,)
        ).fetchone()
        return None if row is None else bytes(row[0])

    def totals(self) -> tuple[int, int]:
        """Return how many documents and how many characters there are."""
        row = self.connection.execute(
            "SELECT count(*), coalesce(sum(characters), 0) FROM documents WHERE removed IS NULL"
        ).fetchone()
        return int(row[0]), int(row[1])

    # Segments and commits

    def segments(self) -> list[SegmentRow]:
        """Return the segments of the index."""
        rows = self.connection.execute("SELECT number, postings, crc FROM segments ORDER BY number")
        return [SegmentRow(*row) for row in rows]

    def reserve_segment(self) -> int:
        """Return the number of a segment to be written; none is given twice."""
        added = self.connection.execute("INSERT INTO segments (postings, crc) VALUES (0, 0)")
        return int(added.lastrowid or 0)

    def set_segment(self, row: SegmentRow) -> None:
        """Say what a reserved segment holds."""
        self.connection.execute(
            "UPDATE segments SET postings = ?, crc = ? WHERE number = ?",
            (row.postings, row.crc, row.number),
        )

    def move(self, old: Iterable[int], new: int | None) -> None:
        """Replace segments by another one that holds their documents, or by none."""
        for number in old:
            self.connection.execute(
                "UPDATE documents SET segment = ? WHERE segment = ?", (new, number)
            )
            self.connection.execute("DELETE FROM segments WHERE number = ?", (number,))

    def place(self, numbers: Iterable[int], segment: int) -> None:
        """Say in which segment documents lie."""
        self.connection.executemany(
            "UPDATE documents SET segment = ? WHERE number = ?", ((segment, n) for n in numbers)
        )

    def last_commit(self) -> int:
        """Return the number of the last commit, 0 before the first."""
        row = self.connection.execute("SELECT max(number) FROM commits").fetchone()
        return int(row[0] or 0)

    def add_commit(self, number: int, snapshot: Snapshot) -> None:
        """Remember what the corpus holds from now on."""
        self.connection.execute(
            "INSERT INTO commits VALUES (?, ?, ?, ?, ?)",
            (number, snapshot.id, snapshot.documents, snapshot.parameters, snapshot.taken),
        )

    def snapshot(self) -> Snapshot:
        """Return what the corpus holds."""
        row = self.connection.execute(
            "SELECT snapshot, documents, taken, parameters FROM commits "
            "ORDER BY number DESC LIMIT 1"
        ).fetchone()
        return Snapshot(*row)

    def commit_of(self, snapshot: str) -> int | None:
        """Return the last commit after which the corpus held a snapshot."""
        row = self.connection.execute(
            "SELECT max(number) FROM commits WHERE snapshot = ?", (snapshot,)
        ).fetchone()
        return row[0] if row else None


def _record(document: Document) -> str:
    facts = asdict(document)
    del facts["id"]
    return json.dumps(facts, ensure_ascii=False)


def _document(identifier: str, record: str) -> Document:
    facts = json.loads(record)
    authors = tuple(Author(**author) for author in facts.pop("authors"))
    kind = DocumentKind(facts.pop("kind"))
    return Document(id=identifier, authors=authors, kind=kind, **facts)


def _zipped(text: str) -> bytes:
    return zlib.compress(text.encode("utf-8", "surrogatepass"), _ZIP_LEVEL)


def _unzipped(packed: bytes) -> str:
    return zlib.decompress(packed).decode("utf-8", "surrogatepass")
