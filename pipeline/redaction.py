"""The way of a file through the stages: read, look through, decide, build the copy, check it.

Plain functions in that order. A dossier's files are read one by one, then looked at together
(the same person is searched for in all of them and has the same label), then each is finished.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from pipeline.covered import covered_text
from pipeline.detection.seals import RECOGNISER as SEALS
from pipeline.dossier import Action, Applicant, Decision, Doubt, Finding, Verdict, VerdictKind
from pipeline.errors import MangpingError
from pipeline.findings_file import (
    FindingsFile,
    doubt_entry,
    finding_entry,
    masks_by_kind,
    page_entry,
)
from pipeline.intake import SourceFile, open_source
from pipeline.jobs import Clock, FileReading, Finished, Job, Options, Tools
from pipeline.masking import Copy, build_copy, decide
from pipeline.outcome import (
    ErrorEntry,
    FileResult,
    as_mangping_error,
    file_name_doubt,
    finding_doubts,
    reading_doubts,
    reading_notes,
    safe_name,
)
from pipeline.page_work import PageWork
from pipeline.policy import CoveredText
from pipeline.progress import Progress, Silent, Stage
from pipeline.reading import PageReading
from pipeline.verification import verify_copy
from pipeline.versions import PROGRAM
from pipeline.work import (
    FilePages,
    NoWork,
    PageFacts,
    Work,
    keep_pages,
    load_pages,
)

_DEFAULT = Options()


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
    work, progress = work or NoWork(), progress or Silent()
    clock = Clock()
    with clock(Stage.INTAKE):
        source = open_source(job.path, name=job.name, decoded=tools.decoded)
    try:
        with source:
            facts, readings, findings = _read_pages(source, job, tools, work, progress, clock)
    except BaseException:
        tools.decoded.drop(source.sha256)
        raise
    return FileReading(
        job, source.sha256, tuple(facts), tuple(readings), tuple(findings), clock.seconds
    )


def _read_pages(
    source: SourceFile, job: Job, tools: Tools, work: Work, progress: Progress, clock: Clock
) -> tuple[list[PageFacts], list[PageReading], list[Finding]]:
    known = load_pages(work, source.sha256)
    progress.opened(job.id, source.page_count)
    facts: list[PageFacts] = []
    readings: list[PageReading] = []
    findings: list[Finding] = []
    for number in range(1, source.page_count + 1):
        page = known.pages[number - 1] if known else None
        one = PageWork(source, number, page, tools, work, clock)
        facts.append(one.facts)
        readings.append(one.reading)
        findings.extend(one.findings)
        progress.done(job.id, Stage.DETECTION, number)
    if known is None:
        pages = FilePages(media_type=source.media_type, pages=tuple(facts))
        keep_pages(work, source.sha256, pages)
    return facts, readings, findings


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


def finish_file(
    file: FileReading,
    decisions: Sequence[Decision],
    tools: Tools,
    out: Path,
    *,
    options: Options = _DEFAULT,
    progress: Progress | None = None,
) -> Finished:
    """Build a file's masked copy at ``out``, check it, and write down what was done.

    Nothing is left at ``out`` when it fails.

    Raises:
        RefusedInputError: The source can no longer be read.
        MangpingError: The copy cannot be written.
    """
    told, job = progress or Silent(), file.job
    clock = Clock(file.seconds)
    try:
        with open_source(job.path, name=job.name, decoded=tools.decoded) as source:
            with clock(Stage.MASKING):
                copy = build_copy(
                    source,
                    file.readings,
                    decisions,
                    out,
                    text_layer=options.text_layer,
                    progress=lambda page: told.done(job.id, Stage.MASKING, page),
                )
            with clock(Stage.VERIFICATION):
                verdict = verify_copy(
                    copy.path,
                    source,
                    [reading.frame for reading in file.readings],
                    copy.masks,
                    tools.applicant,
                    tools.reader,
                    # What is kept as a seal says nothing of the text it was stamped over.
                    kept=[
                        d.finding.polygon
                        for d in decisions
                        if d.action is Action.KEEP and d.finding.recogniser != SEALS
                    ],
                    progress=lambda page: told.done(job.id, Stage.VERIFICATION, page),
                )
    except BaseException:
        out.unlink(missing_ok=True)
        raise
    finally:
        tools.decoded.drop(file.sha256)
    verdict = _whole_verdict(verdict, file, decisions, tools, out.suffix)
    document = _document(file, decisions, copy, verdict, tools, with_text=options.with_text)
    return Finished(copy, document, _result(file, document, copy, clock))


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
    files: list[FileReading] = []
    with_error = _Guard(results, tools.applicant, told)
    for job in jobs:
        with with_error(job):
            files.append(read_file(job, tools, progress=told))
    decisions, seconds = decide_together(files, tools)
    for file in files:
        with with_error(file.job):
            timed = replace(file, seconds=seconds[file.job.id])
            finished = finish_file(
                timed, decisions[file.job.id], tools, out(file.job), options=options, progress=told
            )
            deliver(file.job, finished)
            results[file.job.id] = finished.result
            told.closed(file.job.id)
    return [results[job.id] for job in jobs]


class _Guard:
    """Turns what goes wrong with a file into its result."""

    def __init__(
        self, results: dict[str, FileResult], applicant: Applicant, progress: Progress
    ) -> None:
        self._results, self._applicant, self._progress = results, applicant, progress

    @contextmanager
    def __call__(self, job: Job) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            shown = as_mangping_error(error, job.name)
            self._results[job.id] = failed(job, shown, self._applicant)
            self._progress.closed(job.id)


def failed(job: Job, error: MangpingError, applicant: Applicant) -> FileResult:
    """Return the result of a job that failed."""
    return FileResult(
        id=job.id,
        file=safe_name(job.name, applicant),
        kind=job.kind,
        verdict=VerdictKind.ERROR,
        error=ErrorEntry.of(error, applicant),
    )


def _whole_verdict(
    checked: Verdict,
    file: FileReading,
    decisions: Sequence[Decision],
    tools: Tools,
    suffix: str,
) -> Verdict:
    """Add to verification's doubts those of the earlier stages."""
    safe = Path(safe_name(file.job.name, tools.applicant)).stem + suffix
    doubts = [
        file_name_doubt(safe) if doubt.code == "file-name" else doubt for doubt in checked.doubts
    ]
    doubts += [*finding_doubts(decisions), *reading_doubts(file.readings)]
    if tools.policy.text_under_seals is CoveredText.PERSON:
        doubts += covered_text(file.readings, decisions)
    if checked.kind is VerdictKind.CLEAN and doubts:
        return Verdict(kind=VerdictKind.PERSON, doubts=tuple(doubts))
    return Verdict(kind=checked.kind, doubts=tuple(doubts))


