from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from dossiers.audit import AuditAction
from dossiers.errors import (
    NothingToSubmitError,
    StateError,
    UploadChecksumError,
    UploadIncompleteError,
    UploadOffsetError,
    UploadTooLargeError,
)
from dossiers.models import Attachment, FileRole, StoredFile, Upload
from dossiers.places import private_folder
from dossiers.services import uploads
from dossiers.services.receiving import remove_attachment, submit_dossier
from dossiers.services.uploads import append_chunk, complete_upload, register_upload
from dossiers.states import AttachmentState, DossierState
from dossiers.storage import Storage
from pipeline.errors import RefusedInputError
from tests.dossiers.papers import FILE_NAME, ORIGINAL, begin, events, open_dossier, upload

SHA256 = hashlib.sha256(ORIGINAL).hexdigest()


def _started(**more: object) -> Upload:
    dossier = open_dossier(0)
    return register_upload(dossier.pk, name=FILE_NAME, size=len(ORIGINAL), **more)  # type: ignore[arg-type]


def _bytes(attachment: Attachment) -> bytes:
    with Storage().open(attachment.original) as stream:
        return stream.read()


def test_a_cut_off_upload_goes_on_where_it_stands(db: None) -> None:
    row = _started(sha256=SHA256)
    assert append_chunk(row.key, 0, ORIGINAL[:100]) == 100
    # A killed process had written more than it could commit.
    with (private_folder("uploads") / row.key).open("ab") as stream:
        stream.write(b"half a piece")
    for wrong in (0, 99, 112, 500):
        with pytest.raises(UploadOffsetError) as caught:
            append_chunk(row.key, wrong, b"x")
        assert caught.value.facts["expected"] == 100
    with pytest.raises(UploadIncompleteError):
        complete_upload(row.key)
    assert append_chunk(row.key, 100, ORIGINAL[100:]) == len(ORIGINAL)
    attachment = complete_upload(row.key)
    assert _bytes(attachment) == ORIGINAL and attachment.original.sha256 == SHA256
    assert complete_upload(row.key) == attachment and Attachment.objects.count() == 1
    assert not list(private_folder("uploads").iterdir())


def test_bytes_that_the_disk_lost_are_asked_for_again(db: None) -> None:
    row = _started()
    append_chunk(row.key, 0, ORIGINAL[:200])
    with (private_folder("uploads") / row.key).open("r+b") as stream:
        stream.truncate(50)
    with pytest.raises(UploadOffsetError) as caught:
        append_chunk(row.key, 200, ORIGINAL[200:])
    assert caught.value.facts["expected"] == 50
    append_chunk(row.key, 50, ORIGINAL[50:])
    assert _bytes(complete_upload(row.key)) == ORIGINAL


def test_a_crash_between_file_and_row_loses_nothing(db: None) -> None:
    row = _started()
    append_chunk(row.key, 0, ORIGINAL)
    staged = private_folder("uploads") / row.key
    Storage().adopt(staged, dossier=row.dossier_id, role=FileRole.ORIGINAL, key=row.key)
    assert not staged.exists() and not StoredFile.objects.exists()
    assert _bytes(complete_upload(row.key)) == ORIGINAL


def test_more_than_was_announced_or_is_taken_is_refused(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = _started()
    with pytest.raises(UploadTooLargeError):
        append_chunk(row.key, 0, ORIGINAL + b"x")
    with pytest.raises(UploadTooLargeError):
        register_upload(row.dossier_id, name="a.pdf", size=10**10)
    monkeypatch.setattr(uploads, "CHUNK_BYTES", 10)
    with pytest.raises(UploadTooLargeError):
        append_chunk(row.key, 0, ORIGINAL[:11])


def test_a_refused_file_is_gone_and_the_refusal_recorded(db: None) -> None:
    def scan(file: Path, name: str) -> None:
        assert file.read_bytes() == ORIGINAL and name == FILE_NAME
        raise RefusedInputError("附件")

    wrong = _started(sha256="0" * 64)
    append_chunk(wrong.key, 0, ORIGINAL)
    with pytest.raises(UploadChecksumError):
        complete_upload(wrong.key)
    infected = _started()
    append_chunk(infected.key, 0, ORIGINAL)
    with pytest.raises(RefusedInputError):
        complete_upload(infected.key, check=scan)
    assert not Attachment.objects.exists() and events(AuditAction.UPLOAD_REFUSED) == 2
    names = [f.name for f in private_folder("uploads").iterdir()]
    assert wrong.key not in names and infected.key not in names
    with pytest.raises(StateError):
        append_chunk(infected.key, 0, ORIGINAL)


def test_a_dossier_is_handed_in_whole_and_then_closed_to_changes(db: None) -> None:
    dossier = open_dossier(0)
    with pytest.raises(NothingToSubmitError):
        submit_dossier(dossier.pk)
    first, second = upload(dossier), upload(dossier, ORIGINAL + b"2")
    open_upload = register_upload(dossier.pk, name="x.pdf", size=5)
    with pytest.raises(NothingToSubmitError):
        submit_dossier(dossier.pk)
    uploads.abandon_upload(open_upload.key)
    remove_attachment(dossier.pk, first.ordinal)
    assert submit_dossier(dossier.pk).state == DossierState.SUBMITTED
    with pytest.raises(StateError):
        register_upload(dossier.pk, name="x.pdf", size=5)
    with pytest.raises(StateError):
        remove_attachment(dossier.pk, second.ordinal)
    begin(dossier)
    assert (first.code, second.code) == ("a001", "a002")


def test_an_own_masked_copy_belongs_to_its_attachment(db: None) -> None:
    dossier = open_dossier(1)
    again = upload(dossier, b"%PDF own copy", own_copy_of=1)
    assert again.ordinal == 1 and again.own_file is not None
    assert again.own_file.role == FileRole.OWN_COPY and again.own_file.name == FILE_NAME
    assert again.state == AttachmentState.WAITING and dossier.attachments.count() == 1


def test_what_nobody_goes_on_with_does_not_fill_the_disk(db: None) -> None:
    row, fresh = _started(), _started()
    append_chunk(row.key, 0, ORIGINAL[:100])
    long_ago = timezone.now() - timedelta(days=3)
    Upload.objects.filter(pk=row.key).update(changed=long_ago)
    assert uploads.abandon_stale_uploads() == 1
    assert not list(private_folder("uploads").iterdir())
    assert append_chunk(fresh.key, 0, ORIGINAL[:100]) == 100


def test_a_kind_that_is_no_code_is_not_kept(db: None) -> None:
    assert (
        _started(kind="欧阳澹台的论文").kind == "other" and _started(kind="paper").kind == "paper"
    )


def test_another_store_than_the_disk_holds_the_same(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MANGPING_STORAGE", "memory://bucket/mangping")
    attachment = upload(open_dossier(0))
    assert _bytes(attachment) == ORIGINAL
    with Storage().local(attachment.original) as path:
        assert path.read_bytes() == ORIGINAL
    assert not path.exists() and not list(private_folder("files").iterdir())
