"""What goes into the stages and what comes out of them, for one file of a dossier."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.dossier import Applicant, Finding
from pipeline.findings_file import FindingsFile
from pipeline.intake import DecodedPages
from pipeline.masking import Copy
from pipeline.outcome import FileResult
from pipeline.policy import Policy
from pipeline.progress import Stage
from pipeline.reading import PageReading, Reader
from pipeline.work import PageFacts

if TYPE_CHECKING:
    from pipeline.detection import Detector
    from pipeline.verification.sources import Rereader


@dataclass(frozen=True, slots=True)
class Job:
    """One file to do: its id, where it is, what people call it, its kind of attachment."""

    id: str
    path: Path
    name: str
    kind: str = "other"


def _one_worker() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, thread_name_prefix="look")


@dataclass(frozen=True, slots=True)
class Tools:
    """What all files of a dossier share; may be shared between threads.

    Attributes:
        reader: The one OCR engine of the process.
        detector: Knows the applicant and the policy.
        policy: The notice.
        applicant: Whose dossier it is.
        models: Versions of the models by id, for the record.
        detecting: Held while the detector works, which keeps state between calls.
        decoded: Pages that were decoded for reading and are wanted again for masking.
        looking: Looks through one page while the next is read.
        rereader: Reads the copies for their verification; None for the reader itself.
    """

    reader: Reader
    detector: Detector
    policy: Policy
    applicant: Applicant = field(repr=False)
    models: Mapping[str, str] = field(default_factory=dict)
    detecting: threading.Lock = field(default_factory=threading.Lock, repr=False)
    decoded: DecodedPages = field(default_factory=DecodedPages, repr=False)
    looking: ThreadPoolExecutor = field(default_factory=_one_worker, repr=False)
    rereader: Rereader | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Options:
    """What the user may choose about the outputs.

    Attributes:
        with_text: Findings carry the text they stand for.
        text_layer: The copy carries a text layer of our own reading.
        hidden: Strings that people want masked everywhere; verification searches them too.
    """

    with_text: bool = False
    text_layer: bool = False
    hidden: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class FileReading:
    """A file as read and looked through."""

    job: Job
    sha256: str
    facts: tuple[PageFacts, ...]
    readings: tuple[PageReading, ...] = field(repr=False)
    findings: tuple[Finding, ...] = field(repr=False)
    seconds: dict[Stage, float]


@dataclass(frozen=True, slots=True)
class Finished:
    """A file with its masked copy at ``copy.path``, its findings.json and its result."""

    copy: Copy
    document: FindingsFile
    result: FileResult


class Clock:
    """Adds up seconds by stage: the wall time of the one thread that takes a file through them.

    What a stage does beside another costs only what that thread waits for it, so a file's seconds
    add up to its share of the wall time and none is counted twice.
    """

    def __init__(self, seconds: Mapping[Stage, float] | None = None) -> None:
        self.seconds: dict[Stage, float] = dict(seconds or dict.fromkeys(Stage, 0.0))

    @contextmanager
    def __call__(self, stage: Stage) -> Iterator[None]:
        """Count what happens inside for a stage."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[stage] += time.perf_counter() - started
