"""The progress bar: pages and time left, on stderr, and only on a terminal."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pipeline.progress import Stage

if TYPE_CHECKING:
    from rich.progress import Progress as Rich

# What the stages of a page cost, measured on two cores; reading and looking through is one.
_COST = {Stage.DETECTION: 1.0, Stage.MASKING: 0.25, Stage.VERIFICATION: 0.9}
_PAGE = sum(_COST.values())


class Tally:
    """Adds up what is done of how much; safe to share between threads.

    Args:
        files: How many files there will be; one not opened yet counts as long as the others.
    """

    def __init__(self, files: int) -> None:
        self._files = files
        self._lock = threading.Lock()
        self._pages: dict[str, int] = {}
        self._done: dict[str, float] = {}
        self._finished = 0

    def opened(self, file_id: str, pages: int) -> None:
        """A file was opened and has so many pages."""
        with self._lock:
            self._pages[file_id] = pages
            self._done.setdefault(file_id, 0.0)

    def done(self, file_id: str, stage: Stage, page: int) -> None:
        """A stage is through with a page."""
        with self._lock:
            self._done[file_id] = self._done.get(file_id, 0.0) + _COST.get(stage, 0.0)
            self._finished += stage is Stage.VERIFICATION

    def closed(self, file_id: str) -> None:
        """Nothing more will happen to a file."""
        with self._lock:
            pages = self._pages.setdefault(file_id, 0)
            self._done[file_id] = pages * _PAGE

    def now(self) -> tuple[float, float, int, int]:
        """Return work done, work in all, pages checked and pages known."""
        with self._lock:
            pages = sum(self._pages.values())
            opened = len(self._pages) or 1
            unopened = max(0, self._files - len(self._pages))
            expected = pages + unopened * max(1.0, pages / opened)
            return sum(self._done.values()), expected * _PAGE, self._finished, pages

    def share(self) -> float:
        """Return how much is done, 0 to 1."""
        done, total, _, _ = self.now()
        return min(1.0, done / total) if total else 0.0


class _Bar(Tally):
    def __init__(self, files: int, show: Rich) -> None:
        super().__init__(files)
        self._show = show

    def _draw(self) -> None:
        done, total, finished, pages = self.now()
        self._show.update(
            self._show.task_ids[0], completed=done, total=total, finished=finished, pages=pages
        )

    def opened(self, file_id: str, pages: int) -> None:
        super().opened(file_id, pages)
        self._draw()

    def done(self, file_id: str, stage: Stage, page: int) -> None:
        super().done(file_id, stage, page)
        self._draw()

    def closed(self, file_id: str) -> None:
        super().closed(file_id)
        self._draw()


@contextmanager
def progress_bar(files: int) -> Iterator[Tally]:
    """Lend a tally that draws a bar on a terminal and only counts elsewhere."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield Tally(files)
        return
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("打码"),
        BarColumn(),
        TextColumn("{task.fields[finished]}/{task.fields[pages]} 页"),
        TextColumn("剩余"),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=console, transient=True) as show:
        show.add_task("", total=None, finished=0, pages=0)
        yield _Bar(files, show)


@contextmanager
def page_bar(what: str, pages: int, unit: str = "页") -> Iterator[Callable[[int], None]]:
    """Lend a call for every page that is done, which draws a bar on a terminal.

    Args:
        what: What is done.
        pages: How many pages there are, or other things.
        unit: Their measure word.
    """
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda page: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn(what),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(f"{unit} 剩余"),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=console, transient=True) as show:
        task = show.add_task("", total=pages)
        yield lambda page: show.advance(task)
