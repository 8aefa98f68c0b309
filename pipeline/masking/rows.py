"""What stands around a line: its characters, the row it is in, the lines above and below."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pipeline.dossier import Finding
from pipeline.geometry import Polygon
from pipeline.masking.axes import Axes, axes_of, axes_of_polygon
from pipeline.reading.lines import Line, PageReading

Interval = tuple[float, float]
# In widths of full-width characters: what is too narrow for one, what is too wide for a mark, and
# what of a mark is left.
_NARROW, _MARK, _LEFT = 0.7, 0.6, 0.3
# What is too wide for one of two neighbours, and what the two take together.
_BROAD, _BOTH = 1.2, (1.8, 2.25)
_COLONS, _BRACKETS = (":", "："), ("(", "（")


@dataclass(frozen=True)
class Row:
    """A line in its own coordinates, with what may not be covered around it.

    Attributes:
        axes: The line's coordinate system.
        chars: Start and end of each character of the line.
        solid: Which of them are more than a space.
        colons: Which of them are the colon behind a label.
        brackets: Which of them are opening brackets.
        pitch: Median distance of neighbouring full-width characters, or 0 when there are none.
        widths: What each character is expected to take along the line.
        thin: Which of them are 一, of which neither the recogniser nor the ink shows much.
        band: Upper and lower edge of each character of the line, shape (n, 2); the line's own
            when it has no characters.
        beside: Start and end of what other lines have in the same row.
        block: Start and end of all that was read on the page.
        around: Boxes (a0, b0, a1, b1) of the other lines that are not in the row.
    """

    axes: Axes
    chars: NDArray[np.float64]
    solid: NDArray[np.bool_]
    colons: NDArray[np.bool_]
    brackets: NDArray[np.bool_]
    pitch: float
    widths: NDArray[np.float64]
    thin: NDArray[np.bool_]
    band: NDArray[np.float64]
    beside: tuple[Interval, ...]
    block: Interval
    around: NDArray[np.float64]


class Rows:
    """The rows of one page, worked out when first asked for."""

    def __init__(self, reading: PageReading) -> None:
        self._lines = reading.lines
        self._cache: dict[int, Row] = {}

    def of(self, index: int) -> Row:
        """Return the row of a line of the reading."""
        if index not in self._cache:
            line = self._lines[index]
            self._cache[index] = self._row(axes_of(line), line, index)
        return self._cache[index]

    def around(self, polygon: Polygon) -> Row:
        """Return the row of a place that no line was read in."""
        return self._row(axes_of_polygon(polygon), None, None, polygon)

    @cached_property
    def _corners(self) -> NDArray[np.float64]:
        boxes = [_four(line.polygon) for line in self._lines]
        return np.array(boxes, float).reshape(-1, 4, 2)

    def _row(
        self, axes: Axes, line: Line | None, index: int | None, polygon: Polygon | None = None
    ) -> Row:
        if line is not None and line.chars:
            boxes = _boxes(axes, [_four(c.polygon) for c in line.chars])
            texts = [c.text for c in line.chars]
        else:
            place = polygon if polygon is not None else line.polygon  # type: ignore[union-attr]
            boxes, texts = _boxes(axes, [_four(place)]), ["?"]
        b0, b1 = float(np.median(boxes[:, 1])), float(np.median(boxes[:, 3]))
        others = _boxes(axes, self._corners) if len(self._lines) else np.zeros((0, 4))
        overlap = np.minimum(others[:, 3], b1) - np.maximum(others[:, 1], b0)
        height = np.minimum(others[:, 3] - others[:, 1], b1 - b0)
        mine = np.arange(len(others)) == (-1 if index is None else index)
        if polygon is not None:
            # Lines read inside the place belong to it: the place says what is to be hidden.
            inside = (others[:, 0] > boxes[0, 0] - 2) & (others[:, 2] < boxes[0, 2] + 2)
            mine |= inside & (overlap > 0.5 * height)
        level = overlap > 0.4 * height
        beside: list[Interval] = []
        for k in np.flatnonzero(level & ~mine):
            chars = [c for c in self._lines[k].chars if c.text.strip()]
            spans = _boxes(axes, [_four(c.polygon) for c in chars]) if chars else others[k : k + 1]
            beside += [(float(s[0]), float(s[2])) for s in spans]
        thin = _thin(boxes, texts)
        boxes = _whole(boxes, thin, _pitch(boxes, texts, full_width))
        boxes = _beside_marks(_parted(boxes, texts), texts, thin)
        return Row(
            axes=axes,
            chars=boxes[:, [0, 2]],
            solid=np.array([bool(t.strip()) for t in texts]),
            colons=np.array([t in _COLONS for t in texts]),
            brackets=np.array([t in _BRACKETS for t in texts]),
            pitch=_pitch(boxes, texts, full_width),
            widths=_widths(boxes, texts),
            thin=thin,
            band=boxes[:, [1, 3]],
            beside=tuple(sorted(beside)),
            block=_block(others if len(others) else boxes),
            around=others[~level & ~mine],
        )


def full_width(text: str) -> bool:
    """Whether a character takes a full em."""
    return bool(text) and ord(text[0]) >= 0x2E80


def char_range(row: Row, finding: Finding) -> tuple[int, int]:
    """Return the first character of a finding that is no space, and one past the last."""
    count = len(row.chars)
    if finding.line is None or not 0 <= finding.start < finding.end <= count:
        return 0, count
    first, last = finding.start, finding.end
    while first < last - 1 and not row.solid[first]:
        first += 1
    while last - 1 > first and not row.solid[last - 1]:
        last -= 1
    return first, last


def _four(polygon: Polygon) -> NDArray[np.float64]:
    if len(polygon.points) == 4:
        return np.array(polygon.points, float)
    x0, y0, x1, y1 = polygon.bounds
    return np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], float)


def _boxes(
    axes: Axes, corners: NDArray[np.float64] | list[NDArray[np.float64]]
) -> NDArray[np.float64]:
    """Local boxes (a0, b0, a1, b1) of quadrilaterals: the mean of the two corners of each side."""
    local = np.sort(axes.to_local(np.asarray(corners, float)), axis=1)
    return np.column_stack(
        [
            local[:, :2, 0].mean(axis=1),
            local[:, :2, 1].mean(axis=1),
            local[:, 2:, 0].mean(axis=1),
            local[:, 2:, 1].mean(axis=1),
        ]
    )


def _block(boxes: NDArray[np.float64]) -> Interval:
    return float(boxes[:, 0].min()), float(boxes[:, 2].max())


def _widths(boxes: NDArray[np.float64], texts: list[str]) -> NDArray[np.float64]:
    """Expect of full-width characters and of digits what the line's others of the kind take."""
    widths: NDArray[np.float64] = boxes[:, 2] - boxes[:, 0]
    for kind in (full_width, str.isdigit):
        pitch = _pitch(boxes, texts, kind)
        of_kind = np.array([bool(t) and kind(t) for t in texts])
        near = (widths > 0.6 * pitch) & (widths < 1.5 * pitch)
        widths[of_kind & near] = pitch
    # A character takes its place however little of it the recogniser's columns have left it.
    pitch = _pitch(boxes, texts, full_width)
    whole = np.array([full_width(t) and t.isalpha() for t in texts])
    widths[whole & (widths <= _NARROW * pitch)] = pitch
    return widths


