"""Where everything of a dossier lies: masked copies, findings, manifest, report, private work.

::

    masked/<attachment id>.pdf      what reviewers may get, once released
    findings/<attachment id>.json   what was found and done, without any text (docs/findings.md)
    publications/<attachment id>.json  what the rules say of a paper or book (docs/findings.md)
    similarity/<attachment id>.json figures of shared text, without text (docs/similarity.md)
    similarity/<attachment id>.html the same to read, without authors and units
    manifest.json                   sums of every input and output, versions
    report.html                     for people
    work/                           private: readings, with text; never leaves the office

The case file works on any fsspec filesystem. Whatever it writes appears under its name whole or not
at all: the bytes go to a temporary name first, except on S3, where an object is never seen in part.
"""

from __future__ import annotations

import hashlib
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from fsspec import AbstractFileSystem
from fsspec.implementations.local import LocalFileSystem

from pipeline.errors import MangpingError

MANIFEST = "manifest.json"
REPORT = "report.html"
# Show an object when all of it has come. A rename would be a second copy there, and to make its
# folder is to make a bucket that somebody misspelt.
_PUT_WHOLE = {"s3", "s3a"}


class CaseNotWritableError(MangpingError):
    """The folder of the results cannot be written."""

    code = "not-writable"
    sentence = "无法写入“{subject}”，请检查文件夹权限和磁盘空间后重试。"


class CaseNotReadableError(MangpingError):
    """The store of the results does not give back what it has."""

    code = "not-readable"
    sentence = "无法读取“{subject}”，请检查存储和网络后重试。"


def masked(file_id: str) -> str:
    """Return where an attachment's masked copy lies."""
    return f"masked/{file_id}.pdf"


def findings(file_id: str) -> str:
    """Return where an attachment's findings lie."""
    return f"findings/{file_id}.json"


def publication(file_id: str) -> str:
    """Return where the examination of a paper or a book lies."""
    return f"publications/{file_id}.json"


def similarity(file_id: str) -> str:
    """Return where the figures of an attachment's shared text lie."""
    return f"similarity/{file_id}.json"


def similarity_page(file_id: str) -> str:
    """Return where the similarity report for reviewers lies, without authors and units."""
    return f"similarity/{file_id}.html"


def similarity_private(file_id: str) -> str:
    """Return where the full similarity report lies, for those who may see the original."""
    return f"work/similarity/{file_id}.html"


class CaseFile:
    """The files of one dossier on a filesystem.

    Args:
        root: The folder, as the filesystem names it.
        fs: Any fsspec filesystem; the local disk by default.
    """

    def __init__(self, root: str | Path, fs: AbstractFileSystem | None = None) -> None:
        self._fs: Any = fs if fs is not None else LocalFileSystem()
        self.root = str(root).rstrip("/")

    @property
    def is_local(self) -> bool:
        """Whether the files lie on this machine's disk."""
        return isinstance(self._fs, LocalFileSystem)

    @property
    def _errors(self) -> tuple[type[Exception], ...]:
        # The other drivers let through the errors of the libraries they use.
        return (OSError,) if self.is_local else (Exception,)

    def place(self, name: str) -> str:
        """Return the full name of a file of the case."""
        return f"{self.root}/{name}"

    def read(self, name: str) -> bytes | None:
        """Return a file's bytes, or None where there is none.

        Raises:
            CaseNotReadableError: The filesystem refuses.
        """
        with suppress(FileNotFoundError), self._reading(name):
            data: bytes = self._fs.cat_file(self.place(name))
            return data
        return None

    def write(self, name: str, data: bytes) -> str:
        """Write a file whole and return its SHA-256.

        Raises:
            CaseNotWritableError: The filesystem refuses.
        """
        with self._whole(name) as place:
            self._fs.pipe_file(place, data)
        return hashlib.sha256(data).hexdigest()

    def adopt(self, made: Path, name: str) -> None:
        """Take over a finished local file under a name of the case.

        Raises:
            CaseNotWritableError: The filesystem refuses.
        """
        with self._whole(name) as place:
            self._fs.put_file(str(made), place)

    def remove(self, name: str) -> None:
        """Remove a file if it is there.

        Raises:
            CaseNotWritableError: The filesystem refuses.
        """
        place = self.place(name)
        try:
            if self._fs.exists(place):
                self._fs.rm_file(place)
        except self._errors:
            raise CaseNotWritableError(place) from None

    def names(self, folder: str) -> list[str]:
        """Return the names of the files in a folder of the case.

        Raises:
            CaseNotReadableError: The filesystem refuses.
        """
        with suppress(FileNotFoundError), self._reading(folder):
            places = self._fs.ls(self.place(folder), detail=False)
            return sorted(str(place).rpartition("/")[2] for place in places)
        return []

    def sha256(self, name: str) -> str | None:
        """Return a file's SHA-256, or None where there is none.

        Raises:
            CaseNotReadableError: The filesystem refuses.
        """
        with (
            suppress(FileNotFoundError),
            self._reading(name),
            self._fs.open(self.place(name), "rb") as stream,
        ):
            return hashlib.file_digest(stream, "sha256").hexdigest()
        return None

    @contextmanager
    def local(self, name: str) -> Iterator[Path]:
        """Lend a file of the case as a path on this machine.

        Raises:
            CaseNotReadableError: The filesystem refuses.
            FileNotFoundError: It is not there.
        """
        if self.is_local:
            yield Path(self.place(name))
            return
        with self.scratch() as folder:
            copy = folder / Path(name).name
            with self._reading(name):
                self._fs.get_file(self.place(name), str(copy))
            yield copy

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """Lend a private folder on this machine; it and all in it are gone afterwards."""
        try:
            with tempfile.TemporaryDirectory(prefix="mangping-") as folder:
                yield Path(folder)
        except PermissionError:
            raise CaseNotWritableError(tempfile.gettempdir()) from None

    @contextmanager
    def _reading(self, name: str) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError:
            raise
        except self._errors:
            raise CaseNotReadableError(self.place(name)) from None

    @contextmanager
    def _whole(self, name: str) -> Iterator[str]:
        """Lend a place to write to; it becomes the file when all is written."""
        place = self.place(name)
        try:
            if _PUT_WHOLE.isdisjoint(_protocols(self._fs)):
                with self._renamed(name) as temporary:
                    yield temporary
            else:
                yield place
        except self._errors:
            raise CaseNotWritableError(place) from None

    @contextmanager
    def _renamed(self, name: str) -> Iterator[str]:
        place = self.place(name)
        parent = place.rpartition("/")[0]
        temporary = f"{parent}/.{secrets.token_hex(8)}.part"
        try:
            self._fs.makedirs(parent, exist_ok=True)
            if self.is_local and name.startswith("work/"):
                (Path(self.root) / "work").chmod(0o700)
            yield temporary
            if self.is_local:
                Path(temporary).replace(place)
            else:
                self._fs.mv(temporary, place)
        except self._errors:
            if self._fs.exists(temporary):
                self._fs.rm_file(temporary)
            raise


def _protocols(fs: Any) -> tuple[str, ...]:
    return (fs.protocol,) if isinstance(fs.protocol, str) else tuple(fs.protocol)
