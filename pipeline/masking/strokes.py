"""Ends of a mask put right by the strokes there: none is cut in two, none is left behind a label.

The boxes of characters come from the recogniser, which places them to within half a character at
best; of a signature it may leave the first character out and read the label's colon in its place.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.masking.ink import Ink

# All in em. Joined ink wider than this is more than one character; more of it than this outside
# the mask is the neighbour's.
_WIDEST, _OUTSIDE = 1.45, 0.5
# A colon's dots: how wide they are at most, and how much ink a column of them holds.
_DOTS_WIDE, _DOTS_INK = 0.3, 0.4
# The same of a bracket.
_BRACKET_WIDE, _BRACKET_INK = 0.45, 0.7
# How far behind its label a value may begin, from the start and from the end of the colon's box.
_FAR, _NEAR = 2.5, 1.5


def whole_strokes(
    ink: Ink, rows: tuple[int, int], edge: float, side: int, origin: int, em: float
) -> float:
    """Move an end of a mask out over a stroke that it cuts, when most of the stroke lies inside.

    Args:
        ink: Of the strip around the line.
        rows: First row of the line in the strip, and one past its last.
        edge: The end, in the line's coordinates.
        side: -1 for a start, 1 for an end.
        origin: Where the strip begins, in the line's coordinates.
        em: Height of a character in pixels.
    """
    at = round(edge) - origin
    low, high = max(0, at - int(_WIDEST * em)), at + int(_WIDEST * em)
    writing = np.ascontiguousarray(ink.writing[slice(*rows), low:high])
    at -= low
    if not 0 < at < writing.shape[1] or not (writing[:, at - 1] & _near(writing[:, at])).any():
        return edge
    _, labels, stats, _ = cv2.connectedComponentsWithStats(writing, connectivity=8)
    out = at
    for number, (x, _, width, _, area) in enumerate(stats[1:].tolist(), start=1):
        if not x < at < x + width or width > _WIDEST * em:
            continue
        outside = slice(x, at) if side < 0 else slice(at, x + width)
        share = np.count_nonzero(labels[:, outside] == number)
        if 2 * share < area and outside.stop - outside.start <= _OUTSIDE * em:
            out = min(out, x - 1) if side < 0 else max(out, x + width + 1)
    return edge if out == at else float(out + low + origin)


def _near(column: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Thicken a column of ink by a pixel up and down, as far as strokes touch at corners."""
    return np.asarray(cv2.dilate(column[:, None], np.ones((3, 1), np.uint8))[:, 0], np.uint8)


def behind_colon(
    profile: NDArray[np.float64],
    start: float,
    colon: tuple[float, float],
    origin: int,
    em: float,
    *,
    bracket: bool = False,
) -> float:
    """Move a mask's start back to the colon or bracket before it where ink stands between the two.

    Args:
        profile: Ink pixels in each column of the strip.
        start: The mask's start, in the line's coordinates.
        colon: Where the colon's box begins and ends, in the line's coordinates.
        origin: Where the strip begins, in the line's coordinates.
        em: Height of a character in pixels.
        bracket: Whether it is an opening bracket, whose box may hold a part of what follows.
    """
    first = max(0, int(colon[0] - 0.15 * em) - origin)
    between = profile[first : max(first, int(start) - origin)]
    columns = np.flatnonzero(between > 0)
    near = start - colon[0] <= _FAR * em or start - colon[1] <= _NEAR * em
    if not len(columns) or not near or start - colon[0] <= 0.3 * em:
        return start
    breaks = np.flatnonzero(np.diff(columns) > 1)
    dots = columns[: breaks[0] + 1] if len(breaks) else columns
    wide, ink = (_BRACKET_WIDE, _BRACKET_INK) if bracket else (_DOTS_WIDE, _DOTS_INK)
    if len(dots) > wide * em or between[dots].max() > ink * em:
        return start
    behind = int(dots[-1]) + 1
    return start if not len(breaks) else float(first + behind + 1 + origin)
