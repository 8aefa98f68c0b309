"""Dossiers with invented content, as the stages would make them."""

from __future__ import annotations

import hashlib
from pathlib import Path

from dossiers import audit
from dossiers.models import Attachment, Dossier, Run, RunKind, User
from dossiers.services.receiving import create_dossier, submit_dossier
from dossiers.services.results import AttachmentOutcome, attach_result
from dossiers.services.runs import RunGrant, finish_run, start_run
from dossiers.services.uploads import append_chunk, complete_upload, register_upload
from fixtures.findings import findings_file, name_found
from pipeline.dossier import Applicant
from pipeline.findings_file import FindingsFile
from pipeline.outcome import FileResult

# Invented; the tests look for every one of these strings where none may stand.
APPLICANT = Applicant(
    name=("欧阳澹台", "OUYANG Dantai"),
    unit=("淮上市第九十九实验中学", "九十九中"),
    id_number=("340403197001017998",),
    phone=("13900001234",),
    email=("dantai@example.org",),
)
FILE_NAME = "欧阳澹台-职称申报表.pdf"
ORIGINAL = "%PDF-1.7 欧阳澹台".encode() * 100
COPY = b"%PDF-1.7 masked pixels"
BOX = ((10.0, 10.0), (90.0, 10.0), (90.0, 40.0), (10.0, 40.0))


def upload(dossier: Dossier, data: bytes = ORIGINAL, **more: object) -> Attachment:
    row = register_upload(dossier.pk, name=FILE_NAME, size=len(data), **more)  # type: ignore[arg-type]
    append_chunk(row.key, 0, data)
    return complete_upload(row.key)


def open_dossier(files: int = 1, owner: User | None = None) -> Dossier:
    dossier = create_dossier(APPLICANT, "huainan-2025", owner=owner, title=FILE_NAME)
    for number in range(files):
        upload(dossier, ORIGINAL + bytes([number]))
    return dossier


def begin(dossier: Dossier, *, rerun: bool = False, worker: str = "w1") -> RunGrant:
    return start_run(dossier.pk, RunKind.PROCESS_DOSSIER, worker=worker, rerun=rerun)


def outcome(
    attachment: Attachment,
    folder: Path,
    *,
    doubtful: bool = False,
    data: bytes = COPY,
    carries_out: tuple[int, ...] = (),
) -> AttachmentOutcome:
    """What the pipeline would hand over for an attachment with one finding."""
    folder.mkdir(parents=True, exist_ok=True)
    copy = folder / f"{attachment.code}-{hashlib.sha256(data).hexdigest()[:8]}.pdf"
    copy.write_bytes(data)
    document = findings_of(attachment, data, doubtful=doubtful)
    result = FileResult(
        id=attachment.code,
        file="申报人-职称申报表.pdf",
        verdict=document.verdict,
        pages=1,
        sha256=document.sha256,
        copy_sha256=document.copy_sha256,
    )
    return AttachmentOutcome(attachment.ordinal, result, copy, document, carries_out)


def findings_of(attachment: Attachment, data: bytes, *, doubtful: bool) -> FindingsFile:
    found = name_found("p1-1", 1, BOX, "欧阳澹台", kind="applicant_name", doubtful=doubtful)
    return findings_file("申报人-职称申报表.pdf", attachment.original.sha256, data, (found,))


def processed(folder: Path, *, files: int = 1, doubtful: bool = False) -> Dossier:
    """A dossier that went through a whole run."""
    dossier = open_dossier(files)
    submit_dossier(dossier.pk)
    grant = begin(dossier)
    for attachment in dossier.attachments.all():
        attach_result(dossier.pk, outcome(attachment, folder, doubtful=doubtful), grant=grant)
    finish_run(grant)
    dossier.refresh_from_db()
    return dossier


def events(action: audit.AuditAction) -> int:
    return audit.AuditEvent.objects.filter(action=action.value).count()


def running(dossier: Dossier) -> Run:
    return dossier.runs.latest("pk")
