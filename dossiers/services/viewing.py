"""Reading files: permission asked, the view written into the chain, then the bytes."""

from __future__ import annotations

from typing import BinaryIO

from dossiers import audit
from dossiers.audit import AuditAction
from dossiers.models import FileRole, StoredFile, User
from dossiers.permissions import require_file
from dossiers.services.lookup import file_of
from dossiers.storage import Storage

_ACTIONS = {
    FileRole.MASKED: AuditAction.COPY_VIEWED,
    FileRole.PACKAGE: AuditAction.PACKAGE_VIEWED,
}


def record_view(file: StoredFile, *, by: User, page: int | None = None) -> None:
    """Refuse a file that an account may not read; otherwise write the view down.

    Args:
        file: What is shown, whole or in part.
        by: To whom.
        page: Which page of it.

    Raises:
        PermissionRefusedError: ``by`` may not.
    """
    require_file(by, file)
    with audit.writing():
        audit.append(
            _ACTIONS.get(FileRole(file.role), AuditAction.ORIGINAL_VIEWED),
            actor=audit.actor_of(by),
            dossier=file.dossier_id,
            subject=file.key,
            details={"role": file.role, "page": page},
        )


def open_file(key: str, *, by: User) -> tuple[StoredFile, BinaryIO]:
    """Return a file and its bytes as a stream, for an account that may read it.

    Raises:
        UnknownThingError: There is none of that key.
        PermissionRefusedError: ``by`` may not.
        StorageError: The store has lost it.
    """
    file = file_of(key)
    record_view(file, by=by)
    return file, Storage().open(file)
