"""Runs generated dossiers through the product's own stages and keeps what the judge needs."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from bench.records import DossierRun, FileRun
from bench.truth import Truth
from pipeline.detection import Detector
from pipeline.dossier import Applicant, Decision
from pipeline.file_finishing import finish_files
from pipeline.file_reading import read_files
from pipeline.intake import open_source
from pipeline.jobs import Clock, FileReading, Finished, Job, Tools
from pipeline.masking import build_copy
from pipeline.outcome import as_mangping_error
from pipeline.policy import Policy
from pipeline.progress import Stage
from pipeline.reading import Reader
from pipeline.redaction import decide_together


def run_dossier(
    folder: Path,
    truth: Truth,
    out: Path,
    reader: Reader,
    policy: Policy,
    lac_dir: Path,
    *,
    ner_dir: Path | None = None,
    faces_dir: Path | None = None,
    verify: bool = True,
) -> DossierRun:
    """Read, detect, mask and (if asked) verify every file of a generated dossier.

    A file that is refused or fails keeps its error's code and does not stop the others. Copies and
    findings files are written to ``out``, named by number.
    """
    applicant = Applicant.model_validate(truth.applicant)
    started = time.perf_counter()
    detector = Detector(
        applicant,
        policy,
        lac_dir=lac_dir,
        ner_dir=ner_dir,
        faces_dir=faces_dir,
        seal_reader=reader,
    )
    tools = Tools(reader, detector, policy, applicant)
    starting = time.perf_counter() - started
    out.mkdir(parents=True, exist_ok=True)
    runs: list[FileRun] = []
    jobs: list[Job] = []
    read: dict[str, FileReading] = {}
    for number, entry in enumerate(truth.files, 1):
        key = f"{number:03}"
        run = FileRun(key, entry.file, folder / entry.file, out / f"{key}.pdf")
        runs.append(run)
        jobs.append(Job(key, run.source, run.copy.name, entry.kind))
    by_id = {run.id: run for run in runs}
    for job, outcome in read_files(jobs, tools):
        if isinstance(outcome, Exception):
            _fail(by_id[job.id], outcome)
        else:
            read[job.id] = outcome
    decisions, seconds = decide_together(list(read.values()), tools)
    for key, reading in read.items():
        by_id[key].readings, by_id[key].decisions = list(reading.readings), decisions[key]
    timed = [replace(reading, seconds=seconds[key]) for key, reading in read.items()]
    if verify:
        for job, finished in finish_files(timed, decisions, tools, lambda j: by_id[j.id].copy):
            if isinstance(finished, Exception):
                _fail(by_id[job.id], finished)
            else:
                _record(by_id[job.id], finished)
    else:
        for reading in timed:
            run = by_id[reading.job.id]
            try:
                _mask(run, reading, decisions[run.id], tools)
            except Exception as error:
                _fail(run, error)
    totals = {
        stage.value: sum(run.seconds.get(stage.value, 0.0) for run in runs) for stage in Stage
    }
    return DossierRun(folder, truth, runs, totals, starting)


def _mask(
    run: FileRun, reading: FileReading, decisions: tuple[Decision, ...], tools: Tools
) -> None:
    """Build the copy and leave it unchecked."""
    clock = Clock(reading.seconds)
    with (
        open_source(run.source, decoded=tools.decoded) as source,
        clock(Stage.MASKING),
    ):
        copy = build_copy(source, reading.readings, decisions, run.copy)
    tools.decoded.drop(reading.sha256)
    run.verdict, run.copy_bytes = "unverified", copy.size
    run.seconds = {stage.value: spent for stage, spent in clock.seconds.items()}


def _record(run: FileRun, finished: Finished) -> None:
    run.copy.with_suffix(".findings.json").write_bytes(finished.document.to_bytes())
    run.verdict, run.copy_bytes = finished.result.verdict.value, finished.copy.size
    run.doubts = [(doubt.code, doubt.page) for doubt in finished.result.doubts]
    run.notes = [(note.code, note.page) for note in finished.result.notes]
    run.seconds = dict(finished.result.seconds)


def _fail(run: FileRun, error: Exception) -> None:
    """Keep the code of an error, and where in our code an unforeseen one came from."""
    shown = as_mangping_error(error, run.file)
    place = f" {shown.facts['kind']} {shown.facts['place']}" if "place" in shown.facts else ""
    run.error = f"{shown.code}{place}"
