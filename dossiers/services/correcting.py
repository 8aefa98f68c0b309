"""What people corrected, in the words of the pipeline, and which masked copies have to follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db.models import QuerySet

from dossiers.models import CORRECTIONS, Decision, DecisionKind, User
from dossiers.permissions import require
from dossiers.roles import Permission
from dossiers.services.deciding import settle_decision
from dossiers.services.lookup import attachment_of, dossier_of
from dossiers.states import AttachmentState, DossierState
from pipeline import dossier as nouns
from pipeline.correcting import Correction, CorrectionKind
from pipeline.dossier import Kind
from pipeline.findings_file import FindingsFile, source_corners


def corrections_of(dossier_id: str) -> tuple[Correction, ...]:
    """Return the corrections that stand in a dossier, oldest first.

    A copy made now has to carry out all of them that concern its attachment.
    """
    rows = Decision.objects.filter(dossier_id=dossier_id, kind__in=CORRECTIONS, replaced_by=None)
    rows = rows.exclude(attachment__state=AttachmentState.REMOVED)
    return tuple(_noun(row) for row in rows.select_related("attachment", "finding").order_by("pk"))


def is_up_for_review(dossier_id: str) -> str | None:
    """Return None when corrections can be carried out now, else the state the dossier is in."""
    state = DossierState(dossier_of(dossier_id).state)
    return None if state in (DossierState.REVIEW, DossierState.READY) else state.label


def corrector(dossier_id: str, account: int | None) -> User | None:
    """Return in whose name corrections are carried out: who asks, else who decided last.

    Raises:
        PermissionRefusedError: The account may not decide.
    """
    if account is not None:
        by = User.objects.filter(pk=account).first()
        require(by, Permission.DECIDE, dossier_of(dossier_id))
        return by
    last = _waiting(dossier_id).select_related("author").order_by("-pk").first()
    return last.author if last is not None else None


def copies_wanted(dossier_id: str, decided: Mapping[int, Sequence[nouns.Decision]]) -> list[int]:
    """Return the ordinals of the attachments that another masked copy has to be made of.

    Args:
        dossier_id: Whose they are.
        decided: What is decided now, corrections among it, by ordinal.
    """
    waiting = list(_waiting(dossier_id).select_related("attachment", "replaces"))
    own = {d.attachment.ordinal for d in waiting if d.attachment is not None}
    everywhere = any(_is_for_all(d) for d in waiting)
    return [
        ordinal
        for ordinal, decisions in sorted(decided.items())
        if ordinal in own or (everywhere and _differs(dossier_id, ordinal, decisions))
    ]


def searches_wanted(dossier_id: str) -> list[int]:
    """Return the ordinals of the attachments whose copy a string has to be searched in.

    Empty unless one waits that people want masked everywhere. Where the first reading has it a copy
    is wanted anyway; only the second one, of the copy, may find it in others.
    """
    if not _waiting(dossier_id).filter(kind=DecisionKind.MASK_STRING).exists():
        return []
    there = dossier_of(dossier_id).attachments.exclude(state=AttachmentState.REMOVED)
    return [row.ordinal for row in there.order_by("ordinal") if row.current is not None]


def says_more(dossier_id: str, ordinal: int, document: FindingsFile) -> bool:
    """Whether the check of a copy found what the check of the newest one did not."""
    current = attachment_of(dossier_id, ordinal).current
    if current is None:
        return True
    known = set(current.doubts.values_list("code", "page"))
    return any((doubt.code, doubt.page) not in known for doubt in document.doubts)


def settle_what_needs_no_copy(dossier_id: str, *, by: User) -> None:
    """Say that nothing is left to carry out of what concerns the whole dossier.

    Call it when all of :func:`copies_wanted` are there.
    """
    for decision in _waiting(dossier_id).select_related("replaces"):
        if _is_for_all(decision):
            settle_decision(decision.pk, by=by)


def _waiting(dossier_id: str) -> QuerySet[Decision]:
    rows = Decision.objects.filter(dossier_id=dossier_id, settled=None, replaced_by=None)
    return rows.exclude(attachment__state=AttachmentState.REMOVED)


def _is_for_all(decision: Decision) -> bool:
    """Whether a decision is about the whole dossier, or takes back one that was."""
    taken_back = decision.replaces
    return decision.attachment_id is None or (
        taken_back is not None and taken_back.attachment_id is None
    )


def _differs(dossier_id: str, ordinal: int, decisions: Sequence[nouns.Decision]) -> bool:
    """Whether the newest masked copy shows or hides other places than what is decided now."""
    current = attachment_of(dossier_id, ordinal).current
    if current is None:
        return False
    stands = {
        (row.page, row.kind, tuple(map(tuple, row.polygon)))
        for row in current.findings.filter(action=nouns.Action.MASK.value)
    }
    wanted = {
        (d.finding.page, d.finding.kind.value, source_corners(d.finding.polygon))
        for d in decisions
        if d.action is nouns.Action.MASK
    }
    return stands != wanted


def _noun(row: Decision) -> Correction:
    finding = row.finding
    corners = finding.polygon if finding is not None else row.polygon or ()
    return Correction(
        number=row.pk,
        kind=CorrectionKind(row.kind),
        file=row.attachment.code if row.attachment is not None else None,
        page=finding.page if finding is not None else row.page,
        polygon=tuple((float(x), float(y)) for x, y in corners),
        found=Kind(finding.kind) if finding is not None else None,
        wanted=Kind(row.finding_kind) if row.finding_kind else None,
        text=row.text or "",
    )
