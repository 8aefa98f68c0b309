"""The kind of an attachment, changed after it was handed in."""

from __future__ import annotations

from dossiers import audit
from dossiers.audit import AuditAction
from dossiers.errors import KindFixedError, UnknownKindError, UnknownThingError
from dossiers.models import Dossier, User
from dossiers.moves import locked_dossier, move
from dossiers.permissions import require
from dossiers.roles import Permission
from dossiers.services.lookup import attachment_of, dossier_of
from dossiers.services.runs import request_rerun
from dossiers.states import AttachmentState, DossierState
from pipeline.attachment_kinds import is_kind

_FIXED = (DossierState.PROCESSING, DossierState.RELEASED, DossierState.VOID)
_PROCESSED = (DossierState.REVIEW, DossierState.READY)


def change_kind(dossier_id: str, ordinal: int, kind: str, *, by: User | None = None) -> Dossier:
    """Say of what kind an attachment is.

    What was processed goes back in line, because examination and comparison depend on the kind, of
    other attachments too; what stands is reused. Emit the event for Prefect when the dossier that
    is returned is ``submitted``.

    Args:
        dossier_id: Whose it is.
        ordinal: Which attachment.
        kind: One of :mod:`pipeline.attachment_kinds`; the one it has changes nothing.
        by: Who asks: while the dossier is open whoever may upload, afterwards whoever may have it
            processed again.

    Raises:
        UnknownKindError: There is no such kind.
        UnknownThingError: There is no such attachment.
        KindFixedError: The dossier is being processed, released or void.
        PermissionRefusedError: ``by`` may not.
    """
    seen = dossier_of(dossier_id)
    if by is not None:
        is_open = seen.state == DossierState.OPEN
        require(by, Permission.UPLOAD if is_open else Permission.RUN, seen)
    if not is_kind(kind):
        raise UnknownKindError(dossier_id)
    with audit.writing():
        dossier = locked_dossier(dossier_id)
        # Permission was asked for the state that was seen.
        if dossier.state in _FIXED or dossier.state != seen.state:
            raise KindFixedError(dossier_id, state=DossierState(dossier.state).label)
        attachment = attachment_of(dossier_id, ordinal)
        if attachment.state == AttachmentState.REMOVED:
            raise UnknownThingError(str(attachment))
        if attachment.kind == kind:
            return dossier
        audit.append(
            AuditAction.KIND_CHANGED,
            actor=audit.actor_of(by),
            dossier=dossier_id,
            subject=attachment.code,
            details={"from": attachment.kind, "to": kind},
        )
        attachment.kind = kind
        attachment.save(update_fields=["kind"])
        if dossier.state in _PROCESSED:
            return request_rerun(dossier_id, ordinal=ordinal, by=by)
        if attachment.state != AttachmentState.WAITING:
            move(attachment, AttachmentState.WAITING, actor=audit.actor_of(by), reason="kind")
    return dossier
