"""The text layer of a PDF page, with what the file itself says about its visibility."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.geometry import Frame, Polygon
from pipeline.intake.mupdf import mupdf
from pipeline.intake.pages import LayerChar

# ActualText is ignored: it can say anything whatever the glyphs are.
_FLAGS = (
    mupdf.TEXT_PRESERVE_LIGATURES
    | mupdf.TEXT_PRESERVE_WHITESPACE
    | mupdf.TEXT_CID_FOR_UNKNOWN_UNICODE
    | mupdf.TEXT_IGNORE_ACTUALTEXT
)
_INVISIBLE_MODE = 3
_COVERING = ("fill-image", "fill-path", "fill-shade")
_FLAT = 24
_STRAIGHT = 1e-3

Scale = tuple[float, float, float, float]
_Origin = tuple[int, int]


def read_layer(
    page: Any,
    frame: Frame,
    to_grid: Scale,
    pixels: NDArray[np.uint8],
    log: Any,
    images: Any,
) -> tuple[LayerChar, ...]:
    """Return every character of an unrotated page's text layer.

    Args:
        page: A MuPDF page whose rotation is 0.
        frame: The source grid.
        to_grid: Horizontal and vertical pixels per point, then the offset in pixels.
        pixels: The page in that grid, RGB.
        log: The page's ``get_bboxlog()``.
        images: The page's ``get_image_info()``.
    """
    if not any(kind.endswith("-text") for kind, _ in log):
        return ()
    painted = _painted(page)
    clipped_in = {_key(char["origin"]) for _, _, char in _chars(page, _FLAGS | mupdf.TEXT_CLIP)}
    covers = _Covers(log, images)
    paper = page.rect
    layer = []
    line_number, last_line = -1, None
    for line, span, char in _chars(page, _FLAGS):
        if line is not last_line:
            line_number, last_line = line_number + 1, line
        key = _key(char["origin"])
        polygon = Polygon(frame, tuple(_corners(line, span, char, to_grid)))
        visible = _visible(char, painted.get(key), paper) and (
            key in clipped_in or char["c"].isspace()
        )
        if visible and not char["c"].isspace():
            visible = not covers.hide(char, painted[key], polygon, pixels)
        layer.append(LayerChar(char["c"], polygon, visible, line_number))
    return tuple(layer)


def _chars(page: Any, flags: int) -> Any:
    everywhere = mupdf.INFINITE_RECT()  # text beside the paper is in the file, too
    for block in page.get_text("rawdict", clip=everywhere, flags=flags)["blocks"]:
        for line in block.get("lines", ()):
            for span in line["spans"]:
                for char in span["chars"]:
                    yield line, span, char


def _key(origin: Any) -> _Origin:
    return round(origin[0] * 10), round(origin[1] * 10)


def _painted(page: Any) -> dict[_Origin, int]:
    """Map the origin of every character that is painted with ink to its last paint number."""
    painted: dict[_Origin, int] = {}
    for span in page.get_texttrace():
        if span["type"] == _INVISIBLE_MODE or span["opacity"] <= 0:
            continue
        for _, _, origin, _ in span["chars"]:
            key = _key(origin)
            painted[key] = max(painted.get(key, -1), span["seqno"])
    return painted


def _visible(char: Any, sequence: int | None, paper: Any) -> bool:
    if sequence is None and not char["c"].isspace():
        return False
    x0, y0, x1, y1 = char["bbox"]
    return bool(paper.x0 <= (x0 + x1) / 2 <= paper.x1 and paper.y0 <= (y0 + y1) / 2 <= paper.y1)


class _Covers:
    """What is painted over what."""

    def __init__(self, log: Any, images: Any) -> None:
        self._later = [
            (number, kind, box) for number, (kind, box) in enumerate(log) if kind in _COVERING
        ]
        # A stamp with a soft mask lets the text below shine through.
        self._masked = [image["bbox"] for image in images if image["has-mask"]]

    def hide(self, char: Any, sequence: int, polygon: Polygon, pixels: NDArray[np.uint8]) -> bool:
        x, y = (char["bbox"][0] + char["bbox"][2]) / 2, (char["bbox"][1] + char["bbox"][3]) / 2
        for number, kind, (x0, y0, x1, y1) in reversed(self._later):
            if number <= sequence:
                return False
            if not (x0 <= x <= x1 and y0 <= y <= y1):
                continue
            if kind == "fill-image" and not self._is_masked((x0, y0, x1, y1)):
                return True
            # A path's box says little about its shape, colour and blending: the pixels decide.
            if _is_flat(polygon, pixels):
                return True
        return False

    def _is_masked(self, box: tuple[float, float, float, float]) -> bool:
        return any(
            all(abs(p - q) < 1 for p, q in zip(box, masked, strict=True)) for masked in self._masked
        )


def _is_flat(polygon: Polygon, pixels: NDArray[np.uint8]) -> bool:
    x0, y0, x1, y1 = polygon.pixel_bounds()
    crop = pixels[y0:y1, x0:x1]
    return bool(crop.size == 0 or int(crop.max()) - int(crop.min()) < _FLAT)


def _corners(line: Any, span: Any, char: Any, to_grid: Scale) -> list[tuple[float, float]]:
    across, down, left, top = to_grid
    dx, dy = line["dir"]
    if min(abs(dx), abs(dy)) < _STRAIGHT:
        x0, y0, x1, y1 = char["bbox"]
        corners = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
    else:
        quad = mupdf.recover_char_quad((dx, dy), span, char)
        corners = [(p.x, p.y) for p in (quad.ul, quad.ur, quad.lr, quad.ll)]
    return [(x * across + left, y * down + top) for x, y in corners]
