from __future__ import annotations

import io
import struct
import time
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pymupdf
import pytest
from PIL import Image

from pipeline.errors import RefusedInputError
from pipeline.intake import Limits, open_source
from pipeline.intake import errors as refusals


def refused(path: Path, limits: Limits | None = None) -> RefusedInputError:
    """Open and read a file that must be refused; check what every refusal owes the user."""
    with (
        pytest.raises(RefusedInputError) as caught,
        open_source(path, limits=limits) as source,
    ):
        for _ in source.pages():
            pass
    error = caught.value
    assert error.exit_code == 2
    assert path.name in str(error)
    assert str(error).endswith("。") and "\n" not in str(error)
    assert error.as_json()["code"] != "refused"
    return error


def jpeg() -> bytes:
    noise = np.random.default_rng(1).integers(0, 255, (300, 200, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noise).save(buffer, "JPEG")
    return buffer.getvalue()


def scanned_pdf() -> bytes:
    document = pymupdf.open()
    page = document.new_page(width=200, height=300)
    page.insert_image(page.rect, stream=jpeg())
    return bytes(document.tobytes())


def png_header(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">L", zlib.crc32(kind + data))
        return struct.pack(">L", len(data)) + kind + data + check

    head = struct.pack(">LLBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\x00" * 1_000_000, 9)
    signature = b"\x89PNG\r\n\x1a\n"
    return signature + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def written(tmp_path: Path, name: str, data: bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("name", "data", "error"),
    [
        ("空.pdf", b"", refusals.EmptyFileError),
        ("文本.pdf", "姓名：张三\n".encode() * 50, refusals.UnknownFormatError),
        ("网页.jpg", b"<!DOCTYPE html><html></html>", refusals.UnknownFormatError),
        ("动.png", b"GIF89a" + b"\x00" * 99, refusals.UnknownFormatError),
        ("乱.tif", bytes(range(256)) * 4, refusals.UnknownFormatError),
        ("旧.pdf", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, refusals.OfficeFileError),
        ("包.pdf", b"Rar!\x1a\x07\x00" + b"\x00" * 99, refusals.UnsupportedArchiveError),
        ("截断.jpg", jpeg()[:-9000], refusals.DamagedImageError),
        ("只有头.jpg", jpeg()[:30], refusals.DamagedImageError),
        ("炸弹.png", png_header(60_000, 60_000), refusals.SideTooLongError),
        ("大.png", png_header(10_000, 9_000), refusals.TooManyPixelsError),
        ("短.png", png_header(5_000, 5_000), refusals.DamagedImageError),
        ("半.pdf", scanned_pdf()[:20_000], refusals.DamagedPdfError),
        ("头.pdf", scanned_pdf()[:100], refusals.DamagedPdfError),
        ("假.pdf", b"%PDF-1.7\n" + b"x" * 500, refusals.DamagedPdfError),
        ("坏.tif", b"II*\x00" + b"\xff" * 200, refusals.DamagedImageError),
        ("坏.bmp", b"BM" + b"\xff" * 12 + b"\x28\x00\x00\x00" + b"\xff" * 99, None),
        ("坏.webp", b"RIFF\xff\xff\x00\x00WEBPVP8 " + b"\xff" * 99, None),
        ("坏.heic", b"\x00\x00\x00\x18ftypheic" + b"\xff" * 99, refusals.DamagedImageError),
    ],
)
def test_bytes_that_are_no_page_are_refused_in_one_sentence(
    tmp_path: Path, name: str, data: bytes, error: type[RefusedInputError] | None
) -> None:
    found = refused(written(tmp_path, name, data))
    assert error is None or type(found) is error


def test_a_png_bomb_costs_no_time(tmp_path: Path) -> None:
    path = written(tmp_path, "炸弹.png", png_header(60_000, 60_000))
    started = time.perf_counter()
    refused(path)
    assert time.perf_counter() - started < 1


def test_an_image_bomb_inside_a_pdf_is_not_decoded(tmp_path: Path) -> None:
    document = pymupdf.open()
    page = document.new_page()
    page.insert_text((50, 50), "x")
    page.insert_image((100, 100, 200, 200), stream=jpeg())
    xref = page.get_images()[0][0]
    document.xref_set_key(xref, "Width", "60000")
    document.xref_set_key(xref, "Height", "60000")
    document.save(tmp_path / "炸弹.pdf")
    assert isinstance(refused(tmp_path / "炸弹.pdf"), refusals.SideTooLongError)


def test_a_pdf_of_ten_thousand_pages_is_refused_before_any_is_drawn(tmp_path: Path) -> None:
    count = 10_000
    objects = ["<</Type/Catalog/Pages 2 0 R>>"]
    kids = " ".join(f"{n} 0 R" for n in range(3, count + 3))
    objects.append(f"<</Type/Pages/Count {count}/Kids[{kids}]>>")
    objects += ["<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>"] * count
    data, table = "%PDF-1.4\n", "0000000000 65535 f \n"
    parts, at = [data], len(data)
    for number, body in enumerate(objects, start=1):
        table += f"{at:010} 00000 n \n"
        parts.append(f"{number} 0 obj{body}endobj\n")
        at += len(parts[-1])
    size = len(objects) + 1
    parts.append(
        f"xref\n0 {size}\n{table}trailer<</Size {size}/Root 1 0 R>>\nstartxref\n{at}\n%%EOF"
    )
    written(tmp_path, "长.pdf", "".join(parts).encode())
    started = time.perf_counter()
    assert "10000 页" in str(refused(tmp_path / "长.pdf"))
    assert time.perf_counter() - started < 5


def test_an_encrypted_pdf_says_so_and_one_without_a_user_password_opens(tmp_path: Path) -> None:
    document = pymupdf.open("pdf", scanned_pdf())
    aes = pymupdf.PDF_ENCRYPT_AES_256
    document.save(tmp_path / "密.pdf", encryption=aes, user_pw="a", owner_pw="b")
    document.save(tmp_path / "限.pdf", encryption=aes, user_pw="", owner_pw="b")
    assert isinstance(refused(tmp_path / "密.pdf"), refusals.EncryptedPdfError)
    with open_source(tmp_path / "限.pdf") as source:
        assert source.page(1).pixels.shape == (300, 200, 3)


def test_a_pdf_page_as_big_as_a_house_is_refused(tmp_path: Path) -> None:
    document = pymupdf.open()
    document.new_page(width=100, height=100).set_mediabox(pymupdf.Rect(0, 0, 90_000, 90_000))
    document.save(tmp_path / "大.pdf")
    assert isinstance(refused(tmp_path / "大.pdf"), refusals.PageSizeError)


def test_a_pdf_whose_page_lost_its_content_is_not_taken_for_a_blank_page(tmp_path: Path) -> None:
    data = scanned_pdf()
    path = written(tmp_path, "缺.pdf", data[: int(len(data) * 0.7)])
    assert isinstance(refused(path), refusals.DamagedPdfError)


def test_limits_are_named_with_file_and_figure(tmp_path: Path) -> None:
    path = written(tmp_path, "图.jpg", jpeg())
    assert isinstance(refused(path, Limits(file_bytes=1000)), refusals.FileTooBigError)
    assert "250" in str(refused(path, Limits(page_side=250)))
    assert "5000" in str(refused(path, Limits(page_pixels=5000)))
    pages = [Image.new("L", (9, 9))] * 3
    pages[0].save(tmp_path / "多.tif", save_all=True, append_images=pages[1:])
    assert "3 页" in str(refused(tmp_path / "多.tif", Limits(pages=2)))
    assert isinstance(refused(path, Limits(page_seconds=1e-9)), refusals.SlowPageError)


def test_office_files_are_sent_back_with_their_own_sentence(tmp_path: Path) -> None:
    for member, error in (
        ("[Content_Types].xml", refusals.OfficeFileError),
        ("OFD.xml", refusals.OfdFileError),
        ("a.jpg", refusals.ArchiveAsPageError),
    ):
        path = tmp_path / "论文.docx"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("first.bin", np.random.default_rng(2).bytes(9000))
            archive.writestr(member, "x")
        assert type(refused(path)) is error


def test_an_animation_is_refused_because_most_of_it_would_not_be_looked_at(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (20, 20), (n * 99, 0, 0)) for n in range(3)]
    frames[0].save(tmp_path / "动.webp", save_all=True, append_images=frames[1:])
    assert isinstance(refused(tmp_path / "动.webp"), refusals.AnimatedImageError)


def test_a_missing_file_or_a_folder_is_not_opened(tmp_path: Path) -> None:
    assert isinstance(refused(tmp_path / "无.pdf"), refusals.MissingFileError)
    assert isinstance(refused(tmp_path), refusals.MissingFileError)


def test_a_long_chinese_name_shows_whole_and_control_characters_do_not(tmp_path: Path) -> None:
    path = written(tmp_path, "x.pdf", b"")
    for given, wanted in (("材" * 200 + ".pdf", "材" * 200), ("a\x1b[2J\u202eb\n", "a�[2J�b�")):
        with pytest.raises(refusals.EmptyFileError) as caught:
            open_source(path, name=given)
        assert wanted in str(caught.value)
