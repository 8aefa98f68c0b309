"""A dossier while it is processed: what Prefect must not see stays in here, in this process.

Tasks get the dossier's id and a file's number and return counts.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from flows.attempts import Attempts
from flows.authors import author_of
from flows.cases import Order
from flows.corpora import choose_corpus, compare_with_corpus
from flows.engine import DEFAULT_POLICY, make_tools
from flows.errors import NoApplicantError, OutputFolderError, OutputInsideError, TryAgainError
from flows.progress_bar import Tally
from flows.registry import choose_registry
from pipeline.case_results import (
    discard_and_fail,
    discard_strangers,
    finish_into_case,
    write_manifest,
)
from pipeline.casefile import CaseFile
from pipeline.comparing import COMPARED, dossier_texts
from pipeline.comparison_results import keep_comparisons
from pipeline.correcting import Correction, correct, finds_its_page, hidden_strings
from pipeline.dossier import Applicant, Decision
from pipeline.errors import MangpingError, RefusedInputError
from pipeline.examination_results import keep_examinations
from pipeline.examining import PUBLICATIONS, Examined, examine_dossier
from pipeline.file_reading import read_file
from pipeline.intake import Bundle, load_identity, open_bundle
from pipeline.jobs import FileReading, Job, Options, Tools
from pipeline.outcome import (
    ErrorEntry,
    FileResult,
    OwnCopy,
    Publication,
    Similarity,
    as_mangping_error,
)
from pipeline.pairing import compare_read
from pipeline.policy import Policy, load_policy
from pipeline.publication.nouns import PublicationResult
from pipeline.redaction import decide_together
from pipeline.reports.dossier_report import write_report
from pipeline.reports.pair_report import own_copy
from pipeline.work import CaseWork

T = TypeVar("T")


@dataclass
class Session:
    """One run over one dossier; its methods may be called from several threads.

    Attributes:
        id: What Prefect knows the dossier by.
        order: What was asked for; of a dossier of the database only the choices count.
        case: Where results and what can be reused are kept.
        unpacked: Private folder of this run, removed at its end.
        bundle: The attachments.
        applicant: Whose dossier it is.
        policy: The notice.
        progress: Told of every page.
        tries: How often a step of an attachment is tried before it counts as failed.
        attempts: Remembers whose reading did not end; None where nobody comes back.
        corrections: What people decided and every copy has to carry out.
    """

    id: str
    order: Order
    case: CaseFile
    unpacked: Path
    bundle: Bundle = field(repr=False)
    applicant: Applicant = field(repr=False)
    policy: Policy
    progress: Tally
    tries: int = 1
    attempts: Attempts | None = None
    corrections: tuple[Correction, ...] = field(default=(), repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _failures: Counter[str] = field(default_factory=Counter, repr=False)
    _carried: frozenset[int] = frozenset()
    _broken: set[str] = field(default_factory=set, repr=False)
    _readings: dict[str, FileReading] = field(default_factory=dict, repr=False)
    _decisions: dict[str, tuple[Decision, ...]] = field(default_factory=dict, repr=False)
    _results: dict[str, FileResult] = field(default_factory=dict, repr=False)
    _own: dict[str, OwnCopy] = field(default_factory=dict, repr=False)
    _publications: dict[str, Publication] = field(default_factory=dict, repr=False)
    _examined: dict[str, PublicationResult] = field(default_factory=dict, repr=False)
    _similarities: dict[str, Similarity] = field(default_factory=dict, repr=False)

    @classmethod
    def open(cls, order: Order) -> Session:
        """Open a dossier and check all that can be refused before any work.

        Raises:
            UsageError: The identity, the policy, the registry, the corpus, the description or the
                output folder is not usable.
            RefusedInputError: The dossier as a whole is refused.
        """
        policy = load_policy(order.policy) if order.policy else None
        identity = load_identity(order.identity) if order.identity else None
        dossier = order.dossier.resolve()
        if dossier.is_dir() and order.out.resolve().is_relative_to(dossier):
            raise OutputInsideError(str(order.out))
        choose_registry(order.registry).close()
        corpus = choose_corpus(order.corpus)
        if corpus is not None:
            corpus.close()
        private = order.out / "work"
        try:
            private.mkdir(parents=True, exist_ok=True, mode=0o700)
            unpacked = Path(tempfile.mkdtemp(prefix="unpacked-", dir=private))
        except OSError:
            raise OutputFolderError(str(order.out)) from None
        try:
            bundle = open_bundle(order.dossier, unpacked)
            applicant = identity or bundle.applicant
            if applicant is None:
                raise NoApplicantError(bundle.name)
            return cls(
                id=order.id,
                order=order,
                case=CaseFile(order.out),
                unpacked=unpacked,
                bundle=bundle,
                applicant=applicant,
                policy=policy or load_policy(bundle.policy or DEFAULT_POLICY),
                progress=Tally(len(bundle.files)),
            )
        except BaseException:
            shutil.rmtree(unpacked, ignore_errors=True)
            # Only what is empty goes, so an earlier run's results stay.
            with contextlib.suppress(OSError):
                private.rmdir()
                order.out.rmdir()
            raise

    def close(self) -> None:
        """Remove what was unpacked."""
        shutil.rmtree(self.unpacked, ignore_errors=True)

    @cached_property
    def jobs(self) -> list[Job]:
        """The attachments, in the dossier's order."""
        return [
            Job(id=a.id, path=file.path, name=a.file, kind=a.kind)
            for file in self.bundle.files
            for a in (file.attachment,)
        ]

    @property
    def own_copies(self) -> list[int]:
        """The attachments (from 0) that were read and have the applicant's own masked copy."""
        return [
            n
            for n, (job, file) in enumerate(zip(self.jobs, self.bundle.files, strict=True))
            if file.masked is not None and job.id in self._readings
        ]

    @property
    def refused(self) -> Sequence[MangpingError]:
        """Members of the dossier that are not taken."""
        return self.bundle.errors

    @property
    def refusals(self) -> list[ErrorEntry]:
        """The same, for people."""
        return [ErrorEntry.of(error, self.applicant) for error in self.refused]

    @property
    def results(self) -> list[FileResult]:
        """What became of the attachments so far, in the dossier's order."""
        return [self._results[job.id] for job in self.jobs if job.id in self._results]

    @property
    def tools(self) -> Tools:
        """What all attachments share, made at the first call; ModelError where one is missing."""
        with self._lock:
            return self._tools

    @cached_property
    def _tools(self) -> Tools:
        return make_tools(self.applicant, self.policy)

    def read(self, number: int) -> FileReading | None:
        """Read attachment ``number`` (from 0); None when it is refused."""
        job, tools = self.jobs[number], self.tools

        def work() -> FileReading:
            reading = read_file(job, tools, CaseWork(self.case), self.progress)
            self._readings[job.id] = reading
            return reading

        with self.attempts.reading(job.id) if self.attempts else contextlib.nullcontext():
            return self._guarded(job, work)

    def decided(self, number: int) -> tuple[Decision, ...]:
        """Return what is decided on the findings of attachment ``number`` (from 0)."""
        return self._decisions.get(self.jobs[number].id, ())

    def carried_out(self, file_id: str) -> tuple[int, ...]:
        """Return the numbers of the corrections that the copy of an attachment carries out."""
        concerned = [c.number for c in self.corrections if c.file in (None, file_id)]
        return tuple(number for number in concerned if number in self._carried)

    def suspects(self) -> list[int]:
        """The attachments (from 0) whose reading did not end once: to be read alone, last."""
        marks = self.attempts
        return [n for n, job in enumerate(self.jobs) if marks is not None and marks.count(job.id)]

    def decide(self) -> int:
        """Decide on all attachments together; return the number of decisions."""
        files = [self._readings[job.id] for job in self.jobs if job.id in self._readings]
        decisions, seconds = decide_together(files, self.tools)
        readings = {file.job.id: file.readings for file in files}
        wanted = [c for c in self.corrections if finds_its_page(c, readings)]
        self._decisions.update(correct(decisions, readings, wanted, self.policy))
        self._carried = frozenset(c.number for c in wanted)
        for file in files:
            self._readings[file.job.id] = replace(file, seconds=seconds[file.job.id])
        return sum(len(own) for own in decisions.values())

    def compare(self, number: int) -> OwnCopy:
        """Check the applicant's own masked copy of attachment ``number`` (from 0)."""
        job, file = self.jobs[number], self.bundle.files[number]
        if file.masked is None:
            raise ValueError("the attachment has no masked copy of the applicant's")
        masked = Job(f"{job.id}-own", file.masked, file.masked_name, job.kind)
        try:
            report, shown = compare_read(
                self._readings[job.id], self._decisions[job.id], masked, self.tools
            )
            own = own_copy(self.case, job, masked, report, shown, self.applicant, self.policy)
        except Exception as caught:
            error = as_mangping_error(caught, masked.name)
            own = OwnCopy(verdict="error", error=ErrorEntry.of(error, self.applicant))
        self._own[job.id] = own
        return own

    @property
    def publications(self) -> dict[str, Publication]:
        """What the rules say of the papers and books, by attachment."""
        return dict(self._publications)

    def examine(self) -> dict[str, Publication]:
        """Examine all papers and books with their similarity reports."""
        ids = {job.id for job in self.jobs if job.kind in PUBLICATIONS}
        said = {a.id: a.report_of for a in (file.attachment for file in self.bundle.files)}
        with choose_registry(self.order.registry) as registry:
            examined = examine_dossier(
                [self._readings[job.id] for job in self.jobs if job.id in self._readings],
                ids,
                {report: owner for report, owner in said.items() if owner is not None},
                self.tools,
                CaseWork(self.case),
                registry,
                date.today(),
            )
        self._examined = {
            key: one.result for key, one in examined.items() if isinstance(one, Examined)
        }
        self._publications = keep_examinations(
            self.case, examined, self._readings, self.tools, with_text=self.order.with_text
        )
        return self.publications

    def compare_texts(self) -> dict[str, Similarity]:
        """Compare papers, summaries and teaching designs with the corpus and with each other.

        With a round the dossier's texts come into the corpus, so that the next dossiers of the
        round are compared with them too.
        """
        files = [
            self._readings[job.id]
            for job in self.jobs
            if job.kind in COMPARED and job.id in self._readings
        ]
        today, round_ = date.today(), self.order.review_round
        texts = (
            dossier_texts(
                files,
                self._examined,
                author_of(self.applicant),
                self.id,
                review_round=round_,
                handed_in=today.year,
            )
            if files
            else {}
        )
        names = {file.job.id: file.job.name for file in files}
        self._similarities = keep_comparisons(
            self.case,
            compare_with_corpus(
                texts, names, self.order.corpus, self.id if round_ is not None else None
            ),
            self._readings,
            self._decisions,
            self.tools,
            today.isoformat(),
            with_text=self.order.with_text,
            strings=hidden_strings(self.corrections),
        )
        return dict(self._similarities)

    def finish(self, number: int) -> FileResult:
        """Build, check and store the copy of attachment ``number`` (from 0)."""
        job, tools = self.jobs[number], self.tools

        def work() -> FileResult:
            options = Options(
                with_text=self.order.with_text,
                text_layer=self.order.text_layer,
                hidden=hidden_strings(self.corrections),
            )
            return finish_into_case(
                self.case,
                self._readings[job.id],
                self._decisions[job.id],
                tools,
                options=options,
                progress=self.progress,
            )

        if job.id not in self._results:
            result = self._guarded(job, work)
            if result is not None:
                beside = {
                    "own_copy": self._own.get(job.id),
                    "publication": self._publications.get(job.id),
                    "similarity": self._similarities.get(job.id),
                }
                self._results[job.id] = result.model_copy(update=beside)
                self.progress.closed(job.id)
            self._readings.pop(job.id, None)
        return self._results[job.id]

    def report(self) -> None:
        """Write the report and the manifest."""
        discard_strangers(self.case, self.jobs)
        write_report(self.case, self.results, self.refusals, self.policy)
        write_manifest(self.case, self.id, self.results, self.refused, self.tools)

    def _guarded(self, job: Job, work: Callable[[], T]) -> T | None:
        """Run a step; what goes wrong becomes the attachment's result.

        Raises:
            TryAgainError: It failed, not by the file's own fault, and may be tried again.
        """
        try:
            return work()
        except Exception as caught:
            error = as_mangping_error(caught, job.name)
            if not isinstance(error, RefusedInputError):
                self._failures[job.id] += 1
                if self._failures[job.id] < self.tries:
                    raise TryAgainError(job.id, code=error.code) from None
                self._broken.add(job.id)
            self._fail(job, error)
            return None

    def _fail(self, job: Job, error: MangpingError) -> None:
        self._results[job.id] = discard_and_fail(self.case, job, error, self.tools)
        self.progress.closed(job.id)

    def give_up(self, number: int, error: MangpingError) -> None:
        """Leave attachment ``number`` (from 0) to a person without trying it."""
        self._broken.add(self.jobs[number].id)
        self._fail(self.jobs[number], error)

    def is_broken(self, number: int) -> bool:
        """Whether attachment ``number`` (from 0) failed for another reason than its own bytes."""
        return self.jobs[number].id in self._broken

    def result(self, number: int) -> FileResult | None:
        """What became of attachment ``number`` (from 0), if it has ended."""
        return self._results.get(self.jobs[number].id)

    def own_copy(self, number: int) -> OwnCopy | None:
        """What became of the own copy of attachment ``number`` (from 0)."""
        return self._own.get(self.jobs[number].id)

    def similarity(self, number: int) -> Similarity | None:
        """What the text of attachment ``number`` (from 0) shares, if it was compared."""
        return self._similarities.get(self.jobs[number].id)
