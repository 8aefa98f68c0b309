"""``make serve``: a Prefect server, two workers and the portal, on this machine.

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
from typing import NoReturn

from dossiers import prepare
from flows.portal_address import portal_url
from flows.prefect_home import set_environment, wait_for_address, wait_for_api

_PORT = os.environ.get("MANGPING_PORT", "4200")
_STOP_SECONDS = 15


def main() -> int:
    """Run all until one ends; return the exit code."""
    set_environment()
    os.environ["PREFECT_API_URL"] = f"http://127.0.0.1:{_PORT}/api"
    os.environ.setdefault("MANGPING_PORTAL_URL", portal_url())
    # Prefect warns about itself when it is interrupted.
    os.environ.setdefault("PYTHONWARNINGS", "ignore")
    prepare()
    # Set in any case, so that no child inherits that a signal is ignored.
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, _interrupt)
    server = ["prefect", "server", "start", "--host", "127.0.0.1", "--port", _PORT]
    with_portal = importlib.util.find_spec("portal") is not None
    children: list[subprocess.Popen[bytes]] = []
    try:
        children.append(_python(*server))
        children += [_python("flows.deployments", group) for group in ("heavy", "light")]
        if with_portal:
            children.append(_python("portal"))
        wait_for_api(os.environ["PREFECT_API_URL"], children[0])
        if with_portal:
            wait_for_address(portal_url(), children[-1])
        _tell(with_portal)
        while all(child.poll() is None for child in children):
            time.sleep(0.5)
        return 1
    except KeyboardInterrupt:
        return 0
    finally:
        _stop(children)


def _python(*words: str) -> subprocess.Popen[bytes]:
    # A group of its own: Ctrl-C reaches us only, and we end them in order.
    return subprocess.Popen(
        [sys.executable, "-m", *words], stdout=subprocess.DEVNULL, process_group=0
    )


def _tell(with_portal: bool) -> None:
    print(f"流程（Prefect）：http://127.0.0.1:{_PORT}", file=sys.stderr)
    if with_portal:
        print(f"门户：{portal_url()}", file=sys.stderr)
        print(f"接口文档：{urllib.parse.urljoin(portal_url(), '/api/docs')}", file=sys.stderr)
    print("按 Ctrl-C 停止。", file=sys.stderr, flush=True)


def _stop(children: list[subprocess.Popen[bytes]]) -> None:
    # The server last: the workers tell it that they pause.
    for child in reversed(children):
        child.send_signal(signal.SIGINT)
    for child in reversed(children):
        try:
            child.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    raise SystemExit(main())
