"""Watermarks: pale words aslant across a page, taken apart from the print and read on their own.

Body text across a watermark hides it from a reader of lines, and a watermark in seal red is taken
out with the seals before a page is read. So what is paler than the print and darker than the paper,
in whatever colour, is drawn alone; the lines found in that drawing are read on the page itself.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.geometry import Polygon, shrink_pixels
from pipeline.reading.clearing import can_clear
from pipeline.reading.engine import Image
from pipeline.reading.lines import Line

DETECTION_SIDE = 960

_SIDE = 1200
"""Longer side of the drawing in pixels."""
_PAPER = 21
"""Sides, in quarter pixels of the drawing, of the field whose median is the paper."""
_PALEST, _FAINT = 9, 0.045
"""Levels, and share of the paper's, by which a watermark is darker than its paper at least."""
_PRINT, _DARKEST = 0.5, 45.0
"""Share of the darkness of the page's print from which a pixel is print, in levels at least."""
_STROKE, _AREA, _LARGE = 7, 14, 260
"""Longer side and area of a stroke at least, and its longer side at most, in pixels."""
_BLOT, _SOLID = 60, 0.6
"""Side from which a piece that fills its rectangle by this share is no stroke."""
_SHARE, _FEWEST = 0.003, 10
"""Share of the page that strokes fill, and how many there are, where there is a watermark."""
_SLIMMEST = 2.5
"""Length of a watermark in its heights."""
_ASLANT = 12.0
"""Degrees by which it stands off the lines and the columns of its page."""
_FARTHEST, _GAP = 6.0, 0.7
"""Heights by which one may be longer than what was found of it, and that its strokes lie apart."""
_WHOLE, _LIKE = 0.8, 1.35
"""Share of the longest one's length, and times of the usual height, of those found whole."""
_MANY, _MOST = 3, 60
"""How many found whole tell how a watermark is repeated, and how many places are tried."""
_SAME = 0.8
"""Share of a watermark in a line that was read already, from which it is the same."""


