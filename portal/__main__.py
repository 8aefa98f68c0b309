"""Serves the portal: ``python -m portal``, at the port of ``MANGPING_PORTAL_URL``.

``MANGPING_PORTAL_BIND`` (``127.0.0.1:8400``) is where it listens when a proxy stands in front.
One process, and a thread for each of some requests at once: more processes would load intake's
decoders once more each.
"""

from __future__ import annotations

import os
import sys
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.errors import AppImportError

from pipeline.errors import MangpingError

_THREADS = 12
# For the drawing of a large page, or a scanner that takes its time.
_SECONDS = 600
_NOT_SAFE = (
    "MANGPING_PORTAL_URL 不是本机地址，必须以 https:// 开头，否则密码和材料会明文经过网络；"
    "请在前面放一个带证书的代理（见 docs/portal.md），或改用 http://127.0.0.1:8400。"
)


class _Server(BaseApplication):  # type: ignore[misc]
    def __init__(self, bind: str) -> None:
        self._bind = bind
        super().__init__()

    def load_config(self) -> None:
        for name, value in {
            "bind": self._bind,
            "workers": 1,
            "worker_class": "gthread",
            "threads": _THREADS,
            "timeout": _SECONDS,
            "graceful_timeout": 10,
            "proc_name": "mangping-portal",
            "loglevel": "warning",
            "control_socket_disable": True,
        }.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Any:
        try:
            from portal.wsgi import application
        except MangpingError as error:
            raise AppImportError(str(error)) from None
        return application


def main() -> int:
    """Serve until interrupted; return 2 for an address over which nobody could log in."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    from portal.settings import BIND, PORTAL_URL, SESSION_COOKIE_SECURE

    if SESSION_COOKIE_SECURE and not PORTAL_URL.startswith("https://"):
        print(_NOT_SAFE, file=sys.stderr)
        return 2
    _Server(os.environ.get("MANGPING_PORTAL_BIND") or BIND).run()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
