"""Where people reach the portal."""

from __future__ import annotations

import os

_DEFAULT = "http://127.0.0.1:8400"


def portal_url() -> str:
    """Return the portal's address (``MANGPING_PORTAL_URL``), without a slash behind."""
    return (os.environ.get("MANGPING_PORTAL_URL") or _DEFAULT).rstrip("/")
