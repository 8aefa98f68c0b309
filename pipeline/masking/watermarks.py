"""Which watermarks are cleared out of a page instead of being covered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.detection.watermarks import RECOGNISER as WATERMARKS
from pipeline.detection.watermarks import grown
from pipeline.dossier import Action, Decision, Mask
from pipeline.geometry import Polygon
from pipeline.reading.clearing import can_clear
from pipeline.reading.lines import PageReading

Pixels = NDArray[np.uint8]

_BEYOND, _BESIDE = 1.0, 0.25
"""Room at the ends of a watermark and along it, in its heights: clearing takes nothing else."""
_ALIKE = 1.35
"""Times by which the heights of two prints of the same watermark may differ."""
_SAME = 0.7
"""Share of a line in a cleared place from which it is a reading of the watermark."""


def watermark_masks(
    pixels: Pixels, reading: PageReading, decisions: Sequence[Decision]
) -> list[Mask]:
    """Return the masks of the watermarks that can be cleared, which hide all that was read there.

    Args:
        pixels: The upright page at stored resolution, RGB.
        reading: What was read on it.
        decisions: Decisions on this page's findings.
    """
    hidden = [d for d in decisions if d.action is Action.MASK]
    marks = [d for d in hidden if d.finding.recogniser == WATERMARKS]
    sizes = [_size(d.finding.polygon) for d in marks]
    masks: list[Mask] = []
    for decision in marks:
        finding = decision.finding
        place = next((p for p in _places(finding.polygon, sizes) if can_clear(pixels, p)), None)
        if place is None or not can_clear(pixels, finding.polygon):
            continue
        read = (d.finding.id for d in hidden if _reads(d, place, reading))
        masks.append(
            Mask(
                page=finding.page,
                polygon=place,
                label=decision.label,
                kind=finding.kind,
                findings=tuple(dict.fromkeys((finding.id, *read))),
                cleared=True,
            )
        )
    return masks


def _size(polygon: Polygon) -> tuple[float, float]:
    """Length and height of a four-cornered place."""
    corners = polygon.array()
    return float(np.hypot(*(corners[1] - corners[0]))), float(np.hypot(*(corners[3] - corners[0])))


def _places(polygon: Polygon, sizes: Sequence[tuple[float, float]]) -> Iterator[Polygon]:
    """Yield the place of a watermark with less and less room around it.

    The same watermark stands many times on a page: where less of it was found than elsewhere, the
    rest may be at either end.
    """
    length, height = _size(polygon)
    like = [a for a, b in sizes if 1 / _ALIKE < b / max(1.0, height) < _ALIKE]
    rest = max(like, default=length) - length
    for beyond in dict.fromkeys((max(rest, 0.0) + _BEYOND * height, _BEYOND * height, 0.0)):
        yield grown(polygon, beyond, _BESIDE)


def _reads(decision: Decision, place: Polygon, reading: PageReading) -> bool:
    """Whether something was found in what was read of the watermark itself."""
    line = decision.finding.line
    if line is None or line not in reading.quality.aslant:
        return False
    polygon = reading.lines[line].polygon
    shared, _ = cv2.intersectConvexConvex(polygon.array(), place.array())
    return float(shared) >= _SAME * max(1.0, polygon.area)
