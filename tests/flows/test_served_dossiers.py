"""``make serve`` as an office has it: server, workers and portal, on free ports."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from flows.names import PUBLISH, SUBMITTED, SWEEP
from tests.sheets import traces

_PATIENCE = 300.0


@dataclass
class Office:
    """What the tests know of the served office."""

    state: Path
    api: str
    serve: subprocess.Popen[bytes]
    log: Path

    def hand_in(self, good: int, broken: int = 0) -> str:
        words = [sys.executable, "-m", "tests.flows.office", str(good), str(broken)]
        made = subprocess.run(words, env=self.environment(), capture_output=True, check=True)
        return made.stdout.decode().strip()

    def environment(self) -> dict[str, str]:
        return os.environ | {"MANGPING_STATE": str(self.state)}

    def ask(self, path: str, content: object = None) -> Any:
        data = None if content is None else json.dumps(content).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.api}{path}", data, headers)
        with urllib.request.urlopen(request, timeout=30) as response:
            body = response.read()
        return json.loads(body) if body else None

    def announce(self, dossier: str) -> None:
        event = {
            "id": str(uuid.uuid4()),
            "occurred": datetime.now(UTC).isoformat(),
            "event": SUBMITTED,
            "resource": {"prefect.resource.id": dossier},
            "related": [],
            "payload": {},
        }
        self.ask("/events", [event])

    def start(self, deployment: str, **parameters: object) -> str:
        found = self.ask(f"/deployments/name/{deployment}/{deployment}")
        run = self.ask(f"/deployments/{found['id']}/create_flow_run", {"parameters": parameters})
        return str(run["id"])

    def ended(self, run: str) -> str:
        """Wait until a flow run has ended and return its state's type."""
        ends = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}
        self.until(lambda: self.ask(f"/flow_runs/{run}")["state_type"] in ends)
        return str(self.ask(f"/flow_runs/{run}")["state_type"])

    def rows(self, query: str, *values: object) -> list[Any]:
        place = self.state / "dossiers" / "mangping.sqlite3"
        with sqlite3.connect(f"file:{place}?mode=ro", uri=True) as database:
            return database.execute(query, values).fetchall()

    def state_of(self, dossier: str) -> str:
        ((state,),) = self.rows("SELECT state FROM dossiers_dossier WHERE id = ?", dossier)
        return str(state)

    def attachments(self, dossier: str) -> list[str]:
        query = "SELECT state FROM dossiers_attachment WHERE dossier_id = ? ORDER BY ordinal"
        return [state for (state,) in self.rows(query, dossier)]

    def readings(self, dossier: str) -> dict[str, int]:
        """Return the kept readings of a dossier's pages and when each was written."""
        folder = self.state / "dossiers" / "files" / dossier / "case" / "work" / "readings"
        kept = folder.glob("[!.]*") if folder.is_dir() else ()
        return {place.name: place.stat().st_mtime_ns for place in kept}

    def until(self, condition: Callable[[], bool], every: float = 0.3) -> None:
        deadline = time.monotonic() + _PATIENCE
        while not condition():
            assert self.serve.poll() is None, self.log.read_text(encoding="utf-8")
            assert time.monotonic() < deadline
            time.sleep(every)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("office")
    ports = _free_ports(2)
    changes = {
        "MANGPING_STATE": str(folder / "state"),
        "MANGPING_PORT": str(ports[0]),
        "MANGPING_PORTAL_URL": f"http://127.0.0.1:{ports[1]}",
        "MANGPING_LEASE_SECONDS": "4",
        "DJANGO_SETTINGS_MODULE": "",
        # Whatever Prefect would log, so that it can be searched.
        "PREFECT_LOGGING_LEVEL": "INFO",
        "PREFECT_LOGGING_TO_API_ENABLED": "true",
    }
    environment = {k: v for k, v in (os.environ | changes).items() if v}
    for name in ("PREFECT_API_URL", "PREFECT_HOME"):
        environment.pop(name, None)
    log = folder / "serve.log"
    with log.open("wb") as stream:
        words = [sys.executable, "-m", "flows.serve"]
        serve = subprocess.Popen(words, env=environment, stderr=stream)
    here = Office(folder / "state", f"http://127.0.0.1:{ports[0]}/api", serve, log)
    try:
        here.until(lambda: "/api/docs" in log.read_text(encoding="utf-8"))
        here.until(lambda: len(here.ask("/deployments/filter", {})) >= 7)
        yield here
    finally:
        serve.send_signal(signal.SIGTERM)
        assert serve.wait(90) == 0


def test_a_dossier_that_is_handed_in_is_processed_and_a_broken_file_stops_no_other(
    office: Office,
) -> None:
    """Started by the event; what is not ready cannot be published; nothing kept names anybody."""
    dossier = office.hand_in(2, broken=1)
    office.announce(dossier)
    office.until(lambda: office.state_of(dossier) == "review")
    assert office.attachments(dossier) == ["verified", "verified", "refused"]
    assert office.ended(office.start(PUBLISH, dossier_id=dossier)) == "FAILED"
    assert office.state_of(dossier) == "review"
    assert not _named(office)


def test_a_worker_that_is_killed_loses_nothing_and_no_page_is_read_twice(office: Office) -> None:
    """Then it is published; the package holds copies and an index, and names nobody."""
    dossier = office.hand_in(4)
    office.announce(dossier)
    office.until(lambda: len(office.readings(dossier)) >= 1, every=0.02)
    os.kill(_runner_of_flows(office.serve.pid), signal.SIGKILL)
    finished = office.readings(dossier)
    assert office.state_of(dossier) == "processing"
    time.sleep(4)
    assert office.ended(office.start(SWEEP, grace_seconds=0)) == "COMPLETED"
    office.until(lambda: office.state_of(dossier) == "ready")
    kept = office.readings(dossier)
    assert len(kept) == 4 and finished.items() <= kept.items()
    runs = "SELECT state FROM dossiers_run WHERE dossier_id = ? ORDER BY id"
    assert [state for (state,) in office.rows(runs, dossier)] == ["lost", "completed"]

    assert office.ended(office.start(PUBLISH, dossier_id=dossier)) == "COMPLETED"
    assert office.state_of(dossier) == "released"
    package = office.state / "dossiers" / "files" / dossier / "package"
    files = [place.read_bytes() for place in package.iterdir()]
    assert len(files) == 5 and sum(data.startswith(b"%PDF") for data in files) == 4
    assert not [data for data in files if traces(data)]
    assert not _named(office)


def _named(office: Office) -> list[str]:
    """Return the files that name the applicant: of the database, Prefect, logs, caches, reports."""
    handed_in = ("original", "own-copy")
    places = [office.log, *(place for place in office.state.rglob("*") if place.is_file())]
    wanted = [place for place in places if place.parent.name not in handed_in]
    assert len(wanted) > 20
    return [str(place) for place in wanted if traces(place.read_bytes())]


def _runner_of_flows(serve: int) -> int:
    """Return the process that runs a flow: a grandchild of the serving one."""
    parents = {}
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = place.read_text()
        except OSError:
            continue
        parents[int(place.parent.name)] = int(text.rpartition(")")[2].split()[1])
    heavy = [p for p, parent in parents.items() if parent == serve and b"heavy" in _command(p)]
    (run,) = [p for p, parent in parents.items() if parent in heavy]
    return run


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()