def draw_pale(pixels: Image) -> Image | None:
    """Draw what is paler than the print of a page, dark on white; None where it is next to nothing.

    Args:
        pixels: The upright page, RGB.

    Returns:
        RGB of the page's shape, at most 1200 pixels on the longer side.
    """
    height, width = pixels.shape[:2]
    factor = min(1.0, _SIDE / max(height, width))
    small = shrink_pixels(pixels, max(8, round(width * factor)), max(8, round(height * factor)))
    # The darkest channel shows any colour of ink.
    red, green, blue = cv2.split(small)
    tone = cv2.min(cv2.min(red, green), blue)
    paper = cv2.medianBlur(np.ascontiguousarray(tone[::4, ::4]), _PAPER)
    paper = cv2.resize(paper, (tone.shape[1], tone.shape[0]), interpolation=cv2.INTER_LINEAR)
    below = cv2.subtract(paper, tone)
    least = cv2.max(cv2.convertScaleAbs(paper, alpha=_FAINT), np.full_like(tone, _PALEST))
    pale = cv2.compare(below, least, cv2.CMP_GT)
    print_ = cv2.threshold(below, _print_level(np.asarray(below, np.uint8)), 255, cv2.THRESH_BINARY)
    printed = cv2.dilate(print_[1], np.ones((5, 5), np.uint8))
    pale[printed > 0] = 0
    opened = cv2.morphologyEx(pale, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    if cv2.countNonZero(opened) < _SHARE * opened.size:
        return None
    strokes, count = _strokes(np.asarray(opened, np.uint8))
    if count < _FEWEST or cv2.countNonZero(strokes) < _SHARE * strokes.size:
        return None
    # Print across it has cut the strokes; elsewhere they stay apart.
    closed = cv2.morphologyEx(strokes, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    whole = (strokes > 0) | ((closed > 0) & (printed > 0))
    drawn = np.where(whole, 70, 255).astype(np.uint8)
    return np.asarray(
        cv2.cvtColor(cv2.GaussianBlur(drawn, (3, 3), 0), cv2.COLOR_GRAY2RGB), np.uint8
    )


def _print_level(below: NDArray[np.uint8]) -> float:
    """Return the level below the paper from which a pixel is print."""
    counts = cv2.calcHist([below], [0], None, [256], [0, 256]).ravel()
    sums = counts[26:].cumsum()
    if not len(sums) or sums[-1] < 200:
        return 2 * _DARKEST
    return max(_DARKEST, _PRINT * (26 + float(np.searchsorted(sums, 0.9 * sums[-1]))))


def _strokes(pale: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], int]:
    """Keep what has the size of strokes; also say how many pieces that is."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(pale, connectivity=8)
    longer, area = stats[:, 2:4].max(axis=1), stats[:, 4]
    chosen = (longer >= _STROKE) & (area >= _AREA) & (longer <= _LARGE)
    chosen &= ~((longer > _BLOT) & (area > _SOLID * stats[:, 2] * stats[:, 3]))
    chosen[0] = False
    return (chosen.astype(np.uint8) * 255)[labels], int(chosen.sum())


def slanted(
    quads: Sequence[NDArray[np.float32]], slant: float, drawn: Image
) -> list[NDArray[np.float32]]:
    """Return those of the quads that are long enough for words and stand aslant on their page.

    Args:
        quads: Corners, clockwise.
        slant: Of the page's lines, in degrees.
        drawn: The drawing on which they were found; each is lengthened by the strokes that go on
            beyond its ends.
    """
    found = []
    for quad in quads:
        sides = np.hypot(*(np.roll(quad, -1, axis=0) - quad).T)
        # From the left end of a long side, so that it is written along that.
        turned = quad if sides[0] + sides[2] >= sides[1] + sides[3] else np.roll(quad, -1, axis=0)
        if turned[1, 0] < turned[0, 0]:
            turned = np.roll(turned, 2, axis=0)
        along = turned[1] - turned[0]
        off = (np.degrees(np.arctan2(along[1], along[0])) - slant) % 90.0
        slim = max(sides[:2]) >= _SLIMMEST * min(sides[:2])
        if slim and _ASLANT < off < 90.0 - _ASLANT:
            found.append(_lengthened(turned, drawn))
    return found


def _lengthened(quad: NDArray[np.float32], drawn: Image) -> NDArray[np.float32]:
    """Let a quad reach as far as strokes follow each other in its direction."""
    along, down = quad[1] - quad[0], quad[3] - quad[0]
    length, height = float(np.hypot(*along)), float(np.hypot(*down))
    reach = round(_FARTHEST * height)
    ahead = along / max(1.0, length)
    start = quad[0] - ahead * reach
    size = (round(length) + 2 * reach, max(2, round(height)))
    target = np.array([[0, 0], [size[0], 0], [0, size[1]]], np.float32)
    corners = np.array([start, start + ahead * size[0], start + down], np.float32)
    matrix = cv2.getAffineTransform(corners, target)
    strip = cv2.warpAffine(drawn, matrix, size, borderValue=(255, 255, 255))
    inked = np.flatnonzero((strip[..., 1] < 160).sum(axis=0) > 1) - reach
    first, last = 0.0, length
    for place in inked[inked < 0][::-1].tolist():
        if first - place > _GAP * height:
            break
        first = float(place)
    for place in inked[inked > length].tolist():
        if place - last > _GAP * height:
            break
        last = float(place) + 1
    shift = np.array([ahead * first, ahead * (last - length)], np.float32)
    return np.asarray(quad + shift[[0, 1, 1, 0]], np.float32)


def new_ones(marks: Sequence[Line], lines: Sequence[Line]) -> tuple[Line, ...]:
    """Return the marks that do not lie in a line that was read already."""
    return tuple(m for m in marks if all(_shared(m.polygon, n.polygon) < _SAME for n in lines))


def _shared(inner: Polygon, outer: Polygon) -> float:
    """Return the share of ``inner`` that lies in ``outer``."""
    area, _ = cv2.intersectConvexConvex(inner.array(), outer.array())
    return float(area) / max(1.0, inner.area)


def repeated(marks: Sequence[Line], pixels: Image) -> list[Polygon]:
    """Return the places where a watermark that fills a page stands as well, though it was not read.

    It is printed in even steps: where one step leads from one that was found to where none was,
    and pale strokes are, there is another.

    Args:
        marks: Those found, on the upright page.
        pixels: That page, RGB.
    """
    corners = [mark.polygon.array() for mark in marks]
    sizes = np.array([[np.hypot(*(c[1] - c[0])), np.hypot(*(c[3] - c[0]))] for c in corners])
    if len(sizes) < _MANY:
        return []
    usual = float(np.median(sizes[:, 1]))
    whole = (sizes[:, 0] >= _WHOLE * sizes[:, 0].max()) & (sizes[:, 1] <= _LIKE * usual)
    quads = [corners[n] for n in np.flatnonzero(whole & (sizes[:, 1] >= usual / _LIKE))]
    if len(quads) < _MANY:
        return []
    longest = max(quads, key=lambda q: float(np.hypot(*(q[1] - q[0]))))
    shape, frame = longest - longest.mean(axis=0), marks[0].polygon.frame
    centers = [quad.mean(axis=0) for quad in quads]
    steps = [b - a for a in centers for b in centers if not _meets(shape, a, b)]
    found: list[Polygon] = []
    tried: list[NDArray[np.float32]] = list(centers)
    for center in (start + step for start in centers for step in steps):
        inside = 0 < center[0] < frame.width and 0 < center[1] < frame.height
        if len(tried) > _MOST or not inside or any(_meets(shape, center, t) for t in tried):
            continue
        tried.append(center)
        moved = np.clip(shape + center, 0, (frame.width, frame.height))
        place = Polygon(frame, tuple((float(x), float(y)) for x, y in moved))
        if can_clear(pixels, place):
            found.append(place)
    return found


def _meets(
    shape: NDArray[np.float32], one: NDArray[np.float32], other: NDArray[np.float32]
) -> bool:
    """Whether two watermarks of a shape would lie across each other."""
    along, down = shape[1] - shape[0], shape[3] - shape[0]
    apart = other - one
    length, height = float(along @ along), float(down @ down)
    return abs(float(apart @ along)) < 0.5 * length and abs(float(apart @ down)) < 0.8 * height
