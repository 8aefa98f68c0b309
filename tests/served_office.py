"""``make serve`` as an office has it, on free ports, for the tests that need all of it."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any

from flows.names import CORRECT, PROCESS, PUBLISH, SUBMITTED, SWEEP

_ROOT = Path(__file__).parents[1]
_PATIENCE = 600.0
_TRIES = 20
_OURS = ("MANGPING_KEY", "MANGPING_STORAGE", "MANGPING_SCANNER", "DATABASE_URL", "PREFECT_API_URL")
_ENDS = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}


@dataclass
class ServedOffice:
    """A running server with worker and portal.

    Attributes:
        state: Its state folder.
        url: Of the portal.
        api: Of Prefect.
        environment: What a program beside it needs to work on the same database.
        log: What it says.
    """

    state: Path
    url: str
    api: str
    environment: dict[str, str]
    log: Path
    _serve: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def pid(self) -> int:
        """Of ``make serve``."""
        assert self._serve is not None
        return self._serve.pid

    def start(self) -> None:
        """Start everything and wait until all of it answers."""
        words = [sys.executable, "-m", "flows.serve"]
        environment = {k: v for k, v in self.environment.items() if k != "DJANGO_SETTINGS_MODULE"}
        with self.log.open("ab") as stream:
            self._serve = subprocess.Popen(words, cwd=_ROOT, env=environment, stderr=stream)
        names = (SWEEP, PUBLISH, CORRECT, PROCESS)
        self.until(lambda: all(self._answers(f"/deployments/name/{n}/{n}") for n in names))
        self.until(lambda: _is_open(f"{self.url}/login/"))

    def stop(self) -> int:
        """End it as Ctrl-C does; return its exit code."""
        assert self._serve is not None
        self._serve.send_signal(signal.SIGTERM)
        return self._serve.wait(60)

    def ends(self) -> int:
        """Wait until it has ended by itself; return its exit code."""
        assert self._serve is not None
        return self._serve.wait(60)

    def kill(self) -> None:
        """End all of it like a power cut."""
        processes = [*descendants(self.pid), self.pid]
        for pid in processes:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        assert self._serve is not None
        self._serve.wait(60)
        deadline = time.monotonic() + 30
        while any(_is_running(pid) for pid in processes) and time.monotonic() < deadline:
            time.sleep(0.05)

    def process(self, words: str) -> int:
        """Return the one process below it whose command line holds some words."""
        (pid,) = [pid for pid in descendants(self.pid) if words in command_line(pid)]
        return pid

    def run(self, code: str) -> str:
        """Run Python beside it on the same database; return what it prints."""
        words = [sys.executable, "-c", "import dossiers; dossiers.prepare()\n" + code]
        done = subprocess.run(
            words, cwd=_ROOT, env=self.environment, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def ask(self, path: str, content: object = None, method: str | None = None) -> Any:
        """Ask Prefect's API, with what it asks for."""
        data = None if content is None else json.dumps(content).encode()
        login = (self.state / "prefect" / "login").read_bytes()
        headers = {
            "Content-Type": "application/json",
            "Authorization": f"Basic {base64.b64encode(login).decode()}",
        }
        request = urllib.request.Request(f"{self.api}{path}", data, headers, method=method)
        for _ in range(_TRIES):
            try:
                with urllib.request.urlopen(request, timeout=90) as response:
                    body = response.read()
                return json.loads(body) if body else None
            except urllib.error.HTTPError as error:
                # Others were writing into its database; its own client asks again too.
                if error.code != HTTPStatus.SERVICE_UNAVAILABLE:
                    raise
                time.sleep(0.3)
        raise TimeoutError("Prefect has its hands full")

    def announce(self, dossier: str) -> None:
        """Tell Prefect, as the portal does, that a dossier was handed in."""
        event = {
            "id": str(uuid.uuid4()),
            "occurred": datetime.now(UTC).isoformat(),
            "event": SUBMITTED,
            "resource": {"prefect.resource.id": dossier},
            "related": [],
            "payload": {},
        }
        self.ask("/events", [event])

    def begin(self, deployment: str, **parameters: object) -> str:
        """Start a deployment; return its run."""
        found = self.ask(f"/deployments/name/{deployment}/{deployment}")
        run = self.ask(f"/deployments/{found['id']}/create_flow_run", {"parameters": parameters})
        return str(run["id"])

    def ended(self, run: str) -> str:
        """Wait until a flow run has ended and return its state's type."""
        self.until(lambda: self.ask(f"/flow_runs/{run}")["state_type"] in _ENDS)
        return str(self.ask(f"/flow_runs/{run}")["state_type"])

    def hand_in(self, good: int, broken: int = 0) -> str:
        """Hand a dossier of so many one-page files and so many broken ones in; return its id."""
        words = [sys.executable, "-m", "tests.flows.office", str(good), str(broken)]
        made = subprocess.run(
            words, cwd=_ROOT, env=self.environment, capture_output=True, check=True
        )
        return made.stdout.decode().strip()

    def rows(self, query: str, *values: object) -> list[Any]:
        """Read its database."""
        place = self.state / "dossiers" / "mangping.sqlite3"
        with sqlite3.connect(f"file:{place}?mode=ro", uri=True) as database:
            return database.execute(query, values).fetchall()

    def state_of(self, dossier: str) -> str:
        """Return where a dossier stands."""
        ((state,),) = self.rows("SELECT state FROM dossiers_dossier WHERE id = ?", dossier)
        return str(state)

    def attachments(self, dossier: str) -> list[str]:
        """Return where its attachments stand."""
        query = "SELECT state FROM dossiers_attachment WHERE dossier_id = ? ORDER BY ordinal"
        return [state for (state,) in self.rows(query, dossier)]

    def runs(self, dossier: str) -> list[str]:
        """Return how the runs over a dossier ended."""
        query = "SELECT state FROM dossiers_run WHERE dossier_id = ? ORDER BY id"
        return [state for (state,) in self.rows(query, dossier)]

    def readings(self, dossier: str) -> dict[str, int]:
        """Return the kept readings of a dossier's pages and when each was written."""
        folder = self.state / "dossiers" / "files" / dossier / "case" / "work" / "readings"
        kept = folder.glob("[!.]*") if folder.is_dir() else ()
        return {place.name: place.stat().st_mtime_ns for place in kept}

    def until(self, condition: Callable[[], bool], every: float = 0.2) -> None:
        """Wait for something, as long as everything runs."""
        deadline = time.monotonic() + _PATIENCE
        while not condition():
            assert self._serve is not None
            assert self._serve.poll() is None, self.log.read_text(encoding="utf-8")
            assert time.monotonic() < deadline, self.log.read_text(encoding="utf-8")
            time.sleep(every)

    def _answers(self, path: str) -> bool:
        try:
            self.ask(path)
        except (OSError, urllib.error.URLError):
            return False
        return True


