"""Where what outlives a run lies on this machine."""

from __future__ import annotations

import os
from pathlib import Path

from dossiers.errors import StateFolderError


def state_dir() -> Path:
    """Return the user's private folder for what outlives a run.

    ``MANGPING_STATE`` names another one.
    """
    named = os.environ.get("MANGPING_STATE")
    if named:
        return Path(named)
    base = os.environ.get("XDG_STATE_HOME")
    return (Path(base) if base else Path.home() / ".local" / "state") / "mangping"


def dossiers_dir() -> Path:
    """Return the folder of the database, the keys, the anchor and the files; it may be absent."""
    return state_dir() / "dossiers"


def private_folder(*names: str) -> Path:
    """Make a folder below :func:`dossiers_dir` that only its owner can look into.

    Raises:
        StateFolderError: It cannot be made.
    """
    folder = dossiers_dir()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name in names:
            folder = folder / name
            folder.mkdir(exist_ok=True, mode=0o700)
    except OSError:
        raise StateFolderError(str(folder)) from None
    return folder
