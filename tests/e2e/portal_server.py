from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

_ROOT = Path(__file__).parents[2]


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


class Portal:
    """The portal as it is served to people, in a process that can be killed and started again."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.log = state.with_name("portal.log")
        self.url = f"http://127.0.0.1:{free_port()}"
        self.environment = {
            **os.environ,
            "MANGPING_STATE": str(state),
            "MANGPING_PORTAL_URL": self.url,
            "DJANGO_SETTINGS_MODULE": "portal.settings",
        }
        for name in ("DATABASE_URL", "MANGPING_KEY", "MANGPING_STORAGE", "PREFECT_API_URL"):
            self.environment.pop(name, None)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "portal"]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=_ROOT, env=self.environment, stdout=log, stderr=log
            )
        until = time.monotonic() + 120
        while time.monotonic() < until:
            try:
                with urllib.request.urlopen(f"{self.url}/login/", timeout=5):
                    return
            except (OSError, urllib.error.URLError):
                time.sleep(0.2)
        raise TimeoutError("the portal does not answer")

    def kill(self) -> None:
        """End it like a power cut."""
        self._end(signal.SIGKILL)
        # Its worker ends by itself; the port is free when it has.
        until = time.monotonic() + 30
        while time.monotonic() < until:
            try:
                urllib.request.urlopen(f"{self.url}/login/", timeout=1).close()
            except (OSError, urllib.error.URLError):
                return
            time.sleep(0.2)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def run(self, code: str) -> str:
        """Run Python beside it on the same database; return what it prints."""
        begin = "import dossiers; dossiers.prepare()\n"
        command = [sys.executable, "-c", begin + code]
        done = subprocess.run(
            command, cwd=_ROOT, env=self.environment, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def remembered(self) -> Iterator[Path]:
        """Everything it has written but the files that were handed in, which stay as they came."""
        yield self.log
        for place in self.state.rglob("*"):
            if place.is_file() and "files" not in place.relative_to(self.state).parts:
                yield place

    def _end(self, number: int) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(30)
            self._process = None
