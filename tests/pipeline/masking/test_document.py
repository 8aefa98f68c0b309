"""The copy holds masked pixels and nothing else, stands upright, and stays small."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pymupdf
import pytest
from numpy.typing import NDArray
from PIL import Image

from pipeline.dossier import Action, Decision
from pipeline.geometry import turn_pixels
from pipeline.intake.pages import Coding, Origin, SourcePage
from pipeline.masking import Copy, CopyNotWrittenError, build_copy
from tests.pipeline.masking.pages import Page, Source, source_page

A4 = (1654, 2339)
NAME = "欧阳建国"


def sheet(*, shade: bool = False, width: int = A4[0], height: int = A4[1]) -> Page:
    page = Page(width, height)
    for k in range(8):
        page.write("教育教学研究项目成果鉴定", (150, 900 + 90 * k), 34)
    page.lines.insert(0, page.lines.pop(page.write(f"课题负责人{NAME}同志", (150, 300), 36)))
    if shade:
        page.shade()
    return page


def jpeg_page(page: Page, quality: int, *, gray: bool = False) -> SourcePage:
    image = Image.fromarray(page.pixels)
    out = io.BytesIO()
    (image.convert("L") if gray else image).save(out, "JPEG", quality=quality)
    stored = Image.open(out)
    tables = {k: list(v) for k, v in stored.quantization.items()}  # type: ignore[attr-defined]
    return source_page(
        np.asarray(stored.convert("RGB")),
        coding=Coding.JPEG,
        stored_bytes=len(out.getvalue()),
        quantization=tables,
        subsampling=-1 if gray else 2,
        gray=gray,
        dpi=200.0,
    )


def build(page: Page, stored: SourcePage, out: Path, *, turn: int = 0, **options: bool) -> Copy:
    reading = page.reading(turn)
    finding = page.find(0, 5, 9, frame=reading.frame)
    decision = Decision(finding=finding, action=Action.MASK, label="【申报人】")
    return build_copy(Source([stored]), [reading], [decision], out, **options)


def shown(path: Path) -> NDArray[np.uint8]:
    with pymupdf.open(path) as document:
        pixmap = pymupdf.Pixmap(document, document[0].get_images()[0][0])
        pixmap = pymupdf.Pixmap(pymupdf.csRGB, pixmap)
        return np.frombuffer(pixmap.samples, np.uint8).reshape(pixmap.h, pixmap.w, 3)


def hides(copy: Copy, page: Page) -> bool:
    x0, y0, x1, y1 = copy.masks[0].polygon.pixel_bounds()
    place = shown(copy.path)[y0 : y1 - 1, x0:x1]
    return float((place.max(axis=2) < 60).mean()) > 0.6 and x1 - x0 > 100


def test_nothing_but_pages_and_their_images_is_in_the_file(tmp_path: Path) -> None:
    page = sheet()
    copy = build(page, jpeg_page(page, 80), tmp_path / "copy.pdf")
    raw = copy.path.read_bytes()
    for forbidden in (b"/Info", b"/ID", b"/Metadata", b"/Annots", b"/Outlines", b"Exif", b"/Names"):
        assert forbidden not in raw
    assert len(re.findall(rb"\d+ 0 obj\n", raw)) == 5
    with pymupdf.open(copy.path) as document:
        assert not document.is_repaired
        assert not any(v for k, v in document.metadata.items() if k not in ("format",))
        assert document[0].rect.width == pytest.approx(A4[0] * 72 / 200, abs=0.01)
        assert document[0].get_text() == ""
    assert hides(copy, page)


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    page = sheet()
    stored = jpeg_page(page, 80)
    one = build(page, stored, tmp_path / "one.pdf", text_layer=True)
    two = build(page, stored, tmp_path / "two.pdf", text_layer=True)
    assert one.sha256 == two.sha256


@pytest.mark.parametrize("gray", [False, True])
@pytest.mark.parametrize("quality", [35, 75, 92])
def test_a_jpeg_scan_stays_near_its_size_and_outside_the_masks_as_it_was(
    tmp_path: Path, quality: int, gray: bool
) -> None:
    page = sheet(shade=True)
    stored = jpeg_page(page, quality, gray=gray)
    copy = build(page, stored, tmp_path / "copy.pdf")
    assert copy.size <= 1.3 * stored.stored_bytes
    after = shown(copy.path).astype(int)
    x0, y0, x1, y1 = copy.masks[0].polygon.pixel_bounds()
    difference = np.abs(after - stored.pixels)
    difference[y0 - 16 : y1 + 16, x0 - 16 : x1 + 16] = 0
    assert difference.mean() < 0.5 and difference.max() < 40
    assert hides(copy, page)


@pytest.mark.parametrize("turn", [1, 2, 3])
@pytest.mark.parametrize("coding", [Coding.JPEG, Coding.BILEVEL, Coding.LOSSLESS, Coding.VECTOR])
def test_a_page_stored_on_its_side_is_upright_and_whole_in_the_copy(
    tmp_path: Path, turn: int, coding: Coding
) -> None:
    page = sheet()
    if coding is Coding.BILEVEL:
        page.pixels = np.where(page.pixels < 128, 0, 255).astype(np.uint8)
    upright = page.pixels
    facts = {"coding": coding, "gray": True, "dpi": 200.0, "stored_bytes": 400_000}
    stored = source_page(turn_pixels(upright, -turn), **facts)
    if coding is Coding.JPEG:
        stored = replace(stored, quantization={0: list(range(1, 65))}, subsampling=1)
    copy = build(page, stored, tmp_path / "copy.pdf", turn=turn)
    after = shown(copy.path)
    assert after.shape == upright.shape
    outside = np.ones(after.shape[:2], bool)
    x0, y0, x1, y1 = copy.masks[0].polygon.pixel_bounds()
    outside[y0 - 16 : y1 + 16, x0 - 16 : x1 + 16] = False
    difference = np.abs(after.astype(int) - upright)[outside]
    assert difference.mean() < 1.5
    if coding in (Coding.BILEVEL, Coding.LOSSLESS):
        assert not difference.any()
    assert hides(copy, page)


def test_a_fax_page_grows_little_and_stays_one_bit(tmp_path: Path) -> None:
    page = sheet()
    page.pixels = np.where(page.pixels < 128, 0, 255).astype(np.uint8)
    out = io.BytesIO()
    Image.fromarray(page.pixels[..., 0] > 0).save(out, "TIFF", compression="group4")
    size = len(out.getvalue())
    stored = source_page(page.pixels, coding=Coding.BILEVEL, stored_bytes=size, gray=True)
    copy = build(page, stored, tmp_path / "copy.pdf")
    assert copy.size <= 1.3 * size
    assert b"CCITTFaxDecode" in copy.path.read_bytes()
    with pymupdf.open(copy.path) as document:
        assert document[0].get_pixmap(dpi=40).samples[0] == 255


def test_a_colour_picture_in_a_born_digital_page_keeps_to_its_share(tmp_path: Path) -> None:
    page = sheet()
    noise = np.random.default_rng(1).integers(0, 255, (700, 700, 3))
    page.pixels[1600:2300, 800:1500] = noise
    stored = source_page(page.pixels, coding=Coding.VECTOR, origin=Origin.DIGITAL, dpi=200.0)
    copy = build(page, stored, tmp_path / "copy.pdf")
    assert copy.size <= 250_000
    page = sheet()
    page.pixels[:200] = (20, 60, 160)
    stored = replace(stored, pixels=page.pixels)
    copy = build(page, stored, tmp_path / "flat.pdf")
    assert copy.size <= 250_000 and (shown(copy.path)[100, 100] == (20, 60, 160)).all()


def test_the_text_layer_finds_what_is_shown_and_not_what_is_hidden(tmp_path: Path) -> None:
    page = sheet()
    copy = build(page, jpeg_page(page, 80), tmp_path / "copy.pdf", text_layer=True)
    with pymupdf.open(copy.path) as document:
        text = re.sub(r"\s", "", document[0].get_text())
        assert "课题负责人" in text and "教育教学研究项目成果鉴定" in text
        assert not set(NAME) & set(text)
        before = document[0].get_pixmap(dpi=72).samples
    with pymupdf.open(build(page, jpeg_page(page, 80), tmp_path / "plain.pdf").path) as plain:
        assert plain[0].get_pixmap(dpi=72).samples == before


def test_a_failure_half_way_leaves_no_file_behind(tmp_path: Path) -> None:
    page = sheet()
    stored = jpeg_page(page, 80)

    class Breaking(Source):
        def page(self, n: int) -> SourcePage:
            if n == 2:
                raise OSError(28, "No space left on device")
            return super().page(n)

    with pytest.raises(CopyNotWrittenError) as caught:
        build_copy(Breaking([stored, stored]), [page.reading()] * 2, [], tmp_path / "copy.pdf")
    assert caught.value.code == "copy-not-written" and "材料.pdf" in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_an_older_copy_survives_a_failed_new_one(tmp_path: Path) -> None:
    page = sheet()
    out = tmp_path / "copy.pdf"
    out.write_bytes(b"older")
    with pytest.raises(ValueError, match="one reading for each page"):
        build_copy(Source([jpeg_page(page, 80)]), [], [], out)
    assert out.read_bytes() == b"older"
