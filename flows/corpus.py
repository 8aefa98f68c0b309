"""``mangping corpus``: add, remove, list documents. Never imports Prefect."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from flows.authors import digest_key
from flows.compared_text import compared_text, has_pages
from flows.corpora import corpus_path
from flows.errors import CommandLineError
from flows.progress_bar import page_bar
from pipeline.errors import MangpingError, RefusedInputError
from pipeline.intake.errors import MissingFileError
from pipeline.intake.names import is_junk, natural_key, shown
from pipeline.similarity.authorship import id_digest
from pipeline.similarity.corpus import Added, Corpus, Snapshot, Stats
from pipeline.similarity.corpus.errors import EmptyTextError
from pipeline.similarity.corpus.facts import BadFactError, Facts, parse_facts, read_table
from pipeline.similarity.nouns import Document


@dataclass(frozen=True, slots=True)
class Told:
    """What the command line tells of all documents."""

    id: str | None = None
    title: str | None = field(default=None, repr=False)
    author: str | None = field(default=None, repr=False)
    unit: str | None = field(default=None, repr=False)
    year: str | None = None
    date: str | None = None
    source: str | None = None
    kind: str | None = None
    round: str | None = None

    def facts(self) -> Facts:
        """Return it as facts.

        Raises:
            CommandLineError: A value is none that such a fact can have.
        """
        row = {name: value or "" for name, value in asdict(self).items()}
        row["authors"], row["units"] = row["author"], row["unit"]
        try:
            return parse_facts(row)
        except BadFactError as bad:
            raise CommandLineError("corpus", what=f"{bad}不对") from None


@dataclass(frozen=True, slots=True)
class Taken:
    """A file to add: where it lies, what it is called, what is told of it."""

    path: Path
    name: str
    facts: Facts


@dataclass(frozen=True, slots=True)
class Listing:
    """Documents, ids of those that went, and what the corpus holds."""

    documents: tuple[Document, ...]
    gone: tuple[str, ...]
    snapshot: Snapshot


@dataclass(slots=True)
class Addition:
    """What came of adding files: results and errors by the files' names."""

    results: list[tuple[str, str, Added]] = field(default_factory=list)
    errors: list[tuple[str, MangpingError]] = field(default_factory=list)
    snapshot: Snapshot | None = None


def corpus_place(named: Path | None) -> Path:
    """Return where the corpus lies: as named, or in the user's private folder."""
    return named or corpus_path()


def add_documents(
    paths: list[Path], place: Path | None, table: Path | None, told: Told
) -> Addition:
    """Add files, and all files of folders.

    Text files are one commit; every file with pages is one of its own, because reading it takes
    long and must not be lost. A file that is refused does not hold up the others.

    Args:
        paths: Files and folders.
        place: The corpus, made where there is none; None for the usual place.
        table: Facts of files by their paths within their folder.
        told: Facts of all files; those of the table come first.

    Raises:
        UsageError: The command or the corpus cannot be used.
        RefusedInputError: The table is none.
    """
    common = told.facts()
    if common.id and (len(paths) != 1 or paths[0].is_dir()):
        raise CommandLineError("corpus add", what="--id 只能用于一个文件")
    facts = read_table(table) if table is not None else {}
    addition = Addition()
    texts: list[Taken] = []
    scans: list[Taken] = []
    for one in _taken(paths, table, facts, common):
        try:
            (scans if has_pages(one.path) else texts).append(one)
        except RefusedInputError as error:
            addition.errors.append((one.name, error))
    met = {one.name for one in (*texts, *scans)} | {name for name, _ in addition.errors}
    missing = sorted({shown(name) for name in facts} - met)
    addition.errors += [(name, MissingFileError(name)) for name in missing]
    with Corpus.open(corpus_place(place), create=True) as corpus:
        if texts:
            _add_texts(corpus, texts, addition)
        for number, one in enumerate(scans, 1):
            _add_scan(corpus, one, f"读取 {number}/{len(scans)}", addition)
        addition.snapshot = corpus.snapshot()
    return addition


