"""Looks for ink directly beside a mask that the reader passed over.

A single digit or half a character left beside a black patch is often not read at all, so searching
the text does not find it. What is written there must be either read (then the text search judges
it), or too large, too flat or too small to be a character.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.dossier import Kind, Mask
from pipeline.geometry import Frame, Polygon
from pipeline.reading.lines import Line
from pipeline.verification.fidelity import Pixels

_NEAR = 0.3
"""Space between a mask and ink beside it, in thicknesses of the mask."""
_CONTRAST = 60
_LOW, _HIGH = 0.25, 1.1
"""Height of a character's ink in thicknesses of the mask."""
_WIDE = 1.6
_RIM = 3
"""Pixels around the mask that belong to its edge."""
LOW_SIGNS = frozenset("：:；;，,、。.·")
"""Signs whose ink is small; what is taller than one is not explained by having read it there."""
_TALLER, _BROADER = 0.38, 0.18
"""Height and width from which a blot is none of those signs, in thicknesses of the mask."""
_RULE, _RULE_PIXELS = 0.1, 4
"""Width of a piece of a table's rule or frame in thicknesses of the mask, and in pixels."""
_GOES_ON, _FAINT, _LEAN = 1.5, 25, 4
"""How far a rule goes on past the mask on both sides, in its thicknesses; by how many levels it is
darker than the paper on its left and right, however pale; and by how many pixels it leans."""
_UNBROKEN = 0.75
"""Share of that way on which a rule is there. Above and below a digit is the space of lines."""
_JOINED = 0.08
"""Space between strokes of one character, in thicknesses of the mask."""

Box = tuple[float, float, float, float]


def find_unread_ink(
    pixels: Pixels, frame: Frame, masks: Sequence[Mask], lines: Sequence[Line]
) -> Iterator[Polygon]:
    """Yield the places of ink beside masks that no character of the reading explains.

    Args:
        pixels: RGB of the copy's page, in ``frame``.
        frame: The upright grid at stored resolution.
        masks: The masks of the page.
        lines: What was read on the copy, in any frame of the page.
    """
    chars = [char for line in lines for char in line.chars]
    boxes = [char.polygon.to(frame).bounds for char in chars]
    read = np.array(boxes, dtype=float).reshape(-1, 4)
    small = np.array([char.text in LOW_SIGNS for char in chars], dtype=bool)
    hidden = np.zeros(pixels.shape[:2], np.uint8)
    for mask in masks:
        corners = np.round(mask.polygon.to(frame).array()).astype(np.int32)
        cv2.fillPoly(hidden, [corners], (255,))
        cv2.polylines(hidden, [corners], True, (255,), 2 * _RIM - 1)
    signs, large = read[small], read[~(small | _within(read, hidden))]
    for mask in masks:
        if mask.kind is Kind.SEAL:
            # Covers whatever it was stamped over; it has no line that could go on beside it.
            continue
        yield from _beside(pixels, frame, mask.polygon.to(frame), hidden, (read, signs, large))


def _beside(
    pixels: Pixels,
    frame: Frame,
    place: Polygon,
    hidden: Pixels,
    read: tuple[NDArray[np.float64], ...],
) -> Iterator[Polygon]:
    """Look beside one mask; ``read`` has the boxes of all signs, of small and of large ones."""
    every, signs, large = read
    x0, y0, x1, y1 = place.bounds
    along = x1 - x0 >= y1 - y0
    thick = max(8.0, min(x1 - x0, y1 - y0))
    reach = (1.6 * thick, 0.3 * thick) if along else (0.3 * thick, 1.6 * thick)
    left, top = max(0, int(x0 - reach[0])), max(0, int(y0 - reach[1]))
    right, bottom = int(x1 + reach[0]) + 1, int(y1 + reach[1]) + 1
    colours = pixels[top:bottom, left:right]
    part = cv2.cvtColor(colours, cv2.COLOR_RGB2GRAY)
    covered = hidden[top:bottom, left:right]
    free = part[covered == 0]
    if free.size == 0:
        return
    ink = ((part < np.median(free) - _CONTRAST) & (covered == 0)).astype(np.uint8)
    for joined in (0, max(1, round(_JOINED * thick))):
        near = np.ones((2 * joined + 1, 2 * joined + 1), np.uint8)
        blots = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, near) if joined else ink
        _, labels, stats, _ = cv2.connectedComponentsWithStats(blots, connectivity=8)
        for number, (x, y, w, h, area) in enumerate(stats[1:].tolist(), start=1):
            box = (left + x, top + y, left + x + w, top + y + h)
            if area < 0.01 * thick * thick or (
                not _like_a_character(box, place.bounds, thick, along)
            ):
                continue
            if joined and (min(w, h) < _BROADER * thick or max(w, h) < _TALLER * thick):
                continue
            blot = labels[y : y + h, x : x + w] == number
            colour = colours[y : y + h, x : x + w][blot]
            if _is_bracket(blot if along else blot.T) or _is_red(colour):
                continue
            if _is_piece_of_a_rule(pixels, hidden, box, thick, along):
                continue
            mistaken = joined and _explained(box, signs) and not _explained(box, large)
            if mistaken or not (joined or _explained(box, every)):
                yield Polygon.from_bounds(frame, *box)


