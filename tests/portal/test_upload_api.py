from __future__ import annotations

import hashlib
import io
import json
import shlex
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from dossiers.audit import AuditAction
from dossiers.models import Attachment, Dossier, User
from dossiers.places import private_folder
from dossiers.storage import Storage
from portal import inspection
from tests.dossiers.papers import FILE_NAME, events
from tests.portal import faults
from tests.portal.conftest import browser, program

PIECE = 700


def scan() -> bytes:
    page = Image.effect_noise((60, 40), 40).convert("RGB")
    stream = io.BytesIO()
    page.save(stream, "PNG")
    return stream.getvalue()


def registered(client: Client, dossier: Dossier, data: bytes, **more: Any) -> str:
    content = {"name": FILE_NAME, "size": len(data), **more}
    address = f"/api/v1/dossiers/{dossier.pk}/uploads"
    answer = client.post(address, content, "application/json")
    assert answer.status_code == 201, answer.content
    return str(answer.json()["key"])


def send(client: Client, key: str, offset: int, data: bytes) -> Any:
    headers = {"Upload-Offset": str(offset)}
    kind = "application/octet-stream"
    return client.patch(f"/api/v1/uploads/{key}", data, kind, headers=headers)


def taken(client: Client, dossier: Dossier, data: bytes, **more: Any) -> Any:
    key = registered(client, dossier, data, **more)
    assert send(client, key, 0, data).json() == {"received": len(data)}
    return client.post(f"/api/v1/uploads/{key}/complete")


def bytes_of(attachment: Attachment) -> bytes:
    with Storage().open(attachment.original) as stream:
        return stream.read()


def test_an_upload_that_was_cut_off_goes_on_where_it_stands(dossier: Dossier, owner: User) -> None:
    data = scan()
    client = program(owner)
    key = registered(client, dossier, data, sha256=hashlib.sha256(data).hexdigest())
    assert send(client, key, 0, data[:PIECE]).json() == {"received": PIECE}
    # The line broke; another program of the same account goes on.
    client = program(owner)
    assert client.get(f"/api/v1/uploads/{key}").json()["received"] == PIECE
    again = send(client, key, 0, data[:PIECE])
    assert again.status_code == 409
    assert (again.json()["code"], again.json()["expected"]) == ("upload-offset", PIECE)
    early = client.post(f"/api/v1/uploads/{key}/complete")
    assert early.status_code == 422 and early.json()["code"] == "upload-incomplete"
    assert send(client, key, PIECE, data[PIECE:]).json() == {"received": len(data)}
    for _ in range(2):  # The answer to the first may have been lost.
        done = client.post(f"/api/v1/uploads/{key}/complete")
        assert (done.status_code, done.json()["id"]) == (200, "a001")
    assert bytes_of(dossier.attachments.get()) == data


@pytest.mark.parametrize(
    ("data", "code", "word"),
    [
        (b"MZ\x90\x00" + bytes(500), "unknown-format", "不是能处理的格式"),
        (b"%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\n", "damaged-pdf", "已损坏"),
        (b"PK\x03\x04" + bytes(100), "archive-as-file", "压缩包"),
        (scan()[:-600], "damaged-image", "不完整"),
    ],
)
def test_a_bad_file_is_refused_with_its_sentence_and_the_others_stay(
    dossier: Dossier, owner: User, data: bytes, code: str, word: str
) -> None:
    client, good = program(owner), scan()
    assert taken(client, dossier, good).status_code == 200
    refused = taken(client, dossier, data)
    assert refused.status_code == 422
    assert refused.json()["code"] == code and word in refused.json()["message"]
    assert FILE_NAME in refused.json()["message"]
    assert taken(client, dossier, good).json()["id"] == "a002"
    assert [bytes_of(a) for a in dossier.attachments.all()] == [good, good]
    assert events(AuditAction.UPLOAD_REFUSED) == 1
    assert not [p for p in private_folder("uploads").iterdir() if p.stat().st_size]


