"""Words that link what is masked with its sentence: 对 between names, 系 before a school.

Beside a black patch a reader often passes a lone character over. The first reading had all the
sentence before it; a word of its that is no part of any name, and stands there whole, is no rest.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from pipeline.geometry import Frame
from pipeline.reading.lines import Line
from pipeline.verification.fidelity import Pixels

NEVER_IN_NAMES = frozenset("对系与由请被把给跟使在")
"""Characters that are in no name of a person or a school."""
BEFORE_NAMES = frozenset(["签字", "签名", "本人", "教师"])
"""Words of which the last character stands before a name."""
BEHIND_NAMES = frozenset(
    ["老师", "教师", "同志", "同学", "先生", "女士", "参加", "参与", "指导", "担任"]
)
"""Words of which the first character stands behind a name."""
_SURE = 0.9
"""Confidence from which the first reading tells what a character is."""
_FARTHEST = 1.5
"""From a mask to the far side of a character beside it, in heights of the character. A half left
open and a character behind it need more."""
_INNER, _OUTER = 0.2, 0.3
"""How far within and behind a character there must be a gap before the next, in its heights: where
the first reading was half a character off, the next one stands there instead."""
_CONTRAST = 50

Box = tuple[float, float, float, float]


class LinkingWords:
    """The words of the first reading that stand beside names, by place.

    Args:
        first: The first reading, of the page before anything was hidden.
        frame: The upright grid at stored resolution.
        pixels: RGB of the copy's page, in ``frame``; its masks are black.
    """

    def __init__(self, first: Sequence[Line], frame: Frame, pixels: Pixels) -> None:
        self._pixels = pixels
        self._places: list[tuple[Box, bool, bool]] = []
        for line in first:
            texts = [char.text for char in line.chars]
            for at, char in enumerate(line.chars):
                if char.confidence < _SURE:
                    continue
                free = char.text in NEVER_IN_NAMES
                before = "".join(texts[max(0, at - 1) : at + 1]) in BEFORE_NAMES
                behind = "".join(texts[at : at + 2]) in BEHIND_NAMES
                if free or before or behind:
                    place = char.polygon.to(frame).bounds
                    self._places.append((place, free or before, free or behind))

    def explain(self, ink: Box, mask: Box) -> bool:
        """Whether ink beside a mask belongs to such a word, which is seen whole."""
        if mask[2] - mask[0] < mask[3] - mask[1]:
            return False
        x, y = (ink[0] + ink[2]) / 2, (ink[1] + ink[3]) / 2
        follows = x > (mask[0] + mask[2]) / 2
        for place, before, behind in self._places:
            height = place[3] - place[1]
            level = place[1] <= y <= place[3]
            far = place[2] - mask[2] if follows else mask[0] - place[0]
            if not (behind if follows else before) or not level or far > _FARTHEST * height:
                continue
            slack = _INNER * height
            within = place[0] - slack <= ink[0] and ink[2] <= place[2] + slack
            if within and place[0] <= x <= place[2] and self._ends(place, follows):
                return True
        return False

    def _ends(self, place: Box, follows: bool) -> bool:
        """Whether there is a gap, or the next mask, on a character's side away from the mask."""
        height = place[3] - place[1]
        inner, outer = _INNER * height, _OUTER * height
        left, right = place[0] - outer, place[0] + inner
        if follows:
            left, right = place[2] - inner, place[2] + outer
        top, bottom = max(0, round(place[1])), round(place[3])
        part = self._pixels[top:bottom, max(0, round(place[0] - outer)) : round(place[2] + outer)]
        side = self._pixels[top:bottom, max(0, round(left)) : round(right)]
        if not side.size:
            return True
        paper = float(np.percentile(cv2.cvtColor(part, cv2.COLOR_RGB2GRAY), 80))
        ink = cv2.cvtColor(side, cv2.COLOR_RGB2GRAY) < paper - _CONTRAST
        return bool((~ink.any(axis=0)).any() or ink.all(axis=0).any())
