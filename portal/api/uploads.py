"""Uploads over the API: piece by piece, resumable at any byte. The upload page uses the same."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import HeaderEx, P, Router, Status
from ninja.responses import codes_4xx, codes_5xx

from dossiers.errors import UnknownThingError
from dossiers.models import Upload
from dossiers.permissions import record_refusal, require
from dossiers.roles import Permission
from dossiers.services import uploads
from dossiers.services.expanding import Member
from portal.api import schemas
from portal.api.dossiers import Key, caller
from portal.checking import expand, take_over

router = Router(tags=["上传"])

_ERRORS: dict[Any, Any] = {codes_4xx: schemas.ErrorOut, codes_5xx: schemas.ErrorOut}
_PIECE = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.get("/{key}", response={200: schemas.UploadOut, **_ERRORS}, summary="查询收到多少")
def state(request: HttpRequest, key: Key) -> Any:
    """Tell where an upload stands, so that it can go on from there."""
    return schemas.UploadOut.of(_upload(request, key), uploads.CHUNK_BYTES)


@router.patch(
    "/{key}",
    response={200: schemas.ReceivedOut, **_ERRORS},
    summary="发送一段",
    openapi_extra=_PIECE,
)
def append(
    request: HttpRequest,
    key: Key,
    upload_offset: HeaderEx[int, P(ge=0, description="这一段从第几字节开始")],
) -> Any:
    """Add a piece; the answer comes when it is on the disk and committed."""
    _upload(request, key)
    received = uploads.append_chunk(key, upload_offset, request.body, by=caller(request))
    return {"received": received}


@router.post(
    "/{key}/complete", response={200: schemas.AttachmentOut, **_ERRORS}, summary="收下文件"
)
def complete(request: HttpRequest, key: Key) -> Any:
    """Check the whole file and make an attachment of it; may be repeated."""
    _upload(request, key)
    return schemas.AttachmentOut.of(take_over(key, by=caller(request)))


@router.post(
    "/{key}/expand", response={200: schemas.ExpandedOut, **_ERRORS}, summary="解开 ZIP 并收下"
)
def unpack(request: HttpRequest, key: Key) -> Any:
    """Make attachments of the files in a ZIP, of anything else the one it is; may be repeated."""
    row, by = _upload(request, key), caller(request)
    members = expand(key, by=by)
    if members is None:
        taken = take_over(key, by=by)
        return {"archive": False, "files": [Member(row.name, taken.code)]}
    return {"archive": True, "files": members}


@router.delete("/{key}", response={204: None, **_ERRORS}, summary="放弃上传")
def abandon(request: HttpRequest, key: Key) -> Any:
    """Give an upload up."""
    _upload(request, key)
    uploads.abandon_upload(key, by=caller(request))
    return Status(204, None)


def _upload(request: HttpRequest, key: str) -> Upload:
    by = caller(request)
    row = Upload.objects.select_related("dossier", "attachment").filter(pk=key).first()
    if row is None:
        record_refusal(by, "unknown-upload")
        raise UnknownThingError("上传")
    require(by, Permission.UPLOAD, row.dossier)
    return row
