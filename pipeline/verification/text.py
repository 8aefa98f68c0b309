"""The lines of a reading as runs of characters that strings can be searched in."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from pipeline.geometry import Frame, Polygon
from pipeline.reading.lines import Line

_WIDE_GAP = 0.8
"""Space between two characters, in their height, from which they stand apart."""
_JOINED = 40
"""Characters taken from either side of a line end."""


@dataclass(frozen=True, slots=True)
class Glyph:
    """One letter, digit or Han character.

    Attributes:
        text: One character, in compatibility form and lower case.
        upper: Whether it was a capital.
        confidence: Of the reader, 0 to 1.
        polygon: Where it stands.
        line: Index of its line.
        fresh: Whether something (a space, punctuation, a wide gap, a mask's edge, the start of the
            line) stands between it and the glyph before.
        masked: Whether it stands on a mask, so belongs to a label.
        before: What stood between it and the glyph before it on its line.
    """

    text: str = field(repr=False)
    upper: bool
    confidence: float
    polygon: Polygon
    line: int
    fresh: bool
    masked: bool
    before: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Run:
    """Glyphs in reading order; ``seam`` is where the second of two joined lines begins.

    ``after`` is what stands behind the last glyph. In joined lines it is part of what stands before
    the first glyph of the second.
    """

    glyphs: tuple[Glyph, ...] = field(repr=False)
    seam: int | None = None
    after: str = field(default="", repr=False)

    @property
    def text(self) -> str:
        """The glyphs as one string, one character each."""
        return "".join(g.text for g in self.glyphs)

    def counts(self, start: int, end: int) -> bool:
        """Whether a match says something new: in a joined run it must cross the seam."""
        return self.seam is None or start < self.seam < end

    def starts_fresh(self, start: int) -> bool:
        """Whether nothing stands directly before the glyph at ``start``."""
        return start == 0 or self.glyphs[start].fresh

    def ends_fresh(self, end: int) -> bool:
        """Whether nothing stands directly behind the glyph before ``end``."""
        return end >= len(self.glyphs) or self.glyphs[end].fresh

    def place(self, start: int, end: int) -> Polygon:
        """The rectangle around the glyphs from ``start`` to ``end`` that share the first's line."""
        first = self.glyphs[start]
        bounds = np.array(
            [g.polygon.bounds for g in self.glyphs[start:end] if g.line == first.line]
        )
        low, high = bounds[:, :2].min(axis=0), bounds[:, 2:].max(axis=0)
        return Polygon.from_bounds(
            first.polygon.frame, float(low[0]), float(low[1]), float(high[0]), float(high[1])
        )


@dataclass(frozen=True, slots=True)
class Span:
    """A suspicion: glyphs ``start`` to ``end`` of a run; kept text excuses ``weak`` ones."""

    code: str
    start: int
    end: int
    weak: bool = False


class Areas:
    """Rectangles of polygons in one frame, asked whether they hold a point."""

    def __init__(self, polygons: Sequence[Polygon], frame: Frame) -> None:
        moved = [p.to(frame).bounds for p in polygons]
        self.boxes = np.array(moved, dtype=float).reshape(-1, 4)

    def hold(self, polygon: Polygon) -> bool:
        """Whether the centre of ``polygon`` lies in one of the rectangles."""
        x, y = polygon.center
        b = self.boxes
        return bool(((b[:, 0] <= x) & (x <= b[:, 2]) & (b[:, 1] <= y) & (y <= b[:, 3])).any())

    def cover(self, polygon: Polygon) -> bool:
        """Whether at least three quarters of ``polygon`` lie in one of the rectangles."""
        x0, y0, x1, y1 = polygon.bounds
        b = self.boxes
        wide = np.minimum(b[:, 2], x1) - np.maximum(b[:, 0], x0)
        high = np.minimum(b[:, 3], y1) - np.maximum(b[:, 1], y0)
        shared = np.maximum(wide, 0) * np.maximum(high, 0)
        return bool((shared >= 0.75 * max(1.0, (x1 - x0) * (y1 - y0))).any())


def line_runs(lines: Sequence[Line], masks: Areas) -> list[Run]:
    """Return one run for each line that was read, without spaces and punctuation."""
    return [run for i, line in enumerate(lines) if (run := _run(line, i, masks)).glyphs]


def _run(line: Line, index: int, masks: Areas) -> Run:
    glyphs: list[Glyph] = []
    between, last = "", None
    for char in line.chars:
        masked = masks.cover(char.polygon)
        wide = last is not None and _gap(last, char.polygon) > _WIDE_GAP
        for letter in unicodedata.normalize("NFKC", char.text):
            if not letter.isalnum():
                between += letter
                continue
            apart = not glyphs or bool(between) or wide or masked != glyphs[-1].masked
            glyphs.append(
                Glyph(
                    letter.lower()[:1],
                    letter.isupper(),
                    char.confidence,
                    char.polygon,
                    index,
                    apart,
                    masked,
                    between,
                )
            )
            between, wide = "", False
        last = char.polygon
    return Run(tuple(glyphs), after=between)


def _gap(left: Polygon, right: Polygon) -> float:
    """Space between two characters, along whichever way they stand, in heights of the first."""
    ax0, ay0, ax1, ay1 = left.bounds
    bx0, by0, bx1, _ = right.bounds
    return max(bx0 - ax1, by0 - ay1, ax0 - bx1, 0.0) / max(1.0, ay1 - ay0)


def joined_runs(runs: Sequence[Run]) -> Iterator[Run]:
    """Join the end of each line with the starts of the lines that may carry it on."""
    boxes = np.array([_bounds(run) for run in runs], dtype=float).reshape(-1, 4)
    for i, run in enumerate(runs):
        for j in _followers(boxes, i):
            tail, head = run.glyphs[-_JOINED:], runs[j].glyphs[:_JOINED]
            if tail[-1].masked or head[0].masked:
                continue  # a label is not the beginning or the end of anything
            first = replace(head[0], before=run.after + head[0].before)
            yield Run((*tail, first, *head[1:]), len(tail))


def _bounds(run: Run) -> tuple[float, float, float, float]:
    boxes = np.array([g.polygon.bounds for g in run.glyphs])
    low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def _followers(boxes: np.ndarray[tuple[int, int], np.dtype[np.float64]], i: int) -> set[int]:
    """Next in reading order, nearest below in the same column, nearest to the right."""
    found = {i + 1} if i + 1 < len(boxes) else set()
    x0, y0, x1, y1 = boxes[i]
    height = y1 - y0
    centre = (boxes[:, 1] + boxes[:, 3]) / 2
    overlap = np.minimum(boxes[:, 2], x1) - np.maximum(boxes[:, 0], x0)
    below = np.where((centre > y1) & (boxes[:, 1] < y1 + 2 * height) & (overlap > 0))[0]
    beside = np.where((centre > y0) & (centre < y1) & (boxes[:, 0] >= x1 - 0.3 * height))[0]
    if len(below):
        found.add(int(below[np.argmin(boxes[below, 1])]))
    if len(beside):
        found.add(int(beside[np.argmin(boxes[beside, 0])]))
    return found - {i}
