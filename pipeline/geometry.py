"""Places on a page that know which grid they are measured in.

One convention for the whole product: continuous pixel coordinates, origin at the top left, x to
the right, y down; pixel (i, j) covers ``[i, i+1) x [j, j+1)``. A :class:`Frame` is a pixel grid of
one page: the *source* grid is the page as it is stored; every other grid is the source turned by
quarter turns clockwise and then scaled. Because a frame carries its own relation to the source
grid, a :class:`Polygon` can be moved between any two frames of a page and back without loss.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Frame:
    """A pixel grid of one page.

    Attributes:
        page: Page number in its file, from 1.
        source_width: Width of the stored page in pixels.
        source_height: Height of the stored page in pixels.
        turn: Quarter turns clockwise from the stored page to this grid, 0 to 3.
        scale: Pixels of this grid per stored pixel.
    """

    page: int
    source_width: int
    source_height: int
    turn: int = 0
    scale: float = 1.0

    def __post_init__(self) -> None:
        if self.page < 1 or self.source_width < 1 or self.source_height < 1:
            raise ValueError("a frame needs a page from 1 and a size of at least one pixel")
        if self.turn not in (0, 1, 2, 3) or not self.scale > 0:
            raise ValueError("a frame is turned by 0 to 3 quarter turns and scaled by more than 0")

    @property
    def width(self) -> int:
        """Width of this grid in its own pixels."""
        side = self.source_height if self.turn % 2 else self.source_width
        return max(1, round(side * self.scale))

    @property
    def height(self) -> int:
        """Height of this grid in its own pixels."""
        side = self.source_width if self.turn % 2 else self.source_height
        return max(1, round(side * self.scale))

    @property
    def source(self) -> Frame:
        """The stored grid of the same page."""
        return Frame(self.page, self.source_width, self.source_height)

    def turned(self, quarters: int) -> Frame:
        """Return this grid turned by further quarter turns clockwise (negative: the other way)."""
        return replace(self, turn=(self.turn + quarters) % 4)

    def scaled(self, factor: float) -> Frame:
        """Return this grid at ``factor`` times its resolution."""
        return replace(self, scale=self.scale * factor)

    def from_source(self, point: Point) -> Point:
        """Map a point of the stored grid into this grid."""
        x, y = point
        if self.turn == 1:
            x, y = self.source_height - y, x
        elif self.turn == 2:
            x, y = self.source_width - x, self.source_height - y
        elif self.turn == 3:
            x, y = y, self.source_width - x
        return x * self.scale, y * self.scale

    def to_source(self, point: Point) -> Point:
        """Map a point of this grid into the stored grid; inverse of :meth:`from_source`."""
        x, y = point[0] / self.scale, point[1] / self.scale
        if self.turn == 1:
            x, y = y, self.source_height - x
        elif self.turn == 2:
            x, y = self.source_width - x, self.source_height - y
        elif self.turn == 3:
            x, y = self.source_width - y, x
        return x, y


@dataclass(frozen=True, slots=True)
class Polygon:
    """A closed outline on a page, in the pixels of its frame."""

    frame: Frame
    points: tuple[Point, ...]

    @classmethod
    def from_bounds(cls, frame: Frame, x0: float, y0: float, x1: float, y1: float) -> Polygon:
        """Make the upright rectangle from (x0, y0) to (x1, y1)."""
        return cls(frame, ((x0, y0), (x1, y0), (x1, y1), (x0, y1)))

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """The upright rectangle around the outline: x0, y0, x1, y1."""
        xs, ys = zip(*self.points, strict=True)
        return min(xs), min(ys), max(xs), max(ys)

    @property
    def center(self) -> Point:
        """The mean of the corners."""
        n = len(self.points)
        return sum(p[0] for p in self.points) / n, sum(p[1] for p in self.points) / n

    @property
    def area(self) -> float:
        """Area in square pixels of the frame (shoelace formula)."""
        return abs(_shoelace(self.points)) / 2

    def to(self, frame: Frame) -> Polygon:
        """Express the same place in another frame of the same page.

        Raises:
            ValueError: The frame belongs to another page or another page size.
        """
        if frame == self.frame:
            return self
        mine = self.frame
        if (frame.page, frame.source_width, frame.source_height) != (
            mine.page,
            mine.source_width,
            mine.source_height,
        ):
            raise ValueError("a place cannot move to another page")
        return Polygon(frame, tuple(frame.from_source(mine.to_source(p)) for p in self.points))

    def array(self) -> NDArray[np.float32]:
        """The corners as a float32 array of shape (n, 2)."""
        return np.asarray(self.points, dtype=np.float32)

    def pixel_bounds(self) -> tuple[int, int, int, int]:
        """Whole-pixel bounds that cover the outline, clipped to the frame: x0, y0, x1, y1."""
        x0, y0, x1, y1 = self.bounds
        return (
            max(0, math.floor(x0)),
            max(0, math.floor(y0)),
            min(self.frame.width, math.ceil(x1)),
            min(self.frame.height, math.ceil(y1)),
        )


def turn_pixels(pixels: NDArray[np.uint8], quarters: int) -> NDArray[np.uint8]:
    """Turn an image of shape (height, width[, channels]) clockwise by quarter turns."""
    codes = (None, cv2.ROTATE_90_CLOCKWISE, cv2.ROTATE_180, cv2.ROTATE_90_COUNTERCLOCKWISE)
    code = codes[quarters % 4]
    return pixels if code is None else np.asarray(cv2.rotate(pixels, code), dtype=np.uint8)


def shrink_pixels(pixels: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    """Reduce an image of shape (height, width[, channels]) by averaging, in two steps.

    First by a whole factor, then by what is left: averaging by a whole factor is many times faster
    than by any other. Up to a factor's worth of pixels at the right and lower edges may be left
    out. An image that is not larger than wanted is resized as it is.
    """
    factor = max(1, min(pixels.shape[1] // width, pixels.shape[0] // height))
    if factor > 1:
        across, down = pixels.shape[1] // factor, pixels.shape[0] // factor
        whole = pixels[: down * factor, : across * factor]
        pixels = np.asarray(
            cv2.resize(whole, (across, down), interpolation=cv2.INTER_AREA), dtype=np.uint8
        )
    if pixels.shape[:2] == (height, width):
        return pixels
    return np.asarray(
        cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA), dtype=np.uint8
    )


def _shoelace(points: tuple[Point, ...]) -> float:
    total = 0.0
    for (x0, y0), (x1, y1) in zip(points, points[1:] + points[:1], strict=True):
        total += x0 * y1 - x1 * y0
    return total
