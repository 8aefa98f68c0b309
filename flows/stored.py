"""A dossier of the database while a flow works at it: opened, kept, recorded, given back.

The applicant is decrypted and the files are pulled into a private folder of this process; what can
be resumed from lies encrypted in the store, so any worker that shares the store resumes. The run
holds a lease, and what it sends after another worker took over is refused by the database.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from django.db import Error as DriverError
from django.db import connection

from dossiers.errors import LeaseLostError, StorageError
from dossiers.models import Attachment as AttachmentRow
from dossiers.models import RunKind, StoredFile
from dossiers.places import private_folder
from dossiers.services.correcting import corrections_of
from dossiers.services.leases import LEASE_SECONDS, LeaseGrant, heartbeat
from dossiers.services.lookup import dossier_of
from dossiers.services.runs import RunGrant, finish_run, start_run
from dossiers.states import AttachmentState
from dossiers.storage import Storage
from flows.attempts import Attempts
from flows.cases import Order
from flows.errors import GivenUpError
from flows.open_sessions import give_back, lend
from flows.progress_bar import Tally
from flows.session import Session
from pipeline.dossier import Applicant, Attachment
from pipeline.errors import MangpingError
from pipeline.intake import Bundle
from pipeline.intake.bundle import BundleFile
from pipeline.policy import load_policy

# A step that fails so often puts its attachment before a person.
TRIES = 3
# How the audit chain names this process; says nothing about the machine.
WORKER = os.environ.get("MANGPING_WORKER") or f"w-{secrets.token_hex(4)}"


def lease_seconds() -> float:
    """Return how long a worker may be silent: ``MANGPING_LEASE_SECONDS``, else the default."""
    return float(os.environ.get("MANGPING_LEASE_SECONDS") or LEASE_SECONDS)


@dataclass
class StoredRun:
    """One run over a dossier of the database.

    Attributes:
        grant: The run and its lease.
        session: The opened dossier.
        attachments: The rows, in the order of the session's jobs.
        counts: Numbers for people, written when the run ends.
    """

    grant: RunGrant
    session: Session
    attachments: Sequence[AttachmentRow]
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def dossier_id(self) -> str:
        """The dossier's id."""
        return self.session.id

    def number(self, ordinal: int) -> int:
        """Return an attachment's place (from 0) among the session's jobs.

        Raises:
            ValueError: The dossier has none of that ordinal now.
        """
        return [row.ordinal for row in self.attachments].index(ordinal)


@contextmanager
def stored_run(
    dossier_id: str,
    kind: RunKind,
    *,
    flow_run: str = "",
    ordinal: int | None = None,
    rerun: bool = False,
    review_round: str | None = None,
) -> Iterator[StoredRun]:
    """Work at a dossier of the database; the run ends with the block, as failed after an error.

    When the process is told to stop, the run counts as lost, but against nobody.

    Args:
        dossier_id: Which.
        kind: What is done.
        flow_run: Prefect's id of the flow run.
        ordinal: The one attachment it is about.
        rerun: Process although it was processed before; attachments that had been given up are
            tried again.
        review_round: Round under which its texts come into the corpus; None adds none.

    Raises:
        RunningError: Somebody else works at it.
        StateError: It is not in a state for it.
        UnknownThingError: There is no such dossier.
    """
    grant = start_run(
        dossier_id,
        kind,
        worker=WORKER,
        flow_run=flow_run,
        ordinal=ordinal,
        rerun=rerun,
        seconds=lease_seconds(),
    )
    completed = stopped = False
    run: StoredRun | None = None
    try:
        # It has stopped beating when the lease is given back, or it would take it again.
        with _heart(grant.lease):
            run = _open(grant, rerun=rerun, review_round=review_round)
            lend(run.session)
            yield run
            completed = True
    except BaseException as error:
        # The worker is told to stop: no file's fault.
        stopped = not isinstance(error, Exception)
        if stopped and run is not None and run.session.attempts is not None:
            run.session.attempts.excuse()
        raise
    finally:
        give_back(dossier_id)
        counts = run.counts if run else {}
        # Whoever took over says how it ends.
        with suppress(LeaseLostError):
            finish_run(grant, completed=completed, stopped=stopped, counts=counts)


