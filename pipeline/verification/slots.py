"""Ink behind a signature's label that no mask covers and nobody read.

Where people sign, reading is at its weakest: what was not read was not searched, and a mask over
the first strokes of a signature ends where the reader lost it. So the place behind 签名：, 审核人：
is looked at itself, up to the print that ends it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.dossier import Mask
from pipeline.geometry import Frame, Polygon
from pipeline.reading.lines import Line
from pipeline.verification.fidelity import Pixels

_LABEL = re.compile(
    r"(?:签名|签字|签章|[审复校]核人|[核校]对人|审[签验]人|经办人|证明人|承诺人|记录人|听课人|评课人|授课人"
    r"|验证人|授课教师|听课教师|执教者?|执教教师|推荐人)(?:[(（][^()（）]{1,4}[)）])?[:：]"
)
_REACH = 9.0
"""How far behind a label a signature is looked for; all measures in heights of a character."""
_COLON = 0.55
_LEVEL = 0.8
_LOW, _HIGH, _WIDE = 0.28, 2.4, 4.0
"""Height and width of the strokes of a signature; lower ones are signs, longer ones rules."""
_JOINED = 0.15
_CHARACTER = 0.42
"""Width and height from which joined strokes are a character."""
_SURE = 0.8
"""Confidence from which print tells what it is and ends a slot."""
_CONTRAST = 60
_RIM = 3
_MARKS = frozenset("，,。.、·:：;；'‘’\"“”`-—_~")

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class _Slot:
    """The place behind a label: x0, y0, x1, y1, and the height of its characters."""

    box: Box
    em: float


def find_open_slots(
    pixels: Pixels,
    frame: Frame,
    masks: Sequence[Mask],
    lines: Sequence[Line],
    first: Sequence[Line],
) -> Iterator[Polygon]:
    """Yield ink as large as a character behind labels of signatures, outside all masks.

    Args:
        pixels: RGB of the copy's page, in ``frame``.
        frame: The upright grid at stored resolution.
        masks: The masks of the page.
        lines: What was read on the copy, in any frame of the page.
        first: What was read before anything was hidden, in any frame of the page.
    """
    hidden = np.zeros(pixels.shape[:2], np.uint8)
    for mask in masks:
        corners = np.round(mask.polygon.to(frame).array()).astype(np.int32)
        cv2.fillPoly(hidden, [corners], (255,))
        cv2.polylines(hidden, [corners], True, (255,), 2 * _RIM - 1)
    again, before = _print(lines, frame, hidden), _print(first, frame, hidden)
    found: list[Box] = []
    for slot in _slots(first, frame, before, again):
        for box in _characters(pixels, hidden, slot):
            x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
            if not _holds(again, x, y) and not any(_same(box, other) for other in found):
                found.append(box)
                yield Polygon.from_bounds(frame, *box)


def _print(lines: Sequence[Line], frame: Frame, hidden: Pixels) -> NDArray[np.float64]:
    """The boxes of letters and ideographs that were read surely, and on no mask."""
    boxes = [
        char.polygon.to(frame).bounds
        for line in lines
        for char in line.chars
        if char.confidence >= _SURE and char.text.strip() and char.text not in _MARKS
    ]
    read = np.array(boxes, dtype=float).reshape(-1, 4)
    rows = ((read[:, 1] + read[:, 3]) / 2).astype(int).clip(0, hidden.shape[0] - 1)
    columns = ((read[:, 0] + read[:, 2]) / 2).astype(int).clip(0, hidden.shape[1] - 1)
    return np.asarray(read[hidden[rows, columns] == 0])


def _slots(
    lines: Sequence[Line], frame: Frame, before: NDArray[np.float64], again: NDArray[np.float64]
) -> Iterator[_Slot]:
    for line in lines:
        if line.vertical:
            continue
        text = "".join(char.text[:1] or " " for char in line.chars)
        boxes = [char.polygon.to(frame).bounds for char in line.chars]
        for match in _LABEL.finditer(text):
            colon = boxes[match.end() - 1]
            words = [boxes[i] for i in range(match.start(), match.end() - 1)]
            em = max(10.0, float(np.median([b[2] - b[0] for b in words])))
            middle = (colon[1] + colon[3]) / 2
            start = min(colon[2], colon[0] + _COLON * em)
            end = min(float(frame.width), start + _REACH * em)
            for box in (*again.tolist(), *before.tolist()):
                level = box[1] < middle < box[3]
                if level and start + 0.2 * em < box[0] < end and _is_small(box, em):
                    end = box[0]
            if end - start > 0.5 * em:
                yield _Slot((start, middle - _LEVEL * em, end, middle + _LEVEL * em), em)


def _is_small(box: Sequence[float], em: float) -> bool:
    """Whether a character is print of the slot's own size, no seal's."""
    return box[3] - box[1] < 2.2 * em


def _characters(pixels: Pixels, hidden: Pixels, slot: _Slot) -> Iterator[Box]:
    """Yield the boxes of joined strokes in a slot, looked at with what surrounds it."""
    em = slot.em
    x0, y0, x1, y1 = slot.box
    left, top = max(0, int(x0 - 1.2 * em)), max(0, int(y0 - em))
    right, bottom = int(x1) + 1, int(y1 + 1.2 * em) + 1
    colours = pixels[top:bottom, left:right]
    covered = hidden[top:bottom, left:right]
    gray = cv2.cvtColor(colours, cv2.COLOR_RGB2GRAY)
    free = gray[covered == 0]
    if free.size < em:
        return
    red = cv2.subtract(colours[..., 0], cv2.max(colours[..., 1], colours[..., 2])) > 50
    ink = ((gray < np.median(free) - _CONTRAST) & (covered == 0) & ~red).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    width, height = stats[:, 2], stats[:, 3]
    stroke = (np.maximum(width, height) >= _LOW * em) & (height <= _HIGH * em)
    stroke &= width <= _WIDE * em
    stroke[0] = False
    strokes = np.asarray(stroke[labels], dtype=np.uint8)
    size = 2 * max(1, round(_JOINED * em)) + 1
    joined = cv2.morphologyEx(strokes, cv2.MORPH_CLOSE, np.ones((size, size), np.uint8))
    _, _, groups, centres = cv2.connectedComponentsWithStats(joined, connectivity=8)
    for (x, y, w, h, _), (_, middle) in zip(groups[1:].tolist(), centres[1:].tolist(), strict=True):
        inside = y0 <= top + middle <= y1 and left + x >= x0 - 0.1 * em
        if inside and min(w, h) >= _CHARACTER * em and h <= _HIGH * em:
            yield left + x, top + y, left + x + w, top + y + h


def _holds(boxes: NDArray[np.float64], x: float, y: float) -> bool:
    b = boxes
    return bool(((b[:, 0] <= x) & (x <= b[:, 2]) & (b[:, 1] <= y) & (y <= b[:, 3])).any())


def _same(box: Box, other: Box) -> bool:
    return max(abs(a - b) for a, b in zip(box, other, strict=True)) < 3
