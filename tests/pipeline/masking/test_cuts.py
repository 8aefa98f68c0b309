"""A cut through a name leaves a part of it legible."""

from __future__ import annotations

import numpy as np

from pipeline.masking.cuts import cut


def test_a_name_set_wide_is_not_cut_off_inside_a_character() -> None:
    boxes = [(20.0, 60.0), (65.0, 102.0), (109.0, 148.0), (196.0, 237.0), (241.0, 249.0)]
    profile = np.zeros(300)
    for start, end in boxes:
        profile[int(start) : int(end)] = 3.0
    cuts = cut(profile, boxes, [44.0, 44.0, 44.0, 44.0, 22.0], 45.0)
    assert cuts[2] <= 109
    assert 148 <= cuts[3] <= 196
    assert cuts[4] >= 237
