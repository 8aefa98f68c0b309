"""QR codes and bar codes that a scanner still reads off the copy."""

from __future__ import annotations

import re
from collections.abc import Sequence

import cv2
import numpy as np
import zxingcpp

from pipeline.dossier import Doubt
from pipeline.geometry import Frame, Polygon, shrink_pixels
from pipeline.verification.doubts import doubt
from pipeline.verification.fidelity import Pixels

_FORMATS = (
    zxingcpp.BarcodeFormat.QRCode,
    zxingcpp.BarcodeFormat.DataMatrix,
    zxingcpp.BarcodeFormat.PDF417,
    zxingcpp.BarcodeFormat.Aztec,
    zxingcpp.BarcodeFormat.Code128,
    zxingcpp.BarcodeFormat.EAN13,
)
"""Formats with a check of their own; the others are read into the rules of a table."""
_PUBLISHED = re.compile(r"97[789]\d{10}")


def check_codes(pixels: Pixels, frame: Frame, kept: Sequence[Polygon]) -> list[Doubt]:
    """Report the codes of a page that can be decoded and that nobody chose to keep.

    The page is looked at in half its size, which reads the codes that a telephone reads. What a
    code says goes no further than telling the number of a publication from the rest.

    Args:
        pixels: RGB of the copy's page, in ``frame``.
        frame: The upright grid at stored resolution.
        kept: Places that the policy keeps, in any frame of the page.
    """
    size = max(1, frame.width // 2), max(1, frame.height // 2)
    half = cv2.cvtColor(shrink_pixels(pixels, *size), cv2.COLOR_RGB2GRAY)
    across, down = frame.width / size[0], frame.height / size[1]
    places = [k.to(frame).array() for k in kept if k.frame.page == frame.page]
    doubts: list[Doubt] = []
    # Made here: kept at module level it is reported as leaked when the program ends.
    wanted = zxingcpp.BarcodeFormats(list(_FORMATS))
    for code in zxingcpp.read_barcodes(
        half, formats=wanted, try_rotate=False, try_downscale=False, try_invert=False
    ):
        ean = code.format == zxingcpp.BarcodeFormat.EAN13
        if ean and _PUBLISHED.fullmatch(code.text):
            continue
        at = code.position
        corners = (at.top_left, at.top_right, at.bottom_right, at.bottom_left)
        points = tuple((p.x * across, p.y * down) for p in corners)
        x, y = np.mean(points, axis=0).tolist()
        if any(cv2.pointPolygonTest(place, (x, y), False) >= 0 for place in places):
            continue
        doubts.append(doubt("code-visible", frame.page, Polygon(frame, points)))
    return doubts
