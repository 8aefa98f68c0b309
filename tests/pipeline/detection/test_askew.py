"""A page scanned askew: what is hidden by its place follows the lines, on ink and nothing else."""

from __future__ import annotations

import math
from dataclasses import replace

import cv2
import numpy as np

from pipeline.geometry import Polygon
from pipeline.reading.lines import Char
from tests.pipeline.detection.conftest import Look
from tests.pipeline.detection.sheets import EM, Sheet, sheet_of
from tests.pipeline.detection.test_unread_ink import scrawl

_LINES = (
    "教学设计合理，课堂气氛活跃，学生参与度高。",
    "授课教师签名：",
    "板书工整，语言规范，达成了预定的教学目标。",
)


def _askew(sheet: Sheet, degrees: float) -> Sheet:
    """Turn a sheet about its middle, clockwise, pixels and lines alike."""
    turn = cv2.getRotationMatrix2D((sheet.width / 2, sheet.height / 2), -degrees, 1.0)
    size = (sheet.width, sheet.height)
    sheet.pixels = np.asarray(
        cv2.warpAffine(sheet.pixels, turn, size, borderValue=(255.0, 255.0, 255.0)), np.uint8
    )

    def moved(polygon: Polygon) -> Polygon:
        points = np.array(polygon.points) @ turn[:, :2].T + turn[:, 2]
        return Polygon(polygon.frame, tuple((float(x), float(y)) for x, y in points))

    sheet.lines = [
        replace(
            line,
            polygon=moved(line.polygon),
            chars=tuple(Char(c.text, moved(c.polygon), c.confidence) for c in line.chars),
        )
        for line in sheet.lines
    ]
    return sheet


def test_a_signature_on_a_page_askew_is_hidden_along_its_line(look: Look) -> None:
    sheet = sheet_of(*_LINES)
    label = sheet.lines[1].polygon.bounds
    ink = sheet.pixels.copy()
    scrawl(sheet, int(label[2]) + EM, int(label[1]) + 4, 28)
    written = np.argwhere((sheet.pixels != ink).any(axis=2))[:, ::-1] + 0.5
    for degrees in (9.0, -9.0):
        page = sheet_of(*_LINES)
        scrawl(page, int(label[2]) + EM, int(label[1]) + 4, 28)
        found = look(_askew(page, degrees))
        places = [f for f in found if f.line is None]
        assert places
        turn = cv2.getRotationMatrix2D((page.width / 2, page.height / 2), -degrees, 1.0)
        ink_there = written @ turn[:, :2].T + turn[:, 2]
        for place in places:
            (ax, ay), (bx, by) = place.polygon.points[:2]
            assert abs(math.degrees(math.atan2(by - ay, bx - ax)) - degrees) < 0.5
            assert place.polygon.area < 3.5 * EM * math.dist((ax, ay), (bx, by))
        hidden = np.zeros(page.pixels.shape[:2], np.uint8)
        for place in places:
            cv2.fillConvexPoly(hidden, np.round(place.polygon.array()).astype(np.int32), (1,))
        at = ink_there.astype(int)
        assert hidden[at[:, 1], at[:, 0]].mean() > 0.97
