from __future__ import annotations

from pathlib import Path

import pytest

from dossiers.audit import AuditAction
from dossiers.errors import LeaseLostError, RunningError, StaleError, StateError
from dossiers.models import CopyVersion, Dossier, RunKind
from dossiers.services.deciding import open_queue
from dossiers.services.leases import heartbeat, release_lease, resource, take_lease
from dossiers.services.results import attach_result
from dossiers.services.runs import (
    MOST_FAILURES,
    RunGrant,
    finish_run,
    next_dossiers_to_start,
    put_before_person,
    request_rerun,
    start_run,
)
from dossiers.states import AttachmentState, DossierState, RunState
from tests.dossiers.papers import (
    ORIGINAL,
    begin,
    events,
    open_dossier,
    outcome,
    processed,
    submit_dossier,
    upload,
)


def _submitted(files: int = 1) -> Dossier:
    return submit_dossier(open_dossier(files).pk)


def _begun_and_lost(dossier: Dossier) -> RunGrant:
    return start_run(dossier.pk, RunKind.PROCESS_DOSSIER, worker="killed", seconds=-1)


def test_the_sweep_finds_what_nobody_began_oldest_first(db: None) -> None:
    first, second, running = _submitted(), _submitted(), _submitted()
    open_dossier()
    begin(running)
    assert next_dossiers_to_start(grace_seconds=0) == [first.pk, second.pk]
    assert next_dossiers_to_start(grace_seconds=0, limit=1) == [first.pk]
    assert next_dossiers_to_start(grace_seconds=60) == []


def test_what_a_killed_worker_had_goes_to_another_and_its_late_results_nowhere(
    db: None, tmp_path: Path
) -> None:
    dossier = _submitted()
    lost = _begun_and_lost(dossier)
    assert next_dossiers_to_start(grace_seconds=0) == [dossier.pk]
    taken = begin(dossier, worker="other")
    late = outcome(dossier.attachments.get(), tmp_path)
    with pytest.raises(LeaseLostError):
        attach_result(dossier.pk, late, grant=lost)
    with pytest.raises(LeaseLostError):
        finish_run(lost)
    assert not CopyVersion.objects.exists()
    attach_result(dossier.pk, late, grant=taken)
    assert finish_run(taken, counts={"clean": 1}).state == DossierState.READY
    assert sorted(dossier.runs.values_list("state", flat=True)) == [
        RunState.COMPLETED,
        RunState.LOST,
    ]


def test_one_run_at_a_time_and_none_twice_by_itself(db: None, tmp_path: Path) -> None:
    dossier = _submitted()
    grant = begin(dossier)
    with pytest.raises(RunningError):
        begin(dossier, worker="other")
    attach_result(dossier.pk, outcome(dossier.attachments.get(), tmp_path), grant=grant)
    finish_run(grant)
    with pytest.raises(StateError):
        begin(dossier)
    assert begin(dossier, rerun=True).run.state == RunState.RUNNING


def test_what_fails_three_times_is_put_before_a_person(db: None) -> None:
    dossier = _submitted(2)
    put_before_person(dossier.pk, 2, "reader-crashed")
    for _ in range(MOST_FAILURES):
        assert next_dossiers_to_start(grace_seconds=0) == [dossier.pk]
        _begun_and_lost(dossier)
    assert next_dossiers_to_start(grace_seconds=0) == []
    dossier.refresh_from_db()
    assert dossier.state == DossierState.REVIEW
    assert {a.state for a in dossier.attachments.all()} == {AttachmentState.PERSON}
    assert [d.code for d in open_queue(dossier.pk)] == ["failed-repeatedly", "reader-crashed"]
    assert request_rerun(dossier.pk).failures == 0
    assert begin(dossier).run.state == RunState.RUNNING
    assert events(AuditAction.RUN_ENDED) == MOST_FAILURES


def test_the_same_result_again_adds_nothing_and_a_result_of_another_file_is_refused(
    db: None, tmp_path: Path
) -> None:
    dossier = processed(tmp_path)
    attachment = dossier.attachments.get()
    grant = begin(dossier, rerun=True)
    attach_result(dossier.pk, outcome(attachment, tmp_path), grant=grant)
    assert attachment.versions.count() == 1 and dossier.files.count() == 3
    attach_result(dossier.pk, outcome(attachment, tmp_path, data=b"better"), grant=grant)
    assert attachment.versions.count() == 2
    other = upload(open_dossier(0), ORIGINAL + b"other")
    with pytest.raises(StaleError):
        attach_result(dossier.pk, outcome(other, tmp_path), grant=grant)


def test_a_page_is_worked_at_by_one_worker_until_its_lease_ends(db: None) -> None:
    page = resource("d-0123456789ab", 3, 12)
    assert page == "d-0123456789ab/a003/p12"
    first = take_lease(page, "w1")
    assert first is not None and take_lease(page, "w2") is None
    heartbeat(first, seconds=-1)
    second = take_lease(page, "w2")
    assert second is not None and second.token > first.token
    with pytest.raises(LeaseLostError):
        heartbeat(first)
    release_lease(first)
    assert take_lease(page, "w3") is None
    release_lease(second)
    assert take_lease(page, "w3") is not None
