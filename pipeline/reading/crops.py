"""Line crops and back: a quad on the page to a straight strip, and strip columns to page boxes."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.reading.engine import CROP_HEIGHT, MAX_CROP_WIDTH, Image, Recognition

# Taller than this times its width, a box holds vertical text (the ratio PaddleOCR uses).
TALL = 1.5


@dataclass(frozen=True, slots=True)
class Crop:
    """A straightened strip of one line.

    Attributes:
        image: RGB, height ``CROP_HEIGHT``.
        corners: The quad on the page, float32 (4, 2), clockwise from the start of the line's upper
            edge in reading direction.
        vertical: The line runs from top to bottom on the page.
    """

    image: Image
    corners: NDArray[np.float32]
    vertical: bool


def sides(quad: NDArray[np.float32]) -> tuple[float, float]:
    """Return the mean length of the upper and lower edges and of the left and right edges."""
    across = np.linalg.norm(quad[1] - quad[0]) + np.linalg.norm(quad[2] - quad[3])
    down = np.linalg.norm(quad[3] - quad[0]) + np.linalg.norm(quad[2] - quad[1])
    return float(across) / 2, float(down) / 2


def is_tall(quad: NDArray[np.float32]) -> bool:
    """Whether a quad is so much taller than wide that its text must run downwards."""
    across, down = sides(quad)
    return down > TALL * across


def cut(pixels: Image, quad: NDArray[np.float32]) -> Crop | None:
    """Straighten the strip under a quad.

    Returns None for a quad too thin to hold a character.
    """
    vertical = is_tall(quad)
    # A vertical line is read lying on its left side, as PaddleOCR's own cropping does.
    corners = np.roll(quad, -1, axis=0) if vertical else quad
    length, thickness = sides(corners)
    if length < 3 or thickness < 3:
        return None
    width = int(np.clip(round(length * CROP_HEIGHT / thickness), 8, MAX_CROP_WIDTH))
    image = _straight_copy(pixels, corners, width)
    if image is None:
        image = _warped_copy(pixels, corners, width)
    return Crop(image, corners, vertical)


def _warped_copy(pixels: Image, corners: NDArray[np.float32], width: int) -> Image:
    target = np.array(
        [[0, 0], [width, 0], [width, CROP_HEIGHT], [0, CROP_HEIGHT]], dtype=np.float32
    )
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), target)
    strip = cv2.warpPerspective(
        pixels,
        matrix,
        (width, CROP_HEIGHT),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(strip, dtype=np.uint8)


def _straight_copy(pixels: Image, corners: NDArray[np.float32], width: int) -> Image | None:
    """Resize an upright rectangle without a perspective warp, or None when it is not upright."""
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = corners.tolist()
    if max(abs(x0 - x3), abs(x1 - x2), abs(y0 - y1), abs(y3 - y2)) > 1.0 or x1 <= x0 or y3 <= y0:
        return None
    left, right = max(0, round(x0)), min(pixels.shape[1], round(x1))
    top, bottom = max(0, round(y0)), min(pixels.shape[0], round(y3))
    if right - left < 3 or bottom - top < 3:
        return None
    strip = pixels[top:bottom, left:right]
    mode = cv2.INTER_AREA if strip.shape[0] > CROP_HEIGHT else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(strip, (width, CROP_HEIGHT), interpolation=mode), dtype=np.uint8)


def char_edges(crop: Image, recognition: Recognition) -> NDArray[np.float32]:
    """Find where each character begins and ends along the strip.

    Between two neighbouring centres the border is the column with the least ink, and of equals the
    one nearest to the middle; the CTC centres alone are off by up to half a character. A character
    is never given more than a little over its own em, so that a wide gap belongs to nobody.

    Returns:
        Fractions of the strip's width, float32 (n, 2).
    """
    count = len(recognition.text)
    if count == 0:
        return np.zeros((0, 2), dtype=np.float32)
    width = crop.shape[1]
    ink = _column_ink(crop)
    centers = recognition.centers * width
    ems = np.array([_em(c) for c in recognition.text], dtype=np.float32)
    edges = np.zeros((count, 2), dtype=np.float32)
    edges[0, 0] = _outer_edge(ink, centers[0], -1, ems[0])
    edges[-1, 1] = _outer_edge(ink, centers[-1], 1, ems[-1])
    for i in range(count - 1):
        border = _border(ink, float(centers[i]), float(centers[i + 1]))
        edges[i, 1] = min(border, _gap(ink, centers[i] + ems[i], 1))
        edges[i + 1, 0] = max(border, _gap(ink, centers[i + 1] - ems[i + 1], -1))
    _tighten(edges, ink)
    return np.asarray(np.clip(edges / width, 0, 1), dtype=np.float32)


def _tighten(edges: NDArray[np.float32], ink: NDArray[np.float32]) -> None:
    """Draw each character's borders in to its ink, so that gaps between characters are true."""
    inked = ink > 0.08 * float(ink.max())
    for edge in edges:
        start, end = int(edge[0]), min(len(ink), int(np.ceil(edge[1])))
        columns = np.flatnonzero(inked[start:end])
        if len(columns):
            edge[0] = max(edge[0], start + columns[0] - 1)
            edge[1] = min(edge[1], start + columns[-1] + 2)


