"""Runs flow runs one after another: ``python -m flows.executor``, started by :mod:`flows.worker`.

A process of its own, because a file may take it down, and a lasting one, because the imports and
the models cost as much as a small dossier. Each line on stdin names a flow run and its deployment;
each answer on stdout is its exit code and the resident megabytes then held. When stdin closes, or
whoever started it is killed, a run that is under way is given back and the process ends.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import queue
import signal
import sys
import threading
from pathlib import Path
from typing import IO, NoReturn
from uuid import UUID

_END_SECONDS = 4.0
_NICENESS = 5
_MEGABYTE = 1 << 20


def main() -> NoReturn:
    """Answer orders until stdin closes."""
    from flows.prefect_home import set_environment

    set_environment()
    # People wait for the pages of the portal and of Prefect, not for these.
    os.nice(_NICENESS)
    # Libraries print; the answers must stay readable.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    from dossiers import prepare

    prepare()
    orders: queue.SimpleQueue[str] = queue.SimpleQueue()
    idle = threading.Event()
    threading.Thread(target=_listen, args=(sys.stdin, orders, idle), daemon=True).start()
    while True:
        idle.set()
        order = orders.get().split()
        idle.clear()
        if not order:
            # Nothing is held; taking the interpreter apart would only take seconds.
            os._exit(0)
        code = run(UUID(order[0]), order[1])
        _give_memory_back()
        print(code, _resident(), file=answers)


def run(flow_run_id: UUID, deployment: str) -> int:
    """Run a flow run in this thread; what becomes of it Prefect is told.

    Args:
        flow_run_id: Which.
        deployment: Its deployment's name, which is its flow's.

    Returns:
        0, or 1 when Prefect could not be told how it ended.
    """
    from django.db import connections
    from prefect.exceptions import Abort, Pause
    from prefect.flow_engine import load_flow_run, run_flow

    from flows.deployments import flow_named

    # A database that restarted meanwhile is connected to anew.
    connections.close_all()
    try:
        run_flow(flow_named(deployment), flow_run=load_flow_run(flow_run_id), return_type="state")
    except (Abort, Pause):
        return 0
    except Exception:
        return 1
    finally:
        connections.close_all()
    return 0


def _listen(orders_in: IO[str], orders: queue.SimpleQueue[str], idle: threading.Event) -> None:
    for line in orders_in:
        orders.put(line)
    if not idle.is_set():
        # Prefect turns it into an exception in the main thread, so that the run gives back what it
        # holds; the threads of its tasks may be in the middle of a long file.
        os.kill(os.getpid(), signal.SIGTERM)
        threading.Event().wait(_END_SECONDS)
        os._exit(1)
    orders.put("")


def _give_memory_back() -> None:
    gc.collect()
    # glibc keeps what was freed below something that is still held.
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // _MEGABYTE


if __name__ == "__main__":
    main()
