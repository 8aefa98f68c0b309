"""Who may reach Prefect: whoever has the one string that its pages and its API ask for.

Made at the first start, kept in the state folder and readable by its owner alone, and handed to the
server and to its clients (the worker, the portal) in their environment.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from dossiers.places import state_dir
from flows.errors import OutputFolderError

_SERVER = "PREFECT_SERVER_API_AUTH_STRING"
_CLIENT = "PREFECT_API_AUTH_STRING"


def login_file() -> Path:
    """Return where the string is kept."""
    return state_dir() / "prefect" / "login"


def set_login() -> str:
    """Have the processes that are started from now on ask for the string, and know it.

    Returns:
        The string, as it is typed on Prefect's pages.

    Raises:
        OutputFolderError: The state folder cannot be read or written.
    """
    chosen = os.environ.get(_SERVER) or _kept()
    os.environ[_SERVER] = os.environ[_CLIENT] = chosen
    return chosen


def _kept() -> str:
    place = login_file()
    try:
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not place.is_file():
            part = place.with_suffix(f".{os.getpid()}")
            handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="ascii") as out:
                out.write(f"mangping:{secrets.token_urlsafe(18)}")
            part.replace(place)
        return place.read_text(encoding="ascii").strip()
    except OSError:
        raise OutputFolderError(str(place.parent)) from None
