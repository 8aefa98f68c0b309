"""From nothing to a submitted dossier; its files come by :mod:`dossiers.services.uploads`."""

from __future__ import annotations

from django.utils import timezone

from dossiers import audit
from dossiers.audit import AuditAction
from dossiers.crypto import digests
from dossiers.errors import (
    NothingToSubmitError,
    StateError,
)
from dossiers.models import Applicant, Dossier, User
from dossiers.moves import locked_dossier, move
from dossiers.permissions import require
from dossiers.roles import GRANTS, Permission, Reach, Role
from dossiers.services.lookup import LOOKUP, attachment_of, dossier_of, lookup_key
from dossiers.states import AttachmentState, DossierState, UploadState
from pipeline import dossier as nouns


def create_dossier(
    applicant: nouns.Applicant,
    policy: str,
    *,
    by: User | None = None,
    owner: User | None = None,
    title: str = "",
) -> Dossier:
    """Open a dossier for an applicant.

    Args:
        applicant: The strings of the application form.
        policy: Id of the notice.
        by: Who asks; an applicant becomes its owner whatever ``owner`` says.
        owner: The applicant's account, where an operator opens it.
        title: What the office calls it.

    Raises:
        PermissionRefusedError: ``by`` may not.
    """
    if by is not None:
        require(by, Permission.CREATE_DOSSIER)
        owner = by if GRANTS[Role(by.role)][Permission.CREATE_DOSSIER] is Reach.OWN else owner
    with audit.writing():
        dossier = Dossier.objects.create(
            applicant=_remembered(applicant), owner=owner, policy=policy, title=title
        )
        audit.append(
            AuditAction.DOSSIER_CREATED,
            actor=audit.actor_of(by),
            dossier=dossier.pk,
            details={"policy": policy, "owner": owner.pk if owner else None},
        )
    return dossier


def remove_attachment(dossier_id: str, ordinal: int, *, by: User | None = None) -> None:
    """Take an attachment out of an open dossier; its rows and bytes stay for the record.

    Raises:
        StateError: The dossier is not open, or the attachment is removed already.
    """
    if by is not None:
        require(by, Permission.UPLOAD, dossier_of(dossier_id))
    with audit.writing():
        dossier = locked_dossier(dossier_id)
        require_open(dossier)
        attachment = attachment_of(dossier_id, ordinal)
        move(attachment, AttachmentState.REMOVED, actor=audit.actor_of(by))
        attachment.doubts.filter(closed=None).update(closed=timezone.now())
        revised(dossier)


def submit_dossier(dossier_id: str, *, by: User | None = None) -> Dossier:
    """Hand a dossier in for processing. Emit the event for Prefect after this has returned.

    Raises:
        NothingToSubmitError: It has no attachment, or an upload has not ended.
        StateError: It is not open.
    """
    if by is not None:
        require(by, Permission.UPLOAD, dossier_of(dossier_id))
    with audit.writing():
        dossier = locked_dossier(dossier_id)
        there = dossier.attachments.exclude(state=AttachmentState.REMOVED).exists()
        if not there or dossier.uploads.filter(state=UploadState.RECEIVING).exists():
            raise NothingToSubmitError(dossier_id)
        move(dossier, DossierState.SUBMITTED, actor=audit.actor_of(by))
        dossier.submitted, dossier.failures = timezone.now(), 0
        dossier.save(update_fields=["submitted", "failures"])
    return dossier


def require_open(dossier: Dossier) -> None:
    """Refuse a dossier that is not open to changes.

    Raises:
        StateError: It is not.
    """
    if dossier.state != DossierState.OPEN:
        now = DossierState(dossier.state).label
        raise StateError(dossier.pk, state=now, wanted=DossierState.OPEN.label)


def revised(dossier: Dossier) -> None:
    """Count a change of the attachments."""
    dossier.revision += 1
    dossier.save(update_fields=["revision", "changed"])


def _remembered(applicant: nouns.Applicant) -> Applicant:
    return Applicant.objects.create(
        lookup=digests(lookup_key(applicant), LOOKUP)[0],
        name=applicant.name,
        unit=applicant.unit,
        id_number=applicant.id_number,
        phone=applicant.phone,
        email=applicant.email,
    )
