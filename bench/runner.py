"""Runs generated dossiers through the stages as the product does, and keeps the time of each."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.records import STAGES, DossierRun, FileRun
from bench.truth import Truth
from pipeline.detection import Detector
from pipeline.dossier import Applicant, Finding
from pipeline.errors import MangpingError
from pipeline.geometry import turn_pixels
from pipeline.intake import open_source
from pipeline.masking import build_copy, decide
from pipeline.policy import Policy
from pipeline.reading import Reader
from pipeline.verification import verify_copy


class Clock:
    """Adds up wall time by stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = dict.fromkeys(STAGES, 0.0)

    @contextmanager
    def on(self, stage: str) -> Iterator[None]:
        """Count the time spent inside for a stage."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[stage] += time.perf_counter() - start


def run_dossier(
    folder: Path,
    truth: Truth,
    out: Path,
    reader: Reader,
    policy: Policy,
    lac_dir: Path,
    *,
    verify: bool = True,
) -> DossierRun:
    """Read, detect, mask and (if asked) verify every file of a generated dossier.

    A file that is refused or fails keeps its error's code and does not stop the others.
    """
    applicant = Applicant.model_validate(truth.applicant)
    clock = Clock()
    with clock.on("detection"):
        detector = Detector(applicant, policy, lac_dir=lac_dir)
    runs = [
        FileRun(entry.file, folder / entry.file, out / f"{number:03}.pdf")
        for number, entry in enumerate(truth.files, 1)
    ]
    out.mkdir(parents=True, exist_ok=True)
    found: dict[str, tuple[Finding, ...]] = {}
    for run, entry in zip(runs, truth.files, strict=True):
        try:
            found[run.file] = _read(run, entry.kind, reader, detector, clock)
        except MangpingError as error:
            run.error = error.code
    standing = [run for run in runs if not run.error]
    with clock.on("detection"):
        spread = detector.spread({run.file: run.readings for run in standing}, found)
    with clock.on("masking"):
        decisions = decide(spread, policy)
    for run in standing:
        run.decisions = tuple(decisions.get(run.file, ()))
        try:
            _write(run, applicant, reader, clock, verify=verify)
        except MangpingError as error:
            run.error = error.code
    return DossierRun(folder, truth, runs, clock.seconds)


def _read(
    run: FileRun, kind: str, reader: Reader, detector: Detector, clock: Clock
) -> tuple[Finding, ...]:
    findings: list[Finding] = []
    with clock.on("intake"):
        source = open_source(run.source)
    with source:
        for number in range(1, source.page_count + 1):
            with clock.on("intake"):
                page = source.page(number)
            with clock.on("reading"):
                reading = reader.read(page)
            with clock.on("detection"):
                pixels = turn_pixels(page.pixels, reading.frame.turn)
                findings += detector.page(reading, pixels, attachment_kind=kind)
            run.readings.append(reading)
    return tuple(findings)


def _write(
    run: FileRun, applicant: Applicant, reader: Reader, clock: Clock, *, verify: bool
) -> None:
    with clock.on("masking"), open_source(run.source) as source:
        copy = build_copy(source, run.readings, run.decisions, run.copy)
    run.masks, run.copy_bytes, run.verdict = copy.masks, copy.size, "unverified"
    if not verify:
        return
    frames = [reading.frame for reading in run.readings]
    with clock.on("verification"), open_source(run.source) as source:
        verdict = verify_copy(run.copy, source, frames, run.masks, applicant, reader)
    run.verdict = verdict.kind.value
    run.doubts = [(doubt.code, doubt.page) for doubt in verdict.doubts]
