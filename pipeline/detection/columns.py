"""Text set in columns, seen as rows: turned a quarter, from the right edge of the page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pipeline.detection.layout import Layout
from pipeline.detection.line_box import LineBox
from pipeline.reading.lines import PageReading
from pipeline.reading.order import runs_down

# Of a page in columns, a line this high for its width is one of them: one of a single character.
_COLUMN = 0.7
# A gutter is so wide at least, its columns are, in line heights; so many more rows break there,
# within so many line heights.
_GUTTER, _FLUSH, _BREAKS, _NEAR_ROWS = 0.5, 5.0, 3, 12.0
_LEADERS = re.compile(r"…|[.．·]{3}|[(（][0-9]{1,3}[)）]$")


def columns_of(reading: PageReading, boxes: Sequence[LineBox]) -> set[int]:
    """Return the lines that are columns; empty for a page whose text runs across."""
    quads = [line.polygon.array() for line in reading.lines if len(line.polygon.points) == 4]
    if not quads or not runs_down(quads):
        return set()
    return {
        b.index
        for b in boxes
        if reading.lines[b.index].vertical or b.height >= _COLUMN * (b.x1 - b.x0)
    }


def as_rows(boxes: Sequence[LineBox], layout: Layout, width: int) -> tuple[list[LineBox], Layout]:
    """Turn columns and the page around them a quarter counter-clockwise.

    The column at the right becomes the upper row, and top becomes left.

    Args:
        boxes: The columns.
        layout: Of the page.
        width: Of the page in pixels.
    """
    turned = []
    for b in boxes:
        x0, y0, x1, y1 = b.real
        real = (y0, width - x1, y1, width - x0)
        turned.append(LineBox(b.index, b.y0, width - b.x1, b.y1, width - b.x0, real))
    return turned, Layout(
        layout.scale,
        horizontal=_quarter(layout.vertical),
        vertical=_quarter(layout.horizontal),
        ink=_quarter(layout.ink),
        stamped=_quarter(layout.stamped),
    )


def gutters_of(rows: Sequence[Sequence[LineBox]], texts: Sequence[str]) -> set[int]:
    """Return the lines that begin right of a gutter: above or below, other rows break there too.

    The columns behind it begin flush; what follows a contents line's dots does not.
    """
    breaks = [
        (left, right)
        for row in rows
        for left, right in pairwise(row)
        if right.x0 - left.x1 > _GUTTER * min(left.height, right.height)
        and min(b.x1 - b.x0 for b in (left, right)) > _FLUSH * left.height
        and not any(_LEADERS.search(texts[b.index]) for b in (left, right))
    ]
    found = set()
    for left, right in breaks:
        beside = sum(
            abs(one.middle - left.middle) < _NEAR_ROWS * left.height
            and abs(other.x0 - right.x0) < left.height
            and max(one.x1, left.x1) < min(other.x0, right.x0)
            for one, other in breaks
        )
        if beside > _BREAKS:
            found.add(right.index)
    return found


def _quarter(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.ascontiguousarray(np.rot90(mask))
