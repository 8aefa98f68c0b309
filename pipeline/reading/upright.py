"""Which way is up, decided by the content.

The shapes of the boxes give the axis; a few long lines recognised both ways give the direction.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import LCSseq

from pipeline.reading.crops import Crop, cut, sides
from pipeline.reading.engine import CROP_HEIGHT, Image, OcrEngine
from pipeline.reading.lines import Char, Line
from pipeline.reading.sides import simplified

_PROBES = 3
# A probe is cut to this many strip pixels: enough characters to tell, cheap to read twice.
_PROBE_WIDTH = 640
# Printed Chinese the right way up reads at 0.9 and more; on its head at 0.3 to 0.7.
_SURE = 0.88
# Most digits read as well on their heads (1996 as 9661): they hardly count, and never alone.
_DIGIT_WEIGHT = 0.25
_TELLING = 4
# So many characters of a line are looked at one by one, and this share must read the same.
_SINGLES, _SAME = 6, 0.6
# Beyond ASCII and European letters: characters that a column holds upright.
_CHINESE = 0x2E80


def probe_scores(
    engine: OcrEngine, pixels: Image, quads: Sequence[NDArray[np.float32]], quarters: Sequence[int]
) -> dict[int, float]:
    """Read a few long lines as if the page were turned clockwise by each of ``quarters``.

    Only an even difference from the given page can be probed from its boxes, so ``quarters`` are 0
    and 2. Probing stops at the first direction that reads surely.

    Returns:
        Mean confidence by direction, weighted by what was read: digits count little.
    """
    longest = sorted(quads, key=lambda q: -max(sides(q)))
    crops: list[Crop] = []
    for quad in longest[: 2 * _PROBES]:
        crop = cut(pixels, quad)
        if crop is not None and not crop.vertical:
            crops.append(crop)
        if len(crops) == _PROBES:
            break
    scores: dict[int, float] = {}
    for quarter in quarters:
        strips = [c.image[:, :_PROBE_WIDTH] for c in crops]
        if quarter == 2:
            strips = [np.ascontiguousarray(s[::-1, ::-1]) for s in strips]
        results = engine.recognise(strips)
        telling = digits = total = 0.0
        for result in results:
            for text, confidence in zip(result.text, result.confidences, strict=True):
                weight = 1.0 if text.isalpha() else _DIGIT_WEIGHT
                total += weight * float(confidence)
                if text.isalpha():
                    telling += 1
                else:
                    digits += _DIGIT_WEIGHT
        # Few characters on much ink is as bad a sign as low confidence.
        expected = sum(s.shape[1] / 48 for s in strips) * 0.5
        scores[quarter] = total / max(telling + digits, expected, 1.0)
        if scores[quarter] >= _SURE and telling >= _TELLING:
            break
    return scores


def lies_in_columns(engine: OcrEngine, pixels: Image, lines: Sequence[Line]) -> bool:
    """Whether lines that read from left to right are columns of a page that lies on its side.

    The recogniser reads a column lying on its left side as well as a line, so a page set in
    columns is first turned wrongly. Its characters taken one by one, each turned a quarter
    clockwise, say the same as their line; those of a real line say nothing.
    """
    told = sorted((_singles(line) for line in lines), key=len, reverse=True)[:_PROBES]
    told = [chars[:_SINGLES] for chars in told if len(chars) >= _TELLING]
    # 二〇〇三 reads alike either way, so more lines are asked, where the first says yes.
    alike = count = 0
    for chars in told:
        alike, count = alike + _read_alike(engine, pixels, chars), count + len(chars)
        if alike < _SAME * count:
            return False
    return bool(told)


def _read_alike(engine: OcrEngine, pixels: Image, chars: Sequence[Char]) -> int:
    """How many characters of a line say the same, each turned a quarter clockwise."""
    strip = np.concatenate([_turned(pixels, char) for char in chars], axis=1)
    # Without a line around them, characters are often read as their traditional forms.
    read = simplified("".join(engine.recognise([strip])[0].text))
    # In their order: characters that a line bears twice, turned, are often read as each other.
    return int(LCSseq.similarity(simplified("".join(char.text for char in chars)), read))


def _singles(line: Line) -> list[Char]:
    if line.vertical:
        return []
    return [c for c in line.chars if ord(c.text[0]) > _CHINESE and c.confidence >= _SURE]


def _turned(pixels: Image, char: Char) -> Image:
    """Cut out one character, turned a quarter clockwise."""
    corners = np.roll(char.polygon.array(), 1, axis=0)
    across, down = sides(corners)
    width = int(np.clip(round(CROP_HEIGHT * across / max(1.0, down)), 24, 72))
    target = np.array(
        [[0, 0], [width, 0], [width, CROP_HEIGHT], [0, CROP_HEIGHT]], dtype=np.float32
    )
    matrix = cv2.getPerspectiveTransform(corners, target)
    cut_out = cv2.warpPerspective(
        pixels, matrix, (width, CROP_HEIGHT), borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(cut_out, dtype=np.uint8)
