"""Lays a page of the masked copy over its original: they were scanned at different times.

First a homography from SIFT features (Lowe 2004) with a robust fit, which also copes with quarter
turns and cut margins; then the rest, such as paper that went crooked through the scanner, as a
smooth field of small shifts that blocks of the two pages vote for.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.geometry import Frame, Polygon
from pipeline.verification.pair.nouns import Corners, Gray, Matrix, Pixels

_SKETCH_SIDE = 1000
_FEATURES = 2500
_RATIO = 0.8
_FEWEST_INLIERS = 18
_BLOCK, _STEP, _REACH = 56, 36, 9
"""Blocks are compared at half the resolution of the grid, in pixels there."""
_BLOCK_SCORE = 0.55
_TEXTURED = 2e-4
_STRAY = 2.5
# Where no block votes, the field must not run away: its bend is held back.
_STIFF = 2.0 * np.eye(6)[3:]

Field = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Sketch:
    """A page reduced to its features.

    ``scale`` is pixels of the sketch per pixel of the page.
    """

    scale: float
    gray: Pixels = field(repr=False)
    points: NDArray[np.float32] = field(repr=False)
    descriptors: NDArray[np.uint8] = field(repr=False)

    @property
    def blank(self) -> bool:
        """Whether there is too little on the page to lay anything over it."""
        return len(self.points) < _FEWEST_INLIERS


def sketch(pixels: Pixels) -> Sketch:
    """Reduce a page (RGB) to its features."""
    gray = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    scale = min(1.0, _SKETCH_SIDE / max(gray.shape))
    size = (max(1, round(gray.shape[1] * scale)), max(1, round(gray.shape[0] * scale)))
    small = cv2.GaussianBlur(cv2.resize(gray, size, interpolation=cv2.INTER_AREA), (3, 3), 0.8)
    finder = cv2.SIFT.create(_FEATURES, contrastThreshold=0.05)
    keys, found = finder.detectAndCompute(small, np.full(small.shape, 255, np.uint8))
    points = np.array([key.pt for key in keys], np.float32).reshape(-1, 2) + np.float32(0.5)
    described = np.zeros((0, 128)) if found is None else found
    return Sketch(
        scale, np.asarray(small, np.uint8), points, np.clip(described, 0, 255).astype(np.uint8)
    )


def find_homography(original: Sketch, masked: Sketch) -> Matrix | None:
    """Return the homography from page pixels of the original to those of the masked copy.

    None when the pages have too little in common, or when it would bend the page.
    """
    if original.blank or masked.blank:
        return None
    matcher = cv2.BFMatcher(cv2.NORM_L2)
    pairs = matcher.knnMatch(
        original.descriptors.astype(np.float32), masked.descriptors.astype(np.float32), k=2
    )
    good = [p[0] for p in pairs if len(p) == 2 and p[0].distance < _RATIO * p[1].distance]
    if len(good) < _FEWEST_INLIERS:
        return None
    source = np.array([original.points[m.queryIdx] for m in good], np.float32)
    target = np.array([masked.points[m.trainIdx] for m in good], np.float32)
    cv2.setRNGSeed(7)
    found, inside = cv2.findHomography(
        source, target, cv2.USAC_MAGSAC, 2.5, maxIters=4000, confidence=0.999
    )
    if found is None or inside is None or int(inside.sum()) < _FEWEST_INLIERS:
        return None
    down = np.diag([original.scale, original.scale, 1.0])
    up = np.diag([1 / masked.scale, 1 / masked.scale, 1.0])
    whole = up @ found @ down
    height, width = original.gray.shape
    return whole if _is_sane(whole, width / original.scale, height / original.scale) else None


def _is_sane(matrix: Matrix, width: float, height: float) -> bool:
    """Whether a page keeps about the shape of a page."""
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)
    x = apply(matrix, corners)
    sides = np.linalg.norm(x - np.roll(x, -1, axis=0), axis=1)
    convex = cv2.isContourConvex(x.astype(np.float32).reshape(-1, 1, 2))
    across, down = sides[0] / max(1e-6, sides[2]), sides[1] / max(1e-6, sides[3])
    shape = (sides[0] / sides[1]) / (width / height)
    even = 0.75 < across < 1.33 and 0.75 < down < 1.33
    return bool(convex and even and 0.75 < shape < 1.33)


def apply(matrix: Matrix, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Send points of shape (n, 2) through a homography."""
    flat = np.c_[points, np.ones(len(points))] @ matrix.T
    return np.asarray(flat[:, :2] / flat[:, 2:])


