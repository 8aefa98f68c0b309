"""Pages of image files: JPEG, PNG, TIFF, BMP, WebP and HEIC."""

from __future__ import annotations

import struct
import warnings
import zlib
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pillow_heif
from numpy.typing import NDArray
from PIL import Image, JpegImagePlugin

from pipeline.geometry import Frame, turn_pixels
from pipeline.intake.errors import (
    AnimatedImageError,
    DamagedImageError,
    LimitError,
    TooManyPagesError,
)
from pipeline.intake.limits import Limits
from pipeline.intake.pages import Coding, Origin, SourcePage
from pipeline.intake.sniff import Media

# Pillow's complaints about damaged metadata are of no use to anybody here.
warnings.filterwarnings("ignore", module=r"PIL\.")
pillow_heif.register_heif_opener(thumbnails=False)
# Sizes are checked from the header against our own limits, for every frame, before it is decoded.
Image.MAX_IMAGE_PIXELS = None

DEFAULT_DPI = 200.0
_SANE_DPI = (50.0, 1200.0)
LONGEST_INCHES = 24.0
# Rows that are copied out of Pillow's memory at a time; so many fit into the processor's cache.
_BAND = 64
_ORIENTATION_TAG = 274
_PILLOW_FORMATS = {
    Media.JPEG: ("JPEG", "MPO"),
    Media.PNG: ("PNG",),
    Media.TIFF: ("TIFF",),
    Media.BMP: ("BMP",),
    Media.WEBP: ("WEBP",),
    Media.HEIC: ("HEIF",),
}
# What Pillow and its decoders raise on bytes that are not what they say.
_UNDECODABLE = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    EOFError,
    RuntimeError,
    ZeroDivisionError,
    OverflowError,
    struct.error,
    zlib.error,
)
# EXIF orientation: whether the stored pixels are mirrored, and the clockwise quarter turns that are
# left once they have been flipped left to right.
_ORIENTATIONS = {
    1: (False, 0),
    2: (True, 0),
    3: (False, 2),
    4: (True, 2),
    5: (True, 3),
    6: (False, 1),
    7: (True, 1),
    8: (False, 3),
}


class RasterBackend:
    """Pages of one image file; only TIFF and HEIC have several."""

    def __init__(self, path: Path, name: str, media: Media, limits: Limits) -> None:
        """Read the header.

        Raises:
            DamagedImageError: The header cannot be read.
            AnimatedImageError: It is an animation.
            LimitError: It is over a limit.
        """
        self._path = path
        self._name = name
        self._media = media
        self._limits = limits
        with _open(path, name, media, 1) as image:
            limits.check_pixels(name, 1, *image.size)
            self.page_count = self._count(image)
        if self.page_count > limits.pages:
            raise TooManyPagesError(name, actual=self.page_count, limit=limits.pages)
        self._bytes = path.stat().st_size // self.page_count

    def _count(self, image: Image.Image) -> int:
        try:
            frames = int(getattr(image, "n_frames", 1))
        except _UNDECODABLE:
            raise DamagedImageError(self._name, page=1) from None
        if self._media in (Media.TIFF, Media.HEIC):
            return frames
        if frames > 1 and self._media is not Media.JPEG:
            raise AnimatedImageError(self._name, frames=frames)
        # A JPEG of several pictures (MPO) is a phone's photo with its preview or depth map.
        return 1

    def page(self, number: int) -> SourcePage:
        """Decode one page.

        Raises:
            DamagedImageError: It cannot be decoded to the last row.
            LimitError: It is over a limit.
        """
        with _open(self._path, self._name, self._media, number) as image:
            try:
                if number > 1:
                    image.seek(number - 1)
                self._limits.check_pixels(self._name, number, *image.size)
                mirrored, turn = _orientation(image, self._media)
                across, down = _dpi(image)
                coding = _coding(image, self._media, self._path)
                tables, sampling = jpeg_coding(image)
                image.load()
                pixels, gray = to_rgb(image)
            except LimitError:
                raise
            except _UNDECODABLE:
                raise DamagedImageError(self._name, page=number) from None
        if self._media is Media.TIFF:
            # Pillow stands a TIFF upright while decoding; the stored grid is wanted.
            pixels = turn_pixels(pixels, -turn) if turn else pixels
            pixels, across = self._squared(pixels, number, across, down)
        elif mirrored:
            pixels = np.ascontiguousarray(pixels[:, ::-1])
        height, width = pixels.shape[:2]
        return SourcePage(
            number=number,
            pixels=pixels,
            frame=Frame(number, width, height),
            turn=turn,
            dpi=sane_dpi(across, max(width, height)),
            origin=Origin.IMAGE,
            coding=coding,
            stored_bytes=self._bytes,
            quantization=tables,
            subsampling=sampling,
            gray=gray,
        )

    def _squared(
        self, pixels: NDArray[np.uint8], number: int, across: float, down: float
    ) -> tuple[NDArray[np.uint8], float]:
        """Give a fax of oblong pixels (204 by 98 to the inch) square ones, repeating its rows."""
        if min(across, down) <= 0 or not 1.25 < max(across, down) / min(across, down) <= 4:
            return pixels, across
        height, width = pixels.shape[:2]
        if across > down:
            height = round(height * across / down)
        else:
            width = round(width * down / across)
        self._limits.check_pixels(self._name, number, width, height)
        square = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_NEAREST)
        return np.asarray(square, dtype=np.uint8), max(across, down)

    def close(self) -> None:
        """Nothing stays open between pages."""


