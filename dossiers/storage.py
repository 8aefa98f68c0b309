"""The store of all files: originals, masked copies, findings, reports, packages.

Any fsspec filesystem: a folder of the state folder by default, or what ``MANGPING_STORAGE`` names,
such as ``s3://bucket/folder``; address and keys of an S3 store stand in the environment, as
Amazon's own programs expect them. A file's place is ``<dossier id>/<role>/<key>``; nothing in it
names anybody. Beside them lies what runs keep of the dossier (``<dossier id>/case``), encrypted.
What is adopted appears under its name whole or not at all, and is kept before the call returns.
"""

from __future__ import annotations

import hashlib
import io
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import fsspec
from fsspec.implementations.local import LocalFileSystem

from dossiers.errors import StorageError, StoreSettingError
from dossiers.models.dossier import FileRole, StoredFile, new_key
from dossiers.places import private_folder
from dossiers.sealed_case import SealedCase
from pipeline.casefile import CaseFile, CaseNotReadableError, CaseNotWritableError


class Storage:
    """Files by dossier, role and key.

    Args:
        url: Where; the default is ``files`` in the state folder.

    Raises:
        StoreSettingError: There is no driver for what the setting names.
    """

    def __init__(self, url: str | None = None) -> None:
        where = url or os.environ.get("MANGPING_STORAGE") or str(private_folder("files"))
        self._fs: Any
        self._fs, self._root = _filesystem(where, os.getpid())
        self._local = isinstance(self._fs, LocalFileSystem)

    def check(self) -> None:
        """Try another store than the disk: write, read and remove a file where all will be.

        Raises:
            StoreSettingError: One of it cannot be done; it says which cause is likely.
        """
        if self._local:
            return
        name, data = f".check-{secrets.token_hex(8)}", secrets.token_bytes(16)
        case = CaseFile(self._root, self._fs)
        try:
            case.write(name, data)
            is_there = case.read(name) == data
            case.remove(name)
        except (CaseNotWritableError, CaseNotReadableError) as error:
            why = _reason(error.__context__)
            raise StoreSettingError(self._root, why=why) from None
        if not is_there:
            raise StoreSettingError(self._root, why="写入的内容读不回来")

    def place(self, file: StoredFile) -> str:
        """Return the full name of a file in the store."""
        return f"{self._root}/{file.dossier_id}/{file.role}/{file.key}"

    def adopt(
        self,
        source: Path,
        *,
        dossier: str,
        role: FileRole,
        key: str | None = None,
        name: str = "",
        keep: bool = False,
    ) -> StoredFile:
        """Take over a finished local file and return its row, which is not saved yet.

        With a ``key`` the call can be repeated: what an earlier call put there is found again when
        the source is gone.

        Args:
            source: The file.
            dossier: Whose it is.
            role: What it is.
            key: Its name in the store; a new one by default.
            name: What people call it.
            keep: Leave the source where it is; it is moved otherwise.

        Raises:
            StorageError: The store refuses, or neither source nor stored file is there.
        """
        file = StoredFile(key=key or new_key(), dossier_id=dossier, role=role, name=name)
        try:
            if not (source.exists() or (key is not None and self._fs.exists(self.place(file)))):
                raise StorageError(file.key)
            if source.exists():
                self._take_in(source, self.place(file), keep=keep)
            with self.open(file) as stream:
                file.sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
                file.size = stream.tell()
        except StorageError:
            raise
        except self._errors:
            raise StorageError(file.key) from None
        return file

    def write(self, data: bytes, *, dossier: str, role: FileRole, name: str = "") -> StoredFile:
        """Store bytes and return their row, which is not saved yet.

        Raises:
            StorageError: The store refuses.
        """
        with CaseFile(self._root).scratch() as folder:
            made = folder / "made"
            made.write_bytes(data)
            return self.adopt(made, dossier=dossier, role=role, name=name)

    def open(self, file: StoredFile) -> io.BufferedReader:
        """Open a file for reading.

        From another store it is fetched first: who reads has all of it or an error at once.

        Raises:
            StorageError: It is not there, or the store does not answer.
        """
        try:
            if self._local:
                return cast(io.BufferedReader, self._fs.open(self.place(file), "rb"))
            with CaseFile(self._root).scratch() as folder:
                copy = folder / file.key
                self._fs.get_file(self.place(file), str(copy))
                return copy.open("rb")
        except self._errors:
            raise StorageError(file.key) from None

    def case(self, dossier_id: str) -> CaseFile:
        """Return where runs keep what they have of a dossier; all who share the store share it.

        Raises:
            StorageError: The store refuses.
        """
        if self._local:
            try:
                for folder in (f"{self._root}/{dossier_id}", f"{self._root}/{dossier_id}/case"):
                    Path(folder).mkdir(parents=True, exist_ok=True, mode=0o700)
            except OSError:
                raise StorageError(dossier_id) from None
        return SealedCase(f"{self._root}/{dossier_id}/case", self._fs)

    @contextmanager
    def local(self, file: StoredFile) -> Iterator[Path]:
        """Lend a file as a path on this machine, read-only.

        Raises:
            StorageError: It is not there.
        """
        place = Path(self.place(file))
        if self._local:
            if not place.is_file():
                raise StorageError(file.key)
            yield place
            return
        with CaseFile(self._root).scratch() as folder:
            copy = folder / file.key
            try:
                self._fs.get_file(self.place(file), str(copy))
            except self._errors:
                raise StorageError(file.key) from None
            yield copy

    def discard(self, file: StoredFile) -> None:
        """Remove a file that no row will name.

        Raises:
            StorageError: The store does not answer.
        """
        try:
            CaseFile(self._root, self._fs).remove(f"{file.dossier_id}/{file.role}/{file.key}")
        except CaseNotWritableError:
            raise StorageError(file.key) from None

    @property
    def _errors(self) -> tuple[type[Exception], ...]:
        # The other drivers let through the errors of the libraries they use.
        return (OSError, CaseNotWritableError) if self._local else (Exception,)

    def _take_in(self, source: Path, place: str, *, keep: bool) -> None:
        if not self._local:
            root, _, name = place.rpartition("/")
            CaseFile(root, self._fs).adopt(source, name)
            if not keep:
                source.unlink()
            return
        target = Path(place)
        # Level by level, because only the last one would be private otherwise.
        for folder in (target.parent.parent, target.parent):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary = target.with_name(f".{target.name}.part")
        if keep:
            shutil.copyfile(source, temporary)
        else:
            shutil.move(source, temporary)
        temporary.chmod(0o600)
        with temporary.open("rb") as stream:
            os.fsync(stream.fileno())
        temporary.replace(target)
        folder_handle = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder_handle)
        finally:
            os.close(folder_handle)


# Its own cache of lists is off, because other machines write into the same store. One driver for
# all threads of a process: each holds connections and descriptions of the service.
@lru_cache(maxsize=4)
def _filesystem(where: str, _process: int) -> tuple[Any, str]:
    try:
        fs, root = fsspec.core.url_to_fs(where, use_listings_cache=False, skip_instance_cache=True)
    except (ImportError, ValueError):
        scheme = where.partition("://")[0] if "://" in where else "…"
        raise StoreSettingError(f"{scheme}://", why="不认识这种地址，或缺少它的驱动程序") from None
    return fs, str(root).rstrip("/")


def _reason(error: BaseException | None) -> str:
    """Say in Chinese what a driver means."""
    if isinstance(error, FileNotFoundError):
        return "存储桶或文件夹不存在"
    if isinstance(error, PermissionError):
        return "没有权限，或密钥不对"
    name = type(error).__name__
    if "Credential" in name:
        return "环境变量里没有访问密钥"
    if "Connect" in name or "Endpoint" in name or isinstance(error, TimeoutError):
        return "连接不上"
    return "读写失败"
