"""Tells whether a PDF page is one scanned image, and takes that image's own pixels."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pipeline.geometry import shrink_pixels
from pipeline.intake.mupdf import mupdf, pixmap_array
from pipeline.intake.pages import Coding
from pipeline.intake.raster import jpeg_coding, to_rgb

_COVERS = 0.9
_OVERHANG = 0.02
_SKEW = 1e-3
_OBLONG = 1.25
_LOOK_SIDE = 160
_LOOK_MEAN = 10.0
_PAINTS = ("fill-", "stroke-")


@dataclass(frozen=True, slots=True)
class ScanImage:
    """The one image of a page, placed upright: its object and its matrix in page points."""

    xref: int
    width: int
    height: int
    matrix: tuple[float, float, float, float, float, float]


@dataclass(frozen=True, slots=True)
class DecodedScan:
    """The image's own pixels and how they were coded."""

    pixels: NDArray[np.uint8] = field(repr=False)
    coding: Coding
    stored_bytes: int
    quantization: dict[int, list[int]] | None
    subsampling: int
    gray: bool


def find_scan(page: Any, log: Any, images: Any) -> ScanImage | None:
    """Return the image that is the whole visible content of an unrotated page, if there is one.

    Args:
        page: A MuPDF page whose rotation is 0.
        log: Its ``get_bboxlog()``.
        images: Its ``get_image_info()``.
    """
    if len(images) != 1 or not _paints_one_image(log):
        return None
    info = images[0]
    a, b, c, d, e, f = info["transform"]
    box, paper = mupdf.Rect(info["bbox"]), page.rect
    upright = a > 0 and d > 0 and abs(b) <= _SKEW * a and abs(c) <= _SKEW * d
    if not upright or info["has-mask"]:
        return None
    visible = box & paper
    if visible.is_empty or visible.width * visible.height < _COVERS * paper.width * paper.height:
        return None
    overhang = max(
        (paper.x0 - box.x0) / paper.width,
        (box.x1 - paper.x1) / paper.width,
        (paper.y0 - box.y0) / paper.height,
        (box.y1 - paper.y1) / paper.height,
    )
    if overhang > _OVERHANG:
        return None
    oblong = (info["width"] / a) / (info["height"] / d)
    if not 1 / _OBLONG < oblong < _OBLONG:  # a fax of 204 by 98 dots to the inch
        return None
    size = (info["width"], info["height"])
    xrefs = {image[0] for image in page.get_images(full=True) if (image[2], image[3]) == size}
    if len(xrefs) != 1:
        return None
    return ScanImage(xrefs.pop(), *size, (a, b, c, d, e, f))


def _paints_one_image(log: Any) -> bool:
    """Tell whether an image is the last thing painted and nothing painted before it can show."""
    painted = [(kind, box) for kind, box in log if kind.startswith(_PAINTS)]
    if not painted or painted[-1][0] != "fill-image":
        return False
    x0, y0, x1, y1 = painted[-1][1]
    cover = mupdf.Rect(x0 - 1, y0 - 1, x1 + 1, y1 + 1)
    return all(kind != "fill-image" and mupdf.Rect(box) in cover for kind, box in painted[:-1])


def decode_scan(page: Any, scan: ScanImage) -> DecodedScan | None:
    """Take the scan's own pixels; None when they are not what the page shows.

    A clip, a blend mode or an inverted decode array can make a page look unlike its image; so both
    are compared at a small size.
    """
    document = page.parent
    keys = {key: document.xref_get_key(scan.xref, key) for key in document.xref_get_keys(scan.xref)}
    filters = keys.get("Filter", ("null", ""))[1]
    stored = len(document.xref_stream_raw(scan.xref))
    decoded = _from_jpeg(document, scan, keys, stored) or _from_pixmap(
        document, scan, keys, filters, stored
    )
    if decoded is None or not _looks_alike(page, scan, decoded.pixels):
        return None
    return decoded


def _from_jpeg(document: Any, scan: ScanImage, keys: Any, stored: int) -> DecodedScan | None:
    if not keys.get("Filter", ("", ""))[1].strip("[] /").endswith("DCTDecode"):
        return None
    if "Decode" in keys or "DecodeParms" in keys or "Mask" in keys or "SMask" in keys:
        return None
    data = document.extract_image(scan.xref)
    try:
        image = Image.open(io.BytesIO(data["image"]), formats=["JPEG", "MPO"])
        if image.mode not in ("L", "RGB") or image.size != (scan.width, scan.height):
            return None
        tables, sampling = jpeg_coding(image)
        pixels, gray = to_rgb(image)
    except (OSError, SyntaxError, ValueError, KeyError):
        return None
    return DecodedScan(pixels, Coding.JPEG, stored, tables, sampling, gray)


def _from_pixmap(
    document: Any, scan: ScanImage, keys: Any, filters: str, stored: int
) -> DecodedScan | None:
    try:
        pixmap = mupdf.Pixmap(document, scan.xref)
    except Exception:  # MuPDF has a class for every kind of damage; drawing the page may still work
        return None
    if pixmap.colorspace is None or pixmap.alpha:
        return None
    gray = pixmap.colorspace.n == 1
    if pixmap.colorspace.n != 3 or pixmap.colorspace.name != mupdf.csRGB.name:
        pixmap = mupdf.Pixmap(mupdf.csGRAY if gray else mupdf.csRGB, pixmap)
    pixels: Any
    if gray:
        rows = np.frombuffer(pixmap.samples, dtype=np.uint8).reshape(pixmap.height, pixmap.stride)
        pixels = cv2.cvtColor(np.ascontiguousarray(rows[:, : pixmap.width]), cv2.COLOR_GRAY2RGB)
    else:
        pixels = pixmap_array(pixmap)
    coding = Coding.LOSSLESS
    if "DCTDecode" in filters or "JPXDecode" in filters:
        coding = Coding.JPEG
    elif keys.get("BitsPerComponent", ("", ""))[1] == "1" or any(
        f in filters for f in ("CCITTFaxDecode", "JBIG2Decode")
    ):
        coding = Coding.BILEVEL
    return DecodedScan(np.asarray(pixels, dtype=np.uint8), coding, stored, None, -1, gray)


def _looks_alike(page: Any, scan: ScanImage, pixels: NDArray[np.uint8]) -> bool:
    a, _, _, d, e, f = scan.matrix
    zoom = _LOOK_SIDE / max(a, d)
    clip = mupdf.Rect(e, f, e + a, f + d)
    shown = page.get_pixmap(
        matrix=mupdf.Matrix(zoom, zoom), clip=clip, colorspace=mupdf.csRGB, alpha=False, annots=True
    )
    small = shrink_pixels(pixels, shown.width, shown.height)
    inner = cv2.absdiff(small, pixmap_array(shown))[1:-1, 1:-1]
    return bool(inner.size == 0 or inner.mean() < _LOOK_MEAN)