def _open(grant: RunGrant, *, rerun: bool, review_round: str | None) -> StoredRun:
    dossier = dossier_of(grant.run.dossier_id)
    present = dossier.attachments.exclude(state=AttachmentState.REMOVED)
    rows = list(present.select_related("original", "own_file", "report_of").order_by("ordinal"))
    case = Storage().case(dossier.pk)
    attempts = Attempts(case)
    if rerun:
        attempts.forget()
    folder = _private(dossier.pk, grant.lease.token)
    files, failures = _pulled(rows, folder)
    person = dossier.applicant
    session = Session(
        id=dossier.pk,
        order=Order(dossier=folder, out=folder, with_text=True, review_round=review_round),
        case=case,
        unpacked=folder,
        bundle=Bundle(name=dossier.pk, files=files),
        applicant=Applicant(
            name=person.name,
            unit=person.unit,
            id_number=person.id_number,
            phone=person.phone,
            email=person.email,
        ),
        policy=load_policy(dossier.policy),
        progress=Tally(len(rows)),
        tries=TRIES,
        attempts=attempts,
        corrections=corrections_of(dossier.pk),
    )
    for number, error in failures.items():
        session.give_up(number, error)
    for number, job in enumerate(session.jobs):
        if attempts.are_used_up(job.id):
            session.give_up(number, GivenUpError(job.id))
    return StoredRun(grant, session, rows)


def _private(dossier_id: str, token: int) -> Path:
    """Make this run's private folder, and remove what killed runs of this machine left."""
    work = private_folder("work")
    for left in work.glob(f"{dossier_id}.*"):
        if int(left.suffix[1:]) < token:
            shutil.rmtree(left, ignore_errors=True)
    return private_folder("work", f"{dossier_id}.{token}")


def _pulled(
    rows: Sequence[AttachmentRow], folder: Path
) -> tuple[tuple[BundleFile, ...], dict[int, MangpingError]]:
    """Pull all files from the store; one that cannot be had fails its attachment only."""
    files: list[BundleFile] = []
    failures: dict[int, MangpingError] = {}
    for number, row in enumerate(rows):
        try:
            path = _pull(row.original, folder)
            own = _pull(row.own_file, folder) if row.own_file else None
        except StorageError as error:
            path, own, failures[number] = folder / row.original.key, None, error
        noun = Attachment(
            id=row.code,
            file=row.original.name or row.code,
            kind=row.kind,
            report_of=row.report_of.code if row.report_of else None,
        )
        name = row.own_file.name if row.own_file else ""
        files.append(BundleFile(noun, path, masked=own, masked_name=name))
    return tuple(files), failures


def _pull(file: StoredFile, folder: Path) -> Path:
    place = folder / file.key
    digest = hashlib.sha256()
    handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with Storage().open(file) as stored, os.fdopen(handle, "wb") as out:
        while piece := stored.read(1 << 20):
            digest.update(piece)
            out.write(piece)
    if digest.hexdigest() != file.sha256:
        raise StorageError(file.key)
    return place


@contextmanager
def _heart(lease: LeaseGrant) -> Iterator[None]:
    """Renew a lease beside the work, until it is lost or the block ends."""
    ended = threading.Event()

    def beat() -> None:
        try:
            while not ended.wait(lease_seconds() / 4):
                try:
                    heartbeat(lease, seconds=lease_seconds())
                except LeaseLostError:
                    return
                except DriverError:
                    # A database that restarts is asked again; the lease may outlast it.
                    connection.close()
        finally:
            connection.close()

    thread = threading.Thread(target=beat, name="lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