def _notes(file: FileReading, decisions: Sequence[Decision], tools: Tools) -> list[Doubt]:
    notes = reading_notes(file.readings)
    if tools.policy.text_under_seals is CoveredText.NOTE:
        notes += covered_text(file.readings, decisions)
    return notes


def _document(
    file: FileReading,
    decisions: Sequence[Decision],
    copy: Copy,
    verdict: Verdict,
    tools: Tools,
    *,
    with_text: bool,
) -> FindingsFile:
    return FindingsFile(
        file=safe_name(file.job.name, tools.applicant),
        sha256=file.sha256,
        copy_sha256=copy.sha256,
        policy=f"{tools.policy.id}@{tools.policy.version}",
        program=PROGRAM,
        models={"reader": tools.reader.version, **tools.models},
        verdict=verdict.kind,
        doubts=tuple(doubt_entry(doubt) for doubt in verdict.doubts),
        notes=tuple(doubt_entry(note) for note in _notes(file, decisions, tools)),
        masks=masks_by_kind(copy.masks),
        pages=tuple(
            page_entry(facts, reading)
            for facts, reading in zip(file.facts, file.readings, strict=True)
        ),
        findings=tuple(finding_entry(decision, with_text=with_text) for decision in decisions),
    )


def _result(file: FileReading, document: FindingsFile, copy: Copy, clock: Clock) -> FileResult:
    return FileResult(
        id=file.job.id,
        file=document.file,
        kind=file.job.kind,
        verdict=document.verdict,
        pages=copy.pages,
        masks=document.masks,
        seconds={stage.value: round(clock.seconds[stage], 3) for stage in Stage},
        doubts=document.doubts,
        notes=document.notes,
        sha256=file.sha256,
        copy_sha256=copy.sha256,
        copy_size=copy.size,
    )
