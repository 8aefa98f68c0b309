"""``make serve``: a Prefect server, a worker and the portal, on this machine.

All end together, with Ctrl-C or when one of them ends.
"""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Sequence
from typing import NoReturn

from dossiers import prepare_to_serve
from flows.portal_address import portal_url
from flows.prefect_home import set_environment, wait_for_address, wait_for_api
from flows.prefect_login import login_file, set_login
from pipeline.errors import MangpingError

_PORT = os.environ.get("MANGPING_PORT", "4200")
# The worker gives back what it is doing; the server loses nothing when it is killed.
_STOP_SECONDS = 12
_SERVER_STOP_SECONDS = 4

Child = subprocess.Popen[bytes]


def main() -> int:
    """Run all until one ends; return the exit code, 2 for settings that cannot be used."""
    set_environment()
    os.environ["PREFECT_API_URL"] = f"http://127.0.0.1:{_PORT}/api"
    os.environ.setdefault("MANGPING_PORTAL_URL", portal_url())
    # Prefect warns about itself when it is interrupted.
    os.environ.setdefault("PYTHONWARNINGS", "ignore")
    try:
        prepare_to_serve()
    except MangpingError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    set_login()
    # Set in any case, so that no child inherits that a signal is ignored.
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, _interrupt)
    server: list[Child] = []
    others: list[Child] = []
    with_portal = importlib.util.find_spec("portal") is not None
    try:
        words = ("prefect", "server", "start", "--host", "127.0.0.1", "--port", _PORT)
        server.append(_python(*words))
        others.append(_python("flows.deployments"))
        if with_portal:
            others.append(_python("portal"))
        wait_for_api(os.environ["PREFECT_API_URL"], server[0])
        if with_portal:
            wait_for_address(portal_url(), others[-1])
        _tell(with_portal)
        while all(child.poll() is None for child in (*server, *others)):
            time.sleep(0.5)
        return 1
    except KeyboardInterrupt:
        return 0
    finally:
        # A second Ctrl-C must not leave anything behind.
        for ending in (signal.SIGTERM, signal.SIGINT):
            signal.signal(ending, signal.SIG_IGN)
        _stop(others, _STOP_SECONDS)
        # Last: the others tell it how they end.
        _stop(server, _SERVER_STOP_SECONDS)


def _python(*words: str) -> Child:
    # A group of its own: Ctrl-C reaches us only, and we end them in order.
    return subprocess.Popen(
        [sys.executable, "-m", *words], stdout=subprocess.DEVNULL, process_group=0
    )


def _tell(with_portal: bool) -> None:
    print(f"流程（Prefect）：http://127.0.0.1:{_PORT}", file=sys.stderr)
    print(f"流程页面的登录串：见 {login_file()}（仅本账户可读）", file=sys.stderr)
    if with_portal:
        print(f"门户：{portal_url()}", file=sys.stderr)
        print(f"接口文档：{urllib.parse.urljoin(portal_url(), '/api/docs')}", file=sys.stderr)
    print("按 Ctrl-C 停止。", file=sys.stderr, flush=True)


def _stop(children: Sequence[Child], seconds: float) -> None:
    """Ask all to end, and kill those that do not."""
    for child in children:
        child.send_signal(signal.SIGINT)
    deadline = time.monotonic() + seconds
    for child in children:
        try:
            child.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    raise SystemExit(main())