def remove_documents(identifiers: list[str], place: Path | None) -> Snapshot:
    """Remove documents in one commit; return what the corpus holds then.

    Raises:
        NoSuchDocumentError: One of them is not there; nothing is removed then.
        UsageError: The corpus cannot be used.
    """
    with Corpus.open(corpus_place(place)) as corpus:
        with corpus.writing() as writer:
            for identifier in dict.fromkeys(identifiers):
                writer.remove(identifier)
        return corpus.snapshot()


def list_documents(
    place: Path | None, kind: str | None, round_: str | None, since: str | None
) -> Listing:
    """Return documents by id: all, those of a kind or a round, those that came since a snapshot.

    Raises:
        CommandLineError: There is no such kind.
        UsageError: The corpus cannot be used, or never was in that state.
    """
    wanted = Told(kind=kind, round=round_).facts()
    with Corpus.open(corpus_place(place)) as corpus:
        changes = corpus.changes(since) if since else None
        documents = changes.came if changes else corpus.documents()
        chosen = tuple(
            one
            for one in documents
            if wanted.kind in (None, one.kind) and wanted.round in (None, one.round)
        )
        return Listing(chosen, changes.gone if changes else (), corpus.snapshot())


def corpus_stats(place: Path | None, *, check: bool) -> tuple[Stats, Snapshot]:
    """Return the size of a corpus and what it holds.

    Raises:
        CorpusDamagedError: ``check`` is set and a file is not whole.
        UsageError: The corpus cannot be used.
    """
    with Corpus.open(corpus_place(place)) as corpus:
        if check:
            corpus.check()
        return corpus.stats(), corpus.snapshot()


def rebuild(place: Path | None) -> None:
    """Make the index anew from the texts.

    Raises:
        UsageError: The corpus cannot be used.
    """
    with Corpus.open(corpus_place(place)) as corpus:
        corpus.rebuild()


def _taken(
    paths: list[Path], table: Path | None, facts: dict[str, Facts], common: Facts
) -> Iterator[Taken]:
    """Yield the files with what is told of them."""
    for path in paths:
        for file, name in sorted(_files(path), key=lambda file: natural_key(file[1])):
            if table is None or file.resolve() != table.resolve():
                yield Taken(file, shown(name), facts.get(name, Facts()).over(common))


def _files(path: Path) -> Iterator[tuple[Path, str]]:
    """Yield a file, or the regular files of a folder, with their names; follow no link."""
    if not path.is_dir():
        yield path, path.name
        return
    for file in path.rglob("*"):
        relative = file.relative_to(path)
        if file.is_file() and not file.is_symlink() and not is_junk(relative.parts):
            yield file, relative.as_posix()


def _add_texts(corpus: Corpus, texts: list[Taken], addition: Addition) -> None:
    done: list[tuple[str, str, Added]] = []
    with page_bar("加入", len(texts), "个") as told, corpus.writing() as writer:
        for number, one in enumerate(texts, 1):
            try:
                document = _document(one)
                text = compared_text(one.path, document.kind).raw
                done.append((one.name, document.id, writer.add(document, text)))
            except RefusedInputError as error:
                addition.errors.append((one.name, _by_file(error, one)))
            told(number)
    addition.results += done


def _add_scan(corpus: Corpus, one: Taken, bar: str, addition: Addition) -> None:
    """Add a file with pages; one whose bytes are known already is not read again."""
    try:
        document = _document(one)
        known = None if one.facts.id else corpus.find(document.id)
        if known == document:
            addition.results.append((one.name, document.id, Added.UNCHANGED))
            return
        if known is not None:
            text, pages = corpus.text(document.id), corpus.pages(document.id)
        else:
            read = compared_text(one.path, document.kind, bar)
            text, pages = read.raw, read.pages
        addition.results.append((one.name, document.id, corpus.add(document, text, pages)))
    except RefusedInputError as error:
        addition.errors.append((one.name, _by_file(error, one)))


def _by_file(error: RefusedInputError, one: Taken) -> RefusedInputError:
    """Return an error of the store, which knows ids only, with the file's name."""
    return EmptyTextError(one.name, **error.facts) if isinstance(error, EmptyTextError) else error


def _document(one: Taken) -> Document:
    try:
        with one.path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        raise MissingFileError(one.name) from None
    return one.facts.document(sha256, lambda number: id_digest(number, digest_key()))
