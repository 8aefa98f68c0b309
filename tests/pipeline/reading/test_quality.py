"""Measures that call a spoilt page good let it pass unread."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw

from pipeline.legibility import shortfalls
from pipeline.policy import ScanLimits
from pipeline.reading import PageQuality, Reader
from tests.pipeline.reading.sheets import Sheet, face

LIMITS = ScanLimits()


def _sheet(*, rows: int = 9) -> Sheet:
    sheet = Sheet(width=900, height=1270)
    for number in range(rows):
        sheet.write("授予张伟平同志优秀教师称号，特发此证以资鼓励", 60, 90 + 120 * number, size=34)
    return sheet


def _quality(pixels: np.ndarray, reader: Reader) -> PageQuality:
    page = replace(_sheet().page(), pixels=np.ascontiguousarray(pixels, dtype=np.uint8))
    return reader.read(page).quality


def test_a_clean_page_is_good_and_its_spoilt_copies_are_not(reader: Reader) -> None:
    pixels = np.asarray(_sheet().image)
    good = _quality(pixels, reader)
    assert not shortfalls(good, LIMITS) and not good.watermark and not good.aslant
    assert 25 < good.text_height < 60
    small = cv2.resize(pixels, (140, 198), interpolation=cv2.INTER_AREA)
    noise = np.random.default_rng(1).normal(0, 4, pixels.shape)
    for spoilt in (
        cv2.GaussianBlur(pixels, (0, 0), 5),
        cv2.resize(small, (900, 1270), interpolation=cv2.INTER_CUBIC),
        230 - (255 - pixels.astype(np.float32)) * 0.05 + noise,
    ):
        assert shortfalls(_quality(np.clip(spoilt, 0, 255), reader), LIMITS)


@pytest.mark.parametrize("ink", [(200, 200, 200), (240, 190, 190)])
@pytest.mark.parametrize("size", [44, 100])
def test_a_watermark_is_read_across_the_print_whether_small_or_large_gray_or_red(
    size: int, ink: tuple[int, int, int], reader: Reader
) -> None:
    layer = Image.new("RGB", (1300, 1300), (255, 255, 255))
    pen = ImageDraw.Draw(layer)
    for y in (250, 550, 850) if size < 60 else (620,):
        pen.text((650 - 3.5 * size, y), "淮南市第二中学", font=face(size), fill=ink)
    turned = layer.rotate(32, fillcolor=(255, 255, 255)).crop((200, 15, 1100, 1285))
    pixels = np.minimum(np.asarray(_sheet().image), np.asarray(turned))
    page = replace(_sheet().page(), pixels=np.ascontiguousarray(pixels))
    reading = reader.read(page)
    said = [reading.lines[index].text for index in reading.quality.aslant]
    assert len(said) >= (2 if size < 60 else 1)
    assert any("第二中学" in text for text in said)