@contextlib.contextmanager
def served_office(folder: Path, **changes: str) -> Iterator[ServedOffice]:
    """Start everything with its state in a folder, and end it."""
    ports = _free_ports(2)
    environment = {k: v for k, v in os.environ.items() if k not in _OURS} | {
        "MANGPING_STATE": str(folder / "state"),
        "MANGPING_PORT": str(ports[0]),
        "MANGPING_PORTAL_URL": f"http://127.0.0.1:{ports[1]}",
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        # An office spares its server more; each question takes it a twentieth of a second.
        "MANGPING_LIGHT_SECONDS": "2",
        **changes,
    }
    environment.pop("PREFECT_HOME", None)
    folder.mkdir(parents=True, exist_ok=True)
    office = ServedOffice(
        state=folder / "state",
        url=environment["MANGPING_PORTAL_URL"],
        api=f"http://127.0.0.1:{ports[0]}/api",
        environment=environment,
        log=folder / "serve.log",
    )
    office.start()
    try:
        yield office
    finally:
        code = office.stop()
    assert code == 0, office.log.read_text(encoding="utf-8")


def descendants(pid: int) -> list[int]:
    """Return the processes below a process."""
    parents: dict[int, int] = {}
    for place in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parents[int(place.parent.name)] = int(place.read_text().rpartition(")")[2].split()[1])
    found, before = {pid}, 0
    while len(found) > before:
        before = len(found)
        found |= {child for child, parent in parents.items() if parent in found}
    return sorted(found - {pid})


def command_line(pid: int) -> str:
    """Return what a process was started with."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def _is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _is_open(address: str) -> bool:
    try:
        urllib.request.urlopen(address, timeout=5).close()
    except (OSError, urllib.error.URLError):
        return False
    return True


def _free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()
