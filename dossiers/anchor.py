"""The newest hash of the audit chain, in a signed file beside the database.

Every machine that writes has a file of its own: it holds the newest event that this machine has
seen committed, never an older one. It is written after the commit, so that after a crash it may lag
behind the chain by the last transaction but is never ahead of it.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from dossiers.crypto import keyring, mac
from dossiers.errors import KeyMissingError, StateFolderError
from dossiers.places import private_folder

_PURPOSE = "audit anchor"


class AnchorForgedError(Exception):
    """The anchor does not bear our signature."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """An event that was certainly part of the chain."""

    sequence: int
    hash: str


def anchor_file() -> Path:
    """Return where the anchor is, or would be."""
    return private_folder() / "audit.head"


def read_anchor() -> Anchor | None:
    """Return the anchor, or None where there is none.

    Raises:
        AnchorForgedError: It was changed by something that has not our key.
        StateFolderError: It cannot be read.
    """
    try:
        raw = anchor_file().read_bytes()
    except FileNotFoundError:
        return None
    except OSError:
        raise StateFolderError(str(anchor_file())) from None
    try:
        said = json.loads(raw)
        anchor = Anchor(int(said["sequence"]), str(said["hash"]))
        if said["mac"] != _signed(anchor, str(said["key"])):
            raise AnchorForgedError
        return anchor
    except (ValueError, KeyError, TypeError, KeyMissingError):
        raise AnchorForgedError from None


def advance_anchor(sequence: int, hash_: str) -> None:
    """Anchor an event, unless a later one is anchored already.

    A forged anchor is left for :func:`dossiers.audit.verify` to tell of.

    Raises:
        StateFolderError: The file cannot be written.
    """
    place = anchor_file()
    with FileLock(place.with_suffix(".lock"), mode=0o600):
        try:
            standing = read_anchor()
        except AnchorForgedError:
            return
        if standing is not None and standing.sequence >= sequence:
            return
        anchor = Anchor(sequence, hash_)
        key = keyring().current
        said = {"sequence": sequence, "hash": hash_, "key": key, "mac": _signed(anchor, key)}
        temporary = place.with_suffix(".part")
        try:
            handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "w", encoding="ascii") as stream:
                json.dump(said, stream)
                stream.flush()
                os.fsync(stream.fileno())
            temporary.replace(place)
        except OSError:
            raise StateFolderError(str(place)) from None


def _signed(anchor: Anchor, key_id: str) -> str:
    return mac(f"{anchor.sequence}:{anchor.hash}", _PURPOSE, key_id)