def to_rgb(image: Image.Image) -> tuple[NDArray[np.uint8], bool]:
    """Return a decoded image as RGB on white, and whether it has no colour.

    Returns:
        Pixels of shape (height, width, 3), uint8, and True for gray images.

    Raises:
        ValueError: Its samples have no agreed range (floating point, 32 bits).
    """
    if image.mode == "RGB" and "transparency" not in image.info:
        return _array(image), False
    if image.mode in ("1", "L") and "transparency" not in image.info:
        return _gray_to_rgb(np.asarray(image.convert("L"))), True
    if image.mode.startswith("I"):
        samples = np.asarray(image)
        if samples.size and (samples.min() < 0 or samples.max() > 65535):
            raise ValueError("samples beyond 16 bits")
        return _gray_to_rgb((samples.astype(np.uint32) // 257).astype(np.uint8)), True
    if image.mode == "F":
        raise ValueError("floating-point samples")
    if image.has_transparency_data:
        clear = image.convert("RGBA")
        white = Image.new("RGBA", clear.size, (255, 255, 255, 255))
        gray = image.mode in ("LA", "La", "L", "1")
        return np.asarray(Image.alpha_composite(white, clear).convert("RGB")), gray
    pixels = _array(image.convert("RGB"))
    return pixels, image.mode == "P" and _colourless(pixels)


def jpeg_coding(image: Image.Image) -> tuple[dict[int, list[int]] | None, int]:
    """Return the quantization tables and the chroma subsampling of a JPEG that was just opened.

    None and -1 for what is no JPEG, and for CMYK, whose tables do not fit the RGB of the copy.
    """
    tables: Any = getattr(image, "quantization", None)
    if not isinstance(image, JpegImagePlugin.JpegImageFile) or not tables or image.mode == "CMYK":
        return None, -1
    kept = {int(key): [int(v) for v in table] for key, table in tables.items()}
    return kept, int(JpegImagePlugin.get_sampling(image))


def _open(path: Path, name: str, media: Media, page: int) -> Image.Image:
    try:
        return Image.open(path, formats=_PILLOW_FORMATS[media])
    except _UNDECODABLE:
        raise DamagedImageError(name, page=page) from None


def _orientation(image: Image.Image, media: Media) -> tuple[bool, int]:
    if media is Media.HEIC:  # the decoder has applied the container's own turn
        return False, 0
    try:
        value = image.getexif().get(_ORIENTATION_TAG, 1)
    except _UNDECODABLE:
        return False, 0  # a broken EXIF block says nothing; the content decides
    return _ORIENTATIONS.get(value, (False, 0)) if isinstance(value, int) else (False, 0)


def sane_dpi(dpi: float, longest_side: int) -> float:
    """Return ``dpi`` if a page of so many pixels can be paper at that resolution, else 200.

    Cameras write 72 whatever the picture is of, and some scanners one point a pixel.
    """
    low, high = _SANE_DPI
    if not low <= dpi <= high or longest_side / dpi > LONGEST_INCHES:
        return DEFAULT_DPI
    return dpi


def _dpi(image: Image.Image) -> tuple[float, float]:
    """Return the resolution across and down, as the file states it; 0 where it does not."""
    try:
        across, down = image.info["dpi"]
        return float(across), float(down)
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return 0.0, 0.0


def _coding(image: Image.Image, media: Media, path: Path) -> Coding:
    if media in (Media.JPEG, Media.HEIC):
        return Coding.JPEG
    if image.mode == "1":
        return Coding.BILEVEL
    if media is Media.TIFF and image.info.get("compression") in ("jpeg", "tiff_jpeg"):
        return Coding.JPEG
    if media is Media.WEBP:
        with path.open("rb") as file:
            return Coding.LOSSLESS if b"VP8L" in file.read(4096) else Coding.JPEG
    return Coding.LOSSLESS


def _array(image: Image.Image) -> NDArray[np.uint8]:
    """Copy an RGB image into an array, band by band: half the time of numpy's own conversion."""
    width, height = image.size
    pixels = np.empty((height, width, 3), np.uint8)
    image.load()
    for top in range(0, height, _BAND):
        bottom = min(height, top + _BAND)
        pixels[top:bottom] = np.asarray(image.crop((0, top, width, bottom)))
    return pixels


def _gray_to_rgb(gray: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray(cv2.cvtColor(gray, cv2.COLOR_GRAY2RGB), dtype=np.uint8)


def _colourless(pixels: NDArray[np.uint8]) -> bool:
    red, green, blue = pixels[..., 0], pixels[..., 1], pixels[..., 2]
    return bool(np.array_equal(red, green) and np.array_equal(green, blue))
