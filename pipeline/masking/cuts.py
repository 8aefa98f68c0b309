"""Where one character ends and the next begins: cuts through the gaps of the ink.

A recogniser's character boxes come from the columns of its output and may be off by half a
character at either end. Taken together they still say how many characters stand there and roughly
where, so all cuts of a neighbourhood are chosen at once: little ink under a cut, even widths, and
not too far from the boxes.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

_REACH = 0.6  # em to either side of the box edge in which a cut is looked for
_INK, _EVEN, _NEAR = 1.0, 2.0, 0.5
_SPACE = 0.3  # em between two boxes beyond which the characters were set apart: 张　伟


def cut(
    profile: NDArray[np.float64],
    boxes: Sequence[tuple[float, float]],
    widths: Sequence[float],
    em: float,
) -> list[float]:
    """Return the ``len(boxes) + 1`` cuts around and between characters.

    Args:
        profile: Ink pixels in each column of the strip.
        boxes: Start and end of each character's box in strip columns, in writing order.
        widths: The width each character is expected to take.
        em: Height of a character in pixels.
    """
    nominal = [boxes[0][0]]
    nominal += [(left[1] + right[0]) / 2 for left, right in pairwise(boxes)]
    nominal.append(boxes[-1][1])
    # Half of a space belongs to the character on either side; else the cuts would close up.
    spaces = [max(0.0, right[0] - left[1] - _SPACE * em) for left, right in pairwise(boxes)]
    halves = zip([0.0, *spaces], [*spaces, 0.0], strict=True)
    widths = [width + (a + b) / 2 for width, (a, b) in zip(widths, halves, strict=True)]
    reach = max(2, round(_REACH * em))
    offsets = np.arange(-reach, reach + 1)
    # A cut runs between two columns: the ink that it severs is that of the lighter of the two.
    severed = np.minimum(np.concatenate(([0.0], profile)), np.concatenate((profile, [0.0])))
    columns = [np.clip(round(n) + offsets, 0, len(profile)) for n in nominal]
    local = [
        _INK * np.minimum(severed[c] / em, 0.6) + _NEAR * ((c - n) / em) ** 2
        for c, n in zip(columns, nominal, strict=True)
    ]
    total, back = local[0], []
    for k, width in enumerate(widths, start=1):
        step = (columns[k][:, None] - columns[k - 1][None, :] - width) / em
        cost = total[None, :] + _EVEN * step * step
        best = cost.argmin(axis=1)
        back.append(best)
        total = cost[np.arange(len(best)), best] + local[k]
    index = int(total.argmin())
    chosen = [index]
    for best in reversed(back):
        index = int(best[index])
        chosen.append(index)
    return [float(c[i]) for c, i in zip(columns, reversed(chosen), strict=True)]
