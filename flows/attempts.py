"""Which attachments were being read when a worker was lost.

A file that takes the whole process down would do so at every restart and keep the rest of its
dossier from ever ending. So each reading is marked before it begins and unmarked when it ends:
what was marked before is read alone, after all others, and what is marked twice is left to a
person.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pipeline.casefile import CaseFile

_FOLDER = "work/attempts"
_MOST = 2


class Attempts:
    """The marks of one dossier.

    Args:
        case: Where they are kept.
    """

    def __init__(self, case: CaseFile) -> None:
        self._case = case

    @contextmanager
    def reading(self, file_id: str) -> Iterator[None]:
        """Mark a file while it is read; only a process that dies leaves the mark."""
        place = f"{_FOLDER}/{file_id}"
        self._case.write(place, str(self.count(file_id) + 1).encode())
        try:
            yield
        finally:
            self._case.remove(place)

    def count(self, file_id: str) -> int:
        """Return how often a reading of a file did not end."""
        said = self._case.read(f"{_FOLDER}/{file_id}")
        return int(said) if said and said.isdigit() else 0

    def are_used_up(self, file_id: str) -> bool:
        """Whether a file is not tried any more."""
        return self.count(file_id) >= _MOST

    def forget(self) -> None:
        """Take all marks away: a person wants everything tried again."""
        for file_id in self._case.names(_FOLDER):
            self._case.remove(f"{_FOLDER}/{file_id}")
