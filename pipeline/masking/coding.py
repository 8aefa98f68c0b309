"""Codes masked pixels like their source: same kind, about the same quality, about the same size."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pipeline.intake.pages import Coding, SourcePage
from pipeline.masking.pdf import CodedImage

Pixels = NDArray[np.uint8]

_GROWTH = 1.25  # a scanned source may grow 1.3 times; the rest is for the file around the images
_VECTOR_BYTES = 240_000  # of the 250 KB that a born-digital page may cost
_ROOM = 700  # bytes of page objects beside the image
_LEAST = 4_000  # a budget smaller than this says nothing: no page image is that small
_BANDING = 1.0  # mean error of few levels, in grey values, from which a picture would show bands
_LADDER = (85, 78, 70, 62, 54, 46, 38, 30, 25, 20)
_COARSER = (1.0, 1.15, 1.35, 1.6, 2.0, 2.6, 3.5)


def code_page(pixels: Pixels, page: SourcePage, *, turn: int) -> CodedImage:
    """Code the masked, upright pixels of a page for the copy.

    Args:
        pixels: RGB, shape (height, width, 3).
        page: The stored page: how it was coded and what it cost.
        turn: Quarter turns from the stored page to ``pixels``.
    """
    gray = page.gray or _is_gray(pixels)
    if page.coding is Coding.VECTOR:
        budget = _VECTOR_BYTES
    elif page.stored_bytes:
        budget = max(_LEAST, int(page.stored_bytes * _GROWTH) - _ROOM)
    else:
        budget = 0
    if page.coding is Coding.BILEVEL:
        return _fax(pixels)
    image = np.ascontiguousarray(pixels[..., 0]) if gray else pixels
    if page.coding is Coding.JPEG:
        return _jpeg(image, page, turn, budget)
    if page.coding is Coding.VECTOR:
        return _crisp(image, budget) or _quality_ladder(image, budget)
    return _lossless(image, budget) or _quality_ladder(image, budget)


def _is_gray(pixels: Pixels) -> bool:
    # A sparse look settles nearly every coloured page before the whole one is compared.
    sparse = pixels[::16, ::16]
    if (sparse.max(axis=2) != sparse.min(axis=2)).any():
        return False
    red, green, blue = cv2.split(pixels)
    return not (cv2.absdiff(red, green).any() or cv2.absdiff(red, blue).any())


def _fax(pixels: Pixels) -> CodedImage:
    ink = Image.fromarray(pixels[..., 0] < 128)
    out = io.BytesIO()
    # Ink as ones, which the coder takes for black; tag 262 keeps Pillow from inverting them.
    ink.save(out, "TIFF", compression="group4", tiffinfo={262: 1, 278: ink.height})
    out.seek(0)
    with Image.open(out) as tiff:
        tags = tiff.tag_v2  # type: ignore[attr-defined]
        (offset,), (length,) = tags[273], tags[279]
    height, width = pixels.shape[:2]
    parameters = b"/Filter/CCITTFaxDecode/DecodeParms<</K -1/Columns %d/Rows %d>>" % (width, height)
    data = out.getvalue()[offset : offset + length]
    return CodedImage(data, width, height, b"/DeviceGray", 1, parameters)


def _jpeg(image: Pixels, page: SourcePage, turn: int, budget: int) -> CodedImage:
    """Code again with the source's own tables, coarser only where the size asks for it."""
    if page.quantization is None:
        return _quality_ladder(image, budget)
    tables = [np.array(page.quantization[k]) for k in sorted(page.quantization)]
    if turn % 2:
        tables = [t.reshape(8, 8).T.ravel() for t in tables]
    if image.ndim == 2:
        tables = tables[:1]
    subsampling = page.subsampling if page.subsampling in (0, 1, 2) else 2
    if subsampling == 1 and turn % 2:
        subsampling = 2  # 4:2:2 on its side has no name; 4:2:0 is the nearest that all read
    coded = None
    for factor in _COARSER:
        scaled = [np.clip(np.round(t * factor), 1, 255).astype(int).tolist() for t in tables]
        for optimize in (False, True):
            coded = _pillow_jpeg(image, qtables=scaled, subsampling=subsampling, optimize=optimize)
            if not budget or len(coded.data) <= budget:
                return coded
    assert coded is not None
    return coded


def _quality_ladder(image: Pixels, budget: int) -> CodedImage:
    coded = None
    for quality in _LADDER:
        coded = _pillow_jpeg(image, quality=quality, subsampling=2, optimize=bool(budget))
        if not budget or len(coded.data) <= budget:
            break
    assert coded is not None
    return coded


def _pillow_jpeg(image: Pixels, **options: object) -> CodedImage:
    out = io.BytesIO()
    if image.ndim == 2:
        options.pop("subsampling", None)
    Image.fromarray(image).save(out, "JPEG", **options)
    colors = b"/DeviceGray" if image.ndim == 2 else b"/DeviceRGB"
    height, width = image.shape[:2]
    return CodedImage(out.getvalue(), width, height, colors, 8, b"/Filter/DCTDecode")


def _lossless(image: Pixels, budget: int) -> CodedImage | None:
    """Every pixel as it is, if that fits."""
    palette = _exact_palette(image)
    coded = _flate(*palette) if palette is not None else _predicted(image)
    return coded if not budget or len(coded.data) <= budget else None


