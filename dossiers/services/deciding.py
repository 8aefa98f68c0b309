"""The queue of what needs a person, and what people decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from dossiers import audit
from dossiers.audit import AuditAction
from dossiers.errors import DecisionError, StaleError, StateError, UnknownThingError
from dossiers.models import (
    CORRECTIONS,
    Attachment,
    CopyVersion,
    Decision,
    DecisionKind,
    Dossier,
    Doubt,
    Finding,
    User,
)
from dossiers.moves import locked_dossier
from dossiers.permissions import require
from dossiers.roles import Permission
from dossiers.services.lookup import attachment_of, dossier_of
from dossiers.services.releasing import settle
from dossiers.services.results import settle_attachment
from dossiers.states import AttachmentState, DossierState
from pipeline.dossier import Kind

Corners = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class DecisionInput:
    """What a person decides; which fields are needed depends on the kind.

    Attributes:
        kind: What is decided.
        ordinal: The attachment; needed but for ``mask-string``, which is for the whole dossier.
        version: Number of the masked copy the person looks at; it must be the newest.
        finding: Id of the finding, for ``accept``, ``reject`` and ``change-kind``.
        doubt: Id of the entry of the queue that this answers; needed for ``resolve``.
        page: From 1, for ``draw``.
        polygon: The drawn box in pixels of the stored page, for ``draw``.
        finding_kind: For ``draw``, ``change-kind`` and ``mask-string``.
        text: The string to mask, for ``mask-string``.
        note: Free text of the person; stored encrypted.
        replaces: Id of an earlier decision that no longer holds.
    """

    kind: DecisionKind
    ordinal: int | None = None
    version: int | None = None
    finding: int | None = None
    doubt: int | None = None
    page: int | None = None
    polygon: Corners | None = None
    finding_kind: Kind | None = None
    text: str | None = None
    note: str = ""
    replaces: int | None = None


_NEEDED: dict[DecisionKind, tuple[str, ...]] = {
    DecisionKind.ACCEPT: ("ordinal", "finding"),
    DecisionKind.REJECT: ("ordinal", "finding"),
    DecisionKind.CHANGE_KIND: ("ordinal", "finding", "finding_kind"),
    DecisionKind.DRAW: ("ordinal", "page", "polygon", "finding_kind"),
    DecisionKind.MASK_STRING: ("text", "finding_kind"),
    DecisionKind.RESOLVE: ("ordinal", "doubt"),
}


def open_queue(dossier_id: str) -> QuerySet[Doubt]:
    """Return what needs a person in a dossier, by attachment, page and place."""
    waiting = Doubt.objects.filter(attachment__dossier_id=dossier_id, closed=None)
    there = waiting.exclude(attachment__state=AttachmentState.REMOVED)
    by_place = there.select_related("attachment", "finding", "version")
    return by_place.order_by("attachment__ordinal", "page", "pk")


def doubtful_findings(dossier_id: str) -> QuerySet[Finding]:
    """Return the doubtful findings of the newest masked copies."""
    return current_findings(dossier_id).filter(doubtful=True)


def current_findings(dossier_id: str) -> QuerySet[Finding]:
    """Return all findings of the newest masked copies, by attachment and page."""
    there = CopyVersion.objects.filter(attachment__dossier_id=dossier_id)
    there = there.exclude(attachment__state=AttachmentState.REMOVED)
    newer = CopyVersion.objects.filter(
        attachment=OuterRef("attachment"), number__gt=OuterRef("number")
    )
    found = Finding.objects.filter(version__in=there.filter(~Exists(newer)))
    return found.order_by("version__attachment__ordinal", "page", "pk")


def record_decision(dossier_id: str, decision: DecisionInput, *, by: User) -> Decision:
    """Record what a person decided; it answers the doubts it is about.

    A correction (``reject``, ``change-kind``, ``draw``, ``mask-string``) then waits for a masked
    copy that carries it out: :func:`dossiers.services.results.new_copy_version`, and
    :func:`settle_decision` for what concerns the whole dossier.

    Raises:
        DecisionError: Something that its kind needs is missing.
        StaleError: There is a newer masked copy than the person looked at.
        StateError: The dossier is not up for review.
        PermissionRefusedError: ``by`` may not.
    """
    require(by, Permission.DECIDE, dossier_of(dossier_id))
    for name in _NEEDED[decision.kind]:
        if not getattr(decision, name) and not (name == "doubt" and decision.replaces):
            raise DecisionError(dossier_id, what=name)
    with audit.writing():
        dossier = locked_dossier(dossier_id)
        _require_review(dossier)
        attachment, version = _looked_at(dossier, decision)
        finding = _finding(version, decision.finding)
        doubt = _doubt(attachment, decision.doubt)
        correction = decision.kind in CORRECTIONS
        row = Decision.objects.create(
            dossier=dossier,
            attachment=attachment,
            version=version,
            finding=finding,
            doubt=doubt,
            kind=decision.kind,
            author=by,
            page=decision.page or (finding.page if finding else None),
            polygon=decision.polygon,
            finding_kind=decision.finding_kind or "",
            text=decision.text,
            note=decision.note,
            replaces=_replaced(dossier, decision.replaces),
            settled=None if correction else timezone.now(),
        )
        if row.replaces is not None and row.replaces.applied.exists() and not correction:
            # A copy hides or shows what was taken back: it has to be made anew.
            Decision.objects.filter(pk=row.pk).update(settled=None)
        _answer(row, attachment, finding, doubt)
        _write_down(row)
        if attachment is not None:
            settle_attachment(attachment, actor=audit.actor_of(by))
        settle(dossier, actor=audit.actor_of(by))
    return row


def _write_down(row: Decision) -> None:
    audit.append(
        AuditAction.DECIDED,
        actor=audit.actor_of(row.author),
        dossier=row.dossier_id,
        subject=f"decision:{row.pk}",
        details={
            "kind": str(row.kind),
            "attachment": row.attachment.code if row.attachment else None,
            "finding": row.finding_id,
            "doubt": row.doubt_id,
            "replaces": row.replaces_id,
        },
    )


def standing_corrections(dossier_id: str, ordinal: int) -> list[Decision]:
    """Return the corrections that a new copy of an attachment must carry out, oldest first.

    Those for the whole dossier are among them; those that were taken back are not.
    """
    attachment = attachment_of(dossier_id, ordinal)
    decisions = Decision.objects.filter(dossier_id=dossier_id, kind__in=CORRECTIONS)
    standing = decisions.filter(replaced_by=None).select_related("finding", "author")
    return [d for d in standing.order_by("pk") if d.attachment_id in (None, attachment.pk)]


def settle_decision(decision_id: int, *, by: User) -> None:
    """Say that nothing is left to carry out of a correction that concerns the whole dossier.

    Raises:
        UnknownThingError: There is no such decision.
        PermissionRefusedError: ``by`` may not.
    """
    row = Decision.objects.select_related("dossier").filter(pk=decision_id).first()
    if row is None:
        raise UnknownThingError("决定")
    require(by, Permission.DECIDE, row.dossier)
    with audit.writing():
        dossier = locked_dossier(row.dossier_id)
        Decision.objects.filter(pk=decision_id).update(settled=timezone.now())
        audit.append(
            AuditAction.SETTLED,
            actor=audit.actor_of(by),
            dossier=dossier.pk,
            subject=f"decision:{decision_id}",
        )
        settle(dossier, actor=audit.actor_of(by))


def _require_review(dossier: Dossier) -> None:
    if dossier.state not in (DossierState.REVIEW, DossierState.READY):
        now = DossierState(dossier.state).label
        raise StateError(dossier.pk, state=now, wanted=DossierState.REVIEW.label)


def _looked_at(
    dossier: Dossier, decision: DecisionInput
) -> tuple[Attachment | None, CopyVersion | None]:
    if decision.ordinal is None:
        return None, None
    attachment = attachment_of(dossier.pk, decision.ordinal)
    version = attachment.current
    if decision.version is not None and (version is None or version.number != decision.version):
        raise StaleError(str(attachment))
    return attachment, version


def _finding(version: CopyVersion | None, finding_id: int | None) -> Finding | None:
    if finding_id is None:
        return None
    found = Finding.objects.filter(pk=finding_id, version=version).first()
    if found is None:
        raise StaleError(f"finding:{finding_id}")
    return found


def _doubt(attachment: Attachment | None, doubt_id: int | None) -> Doubt | None:
    if doubt_id is None:
        return None
    found = Doubt.objects.filter(pk=doubt_id, attachment=attachment, closed=None).first()
    if found is None:
        raise StaleError(f"doubt:{doubt_id}")
    return found


def _replaced(dossier: Dossier, decision_id: int | None) -> Decision | None:
    if decision_id is None:
        return None
    found = Decision.objects.filter(pk=decision_id, dossier=dossier, replaced_by=None).first()
    if found is None:
        raise StaleError(f"decision:{decision_id}")
    return found


def _answer(
    decision: Decision,
    attachment: Attachment | None,
    finding: Finding | None,
    doubt: Doubt | None,
) -> None:
    """Close the doubts that a decision answers: the one named, and those about its finding."""
    answered: list[int] = [doubt.pk] if doubt is not None else []
    if attachment is not None and finding is not None:
        about = attachment.doubts.filter(finding=finding, closed=None)
        answered += about.values_list("pk", flat=True)
    Doubt.objects.filter(pk__in=answered).update(closed=timezone.now(), answer=decision)
