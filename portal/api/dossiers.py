"""Dossiers over the API: opening, handing in, asking where it stands, fetching the package."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, HttpRequest
from django.urls import reverse
from ninja import P, PathEx, QueryEx, Router, Status
from ninja.responses import codes_4xx
from pydantic import ValidationError

from dossiers.errors import UnknownThingError
from dossiers.models import Attachment, CopyVersion, Dossier, StoredFile, User
from dossiers.permissions import allows_file, record_refusal, require, visible_dossiers
from dossiers.roles import Permission
from dossiers.services import kinds, receiving, releasing, uploads
from dossiers.services.deciding import open_queue
from dossiers.services.lookup import attachment_of
from dossiers.services.viewing import open_file
from dossiers.states import AttachmentState, DossierState
from pipeline.dossier import Applicant
from pipeline.policy.loader import load_policy
from portal import starting
from portal.access import permitted_dossier
from portal.api import schemas
from portal.errors import InputError
from portal.files import sent
from portal.naming import AUTO, kind_of_name

router = Router(tags=["材料"])

_MOST = 200
Id = PathEx[str, P(pattern="^d-[0-9a-f]{12}$")]
Key = PathEx[str, P(pattern="^[0-9a-f]{32}$")]
Ordinal = PathEx[int, P(ge=1)]
Answers = dict[Any, Any]
_ERRORS: Answers = {codes_4xx: schemas.ErrorOut}


def caller(request: HttpRequest) -> User:
    """Return the account that calls."""
    user = request.auth  # type: ignore[attr-defined]
    assert isinstance(user, User)
    return user


@router.post(
    "", response={201: schemas.DossierOut, **_ERRORS}, summary="新建材料", operation_id="create"
)
def create(request: HttpRequest, content: schemas.DossierIn) -> Any:
    """Open a dossier for an applicant; its files follow as uploads."""
    by = caller(request)
    require(by, Permission.CREATE_DOSSIER)
    load_policy(content.policy)
    try:
        applicant = Applicant.model_validate(content.applicant.model_dump())
    except ValidationError:
        raise InputError("applicant") from None
    made = receiving.create_dossier(applicant, content.policy, by=by, title=content.title)
    return Status(201, schemas.DossierOut.of(made))


@router.get("", response={200: schemas.DossierList, **_ERRORS}, summary="材料列表")
def index(
    request: HttpRequest,
    state: QueryEx[DossierState | None, P(description="只要这个状态的")] = None,
    offset: QueryEx[int, P(ge=0)] = 0,
    limit: QueryEx[int, P(ge=1, le=_MOST)] = 50,
) -> Any:
    """List the dossiers that the account may know of, newest first."""
    found = visible_dossiers(caller(request))
    if state is not None:
        found = found.filter(state=state)
    rows = found[offset : offset + limit]
    return {"total": found.count(), "dossiers": [schemas.DossierOut.of(d) for d in rows]}


@router.get("/{dossier_id}", response={200: schemas.DossierDetail, **_ERRORS}, summary="查询状态")
def detail(request: HttpRequest, dossier_id: Id) -> Any:
    """Tell where a dossier stands and what is left to do."""
    found = permitted_dossier(caller(request), dossier_id, Permission.SEE_STATUS)
    return {
        **schemas.DossierOut.of(found).model_dump(),
        "attachments": [schemas.AttachmentOut.of(row) for row in _attachments(found)],
        "doubts": open_queue(found.pk).count(),
        "blockers": [_blocker(b) for b in releasing.release_blockers(found.pk)],
        "note": found.note,
    }


@router.post(
    "/{dossier_id}/uploads",
    response={201: schemas.UploadOut, **_ERRORS},
    tags=["上传"],
    summary="登记一个文件",
)
def register(request: HttpRequest, dossier_id: Id, content: schemas.UploadIn) -> Any:
    """Announce a file of an open dossier."""
    by = caller(request)
    permitted_dossier(by, dossier_id, Permission.UPLOAD)
    made = uploads.register_upload(
        dossier_id,
        name=content.name,
        size=content.size,
        by=by,
        kind=kind_of_name(content.name) if content.kind == AUTO else content.kind,
        sha256=content.sha256,
        own_copy_of=content.own_copy_of,
    )
    return Status(201, schemas.UploadOut.of(made, uploads.CHUNK_BYTES))


@router.post(
    "/{dossier_id}/submit", response={200: schemas.DossierOut, **_ERRORS}, summary="提交处理"
)
def submit(request: HttpRequest, dossier_id: Id) -> Any:
    """Hand a dossier in; processing starts by itself."""
    by = caller(request)
    permitted_dossier(by, dossier_id, Permission.UPLOAD)
    found = receiving.submit_dossier(dossier_id, by=by)
    starting.announce_submitted(dossier_id)
    return schemas.DossierOut.of(found)


@router.post(
    "/{dossier_id}/reopen", response={200: schemas.DossierOut, **_ERRORS}, summary="重新打开"
)
def reopen(request: HttpRequest, dossier_id: Id) -> Any:
    """Open a returned dossier, or one that nobody has begun, for changes."""
    by = caller(request)
    permitted_dossier(by, dossier_id, Permission.UPLOAD)
    return schemas.DossierOut.of(releasing.reopen_dossier(dossier_id, by=by))


@router.delete(
    "/{dossier_id}/attachments/{ordinal}",
    response={204: None, **_ERRORS},
    summary="移除附件",
)
def remove(request: HttpRequest, dossier_id: Id, ordinal: Ordinal) -> Any:
    """Take an attachment out of an open dossier."""
    by = caller(request)
    permitted_dossier(by, dossier_id, Permission.UPLOAD)
    receiving.remove_attachment(dossier_id, ordinal, by=by)
    return Status(204, None)


@router.patch(
    "/{dossier_id}/attachments/{ordinal}",
    response={200: schemas.AttachmentOut, **_ERRORS},
    summary="更改附件种类",
)
def change_kind(
    request: HttpRequest, dossier_id: Id, ordinal: Ordinal, content: schemas.KindIn
) -> Any:
    """Say of what kind an attachment is; one that was processed is processed again."""
    by = caller(request)
    permitted_dossier(by, dossier_id, Permission.SEE_STATUS)
    moved = kinds.change_kind(dossier_id, ordinal, content.kind, by=by)
    if moved.state == DossierState.SUBMITTED:
        starting.announce_submitted(dossier_id)
    return schemas.AttachmentOut.of(attachment_of(dossier_id, ordinal))


@router.get(
    "/{dossier_id}/results",
    response={200: schemas.ResultsOut, **_ERRORS},
    by_alias=True,
    summary="处理结果",
)
def results(request: HttpRequest, dossier_id: Id) -> Any:
    """Tell what became of each attachment; no text of any page."""
    by = caller(request)
    found = permitted_dossier(by, dossier_id, Permission.SEE_STATUS)
    entries = [_result(row, by) for row in _attachments(found)]
    return {"id": found.pk, "state": found.state, "results": entries}


@router.get(
    "/{dossier_id}/attachments/{ordinal}/copy",
    response={200: None, **_ERRORS},
    summary="下载打码副本",
)
def masked_copy(request: HttpRequest, dossier_id: Id, ordinal: Ordinal) -> Any:
    """Send the newest masked copy of an attachment."""
    by = caller(request)
    found = permitted_dossier(by, dossier_id, Permission.VIEW_COPY)
    attachment = _attachments(found).filter(ordinal=ordinal).first()
    current = attachment.current if attachment is not None else None
    if current is None:
        raise UnknownThingError(f"{dossier_id}/a{ordinal:03d}")
    return _file(current.file, by)


@router.get(
    "/{dossier_id}/package", response={200: schemas.PackageOut, **_ERRORS}, summary="评审材料"
)
def package(request: HttpRequest, dossier_id: Id) -> Any:
    """List the reviewers' package of a released dossier."""
    by = caller(request)
    permitted_dossier(by, dossier_id, Permission.VIEW_PACKAGE)
    files = [
        {
            "name": row.name,
            "size": row.size,
            "sha256": row.sha256,
            "url": reverse("api:package_file", args=[dossier_id, row.key]),
        }
        for row in releasing.package_files(dossier_id)
    ]
    return {"id": dossier_id, "files": files}


