"""An uploaded ZIP becomes the files in it: each an upload and an attachment of its own.

Repeated after a crash, it goes on with what is not there yet; repeated when it is done, it says the
same again.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.utils import timezone

from dossiers import audit
from dossiers.audit import AuditAction
from dossiers.crypto import decrypt_bytes, encrypt_bytes
from dossiers.errors import DamagedValueError, KeyMissingError, StateError
from dossiers.models import Attachment, FileRole, Upload, User
from dossiers.moves import move
from dossiers.places import private_folder
from dossiers.services.uploads import (
    CHUNK_BYTES,
    Check,
    append_chunk,
    complete_upload,
    refuse_upload,
    register_upload,
    whole_upload,
)
from dossiers.states import UploadState
from pipeline.errors import MangpingError, RefusedInputError
from pipeline.intake import Limits
from pipeline.intake.archive import Unpacked, Unpacker, is_archive
from pipeline.intake.errors import EmptyDossierError
from pipeline.intake.names import natural_key

_PURPOSE = "unpacked"
_KEPT_SECONDS = 48 * 3600.0
_NAME_LENGTH = 255

KindOf = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Member:
    """A file of a ZIP and what became of it.

    Attributes:
        name: Its path in the ZIP, for people.
        attachment: Its code, such as ``a003``; empty when it was refused.
        code: Why it was refused.
        message: The same as a Chinese sentence.
    """

    name: str
    attachment: str = ""
    code: str = ""
    message: str = ""


def expand_upload(
    upload_key: str, *, by: User | None = None, check: Check, kind_of: KindOf
) -> list[Member] | None:
    """Make attachments of the files in an uploaded ZIP, in the natural order of their names.

    A file that is refused stops no other. Archives inside it are refused.

    Args:
        upload_key: Which upload.
        by: Who asks.
        check: Looks at each file as at one that is uploaded alone.
        kind_of: The kind of attachment that a file's name tells.

    Returns:
        What became of each file; None when the upload is no ZIP, or an own masked copy: then
        nothing was done.

    Raises:
        UploadIncompleteError: Bytes are missing.
        RefusedInputError: The ZIP as a whole is refused; it is removed.
        StateError: The upload has ended otherwise.
    """
    with whole_upload(upload_key, by=by) as (upload, staged):
        if upload.state != UploadState.RECEIVING:
            return None if upload.attachment_id else _told(upload)
        if upload.purpose != FileRole.ORIGINAL or not staged.exists() or not is_archive(staged):
            return None
        folder = _clean(upload_key)
        try:
            files, errors = _unpacked(staged, folder, upload)
            taken = list(_taken(upload, files, by, check, kind_of))
            refused = [Member(error.subject, "", error.code, str(error)) for error in errors]
            members = sorted([*taken, *refused], key=lambda one: natural_key(one.name))
            _tell(upload_key, members)
            _close(upload, members, by)
            staged.unlink(missing_ok=True)
        except RefusedInputError as refusal:
            refuse_upload(upload, by=by, code=refusal.code)
            raise
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    return members


def _unpacked(
    staged: Path, folder: Path, upload: Upload
) -> tuple[list[Unpacked], list[RefusedInputError]]:
    unpacker = Unpacker(folder, Limits(nesting=1))
    unpacker.unpack(staged, upload.name, 1, prefix="")
    if not unpacker.files and not unpacker.errors:
        raise EmptyDossierError(upload.name)
    return sorted(unpacker.files, key=lambda file: natural_key(file.shown)), unpacker.errors


def _taken(
    upload: Upload, files: list[Unpacked], by: User | None, check: Check, kind_of: KindOf
) -> Iterator[Member]:
    for file in files:
        try:
            attachment = _take(upload, file, by, check, kind_of)
        except MangpingError as error:
            yield Member(file.shown, "", error.code, str(error))
        else:
            yield Member(file.shown, attachment.code)
        file.path.unlink(missing_ok=True)


def _take(
    upload: Upload, file: Unpacked, by: User | None, check: Check, kind_of: KindOf
) -> Attachment:
    """Send a file through the same steps as one that comes alone."""
    size = file.path.stat().st_size
    name = file.shown[-_NAME_LENGTH:]
    with file.path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    if size == 0:
        check(file.path, name)
    own = _begun(upload, name, size, digest) or register_upload(
        upload.dossier_id, name=name, size=size, by=by, kind=kind_of(name), sha256=digest
    )
    if own.attachment is not None:
        return own.attachment
    with file.path.open("rb") as stream:
        stream.seek(own.received)
        at = own.received
        while piece := stream.read(CHUNK_BYTES):
            at = append_chunk(own.key, at, piece, by=by)
    return complete_upload(own.key, by=by, check=check)


def _begun(upload: Upload, name: str, size: int, digest: str) -> Upload | None:
    """Return the upload of a file that an earlier try left, finished or not."""
    rows = Upload.objects.filter(
        dossier_id=upload.dossier_id, sha256=digest, size=size, created__gte=upload.created
    ).exclude(state=UploadState.ABANDONED)
    return next((row for row in rows.select_related("attachment") if row.name == name), None)


def _close(upload: Upload, members: list[Member], by: User | None) -> None:
    with audit.writing():
        move(upload, UploadState.COMPLETE, actor=audit.actor_of(by))
        Upload.objects.filter(pk=upload.pk).update(changed=timezone.now())
        taken = sum(1 for one in members if one.attachment)
        audit.append(
            AuditAction.UPLOAD_RECEIVED,
            actor=audit.actor_of(by),
            dossier=upload.dossier_id,
            subject=upload.key,
            details={"size": upload.size, "taken": taken, "refused": len(members) - taken},
        )
    upload.refresh_from_db()


def _told(upload: Upload) -> list[Member]:
    """Return what was said before of a ZIP that is done."""
    try:
        kept = decrypt_bytes(_answer(upload.key).read_bytes(), _PURPOSE)
    except (OSError, DamagedValueError, KeyMissingError):
        now = UploadState(upload.state).label
        raise StateError(upload.key, state=now, wanted=UploadState.RECEIVING.label) from None
    return [Member(**one) for one in json.loads(kept)]


def _tell(key: str, members: list[Member]) -> None:
    content = [
        {"name": m.name, "attachment": m.attachment, "code": m.code, "message": m.message}
        for m in members
    ]
    place = _answer(key)
    place.touch(mode=0o600)
    place.write_bytes(encrypt_bytes(json.dumps(content).encode(), _PURPOSE))


def _answer(key: str) -> Path:
    return private_folder("unpacked") / f"{key}.told"


def _clean(key: str) -> Path:
    """Return an empty place for the files of a ZIP; what others left long ago goes."""
    root = private_folder("unpacked")
    before = time.time() - _KEPT_SECONDS
    for place in root.iterdir():
        if place.stat().st_mtime < before:
            if place.is_dir():
                shutil.rmtree(place, ignore_errors=True)
            else:
                place.unlink(missing_ok=True)
    folder = root / key
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    return folder
