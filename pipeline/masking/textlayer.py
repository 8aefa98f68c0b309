"""A searchable layer made from our own reading, with everything masked left out.

Characters are placed on a grid of half an em, one by one: nothing in it tells the width of what
stood under a mask beyond what the mask itself shows, and nothing comes from the source's layer.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from pipeline.dossier import Action, Decision, Mask
from pipeline.masking.pdf import _number
from pipeline.reading.lines import PageReading

_TOUCH = 0.15  # of a character's box under a mask that leave it out


def text_operators(
    reading: PageReading, decisions: Sequence[Decision], masks: Sequence[Mask], dpi: float
) -> bytes:
    """Return invisible text (render mode 3) for one page, in points from its lower left corner."""
    frame = reading.frame
    scale = 72.0 / dpi
    hidden: dict[int, set[int]] = {}
    for decision in decisions:
        finding = decision.finding
        if decision.action is Action.MASK and finding.line is not None:
            hidden.setdefault(finding.line, set()).update(range(finding.start, finding.end))
    outlines = [cv2.convexHull(mask.polygon.array()) for mask in masks]
    parts: list[bytes] = []
    for index, line in enumerate(reading.lines):
        omitted = hidden.get(index, set())
        for position, char in enumerate(line.chars):
            if position in omitted or not char.text.strip():
                continue
            code = char.text.encode("utf-16-be")
            corners = char.polygon.array()
            if len(code) % 2 or _masked(corners, outlines):
                continue
            x0, y0, _, y1 = char.polygon.bounds
            em = max(4.0, round(min(line.polygon.area**0.5, y1 - y0)))
            step = em / 2
            x = round(x0 / step) * step * scale
            y = (frame.height - round(y1 / step) * step) * scale
            parts.append(
                b"/F %b Tf 1 0 0 1 %b %b Tm<%b>Tj"
                % (_number(em * scale), _number(x), _number(y), code.hex().encode("ascii"))
            )
    return b"\nBT 3 Tr" + b"\n".join([b"", *parts]) + b"\nET" if parts else b""


def _masked(corners: np.ndarray, outlines: list[np.ndarray]) -> bool:
    char = cv2.convexHull(corners)
    whole = max(1.0, cv2.contourArea(char))
    return any(cv2.intersectConvexConvex(char, outline)[0] > _TOUCH * whole for outline in outlines)
