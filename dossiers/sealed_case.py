"""A case file whose readings, findings and reports can be read with our keys only.

Readings hold the words of the pages, so what a run keeps to resume from is encrypted, like the
columns of the database. The masked copies are as reviewers may get them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dossiers.crypto import decrypt_bytes, encrypt_bytes
from dossiers.errors import DamagedValueError, KeyMissingError
from pipeline.casefile import CaseFile

_PURPOSE = "case file"
_IN_CLEAR = "masked/"


class SealedCase(CaseFile):
    """As :class:`pipeline.casefile.CaseFile`; all but the masked copies is encrypted."""

    def read(self, name: str) -> bytes | None:
        """Return a file's bytes; None where there is none, or none that our keys open."""
        stored = super().read(name)
        if stored is None or name.startswith(_IN_CLEAR):
            return stored
        try:
            return decrypt_bytes(stored, _PURPOSE)
        except (DamagedValueError, KeyMissingError):
            return None

    def write(self, name: str, data: bytes) -> str:
        """Write a file whole and return the SHA-256 of what was given.

        Raises:
            CaseNotWritableError: The filesystem refuses.
        """
        if name.startswith(_IN_CLEAR):
            return super().write(name, data)
        super().write(name, encrypt_bytes(data, _PURPOSE))
        return hashlib.sha256(data).hexdigest()

    def sha256(self, name: str) -> str | None:
        """Return the SHA-256 of a file's bytes as they were given, or None where there is none."""
        if name.startswith(_IN_CLEAR):
            return super().sha256(name)
        data = self.read(name)
        return None if data is None else hashlib.sha256(data).hexdigest()

    @contextmanager
    def local(self, name: str) -> Iterator[Path]:
        """Lend a file of the case as a path on this machine.

        Raises:
            FileNotFoundError: It is not there.
        """
        if name.startswith(_IN_CLEAR):
            with super().local(name) as place:
                yield place
            return
        data = self.read(name)
        if data is None:
            raise FileNotFoundError(name)
        with self.scratch() as folder:
            copy = folder / Path(name).name
            copy.write_bytes(data)
            yield copy
