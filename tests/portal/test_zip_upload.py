"""A folder in one ZIP, as people send it: its files become attachments, each told for itself."""

from __future__ import annotations

import io
import shlex
import sys
import zipfile
from collections.abc import Mapping
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from dossiers.audit import AuditAction
from dossiers.models import Dossier, Upload, User
from dossiers.places import private_folder
from dossiers.services.receiving import submit_dossier
from tests.dossiers.papers import FILE_NAME, events
from tests.portal.conftest import program


def scan(shade: int) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (60, 40), (shade, shade, shade)).save(stream, "PNG")
    return stream.getvalue()


def zipped(members: Mapping[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return stream.getvalue()


def sent(client: Client, dossier: Dossier, data: bytes, **more: Any) -> str:
    content = {"name": FILE_NAME + ".zip", "size": len(data), **more}
    made = client.post(f"/api/v1/dossiers/{dossier.pk}/uploads", content, "application/json")
    key = str(made.json()["key"])
    kind, headers = "application/octet-stream", {"Upload-Offset": "0"}
    assert client.patch(f"/api/v1/uploads/{key}", data, kind, headers=headers).status_code == 200
    return key


def expanded(client: Client, dossier: Dossier, data: bytes, **more: Any) -> Any:
    return client.post(f"/api/v1/uploads/{sent(client, dossier, data, **more)}/expand")


def test_a_folder_in_a_zip_becomes_attachments_in_the_order_of_their_names(
    dossier: Dossier, owner: User
) -> None:
    members = {
        "申报材料/10 年度考核表.png": scan(10),
        "申报材料/2 论文/封面.png": scan(2),
        "申报材料/1 聘书.png": scan(1),
        "申报材料/说明.txt": "欧阳澹台".encode(),
        "申报材料/空.pdf": b"",
        "__MACOSX/申报材料/._1 聘书.png": b"x",
        "申报材料/Thumbs.db": b"x",
    }
    answer = expanded(program(owner), dossier, zipped(members))
    assert answer.status_code == 200, answer.content
    told = [(f["name"], f["attachment"], f["code"]) for f in answer.json()["files"]]
    assert told == [
        ("申报材料/1 聘书.png", "a001", ""),
        ("申报材料/2 论文/封面.png", "a002", ""),
        ("申报材料/10 年度考核表.png", "a003", ""),
        ("申报材料/空.pdf", "", "empty-file"),
        ("申报材料/说明.txt", "", "unknown-format"),
    ]
    rows = dossier.attachments.order_by("ordinal")
    assert [row.kind for row in rows] == ["appointment", "paper", "assessment"]
    assert [row.original.name for row in rows] == [name for name, code, _ in told if code]
    assert "请" in answer.json()["files"][4]["message"]
    # Nothing is left but what was taken, and the dossier can be handed in.
    assert not [p for p in private_folder("uploads").iterdir() if p.stat().st_size]
    assert not [p for p in private_folder("unpacked").iterdir() if p.is_dir()]
    submit_dossier(dossier.pk)


def test_chinese_names_of_windows_zips_stay_readable(dossier: Dossier, owner: User) -> None:
    name = "材料/教师资格证.png"
    raw = name.encode("gbk")
    data = zipped({"x" * len(raw): scan(1)}).replace(b"x" * len(raw), raw)
    (file,) = expanded(program(owner), dossier, data).json()["files"]
    assert (file["name"], file["attachment"]) == (name, "a001")
    assert dossier.attachments.get().kind == "teacher_certificate"


def test_what_could_do_harm_in_a_zip_is_refused_by_name_and_the_rest_is_taken(
    dossier: Dossier, owner: User
) -> None:
    members = {
        "好.png": scan(1),
        "../../逃.png": scan(2),
        "里面.zip": zipped({"a.png": scan(3)}),
        "炸弹.png": bytes(70 * 1024 * 1024),
        "b.rar": b"Rar!\x1a\x07\x00" + bytes(50),
    }
    files = expanded(program(owner), dossier, zipped(members)).json()["files"]
    assert {f["name"]: f["code"] for f in files} == {
        "好.png": "",
        "../../逃.png": "unsafe-path",
        "里面.zip": "nested-too-deep",
        "炸弹.png": "compression-ratio",
        "b.rar": "unsupported-archive",
    }
    assert all("；请" in f["message"] for f in files if f["code"])
    assert dossier.attachments.count() == 1


def test_a_zip_with_a_password_says_so(dossier: Dossier, owner: User) -> None:
    data = bytearray(zipped({"聘书.png": scan(1)}))
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.find(mark) + flags] |= 1
    (file,) = expanded(program(owner), dossier, bytes(data)).json()["files"]
    assert file["code"] == "encrypted-archive" and "密码" in file["message"]


def test_a_zip_that_is_none_or_empty_is_refused_as_a_whole(dossier: Dossier, owner: User) -> None:
    client = program(owner)
    for data, code in (
        (zipped({"__MACOSX/._a": b"x"}), "empty-dossier"),
        (zipped({"a.png": scan(1)})[:-40], "damaged-archive"),
        (zipped({"[Content_Types].xml": b"x", "word/document.xml": b"x"}), "office-file"),
    ):
        answer = expanded(client, dossier, data)
        assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert not Upload.objects.exclude(state="abandoned") and not dossier.attachments.count()
    assert events(AuditAction.UPLOAD_REFUSED) == 3


def test_a_zip_is_told_the_same_again_when_the_answer_was_lost(
    dossier: Dossier, owner: User
) -> None:
    client = program(owner)
    key = sent(client, dossier, zipped({"1.png": scan(1), "2.txt": b"text"}))
    first, second = (client.post(f"/api/v1/uploads/{key}/expand").json() for _ in range(2))
    assert first == second and dossier.attachments.count() == 1


def test_a_scanner_that_fails_in_the_middle_of_a_zip_costs_nothing(
    dossier: Dossier, owner: User, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    """The files before it are taken once, the others at the next try, in their order."""
    client = program(owner)
    script = (
        "import pathlib, sys; p = pathlib.Path(sys.argv[1]); n = int(p.read_text() or 0) + 1; "
        "p.write_text(str(n)); sys.exit(2 if n == 2 else 0)"
    )
    counter = tmp_path / "count"
    counter.write_text("0")
    command = [sys.executable, "-c", script, str(counter)]
    monkeypatch.setenv("MANGPING_SCANNER", shlex.join(command))
    key = sent(client, dossier, zipped({f"{n}.png": scan(n) for n in (1, 2, 3)}))
    assert client.post(f"/api/v1/uploads/{key}/expand").status_code == 503
    assert dossier.attachments.count() == 1
    files = client.post(f"/api/v1/uploads/{key}/expand").json()["files"]
    assert [f["attachment"] for f in files] == ["a001", "a002", "a003"]
    assert [row.original.name for row in dossier.attachments.order_by("ordinal")] == [
        "1.png",
        "2.png",
        "3.png",
    ]


def test_an_own_masked_copy_is_no_zip(dossier: Dossier, owner: User) -> None:
    client = program(owner)
    assert expanded(client, dossier, scan(1)).json()["archive"] is False
    refused = expanded(client, dossier, zipped({"a.png": scan(2)}), own_copy_of=1)
    assert (refused.status_code, refused.json()["code"]) == (422, "archive-as-file")