def _crisp(image: Pixels, budget: int) -> CodedImage | None:
    """Few levels and no ringing: right for type and line drawings, if it fits."""
    if image.ndim == 2:
        nearest = np.round(np.arange(256) / 17).astype(np.uint8)
        levels, palette, bits = nearest[image], None, 4
        shown = levels[::8, ::8] * np.uint8(17)
    else:
        indexed = _coarse_palette(image)
        if indexed is None:
            return None
        levels, palette, bits = indexed
        shown = palette[levels[::8, ::8]]
    if cv2.absdiff(shown, np.ascontiguousarray(image[::8, ::8])).mean() > _BANDING:
        return None
    coded = _flate(levels, palette, bits)
    return coded if len(coded.data) <= budget else None


def _exact_palette(image: Pixels) -> tuple[Pixels, Pixels | None, int] | None:
    """Return indexes, palette and bits an index, or None where 256 colours do not do."""
    if image.ndim == 2:
        return image, None, 8
    weights = np.array([65536, 256, 1], np.int32)
    if len(np.unique(image[::8, ::8] @ weights)) > 256:
        return None
    keys = image @ weights
    colors, indexes = np.unique(keys, return_inverse=True)
    if len(colors) > 256:
        return None
    palette = np.column_stack([colors >> 16, colors >> 8 & 255, colors & 255])
    return _pack_width(indexes.reshape(keys.shape), palette.astype(np.uint8))


def _coarse_palette(image: Pixels) -> tuple[Pixels, Pixels, int] | None:
    """The same by the upper four bits of each channel; colours agreeing in them become one."""
    counts = cv2.calcHist([image], [0, 1, 2], None, [16] * 3, [0, 256] * 3)
    used = np.flatnonzero(counts.ravel())
    if len(used) > 256:
        return None
    # Sixteen grays a channel, joined to one key of 12 bits.
    keys = image[..., 0].astype(np.uint16) >> 4
    for channel in (1, 2):
        keys <<= 4
        keys |= image[..., channel] >> 4
    lookup = np.zeros(4096, np.uint8)
    lookup[used] = np.arange(len(used))
    # A sample tells the mean colour well enough; what it lacks is drawn as the middle of its bin.
    centers = np.column_stack([used >> 8, used >> 4 & 15, used & 15]) * 16 + 8
    sample, pixels = lookup[keys[::4, ::4]].ravel(), image[::4, ::4].reshape(-1, 3)
    counts = np.bincount(sample, minlength=len(used))
    sums = np.column_stack(
        [np.bincount(sample, weights=pixels[:, c], minlength=len(used)) for c in range(3)]
    )
    seen = counts > 0
    palette = np.where(seen[:, None], sums / np.maximum(counts, 1)[:, None], centers)
    return _pack_width(lookup.take(keys), palette.round().astype(np.uint8))


def _pack_width(indexes: NDArray[np.integer], palette: Pixels) -> tuple[Pixels, Pixels, int]:
    bits = next(b for b in (1, 2, 4, 8) if len(palette) <= 1 << b)
    return indexes.astype(np.uint8), palette, bits


def _flate(levels: Pixels, palette: Pixels | None, bits: int) -> CodedImage:
    """Deflate rows of ``bits`` a pixel; flat areas and type compress best without a predictor."""
    height, width = levels.shape
    colors = b"/DeviceGray"
    if palette is not None:
        colors = b"[/Indexed/DeviceRGB %d<%b>]" % (
            len(palette) - 1,
            palette.tobytes().hex().encode(),
        )
    data = zlib.compress(_packed(levels, bits).tobytes(), 6)
    return CodedImage(data, width, height, colors, bits, b"/Filter/FlateDecode")


def _packed(levels: Pixels, bits: int) -> Pixels:
    if bits == 8:
        return levels
    per_byte = 8 // bits
    short = -levels.shape[1] % per_byte
    if short:
        levels = np.pad(levels, ((0, 0), (0, short)))
    packed = np.zeros((levels.shape[0], levels.shape[1] // per_byte), np.uint8)
    for k in range(per_byte):
        packed |= levels[:, k::per_byte] << (8 - bits * (k + 1))
    return packed


def _predicted(image: Pixels) -> CodedImage:
    """The data of a PNG, which PDF reads as it stands: deflate behind PNG's row predictors."""
    channels = 1 if image.ndim == 2 else 3
    swapped = image if channels == 1 else cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    ok, png = cv2.imencode(".png", swapped, [cv2.IMWRITE_PNG_COMPRESSION, 4])
    if not ok:
        raise ValueError("the page image could not be coded")
    height, width = image.shape[:2]
    colors = b"/DeviceGray" if channels == 1 else b"/DeviceRGB"
    parameters = (
        b"/Filter/FlateDecode/DecodeParms<</Predictor 15/Colors %d/BitsPerComponent 8/Columns %d>>"
        % (channels, width)
    )
    return CodedImage(
        b"".join(_chunks(png.tobytes(), b"IDAT")), width, height, colors, 8, parameters
    )


def _chunks(png: bytes, kind: bytes) -> Iterator[bytes]:
    at = 8
    while at < len(png):
        length = int.from_bytes(png[at : at + 4], "big")
        if png[at + 4 : at + 8] == kind:
            yield png[at + 8 : at + 8 + length]
        at += 12 + length
