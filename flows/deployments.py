"""Registers the deployments and works at them: ``python -m flows.deployments``, beside a server.

What reads pages runs one at a time on an office PC (``MANGPING_RUNS`` allows more); the sweep and
the publishing have queues of their own and never wait behind it. How many run at once on all
machines together is a limit of each queue, which can be seen and changed on Prefect's pages.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import signal
import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flows.errors import ServerError
from flows.names import (
    CORRECT,
    INGEST,
    PROCESS,
    PROCESS_ATTACHMENT,
    PUBLISH,
    SIMILARITY,
    SUBMITTED,
    SWEEP,
    VERIFY_PAIR,
)
from flows.prefect_home import set_environment, wait_for_api
from pipeline.errors import MangpingError

if TYPE_CHECKING:
    from prefect.client.orchestration import PrefectClient
    from prefect.deployments.runner import RunnerDeployment
    from prefect.flows import Flow

    from flows.worker import OfficeWorker

_HEAVY = "heavy"
_LIGHT = "light"
# Without a limit of Prefect's: it is what gives back the places that dead runs hold.
_SWEEPS = "sweep"
# What a queue is for, and how many of its runs at once, on all machines together.
_QUEUES = {
    _HEAVY: ("识别、打码、复核、查重：读页面的流程。并发上限对所有机器合计，可在此修改。", 4),
    _LIGHT: ("发布。并发上限对所有机器合计，可在此修改。", 2),
    _SWEEPS: ("巡检，不设上限。", None),
}
_SWEEP_EVERY = timedelta(minutes=1)
_LIGHT_RUNS = 2
_LIGHT_SECONDS = 5.0


def flow_named(deployment: str) -> Flow[..., Any]:
    """Return the flow of a deployment.

    Raises:
        KeyError: There is no such deployment.
    """
    from flows.correct import correct_dossier
    from flows.process import process_attachment, process_dossier
    from flows.publish import publish_dossier
    from flows.rechecks import ingest_corpus, similarity_recheck, verify_pair
    from flows.sweep import sweep

    flows: dict[str, Any] = {
        PROCESS: process_dossier,
        PROCESS_ATTACHMENT: process_attachment,
        CORRECT: correct_dossier,
        VERIFY_PAIR: verify_pair,
        SIMILARITY: similarity_recheck,
        INGEST: ingest_corpus,
        PUBLISH: publish_dossier,
        SWEEP: sweep,
    }
    return flows[deployment]  # type: ignore[no-any-return]


async def all_deployments() -> list[RunnerDeployment]:
    """Return what is registered with Prefect."""
    from prefect.events import DeploymentEventTrigger

    submitted = DeploymentEventTrigger(
        name=SUBMITTED,
        description="材料提交后自动处理",
        expect={SUBMITTED},
        parameters={"dossier_id": "{{ event.resource.id }}"},
    )
    return [
        await _deployment(PROCESS, _HEAVY, triggers=[submitted]),
        await _deployment(PROCESS_ATTACHMENT, _HEAVY),
        await _deployment(CORRECT, _HEAVY),
        await _deployment(VERIFY_PAIR, _HEAVY),
        await _deployment(SIMILARITY, _HEAVY),
        await _deployment(INGEST, _HEAVY),
        await _deployment(PUBLISH, _LIGHT),
        await _deployment(SWEEP, _SWEEPS, interval=_SWEEP_EVERY),
    ]


def main() -> None:
    """Wait for the server, register everything, then work until interrupted.

    Raises:
        ServerError: The server does not answer.
    """
    set_environment()
    api = os.environ.get("PREFECT_API_URL")
    if not api:
        raise ServerError("PREFECT_API_URL")
    from dossiers import prepare_to_serve

    try:
        prepare_to_serve()
    except MangpingError as error:
        print(error, file=sys.stderr)
        raise SystemExit(error.exit_code) from None
    # Imported while the server starts.
    from flows.worker import OfficeWorker

    wait_for_api(api)
    with contextlib.suppress(asyncio.CancelledError):
        asyncio.run(_work(OfficeWorker))
    # All has been ended in order; taking the interpreter apart would only take seconds.
    os._exit(0)


async def _work(make: type[OfficeWorker]) -> None:
    # Before the first await: a stop during the start ends the start.
    this, loop = asyncio.current_task(), asyncio.get_running_loop()
    for ending in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(ending, this.cancel if this else loop.stop)
    await register()
    name = f"worker-{secrets.token_hex(3)}"
    runs = int(os.environ.get("MANGPING_RUNS") or 1)
    light = float(os.environ.get("MANGPING_LIGHT_SECONDS") or _LIGHT_SECONDS)
    workers = (
        make([_HEAVY], limit=runs, every=0, apart=True, name=f"{name}-{_HEAVY}"),
        make(
            [_LIGHT, _SWEEPS],
            limit=_LIGHT_RUNS,
            every=light,
            apart=False,
            name=f"{name}-{_LIGHT}",
        ),
    )
    async with asyncio.TaskGroup() as group:
        for worker in workers:
            group.create_task(worker.start(printer=_nothing))


async def register() -> None:
    """Register the pool, its queues and all deployments; what people changed of a queue stays."""
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.actions import WorkPoolCreate
    from prefect.exceptions import ObjectAlreadyExists

    from flows.worker import JOB_TEMPLATE, POOL, POOL_TYPE

    pool = WorkPoolCreate(name=POOL, type=POOL_TYPE, base_job_template=JOB_TEMPLATE)
    async with get_client() as client:
        with contextlib.suppress(ObjectAlreadyExists):
            await client.create_work_pool(pool)
        for name, (description, limit) in _QUEUES.items():
            await _have_queue(client, name, description, limit)
    for deployment in await all_deployments():
        await deployment.aapply()


async def _have_queue(
    client: PrefectClient, name: str, description: str, limit: int | None
) -> None:
    """Make a queue; what people changed on one that is there stays."""
    from prefect.exceptions import ObjectAlreadyExists

    from flows.worker import POOL

    said: dict[str, Any] = {"description": description, "concurrency_limit": limit}
    try:
        await client.create_work_queue(name, work_pool_name=POOL, **said)
    except ObjectAlreadyExists:
        queue = await client.read_work_queue_by_name(name, work_pool_name=POOL)
        # Only one that Prefect made by itself has none.
        if not queue.description:
            await client.update_work_queue(queue.id, **said)


async def _deployment(name: str, queue: str, **more: Any) -> RunnerDeployment:
    from prefect.types.entrypoint import EntrypointType

    from flows.worker import POOL

    flow = flow_named(name)
    return await flow.ato_deployment(
        name,
        description=flow.description,
        entrypoint_type=EntrypointType.MODULE_PATH,
        work_pool_name=POOL,
        work_queue_name=queue,
        **more,
    )


def _nothing(*_: object) -> None:
    """Say nothing on stdout."""


if __name__ == "__main__":
    main()
