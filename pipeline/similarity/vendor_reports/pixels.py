"""Numbers of a scanned report that were painted over.

A scan has grain everywhere. A patch that was filled and written on anew has none, or another tone
than the paper around it: the grain behind each number is compared with that of all the others of
the page (a noise inconsistency test after Mahdian and Saic, Image and Vision Computing 27, 2009).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.geometry import Polygon
from pipeline.reading import Line, PageReading
from pipeline.similarity.vendor_reports.nouns import Fault, FaultKind, Place

Gray = NDArray[np.uint8]

_NUMBER = re.compile(r"\d[\d.,]*\s*[%％]?")
_FEWEST = 6
# Pixels around a number that still show its own paper, and the ring beyond.
_AROUND, _RING = 3, 16
# Nearer than this to ink, a pixel is not paper.
_INK_REACH = 2
_FEWEST_PIXELS = 60
# Grain (standard deviation of grey levels) below which a page is too smooth to tell.
_SMOOTH = 0.8
# A patch has less than this share of the page's usual grain.
_PATCH = 0.3
_MOST_ODD = 0.2
# Or its paper differs from the paper around it by so many of the page's usual differences.
_STEP = 6.0
# A number read less surely than this may be a stain, or half of a word.
_CLEAR = 0.9
_LEAST_STEP = 2.5


@dataclass(frozen=True, slots=True)
class _Ground:
    """The paper behind a number: its grain, and how its tone differs from that around it.

    ``sure`` is how surely its least sure character was read, 0 to 1.
    """

    box: tuple[int, int, int, int]
    text: str
    sure: float
    grain: float
    step: float


def find_patches(pixels: NDArray[np.uint8], reading: PageReading) -> Iterator[Fault]:
    """Yield a fault for the numbers of a page that lie on a patch.

    Args:
        pixels: The upright page, RGB, shape (height, width, 3).
        reading: Its lines.
    """
    gray = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    grounds = [g for line in reading.lines for g in _grounds(gray, line)]
    if len(grounds) < _FEWEST:
        return
    usual = float(np.median([g.grain for g in grounds]))
    middle = float(np.median([g.step for g in grounds]))
    spread = float(np.median([abs(g.step - middle) for g in grounds]))
    odd = [
        g
        for g in grounds
        if abs(g.step - middle) > max(_LEAST_STEP, _STEP * spread)
        or (usual > _SMOOTH and g.grain < _PATCH * usual)
    ]
    # Where many numbers stand out, the sheet was printed so.
    if not 0 < len(odd) <= _MOST_ODD * len(grounds):
        return
    yield Fault(
        kind=FaultKind.EDITED,
        sure=all(g.sure >= _CLEAR for g in odd),
        reason="查重报告里有的数字底色与纸面不同，疑似涂改；请上传检测机构出具的原始文件。",
        place=Place(
            page=reading.frame.page, polygon=Polygon.from_bounds(reading.frame, *odd[0].box)
        ),
        evidence=odd[0].text,
    )


def _grounds(gray: Gray, line: Line) -> Iterator[_Ground]:
    text = "".join(c.text[:1] for c in line.chars)
    for match in _NUMBER.finditer(text):
        if match.end() - match.start() < 2:
            continue
        chars = line.chars[match.start() : match.end()]
        boxes = [char.polygon.bounds for char in chars]
        x0, y0 = int(min(b[0] for b in boxes)), int(min(b[1] for b in boxes))
        x1, y1 = int(max(b[2] for b in boxes)) + 1, int(max(b[3] for b in boxes)) + 1
        sure = min(char.confidence for char in chars)
        ground = _ground(gray, (x0, y0, x1, y1), match[0], sure)
        if ground is not None:
            yield ground


def _ground(gray: Gray, box: tuple[int, int, int, int], text: str, sure: float) -> _Ground | None:
    x0, y0, x1, y1 = box
    height, width = gray.shape
    wide = (max(0, x0 - _RING), max(0, y0 - _RING), min(width, x1 + _RING), min(height, y1 + _RING))
    crop = gray[wide[1] : wide[3], wide[0] : wide[2]]
    if crop.size == 0:
        return None
    paper = float(np.percentile(crop, 80))
    ink = (crop < paper - 40).astype(np.uint8)
    reach = 2 * _INK_REACH + 1
    clear = cv2.dilate(ink, np.ones((reach, reach), np.uint8)) == 0
    inside = np.zeros(crop.shape, dtype=bool)
    inside[
        max(0, y0 - wide[1] - _AROUND) : y1 - wide[1] + _AROUND,
        max(0, x0 - wide[0] - _AROUND) : x1 - wide[0] + _AROUND,
    ] = True
    within, around = crop[inside & clear], crop[~inside & clear]
    if min(within.size, around.size) < _FEWEST_PIXELS:
        return None
    return _Ground(
        box, text, sure, float(within.std()), float(np.median(within)) - float(np.median(around))
    )
