"""Looks at a file when its last byte has come: intake, then the virus scanner.

``MANGPING_SCANNER`` names the scanner's command, such as ``clamdscan --fdpass --no-summary``; the
file is its last argument. It ends with 0 for a clean file, 1 for one that is refused, and anything
else (or nothing within the time) for its own failure; then the file is neither taken nor lost.
"""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

from dossiers.models import Attachment, User
from dossiers.services.expanding import Member, expand_upload
from dossiers.services.uploads import complete_upload
from pipeline.intake.errors import ArchiveAsPageError
from portal.errors import InfectedError, ScannerUnavailableError, ZipUploadError
from portal.inspection import inspect
from portal.naming import kind_of_name

_SCAN_SECONDS = 300
_INFECTED = 1


class _ScannerSilentError(Exception):
    """Not one of ours, so that the upload is not given up because of it."""


def take_over(upload_key: str, *, by: User) -> Attachment:
    """Complete an upload after intake and the scanner have looked at it.

    When this returns, bytes and rows are there to stay; it may be repeated.

    Raises:
        RefusedInputError: The file is not taken, and why.
        ScannerUnavailableError: The scanner failed; call again later.
    """
    try:
        return complete_upload(upload_key, by=by, check=check_file)
    except _ScannerSilentError:
        raise ScannerUnavailableError from None


def expand(upload_key: str, *, by: User) -> list[Member] | None:
    """Take the files of an uploaded ZIP over, each after intake and the scanner looked at it.

    When this returns, bytes and rows are there to stay; it may be repeated.

    Returns:
        What became of each file; None when it is no ZIP: then take it over as a file.

    Raises:
        RefusedInputError: The ZIP as a whole is not taken, and why.
        ScannerUnavailableError: The scanner failed; call again later.
    """
    try:
        return expand_upload(upload_key, by=by, check=check_file, kind_of=kind_of_name)
    except _ScannerSilentError:
        raise ScannerUnavailableError from None


def check_file(path: Path, name: str) -> None:
    """Refuse a file that intake or the scanner refuses.

    The first page is decoded too: what cannot be opened at all is told at once, and single damaged
    pages deep inside are told by processing.

    Raises:
        RefusedInputError: Why it is not taken.
    """
    _scan(path, name)
    try:
        inspect(path, name)
    except ArchiveAsPageError as error:
        raise ZipUploadError(error.subject) from None


def _scan(path: Path, name: str) -> None:
    command = shlex.split(os.environ.get("MANGPING_SCANNER", ""))
    if not command:
        return
    try:
        done = subprocess.run(
            [*command, str(path)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_SCAN_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        raise _ScannerSilentError from None
    if done.returncode == _INFECTED:
        raise InfectedError(name)
    if done.returncode != 0:
        raise _ScannerSilentError
