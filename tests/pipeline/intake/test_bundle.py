from __future__ import annotations

import io
import json
import stat
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from pipeline.errors import MangpingError, UsageError
from pipeline.intake import Bundle, Limits, open_bundle, open_source
from pipeline.intake import errors as refusals


def picture(shade: int = 255) -> bytes:
    buffer = io.BytesIO()
    Image.new("L", (20, 30), shade).save(buffer, "PNG")
    return buffer.getvalue()


def zipped(members: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def opened(tmp_path: Path, data: bytes, **limits: Any) -> Bundle:
    path = tmp_path / "材料.zip"
    path.write_bytes(data)
    return open_bundle(path, tmp_path / "work", limits=Limits(**limits))


def names(bundle: Bundle) -> list[str]:
    return [file.attachment.file for file in bundle.files]


def codes(bundle: Bundle) -> list[str]:
    return [error.code for error in bundle.errors]


def test_a_zip_gives_every_file_in_the_order_people_count(tmp_path: Path) -> None:
    members = {f"论文/第{n}页.png": picture(n) for n in (10, 2, 1)}
    junk = ["__MACOSX/._a", ".DS_Store", "论文/Thumbs.db", "~$论文.docx", "identity.json"]
    bundle = opened(tmp_path, zipped(members | dict.fromkeys(junk, b"x")))
    assert names(bundle) == ["论文/第1页.png", "论文/第2页.png", "论文/第10页.png"]
    assert [file.attachment.id for file in bundle.files] == ["a01", "a02", "a03"]
    assert {file.attachment.kind for file in bundle.files} == {"other"}
    assert bundle.errors == ()
    for file, shade in zip(bundle.files, (1, 2, 10), strict=True):
        with open_source(file.path, name=file.attachment.file) as source:
            assert int(source.page(1).pixels[0, 0, 0]) == shade


def test_paths_that_leave_the_folder_are_refused_and_the_rest_stands(tmp_path: Path) -> None:
    bad = ["../跑.png", "a/../../b.png", "/etc/x.png", "C:\\x.png", "..\\y.png", "\\\\host\\z.png"]
    bundle = opened(tmp_path, zipped(dict.fromkeys(bad, picture()) | {"好.png": picture()}))
    assert names(bundle) == ["好.png"]
    assert codes(bundle) == ["unsafe-path"] * len(bad)
    assert {p.name for p in tmp_path.iterdir()} == {"材料.zip", "work"}
    assert len(list((tmp_path / "work").iterdir())) == 1


def test_a_link_in_a_zip_or_a_folder_reads_nothing_outside(tmp_path: Path) -> None:
    buffer = io.BytesIO(zipped({"好.png": picture()}))
    with zipfile.ZipFile(buffer, "a") as archive:
        link = zipfile.ZipInfo("链接.png")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    bundle = opened(tmp_path, buffer.getvalue())
    assert (names(bundle), codes(bundle)) == (["好.png"], ["unsafe-path"])
    folder = tmp_path / "夹"
    folder.mkdir()
    (folder / "好.png").write_bytes(picture())
    (folder / "链接.png").symlink_to("/etc/passwd")
    (folder / "目录").symlink_to("/etc")
    bundle = open_bundle(folder, tmp_path / "work2")
    assert (names(bundle), codes(bundle)) == (["好.png"], ["unsafe-path"] * 2)


def test_forty_archives_in_one_another_end_at_the_third(tmp_path: Path) -> None:
    data = zipped({"底.png": picture()})
    for level in range(39):
        data = zipped({f"{level}.zip": data, f"{level}.png": picture()})
    bundle = opened(tmp_path, data)
    assert codes(bundle) == ["nested-too-deep"]
    assert names(bundle) == ["38.png", "38.zip/37.png", "38.zip/37.zip/36.png"]
    assert len(list((tmp_path / "work").iterdir())) == 3


def test_an_encrypted_member_is_named_and_the_rest_stands(tmp_path: Path) -> None:
    data = bytearray(zipped({"密.png": picture(), "好.png": picture()}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    bundle = opened(tmp_path, bytes(data))
    assert (names(bundle), codes(bundle)) == (["好.png"], ["encrypted-archive"])
    assert "密.png" in str(bundle.errors[0])


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_chinese_names_survive_zips_that_do_not_say_their_encoding(
    tmp_path: Path, encoding: str
) -> None:
    # The second byte of 乗 in GBK is a backslash.
    raw = "附件/教案乗.png".encode(encoding)
    data = zipped({"A" * len(raw): picture()}).replace(b"A" * len(raw), raw)
    assert names(opened(tmp_path, data)) == ["附件/教案乗.png"]


def test_a_name_of_two_hundred_characters_is_unpacked_and_shown_whole(tmp_path: Path) -> None:
    name = "长" * 200 + ".png"
    bundle = opened(tmp_path, zipped({name: picture()}))
    assert names(bundle) == [name]
    assert bundle.files[0].path.is_file()


@pytest.mark.parametrize(
    ("limits", "code"),
    [({"members": 2}, "too-many-members"), ({"unpacked_bytes": 500}, "unpacked-too-big")],
)
def test_a_zip_over_a_limit_is_refused_before_anything_is_unpacked(
    tmp_path: Path, limits: dict[str, int], code: str
) -> None:
    data = zipped({f"{n}": b"0" * 300 for n in range(3)})
    assert len(data) < 500
    with pytest.raises(refusals.RefusedInputError) as caught:
        opened(tmp_path, data, **limits)
    assert caught.value.code == code
    assert not (tmp_path / "work").exists()


def test_a_bomb_in_a_zip_is_not_unpacked(tmp_path: Path) -> None:
    data = zipped({"弹.bmp": bytes(70 * 1024 * 1024), "好.png": picture()})
    bundle = opened(tmp_path, data)
    assert (names(bundle), codes(bundle)) == (["好.png"], ["compression-ratio"])


def test_a_damaged_member_leaves_no_partial_file(tmp_path: Path) -> None:
    data = bytearray(zipped({"坏.bin": bytes(range(256)) * 40, "好.png": picture()}))
    data[60] ^= 0xFF
    bundle = opened(tmp_path, bytes(data))
    assert (names(bundle), codes(bundle)) == (["好.png"], ["damaged-archive"])
    assert len(list((tmp_path / "work").iterdir())) == 1


def test_a_zip_whose_directory_points_nowhere_is_damaged(tmp_path: Path) -> None:
    data = bytearray(zipped({"一.png": picture()}))
    data[-6:-2] = (10_000).to_bytes(4, "little")
    assert codes(opened(tmp_path, bytes(data))) == ["damaged-archive"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"PK\x03\x04" + b"\x00" * 100, "damaged-archive"),
        (b"plain", "not-a-dossier"),
        (b"", "not-a-dossier"),
        (zipped({}), "empty-dossier"),
    ],
)
def test_what_is_no_dossier_is_refused(tmp_path: Path, data: bytes, code: str) -> None:
    with pytest.raises(refusals.RefusedInputError) as caught:
        opened(tmp_path, data)
    assert caught.value.code == code


def describe(tmp_path: Path, description: object, *files: str) -> Bundle:
    folder = tmp_path / "卷宗"
    folder.mkdir()
    for name in files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(picture())
    (folder / "dossier.json").write_text(json.dumps(description), encoding="utf-8")
    return open_bundle(folder, tmp_path / "work")


def test_a_described_dossier_keeps_ids_kinds_and_order(tmp_path: Path) -> None:
    description = {
        "policy": "huainan-2025",
        "applicant": {"name": "张三", "phone": 13812345678},
        "attachments": [
            {"id": "paper-1", "file": "b/二.png", "kind": "paper"},
            {"file": "./一.png", "report_of": "paper-1"},
            {"id": "a01", "file": "b\\三.png"},
        ],
    }
    bundle = describe(tmp_path, description, "一.png", "b/二.png", "b/三.png", "不列.png")
    assert [f.attachment.id for f in bundle.files] == ["paper-1", "a02", "a01"]
    assert [f.attachment.kind for f in bundle.files] == ["paper", "other", "other"]
    assert [f.attachment.report_of for f in bundle.files] == [None, "paper-1", None]
    assert [f.path.name for f in bundle.files] == ["二.png", "一.png", "三.png"]
    assert bundle.policy == "huainan-2025"
    assert bundle.applicant is not None and bundle.applicant.phone == ("13812345678",)
    assert "张三" not in repr(bundle)


def test_a_description_inside_the_only_folder_of_a_zip_counts(tmp_path: Path) -> None:
    text = json.dumps({"attachments": [{"file": "一.png"}]}).encode()
    bundle = opened(tmp_path, zipped({"张/dossier.json": text, "张/一.png": picture()}))
    assert names(bundle) == ["一.png"]


def test_attachments_that_leave_the_folder_or_are_missing_are_listed(tmp_path: Path) -> None:
    (tmp_path / "外.png").write_bytes(picture())
    entries = [{"file": name} for name in ("一.png", "../外.png", "/etc/passwd", "无.png")]
    bundle = describe(tmp_path, {"attachments": entries}, "一.png")
    assert names(bundle) == ["一.png"]
    assert codes(bundle) == ["unsafe-path", "unsafe-path", "missing-file"]


@pytest.mark.parametrize(
    "description",
    [
        [],
        {},
        {"attachments": []},
        {"attachments": [{"file": "a", "id": "../x"}]},
        {"attachments": [{"file": "a", "id": "x"}, {"file": "b", "id": "X"}]},
        {"attachments": [{"file": "a", "report_of": "张三"}]},
        {"attachments": [{"file": "a"}], "applicant": {"unit": "淮南二中"}},
        {"attachments": [{"file": "a", "张三": 1}]},
    ],
)
def test_a_wrong_description_is_bad_usage_and_repeats_nothing(
    tmp_path: Path, description: object
) -> None:
    with pytest.raises(UsageError) as caught:
        describe(tmp_path, description)
    assert isinstance(caught.value, MangpingError) and caught.value.exit_code == 2
    assert "张三" not in str(caught.value) and "dossier.json" in str(caught.value)
