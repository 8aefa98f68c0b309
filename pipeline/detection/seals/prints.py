"""Takes the print that a dark seal was stamped over off the picture, by what was read of the page.

On a fax or a gray copy the name of the issuer and the date cross the ring; unrolled, they stand
aslant among its characters and behind its last one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.detection.seals.candidate import Colour, Seal
from pipeline.geometry import Frame
from pipeline.reading.lines import Line

Pixels = NDArray[np.uint8]
#: A character's outline in pixels of the page, shape (4, 2).
Box = NDArray[np.float32]

#: How far out a character stands, as a share of the way to the seal's edge, that is not of its
#: writing: near its middle, or beyond its edge.
_WITHIN, _BEYOND = 0.5, 1.1
#: By how much of its height more than its box a character takes.
_MARGIN = 0.08
#: Gray of a seal's edge from which its print is told by being darker, and by how much.
_PALE, _DARKER = 90, 35
#: Pixels on both sides of a seal's edge among which its ink is looked for.
_EDGE = 3


@dataclass(frozen=True, slots=True)
class Bare:
    """A seal without the print across it.

    Attributes:
        pixels: The surroundings of the seal, RGB.
        seal: In pixels of these.
        whole: Nothing of the seal went with the print.
    """

    pixels: Pixels
    seal: Seal
    whole: bool


def print_across(seal: Seal, lines: Sequence[Line], frame: Frame) -> tuple[Box, ...]:
    """Return the characters of the page's own lines that a seal lies on.

    A line is the page's, not the seal's, when it passes the seal's middle or leaves the seal.

    Args:
        seal: In pixels of the upright page.
        lines: As read.
        frame: The upright page.
    """
    xs, ys = zip(*seal.outline(), strict=True)
    left, top, right, bottom = min(xs), min(ys), max(xs), max(ys)
    found: list[Box] = []
    for line in lines:
        x0, y0, x1, y1 = line.polygon.to(frame).bounds
        if x1 < left or x0 > right or y1 < top or y0 > bottom:
            continue
        boxes = [char.polygon.to(frame).array().astype(np.float32) for char in line.chars]
        reach = [_reach(seal, box) for box in boxes]
        if reach and (min(reach) < _WITHIN or max(reach) > _BEYOND):
            found += [box for box, out in zip(boxes, reach, strict=True) if out <= _BEYOND]
    return tuple(found)


def _reach(seal: Seal, box: Box) -> float:
    """How far out the middle of a character is: 0 in the seal's middle, 1 on its edge."""
    x, y = (box.mean(axis=0) - np.array(seal.center)).tolist()
    cos, sin = math.cos(seal.angle), math.sin(seal.angle)
    return math.hypot((x * cos + y * sin) / seal.axes[0], (y * cos - x * sin) / seal.axes[1])


def without_print(pixels: Pixels, seal: Seal, boxes: Sequence[Box]) -> Bare | None:
    """Take characters off the page where a dark seal is.

    Args:
        pixels: The upright page, RGB.
        seal: In pixels of that page.
        boxes: As :func:`print_across` found them.

    Returns:
        None where there is nothing to take off, or colour tells the seal from print.
    """
    if seal.colour is not Colour.DARK or not boxes:
        return None
    xs, ys = zip(*seal.outline(4.0), strict=True)
    height, width = pixels.shape[:2]
    x0, y0 = max(0, math.floor(min(xs))), max(0, math.floor(min(ys)))
    x1, y1 = min(width, math.ceil(max(xs))), min(height, math.ceil(max(ys)))
    crop = pixels[y0:y1, x0:x1].copy()
    if not crop.size:
        return None
    moved = replace(seal, center=(seal.center[0] - x0, seal.center[1] - y0))
    there = np.zeros(crop.shape[:2], np.uint8)
    for box in boxes:
        middle = box.mean(axis=0)
        margin = 2 * _MARGIN * float(np.linalg.norm(box[3] - box[0])) + 2
        size = np.maximum(np.ptp(box, axis=0), 1)
        grown = middle + (box - middle) * (1 + margin / size) - (x0, y0)
        cv2.fillConvexPoly(there, cv2.convexHull(np.round(grown).astype(np.int32)), (1,))
    tone = _tone(crop, moved)
    whole = tone >= _PALE
    if whole:
        # The seal is gray and the print black: what is of the seal stays where they cross.
        black = (crop.max(axis=2) < tone - _DARKER).astype(np.uint8)
        there = np.minimum(
            there, np.asarray(cv2.dilate(black, np.ones((3, 3), np.uint8)), np.uint8)
        )
    crop[there > 0] = int(np.percentile(crop[..., 1], 90))
    return Bare(crop, moved, whole)


def _tone(crop: Pixels, seal: Seal) -> float:
    """The gray of the ink on a seal's edge."""
    edge = np.zeros(crop.shape[:2], np.uint8)
    corners = np.round(np.array(seal.outline(-_EDGE)) * 16 - 8).astype(np.int32)
    cv2.polylines(edge, [corners], True, (1,), 2 * _EDGE, shift=4)
    ring = crop[..., 1][edge > 0].astype(np.float32)
    if not ring.size:
        return 0.0
    inked = ring[ring < np.percentile(crop[..., 1], 90) - _DARKER]
    return float(np.median(inked)) if inked.size else 0.0
