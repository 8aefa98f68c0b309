"""Writes what a run made into the database and the store, one attachment at a time."""

from __future__ import annotations

import time
from collections.abc import Sequence

from django.utils import timezone

from dossiers import audit
from dossiers.errors import LeaseLostError
from dossiers.models import Attachment, FileRole, StoredFile
from dossiers.moves import locked_dossier
from dossiers.services.leases import require_lease
from dossiers.services.releasing import settle
from dossiers.services.results import AttachmentOutcome, attach_result
from dossiers.services.runs import put_before_person
from dossiers.states import AttachmentState
from dossiers.storage import Storage
from flows.stored import TRIES, StoredRun
from pipeline import casefile
from pipeline.dossier import VerdictKind
from pipeline.findings_file import FindingsFile
from pipeline.outcome import FileResult, OwnCopy, Publication, as_mangping_error

_WAIT_SECONDS = 0.5


def record(run: StoredRun, number: int) -> None:
    """Record how attachment ``number`` (from 0) ended; what cannot be recorded goes to a person.

    Raises:
        LeaseLostError: Another worker has taken over.
    """
    row, result = run.attachments[number], run.session.result(number)
    if result is None:
        return
    if run.session.is_broken(number):
        _to_person(run, row, result.error.code if result.error else "failed")
        return
    for attempt in range(TRIES):
        try:
            _record(run, row, result)
            return
        except LeaseLostError:
            raise
        except Exception as caught:
            code = as_mangping_error(caught, row.code).code
            time.sleep(_WAIT_SECONDS * attempt)
    _to_person(run, row, code)


def record_own_copy(run: StoredRun, number: int, own: OwnCopy) -> None:
    """Record another check of the applicant's own masked copy of an attachment.

    Raises:
        LeaseLostError: Another worker has taken over.
    """
    row = run.attachments[number]
    said = row.publication
    result = FileResult(
        id=row.code,
        file=row.code,
        verdict=VerdictKind.CLEAN,
        pages=row.pages,
        own_copy=own,
        publication=Publication.model_validate(said) if said else None,
    )
    attach_result(run.dossier_id, AttachmentOutcome(row.ordinal, result), grant=run.grant)
    with audit.writing():
        require_lease(run.grant.lease)
        settle(locked_dossier(run.dossier_id), actor=audit.SYSTEM)


def record_similarity(run: StoredRun, number: int) -> None:
    """Keep the report for reviewers of an attachment's shared text, or none if there is none.

    Raises:
        StorageError: The store refuses.
    """
    session, job = run.session, run.session.jobs[number]
    found = session.similarity(number)
    name = report_name(job.id)
    page = session.case.read(found.report) if found is not None and found.report else None
    if page is None:
        _withdraw([file for file in reports(run.dossier_id) if file.name == name])
    else:
        _shelve(run.dossier_id, name, page)


def reports(dossier_id: str) -> list[StoredFile]:
    """Return the reports for reviewers that stand; their names are :func:`report_name`'s."""
    rows = StoredFile.objects.filter(dossier_id=dossier_id, role=FileRole.REPORT, withdrawn=None)
    return list(rows.order_by("created", "key"))


def report_name(code: str) -> str:
    """Return what the report on the shared text of an attachment is called in the store."""
    return f"{code}-similarity.html"


def _record(run: StoredRun, row: Attachment, result: FileResult) -> None:
    row.refresh_from_db()
    record_similarity(run, run.number(row.ordinal))
    session, carried = run.session, run.session.carried_out(row.code)
    if _stands(row, result, carried):
        return
    document = session.case.read(casefile.findings(row.code))
    if result.verdict is VerdictKind.ERROR or document is None:
        attach_result(run.dossier_id, AttachmentOutcome(row.ordinal, result), grant=run.grant)
        return
    with session.case.local(casefile.masked(row.code)) as copy:
        outcome = AttachmentOutcome(
            row.ordinal, result, copy, FindingsFile.model_validate_json(document), carried
        )
        attach_result(run.dossier_id, outcome, grant=run.grant)


def _stands(row: Attachment, result: FileResult, carried: Sequence[int]) -> bool:
    """Whether the result is recorded already and nobody asked for it anew."""
    own = result.own_copy.model_dump(mode="json") if result.own_copy else None
    said = result.publication.model_dump(mode="json") if result.publication else None
    current = row.current
    return (
        row.state != AttachmentState.WAITING
        and result.reused
        and current is not None
        and current.file.sha256 == result.copy_sha256
        and set(current.carries_out.values_list("pk", flat=True)) == set(carried)
        and (row.own_result, row.publication) == (own, said)
    )


def _to_person(run: StoredRun, row: Attachment, code: str) -> None:
    put_before_person(run.dossier_id, row.ordinal, code, lease=run.grant.lease)


def _shelve(dossier_id: str, name: str, data: bytes) -> None:
    storage = Storage()
    earlier = [file for file in reports(dossier_id) if file.name == name]
    made = storage.write(data, dossier=dossier_id, role=FileRole.REPORT, name=name)
    if any(file.sha256 == made.sha256 for file in earlier):
        storage.discard(made)
        return
    made.save(force_insert=True)
    _withdraw(earlier)


def _withdraw(files: Sequence[StoredFile]) -> None:
    keys = [file.key for file in files]
    StoredFile.objects.filter(pk__in=keys).update(withdrawn=timezone.now())
