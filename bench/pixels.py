"""Pages as pixels for the judge, opened without any of the code that is being judged."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pymupdf
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from bench.truth import TrueFile, TruePage
from pipeline.geometry import turn_pixels

Pixels = NDArray[np.uint8]

# Share of a page without masks from which it alone tells how the page stands.
_LEAST_FREE = 0.2


def source_pages(path: Path, file: TrueFile) -> Iterator[tuple[TruePage, Pixels]]:
    """Yield each page of a generated file, RGB, in the stored grid of its truth."""
    with path.open("rb") as stream:
        is_pdf = stream.read(5) == b"%PDF-"
    if is_pdf:
        with pymupdf.open(path) as document:
            for page in file.pages:
                yield page, _stored(document, file, page)
        return
    _register_heif()
    with Image.open(path) as picture:
        for page in file.pages:
            picture.seek(page.page - 1)
            pixels = np.asarray(picture.convert("RGB"))
            yield page, fitted(pixels, page.width, page.height)


def _stored(document: pymupdf.Document, file: TrueFile, page: TruePage) -> Pixels:
    """A PDF page's stored pixels: its one image as it lies there, or the page as drawn."""
    if not file.born_digital:
        images = images_under(document, page.page)
        if len(images) == 1 and images[0].shape[:2] == (page.height, page.width):
            return images[0]
    sheet = document[page.page - 1]
    sheet.set_rotation(0)
    return fitted(render(sheet, page.width, page.height), page.width, page.height)


def upright(pixels: Pixels, page: TruePage) -> Pixels:
    """Turn stored pixels upright as the truth says."""
    return turn_pixels(pixels, page.turn)


def gray(pixels: Pixels) -> Pixels:
    """RGB to gray."""
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), dtype=np.uint8)


def render(sheet: pymupdf.Page, width: int, height: int) -> Pixels:
    """What a viewer shows of a page, RGB, stretched to a pixel size."""
    rect = sheet.rect
    matrix = pymupdf.Matrix(width / rect.width, height / rect.height)
    pixmap = sheet.get_pixmap(matrix=matrix, alpha=False, colorspace=pymupdf.csRGB)
    flat = np.frombuffer(pixmap.samples, dtype=np.uint8)
    return flat.reshape(pixmap.height, pixmap.stride)[:, : pixmap.width * 3].reshape(
        pixmap.height, pixmap.width, 3
    )


def images_under(document: pymupdf.Document, number: int) -> list[Pixels]:
    """Every image that a page of a PDF refers to, RGB, whatever is painted over it."""
    found: list[Pixels] = []
    for entry in document[number - 1].get_images(full=True):
        try:
            data = document.extract_image(entry[0])["image"]
            with Image.open(io.BytesIO(data)) as picture:
                found.append(np.asarray(picture.convert("RGB")))
        except (RuntimeError, ValueError, KeyError, UnidentifiedImageError):
            pixmap = pymupdf.Pixmap(pymupdf.csRGB, pymupdf.Pixmap(document, entry[0]))
            flat = np.frombuffer(pixmap.samples, dtype=np.uint8)
            found.append(flat.reshape(pixmap.height, pixmap.width, pixmap.n)[:, :, :3])
    return found


def fitted(pixels: Pixels, width: int, height: int) -> Pixels:
    """Stretch pixels to a size, if they do not have it."""
    if pixels.shape[:2] == (height, width):
        return pixels
    return np.asarray(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA))


def aligned(copy: Pixels, source: Pixels) -> Pixels:
    """Move a gray copy by up to two pixels onto the gray source.

    Two renderers place a page on the pixel grid half a pixel apart, which would make untouched text
    look changed, and a copy moved by a pixel would make bare text look hidden.
    """
    height, width = source.shape
    side = min(height, width, 1400)
    top, left = (height - side) // 2, (width - side) // 2
    area = np.s_[top : top + side, left : left + side]
    (dx, dy), response = cv2.phaseCorrelate(
        source[area].astype(np.float64), copy[area].astype(np.float64)
    )
    if response < 0.05 or max(abs(dx), abs(dy)) > 2 or max(abs(dx), abs(dy)) < 0.1:
        return copy
    move = np.array([[1, 0, -dx], [0, 1, -dy]], dtype=np.float32)
    moved = cv2.warpAffine(
        copy, move, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(moved, dtype=np.uint8)


def likeness(one: Pixels, other: Pixels) -> float:
    """Correlation of the shades of two pages, in the same order, -1 to 1."""
    first, second = one.astype(np.float32).ravel(), other.astype(np.float32).ravel()
    first -= first.mean()
    second -= second.mean()
    norm = float(np.linalg.norm(first) * np.linalg.norm(second))
    return float(first @ second) / norm if norm > 0 else 0.0


def turn_of(copy: Pixels, source: Pixels) -> int:
    """Quarter turns clockwise that bring a gray copy into the position of the gray source.

    Wide black areas of the copy, which are masks, are left out: they hide what tells.
    """
    height, width = source.shape
    scale = 500 / max(height, width)
    small = cv2.resize(source, (max(8, round(width * scale)), max(8, round(height * scale))))
    scores: list[float] = []
    for quarters in range(4):
        turned = turn_pixels(copy, quarters)
        same = cv2.resize(turned, (small.shape[1], small.shape[0]), interpolation=cv2.INTER_AREA)
        aspect = (turned.shape[1] / turned.shape[0]) / (width / height)
        penalty = 1.0 if abs(np.log(aspect)) > 0.1 else 0.0
        black = cv2.morphologyEx((same < 40).astype(np.uint8), cv2.MORPH_OPEN, np.ones((9, 9)))
        # Labels are written in white on them.
        free = cv2.morphologyEx(black, cv2.MORPH_CLOSE, np.ones((25, 25))) == 0
        if free.mean() < _LEAST_FREE:
            free[:] = True
        scores.append(likeness(same[free], small.astype(np.uint8)[free]) - penalty)
    best = int(np.argmax(scores))
    return 0 if scores[0] >= scores[best] - 0.02 else best


def _register_heif() -> None:
    import pillow_heif

    pillow_heif.register_heif_opener()
