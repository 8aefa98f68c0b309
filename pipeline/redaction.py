"""The way of a file through the stages: read, look through, decide, build the copy, check it.

Plain functions in that order. A dossier's files are read one by one, then looked at together
(the same person is searched for in all of them and has the same label), then each is finished. What
does not need the reader is done beside it: see :func:`read_files` and :func:`finish_files`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from pipeline.dossier import Applicant, Decision, VerdictKind
from pipeline.errors import MangpingError
from pipeline.file_finishing import finish_files
from pipeline.file_reading import read_files
from pipeline.jobs import Clock, FileReading, Finished, Job, Options, Tools
from pipeline.masking import decide
from pipeline.outcome import ErrorEntry, FileResult, as_mangping_error, safe_name
from pipeline.progress import Progress, Silent, Stage

_DEFAULT = Options()


def decide_together(
    files: Sequence[FileReading], tools: Tools
) -> tuple[dict[str, tuple[Decision, ...]], dict[str, dict[Stage, float]]]:
    """Search the dossier's people and schools in all files, then decide on every finding.

    Returns:
        Decisions by file id, and each file's seconds with its share of this.
    """
    clock = Clock()
    with clock(Stage.DETECTION), tools.detecting:
        spread = tools.detector.spread(
            {file.job.id: file.readings for file in files},
            {file.job.id: file.findings for file in files},
        )
    with clock(Stage.MASKING):
        decisions = decide(spread, tools.policy)
    pages = sum(len(file.facts) for file in files) or 1
    seconds = {
        file.job.id: {
            stage: file.seconds[stage] + clock.seconds[stage] * len(file.facts) / pages
            for stage in Stage
        }
        for file in files
    }
    return decisions, seconds


def redact_files(
    jobs: Sequence[Job],
    tools: Tools,
    out: Callable[[Job], Path],
    deliver: Callable[[Job, Finished], None],
    *,
    options: Options = _DEFAULT,
    progress: Progress | None = None,
) -> list[FileResult]:
    """Take files through all stages, one after the other; one that fails does not stop the rest.

    Args:
        jobs: The files of one dossier.
        tools: What they share.
        out: Where a file's copy is built.
        deliver: Called with each finished file.
        options: What the user chose.
        progress: Told of every page.

    Returns:
        One result a job, in the same order.
    """
    told = progress or Silent()
    results: dict[str, FileResult] = {}

    def refuse(job: Job, error: Exception) -> None:
        shown = as_mangping_error(error, job.name)
        results[job.id] = failed(job, shown, tools.applicant)
        told.closed(job.id)

    files: list[FileReading] = []
    for job, read in read_files(jobs, tools, progress=told):
        if isinstance(read, Exception):
            refuse(job, read)
        else:
            files.append(read)
    decisions, seconds = decide_together(files, tools)
    timed = [replace(file, seconds=seconds[file.job.id]) for file in files]
    for job, finished in finish_files(timed, decisions, tools, out, options=options, progress=told):
        if isinstance(finished, Exception):
            refuse(job, finished)
            continue
        try:
            deliver(job, finished)
        except Exception as error:
            refuse(job, error)
        else:
            results[job.id] = finished.result
            told.closed(job.id)
    return [results[job.id] for job in jobs]


def failed(job: Job, error: MangpingError, applicant: Applicant) -> FileResult:
    """Return the result of a job that failed."""
    return FileResult(
        id=job.id,
        file=safe_name(job.name, applicant),
        kind=job.kind,
        verdict=VerdictKind.ERROR,
        error=ErrorEntry.of(error, applicant),
    )
