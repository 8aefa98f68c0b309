"""Which ink beside masks is worth a person's look.

The reader leaves small signs beside a black patch out: a comma behind a name, the number before a
school in a list of affiliations. The first reading, made while nothing was hidden, knew them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from pipeline.dossier import Kind, Mask
from pipeline.geometry import Frame, Polygon
from pipeline.reading.lines import Line
from pipeline.verification.fidelity import Pixels
from pipeline.verification.linking import LinkingWords

_COUNTED = {Kind.ID_NUMBER, Kind.PHONE, Kind.EMAIL, Kind.HOLDER_NUMBER, Kind.BIRTH_DATE}
"""Masks beside which a letter or digit is a rest of what they hide."""
_PICTURES = {Kind.FACE, Kind.SEAL}
_SURE = 0.7
"""Confidence from which the first reading tells what a sign is."""
_HIGHEST = 2.5
"""Height of ink, in those of the page's characters, above which it is no character."""

Box = tuple[float, float, float, float]


def only_suspicious(
    places: Iterator[Polygon],
    masks: Sequence[Mask],
    lines: Sequence[Line],
    first: Sequence[Line],
    frame: Frame,
    pixels: Pixels,
) -> Iterator[Polygon]:
    """Leave out the ink beside masks that is no rest of what they hide.

    Args:
        places: Unread ink beside masks, in ``frame``.
        masks: The masks of the page.
        lines: The second reading, in any frame of the page.
        first: The first reading, of the page before anything was hidden; may be empty.
        frame: The upright grid at stored resolution.
        pixels: RGB of the copy's page, in ``frame``.
    """
    found = list(places)
    if not found:
        return
    highest = _HIGHEST * _usual_height((*lines, *first), frame)
    known, linking = _Known(first, frame), LinkingWords(first, frame, pixels)
    for place in found:
        x0, y0, x1, y1 = place.bounds
        mask = min(masks, key=lambda m: _distance(m.polygon.to(frame).bounds, place.bounds))
        if y1 - y0 > highest or x1 - x0 > highest or mask.kind in _PICTURES:
            continue
        if linking.explain(place.bounds, mask.polygon.to(frame).bounds):
            continue
        sign = known.at((x0 + x1) / 2, (y0 + y1) / 2)
        letter = sign.isalnum() and ("\u4e00" <= sign <= "\u9fff" or mask.kind in _COUNTED)
        if not sign or letter:
            yield place


class _Known:
    """The characters of the first reading by place."""

    def __init__(self, first: Sequence[Line], frame: Frame) -> None:
        chars = [c for line in first for c in line.chars if c.confidence >= _SURE]
        self._texts = [c.text for c in chars]
        boxes = [c.polygon.to(frame).bounds for c in chars]
        self._boxes = np.array(boxes, dtype=float).reshape(-1, 4)

    def at(self, x: float, y: float) -> str:
        """Return the first character of what was read at a place, or nothing."""
        b = self._boxes
        slack = 0.15 * (b[:, 3] - b[:, 1])
        level = (b[:, 1] - slack <= y) & (y <= b[:, 3] + slack)
        hits = np.where(level & (b[:, 0] - slack <= x) & (x <= b[:, 2] + slack))[0]
        if not len(hits):
            return ""
        nearest = hits[np.argmin(np.abs((b[hits, 0] + b[hits, 2]) / 2 - x))]
        return self._texts[int(nearest)][:1]


def _usual_height(lines: Sequence[Line], frame: Frame) -> float:
    boxes = [c.polygon.to(frame).bounds for line in lines for c in line.chars]
    return float(np.median([b[3] - b[1] for b in boxes])) if boxes else float("inf")


def _distance(box: Box, other: Box) -> float:
    across = max(box[0] - other[2], other[0] - box[2], 0.0)
    down = max(box[1] - other[3], other[1] - box[3], 0.0)
    return across + down
