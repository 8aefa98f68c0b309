"""Builds the masked copy of a file, checks it, and writes down what was done."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from pipeline.correcting import shown_doubts
from pipeline.covered import covered_text
from pipeline.detection.seals import RECOGNISER as SEALS
from pipeline.dossier import Action, Decision, Doubt, Finding, Verdict, VerdictKind
from pipeline.findings_file import (
    FindingsFile,
    doubt_entry,
    finding_entry,
    masks_by_kind,
    page_entry,
)
from pipeline.intake import SourceFile, open_source
from pipeline.jobs import Clock, FileReading, Finished, Job, Options, Tools
from pipeline.legibility import legibility_doubts, watermark_notes
from pipeline.masking import Copy, build_copy
from pipeline.outcome import (
    FileResult,
    file_name_doubt,
    finding_doubts,
    finding_notes,
    reading_doubts,
    reading_notes,
    safe_name,
)
from pipeline.policy import CoveredText
from pipeline.progress import Progress, Silent, Stage
from pipeline.reading import PageReading
from pipeline.verification import verify_copy
from pipeline.versions import PROGRAM

_DEFAULT = Options()

_Built = tuple[SourceFile, Copy]


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
    finishing = _Finishing(file, decisions, tools, out, options, progress or Silent())
    return finishing.finish(finishing.build)


def finish_files(
    files: Sequence[FileReading],
    decisions: Mapping[str, Sequence[Decision]],
    tools: Tools,
    out: Callable[[Job], Path],
    *,
    options: Options = _DEFAULT,
    progress: Progress | None = None,
) -> Iterator[tuple[Job, Finished | Exception]]:
    """Finish files one after the other; a file's copy is built while the one before is checked.

    Args:
        files: The files of one dossier, with their share of what was done together.
        decisions: By file id.
        tools: What they share.
        out: Where a file's copy is built.
        options: What the user chose.
        progress: Told of every page, from two threads.

    Yields:
        Each job in order, and what became of it: an error stops nobody else.
    """
    told = progress or Silent()
    begun: deque[tuple[_Finishing, Future[_Built]]] = deque()
    try:
        with ThreadPoolExecutor(1, thread_name_prefix="build") as builder:
            for file in files:
                try:
                    place = out(file.job)
                except Exception as error:
                    yield file.job, error
                    continue
                one = _Finishing(file, decisions[file.job.id], tools, place, options, told)
                begun.append((one, builder.submit(one.build)))
                if len(begun) > 1:
                    yield _outcome(*begun.popleft())
            while begun:
                yield _outcome(*begun.popleft())
    finally:
        for one, _ in begun:
            one.give_up()


def _outcome(one: _Finishing, built: Future[_Built]) -> tuple[Job, Finished | Exception]:
    try:
        return one.file.job, one.finish(built.result)
    except Exception as error:
        return one.file.job, error


class _Finishing:
    """One file on its way from decisions to a checked copy."""

    def __init__(
        self,
        file: FileReading,
        decisions: Sequence[Decision],
        tools: Tools,
        out: Path,
        options: Options,
        progress: Progress,
    ) -> None:
        self.file, self._decisions, self._tools = file, decisions, tools
        self._out, self._options, self._progress = out, options, progress

    def build(self) -> _Built:
        """Build the copy; gives back the source too, still open."""
        job = self.file.job
        source = open_source(job.path, name=job.name, decoded=self._tools.decoded)
        try:
            copy = build_copy(
                source,
                self.file.readings,
                self._decisions,
                self._out,
                text_layer=self._options.text_layer,
                progress=lambda page: self._progress.done(job.id, Stage.MASKING, page),
            )
        except BaseException:
            source.close()
            raise
        return source, copy

    def finish(self, built: Callable[[], _Built]) -> Finished:
        """Check what ``built`` gives, and write down what was done."""
        file, decisions, tools = self.file, self._decisions, self._tools
        clock = Clock(file.seconds)
        try:
            with clock(Stage.MASKING):
                source, copy = built()
            with source, clock(Stage.VERIFICATION):
                verdict = self._verdict(source, copy)
        except BaseException:
            self._out.unlink(missing_ok=True)
            raise
        finally:
            tools.decoded.drop(file.sha256)
        verdict = _whole_verdict(verdict, file, decisions, tools, copy)
        with_text = self._options.with_text
        document = _document(file, decisions, copy, verdict, tools, with_text=with_text)
        return Finished(copy, document, _result(file, document, copy, clock))

    def give_up(self) -> None:
        """Leave nothing of a copy that will not be checked."""
        self._out.unlink(missing_ok=True)
        self._tools.decoded.drop(self.file.sha256)

    def _verdict(self, source: SourceFile, copy: Copy) -> Verdict:
        job = self.file.job
        return verify_copy(
            copy.path,
            source,
            [reading.frame for reading in self.file.readings],
            copy.masks,
            self._tools.applicant,
            self._tools.rereader or self._tools.reader,
            # What is kept as a seal says nothing of the text it was stamped over, and what a
            # person shows is not excused: somebody confirms what is read there.
            kept=[
                d.finding.polygon
                for d in self._decisions
                if d.action is Action.KEEP and d.finding.recogniser != SEALS and not d.by_person
            ],
            first=[reading.lines for reading in self.file.readings],
            seals=[
                d.finding.polygon
                for d in self._decisions
                if d.action is Action.KEEP and d.finding.recogniser == SEALS and not d.by_person
            ],
            given=self._options.hidden,
            look=self._look,
            progress=lambda page: self._progress.done(job.id, Stage.VERIFICATION, page),
        )

    def _look(self, reading: PageReading) -> tuple[Finding, ...]:
        with self._tools.detecting:
            return self._tools.detector.writing(reading)


def _whole_verdict(
    checked: Verdict,
    file: FileReading,
    decisions: Sequence[Decision],
    tools: Tools,
    copy: Copy,
) -> Verdict:
    """Add to verification's doubts those of the earlier stages."""
    safe = Path(safe_name(file.job.name, tools.applicant)).stem + copy.path.suffix
    doubts = [
        file_name_doubt(safe) if doubt.code == "file-name" else doubt for doubt in checked.doubts
    ]
    doubts += shown_doubts(decisions, tools.applicant)
    doubts += [*finding_doubts(decisions), *reading_doubts(file.readings)]
    doubts += legibility_doubts(file.readings, decisions, tools.policy.scan, copy.masks)
    if tools.policy.text_under_seals is CoveredText.PERSON:
        doubts += covered_text(file.readings, decisions)
    if checked.kind is VerdictKind.CLEAN and doubts:
        return Verdict(kind=VerdictKind.PERSON, doubts=tuple(doubts))
    return Verdict(kind=checked.kind, doubts=tuple(doubts))


def _notes(
    file: FileReading, decisions: Sequence[Decision], copy: Copy, tools: Tools
) -> list[Doubt]:
    notes = [*reading_notes(file.readings), *finding_notes(decisions)]
    notes += watermark_notes(copy.masks)
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
        notes=tuple(doubt_entry(note) for note in _notes(file, decisions, copy, tools)),
        masks=masks_by_kind(copy.masks),
        pages=tuple(
            page_entry(facts, reading, tools.policy.scan)
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
