"""Which way is up, decided by the content.

The shapes of the boxes give the axis; a few long lines recognised both ways give the direction.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.reading.crops import Crop, cut, sides
from pipeline.reading.engine import Image, OcrEngine

_PROBES = 3
# A probe is cut to this many strip pixels: enough characters to tell, cheap to read twice.
_PROBE_WIDTH = 640
# Printed Chinese the right way up reads at 0.9 and more; on its head at 0.3 to 0.7.
_SURE = 0.88
# Most digits read as well on their heads (1996 as 9661): they hardly count, and never alone.
_DIGIT_WEIGHT = 0.25
_TELLING = 4


def lies_on_side(quads: Sequence[NDArray[np.float32]]) -> bool:
    """Whether most of the text, by length, runs along the page's vertical axis."""
    across_total = down_total = 0.0
    for quad in quads:
        across, down = sides(quad)
        if max(across, down) < 2 * min(across, down):
            continue
        if across >= down:
            across_total += across
        else:
            down_total += down
    return down_total > across_total


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
