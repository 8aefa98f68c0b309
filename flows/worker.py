"""Takes the flow runs that are due, as Prefect's workers do, and has them run by warm processes.

What reads pages goes to :mod:`flows.executor`, one process for each run at once, kept until it
has been idle for long or has grown; what needs no recogniser runs in a thread of this process.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import time
from collections.abc import AsyncIterator
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

import anyio
import anyio.to_thread
import httpx
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.exceptions import ObjectNotFound
from prefect.states import Cancelled
from prefect.workers.base import (
    BaseJobConfiguration,
    BaseVariables,
    BaseWorker,
    BaseWorkerResult,
)

from flows.executor import run

if TYPE_CHECKING:
    from anyio.abc import TaskStatus

POOL = "mangping"
POOL_TYPE = "mangping"
# Nothing about how a run is started can be chosen on Prefect's pages.
JOB_TEMPLATE: dict[str, Any] = {
    "job_configuration": {"name": POOL},
    "variables": {"type": "object", "properties": {}},
}

# glibc keeps an arena a thread, and each keeps the pages of a scan that were freed in it.
_THRIFTY = {"MALLOC_ARENA_MAX": "2"}
# An executor that holds more after a run makes room for a fresh one.
_MOST_MEGABYTES = 2050
_IDLE_SECONDS = 600.0
_END_SECONDS = 8.0
_ASK_SECONDS = 5.0


class Result(BaseWorkerResult):
    """How a run ended."""


class Executor:
    """A process of :mod:`flows.executor`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._retiring: asyncio.TimerHandle | None = None
        self._is_busy = False
        self.is_worn = False
        self.is_cancelled = False

    @classmethod
    async def start(cls) -> Executor:
        """Start one; it imports what it needs while it is waited for."""
        # A group of its own, so that Ctrl-C reaches only whoever ends it in order.
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "flows.executor"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            process_group=0,
            env=_THRIFTY | os.environ,
        )
        return cls(process)

    @property
    def pid(self) -> int:
        """Its process number."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether it has not ended."""
        return self._process.returncode is None

    async def run(self, flow_run_id: UUID, deployment: str) -> int:
        """Have it run a flow run; return the exit code, or its own where it ended meanwhile."""
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise ValueError("it has no pipes")
        self._is_busy = True
        with contextlib.suppress(ConnectionError):
            stdin.write(f"{flow_run_id} {deployment}\n".encode())
            await stdin.drain()
        answer = (await stdout.readline()).split()
        if len(answer) != 2:
            return await self._process.wait() or 1
        self._is_busy = False
        self.is_worn = int(answer[1]) > _MOST_MEGABYTES
        return int(answer[0])

    def rest(self) -> None:
        """Let it end by itself when nobody wants it for long."""
        later = asyncio.get_running_loop().call_later
        self._retiring = later(_IDLE_SECONDS, self._close)

    def wake(self) -> None:
        """Keep it."""
        if self._retiring is not None:
            self._retiring.cancel()

    async def end(self) -> None:
        """Have it give back what it is doing, and wait until it is gone."""
        self.wake()
        self._close()
        try:
            # One that waits for orders holds nothing.
            await asyncio.wait_for(self._process.wait(), _END_SECONDS if self._is_busy else 0)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()

    def _close(self) -> None:
        self.is_worn = True
        if self._process.stdin is not None:
            self._process.stdin.close()


class OfficeWorker(BaseWorker[BaseJobConfiguration, BaseVariables, Result]):
    """Takes the runs of some queues of our pool.

    Args:
        queues: Which queues.
        limit: How many runs at once.
        every: Seconds between its questions for work; each costs Prefect a write.
        apart: Whether each needs an executor.
        name: How Prefect's pages name it.
    """

    type = POOL_TYPE

    def __init__(
        self, queues: list[str], *, limit: int, every: float, apart: bool, name: str
    ) -> None:
        super().__init__(
            POOL,
            queues,
            name=name,
            limit=limit,
            # A run that is due later must not hold an executor until then.
            prefetch_seconds=0,
            create_pool_if_not_found=False,
        )
        self._apart, self._every, self._asked = apart, every, 0.0
        self._resting: list[Executor] = []
        self._names: dict[UUID, str] = {}

    async def get_and_submit_flow_runs(self) -> list[FlowRun]:
        """Take what is due, but ask no more often than is wanted of it."""
        if time.monotonic() < self._asked + self._every:
            return []
        self._asked = time.monotonic()
        return await super().get_and_submit_flow_runs()

    async def run(
        self,
        flow_run: FlowRun,
        configuration: BaseJobConfiguration,
        task_status: TaskStatus[Any] | None = None,
    ) -> Result:
        """Run a flow run to its end."""
        deployment = await self._deployment(flow_run)
        if not self._apart:
            if task_status is not None:
                task_status.started(self.name)
            code = await anyio.to_thread.run_sync(
                partial(run, flow_run.id, deployment), abandon_on_cancel=True
            )
            return Result(identifier=self.name, status_code=code)
        async with self._executor() as executor:
            identifier = f"{self.name}:{executor.pid}"
            if task_status is not None:
                task_status.started(identifier)
            async with anyio.create_task_group() as group:
                group.start_soon(self._end_when_cancelled, flow_run.id, executor)
                code = await executor.run(flow_run.id, deployment)
                group.cancel_scope.cancel()
        return Result(identifier=identifier, status_code=0 if executor.is_cancelled else code)

    async def teardown(self, *exc_info: Any) -> None:
        """End the runs, then the executors."""
        try:
            await super().teardown(*exc_info)
        finally:
            for executor in self._resting:
                await executor.end()

    @contextlib.asynccontextmanager
    async def _executor(self) -> AsyncIterator[Executor]:
        """Lend an executor; one that is dead, worn or interrupted is not used again."""
        self._resting = [one for one in self._resting if one.is_alive and not one.is_worn]
        executor = self._resting.pop() if self._resting else await Executor.start()
        executor.wake()
        done = False
        try:
            yield executor
            done = True
        finally:
            if done and executor.is_alive and not executor.is_worn:
                executor.rest()
                self._resting.append(executor)
            else:
                with anyio.CancelScope(shield=True):
                    await executor.end()

    async def _end_when_cancelled(self, flow_run_id: UUID, executor: Executor) -> None:
        """Do what *Cancel* on Prefect's pages means."""
        while True:
            await anyio.sleep(_ASK_SECONDS)
            # A server that does not answer now is asked again; a run that is gone needs nothing.
            with contextlib.suppress(httpx.HTTPError, ObjectNotFound):
                found = await self.client.read_flow_run(flow_run_id)
                if found.state_type is StateType.CANCELLING:
                    executor.is_cancelled = True
                    with anyio.CancelScope(shield=True):
                        await executor.end()
                        state: State[Any] = Cancelled()
                        await self.client.set_flow_run_state(flow_run_id, state, force=True)

    async def _deployment(self, flow_run: FlowRun) -> str:
        key = flow_run.deployment_id
        if key is None:
            raise ObjectNotFound(ValueError("no deployment"))
        if key not in self._names:
            self._names[key] = (await self.client.read_deployment(key)).name
        return self._names[key]