def _em(character: str) -> float:
    """Half the widest plausible extent of a character in strip pixels."""
    return CROP_HEIGHT * (0.62 if ord(character) > 0x2E80 else 0.42)


def _column_ink(crop: Image) -> NDArray[np.float32]:
    """Mean darkness of every column of a strip against its paper."""
    gray = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)
    paper = int(np.percentile(gray[::3, ::3], 90))
    darkness = cv2.subtract(np.full_like(gray[4:-4], paper), gray[4:-4])
    return np.asarray(cv2.reduce(darkness, 0, cv2.REDUCE_AVG, dtype=cv2.CV_32F)[0])


def _border(ink: NDArray[np.float32], left: float, right: float) -> float:
    start, end = int(left), min(len(ink), int(right) + 1)
    if end - start < 2:
        return (left + right) / 2
    span = ink[start:end]
    middle = (left + right) / 2 - start
    distance = np.abs(np.arange(len(span)) + 0.5 - middle)
    # The distance decides only between columns that are about equally empty.
    cost = span + 0.15 * span.mean() * distance / max(1.0, len(span) / 2)
    return start + float(cost.argmin()) + 0.5


def _outer_edge(ink: NDArray[np.float32], center: float, step: int, em: float) -> float:
    return _gap(ink, center + step * em, step)


def _gap(ink: NDArray[np.float32], position: float, step: int) -> float:
    """Go on from a position until a column is empty: handwriting is wider than its line is high."""
    column = int(np.clip(position, 0, len(ink) - 1))
    empty = 0.08 * float(ink.max())
    while 0 < column < len(ink) - 1 and ink[column] > empty:
        column += step
    return float(np.clip(max(position, column) if step > 0 else min(position, column), 0, len(ink)))


def char_quads(crop: Crop, edges: NDArray[np.float32]) -> NDArray[np.float32]:
    """Map character extents along a strip back to page pixels, float32 (n, 4, 2)."""
    if len(edges) == 0:
        return np.zeros((0, 4, 2), dtype=np.float32)
    target = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(target, crop.corners.astype(np.float32))
    corners = np.zeros((len(edges), 4, 2), dtype=np.float32)
    corners[:, 0, 0] = corners[:, 3, 0] = edges[:, 0]
    corners[:, 1, 0] = corners[:, 2, 0] = edges[:, 1]
    corners[:, 2:, 1] = 1
    mapped = cv2.perspectiveTransform(corners.reshape(-1, 1, 2), matrix)
    return np.asarray(mapped, dtype=np.float32).reshape(-1, 4, 2)
