"""``make serve``: a Prefect server on this machine and the deployment ``process-dossier``.

Both end together, with Ctrl-C or when either of them ends.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import NoReturn

from flows.prefect_home import set_environment

_PORT = os.environ.get("MANGPING_PORT", "4200")
_STOP_SECONDS = 10


def main() -> int:
    """Run both until one ends; return the exit code."""
    set_environment()
    os.environ["PREFECT_API_URL"] = f"http://127.0.0.1:{_PORT}/api"
    # Prefect warns about itself when it is interrupted.
    os.environ.setdefault("PYTHONWARNINGS", "ignore")
    signal.signal(signal.SIGTERM, _interrupt)
    server = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1"]
    children = [
        subprocess.Popen([*server, "--port", _PORT], stdout=subprocess.DEVNULL),
        subprocess.Popen([sys.executable, "-m", "flows.deployments"]),
    ]
    print(f"流程服务：http://127.0.0.1:{_PORT}（按 Ctrl-C 停止）", file=sys.stderr)
    try:
        while all(child.poll() is None for child in children):
            time.sleep(0.5)
        return 1
    except KeyboardInterrupt:
        return 0
    finally:
        _stop(children)


def _stop(children: list[subprocess.Popen[bytes]]) -> None:
    # The deployment first: it tells the server that it pauses.
    for child in reversed(children):
        child.send_signal(signal.SIGINT)
        try:
            child.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    raise SystemExit(main())