@dataclass(frozen=True, slots=True)
class Registered:
    """A page of the masked copy in the grid of its original.

    Attributes:
        grid: The original's upright grid.
        original: RGB of the original in ``grid``.
        masked: RGB of the masked copy, laid over it.
        valid: Where the masked copy has paper at all.
        masked_frame: The grid of the masked copy's own page.
        matrix: From ``grid`` to ``masked_frame``.
        shift: What is added to a point of ``grid`` before ``matrix``, shape of the grid, x and y.
    """

    grid: Frame
    original: Pixels = field(repr=False)
    masked: Pixels = field(repr=False)
    valid: NDArray[np.bool_] = field(repr=False)
    masked_frame: Frame
    matrix: Matrix = field(repr=False)
    shift: Field = field(repr=False)

    def corners(self, polygon: Polygon) -> Corners:
        """Return a place of ``grid`` in stored pixels of the masked copy, to a tenth."""
        points = np.array(polygon.to(self.grid).points, np.float64)
        height, width = self.shift.shape[:2]
        at = np.clip(points.astype(int), 0, (width - 1, height - 1))
        moved = apply(self.matrix, points + self.shift[at[:, 1], at[:, 0]].astype(np.float64))
        frame = self.masked_frame
        moved = np.clip(moved, 0, (frame.width, frame.height))
        stored = (frame.to_source((float(x), float(y))) for x, y in moved)
        return tuple((round(x, 1), round(y, 1)) for x, y in stored)

    def to_grid(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Bring points of ``masked_frame``, shape (n, 2), into ``grid``."""
        back = apply(np.asarray(np.linalg.inv(self.matrix), np.float64), points)
        height, width = self.shift.shape[:2]
        at = np.clip(back.astype(int), 0, (width - 1, height - 1))
        return np.asarray(back - self.shift[at[:, 1], at[:, 0]], np.float64)


def register(
    original: Pixels, grid: Frame, masked: Pixels, masked_frame: Frame, matrix: Matrix
) -> Registered:
    """Lay ``masked`` (in ``masked_frame``) over ``original`` (in ``grid``).

    Args:
        original: RGB in ``grid``.
        grid: The original's upright grid.
        masked: RGB in ``masked_frame``.
        masked_frame: Grid of the masked copy's page.
        matrix: Homography from ``grid`` to ``masked_frame``.
    """
    coarse = _warp(masked, matrix, (grid.height, grid.width), None)[0]
    shift = _local_shift(_half(original), _half(coarse))
    wide = cv2.resize(shift, (grid.width, grid.height), interpolation=cv2.INTER_LINEAR)
    shift = np.asarray(2 * wide, np.float32)
    fine, valid = _warp(masked, matrix, (grid.height, grid.width), shift)
    return Registered(grid, original, fine, valid, masked_frame, matrix, shift)


def _warp(
    masked: Pixels, matrix: Matrix, size: tuple[int, int], shift: Field | None
) -> tuple[Pixels, NDArray[np.bool_]]:
    rows, columns = np.mgrid[0 : size[0], 0 : size[1]].astype(np.float32)
    x, y = columns + 0.5, rows + 0.5
    if shift is not None:
        x, y = x + shift[..., 0], y + shift[..., 1]
    m = matrix.astype(np.float32)
    w = m[2, 0] * x + m[2, 1] * y + m[2, 2]
    to_x = (m[0, 0] * x + m[0, 1] * y + m[0, 2]) / w - 0.5
    to_y = (m[1, 0] * x + m[1, 1] * y + m[1, 2]) / w - 0.5
    out = cv2.remap(masked, to_x, to_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    height, width = masked.shape[:2]
    valid = (to_x >= 1) & (to_y >= 1) & (to_x < width - 2) & (to_y < height - 2)
    return np.asarray(out, np.uint8), valid


def _half(pixels: Pixels) -> Gray:
    gray = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    size = (max(1, gray.shape[1] // 2), max(1, gray.shape[0] // 2))
    small = cv2.resize(gray, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(small, (3, 3), 0.7), np.float32)


def _local_shift(original: Gray, masked: Gray) -> Field:
    """Return the field of shifts (half resolution) that lays ``masked`` over ``original``."""
    places, moves, weights = _votes(original, masked)
    height, width = original.shape
    rows, columns = height // _STEP + 2, width // _STEP + 2
    if len(places) < 12:
        return np.zeros((height, width, 2), np.float32)
    scale = np.array([width, height], np.float64)
    smooth, keep = _bent_plane(places / scale, moves, weights)
    rest = (moves - _terms(places / scale) @ smooth)[keep]
    gy, gx = np.mgrid[0:rows, 0:columns].astype(np.float64)
    knots = np.stack([gx.ravel() * _STEP, gy.ravel() * _STEP], axis=1)
    field = _terms(knots / scale) @ smooth
    distance = np.linalg.norm(knots[:, None] - places[keep][None], axis=2)
    near = np.exp(-0.5 * (distance / (2.2 * _STEP)) ** 2) * weights[keep][None]
    field += (near @ rest) / (near.sum(axis=1, keepdims=True) + 0.3)
    knotted = np.clip(field, -_REACH, _REACH).reshape(rows, columns, 2).astype(np.float32)
    # Knot (i, j) stands at pixel (i * step, j * step): resizing by hand keeps it there.
    at_y, at_x = np.mgrid[0:height, 0:width].astype(np.float32) / np.float32(_STEP)
    return np.asarray(cv2.remap(knotted, at_x, at_y, cv2.INTER_LINEAR), np.float32)


def _votes(
    original: Gray, masked: Gray
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Let every block with structure say how far it lies off: places, moves, weights."""
    height, width = original.shape
    # Along a ruled line a block matches anywhere: only blocks with structure both ways may vote.
    weaker = cv2.cornerMinEigenVal(np.clip(original, 0, 255).astype(np.uint8), _BLOCK, ksize=3)
    textured = weaker > _TEXTURED
    found: list[tuple[float, float, float, float, float]] = []
    for y in range(0, height - _BLOCK + 1, _STEP):
        for x in range(0, width - _BLOCK + 1, _STEP):
            block = original[y : y + _BLOCK, x : x + _BLOCK]
            if not textured[y + _BLOCK // 2, x + _BLOCK // 2]:
                continue
            y0, x0 = max(0, y - _REACH), max(0, x - _REACH)
            part = masked[y0 : y + _BLOCK + _REACH, x0 : x + _BLOCK + _REACH]
            score = cv2.matchTemplate(part, block, cv2.TM_CCOEFF_NORMED)
            _, best, _, (bx, by) = cv2.minMaxLoc(score)
            if best < _BLOCK_SCORE or not np.isfinite(best):
                continue
            dx, dy = _between(np.asarray(score, np.float32), bx, by)
            found.append((x + _BLOCK / 2, y + _BLOCK / 2, x0 + bx + dx - x, y0 + by + dy - y, best))
    votes = np.array(found, np.float64).reshape(-1, 5)
    return votes[:, :2], votes[:, 2:4], votes[:, 4]


def _between(score: NDArray[np.float32], x: int, y: int) -> tuple[float, float]:
    """Return the offset of a maximum between pixels, by a parabola in each direction."""

    def peak(a: float, b: float, c: float) -> float:
        bend = a - 2 * b + c
        return 0.0 if abs(bend) < 1e-6 else float(np.clip(0.5 * (a - c) / bend, -0.5, 0.5))

    height, width = score.shape
    dx = peak(*score[y, x - 1 : x + 2].tolist()) if 0 < x < width - 1 else 0.0
    dy = peak(*score[y - 1 : y + 2, x].tolist()) if 0 < y < height - 1 else 0.0
    return dx, dy


def _terms(points: NDArray[np.float64]) -> NDArray[np.float64]:
    x, y = points[:, 0], points[:, 1]
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=1)


def _bent_plane(
    places: NDArray[np.float64], moves: NDArray[np.float64], weights: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Fit a quadratic field to the votes and drop those far from it, three times."""
    keep = np.ones(len(places), np.bool_)
    terms = _terms(places)
    fit = np.zeros((terms.shape[1], 2))
    for limit in (4 * _STRAY, 2 * _STRAY, _STRAY):
        w = np.sqrt(weights[keep])[:, None]
        fit = np.linalg.lstsq(
            np.concatenate([terms[keep] * w, _STIFF]),
            np.concatenate([moves[keep] * w, np.zeros((len(_STIFF), 2))]),
            rcond=None,
        )[0]
        off = np.linalg.norm(moves - terms @ fit, axis=1)
        close = off < max(limit, 1.5 * float(np.median(off)))
        if close.sum() < 12:
            break
        keep = close
    return fit, keep
