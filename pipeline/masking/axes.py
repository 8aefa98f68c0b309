"""A line's own straightened coordinate system, and the strip of page pixels seen in it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.geometry import Polygon
from pipeline.reading.lines import Line

Corners = NDArray[np.float64]
Pixels = NDArray[np.uint8]

# Below this slant a local strip is straight to within a pixel, and exact pixels beat interpolated.
_STRAIGHT = math.radians(0.2)


@dataclass(frozen=True, slots=True)
class Axes:
    """Directions along (``u``) and across (``v``) a line; both unit vectors in page pixels.

    Local coordinates are ``(a, b)``: ``a`` grows in the direction of writing, ``b`` across it; one
    local unit is one page pixel, and the origin is the page's.
    """

    u: tuple[float, float]
    v: tuple[float, float]

    def to_local(self, points: Corners) -> Corners:
        """Map page points of shape (..., 2) into local coordinates."""
        local: Corners = points @ np.array([self.u, self.v]).T
        return local

    def to_page(self, points: Corners) -> Corners:
        """Map local points of shape (..., 2) onto the page."""
        page: Corners = points @ np.array([self.u, self.v])
        return page

    def strip(self, pixels: Pixels, a0: int, b0: int, a1: int, b1: int) -> Pixels:
        """Cut the local rectangle [a0, a1) x [b0, b1) out of the page; rows run along ``b``.

        Whatever lies outside the page repeats the page's edge.
        """
        corners = self.to_page(np.array([[a0, b0], [a1, b0], [a1, b1], [a0, b1]], float))
        height, width = pixels.shape[:2]
        x0 = min(max(0, math.floor(corners[:, 0].min()) - 2), width - 1)
        y0 = min(max(0, math.floor(corners[:, 1].min()) - 2), height - 1)
        x1 = max(x0 + 1, min(width, math.ceil(corners[:, 0].max()) + 2))
        y1 = max(y0 + 1, min(height, math.ceil(corners[:, 1].max()) + 2))
        if self.u == (1.0, 0.0) and (x1 - x0, y1 - y0) == (a1 - a0 + 4, b1 - b0 + 4):
            return np.ascontiguousarray(pixels[b0:b1, a0:a1])
        start = self.to_page(np.array([a0 + 0.5, b0 + 0.5])) - 0.5 - (x0, y0)
        matrix = np.array(
            [[self.u[0], self.v[0], start[0]], [self.u[1], self.v[1], start[1]]], float
        )
        return cv2.warpAffine(  # type: ignore[return-value]
            pixels[y0:y1, x0:x1],
            matrix,
            (a1 - a0, b1 - b0),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )


def axes_of(line: Line) -> Axes:
    """Return the axes of a line, taken from its outline and the order of its characters."""
    corners = line.polygon.array().astype(float)
    hint = np.array([0.0, 1.0]) if line.vertical else np.array([1.0, 0.0])
    if len(line.chars) > 1:
        first, last = (np.array(line.chars[i].polygon.center) for i in (0, -1))
        if np.linalg.norm(last - first) > 2:
            hint = last - first
    return _axes(corners, hint)


def axes_of_polygon(polygon: Polygon) -> Axes:
    """Return the axes of a four-cornered place on its own; written from left to right."""
    return _axes(polygon.array().astype(float), np.array([1.0, 0.0]))


def _axes(corners: Corners, hint: NDArray[np.float64]) -> Axes:
    """Choose the pair of sides most parallel to ``hint`` and point along it."""
    if len(corners) != 4:
        corners = cv2.boxPoints(cv2.minAreaRect(corners.astype(np.float32))).astype(float)
    sides = (
        (corners[1] - corners[0] + corners[2] - corners[3]) / 2,
        (corners[3] - corners[0] + corners[2] - corners[1]) / 2,
    )
    norms = [max(float(np.linalg.norm(side)), 1e-9) for side in sides]
    along = [float(side @ hint) / norm for side, norm in zip(sides, norms, strict=True)]
    k = 0 if abs(along[0]) >= abs(along[1]) else 1
    angle = math.atan2(*(sides[k][::-1] * math.copysign(1.0, along[k])))
    nearest = round(angle / (math.pi / 2)) * (math.pi / 2)
    if abs(angle - nearest) < _STRAIGHT:
        ux, uy = float(round(math.cos(nearest))), float(round(math.sin(nearest)))
    else:
        ux, uy = math.cos(angle), math.sin(angle)
    return Axes((ux, uy), (-uy, ux))


def page_range(pixels: Pixels, axes: Axes) -> tuple[float, float, float, float]:
    """The page's extent in local coordinates: a0, a1, b0, b1; exact for straight axes."""
    height, width = pixels.shape[:2]
    corners = axes.to_local(np.array([[0, 0], [width, 0], [width, height], [0, height]], float))
    (a0, b0), (a1, b1) = corners.min(axis=0), corners.max(axis=0)
    return float(a0), float(a1), float(b0), float(b1)
