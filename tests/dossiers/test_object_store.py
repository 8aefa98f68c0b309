"""The store on a real S3-compatible server."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from dossiers.errors import StorageError, StoreSettingError
from dossiers.models import FileRole
from dossiers.places import private_folder
from dossiers.storage import Storage
from pipeline.casefile import CaseNotReadableError, CaseNotWritableError
from tests.dossiers.papers import ORIGINAL, open_dossier, processed, upload
from tests.object_store import ObjectStore

_DOSSIER = "d-000000000001"
_LARGE = 6_000_000
# Writes a large file of a case again and again, each time of another byte.
_WRITES = """
import itertools, sys
import dossiers
dossiers.setup()
from dossiers.storage import Storage
case = Storage().case(sys.argv[1])
for number in itertools.count():
    case.write("masked/a001.pdf", bytes([65 + number % 26]) * int(sys.argv[2]))
    print(flush=True)
"""


@pytest.fixture
def bucket(object_store: ObjectStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    for name, value in object_store.environment.items():
        monkeypatch.setenv(name, value)
    # What does not answer is asked once, not for ten seconds.
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setenv("MANGPING_STORAGE", f"s3://{object_store.bucket}/{tmp_path.name}")
    return object_store.bucket


def test_what_is_handed_in_and_made_lies_in_the_bucket_and_comes_back(
    db: None, bucket: str, tmp_path: Path
) -> None:
    Storage().check()
    attachment = upload(open_dossier(0))
    with Storage().open(attachment.original) as stream:
        assert stream.read() == ORIGINAL
    with Storage().local(attachment.original) as path:
        assert path.read_bytes() == ORIGINAL
    assert not path.exists() and not list(private_folder("files").iterdir())
    assert processed(tmp_path / "made").state == "ready"
    Storage().discard(attachment.original)
    Storage().discard(attachment.original)
    with pytest.raises(StorageError):
        Storage().open(attachment.original)
    with pytest.raises(StorageError), Storage().local(attachment.original):
        pass


def test_a_case_in_the_bucket_is_listed_replaced_and_removed_as_on_the_disk(
    db: None, bucket: str, tmp_path: Path
) -> None:
    case, elsewhere = Storage().case(_DOSSIER), Storage().case(_DOSSIER)
    assert (case.names("work"), case.read("work/a"), case.sha256("work/a")) == ([], None, None)
    first, second = case.write("work/a", b"one"), case.write("masked/a.pdf", b"two")
    assert elsewhere.names("work") == ["a"]
    (tmp_path / "made").write_bytes(b"three")
    case.adopt(tmp_path / "made", "masked/b.pdf")
    # Seen at once, although the folder was listed before.
    case.write("work/b", b"four")
    assert elsewhere.names("work") == ["a", "b"]
    assert (elsewhere.sha256("work/a"), elsewhere.sha256("masked/a.pdf")) == (first, second)
    case.write("work/a", b"five")
    assert elsewhere.read("work/a") == b"five" and elsewhere.read("masked/b.pdf") == b"three"
    with elsewhere.local("work/a") as place:
        assert place.read_bytes() == b"five"
    case.remove("work/a")
    case.remove("work/a")
    assert elsewhere.names("work") == ["b"] and elsewhere.read("work/a") is None
    with pytest.raises(FileNotFoundError), elsewhere.local("work/a"):
        pass


def test_nobody_sees_half_a_file_while_it_is_written_or_after_the_writer_was_killed(
    db: None, bucket: str, state: Path
) -> None:
    words = [sys.executable, "-c", _WRITES, _DOSSIER, str(_LARGE)]
    environment = os.environ | {"MANGPING_STATE": str(state)}
    case = Storage().case(_DOSSIER)
    with subprocess.Popen(words, env=environment, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None and writer.stdout.readline()
        seen: set[bytes] = set()
        deadline = time.monotonic() + 60
        while len(seen) < 4 and time.monotonic() < deadline:
            # This server cannot always list or read what is being replaced: then it says so.
            with suppress(CaseNotReadableError):
                data = case.read("masked/a001.pdf")
                assert data is not None and data == data[:1] * _LARGE
                seen.add(data[:1])
                assert case.names("masked") == ["a001.pdf"]
            time.sleep(0.02)
        writer.kill()
    assert len(seen) == 4
    data = case.read("masked/a001.pdf")
    assert data is not None and data == data[:1] * _LARGE
    assert case.names("masked") == ["a001.pdf"]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"MANGPING_STORAGE": "s3://misspelt/a"}, "存储桶或文件夹不存在"),
        (
            {"MANGPING_STORAGE": "s3://office/b", "AWS_ENDPOINT_URL": "http://127.0.0.1:9"},
            "连接不上",
        ),
        ({"MANGPING_STORAGE": "cloud://office/c"}, "不认识这种地址"),
    ],
)
def test_a_wrong_setting_is_told_in_one_sentence_and_makes_no_bucket(
    db: None,
    bucket: str,
    object_store: ObjectStore,
    changes: dict[str, str],
    why: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in changes.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(StoreSettingError, match=why) as caught:
        Storage().check()
    assert "made-up" not in str(caught.value) and not object_store.has("misspelt")


def test_nothing_is_served_over_a_bucket_that_is_not_there(
    db: None, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MANGPING_STORAGE", "s3://misspelt/a")
    words = [sys.executable, "-m", "flows.serve"]
    environment = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
    said = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    (sentence,) = said.stderr.splitlines()
    assert "存储桶或文件夹不存在" in sentence and "MANGPING_STORAGE" in sentence
    assert said.returncode == StoreSettingError.exit_code


def test_a_store_that_goes_away_fails_what_is_asked_of_it_with_our_own_errors(
    db: None, bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    attachment = upload(open_dossier(0))
    monkeypatch.setenv("MANGPING_STORAGE", "s3://office/away")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    (tmp_path / "made").write_bytes(b"made")
    storage, case = Storage(), Storage().case(_DOSSIER)
    with pytest.raises(StorageError):
        storage.open(attachment.original)
    with pytest.raises(StorageError):
        storage.adopt(tmp_path / "made", dossier=_DOSSIER, role=FileRole.REPORT, keep=True)
    with pytest.raises(CaseNotReadableError):
        case.read("work/a")
    with pytest.raises(CaseNotWritableError):
        case.write("work/a", b"one")
