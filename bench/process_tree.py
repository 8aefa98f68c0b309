"""What a process and all that it starts use: processor seconds and memory."""

from __future__ import annotations

import contextlib
import threading
import time
from types import TracebackType

import psutil  # type: ignore[import-untyped]

_PAUSE = 2.0


class Tree:
    """A context manager that watches a process and everything below it.

    Memory is the sum of the proportional set sizes, so that what processes share counts once.

    Args:
        pid: The process.
    """

    def __init__(self, pid: int) -> None:
        self._root = psutil.Process(pid)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._before = self._spent()
        self._begun = time.monotonic()
        self.peak_bytes = 0

    def __enter__(self) -> Tree:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._thread.join()

    def used(self) -> tuple[float, float]:
        """Return the wall and the processor seconds since it was made, of ended processes too."""
        return time.monotonic() - self._begun, self._spent() - self._before

    def by_process(self) -> list[tuple[str, float, int]]:
        """Return each living process with its processor seconds and bytes, largest first."""
        found = []
        for process in self._all():
            with contextlib.suppress(psutil.Error):
                words = " ".join(process.cmdline()[1:4])
                times = process.cpu_times()
                found.append((words, times.user + times.system, process.memory_full_info().pss))
        return sorted(found, key=lambda one: -one[1])

    def _watch(self) -> None:
        while not self._ended.wait(_PAUSE):
            held = 0
            for process in self._all():
                with contextlib.suppress(psutil.Error):
                    held += process.memory_full_info().pss
            self.peak_bytes = max(self.peak_bytes, held)

    def _spent(self) -> float:
        total = 0.0
        for process in self._all():
            with contextlib.suppress(psutil.Error):
                total += sum(process.cpu_times()[:4])
        return total

    def _all(self) -> list[psutil.Process]:
        with contextlib.suppress(psutil.Error):
            return [self._root, *self._root.children(recursive=True)]
        return []
