"""What the stages made of an attachment: masked copies, findings, and the doubts for a person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db.models import Max, Q
from django.utils import timezone

from dossiers import audit
from dossiers.audit import AuditAction
from dossiers.errors import StaleError
from dossiers.models import (
    CORRECTIONS,
    Attachment,
    CopyVersion,
    Decision,
    Doubt,
    FileRole,
    Finding,
    Origin,
    Run,
    StoredFile,
    User,
)
from dossiers.moves import locked_dossier, move
from dossiers.permissions import require
from dossiers.roles import Permission
from dossiers.services.leases import require_lease
from dossiers.services.lookup import attachment_of, dossier_of
from dossiers.services.releasing import settle
from dossiers.services.runs import RunGrant
from dossiers.states import AttachmentState
from dossiers.storage import Storage
from pipeline.dossier import VerdictKind
from pipeline.findings_file import FindingsFile
from pipeline.outcome import OWN_COPY_NAMES, PUBLICATION_NAMES, FileResult

CORRECTION_FAILED = "correction-failed"
_BATCH = 500


@dataclass(frozen=True, slots=True)
class AttachmentOutcome:
    """How the pipeline ended with one attachment.

    Attributes:
        ordinal: Of the attachment.
        result: The result.
        copy: The masked copy on this machine; None where there is none. It stays where it is.
        document: Its findings; None where there is no copy.
        carries_out: Ids of the decisions that the copy carries out.
    """

    ordinal: int
    result: FileResult
    copy: Path | None = None
    document: FindingsFile | None = None
    carries_out: tuple[int, ...] = ()


def attach_results(
    dossier_id: str, outcomes: Iterable[AttachmentOutcome], *, grant: RunGrant | None = None
) -> list[CopyVersion | None]:
    """Record several attachments, each in a transaction of its own; see :func:`attach_result`."""
    return [attach_result(dossier_id, outcome, grant=grant) for outcome in outcomes]


def attach_result(
    dossier_id: str, outcome: AttachmentOutcome, *, grant: RunGrant | None = None
) -> CopyVersion | None:
    """Record what a run made of one attachment. The same result again adds nothing.

    A correction that an earlier copy carried out and this one does not is wanted again, and stands
    against the release until a copy carries it out.

    Args:
        dossier_id: Whose it is.
        outcome: How it ended.
        grant: The run; its lease must be held.

    Returns:
        The newest masked copy; None where there is none.

    Raises:
        StaleError: The result is of another original than the attachment's.
        LeaseLostError: Another worker has taken over.
        StorageError: The copy cannot be stored.
    """
    attachment = attachment_of(dossier_id, outcome.ordinal)
    made = _stored(attachment, outcome.copy, outcome.document)
    with audit.writing():
        if grant is not None:
            require_lease(grant.lease)
        locked_dossier(dossier_id)
        attachment.refresh_from_db()
        attachment.pages = outcome.result.pages
        own, said = outcome.result.own_copy, outcome.result.publication
        attachment.own_result = own.model_dump(mode="json") if own else None
        attachment.publication = said.model_dump(mode="json") if said else None
        attachment.save(update_fields=["pages", "own_result", "publication"])
        version = attachment.current
        if made is not None:
            version = _new_version(
                attachment,
                made,
                origin=Origin.MACHINE,
                carries_out=outcome.carries_out,
                run=grant.run if grant else None,
                author=None,
            )
        _doubt_attachment(attachment, outcome.result)
        refused = outcome.result.verdict is VerdictKind.ERROR
        settle_attachment(attachment, actor=audit.SYSTEM, refused=refused)
        return version


def new_copy_version(
    dossier_id: str,
    ordinal: int,
    copy: Path,
    document: FindingsFile,
    *,
    by: User,
    carries_out: Sequence[int],
) -> CopyVersion:
    """Record a corrected masked copy that was verified again.

    Args:
        dossier_id: Whose it is.
        ordinal: Which attachment.
        copy: The copy on this machine; it stays where it is.
        document: Its findings, with the verdict of its verification.
        by: Who corrected it.
        carries_out: Ids of all decisions it carries out: those that stand from before as well.

    Raises:
        PermissionRefusedError: ``by`` may not.
        StaleError: The copy is of another original than the attachment's.
        StorageError: The copy cannot be stored.
    """
    require(by, Permission.DECIDE, dossier_of(dossier_id))
    attachment = attachment_of(dossier_id, ordinal)
    made = _stored(attachment, copy, document)
    if made is None:
        raise StaleError(str(attachment))
    with audit.writing():
        dossier = locked_dossier(dossier_id)
        attachment.refresh_from_db()
        version = _new_version(
            attachment,
            made,
            origin=Origin.CORRECTION,
            carries_out=carries_out,
            run=None,
            author=by,
        )
        _corrected(attachment)
        settle_attachment(attachment, actor=audit.actor_of(by))
        settle(dossier, actor=audit.actor_of(by))
        return version


def keep_copy_version(
    dossier_id: str, ordinal: int, *, by: User, carries_out: Sequence[int]
) -> None:
    """Record that the newest masked copy carries corrections out as it is: nothing is to be hidden.

    Args:
        dossier_id: Whose it is.
        ordinal: Which attachment; it has a copy, and that was searched.
        by: Who corrected.
        carries_out: Ids of all decisions it carries out.

    Raises:
        PermissionRefusedError: ``by`` may not.
    """
    require(by, Permission.DECIDE, dossier_of(dossier_id))
    with audit.writing():
        dossier = locked_dossier(dossier_id)
        attachment = attachment_of(dossier_id, ordinal)
        if attachment.current is not None:
            attachment.current.carries_out.set(carries_out)
        _corrected(attachment)
        settle_attachment(attachment, actor=audit.actor_of(by))
        settle(dossier, actor=audit.actor_of(by))


def _corrected(attachment: Attachment) -> None:
    """Close what an earlier try to correct an attachment left behind."""
    failed = attachment.doubts.filter(code=CORRECTION_FAILED, closed=None)
    failed.update(closed=timezone.now())


def settle_attachment(attachment: Attachment, *, actor: str, refused: bool = False) -> None:
    """Move an attachment to ``verified`` when no doubt is open, else to ``person``.

    Args:
        attachment: With its row fresh.
        actor: Who did what leads to it.
        refused: It could not be processed at all.
    """
    current = attachment.current
    open_doubts = attachment.doubts.filter(closed=None).exists()
    if refused:
        wanted = AttachmentState.REFUSED
    elif open_doubts or current is None or current.verdict == VerdictKind.ERROR:
        wanted = AttachmentState.PERSON
    else:
        wanted = AttachmentState.VERIFIED
    if attachment.state != wanted:
        move(attachment, wanted, actor=actor)


@dataclass(frozen=True, slots=True)
class _Made:
    file: StoredFile
    document_file: StoredFile
    document: FindingsFile


def _stored(
    attachment: Attachment, copy: Path | None, document: FindingsFile | None
) -> _Made | None:
    """Put a copy and its findings into the store, unless the newest version has the same."""
    if copy is None or document is None:
        return None
    if document.sha256 != attachment.original.sha256:
        raise StaleError(str(attachment))
    dossier, storage = attachment.dossier_id, Storage()
    file = storage.adopt(copy, dossier=dossier, role=FileRole.MASKED, keep=True)
    if file.sha256 != document.copy_sha256:
        storage.discard(file)
        raise StaleError(str(attachment))
    # The store keeps no text of the page; the table keeps it encrypted.
    bare = tuple(entry.model_copy(update={"text": None}) for entry in document.findings)
    data = document.model_copy(update={"findings": bare}).to_bytes()
    return _Made(file, storage.write(data, dossier=dossier, role=FileRole.FINDINGS), document)


def _new_version(
    attachment: Attachment,
    made: _Made,
    *,
    origin: Origin,
    carries_out: Sequence[int],
    run: Run | None,
    author: User | None,
) -> CopyVersion:
    current, document = attachment.current, made.document
    if (
        current is not None
        and current.file.sha256 == made.file.sha256
        and current.document.sha256 == made.document_file.sha256
        and set(carries_out) == set(current.carries_out.values_list("pk", flat=True))
    ):
        for unwanted in (made.file, made.document_file):
            Storage().discard(unwanted)
        return current
    made.file.save(force_insert=True)
    made.document_file.save(force_insert=True)
    last = attachment.versions.aggregate(last=Max("number"))["last"] or 0
    version = CopyVersion.objects.create(
        attachment=attachment,
        number=last + 1,
        origin=origin,
        file=made.file,
        document=made.document_file,
        source_sha256=document.sha256,
        verdict=document.verdict.value,
        pages=len(document.pages),
        masks=document.masks,
        policy=document.policy,
        program=document.program,
        run=run,
        author=author,
    )
    _add_findings(version, document)
    _renew_doubts(attachment, version, document)
    _carry_out(attachment, version, carries_out)
    audit.append(
        AuditAction.COPY_MADE,
        actor=audit.actor_of(author),
        dossier=attachment.dossier_id,
        subject=attachment.code,
        details={
            "version": version.number,
            "origin": origin.value,
            "verdict": version.verdict,
            "sha256": made.file.sha256,
            "findings": len(document.findings),
            "doubts": len(document.doubts),
        },
    )
    return version


def _add_findings(version: CopyVersion, document: FindingsFile) -> None:
    Finding.objects.bulk_create(
        (
            Finding(
                version=version,
                code=entry.id,
                page=entry.page,
                kind=entry.kind.value,
                polygon=entry.polygon,
                label=entry.label,
                recogniser=entry.recogniser,
                rule=entry.rule,
                score=entry.score,
                action=entry.action.value,
                reason=entry.reason,
                evidence=entry.evidence,
                doubtful=entry.doubtful,
                text=entry.text,
            )
            for entry in document.findings
        ),
        batch_size=_BATCH,
    )


def _renew_doubts(attachment: Attachment, version: CopyVersion, document: FindingsFile) -> None:
    """Put the new copy's doubts in the place of the earlier copies'.

    What a person has answered about a place stays answered in the copies that people correct; a
    copy that the machine made anew is looked at anew.
    """
    earlier = attachment.doubts.exclude(version=None)
    answered: set[str] = set()
    if version.origin == Origin.CORRECTION:
        said = earlier.filter(answer__replaced_by=None).exclude(answer=None)
        answered = {_place(d.code, d.page, d.polygon) for d in said}
    now = timezone.now()
    earlier.filter(closed=None).update(closed=now)
    by_place = {_place("", f.page, f.polygon): f for f in version.findings.all()}
    Doubt.objects.bulk_create(
        (
            Doubt(
                attachment=attachment,
                version=version,
                finding=by_place.get(_place("", entry.page, entry.polygon)),
                code=entry.code,
                message=entry.message,
                page=entry.page,
                polygon=entry.polygon,
                rule=entry.rule or "",
                closed=now if _place(entry.code, entry.page, entry.polygon) in answered else None,
            )
            for entry in document.doubts
        ),
        batch_size=_BATCH,
    )


def _doubt_attachment(attachment: Attachment, result: FileResult) -> None:
    """Renew the doubts that are about the attachment itself, not about a copy of it."""
    attachment.doubts.filter(version=None, closed=None).update(closed=timezone.now())
    said: list[tuple[str, str]] = []
    if result.error is not None:
        said.append((result.error.code, result.error.message))
    if result.own_copy is not None and result.own_copy.verdict != "pass":
        verdict = result.own_copy.verdict
        said.append((f"own-copy-{verdict}", f"申报人自己打码的副本：{OWN_COPY_NAMES[verdict]}。"))
    if result.publication is not None and result.publication.verdict != "accept":
        outcome = result.publication.verdict
        said.append((f"publication-{outcome}", f"论著审查：{PUBLICATION_NAMES[outcome]}。"))
    for code, message in said:
        Doubt.objects.create(attachment=attachment, code=code, message=message)


def _carry_out(attachment: Attachment, version: CopyVersion, ids: Sequence[int]) -> None:
    """Mark the corrections that a new copy carries out; the others are wanted again."""
    concerned = Decision.objects.filter(
        Q(attachment=attachment) | Q(attachment=None, dossier_id=attachment.dossier_id),
        kind__in=CORRECTIONS,
    )
    done = concerned.filter(pk__in=ids)
    version.carries_out.set(done)
    done.filter(attachment=attachment).update(settled=timezone.now())
    concerned.exclude(pk__in=ids).update(settled=None)
    # What only asked for another copy, because a correction was taken back, has got it.
    attachment.decisions.exclude(kind__in=CORRECTIONS).filter(settled=None).update(
        settled=timezone.now()
    )


def _place(code: str, page: int | None, polygon: Any) -> str:
    corners = [[float(x), float(y)] for x, y in polygon] if polygon else []
    return f"{code}|{page}|{corners}"
