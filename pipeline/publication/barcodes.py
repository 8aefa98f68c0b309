"""ISSN and ISBN out of the bar codes of a page. What other codes say is not looked at."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import zxingcpp
from numpy.typing import NDArray

from pipeline.geometry import Frame, Polygon
from pipeline.publication.nouns import FoundNumber
from pipeline.publication.numbers import number_of_barcode


def publication_barcodes(pixels: NDArray[np.uint8], frame: Frame) -> Iterator[FoundNumber]:
    """Yield the ISSN and ISBN that bar codes of a page carry.

    Args:
        pixels: The upright page, RGB, shape (height, width, 3).
        frame: Its grid.
    """
    wanted = zxingcpp.barcode_formats_from_str("EAN13")
    for code in zxingcpp.read_barcodes(pixels, formats=wanted):
        corners = (
            code.position.top_left,
            code.position.top_right,
            code.position.bottom_right,
            code.position.bottom_left,
        )
        outline = Polygon(frame, tuple((float(c.x), float(c.y)) for c in corners))
        number = number_of_barcode(code.text, frame.page, outline)
        if number is not None:
            yield number
