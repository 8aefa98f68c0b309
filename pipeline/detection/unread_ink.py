"""Writing that was not found at all: rows of strokes as high as a line, where no line was read.

The reader overlooks a line now and then, most often one beside a seal or written with a pen. What
it says nobody knows, so it is hidden and shown to a person.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.detection.page_text import PageText
from pipeline.dossier import Finding, Kind, Place
from pipeline.geometry import Polygon
from pipeline.policy import Policy

# All in line heights: strokes, the gap between the characters of a row, a row's size.
_STROKE, _HIGHEST, _WIDEST = 0.22, 1.5, 2.6
_GAP, _ROW_LOW, _ROW_HIGH, _ROW_WIDE = 1.0, 0.55, 1.9, 1.8
# A ring or a frame at least this large is a seal, and what stands in it is the seal's.
_SEAL = 3.5
# Of a row's box so much is ink: less is dirt, more is a picture.
_THIN, _DENSE = 0.07, 0.6
_STROKES = 3
# Ink this near above or below, and this much of it, means that a row is part of something higher.
_EDGE, _FULL = 0.35, 0.12
# More rows than this are a pattern or a picture, no writing.
_ROWS = 8
# Of a row this much inside a seal, a photo or a code belongs to that.
_INSIDE = 0.4
# Of a signature the reader may know one character, as a line of its own this near its strokes.
_LONE, _BESIDE = 2, 0.6
_DATE = frozenset("年月日")
# Pixels in which a line's height still shows what a stroke is.
_SMALL = 8.0

Bounds = tuple[float, float, float, float]


def unread_rows(page: PageText, found: Sequence[Finding], policy: Policy) -> list[Finding]:
    """Return findings for rows of ink that look like writing and that no line of the reading holds.

    Args:
        page: The page.
        found: What was found already.
        policy: Gives the reason.
    """
    number = page.reading.frame.page
    others = [f.polygon.bounds for f in found if f.line is None]
    rows = [row for row in _rows(page, others) if not any(_mostly_in(row, o) for o in others)]
    if len(rows) > _ROWS:
        return []
    return [
        Finding(
            id=f"p{number}-u{place + 1}",
            page=number,
            kind=Kind.SIGNATURE,
            polygon=Polygon.from_bounds(page.reading.frame, *_whole(bounds, page)),
            entity=f"signature:{number}:u{place}",
            recogniser="lines",
            rule="unread-ink",
            score=0.4,
            reason=policy.reasons.get(Kind.SIGNATURE, ""),
            place=Place.CELL,
            doubtful=True,
        )
        for place, bounds in enumerate(rows)
    ]


def _rows(page: PageText, hidden: Sequence[Bounds]) -> Iterator[Bounds]:
    heights = [b.height for b in page.boxes if page.reading.lines[b.index].confidence > 0.8]
    if not heights:
        return
    scale = page.layout.scale
    em = float(np.median(heights)) * scale
    layout = page.layout
    ink, dark = layout.ink.copy(), layout.ink | layout.horizontal | layout.vertical
    if em >= 2 * _SMALL:
        ink, dark, scale, em = _halved(ink), _halved(dark), scale / 2, em / 2
    for box in page.boxes:
        _blank(ink, box.real, scale, 0.2 * box.height * scale)
    for bounds in hidden:
        _blank(ink, bounds, scale, 0.1 * em)
    strokes = _strokes(ink, em)
    size = (max(1, round(_GAP * em)) | 1, 1)
    joined = cv2.morphologyEx(strokes, cv2.MORPH_CLOSE, np.ones(size[::-1], np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    for x, y, width, height, _ in stats[1:count]:
        if not _ROW_LOW * em <= height <= _ROW_HIGH * em or width < _ROW_WIDE * em:
            continue
        window = strokes[y : y + height, x : x + width]
        pieces = cv2.connectedComponents(window, connectivity=8)[0] - 1
        alone = not _goes_on(dark, x, y, width, height, round(_EDGE * em))
        if pieces >= _STROKES and alone and _THIN <= float(window.mean()) <= _DENSE:
            pad = 0.1 * em
            yield (
                (x - pad) / scale,
                (y - pad) / scale,
                (x + width + pad) / scale,
                (y + height + pad) / scale,
            )


def _whole(row: Bounds, page: PageText) -> Bounds:
    """Add to a row the one or two characters beside it that were read as a line of their own."""
    x0, y0, x1, y1 = row
    for box in page.boxes:
        text = page.reading.lines[box.index].text.strip()
        if not 0 < len(text) <= _LONE or _DATE & set(text):
            continue
        a0, b0, a1, b1 = box.real
        level = y0 < (b0 + b1) / 2 < y1 or b0 < (y0 + y1) / 2 < b1
        if level and max(a0 - x1, x0 - a1) <= _BESIDE * (b1 - b0):
            x0, y0, x1, y1 = min(x0, a0), min(y0, b0), max(x1, a1), max(y1, b1)
    return x0, y0, x1, y1


def _goes_on(dark: NDArray[np.uint8], x: int, y: int, width: int, height: int, rim: int) -> bool:
    """Whether a row is a part of something higher: of a title's large characters, of a picture."""
    across = slice(x, x + width)
    bands = dark[max(0, y - rim) : y, across], dark[y + height : y + height + rim, across]
    return any(band.size and float(band.mean()) > _FULL for band in bands)


def _halved(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Halve both sides; a pixel is ink where any of its four was."""
    height, width = (n // 2 * 2 for n in ink.shape)
    even = ink[:height, :width]
    return even[::2, ::2] | even[1::2, ::2] | even[::2, 1::2] | even[1::2, 1::2]


def _mostly_in(row: Bounds, other: Bounds) -> bool:
    """Whether a good part of a row lies in another finding."""
    width = min(row[2], other[2]) - max(row[0], other[0])
    height = min(row[3], other[3]) - max(row[1], other[1])
    area = (row[2] - row[0]) * (row[3] - row[1])
    return width > 0 and height > 0 and width * height > _INSIDE * area


def _blank(ink: NDArray[np.uint8], bounds: Bounds, scale: float, pad: float) -> None:
    x0, y0, x1, y1 = (v * scale for v in bounds)
    ink[max(0, int(y0 - pad)) : int(y1 + pad) + 1, max(0, int(x0 - pad)) : int(x1 + pad) + 1] = 0


def _strokes(ink: NDArray[np.uint8], em: float) -> NDArray[np.uint8]:
    """Keep what is of a character's size and lies in no seal."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    width, height = stats[:, 2], stats[:, 3]
    kept = (np.maximum(width, height) >= _STROKE * em) & (height <= _HIGHEST * em)
    kept &= width <= _WIDEST * em
    kept[0] = False
    square = (width > _SEAL * em) & (height > _SEAL * em)
    square[0] = False
    for x, y, w, h, _ in stats[square]:
        inside = (stats[:, 0] >= x) & (stats[:, 0] + width <= x + w)
        kept &= ~(inside & (stats[:, 1] >= y) & (stats[:, 1] + height <= y + h))
    return np.asarray(kept[labels], dtype=np.uint8)
