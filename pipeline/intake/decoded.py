"""Pages that were decoded for one stage and will be asked for again by the next."""

from __future__ import annotations

import threading

from pipeline.intake.limits import MB
from pipeline.intake.pages import SourcePage


class DecodedPages:
    """Keeps decoded pages of several files while there is room; safe to share between threads.

    What has no room is not kept, and nothing is driven out: all files of a dossier are read before
    the first is masked, so whatever came last would drive out just what is wanted next.

    Args:
        limit: Bytes of pixels kept at most.
    """

    def __init__(self, limit: int = 128 * MB) -> None:
        self._limit = limit
        self._pages: dict[tuple[str, int], SourcePage] = {}
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, sha256: str, number: int) -> SourcePage | None:
        """Return a kept page of the file with that sum, or None."""
        with self._lock:
            return self._pages.get((sha256, number))

    def keep(self, sha256: str, page: SourcePage) -> None:
        """Keep a page if there is room; its pixels can then no longer be written to."""
        # Verification compares the copy with these very pixels.
        page.pixels.flags.writeable = False
        with self._lock:
            key = (sha256, page.number)
            if key not in self._pages and self._bytes + page.pixels.nbytes <= self._limit:
                self._pages[key] = page
                self._bytes += page.pixels.nbytes

    def drop(self, sha256: str) -> None:
        """Let go of all pages of a file."""
        with self._lock:
            for key in [key for key in self._pages if key[0] == sha256]:
                self._bytes -= self._pages.pop(key).pixels.nbytes
