"""The flow ``sweep``: what nobody started is started, what was left half-way is given back.

The state is the database's. Prefect is only asked what it is about to run anyway, so that a queue
of dossiers is not queued once more every minute.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from prefect import flow
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterName,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.deployments import run_deployment
from prefect.states import Cancelled, Crashed

from flows.names import PROCESS, SWEEP, full_name
from flows.parameters import Counts, GraceSeconds
from flows.quiet import quiet

_MOST = 200
# Longer than any run takes to begin, or to end after its last row.
_ABANDONED = timedelta(minutes=10)


@flow(
    name=SWEEP,
    description="巡检：启动没有人处理的材料，收回中断的处理，清理放弃的上传。",
    flow_run_name=SWEEP,
    persist_result=False,
    log_prints=False,
)
def sweep(grace_seconds: GraceSeconds = 60) -> Counts:
    """Start what nobody started, give back what lost workers had, give up stale uploads.

    Returns:
        How many dossiers were started, runs were found lost, and uploads were given up.
    """
    with quiet(SWEEP):
        from dossiers import prepare

        prepare()
        from dossiers.services.runs import next_dossiers_to_start
        from dossiers.services.uploads import abandon_stale_uploads

        uploads = abandon_stale_uploads()
        waiting = next_dossiers_to_start(grace_seconds=grace_seconds, limit=_MOST)
        with get_client(sync_client=True) as client:
            lost = _close_lost(client)
            _cancel_missed_sweeps(client)
            queued = {run.parameters.get("dossier_id") for run in _about_to_run(client)}
        unstarted = [dossier_id for dossier_id in waiting if dossier_id not in queued]
        for dossier_id in unstarted:
            run_deployment(
                full_name(PROCESS),
                parameters={"dossier_id": dossier_id},
                timeout=0,
                as_subflow=False,
            )
        return {"started": len(unstarted), "lost": lost, "uploads": uploads}


def _about_to_run(client: SyncPrefectClient) -> Iterator[FlowRun]:
    """Yield the runs of ``process-dossier`` that a living worker will take or has just taken."""
    from flows.stored import lease_seconds

    # What was taken and has no lease after so long belongs to a worker that is gone; should it
    # only be slow, the second to begin finds nothing to do.
    now, longest = datetime.now(UTC), timedelta(seconds=lease_seconds())
    for run in _runs(client, PROCESS, (StateType.SCHEDULED, StateType.PENDING, StateType.RUNNING)):
        scheduled = run.state_type is StateType.SCHEDULED
        if scheduled or (run.state is not None and now - run.state.timestamp < longest):
            yield run


def _cancel_missed_sweeps(client: SyncPrefectClient) -> None:
    """Cancel the sweeps that were due while no worker was there: this one does their work."""
    now = datetime.now(UTC)
    for run in _runs(client, SWEEP, (StateType.SCHEDULED,)):
        # One that a person asked for has parameters of its own.
        due = run.auto_scheduled and run.expected_start_time
        if due and due < now:
            client.set_flow_run_state(run.id, Cancelled(message="missed"))


def _close_lost(client: SyncPrefectClient) -> int:
    """Let Prefect show as crashed what is lost; until then it holds a place of its queue's limit.

    The database knows it at once of a run that had a lease. One that was taken and never got a
    lease, and one without, such as a sweep, is given up after a while.
    """
    from dossiers.models import Run
    from dossiers.states import RunState

    lost, now = 0, datetime.now(UTC)
    for found in _runs(client, None, (StateType.PENDING, StateType.RUNNING)):
        if found.deployment_id is None or found.state is None:
            continue
        row = Run.objects.filter(flow_run=str(found.id)).order_by("-pk").first()
        state = row.state if row is not None else None
        is_old = now - found.state.timestamp > _ABANDONED
        if state == RunState.LOST or (state != RunState.RUNNING and is_old):
            client.set_flow_run_state(found.id, Crashed(message="worker lost"), force=True)
            lost += 1
    return lost


def _runs(
    client: SyncPrefectClient, deployment: str | None, states: tuple[StateType, ...]
) -> Iterator[FlowRun]:
    wanted = FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=list(states))))
    named = DeploymentFilter(name=DeploymentFilterName(any_=[deployment])) if deployment else None
    offset = 0
    while page := client.read_flow_runs(
        flow_run_filter=wanted, deployment_filter=named, limit=_MOST, offset=offset
    ):
        yield from page
        offset += len(page)