def test_a_file_that_crashes_a_decoder_takes_nothing_down(
    dossier: Dossier, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = program(owner)
    with monkeypatch.context() as fault:
        fault.setattr(inspection, "refusal_of", faults.crash)
        refused = taken(client, dossier, scan())
    assert refused.status_code == 422 and refused.json()["code"] == "unreadable-file"
    assert taken(client, dossier, scan()).status_code == 200


def test_what_the_scanner_refuses_is_not_taken_and_its_failure_loses_nothing(
    dossier: Dossier, owner: User, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    client, data = program(owner), scan()

    def scanner(code: int) -> None:
        seen = tmp_path / "seen"
        script = f"import sys; open({str(seen)!r}, 'w').write(sys.argv[1]); sys.exit({code})"
        monkeypatch.setenv("MANGPING_SCANNER", shlex.join([sys.executable, "-c", script]))

    scanner(1)
    refused = taken(client, dossier, data)
    assert (refused.status_code, refused.json()["code"]) == (422, "infected")
    scanner(2)
    key = registered(client, dossier, data)
    send(client, key, 0, data)
    silent = client.post(f"/api/v1/uploads/{key}/complete")
    assert (silent.status_code, silent.json()["code"]) == (503, "scanner-unavailable")
    scanner(0)
    assert client.post(f"/api/v1/uploads/{key}/complete").status_code == 200
    assert bytes_of(dossier.attachments.get()) == data
    # The process list of the machine shows the scanner's arguments to everybody.
    assert FILE_NAME not in (tmp_path / "seen").read_text(encoding="utf-8")


def test_pieces_and_answers_have_their_limits(dossier: Dossier, owner: User) -> None:
    client = program(owner)
    key = registered(client, dossier, bytes(20_000_000))
    big = send(client, key, 0, bytes(9_000_000))
    assert (big.status_code, big.json()["code"]) == (413, "upload-too-large")
    for content in (
        {"name": "a"},
        {"name": "a", "size": 0},
        {"name": "a", "size": 5, "sha256": "z"},
    ):
        address = f"/api/v1/dossiers/{dossier.pk}/uploads"
        answer = client.post(address, json.dumps(content), "application/json")
        assert answer.status_code == 400 and answer.json()["code"] == "input"


def test_a_dossier_goes_in_over_the_api_alone(owner: User) -> None:
    client = program(owner)
    content = {
        "applicant": {
            "name": ["欧阳澹台"],
            "unit": ["九十九中"],
            "id_number": ["340403197001017998"],
        },
        "title": "申报",
    }
    made = client.post("/api/v1/dossiers", content, "application/json").json()
    dossier = Dossier.objects.get(pk=made["id"])
    assert taken(client, dossier, scan()).status_code == 200
    assert client.post(f"/api/v1/dossiers/{dossier.pk}/submit").json()["state"] == "submitted"
    told = client.get(f"/api/v1/dossiers/{dossier.pk}").json()
    assert told["attachments"][0]["state_label"] == "待处理"
    results = client.get(f"/api/v1/dossiers/{dossier.pk}/results").json()
    assert results["results"][0]["copy"] is None
    listed = client.get("/api/v1/dossiers?state=submitted").json()
    assert [d["id"] for d in listed["dossiers"]] == [dossier.pk]
    assert "欧阳澹台" not in json.dumps([told, results, listed], ensure_ascii=False)


def test_the_upload_page_uses_the_same_api(dossier: Dossier, owner: User) -> None:
    client = browser(owner, csrf=True)
    shown = client.get(f"/dossiers/{dossier.pk}/")
    assert "upload.js" in shown.content.decode()
    token = client.cookies["mangping-csrf"].value
    client.defaults["HTTP_X_CSRFTOKEN"] = token
    assert taken(client, dossier, scan()).status_code == 200
