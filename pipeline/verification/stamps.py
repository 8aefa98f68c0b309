"""Seals that are still visible: rings and frames of seal ink outside the masks.

A seal that the policy lets stand is known by its place. Any other ring or frame of red or blue ink
that is as large as a seal, whole or with a mask across it, is a seal that nobody hid; so is a rim
of any ink with writing inside (see :mod:`pipeline.verification.rims`), and a piece of a rim that
runs out of a seal's mask.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.dossier import Doubt, Kind, Mask
from pipeline.geometry import Frame, Polygon, shrink_pixels
from pipeline.verification.doubts import doubt
from pipeline.verification.fidelity import Pixels
from pipeline.verification.rims import find_rims
from pipeline.white_balance import on_white

_SIDE = 900
"""Longer side of the small picture in pixels: a seal of 40 mm is some 120 of them on A4."""
_COLOURED = 45
"""Levels by which seal ink is stronger in its own colour than in both others."""
_INK_LEVEL = 70
"""Level of gray at which coloured ink is looked at as if it were black."""
_SMALLEST, _LARGEST = 0.07, 0.3
"""Width and height of a seal in longer sides of the page."""
_SLIMMEST = 0.55
_MOST_INK = 0.45
"""Share of its rectangle that is ink: more is a picture or a coloured field."""
_REACH = 5
"""Pixels across which ink beside a mask belongs to what the mask covers."""
_SECTORS, _BAND = 48, 0.72
"""Directions in which a rim is looked for, and where it begins, in half the seal's sides."""
_RIM, _FEWEST = 0.7, 14
"""Share of the visible directions that must hold ink of the rim, and how many at least."""

_THINNEST, _SHORTEST, _LONGEST = 0.011, 0.028, 0.16
"""Sides of a piece of a rim in longer sides of the page: the shorter one, least, and the longer
one, least and most. A straight line is thinner."""
_STROKE = 0.15
"""Share of its rectangle that is ink, at most, which tells it from a character."""

Bits = NDArray[np.uint8]


def check_stamps(
    pixels: Pixels, frame: Frame, masks: Sequence[Mask], seals: Sequence[Polygon]
) -> list[Doubt]:
    """Report the seals of a page that nobody hid; see :func:`find_stamps`."""
    mine = [seal for seal in seals if seal.frame.page == frame.page]
    places = dict.fromkeys(find_stamps(pixels, frame, masks, mine))
    return [doubt("seal-visible", frame.page, place) for place in places]


def find_stamps(
    pixels: Pixels, frame: Frame, masks: Sequence[Mask], seals: Sequence[Polygon]
) -> Iterator[Polygon]:
    """Yield the seals of a page of the copy that are visible and should not be.

    Args:
        pixels: RGB of the copy's page, in ``frame``.
        frame: The upright grid at stored resolution.
        masks: The masks of the page.
        seals: Places of the seals that the policy lets stand, in any frame of the page.
    """
    scale = min(1.0, _SIDE / max(frame.width, frame.height))
    size = max(1, round(frame.width * scale)), max(1, round(frame.height * scale))
    small = shrink_pixels(pixels, *size)
    hidden = np.zeros((size[1], size[0]), np.uint8)
    across, down = size[0] / frame.width, size[1] / frame.height
    for mask in masks:
        _fill(hidden, mask.polygon.to(frame), (across, down))
    known = np.zeros_like(hidden)
    for seal in seals:
        _fill(known, seal.to(frame), (across, down), grown=1.25)
    standing = known.copy()
    known[hidden > 0] = 0
    stamped = np.zeros_like(hidden)
    for mask in masks:
        if mask.kind is Kind.SEAL:
            _fill(stamped, mask.polygon.to(frame), (across, down))
    found: list[tuple[float, float, float, float]] = list(
        find_rims(np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)), hidden, standing)
    )
    for ink in _inks(small):
        bare = ink.copy()
        bare[(hidden > 0) | (known > 0)] = 0
        groups = _seals(bare, hidden, max(size))
        groups = chain(groups, _pieces_of_rims(bare, stamped, max(size)))
        found += [(x, y, x + width, y + height) for x, y, width, height in groups]
        # A rim that a coloured border runs through is no group of its own.
        found += find_rims(np.where(ink > 0, _INK_LEVEL, 255).astype(np.uint8), hidden, standing)
    for x0, y0, x1, y1 in found:
        yield Polygon.from_bounds(
            frame,
            max(0.0, x0 / across),
            max(0.0, y0 / down),
            min(float(frame.width), x1 / across),
            min(float(frame.height), y1 / down),
        )


