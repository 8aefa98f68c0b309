"""Whoever scans a code on a copy must not learn what the page hides."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import zxingcpp
from numpy.typing import NDArray

from pipeline.geometry import Frame, Polygon
from pipeline.verification.codes import check_codes

Pixels = NDArray[np.uint8]

_FRAME = Frame(1, 1654, 2339)


def _sheet(text: str, kind: str, scale: int) -> tuple[Pixels, Polygon]:
    made = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, kind))
    code = np.asarray(made.to_image(scale=scale))
    noise = np.random.default_rng(4).normal(0, 6, (_FRAME.height, _FRAME.width, 3))
    pixels = np.full(noise.shape, 238.0)
    height, width = code.shape[:2]
    pixels[300 : 300 + height, 200 : 200 + width] = np.where(code[..., None] > 0, 238, 40)
    place = Polygon.from_bounds(_FRAME, 190, 290, 210 + width, 310 + height)
    return np.clip(cv2.GaussianBlur(pixels + noise, (3, 3), 0), 0, 255).astype(np.uint8), place


@pytest.mark.parametrize(("kind", "scale"), [("QRCode", 5), ("DataMatrix", 8), ("Code128", 4)])
def test_a_code_that_nobody_masked_goes_to_a_person(kind: str, scale: int) -> None:
    pixels, place = _sheet("3404031987061234", kind, scale)
    doubts = check_codes(pixels, _FRAME, ())
    assert [doubt.code for doubt in doubts] == ["code-visible"]
    assert "340403" not in doubts[0].model_dump_json()
    assert check_codes(pixels, _FRAME, (place,)) == []


def test_the_number_of_a_publication_asks_nobody() -> None:
    pixels, _ = _sheet("9787107338311", "EAN13", 4)
    assert check_codes(pixels, _FRAME, ()) == []


def test_a_masked_code_asks_nobody() -> None:
    pixels, place = _sheet("3404031987061234", "QRCode", 5)
    x0, y0, x1, y1 = place.pixel_bounds()
    pixels[y0:y1, x0:x1] = 0
    assert check_codes(pixels, _FRAME, ()) == []
