"""What the finder says about a seal."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from pipeline.geometry import Frame, Point, Polygon

_CORNERS = 40


class Colour(StrEnum):
    """The ink of a seal as it shows on the page."""

    RED = "red"
    BLUE = "blue"
    DARK = "dark"


class Shape(StrEnum):
    """The outline of a seal."""

    ROUND = "round"
    OVAL = "oval"
    SQUARE = "square"


@dataclass(frozen=True, slots=True)
class Seal:
    """A seal on a page, in pixels of the upright page.

    Attributes:
        center: Its middle; off the page where the page's edge has cut it.
        axes: Half its width and half its height, along its own axes, to the outside of its edge.
        angle: How far its first axis is turned from the page's x axis, in radians, clockwise.
        colour: Of its ink.
        shape: Of its outline.
        cut: The page's edge has cut it off.
        score: How sure it is a seal, 0 to 1.
    """

    center: Point
    axes: tuple[float, float]
    angle: float
    colour: Colour
    shape: Shape
    cut: bool
    score: float

    def outline(self, grow: float = 0.0) -> tuple[Point, ...]:
        """Points around the seal, ``grow`` pixels outside its edge; never inside it."""
        a, b = self.axes[0] + grow, self.axes[1] + grow
        if self.shape is Shape.SQUARE:
            local = [(-a, -b), (0.0, -b), (a, -b), (a, 0.0), (a, b), (0.0, b), (-a, b), (-a, 0.0)]
        else:
            # The corners of a polygon around the ellipse, so that its sides touch the edge.
            out = 1 / math.cos(math.pi / _CORNERS)
            turns = [2 * math.pi * k / _CORNERS for k in range(_CORNERS)]
            local = [(a * out * math.cos(t), b * out * math.sin(t)) for t in turns]
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        cx, cy = self.center
        return tuple((cx + x * cos - y * sin, cy + x * sin + y * cos) for x, y in local)

    def polygon(self, frame: Frame, grow: float = 0.0) -> Polygon:
        """The outline as far as it lies on the page."""
        width, height = float(frame.width), float(frame.height)
        return Polygon(
            frame,
            tuple(
                (min(max(x, 0.0), width), min(max(y, 0.0), height)) for x, y in self.outline(grow)
            ),
        )