@router.get(
    "/{dossier_id}/package/{key}",
    response={200: None, **_ERRORS},
    url_name="package_file",
    summary="下载评审材料中的一个文件",
)
def package_file(request: HttpRequest, dossier_id: Id, key: Key) -> Any:
    """Send a file of the package."""
    by = caller(request)
    permitted_dossier(by, dossier_id, Permission.VIEW_PACKAGE)
    found = next((row for row in releasing.package_files(dossier_id) if row.key == key), None)
    if found is None:
        record_refusal(by, "unknown-package-file", dossier_id)
        raise UnknownThingError("文件")
    return _file(found, by)


def _file(row: StoredFile, by: User) -> FileResponse:
    return sent(*open_file(row.key, by=by))


def _attachments(found: Dossier) -> Any:
    rows = found.attachments.exclude(state=AttachmentState.REMOVED)
    return rows.select_related("original", "dossier")


def _blocker(blocker: releasing.Blocker) -> dict[str, Any]:
    attachment = f"a{blocker.ordinal:03d}" if blocker.ordinal is not None else None
    return {"code": blocker.code, "message": blocker.message, "attachment": attachment}


def _result(row: Attachment, by: User) -> dict[str, Any]:
    current = row.current
    codes = row.doubts.filter(closed=None).order_by("pk").values_list("code", flat=True)
    return {
        "attachment": schemas.AttachmentOut.of(row),
        "copy": None if current is None else _copy(row, current, by),
        "doubts": list(codes),
    }


def _copy(row: Attachment, current: CopyVersion, by: User) -> dict[str, Any]:
    url = reverse("api:masked_copy", args=[row.dossier_id, row.ordinal])
    return {
        "version": current.number,
        "verdict": current.verdict,
        "pages": current.pages,
        "masks": current.masks,
        "sha256": current.file.sha256,
        "size": current.file.size,
        "url": url if allows_file(by, current.file) else None,
    }
