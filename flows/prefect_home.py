"""Prefect the way an office wants it: on this machine, quiet, telling nobody.

The environment must be set before Prefect is first imported, so this module does not import it at
its top.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flows.cases import state_dir
from flows.errors import ServerError

_STARTUP_SECONDS = 180


def set_environment() -> None:
    """Set what every Prefect process of ours shares; what the user set stays."""
    defaults = {
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_LOGGING_LEVEL": "CRITICAL",
        "PREFECT_LOGGING_SERVER_LEVEL": "CRITICAL",
        "PREFECT_LOGGING_TO_API_ENABLED": "false",
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
        "PREFECT_SERVER_API_HOST": "127.0.0.1",
    }
    for name, value in defaults.items():
        os.environ.setdefault(name, value)
    # Never through a proxy to ourselves.
    local = "127.0.0.1,localhost"
    for name in ("NO_PROXY", "no_proxy"):
        os.environ[name] = ",".join(filter(None, (os.environ.get(name), local)))
    if "PREFECT_HOME" not in os.environ:
        home = state_dir() / "prefect"
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.environ["PREFECT_HOME"] = str(home)


@contextmanager
def prefect_ready(meanwhile: threading.Thread | None = None) -> Iterator[None]:
    """Have a Prefect API to talk to: the running one, or one of our own that stops afterwards.

    Args:
        meanwhile: Something slow to do while the server starts.

    Raises:
        ServerError: It does not start.
    """
    set_environment()
    if meanwhile:
        meanwhile.start()
    try:
        if os.environ.get("PREFECT_API_URL"):
            yield
            return
        os.environ["PREFECT_SERVER_ALLOW_EPHEMERAL_MODE"] = "true"
        from prefect.server.api.server import SubprocessASGIServer

        server = SubprocessASGIServer()
        try:
            server.start(timeout=_STARTUP_SECONDS)
        except Exception as error:
            raise ServerError(type(error).__name__) from None
        try:
            yield
        finally:
            server.stop()
    finally:
        if meanwhile:
            meanwhile.join()