def _like_a_character(box: Box, mask: Box, thick: float, along: bool) -> bool:
    """Whether a blot beside the short sides of a mask has the place and size of a character."""
    if not along:
        box, mask = (box[1], box[0], box[3], box[2]), (mask[1], mask[0], mask[3], mask[2])
    gap = max(mask[0] - box[2], box[0] - mask[2])
    inside = min(box[3], mask[3]) - max(box[1], mask[1])
    height = box[3] - box[1]
    return (
        -_RIM <= gap <= _NEAR * thick
        and _LOW * thick <= height <= _HIGH * thick
        and box[2] - box[0] <= _WIDE * thick
        and inside >= 0.7 * height
    )


def _is_bracket(blot: NDArray[np.bool_]) -> bool:
    """Whether a blot is a thin arc. A reader often leaves a bracket beside a patch out."""
    height, width = blot.shape
    if height < 9 or width > 0.45 * height:
        return False
    third = height // 3
    columns = np.arange(width)
    middle_of = [
        float((rows.sum(axis=0) * columns).sum() / max(1, rows.sum()))
        for rows in (blot[:third], blot[third:-third], blot[-third:])
    ]
    above, below = middle_of[0] - middle_of[1], middle_of[2] - middle_of[1]
    return above * below > 0 and min(abs(above), abs(below)) > 0.12 * width


def _is_piece_of_a_rule(
    pixels: Pixels, hidden: Pixels, box: Box, thick: float, along: bool
) -> bool:
    """Whether a thin blot is a piece of a line that goes on far past the mask on both sides."""
    if not along:
        pixels, hidden = pixels.transpose(1, 0, 2), hidden.T
        box = (box[1], box[0], box[3], box[2])
    x0, y0, x1, y1 = (int(value) for value in box)
    if x1 - x0 > max(_RULE_PIXELS, _RULE * thick):
        return False
    reach, side = round(_GOES_ON * thick), 2 * _LEAN + 2
    left, right = x0 - _LEAN - side, x1 + _LEAN + side
    if left < 0 or right > pixels.shape[1] or y0 < reach or y1 + reach > pixels.shape[0]:
        return False
    for top, bottom in ((y0 - reach, y0), (y1, y1 + reach)):
        gray = cv2.cvtColor(
            np.ascontiguousarray(pixels[top:bottom, left:right]), cv2.COLOR_RGB2GRAY
        ).astype(np.int16)
        masked = hidden[top:bottom, left:right] > 0
        free = ~masked[:, side:-side].all(axis=1)
        # A mask in the next row may begin where the rule is: its black is no paper.
        gray[masked] = 255
        beside = np.minimum(np.median(gray[:, :side], axis=1), np.median(gray[:, -side:], axis=1))
        there = gray[:, side:-side].min(axis=1) < beside - _FAINT
        if free.sum() < reach / 2 or there[free].mean() < _UNBROKEN:
            return False
    return True


def _is_red(colours: NDArray[np.uint8]) -> bool:
    """Whether a blot is ink of a seal, which lies across whatever is there."""
    red, green, blue = np.median(colours, axis=0).tolist()
    return bool(red - max(green, blue) > 50)


def _within(read: NDArray[np.float64], hidden: Pixels) -> NDArray[np.bool_]:
    """Which boxes of characters have their middle in a mask: they are its label's."""
    rows = ((read[:, 1] + read[:, 3]) / 2).astype(int).clip(0, hidden.shape[0] - 1)
    columns = ((read[:, 0] + read[:, 2]) / 2).astype(int).clip(0, hidden.shape[1] - 1)
    return np.asarray(hidden[rows, columns] > 0)


def _explained(box: Box, read: NDArray[np.float64]) -> bool:
    """Whether the middle of a blot lies in a character that was read, or just beside it."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    slack = 0.25 * (read[:, 3] - read[:, 1])
    return bool(
        (
            (read[:, 0] - slack <= x)
            & (x <= read[:, 2] + slack)
            & (read[:, 1] - slack <= y)
            & (y <= read[:, 3] + slack)
        ).any()
    )
