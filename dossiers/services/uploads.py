"""Uploads piece by piece, until a file is an attachment.

What an answer is given for is on the disk and committed. A piece that was cut off is written again
from where the row says; :func:`complete_upload` may be repeated after a crash at any point.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

from django.db.models import Max, Sum
from django.utils import timezone
from filelock import FileLock

from dossiers import audit
from dossiers.audit import AuditAction
from dossiers.errors import (
    StateError,
    UnknownThingError,
    UploadChecksumError,
    UploadIncompleteError,
    UploadOffsetError,
    UploadTooLargeError,
    UploadTooManyError,
)
from dossiers.models import Attachment, Dossier, FileRole, Upload, User
from dossiers.moves import locked_dossier, move
from dossiers.permissions import require
from dossiers.places import private_folder
from dossiers.roles import Permission
from dossiers.services.lookup import attachment_of, dossier_of
from dossiers.services.receiving import require_open, revised
from dossiers.states import AttachmentState, UploadState
from dossiers.storage import Storage
from pipeline.errors import MangpingError
from pipeline.intake import Limits

CHUNK_BYTES = 8 * 1024 * 1024
_KIND = re.compile(r"[a-z][a-z0-9_\-]{0,39}")
_NAME_LENGTH = 255

Check = Callable[[Path, str], None]


def register_upload(
    dossier_id: str,
    *,
    name: str,
    size: int,
    by: User | None = None,
    kind: str = "other",
    sha256: str = "",
    own_copy_of: int | None = None,
) -> Upload:
    """Announce a file; its bytes follow with :func:`append_chunk`.

    Args:
        dossier_id: Whose it is; the dossier must be open.
        name: What people call it.
        size: Of the whole, in bytes.
        by: Who asks.
        kind: Kind of attachment, a code; anything else counts as ``other``, because it is stored
            in clear.
        sha256: Of the whole, where the sender knows it.
        own_copy_of: Ordinal of the attachment whose own masked copy it is.

    Raises:
        UploadTooLargeError: The file, or all files together, exceed the limits.
        UploadTooManyError: The dossier has as many files as are taken.
        PermissionRefusedError: ``by`` may not.
        StateError: The dossier is not open.
    """
    if by is not None:
        require(by, Permission.UPLOAD, dossier_of(dossier_id))
    limits = Limits()
    if not 0 < size <= limits.file_bytes:
        raise UploadTooLargeError(dossier_id, limit=limits.file_bytes)
    with audit.writing():
        dossier = locked_dossier(dossier_id)
        require_open(dossier)
        _require_room(dossier, size, limits)
        upload = Upload.objects.create(
            dossier=dossier,
            purpose=FileRole.ORIGINAL if own_copy_of is None else FileRole.OWN_COPY,
            of=None if own_copy_of is None else _present(dossier_id, own_copy_of),
            kind=kind if _KIND.fullmatch(kind) else "other",
            name=name[:_NAME_LENGTH],
            size=size,
            sha256=sha256.lower(),
        )
        audit.append(
            AuditAction.UPLOAD_STARTED,
            actor=audit.actor_of(by),
            dossier=dossier_id,
            subject=upload.key,
            details={"size": size, "purpose": upload.purpose},
        )
    return upload


def _require_room(dossier: Dossier, size: int, limits: Limits) -> None:
    counted = dossier.uploads.exclude(state=UploadState.ABANDONED)
    # An archive that was unpacked is gone; its files are counted.
    counted = counted.exclude(state=UploadState.COMPLETE, attachment=None)
    if counted.count() >= limits.members:
        raise UploadTooManyError(dossier.pk, limit=limits.members)
    total = counted.aggregate(total=Sum("size"))["total"] or 0
    if total + size > limits.unpacked_bytes:
        raise UploadTooLargeError(dossier.pk, limit=limits.unpacked_bytes)


def append_chunk(upload_key: str, offset: int, data: bytes, *, by: User | None = None) -> int:
    """Add a piece and return how many bytes are now on the disk for certain.

    Args:
        upload_key: Which upload.
        offset: Where the piece begins; must be what the last call returned.
        data: At most :data:`CHUNK_BYTES`.
        by: Who asks.

    Raises:
        UploadOffsetError: It begins elsewhere; ``facts["expected"]`` says where to go on.
        UploadTooLargeError: The piece, or the whole with it, is larger than announced.
        StateError: The upload has ended.
    """
    upload = _upload(upload_key, by)
    if len(data) > CHUNK_BYTES:
        raise UploadTooLargeError(upload_key, limit=CHUNK_BYTES)
    with _alone_with(upload_key):
        upload.refresh_from_db()
        _require_receiving(upload)
        received = min(upload.received, _staged_size(upload_key))
        if offset != received:
            Upload.objects.filter(pk=upload_key).update(received=received)
            raise UploadOffsetError(upload_key, expected=received)
        if offset + len(data) > upload.size:
            raise UploadTooLargeError(upload_key, limit=upload.size)
        handle = os.open(_staged(upload_key), os.O_WRONLY | os.O_CREAT, 0o600)
        with os.fdopen(handle, "wb") as stream:
            # What a killed process wrote beyond the committed end is written over.
            stream.truncate(offset)
            stream.seek(offset)
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        received = offset + len(data)
        Upload.objects.filter(pk=upload_key).update(received=received, changed=timezone.now())
    return received


def complete_upload(
    upload_key: str, *, by: User | None = None, check: Check | None = None
) -> Attachment:
    """Make an attachment of an upload; when this returns, bytes and rows are there to stay.

    Args:
        upload_key: Which upload; repeating the call for one that is complete changes nothing.
        by: Who asks.
        check: Looks at the finished file (with its name) and raises what is to be said to the
            sender: intake, a virus scanner. A file that is refused is removed.

    Raises:
        UploadIncompleteError: Bytes are missing.
        UploadChecksumError: It is not the file that was announced.
        MangpingError: Whatever ``check`` refuses with.
    """
    upload = _upload(upload_key, by)
    with _alone_with(upload_key):
        attachment = _completed(upload, by, check)
    _lock_file(upload_key).unlink(missing_ok=True)
    return attachment


@contextlib.contextmanager
def whole_upload(upload_key: str, *, by: User | None = None) -> Iterator[tuple[Upload, Path]]:
    """Give an upload and its finished file to a service that makes something else of it.

    Nobody else touches the upload meanwhile. It is given as it is, also when it has ended.

    Raises:
        UploadIncompleteError: Bytes are missing.
    """
    upload = _upload(upload_key, by)
    with _alone_with(upload_key):
        upload.refresh_from_db()
        if upload.state == UploadState.RECEIVING and upload.received < upload.size:
            raise UploadIncompleteError(upload.key, received=upload.received, size=upload.size)
        yield upload, _staged(upload_key)
    if upload.state != UploadState.RECEIVING:
        _lock_file(upload_key).unlink(missing_ok=True)


def refuse_upload(upload: Upload, *, by: User | None, code: str) -> None:
    """End an upload whose file is refused, and remove its bytes; inside :func:`whole_upload`."""
    _abandon(upload, by, code)
    upload.refresh_from_db()


def abandon_upload(upload_key: str, *, by: User | None = None) -> None:
    """Give an upload up and remove its bytes.

    Raises:
        StateError: It has ended.
    """
    upload = _upload(upload_key, by)
    with _alone_with(upload_key):
        upload.refresh_from_db()
        _require_receiving(upload)
        _abandon(upload, by, "given-up")
    _lock_file(upload_key).unlink(missing_ok=True)


def abandon_stale_uploads(*, hours: float = 48.0) -> int:
    """Give up the uploads of which nothing has come for long; return how many. For the sweep."""
    before = timezone.now() - timedelta(hours=hours)
    stale = Upload.objects.filter(state=UploadState.RECEIVING, changed__lt=before)
    keys = list(stale.values_list("pk", flat=True))
    for key in keys:
        with contextlib.suppress(StateError):
            abandon_upload(key)
    return len(keys)


def _completed(upload: Upload, by: User | None, check: Check | None) -> Attachment:
    upload.refresh_from_db()
    if upload.state == UploadState.COMPLETE and upload.attachment is not None:
        return upload.attachment
    _require_receiving(upload)
    if upload.received < upload.size:
        raise UploadIncompleteError(upload.key, received=upload.received, size=upload.size)
    staged = _staged(upload.key)
    if staged.exists():
        try:
            _check_staged(staged, upload, check)
        except MangpingError as refusal:
            _abandon(upload, by, refusal.code)
            raise
    return _take_over(upload, staged, by)


def _take_over(upload: Upload, staged: Path, by: User | None) -> Attachment:
    file = Storage().adopt(
        staged,
        dossier=upload.dossier_id,
        role=FileRole(upload.purpose),
        key=upload.key,
        name=upload.name,
    )
    with audit.writing():
        dossier = locked_dossier(upload.dossier_id)
        require_open(dossier)
        file.save(force_insert=True)
        if upload.of is not None:
            attachment = upload.of
            attachment.own_file = file
            attachment.save(update_fields=["own_file"])
            if attachment.state != AttachmentState.WAITING:
                move(attachment, AttachmentState.WAITING, actor=audit.actor_of(by))
        else:
            last = dossier.attachments.aggregate(last=Max("ordinal"))["last"] or 0
            attachment = Attachment.objects.create(
                dossier=dossier, ordinal=last + 1, kind=upload.kind, original=file
            )
        upload.attachment = attachment
        upload.save(update_fields=["attachment"])
        move(upload, UploadState.COMPLETE, actor=audit.actor_of(by))
        revised(dossier)
        audit.append(
            AuditAction.UPLOAD_RECEIVED,
            actor=audit.actor_of(by),
            dossier=dossier.pk,
            subject=upload.key,
            details={"attachment": attachment.code, "sha256": file.sha256, "size": file.size},
        )
    return attachment


def _present(dossier_id: str, ordinal: int) -> Attachment:
    attachment = attachment_of(dossier_id, ordinal)
    if attachment.state == AttachmentState.REMOVED:
        raise UnknownThingError(str(attachment))
    return attachment


def _check_staged(staged: Path, upload: Upload, check: Check | None) -> None:
    if upload.sha256:
        with staged.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
        if found != upload.sha256:
            raise UploadChecksumError(upload.key)
    if check is not None:
        check(staged, upload.name)


def _abandon(upload: Upload, by: User | None, code: str) -> None:
    with audit.writing():
        move(upload, UploadState.ABANDONED, actor=audit.actor_of(by))
        audit.append(
            AuditAction.UPLOAD_REFUSED,
            actor=audit.actor_of(by),
            dossier=upload.dossier_id,
            subject=upload.key,
            details={"code": code},
        )
    _staged(upload.key).unlink(missing_ok=True)


def _upload(key: str, by: User | None) -> Upload:
    try:
        upload = Upload.objects.select_related("dossier").get(pk=key)
    except Upload.DoesNotExist:
        raise UnknownThingError("上传") from None
    if by is not None:
        require(by, Permission.UPLOAD, upload.dossier)
    return upload


def _require_receiving(upload: Upload) -> None:
    if upload.state != UploadState.RECEIVING:
        now = UploadState(upload.state).label
        raise StateError(upload.key, state=now, wanted=UploadState.RECEIVING.label)


def _staged(key: str) -> Path:
    return private_folder("uploads") / key


def _staged_size(key: str) -> int:
    try:
        return _staged(key).stat().st_size
    except FileNotFoundError:
        return 0


def _lock_file(key: str) -> Path:
    return private_folder("uploads") / f"{key}.lock"


def _alone_with(key: str) -> FileLock:
    return FileLock(_lock_file(key), mode=0o600)
