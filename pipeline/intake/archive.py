"""Unpacks ZIPs from strangers: every member under a name of our own, within limits."""

from __future__ import annotations

import errno
import stat
import struct
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.errors import RefusedInputError
from pipeline.intake.errors import (
    CompressionRatioError,
    EncryptedArchiveError,
    FileTooBigError,
    MissingFileError,
    NestingError,
    OfdFileError,
    OfficeFileError,
    TooManyMembersError,
    UnpackedTooBigError,
    UnreadableArchiveError,
    UnsafePathError,
)
from pipeline.intake.limits import MB, Limits
from pipeline.intake.names import LeavesFolderError, is_junk, member_name, safe_parts, shown
from pipeline.intake.sniff import HEAD_BYTES, Media, is_office, media_of

_CHUNK = MB
_ENCRYPTED_FLAG = 0x1
_NEVER_A_BOMB = 64 * MB
_DIRECTORY_BYTES = 8 * MB
_ZIP64 = 0xFFFFFFFF
_TAIL = 65_557 + 76
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    ValueError,
    RuntimeError,  # covers NotImplementedError: a compression the library does not know
)
_OFFICE_MEMBERS = frozenset({"[Content_Types].xml", "mimetype"})


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A file of a dossier: where its bytes are and its path inside the dossier, for people."""

    path: Path
    shown: str


@dataclass(slots=True)
class Unpacker:
    """Unpacks the archives of one dossier into one folder, with one budget for all of them.

    Attributes:
        folder: Where the members go, under generated names.
        limits: What is taken.
        files: What was unpacked so far.
        archives: Paths of the archives that were opened, as shown.
        errors: What was refused so far; the rest is still unpacked.
    """

    folder: Path
    limits: Limits
    files: list[Unpacked] = field(default_factory=list)
    archives: list[str] = field(default_factory=list)
    errors: list[RefusedInputError] = field(default_factory=list)
    _bytes: int = 0
    _written: int = 0
    _members: int = 0

    def add(self, path: Path, name: str, depth: int = 0) -> None:
        """Take a file in; an archive's members instead of it.

        Args:
            path: Where its bytes are.
            name: Its path inside the dossier, as shown.
            depth: How many archives it lies in.
        """
        try:
            if is_archive(path):
                self.unpack(path, name, depth + 1)
            else:
                self.files.append(Unpacked(path, name))
        except RefusedInputError as error:
            self.errors.append(error)
        except (FileNotFoundError, PermissionError):
            self.errors.append(MissingFileError(name))

    def unpack(self, path: Path, name: str, depth: int, *, prefix: str | None = None) -> None:
        """Unpack one archive; refused members are collected in ``errors``.

        Args:
            path: Where its bytes are.
            name: What it is called.
            depth: 1 for an archive that lies in no other.
            prefix: What its members' shown paths start with; its name and a slash if not given.

        Raises:
            RefusedInputError: The archive as a whole is refused.
        """
        if depth > self.limits.nesting:
            raise NestingError(name, limit=self.limits.nesting)
        self.archives.append(name)
        prefix = f"{name}/" if prefix is None else prefix
        _check_directory(path, name, self.limits)
        try:
            with zipfile.ZipFile(path) as archive:
                infos = [info for info in archive.infolist() if not info.is_dir()]
                self._check_whole(infos, name)
                for info in infos:
                    try:
                        self._member(archive, info, prefix, depth)
                    except RefusedInputError as error:
                        self.errors.append(error)
        except _UNREADABLE:
            raise UnreadableArchiveError(name) from None

    def _check_whole(self, infos: list[zipfile.ZipInfo], name: str) -> None:
        self._members += len(infos)
        if self._members > self.limits.members:
            raise TooManyMembersError(name, limit=self.limits.members)
        # A member never unpacks to more than its header states: the library stops there.
        if self._bytes + sum(info.file_size for info in infos) > self.limits.unpacked_bytes:
            raise UnpackedTooBigError(name, limit=self.limits.unpacked_bytes // MB)

    def _member(
        self, archive: zipfile.ZipFile, info: zipfile.ZipInfo, prefix: str, depth: int
    ) -> None:
        raw = member_name(info)
        name = shown(prefix + raw.replace("\\", "/"))
        try:
            parts = safe_parts(raw)
        except LeavesFolderError:
            raise UnsafePathError(name, what="的路径不合规") from None
        if is_junk(parts):
            return
        name = shown(prefix + "/".join(parts))
        self._check_member(info, name)
        self.folder.mkdir(parents=True, exist_ok=True)
        target = self.folder / f"{self._written:05d}"
        self._written += 1
        try:
            self._extract(archive, info, target)
        except _UNREADABLE:
            target.unlink(missing_ok=True)
            raise UnreadableArchiveError(name) from None
        except OSError as error:
            target.unlink(missing_ok=True)
            if error.errno != errno.EINVAL:  # the disk is at fault, not the upload
                raise
            raise UnreadableArchiveError(name) from None  # its place lies before the file's start
        self.add(target, name, depth)
        if is_archive(target):
            target.unlink()

    def _check_member(self, info: zipfile.ZipInfo, name: str) -> None:
        mode = info.external_attr >> 16
        if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
            raise UnsafePathError(name, what="是链接或特殊文件")
        if info.flag_bits & _ENCRYPTED_FLAG:
            raise EncryptedArchiveError(name)
        if info.file_size > self.limits.file_bytes:
            actual, limit = -(-info.file_size // MB), self.limits.file_bytes // MB
            raise FileTooBigError(name, actual=actual, limit=limit)
        grown = info.file_size > self.limits.ratio * max(1, info.compress_size)
        if grown and info.file_size > _NEVER_A_BOMB:
            raise CompressionRatioError(name, limit=self.limits.ratio)

    def _extract(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path) -> None:
        with archive.open(info) as source, target.open("xb") as out:
            while chunk := source.read(_CHUNK):
                self._bytes += len(chunk)
                out.write(chunk)


def is_archive(path: Path) -> bool:
    """Tell whether a file is a ZIP by its content, and not a document, which also may be one."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    return media_of(head) is Media.ZIP and not is_office(head) and document_error(path) is None


def document_error(path: Path) -> type[RefusedInputError] | None:
    """Return how to refuse a ZIP that is one document of an office program, None for others."""
    try:
        if _directory_bytes(path) > _DIRECTORY_BYTES:
            return None
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except _UNREADABLE:
        return None
    if "OFD.xml" in names:
        return OfdFileError
    return OfficeFileError if names & _OFFICE_MEMBERS else None


def _check_directory(path: Path, name: str, limits: Limits) -> None:
    """Refuse a ZIP whose directory alone would fill the memory, before it is parsed."""
    if _directory_bytes(path) > _DIRECTORY_BYTES:
        raise TooManyMembersError(name, limit=limits.members)


def _directory_bytes(path: Path) -> int:
    """Return how long a ZIP's central directory says it is; 0 when it has none."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - _TAIL))
        tail = file.read()
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or end + 16 > len(tail):
        return 0
    length = int(struct.unpack_from("<L", tail, end + 12)[0])
    end64 = tail.rfind(b"PK\x06\x06", 0, end)
    if end64 >= 0 and end64 + 48 <= len(tail):
        length64 = int(struct.unpack_from("<Q", tail, end64 + 40)[0])
        return length64 if length == _ZIP64 else max(length, length64)
    return length
