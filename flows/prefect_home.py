"""Prefect the way an office wants it: on this machine, quiet, telling nobody.

The environment must be set before Prefect is first imported, so this module does not import it.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from dossiers.places import state_dir
from flows.errors import OutputFolderError, ServerError

_STARTUP_SECONDS = 180
_STOP_SECONDS = 10


def set_environment() -> None:
    """Set what every Prefect process of ours shares; what the user set stays.

    Raises:
        OutputFolderError: The private folder cannot be made.
    """
    defaults = {
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_LOGGING_LEVEL": "CRITICAL",
        "PREFECT_LOGGING_SERVER_LEVEL": "CRITICAL",
        "PREFECT_LOGGING_TO_API_ENABLED": "false",
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
        "PREFECT_SERVER_API_HOST": "127.0.0.1",
        # Enough of the sweeps to come; they hide nothing on the pages.
        "PREFECT_SERVER_SERVICES_SCHEDULER_MIN_RUNS": "2",
        "PREFECT_SERVER_SERVICES_SCHEDULER_MAX_RUNS": "5",
        "PREFECT_SERVER_SERVICES_SCHEDULER_MIN_SCHEDULED_TIME": "PT2M",
        # Seconds; with one run at a time each dossier of a queue waits for it.
        "PREFECT_WORKER_QUERY_SECONDS": "2",
    }
    for name, value in defaults.items():
        os.environ.setdefault(name, value)
    # Never through a proxy to ourselves.
    for name in ("NO_PROXY", "no_proxy"):
        hosts = [*filter(None, [os.environ.get(name)]), "127.0.0.1", "localhost"]
        os.environ[name] = ",".join(hosts)
    if "PREFECT_HOME" not in os.environ:
        home = state_dir() / "prefect"
        try:
            home.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError:
            raise OutputFolderError(str(home)) from None
        os.environ["PREFECT_HOME"] = str(home)


@contextmanager
def prefect_api() -> Iterator[Callable[[], None]]:
    """Have a Prefect API: the one that ``PREFECT_API_URL`` names, or our own that stops afterwards.

    Yields:
        A function that waits until the API answers; until then other things can be loaded.

    Raises:
        ServerError: It does not start (raised by the function).
    """
    set_environment()
    if os.environ.get("PREFECT_API_URL"):
        yield lambda: None
        return
    port = _free_port()
    os.environ["PREFECT_API_URL"] = f"http://127.0.0.1:{port}/api"
    child = subprocess.Popen(
        [sys.executable, "-m", "flows.local_server", str(port)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield lambda: wait_for_api(os.environ["PREFECT_API_URL"], child)
    finally:
        del os.environ["PREFECT_API_URL"]
        child.terminate()
        try:
            child.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        if child.stdin:
            child.stdin.close()


def wait_for_api(api: str, child: subprocess.Popen[bytes] | None = None) -> None:
    """Wait until a Prefect API answers.

    Args:
        api: Its address.
        child: The process that should bring it up; waiting ends when it ends.

    Raises:
        ServerError: It does not answer in time.
    """
    wait_for_address(f"{api}/health", child)


def wait_for_address(address: str, child: subprocess.Popen[bytes] | None = None) -> None:
    """Wait until an address answers.

    Args:
        address: What is asked for.
        child: The process that should bring it up; waiting ends when it ends.

    Raises:
        ServerError: It does not answer in time.
    """
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + _STARTUP_SECONDS
    while time.monotonic() < deadline and (child is None or child.poll() is None):
        with suppress(OSError), direct.open(address, timeout=5):
            return
        time.sleep(0.1)
    ended = child.poll() if child else None
    raise ServerError("超时" if ended is None else f"退出码 {ended}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
