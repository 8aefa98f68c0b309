"""The registry of journals: who has which CN and ISSN, behind one small class.

A registry is one SQLite file, written whole and then only read. Not being in it proves nothing.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, suppress
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Self

from rapidfuzz.distance import Levenshtein

from pipeline.dossier import Noun
from pipeline.publication.errors import (
    RegistryDamagedError,
    RegistryMissingError,
    RegistryWriteError,
)
from pipeline.publication.titles import base_key, one_less, title_key

_SCHEMA = 1
_TABLES = """
CREATE TABLE about (schema INTEGER, version INTEGER, sha256 TEXT, journals INTEGER);
CREATE TABLE journals (id INTEGER PRIMARY KEY, region TEXT, serial TEXT, issn TEXT, record TEXT);
CREATE TABLE titles (key TEXT, kind TEXT, journal INTEGER, PRIMARY KEY (key, kind, journal))
    WITHOUT ROWID;
CREATE TABLE shorter (key TEXT, title TEXT, PRIMARY KEY (key, title)) WITHOUT ROWID;
"""
_INDEXES = """
CREATE INDEX journals_cn ON journals (region, serial);
CREATE INDEX journals_issn ON journals (issn);
"""
_MAGIC = b"SQLite format 3\0"
_PART = ".part"
# Titles shorter than this are only matched exactly: one character is too much of them.
_FUZZY_FROM = 4


class JournalStatus(StrEnum):
    """Whether a journal still appears."""

    LIVE = "live"
    CEASED = "ceased"
    MERGED = "merged"


class Journal(Noun):
    """One journal as the registry knows it.

    Attributes:
        title: Its title now.
        former_titles: What it was called before.
        cn: ``34-1331/G4``, or None for one without.
        issn: ``2096-5885``, or None.
        frequency: As the table gives it: 月刊, 双月, 年刊 …
        place: Where it is published.
        postal: 邮发代号.
        status: Whether it still appears.
        ended: Year of its last issue, where known.
        electronic: The table says that it is an electronic one.
    """

    title: str
    former_titles: tuple[str, ...] = ()
    cn: str | None = None
    issn: str | None = None
    frequency: str = ""
    place: str = ""
    postal: str = ""
    status: JournalStatus = JournalStatus.LIVE
    ended: int | None = None
    electronic: bool = False

    @property
    def titles(self) -> tuple[str, ...]:
        """The present title and the former ones."""
        return (self.title, *self.former_titles)

    @property
    def annual(self) -> bool:
        """Whether it appears once a year."""
        return self.frequency.startswith("年")


class RegistryAbout(Noun):
    """Which registry answered: raised by every import, with the sum of the imported table."""

    version: int
    sha256: str
    journals: int


class TitleMatch(Noun):
    """A journal found by its title; ``edits`` is 0 or 1, ``exact`` means not only by its base."""

    journal: Journal
    edits: int
    exact: bool


class Registry:
    """Journals by region and serial, by ISSN and by title.

    Lookups only read and may come from any thread.
    """

    def __init__(self, connection: sqlite3.Connection, name: str) -> None:
        self._connection = connection
        self._name = name
        schema, version, sha256, journals = self._one_row(
            "SELECT schema, version, sha256, journals FROM about"
        )
        if schema != _SCHEMA:
            raise RegistryDamagedError(name)
        self.about = RegistryAbout(version=version, sha256=sha256, journals=journals)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open a registry's file for reading.

        Raises:
            RegistryMissingError: There is none.
            RegistryDamagedError: It is none, or it is damaged.
        """
        if not path.is_file():
            raise RegistryMissingError(path.name)
        if not is_registry(path):
            raise RegistryDamagedError(path.name)
        address = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        try:
            connection = sqlite3.connect(address, uri=True, check_same_thread=False)
            return cls(connection, path.name)
        except sqlite3.Error:
            raise RegistryDamagedError(path.name) from None

    @classmethod
    def of(cls, journals: Sequence[Journal], *, sha256: str = "", name: str = "memory") -> Self:
        """Make a registry in memory."""
        connection = sqlite3.connect(":memory:", check_same_thread=False)
        _fill(connection, journals, version=1, sha256=sha256)
        return cls(connection, name)

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def by_cn(self, region: str, serial: str) -> tuple[Journal, ...]:
        """Return the journals of a CN: its sub-editions share one; the class plays no part."""
        return self._journals("region = ? AND serial = ?", region, serial)

    def by_issn(self, issn: str) -> tuple[Journal, ...]:
        """Return the journals of an ISSN such as ``2096-5885``."""
        return self._journals("issn = ?", issn)

    def by_title(self, title: str) -> tuple[TitleMatch, ...]:
        """Return the journals of a title, the nearest first.

        Present, former and base titles (without the edition) are searched, first as they are; only
        where none fits, with one character inserted, left out or changed.
        """
        key = title_key(title)
        if not key:
            return ()
        found = self._by_keys({key: 0})
        if not any(match.exact for match in found):
            found += [m for m in self._by_keys({base_key(title): 0}) if m not in found]
        if not found and len(key) >= _FUZZY_FROM:
            found = self._by_keys({near: 1 for near in self._near(key)})
        return tuple(sorted(found, key=lambda m: (not m.exact, m.journal.title)))

    def _near(self, key: str) -> Iterator[str]:
        """Yield the title keys within one edit of a key."""
        shorter = [key, *one_less(key)]
        marks = ",".join("?" * len(shorter))
        candidates = {
            title
            for query in (
                f"SELECT title FROM shorter WHERE key IN ({marks})",
                f"SELECT key FROM titles WHERE key IN ({marks})",
            )
            for (title,) in self._rows(query, *shorter)
        }
        yield from (c for c in sorted(candidates) if Levenshtein.distance(c, key) <= 1)

    def _by_keys(self, keys: dict[str, int]) -> list[TitleMatch]:
        marks = ",".join("?" * len(keys))
        rows = self._rows(
            "SELECT titles.key, kind, record FROM titles JOIN journals ON journals.id = journal "
            f"WHERE titles.key IN ({marks})",
            *keys,
        )
        found: dict[str, TitleMatch] = {}
        for key, kind, record in rows:
            exact = kind == "whole"
            if record not in found or (exact and not found[record].exact):
                journal = Journal.model_validate_json(record)
                found[record] = TitleMatch(journal=journal, edits=keys[key], exact=exact)
        return list(found.values())

    def _journals(self, condition: str, *values: str) -> tuple[Journal, ...]:
        rows = self._rows(f"SELECT record FROM journals WHERE {condition} ORDER BY id", *values)
        return tuple(Journal.model_validate_json(record) for (record,) in rows)

    def _rows(self, query: str, *values: str) -> list[tuple[str, ...]]:
        try:
            return self._connection.execute(query, values).fetchall()
        except sqlite3.DatabaseError:
            raise RegistryDamagedError(self._name) from None

    def _one_row(self, query: str) -> tuple[int, int, str, int]:
        rows = self._connection.execute(query).fetchall()
        if len(rows) != 1:
            raise RegistryDamagedError(self._name)
        schema, version, sha256, journals = rows[0]
        return int(schema), int(version), str(sha256), int(journals)


