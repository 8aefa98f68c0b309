"""Runs of flows: who begins one, how it ends, and what nobody has begun.

A run holds a lease on what it works at. A run whose lease has ended without a word is lost; the
sweep gives its dossier back. After three runs in a row that did not end, or left attachments over,
those attachments are put before a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from dossiers import audit
from dossiers.audit import AuditAction
from dossiers.errors import RunningError, StateError
from dossiers.models import Attachment, Dossier, Doubt, Run, RunKind, User
from dossiers.moves import locked_dossier, move
from dossiers.permissions import require
from dossiers.roles import Permission
from dossiers.services.leases import (
    LEASE_SECONDS,
    LeaseGrant,
    is_held,
    release_lease,
    require_lease,
    resource,
    take_lease,
)
from dossiers.services.lookup import attachment_of, dossier_of
from dossiers.services.releasing import is_settled
from dossiers.states import AttachmentState, DossierState, RunState

MOST_FAILURES = 3
_GIVEN_UP = "这个附件多次处理失败，没有可用的副本；请查看运行记录，修复后重做，或退回申报人。"
_PROCESSING = (RunKind.PROCESS_DOSSIER, RunKind.PROCESS_ATTACHMENT)


@dataclass(frozen=True, slots=True)
class RunGrant:
    """A run that has begun, and the lease it must renew."""

    run: Run
    lease: LeaseGrant


def start_run(
    dossier_id: str,
    kind: RunKind,
    *,
    worker: str,
    flow_run: str = "",
    ordinal: int | None = None,
    rerun: bool = False,
    seconds: float = LEASE_SECONDS,
) -> RunGrant:
    """Begin a run; a processing one moves the dossier to ``processing``.

    Args:
        dossier_id: Over which dossier.
        kind: Of which flow.
        worker: Who runs it: an opaque code.
        flow_run: Prefect's id of the flow run.
        ordinal: The one attachment it is about.
        rerun: Process although the dossier was processed before; without it (an upload's event, the
            sweep) only a submitted dossier is begun.
        seconds: How long its lease lasts without a heartbeat.

    Raises:
        RunningError: A run has the dossier now.
        StateError: The dossier is not in a state for it.
    """
    processing = kind in _PROCESSING
    what = resource(dossier_id) if processing else f"{resource(dossier_id)}/{kind}"
    with audit.writing():
        dossier = locked_dossier(dossier_id)
        lease = take_lease(what, worker, seconds=seconds)
        if lease is None:
            raise RunningError(dossier_id)
        _lose(dossier, Run.objects.filter(state=RunState.RUNNING, resource=what))
        if processing:
            dossier.refresh_from_db()
            if dossier.state != DossierState.SUBMITTED and not rerun:
                now = DossierState(dossier.state).label
                wanted = DossierState.PROCESSING.label
                raise StateError(dossier_id, state=now, wanted=wanted)
            move(dossier, DossierState.PROCESSING, actor=_actor(worker))
        run = Run.objects.create(
            dossier=dossier,
            attachment=None if ordinal is None else attachment_of(dossier_id, ordinal),
            kind=kind,
            flow_run=flow_run,
            worker=worker,
            resource=what,
            token=lease.token,
        )
        audit.append(
            AuditAction.RUN_STARTED,
            actor=_actor(worker),
            dossier=dossier_id,
            subject=f"run:{run.pk}",
            details={"kind": kind.value, "flow_run": flow_run},
        )
    return RunGrant(run, lease)


def finish_run(
    grant: RunGrant,
    *,
    completed: bool = True,
    stopped: bool = False,
    counts: Mapping[str, int] | None = None,
) -> Dossier:
    """End a run and move its dossier on: to review, to ready, or back to submitted.

    Args:
        grant: As :func:`start_run` returned it.
        completed: Whether the flow came to its end; single attachments may have failed.
        stopped: Whether somebody stopped the worker: its dossier waits for the next one, and it
            does not count among the runs that did not end.
        counts: Numbers by name, for people.

    Raises:
        LeaseLostError: Another worker has taken over; then nothing is changed.
    """
    run = grant.run
    with audit.writing():
        require_lease(grant.lease)
        dossier = locked_dossier(run.dossier_id)
        _end(run, _how(completed, stopped), counts or {})
        if run.kind in _PROCESSING and dossier.state == DossierState.PROCESSING:
            if stopped:
                move(dossier, DossierState.SUBMITTED, actor=audit.SYSTEM, reason="stopped")
            else:
                _move_on(dossier, failed=not completed)
        release_lease(grant.lease)
    return dossier


def note_progress(grant: RunGrant, counts: Mapping[str, int]) -> None:
    """Say how far a run is, for who waits for it; its end replaces what was said."""
    Run.objects.filter(pk=grant.run.pk, state=RunState.RUNNING).update(counts=dict(counts))


def next_dossiers_to_start(*, limit: int = 20, grace_seconds: float = 60.0) -> list[str]:
    """The sweep: give back what lost workers had, and return what nobody has begun, oldest first.

    Args:
        limit: At most so many ids.
        grace_seconds: What was submitted more recently is left to its own event.
    """
    running = Run.objects.filter(state=RunState.RUNNING).select_related("dossier")
    for run in running:
        if not is_held(run.resource, run.token):
            with audit.writing():
                dossier = locked_dossier(run.dossier_id)
                _lose(dossier, Run.objects.filter(pk=run.pk, state=RunState.RUNNING))
    before = timezone.now() - timedelta(seconds=grace_seconds)
    waiting = Dossier.objects.filter(state=DossierState.SUBMITTED, submitted__lte=before)
    return list(waiting.order_by("submitted", "pk").values_list("pk", flat=True)[:limit])


def request_rerun(
    dossier_id: str, *, ordinal: int | None = None, by: User | None = None
) -> Dossier:
    """Put a processed dossier, or one attachment of it, back in line.

    Raises:
        StateError: It is not processed yet, is being processed, or is released.
    """
    if by is not None:
        require(by, Permission.RUN, dossier_of(dossier_id))
    with audit.writing():
        dossier = locked_dossier(dossier_id)
        move(dossier, DossierState.SUBMITTED, actor=audit.actor_of(by), reason="rerun")
        again = dossier.attachments.exclude(
            state__in=[AttachmentState.REMOVED, AttachmentState.WAITING]
        )
        for attachment in again if ordinal is None else again.filter(ordinal=ordinal):
            move(attachment, AttachmentState.WAITING, actor=audit.actor_of(by), reason="rerun")
        dossier.submitted, dossier.failures = timezone.now(), 0
        dossier.save(update_fields=["submitted", "failures"])
    return dossier


def put_before_person(
    dossier_id: str,
    ordinal: int,
    code: str,
    *,
    lease: LeaseGrant | None = None,
    message: str = _GIVEN_UP,
) -> None:
    """Put an attachment whose work failed for good before a person.

    Args:
        dossier_id: Whose it is.
        ordinal: Which attachment.
        code: Of the error.
        lease: Of the run that does it.
        message: What the person is told.

    Raises:
        LeaseLostError: Another worker has taken over.
    """
    with audit.writing():
        if lease is not None:
            require_lease(lease)
        locked_dossier(dossier_id)
        _give_up(attachment_of(dossier_id, ordinal), code, message)


def _move_on(dossier: Dossier, *, failed: bool) -> None:
    left = dossier.attachments.filter(state=AttachmentState.WAITING)
    if failed or left.exists():
        dossier.failures += 1
        if dossier.failures < MOST_FAILURES:
            dossier.save(update_fields=["failures"])
            move(dossier, DossierState.SUBMITTED, actor=audit.SYSTEM, reason="failed")
            return
        for attachment in left.select_related("dossier"):
            _give_up(attachment, "failed-repeatedly")
    dossier.failures = 0
    dossier.save(update_fields=["failures"])
    wanted = DossierState.READY if is_settled(dossier) else DossierState.REVIEW
    move(dossier, wanted, actor=audit.SYSTEM)


def _give_up(attachment: Attachment, code: str, message: str = _GIVEN_UP) -> None:
    if not attachment.doubts.filter(code=code, closed=None).exists():
        Doubt.objects.create(attachment=attachment, code=code, message=message)
    if attachment.state != AttachmentState.PERSON:
        move(attachment, AttachmentState.PERSON, actor=audit.SYSTEM, reason=code)


def _lose(dossier: Dossier, runs: QuerySet[Run]) -> None:
    for run in runs:
        _end(run, RunState.LOST, {})
        if run.kind in _PROCESSING and dossier.state == DossierState.PROCESSING:
            _move_on(dossier, failed=True)


def _how(completed: bool, stopped: bool) -> RunState:
    if stopped:
        return RunState.LOST
    return RunState.COMPLETED if completed else RunState.FAILED


def _end(run: Run, state: RunState, counts: Mapping[str, int]) -> None:
    run.counts, run.ended = dict(counts), timezone.now()
    move(run, state, actor=audit.SYSTEM)
    run.save(update_fields=["counts", "ended"])
    audit.append(
        AuditAction.RUN_ENDED,
        actor=_actor(run.worker),
        dossier=run.dossier_id,
        subject=f"run:{run.pk}",
        details={"state": state.value, **counts},
    )


def _actor(worker: str) -> str:
    return f"worker:{worker}"
