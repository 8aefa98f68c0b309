"""Which attachments were being read when a worker was lost.

A file that takes the whole process down would do so at every restart and keep the rest of its
dossier from ever ending. So each reading is marked before it begins and unmarked when it ends:
what was marked before is read alone, after all others, and what is marked twice is left to a
person.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from pipeline.casefile import CaseFile

_FOLDER = "work/attempts"
_MOST = 2


class Attempts:
    """The marks of one dossier; its methods may be called from several threads.

    Args:
        case: Where they are kept.
    """

    def __init__(self, case: CaseFile) -> None:
        self._case = case
        self._lock = threading.Lock()
        self._now: dict[str, int] = {}
        self._excused = False

    @contextmanager
    def reading(self, file_id: str) -> Iterator[None]:
        """Mark a file while it is read; only a process that dies leaves the mark."""
        with self._lock:
            if not self._excused:
                self._now[file_id] = self.count(file_id)
                self._write(file_id, self._now[file_id] + 1)
        try:
            yield
        finally:
            with self._lock:
                if not self._excused:
                    self._now.pop(file_id, None)
                    self._case.remove(_place(file_id))

    def excuse(self) -> None:
        """Hold against no file that the process ends now: it is told to."""
        with self._lock:
            self._excused = True
            for file_id, before in self._now.items():
                self._write(file_id, before)

    def count(self, file_id: str) -> int:
        """Return how often a reading of a file did not end."""
        said = self._case.read(_place(file_id))
        return int(said) if said and said.isdigit() else 0

    def are_used_up(self, file_id: str) -> bool:
        """Whether a file is not tried any more."""
        return self.count(file_id) >= _MOST

    def forget(self) -> None:
        """Take all marks away: a person wants everything tried again."""
        for file_id in self._case.names(_FOLDER):
            self._case.remove(_place(file_id))

    def _write(self, file_id: str, count: int) -> None:
        self._case.write(_place(file_id), str(count).encode())


def _place(file_id: str) -> str:
    return f"{_FOLDER}/{file_id}"
