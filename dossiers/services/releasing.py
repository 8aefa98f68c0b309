"""Release: what stands against it, doing it, calling it back, and sending a dossier back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from django.utils import timezone

from dossiers import audit
from dossiers.audit import AuditAction
from dossiers.errors import DecisionError, NotReleasableError
from dossiers.models import (
    Assignment,
    Attachment,
    Decision,
    Dossier,
    Doubt,
    FileRole,
    StoredFile,
    User,
)
from dossiers.moves import locked_dossier, move
from dossiers.permissions import require
from dossiers.roles import Permission, Role
from dossiers.services.lookup import dossier_of
from dossiers.states import AttachmentState, DossierState, UploadState
from dossiers.storage import Storage
from pipeline.dossier import VerdictKind


@dataclass(frozen=True, slots=True)
class Blocker:
    """Something that stands against the release.

    Attributes:
        code: ``empty``, ``upload``, ``not-processed``, ``refused``, ``no-copy``, ``queue`` or
            ``correction``.
        message: One Chinese sentence.
        ordinal: Of the attachment; None for the dossier as a whole.
    """

    code: str
    message: str
    ordinal: int | None = None


def release_blockers(dossier_id: str) -> tuple[Blocker, ...]:
    """Return what stands against the release of a dossier; nothing does where it is empty.

    Raises:
        UnknownThingError: There is no such dossier.
    """
    return _blockers(dossier_of(dossier_id))


def is_settled(dossier: Dossier) -> bool:
    """Return whether nothing stands against the release."""
    return not _blockers(dossier)


def settle(dossier: Dossier, *, actor: str) -> None:
    """Move a dossier between ``review`` and ``ready`` as what stands against it comes and goes."""
    wanted = DossierState.READY if is_settled(dossier) else DossierState.REVIEW
    if dossier.state in (DossierState.REVIEW, DossierState.READY) and dossier.state != wanted:
        move(dossier, wanted, actor=actor)


def release_dossier(
    dossier_id: str, package: Mapping[str, Path], *, by: User | None = None
) -> Dossier:
    """Release a dossier: store the reviewers' package and open it to the assigned reviewers.

    Args:
        dossier_id: Which.
        package: The files of the package by their names in it; they are copied.
        by: Who asks.

    Raises:
        NotReleasableError: Something stands against it; see :func:`release_blockers`.
        StateError: It is not ready.
    """
    if by is not None:
        require(by, Permission.RELEASE, dossier_of(dossier_id))
    _require_no_blockers(dossier_of(dossier_id))
    storage = Storage()
    files = [
        storage.adopt(path, dossier=dossier_id, role=FileRole.PACKAGE, name=name, keep=True)
        for name, path in package.items()
    ]
    with audit.writing():
        dossier = locked_dossier(dossier_id)
        _require_no_blockers(dossier)
        for file in files:
            file.save(force_insert=True)
        move(dossier, DossierState.RELEASED, actor=audit.actor_of(by))
        dossier.released = timezone.now()
        dossier.save(update_fields=["released"])
    return dossier


def recall_dossier(dossier_id: str, *, reason: str, by: User | None = None) -> Dossier:
    """Call a release back; its package is closed at once.

    Args:
        dossier_id: Which.
        reason: A code.
        by: Who asks.

    Raises:
        StateError: It is not released.
    """
    if by is not None:
        require(by, Permission.RELEASE, dossier_of(dossier_id))
    with audit.writing():
        dossier = locked_dossier(dossier_id)
        move(dossier, DossierState.REVIEW, actor=audit.actor_of(by), reason=reason)
        open_files = dossier.files.filter(role=FileRole.PACKAGE, withdrawn=None)
        open_files.update(withdrawn=timezone.now())
        dossier.released = None
        dossier.save(update_fields=["released"])
    return dossier


def close_review(dossier_id: str, *, by: User) -> Dossier:
    """Make a dossier ready that was called back and has nothing left to be decided.

    Raises:
        NotReleasableError: Something stands against its release.
        PermissionRefusedError: ``by`` may not.
    """
    require(by, Permission.DECIDE, dossier_of(dossier_id))
    with audit.writing():
        dossier = locked_dossier(dossier_id)
        _require_no_blockers(dossier)
        settle(dossier, actor=audit.actor_of(by))
        dossier.refresh_from_db()
    return dossier


def return_dossier(
    dossier_id: str, *, reason: str, note: str = "", by: User | None = None
) -> Dossier:
    """Send a dossier back to its applicant.

    Args:
        dossier_id: Which.
        reason: A code.
        note: What the applicant is told; stored encrypted.
        by: Who asks.

    Raises:
        StateError: It is not in review or ready.
    """
    return _decided(dossier_id, DossierState.RETURNED, reason, by, note)


def void_dossier(dossier_id: str, *, reason: str, by: User | None = None) -> Dossier:
    """End a dossier for good; ``reason`` is a code.

    Raises:
        StateError: It is released or being processed.
    """
    return _decided(dossier_id, DossierState.VOID, reason, by)


def reopen_dossier(dossier_id: str, *, by: User | None = None) -> Dossier:
    """Open a returned or not yet processed dossier for its applicant's changes.

    Raises:
        StateError: It is in another state.
    """
    if by is not None:
        require(by, Permission.UPLOAD, dossier_of(dossier_id))
    with audit.writing():
        dossier = locked_dossier(dossier_id)
        return move(dossier, DossierState.OPEN, actor=audit.actor_of(by))


def assign_reviewer(dossier_id: str, reviewer: User, *, by: User | None = None) -> None:
    """Let a reviewer read the package once the dossier is released.

    Raises:
        DecisionError: The account is not a reviewer's.
    """
    if by is not None:
        require(by, Permission.ASSIGN_REVIEWERS, dossier_of(dossier_id))
    if reviewer.role != Role.REVIEWER:
        raise DecisionError(dossier_id, what="所选账号不是评审专家")
    with audit.writing():
        dossier = locked_dossier(dossier_id)
        _, made = Assignment.objects.get_or_create(dossier=dossier, reviewer=reviewer)
        if made:
            _record_assignment(AuditAction.REVIEWER_ASSIGNED, dossier, reviewer, by)


def unassign_reviewer(dossier_id: str, reviewer: User, *, by: User | None = None) -> None:
    """Take a reviewer's access away again."""
    if by is not None:
        require(by, Permission.ASSIGN_REVIEWERS, dossier_of(dossier_id))
    with audit.writing():
        dossier = locked_dossier(dossier_id)
        gone, _ = Assignment.objects.filter(dossier=dossier, reviewer=reviewer).delete()
        if gone:
            _record_assignment(AuditAction.REVIEWER_UNASSIGNED, dossier, reviewer, by)