def _fill(bits: Bits, place: Polygon, scale: tuple[float, float], grown: float = 1.0) -> None:
    points = place.array()
    points = points.mean(axis=0) + (points - points.mean(axis=0)) * grown
    cv2.fillPoly(bits, [np.round(points * scale).astype(np.int32)], (255,))


def _inks(pixels: Pixels) -> Iterator[Bits]:
    """Yield where red ink is, then blue; nothing for a page without colours."""
    red, green, blue = cv2.split(on_white(pixels))
    for own, others in ((red, cv2.max(green, blue)), (blue, cv2.max(red, green))):
        ink = (cv2.subtract(own, others) > _COLOURED).astype(np.uint8)
        if ink.any():
            yield ink


def _seals(ink: Bits, hidden: Bits, longer: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield the rectangles, x, y, width and height, of groups of ink with a seal's rim."""
    # What one mask lies across is one thing, however many pieces of it are visible.
    near = cv2.dilate(hidden, np.ones((2 * _REACH + 1,) * 2, np.uint8))
    close = cv2.dilate(ink, np.ones((3, 3), np.uint8))
    for joined in (close, ((close > 0) | (near > 0)).astype(np.uint8)):
        count, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
        for number in range(1, count):
            left, top, wide, high = stats[number, :4].tolist()
            if min(wide, high) < _SMALLEST * longer:
                continue
            window = np.s_[top : top + high, left : left + wide]
            ys, xs = np.nonzero((labels[window] == number) & (ink[window] > 0))
            if len(xs) < _FEWEST:
                continue
            x, y = left + int(xs.min()), top + int(ys.min())
            width, height = int(np.ptp(xs)) + 1, int(np.ptp(ys)) + 1
            fits = _SMALLEST * longer <= min(width, height)
            fits = fits and max(width, height) <= _LARGEST * longer
            if not fits or min(width, height) < _SLIMMEST * max(width, height):
                continue
            part = np.s_[y : y + height, x : x + width]
            own = ((labels[part] == number) & (ink[part] > 0)).astype(np.uint8)
            if own.mean() <= _MOST_INK and _has_rim(own, hidden[part] > 0):
                yield x, y, width, height


def _pieces_of_rims(ink: Bits, stamped: Bits, longer: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield the rectangles of arcs that touch a masked seal: its mask has not its shape."""
    near = cv2.dilate(stamped, np.ones((2 * _REACH + 1,) * 2, np.uint8)) > 0
    close = cv2.dilate(ink, np.ones((3, 3), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(close, connectivity=8)
    for number in np.unique(labels[near & (close > 0)]):
        x, y, width, height = stats[number, :4].tolist()
        long = _SHORTEST * longer <= max(width, height) <= _LONGEST * longer
        if not long or min(width, height) < _THINNEST * longer:
            continue
        part = np.s_[y : y + height, x : x + width]
        if ((labels[part] == number) & (ink[part] > 0)).mean() <= _STROKE:
            yield x, y, width, height


def _has_rim(ink: Bits, hidden: NDArray[np.bool_]) -> bool:
    """Whether ink follows the ellipse or the rectangle that fills its picture."""
    height, width = ink.shape
    down, across = np.mgrid[0:height, 0:width]
    right, low = 2 * across / max(1, width - 1) - 1, 2 * down / max(1, height - 1) - 1
    sectors = ((np.arctan2(low, right) / np.pi + 1) / 2 * _SECTORS).astype(int) % _SECTORS
    for reach in (np.hypot(right, low), np.maximum(np.abs(right), np.abs(low))):
        band = (reach >= _BAND) & (reach <= 1.05)
        inked = np.bincount(sectors[band & (ink > 0)], minlength=_SECTORS) > 0
        covered = np.bincount(sectors[band & hidden], minlength=_SECTORS) > 0
        visible = _SECTORS - int((covered & ~inked).sum())
        seen = int(inked.sum())
        if seen >= _FEWEST and seen >= _RIM * visible:
            return True
    return False
