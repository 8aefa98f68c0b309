"""Paints masks on page pixels: opaque black, with the label in white where there is room.

Only a watermark that stands apart from the print is cleared instead.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import lru_cache

import cv2
import numpy as np
import pymupdf
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from pipeline.dossier import Kind, Mask
from pipeline.geometry import Polygon
from pipeline.intake import MUPDF_LOCK
from pipeline.reading.clearing import clear

Pixels = NDArray[np.uint8]

_LEGIBLE = 9  # pixels; a smaller label is a smudge
_TALL = 0.68  # of the patch that the glyphs may take across the line
_LONG = 0.94  # and along it
_LARGEST = 64  # pixels; a larger stroke is as thick as what is looked for under masks
_LEVEL = 3.0  # degrees up to which a label is written level: straight strokes read best
_NEARLY_SQUARE = 1.4  # height by width up to which the label of a round patch is written level


def draw(pixels: Pixels, masks: Sequence[Mask], *, bilevel: bool = False) -> None:
    """Paint masks on an upright page, in place.

    Args:
        pixels: The page on the frame of the masks' polygons, shape (height, width, 3).
        masks: What to paint. Every pixel of a polygon becomes opaque, or is painted anew.
        bilevel: Draw labels without intermediate greys.
    """
    # Before anything is black: what is painted anew is told from the page's own paper and print.
    marks = [mask for mask in masks if mask.cleared]
    cleared = clear(pixels, [mask.polygon for mask in marks])
    done = {mask for mask, is_done in zip(marks, cleared, strict=True) if is_done}
    left = [mask for mask in masks if mask not in done]
    # A seal lies over names and units that have labels of their own: those are written last.
    seals = [mask for mask in left if mask.kind is Kind.SEAL]
    for group in (seals, [mask for mask in left if mask.kind is not Kind.SEAL]):
        for mask in group:
            _fill(pixels, mask)
        for mask in group:
            _write(pixels, mask, bilevel=bilevel)


def _fill(pixels: Pixels, mask: Mask) -> None:
    x0, y0, x1, y1 = mask.polygon.pixel_bounds()
    if x1 <= x0 or y1 <= y0:
        return
    if mask.polygon.area >= 0.999 * (x1 - x0) * (y1 - y0):
        pixels[y0:y1, x0:x1] = 0
        return
    # Pixel centres lie half a pixel in; the outline itself is painted too.
    corners = np.round((mask.polygon.array() - 0.5) * 16).astype(np.int32)
    cv2.fillPoly(pixels, [corners], (0, 0, 0), lineType=cv2.LINE_8, shift=4)
    cv2.polylines(pixels, [corners], True, (0, 0, 0), 1, lineType=cv2.LINE_8, shift=4)


def _write(pixels: Pixels, mask: Mask, *, bilevel: bool) -> None:
    if len(mask.polygon.points) != 4:
        corners = Polygon.from_bounds(mask.polygon.frame, *mask.polygon.bounds).array()
        level = _NEARLY_SQUARE
    else:
        corners, level = mask.polygon.array(), 1.0
    sides = np.linalg.norm(corners - np.roll(corners, -1, axis=0), axis=1)
    along = (
        corners[1] - corners[0]
        if level * (sides[0] + sides[2]) >= sides[1] + sides[3]
        else (corners[2] - corners[1])
    )
    upright = abs(along[1]) > abs(along[0])
    length, thickness = max(sides[0], sides[1]), min(sides[0], sides[1])
    label = _fitting(mask.label, float(length), float(thickness))
    if label is None:
        return
    if upright:
        label = np.ascontiguousarray(np.rot90(label, k=-1))
    if bilevel:
        label = ((label > 127) * 255).astype(np.uint8)
    slant = (np.degrees(np.arctan2(along[1], along[0])) + 45) % 90 - 45
    if abs(slant) > _LEVEL and len(mask.polygon.points) == 4:
        label = _slanted(label, float(slant), bilevel=bilevel)
    cx, cy = mask.polygon.center
    height, width = label.shape
    x0, y0 = round(cx - width / 2), round(cy - height / 2)
    if x0 < 0 or y0 < 0 or x0 + width > pixels.shape[1] or y0 + height > pixels.shape[0]:
        return
    place = pixels[y0 : y0 + height, x0 : x0 + width]
    # Only black turns white: a slanted patch's corner never lets the label out onto the page.
    np.copyto(place, label[..., None], where=(place == 0).all(axis=2, keepdims=True))


def _slanted(label: Pixels, degrees: float, *, bilevel: bool) -> Pixels:
    """Turn a rendered label clockwise by some degrees, on a ground that holds all of it."""
    height, width = label.shape
    cos, sin = np.cos(np.radians(degrees)), abs(np.sin(np.radians(degrees)))
    size = (int(np.ceil(width * cos + height * sin)), int(np.ceil(width * sin + height * cos)))
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1.0)
    matrix[0, 2] += (size[0] - width) / 2
    matrix[1, 2] += (size[1] - height) / 2
    flags = cv2.INTER_NEAREST if bilevel else cv2.INTER_LINEAR
    return np.asarray(cv2.warpAffine(label, matrix, size, flags=flags), dtype=np.uint8)


def _fitting(label: str, length: float, thickness: float) -> Pixels | None:
    """The rendered label at the greatest size that fits; without brackets if it must; or None."""
    for text in (label, label.strip("【】")):
        size = min(int(thickness * _TALL), _LARGEST)
        while size >= _LEGIBLE:
            glyphs = render(text, size)
            if glyphs.shape[1] <= _LONG * length:
                return glyphs
            size = min(size - 1, int(size * _LONG * length / glyphs.shape[1]))
    return None


@lru_cache(maxsize=512)
def render(text: str, size: int) -> Pixels:
    """Return white glyphs on black, cropped to their ink, shape (height, width); read-only."""
    font = _font(size)
    x0, y0, x1, y1 = (round(v) for v in font.getbbox(text))
    image = Image.new("L", (max(1, x1 - x0), max(1, y1 - y0)), 0)
    ImageDraw.Draw(image).text((-x0, -y0), text, font=font, fill=255)
    return np.asarray(image)


@lru_cache(maxsize=128)
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(io.BytesIO(_font_bytes()), size)


@lru_cache(maxsize=1)
def _font_bytes() -> bytes:
    with MUPDF_LOCK:
        return bytes(pymupdf.Font("china-s").buffer)
