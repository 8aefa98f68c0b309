"""Whether what the policy masks can still be made out in the masked copy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.dossier import Kind
from pipeline.geometry import Polygon
from pipeline.verification.pair.cells import Bounds, Glass, Look, compare, windows
from pipeline.verification.pair.nouns import Channel, Gray, SensitivePlace

_SEEN, _SEEN_CONTRAST = 0.62, 0.07
_SHARP_CONTRAST = 0.45
_THROUGH = 0.33
_FEWEST = 260
_BLURRED, _SEVERAL = 0.55, 2
_UNSHARP, _UNSHARP_CONTRAST = 0.8, 0.2
_INNER, _LEAST = 4, 8
_SPOT = 0.11
_FLAT = 0.14
_SEEN_BESIDE = 0.75
_SEEN_ON_PATCH, _ON_PATCH = 0.8, 0.6
_MOST_OF_IT = 0.6
_LEADING = frozenset("经由在于到与和对向为被从及至是我本该赴往同兹")
"""Words before a name that are easily taken for its first character."""
_PICTURES = {Kind.SEAL, Kind.FACE, Kind.CODE}
_PICTURE_SHARE = 0.3
"""A seal or a face is open when so much of it shows; print beside it lies in its box as well."""


@dataclass(frozen=True, slots=True)
class Open:
    """A sensitive place that is not hidden: where, how, and how much of it."""

    place: SensitivePlace
    polygon: Polygon
    channel: Channel
    share: float


def open_places(glass: Glass, places: tuple[SensitivePlace, ...]) -> list[Open]:
    """Return the places of a page that the masked copy does not hide."""
    return [found for place in places if (found := look_at(glass, place)) is not None]


def look_at(glass: Glass, place: SensitivePlace) -> Open | None:
    """Say how a place can still be made out, or None."""
    boxes = [box for cell in place.cells if (box := glass.trimmed(cell)) is not None]
    boxes = [] if place.kind in _PICTURES else boxes
    boxes = boxes or list(windows(place.polygon, glass))
    if not boxes:
        return None
    looks = [glass.look(box) for box in boxes]
    seen = [look for look in looks if _is_seen(glass, look)]
    if place.kind in _PICTURES and len(seen) < _PICTURE_SHARE * len(boxes):
        return None
    if seen and _is_part_of_it(glass, place, seen, len(boxes)):
        channel = Channel.SEE_THROUGH if _mean(seen) < _SHARP_CONTRAST else Channel.PIXELS
        return Open(place, _around(glass, seen), channel, len(seen) / len(boxes))
    if (through := see_through(glass, boxes)) >= _THROUGH:
        return Open(place, place.polygon, Channel.SEE_THROUGH, through)
    if (blurred := blurred_share(glass, boxes)) >= _BLURRED:
        return Open(place, place.polygon, Channel.BLURRED, blurred)
    return None


def _is_part_of_it(glass: Glass, place: SensitivePlace, seen: Sequence[Look], boxes: int) -> bool:
    """Whether what shows belongs to the string, and is not text that the finding took along."""
    if len(seen) >= _MOST_OF_IT * boxes or not place.marks:
        return True
    shown = {look.bounds for look in seen}
    marks = [
        (number, mark)
        for number, (cell, mark) in enumerate(zip(place.cells, place.marks, strict=True))
        if glass.trimmed(cell) in shown
    ]
    if place.letters:
        return any(mark in place.letters for _, mark in marks)
    return any(number > 0 or mark not in _LEADING for number, mark in marks)


def _is_seen(glass: Glass, look: Look) -> bool:
    """Whether a character shows, or the better half of one that a mask does not cover."""
    # On a patch the strokes of a label may be a little like those of what it hides.
    enough = _SEEN_ON_PATCH if glass.covered_share(look.bounds) > _ON_PATCH else _SEEN
    if look.alike >= enough and look.contrast >= _SEEN_CONTRAST:
        return True
    return glass.seen_beside_patch(look.bounds) >= _SEEN_BESIDE


def _mean(looks: list[Look]) -> float:
    return float(np.mean([look.contrast for look in looks]))


def _around(glass: Glass, looks: list[Look]) -> Polygon:
    boxes = np.array([look.bounds for look in looks])
    low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    return Polygon.from_bounds(
        glass.inks.pages.grid, float(low[0]), float(low[1]), float(high[0]), float(high[1])
    )


def _hull(boxes: list[Bounds]) -> Bounds:
    found = np.array(boxes)
    low, high = found[:, :2].min(axis=0), found[:, 2:].max(axis=0)
    return int(low[0]), int(low[1]), int(high[0]), int(high[1])


def see_through(glass: Glass, boxes: list[Bounds]) -> float:
    """Return how far the flat part of a mask follows the strokes that it hides, -1 to 1.

    Only structure as fine as strokes counts, and neither the mask's edge nor its label.
    """
    x0, y0, x1, y1 = _hull(boxes)
    reach = glass.reach
    height, width = glass.original.shape
    if x0 < reach or y0 < reach or x1 + reach > width or y1 + reach > height:
        return 0.0
    around = glass.masked[y0 - reach : y1 + reach, x0 - reach : x1 + reach]
    flat = np.abs(around - np.median(around)) < _FLAT
    strokes = cv2.dilate((~flat).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    ours = _fine(glass.original[y0:y1, x0:x1], np.ones((y1 - y0, x1 - x0), np.bool_))
    theirs = _fine(around, ~strokes)
    best = 0.0
    for dy in range(2 * reach + 1):
        for dx in range(2 * reach + 1):
            part = theirs[dy : dy + y1 - y0, dx : dx + x1 - x0]
            free = ~strokes[dy : dy + y1 - y0, dx : dx + x1 - x0]
            if int(free.sum()) < _FEWEST:
                continue
            a, b = ours[free], part[free]
            if a.std() > 0.05 and b.std() > 1e-3:
                best = max(best, float(np.corrcoef(a, b)[0, 1]))
    return best


def _fine(ink: Gray, valid: np.ndarray[tuple[int, int], np.dtype[np.bool_]]) -> Gray:
    weight = valid.astype(np.float32)
    total, count = cv2.blur(ink * weight, (25, 25)), cv2.blur(weight, (25, 25))
    return np.asarray(ink - total / np.maximum(count, 1e-6), np.float32)


def blurred_share(glass: Glass, boxes: list[Bounds]) -> float:
    """Return the share of characters that look like the original's out of focus.

    That is what a mosaic or a blur leaves. The rim of a mask is as good as a blurred character to
    a correlation, so each character is looked at without the paper around it.
    """
    x0, y0, x1, y1 = _hull(boxes)
    pad = 3 * glass.reach
    left, top = max(0, x0 - pad), max(0, y0 - pad)
    ours = _out_of_focus(glass, glass.original[top : y1 + pad, left : x1 + pad])
    theirs = _out_of_focus(glass, glass.masked[top : y1 + pad, left : x1 + pad])
    alike = 0
    for a0, b0, a1, b1 in boxes:
        inner = (a0 - left + _INNER, b0 - top + _INNER, a1 - left - _INNER, b1 - top - _INNER)
        if inner[2] - inner[0] < _LEAST or inner[3] - inner[1] < _LEAST:
            continue
        look = compare(ours, theirs, inner, glass.reach)
        alike += look.alike >= _UNSHARP and look.contrast >= _UNSHARP_CONTRAST
    return alike / len(boxes) if alike >= _SEVERAL else 0.0


def _out_of_focus(glass: Glass, ink: Gray) -> Gray:
    return np.asarray(cv2.GaussianBlur(ink, (0, 0), _SPOT * glass.inks.line), np.float32)