def is_registry(path: Path) -> bool:
    """Whether a file's bytes say that it is a SQLite file."""
    with path.open("rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC


def write_registry(path: Path, journals: Sequence[Journal], sha256: str) -> RegistryAbout:
    """Write a registry whole, in the place of an earlier one.

    The same table a second time keeps the version; any other one raises it. Readers of the earlier
    file are not disturbed.

    Raises:
        RegistryWriteError: The file cannot be written.
        RegistryDamagedError: What lies there is no registry, and is left alone.
    """
    version = 1
    if path.exists():
        with closing(Registry.open(path)) as earlier:
            if earlier.about.sha256 == sha256:
                return earlier.about
            version = earlier.about.version + 1
    part = path.with_name(f"{path.name}.{os.getpid()}{_PART}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        with closing(sqlite3.connect(part)) as connection:
            _fill(connection, journals, version=version, sha256=sha256)
        part.replace(path)
    except (OSError, sqlite3.Error):
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise RegistryWriteError(str(path)) from None
    return RegistryAbout(version=version, sha256=sha256, journals=len(journals))


def _fill(
    connection: sqlite3.Connection, journals: Sequence[Journal], *, version: int, sha256: str
) -> None:
    connection.executescript(_TABLES)
    with connection:
        connection.execute(
            "INSERT INTO about VALUES (?, ?, ?, ?)", (_SCHEMA, version, sha256, len(journals))
        )
        connection.executemany("INSERT INTO journals VALUES (?, ?, ?, ?, ?)", _records(journals))
        titles = set(_title_rows(journals))
        connection.executemany("INSERT INTO titles VALUES (?, ?, ?)", sorted(titles))
        connection.executemany(
            "INSERT OR IGNORE INTO shorter VALUES (?, ?)",
            sorted((s, key) for key in {t[0] for t in titles} for s in one_less(key)),
        )
    connection.executescript(_INDEXES)


def _records(journals: Iterable[Journal]) -> Iterator[tuple[int, str, str, str, str]]:
    for number, journal in enumerate(journals):
        region, serial = (journal.cn[:2], journal.cn[3:7]) if journal.cn else ("", "")
        record = journal.model_dump_json(exclude_defaults=True)
        yield number, region, serial, journal.issn or "", record


def _title_rows(journals: Iterable[Journal]) -> Iterator[tuple[str, str, int]]:
    for number, journal in enumerate(journals):
        for title in journal.titles:
            whole, base = title_key(title), base_key(title)
            if whole:
                yield whole, "whole", number
            if base and base != whole:
                yield base, "base", number
