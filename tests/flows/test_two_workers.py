"""Two workers with state folders of their own; shared are Prefect, PostgreSQL, keys and the store.

Run by ``make test-postgres``.
"""

from __future__ import annotations

import base64
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from flows.names import SWEEP
from tests.served_office import ServedOffice, command_line, descendants, served_office

_DOSSIERS, _PAGES, _LEASE = 4, 2, 6
Rows = list[tuple[Any, ...]]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[ServedOffice]:
    server = os.environ.get("DATABASE_URL")
    if server is None:
        pytest.skip("PostgreSQL is not running: make test-postgres")
    name = f"mangping_{secrets.token_hex(6)}"
    changes = {
        "DATABASE_URL": f"{server.rpartition('/')[0]}/{name}",
        "MANGPING_STORAGE": f"file://{tmp_path / 'store'}",
        "MANGPING_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        "MANGPING_LEASE_SECONDS": str(_LEASE),
    }
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        with served_office(tmp_path / "first", **changes) as office:
            yield office
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def test_two_workers_share_the_work_and_no_page_is_done_twice(
    office: ServedOffice, tmp_path: Path
) -> None:
    """One is killed in the middle; the other goes on where it was, and finishes everything."""
    second = _second_worker(office, tmp_path / "second")
    try:
        dossiers = [office.hand_in(_PAGES) for _ in range(_DOSSIERS)]
        at_work = "/work_pools/mangping/workers/filter"
        # Each has one for what reads pages and one for what does not.
        office.until(lambda: len(office.ask(at_work, {})) == 4)
        for dossier in dossiers:
            office.announce(dossier)
        store = tmp_path / "store"
        begun = "SELECT 1 FROM dossiers_run WHERE state = 'running'"
        office.until(lambda: len(_rows(office, begun)) == 2 and len(_readings(store)) >= 2)
        for pid in (_below(second.pid), second.pid):
            os.kill(pid, signal.SIGKILL)
        finished = _readings(store)
        time.sleep(_LEASE)
        left = "SELECT 1 FROM dossiers_dossier WHERE state NOT IN ('ready', 'review')"
        while _rows(office, left):
            assert office.ended(office.begin(SWEEP, grace_seconds=0)) == "COMPLETED"
            time.sleep(2)
    finally:
        second.kill()
        second.wait()
    kept = _readings(store)
    assert len(kept) == _DOSSIERS * _PAGES and finished.items() <= kept.items()
    assert _rows(office, "SELECT state FROM dossiers_attachment") == [("verified",)] * len(kept)
    assert _rows(office, "SELECT number FROM dossiers_copyversion") == [(1,)] * len(kept)
    runs = _rows(office, "SELECT state, dossier_id, worker FROM dossiers_run")
    completed = [dossier for state, dossier, _ in runs if state == "completed"]
    assert sorted(completed) == sorted(dossiers)
    assert len({worker for _, _, worker in runs}) == 2
    assert {state for state, _, _ in runs} == {"completed", "lost"}


def _second_worker(office: ServedOffice, state: Path) -> subprocess.Popen[bytes]:
    login = (office.state / "prefect" / "login").read_text(encoding="ascii")
    environment = {
        **office.environment,
        "MANGPING_STATE": str(state),
        "PREFECT_API_URL": office.api,
        "PREFECT_API_AUTH_STRING": login,
    }
    words = [sys.executable, "-m", "flows.deployments"]
    return subprocess.Popen(words, env=environment, stderr=subprocess.DEVNULL)


def _below(worker: int) -> int:
    (executor,) = [pid for pid in descendants(worker) if "flows.executor" in command_line(pid)]
    return executor


def _rows(office: ServedOffice, query: str) -> Rows:
    with psycopg.connect(office.environment["DATABASE_URL"]) as connection:
        return connection.execute(query).fetchall()


def _readings(store: Path) -> dict[str, int]:
    """Return the kept readings of all pages and when each was written."""
    kept = store.rglob("readings/[!.]*")
    return {f"{place.parts[-5]}/{place.name}": place.stat().st_mtime_ns for place in kept}
