"""What verification asks of its surroundings, and how it takes a page of the copy."""

from __future__ import annotations

from typing import Protocol

import cv2
import numpy as np
import pymupdf
from numpy.typing import NDArray

from pipeline.geometry import Frame
from pipeline.intake.pages import SourcePage
from pipeline.reading.lines import Line


class Source(Protocol):
    """The file that the copy was made from."""

    page_count: int

    def page(self, n: int) -> SourcePage:
        """Decode page ``n``, counted from 1."""


class Rereader(Protocol):
    """Reads an image that stands upright."""

    def read_upright(
        self, pixels: NDArray[np.uint8], frame: Frame, *, detection_side: int | None = None
    ) -> tuple[Line, ...]:
        """Read ``pixels`` (RGB, of the frame's size); boxes in ``frame``."""


def decode_image(document: pymupdf.Document, number: int) -> NDArray[np.uint8]:
    """Decode one image object to RGB of shape (height, width, 3)."""
    pixmap = pymupdf.Pixmap(document, number)
    if pixmap.alpha or pixmap.colorspace is None:
        raise ValueError("an image of the copy has no plain colours")
    if pixmap.n == 1:
        gray = np.frombuffer(pixmap.samples_mv, np.uint8).reshape(pixmap.height, pixmap.width)
        return np.asarray(cv2.cvtColor(gray, cv2.COLOR_GRAY2RGB), np.uint8)
    if pixmap.n != 3:
        pixmap = pymupdf.Pixmap(pymupdf.csRGB, pixmap)
    rgb = np.frombuffer(pixmap.samples_mv, np.uint8)
    return rgb.reshape(pixmap.height, pixmap.width, 3).copy()