def _thin(boxes: NDArray[np.float64], texts: list[str]) -> NDArray[np.bool_]:
    pitch = _pitch(boxes, texts, full_width)
    narrow = boxes[:, 2] - boxes[:, 0] <= 0.6 * pitch
    return np.array([t == "一" and bool(n) for t, n in zip(texts, narrow, strict=True)], bool)


def _whole(
    boxes: NDArray[np.float64], thin: NDArray[np.bool_], pitch: float
) -> NDArray[np.float64]:
    """Give thin characters the room that one takes, as far as their neighbours leave it.

    The recogniser's box of 一 is a few pixels wide and lies anywhere along its stroke.
    """
    whole = boxes.copy()
    for k in np.flatnonzero(thin):
        before = boxes[k - 1, 2] if k else -np.inf
        after = boxes[k + 1, 0] if k + 1 < len(boxes) else np.inf
        start, end = boxes[k, 0], boxes[k, 2]
        whole[k, 0] = min(start, max(before, end - pitch))
        whole[k, 2] = max(end, min(after, start + pitch))
    return whole


def _parted(boxes: NDArray[np.float64], texts: list[str]) -> NDArray[np.float64]:
    """Part two full-width characters in the middle where the recogniser gave one most of both.

    Between 小 and 一 its border may lie before the last stroke of 小.
    """
    pitch = _pitch(boxes, texts, full_width)
    parted = boxes.copy()
    sizes = boxes[:, 2] - boxes[:, 0]
    for k in range(len(texts) - 1):
        if not all(full_width(text) and text.isalpha() for text in texts[k : k + 2]):
            continue
        uneven = sizes[k : k + 2].min() <= _NARROW * pitch and sizes[k : k + 2].max() >= (
            _BROAD * pitch
        )
        start, end = boxes[k, 0], boxes[k + 1, 2]
        if uneven and _BOTH[0] * pitch <= end - start <= _BOTH[1] * pitch:
            parted[k, 2] = parted[k + 1, 0] = (start + end) / 2
    return parted


def _beside_marks(
    boxes: NDArray[np.float64], texts: list[str], thin: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Give a narrow character back what a mark beside it has taken of its room.

    Between 2. and 北 the recogniser's border may lie in the middle of 北; a full stop is narrow.
    """
    pitch = _pitch(boxes, texts, full_width)
    whole = boxes.copy()
    sizes = boxes[:, 2] - boxes[:, 0]
    for k in np.flatnonzero((sizes <= _NARROW * pitch) & ~thin):
        if not full_width(texts[k]) or not texts[k].isalpha():
            continue
        if k and not full_width(texts[k - 1]) and sizes[k - 1] > _MARK * pitch:
            whole[k, 0] = min(
                boxes[k, 0], max(boxes[k - 1, 0] + _LEFT * pitch, boxes[k, 2] - pitch)
            )
        if k + 1 < len(texts) and not full_width(texts[k + 1]) and sizes[k + 1] > _MARK * pitch:
            whole[k, 2] = max(
                boxes[k, 2], min(boxes[k + 1, 2] - _LEFT * pitch, boxes[k, 0] + pitch)
            )
    return whole


def _pitch(boxes: NDArray[np.float64], texts: list[str], kind: Callable[[str], bool]) -> float:
    """Median distance of neighbouring characters of one kind, 0 without any."""
    centers = (boxes[:, 0] + boxes[:, 2]) / 2
    steps = [
        centers[k + 1] - centers[k]
        for k in range(len(texts) - 1)
        if kind(texts[k]) and kind(texts[k + 1])
    ]
    return float(np.median(steps)) if steps else 0.0
