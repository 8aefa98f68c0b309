"""Reads a file page by page and looks through each page while the next one is read."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future

from pipeline.dossier import Finding
from pipeline.intake import SourceFile, open_source
from pipeline.jobs import Clock, FileReading, Job, Tools
from pipeline.page_work import PageWork
from pipeline.progress import Progress, Silent, Stage
from pipeline.reading import PageReading
from pipeline.work import FilePages, NoWork, PageFacts, Work, keep_pages, load_pages

# Pages that are read and not yet looked through: each holds its pixels.
_WAITING = 1


def read_file(
    job: Job, tools: Tools, work: Work | None = None, progress: Progress | None = None
) -> FileReading:
    """Read a file and look through each of its pages.

    Args:
        job: The file.
        tools: What the dossier shares.
        work: Where readings and findings are kept for the next time.
        progress: Told of every page.

    Raises:
        RefusedInputError: The file is not taken.
    """
    return _begin(job, tools, work, progress)()


def read_files(
    jobs: Sequence[Job], tools: Tools, work: Work | None = None, progress: Progress | None = None
) -> Iterator[tuple[Job, FileReading | Exception]]:
    """Read files one after the other, each while the last page of the one before is looked through.

    Yields:
        Each job in order, and what became of it: an error stops nobody else.
    """
    before: tuple[Job, Callable[[], FileReading]] | None = None
    for job in jobs:
        begun: Callable[[], FileReading] | Exception
        try:
            begun = _begin(job, tools, work, progress)
        except Exception as error:
            begun = error
        if before is not None:
            yield before[0], _outcome(before[1])
        before = None
        if isinstance(begun, Exception):
            yield job, begun
        else:
            before = job, begun
    if before is not None:
        yield before[0], _outcome(before[1])


def _outcome(finish: Callable[[], FileReading]) -> FileReading | Exception:
    try:
        return finish()
    except Exception as error:
        return error


def _begin(
    job: Job, tools: Tools, work: Work | None, progress: Progress | None
) -> Callable[[], FileReading]:
    """Read a file; the call that it returns waits until its last page is looked through."""
    clock = Clock()
    with clock(Stage.INTAKE):
        source = open_source(job.path, name=job.name, decoded=tools.decoded)
    pages = _Pages(source, job, tools, work or NoWork(), progress or Silent(), clock)
    try:
        with source:
            pages.read()
    except BaseException:
        pages.give_up()
        raise

    def finish() -> FileReading:
        try:
            return pages.finished()
        except BaseException:
            pages.give_up()
            raise

    return finish


class _Pages:
    """The pages of one file: what is read of them, and what is still being looked through."""

    def __init__(
        self,
        source: SourceFile,
        job: Job,
        tools: Tools,
        work: Work,
        progress: Progress,
        clock: Clock,
    ) -> None:
        self._source, self._job, self._tools, self._work = source, job, tools, work
        self._progress, self._clock = progress, clock
        self._facts: list[PageFacts] = []
        self._readings: list[PageReading] = []
        self._findings: list[Finding] = []
        self._waiting: deque[Future[tuple[Finding, ...]]] = deque()
        self._looked = 0

    def read(self) -> None:
        """Read all pages; the source is not needed any more behind this."""
        source, work = self._source, self._work
        known = load_pages(work, source.sha256)
        self._progress.opened(self._job.id, source.page_count)
        for number in range(1, source.page_count + 1):
            facts = known.pages[number - 1] if known else None
            page = PageWork(source, number, facts, self._tools, work, self._clock)
            self._facts.append(page.facts)
            self._readings.append(page.reading)
            self._waiting.append(self._tools.looking.submit(page.look, self._tools, work))
            self._wait(_WAITING)
        if known is None:
            pages = FilePages(media_type=source.media_type, pages=tuple(self._facts))
            keep_pages(work, source.sha256, pages)

    def finished(self) -> FileReading:
        """Wait for what is still being looked through."""
        self._wait(0)
        return FileReading(
            self._job,
            self._source.sha256,
            tuple(self._facts),
            tuple(self._readings),
            tuple(self._findings),
            self._clock.seconds,
        )

    def give_up(self) -> None:
        """Let go of everything after an error."""
        for future in self._waiting:
            future.cancel()
        self._tools.decoded.drop(self._source.sha256)

    def _wait(self, most: int) -> None:
        """Wait until at most so many pages are not looked through."""
        while len(self._waiting) > most:
            with self._clock(Stage.DETECTION):
                self._findings += self._waiting.popleft().result()
            self._looked += 1
            self._progress.done(self._job.id, Stage.DETECTION, self._looked)
