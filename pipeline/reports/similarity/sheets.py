"""The pages that a text was read from, with its passages marked where they stand."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.geometry import shrink_pixels
from pipeline.reports.similarity.views import ReportView
from pipeline.similarity.examination import Examination

_WIDTH, _QUALITY = 900, 60


@dataclass(frozen=True, slots=True)
class Spot:
    """A line of a passage on a page, in percent of the page's sides."""

    number: int
    look: str
    left: float
    top: float
    width: float
    height: float
    first: bool


@dataclass(frozen=True, slots=True)
class SheetView:
    """A page with marked passages; ``picture`` is a data URI."""

    page: int
    picture: str = field(repr=False)
    spots: tuple[Spot, ...]


def sheet_views(
    found: Examination, view: ReportView, upright: Callable[[int], NDArray[np.uint8]]
) -> tuple[SheetView, ...]:
    """Make the pages that have passages; none for a text without pages.

    Args:
        found: The comparison.
        view: The looks of the passages.
        upright: Returns a page's upright pixels, RGB, by its number from 1.
    """
    pages = found.subject.pages
    if pages is None:
        return ()
    looks = {passage.number: passage.look for passage in view.passages}
    spots: dict[int, list[Spot]] = {}
    for number, row in enumerate(found.counted.rows, start=1):
        for place, (page, polygon) in enumerate(pages.places(row.passage.span)):
            frame = polygon.frame
            x0, y0, x1, y1 = polygon.bounds
            spots.setdefault(page, []).append(
                Spot(
                    number=number,
                    look=looks[number],
                    left=100 * x0 / frame.width,
                    top=100 * y0 / frame.height,
                    width=100 * (x1 - x0) / frame.width,
                    height=100 * (y1 - y0) / frame.height,
                    first=place == 0,
                )
            )
    return tuple(
        SheetView(page, _picture(upright(page)), tuple(own)) for page, own in sorted(spots.items())
    )


def _picture(pixels: NDArray[np.uint8]) -> str:
    height, width = pixels.shape[:2]
    if width > _WIDTH:
        pixels = shrink_pixels(pixels, _WIDTH, max(1, round(height * _WIDTH / width)))
    bgr = cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2BGR)
    _, coded = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return "data:image/jpeg;base64," + base64.b64encode(coded.tobytes()).decode("ascii")
