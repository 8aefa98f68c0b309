"""What intake hands on: pages as pixels in their own grid, and how they must be turned."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from pipeline.geometry import Frame, Polygon


class Origin(StrEnum):
    """Where a page's pixels come from."""

    IMAGE = "image"
    SCAN = "scan"
    DIGITAL = "digital"
    MIXED = "mixed"


class Coding(StrEnum):
    """How the stored page was coded, so that the copy can be coded alike."""

    JPEG = "jpeg"
    LOSSLESS = "lossless"
    BILEVEL = "bilevel"
    VECTOR = "vector"


@dataclass(frozen=True, slots=True)
class LayerChar:
    """One character of a PDF's text layer, with its place in the source grid.

    ``visible`` is False when the file itself says that it is not painted (render mode 3, covered by
    an image, clipped away, transparent, or outside the page).
    """

    text: str
    polygon: Polygon
    visible: bool
    line: int


@dataclass(frozen=True, slots=True)
class SourcePage:
    """A page as it is stored.

    Attributes:
        number: Page number in its file, from 1.
        pixels: RGB, shape (height, width, 3), uint8, in the stored grid (no turn applied).
        frame: The stored grid.
        turn: Quarter turns clockwise that EXIF or /Rotate ask for; content may ask for more.
        dpi: Pixels per inch of the stored grid; 200 where the file does not say.
        origin: Where the pixels come from.
        coding: How they were stored.
        stored_bytes: What the page costs in its file.
        quantization: JPEG quantization tables of the stored image, if it was a JPEG.
        subsampling: JPEG chroma subsampling as Pillow names it (0, 1, 2), -1 when unknown.
        gray: True when the stored image has no colour.
        layer: The text layer, empty where there is none.
    """

    number: int
    pixels: NDArray[np.uint8] = field(repr=False)
    frame: Frame
    turn: int = 0
    dpi: float = 200.0
    origin: Origin = Origin.IMAGE
    coding: Coding = Coding.LOSSLESS
    stored_bytes: int = 0
    quantization: dict[int, list[int]] | None = field(default=None, repr=False)
    subsampling: int = -1
    gray: bool = False
    layer: tuple[LayerChar, ...] = field(default=(), repr=False)
