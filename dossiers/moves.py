"""The one place where a state changes: row locked, table asked, event written."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import TextChoices

from dossiers import audit
from dossiers.audit import AuditAction
from dossiers.errors import StateError, UnknownThingError
from dossiers.models import Attachment, Dossier, Run, Upload
from dossiers.states import (
    AttachmentState,
    DossierState,
    RunState,
    UploadState,
    may_follow,
)

Row = TypeVar("Row", Dossier, Attachment, Upload, Run)

_STATES = {
    Dossier: DossierState,
    Attachment: AttachmentState,
    Upload: UploadState,
    Run: RunState,
}


def locked_dossier(dossier_id: str) -> Dossier:
    """Return a dossier with its row locked until the transaction ends.

    Raises:
        UnknownThingError: There is none of that id.
    """
    try:
        return Dossier.objects.select_for_update().get(pk=dossier_id)
    except Dossier.DoesNotExist:
        raise UnknownThingError(dossier_id) from None


def move(
    row: Row,
    wanted: DossierState | AttachmentState | UploadState | RunState,
    *,
    actor: str,
    reason: str = "",
) -> Row:
    """Change a state and save it; call it inside :func:`dossiers.audit.writing`.

    Args:
        row: The thing; its state is read again under a lock.
        wanted: The new state.
        actor: Who does it.
        reason: A code, for the chain.

    Raises:
        StateError: The table does not allow it.
    """
    table, model = _STATES[type(row)], type(row)
    locked = model._default_manager.select_for_update().get(pk=row.pk)
    now: TextChoices = table(locked.state)
    if not may_follow(now, wanted):
        raise StateError(_subject(row), state=now.label, wanted=wanted.label)
    row.state = wanted
    row.save(update_fields=["state", *(["changed"] if hasattr(row, "changed") else [])])
    if isinstance(row, Dossier | Attachment):
        is_dossier = isinstance(row, Dossier)
        audit.append(
            AuditAction.DOSSIER_MOVED if is_dossier else AuditAction.ATTACHMENT_MOVED,
            actor=actor,
            dossier=str(row.pk) if isinstance(row, Dossier) else row.dossier_id,
            subject="" if isinstance(row, Dossier) else row.code,
            details={"from": now.value, "to": wanted.value, "reason": reason},
        )
    return row


def _subject(row: Dossier | Attachment | Upload | Run) -> str:
    return str(row) if isinstance(row, Dossier | Attachment) else str(row.pk)
