"""A page that lies askew, looked at as if it lay straight.

What is found by its place — slots, cells, rows of unread ink — is a rectangle along the page's
lines. On a page as it lies it would have to be an upright one, which at eight degrees is three
times as high as the line in it. So such a page and its reading are turned straight, looked at, and
the findings are turned back as slanted rectangles, along which masking covers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.dossier import Finding
from pipeline.geometry import Frame, Point, Polygon
from pipeline.reading.lines import Char, Line, PageReading
from pipeline.reading.order import page_slant, runs_down

#: Degrees from which a page is turned: what scanners do to a sheet stays below.
ASKEW = 2.2
#: Beyond this what was measured is no page's slant.
_STEEP = 20.0


@dataclass(frozen=True)
class Straightened:
    """A page and the same page turned until its lines are level.

    Attributes:
        page: The upright grid of the page as it lies.
        level: The grid of the page turned straight; larger, so that no corner is cut off.
        matrix: From the first to the second, shape (2, 3).
    """

    page: Frame
    level: Frame
    matrix: NDArray[np.float64]

    @classmethod
    def of(cls, reading: PageReading) -> Straightened | None:
        """Return how a page is straightened; None where it lies straight enough as it is."""
        quads = [line.polygon.array() for line in reading.lines if len(line.polygon.points) == 4]
        if runs_down(quads):
            # Seen from the right edge, columns are rows.
            turned = [np.stack([q[:, 1], -q[:, 0]], axis=1) for q in quads]
            quads = [np.roll(q, -1, axis=0) for q in turned]
        slant = page_slant(quads)
        if not ASKEW <= abs(math.degrees(slant)) <= _STEEP:
            return None
        frame = reading.frame
        cos, sin = math.cos(slant), math.sin(slant)
        turn = np.array([[cos, sin], [-sin, cos]])
        corners = np.array(
            [[0, 0], [frame.width, 0], [frame.width, frame.height], [0, frame.height]], float
        )
        there = corners @ turn.T
        shift = -np.floor(there.min(axis=0))
        width, height = np.ceil(there.max(axis=0) + shift).astype(int).tolist()
        matrix = np.column_stack([turn, shift])
        return cls(frame, Frame(frame.page, width, height), matrix)

    def pixels(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Turn the upright page, RGB, shape (height, width, 3); beyond its edges is its paper."""
        paper = np.median(pixels[::16, ::16].reshape(-1, pixels.shape[2]), axis=0)
        # OpenCV puts a pixel's middle at whole numbers.
        half = np.array([0.5, 0.5])
        matrix = self.matrix.copy()
        matrix[:, 2] += self.matrix[:, :2] @ half - half
        turned = cv2.warpAffine(
            pixels,
            matrix,
            (self.level.width, self.level.height),
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=tuple(float(v) for v in paper),
        )
        return np.asarray(turned, np.uint8)

    def reading(self, reading: PageReading) -> PageReading:
        """Turn what was read on the page."""
        lines = tuple(self._line(line) for line in reading.lines)
        return replace(reading, frame=self.level, lines=lines)

    def _line(self, line: Line) -> Line:
        chars = tuple(Char(c.text, self._there(c.polygon), c.confidence) for c in line.chars)
        return replace(line, polygon=self._there(line.polygon), chars=chars)

    def there(self, findings: Sequence[Finding]) -> list[Finding]:
        """Move findings of the page as it lies onto the straight one."""
        return [f.model_copy(update={"polygon": self._there(f.polygon)}) for f in findings]

    def back(self, findings: Sequence[Finding]) -> list[Finding]:
        """Move findings of the straight page onto the page as it lies."""
        return [f.model_copy(update={"polygon": self._back(f)}) for f in findings]

    def _there(self, polygon: Polygon) -> Polygon:
        return Polygon(self.level, _moved(polygon.points, self.matrix))

    def _back(self, finding: Finding) -> Polygon:
        polygon = finding.polygon
        inverse = np.asarray(cv2.invertAffineTransform(self.matrix), np.float64)
        if finding.line is None and len(polygon.points) == 4:
            polygon = self._on_page(polygon, inverse)
        width, height = float(self.page.width), float(self.page.height)
        return Polygon(
            self.page,
            tuple(
                (min(max(x, 0.0), width), min(max(y, 0.0), height))
                for x, y in _moved(polygon.points, inverse)
            ),
        )

    def _on_page(self, polygon: Polygon, inverse: NDArray[np.float64]) -> Polygon:
        """Shorten a rectangle to what of its middle line lies on the page.

        Clipping its corners one by one would bend it.
        """
        x0, y0, x1, y1 = polygon.bounds
        middle = (y0 + y1) / 2
        places = np.linspace(x0, x1, 65)
        line = np.array(_moved([(float(x), middle) for x in places], inverse))
        inside = (line >= 0).all(axis=1) & (line <= (self.page.width, self.page.height)).all(axis=1)
        if inside.all() or not inside.any():
            return polygon
        return Polygon.from_bounds(
            polygon.frame, float(places[inside].min()), y0, float(places[inside].max()), y1
        )


def _moved(points: Sequence[Point], matrix: NDArray[np.float64]) -> tuple[Point, ...]:
    moved = np.asarray(points, float) @ matrix[:, :2].T + matrix[:, 2]
    return tuple((float(x), float(y)) for x, y in moved)
