"""Sends files, each after its permission was asked and its opening was written down."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import BinaryIO

from django.contrib.auth.decorators import login_required
from django.http import FileResponse

from dossiers.errors import UnknownThingError
from dossiers.models import FileRole, StoredFile
from dossiers.permissions import record_refusal
from dossiers.roles import Permission
from dossiers.services.releasing import package_files
from dossiers.services.viewing import open_file
from portal.access import UserRequest, permitted_dossier
from portal.links import opened_file, opened_package

# What we made ourselves may be shown by the browser; a stranger's bytes are only saved.
_SHOWN = {".pdf": "application/pdf", ".html": "text/html; charset=utf-8", ".png": "image/png"}
# A page of a package brings its own styles and needs nothing else.
_SANDBOX = "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; sandbox"


@login_required
def file(request: UserRequest, token: str) -> FileResponse:
    """Send the file of a signed link."""
    row, stream = open_file(opened_file(token, request.user), by=request.user)
    return sent(row, stream)


@login_required
def package_file(request: UserRequest, token: str, name: str) -> FileResponse:
    """Send a file of a package by its name in it."""
    dossier_id = opened_package(token, request.user)
    permitted_dossier(request.user, dossier_id, Permission.VIEW_PACKAGE)
    found = next((row for row in package_files(dossier_id) if row.name == name), None)
    if found is None:
        record_refusal(request.user, "unknown-package-file", dossier_id)
        raise UnknownThingError("文件")
    return sent(*open_file(found.key, by=request.user))


def sent(row: StoredFile, stream: BinaryIO) -> FileResponse:
    """Return a file as a response; its name is told to the browser only."""
    name = PurePosixPath(row.name).name or row.key
    if row.role == FileRole.MASKED:
        name = f"{row.copy_version.attachment.code}-masked.pdf"
    suffix = PurePosixPath(name).suffix.lower()
    ours = row.role in (FileRole.MASKED, FileRole.PACKAGE) and suffix in _SHOWN
    response = FileResponse(
        stream,
        as_attachment=not ours,
        filename=name,
        content_type=_SHOWN[suffix] if ours else "application/octet-stream",
    )
    response["Content-Length"] = str(row.size)
    if suffix == ".html":
        response["Content-Security-Policy"] = _SANDBOX
    return response