def package_files(dossier_id: str) -> list[StoredFile]:
    """Return the files of the released package."""
    files = StoredFile.objects.filter(dossier_id=dossier_id, role=FileRole.PACKAGE, withdrawn=None)
    return list(files.select_related("dossier").order_by("created", "key"))


def unsettled_corrections(dossier: Dossier) -> list[Decision]:
    """Return the decisions that want another masked copy and have none yet, oldest first."""
    decisions = Decision.objects.filter(dossier=dossier, settled=None, replaced_by=None)
    return list(decisions.select_related("attachment").order_by("pk"))


def _blockers(dossier: Dossier) -> tuple[Blocker, ...]:
    found = []
    attachments = dossier.attachments.exclude(state=AttachmentState.REMOVED)
    if not attachments:
        found.append(Blocker("empty", "材料里没有附件。"))
    if dossier.uploads.filter(state=UploadState.RECEIVING).exists():
        found.append(Blocker("upload", "有附件还没有传完。"))
    for attachment in attachments.order_by("ordinal"):
        found.extend(_attachment_blockers(attachment))
    for correction in unsettled_corrections(dossier):
        ordinal = correction.attachment.ordinal if correction.attachment else None
        found.append(Blocker("correction", "有一项更正还没有做进副本。", ordinal))
    return tuple(found)


def _attachment_blockers(attachment: Attachment) -> list[Blocker]:
    ordinal, current = attachment.ordinal, attachment.current
    if attachment.state == AttachmentState.WAITING:
        return [Blocker("not-processed", "附件还没有处理完。", ordinal)]
    if attachment.state == AttachmentState.REFUSED:
        return [Blocker("refused", "附件未能处理，须更换或退回。", ordinal)]
    if (
        current is None
        or current.verdict == VerdictKind.ERROR
        or current.source_sha256 != attachment.original.sha256
    ):
        return [Blocker("no-copy", "附件没有可用的打码副本。", ordinal)]
    waiting = Doubt.objects.filter(attachment=attachment, closed=None).count()
    if waiting or attachment.state != AttachmentState.VERIFIED:
        return [Blocker("queue", f"附件还有 {waiting} 处需人工核对。", ordinal)]
    return []


def _require_no_blockers(dossier: Dossier) -> None:
    blockers = _blockers(dossier)
    if blockers:
        raise NotReleasableError(dossier.pk, count=len(blockers))


def _decided(
    dossier_id: str, wanted: DossierState, reason: str, by: User | None, note: str = ""
) -> Dossier:
    if by is not None:
        require(by, Permission.DECIDE, dossier_of(dossier_id))
    with audit.writing():
        dossier = locked_dossier(dossier_id)
        dossier.note = note
        dossier.save(update_fields=["note"])
        return move(dossier, wanted, actor=audit.actor_of(by), reason=reason)


def _record_assignment(
    action: AuditAction, dossier: Dossier, reviewer: User, by: User | None
) -> None:
    audit.append(
        action,
        actor=audit.actor_of(by),
        dossier=dossier.pk,
        subject=audit.actor_of(reviewer),
    )
