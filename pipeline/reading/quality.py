"""How well a page can be read: measures of its print, its paper, and of what the reader made of it.

Measures only; what is too poor is the policy's to say. All are taken from strips that were cut for
recognition anyway and from a small picture of the page, so that they cost next to nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.reading.crops import Crop, sides
from pipeline.reading.engine import Image
from pipeline.reading.lines import Line, PageQuality
from pipeline.reading.order import page_slant

# So many strips of a page are looked at, each so wide at most.
_STRIPS, _STRIP_WIDTH = 12, 400
# Share of a strip's pixels that is ink at least, and share up to which it is paper.
_INK, _PAPER = 0.03, 0.85
# The steepest so much of a strip's steps from pixel to pixel are its edges.
_EDGES = 0.995
# Characters read less surely than this may be others.
_WEAK = 0.6
# Sides of the small picture, how much darker than the paper ink is there, and how many pixels of it
# are too few to be measured.
_SIDE, _DARKER, _LEAST_INK = 600, 30, 150
# A watermark stands at least so many degrees off the page's lines and its columns.
_ASLANT = 12.0


@dataclass(frozen=True, slots=True)
class _Small:
    """A small gray picture of the page: how much darker than its paper it is."""

    below: NDArray[np.uint8]
    factor: float

    @classmethod
    def of(cls, pixels: Image) -> _Small:
        height, width = pixels.shape[:2]
        factor = min(1.0, _SIDE / max(height, width))
        size = (max(2, round(width * factor)), max(2, round(height * factor)))
        # Four pixels for one, not the mean of all: a quarter of the time, and strokes still show.
        small = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_LINEAR), dtype=np.uint8)
        # Green shows pale red and pale blue.
        gray = np.asarray(cv2.extractChannel(small, 1), dtype=np.uint8)
        paper = cv2.resize(cv2.medianBlur(np.ascontiguousarray(gray[::4, ::4]), 7), size)
        return cls(np.asarray(cv2.subtract(paper, gray)), factor)


@dataclass(frozen=True, slots=True)
class _Tone:
    """A strip's ink, paper and steepest step, in levels."""

    ink: int
    paper: int
    step: int

    @property
    def contrast(self) -> float:
        return max(0.0, (self.paper - self.ink) / max(1, self.paper))

    @property
    def sharpness(self) -> float:
        return min(1.0, self.step / max(20, self.paper - self.ink))


def measure(pixels: Image, lines: Sequence[Line], crops: Sequence[Crop | None]) -> PageQuality:
    """Measure a page as it was read.

    Args:
        pixels: The upright page, RGB.
        lines: Its lines, as recognised.
        crops: The strip of each line, None where it was too thin for one.
    """
    small = _Small.of(pixels)
    uncovered = _uncovered(small, lines)
    own = [
        n for n, (line, crop) in enumerate(zip(lines, crops, strict=True)) if crop and line.chars
    ]
    picked = own[:: max(1, -(-len(own) // _STRIPS))]
    if not picked:
        return PageQuality(weak=_weak(lines), uncovered=uncovered)
    tones = [_tone(crops[n]) for n in picked]
    weights = np.array([len(lines[n].chars) for n in picked], dtype=np.float64)
    heights = [min(sides(lines[n].polygon.array())) for n in picked]
    contrast = _middle([tone.contrast for tone in tones], weights)
    slant = page_slant([line.polygon.array() for line in lines])
    # Columns are lines as well.
    slant = (slant + np.pi / 4) % (np.pi / 2) - np.pi / 4
    return PageQuality(
        text_height=_middle(heights, weights),
        sharpness=_middle([tone.sharpness for tone in tones], weights),
        contrast=contrast,
        weak=_weak(lines),
        uncovered=uncovered,
        slant=float(np.degrees(slant)),
        aslant=tuple(n for n in own if _stands_aslant(lines[n], slant)),
    )


def _middle(values: Sequence[float], weights: NDArray[np.float64]) -> float:
    """The median of weighted values."""
    order = np.argsort(values)
    sums = np.cumsum(weights[order])
    return float(values[order[int(np.searchsorted(sums, sums[-1] / 2))]])


def _tone(crop: Crop | None) -> _Tone:
    assert crop is not None
    gray = np.ascontiguousarray(crop.image[4:-4, :_STRIP_WIDTH, 1])
    steps = np.asarray(cv2.absdiff(gray[:, 1:], gray[:, :-1]), dtype=np.uint8)
    return _Tone(_level(gray, _INK), _level(gray, _PAPER), _level(steps, _EDGES))


def _level(values: NDArray[np.uint8], share: float) -> int:
    counts = cv2.calcHist([values], [0], None, [256], [0, 256]).ravel()
    return int(np.searchsorted(counts.cumsum(), share * values.size))


def _weak(lines: Sequence[Line]) -> float:
    """Share of the characters that may be others; ink that gave none counts by its length."""
    weak = total = 0.0
    for line in lines:
        across, down = sides(line.polygon.array())
        room = max(across, down) / max(1.0, min(across, down))
        if not line.chars:
            weak, total = weak + room, total + room
            continue
        # Dots of a contents page are no characters.
        letters = [char.confidence for char in line.chars if char.text.isalnum()]
        weak += sum(confidence < _WEAK for confidence in letters)
        total += len(letters)
    return weak / total if total else 0.0


def _stands_aslant(line: Line, slant: float) -> bool:
    """Whether a line follows neither the lines nor the columns of its page."""
    corners = line.polygon.array()
    across, down = sides(corners)
    if len(line.chars) < 2 or across < 1.5 * down:
        return False
    along = corners[1] - corners[0]
    off = np.degrees(np.arctan2(along[1], along[0]) - slant) % 90.0
    return bool(_ASLANT < off < 90.0 - _ASLANT)


def _uncovered(small: _Small, lines: Sequence[Line]) -> float:
    """Share of what looks like writing that lies in no line; 0 where there is next to none."""
    dark = cv2.threshold(small.below, _DARKER, 1, cv2.THRESH_BINARY)[1]
    count, labels, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=8)
    wide, high, area = stats[:, 2], stats[:, 3], stats[:, 4]
    written = (high >= 3) & (high <= 30) & (wide >= 2) & (area >= 5)
    written[0] = False
    total = int(area[written].sum())
    if total < _LEAST_INK:
        return 0.0
    for line in lines:
        corners = np.round(line.polygon.array() * small.factor).astype(np.int32)
        cv2.fillPoly(labels, [corners], (0,))
    left = cv2.calcHist([labels.astype(np.float32)], [0], None, [count], [0, count]).ravel()
    return float(left[written].sum() / total)
