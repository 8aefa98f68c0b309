"""A seal that is taken for something else, or stops the search, is a seal that stays visible."""

from __future__ import annotations

import numpy as np

from pipeline.detection.seals import frames
from pipeline.detection.seals.candidate import Colour, Seal, Shape
from pipeline.detection.seals.finder import distinct


def _seal(shape: Shape, axes: tuple[float, float], score: float) -> Seal:
    return Seal((900.0, 960.0), axes, 0.0, Colour.BLUE, shape, False, score)


def test_lines_of_print_in_a_whole_ring_make_no_square_seal_of_it() -> None:
    ring, lines = _seal(Shape.ROUND, (107, 108), 1.0), _seal(Shape.SQUARE, (106, 37), 0.95)
    assert list(distinct([ring, lines])) == [ring]
    worn, frame = _seal(Shape.ROUND, (60, 60), 0.85), _seal(Shape.SQUARE, (106, 90), 0.95)
    assert list(distinct([worn, frame])) == [frame]


def test_a_frame_whose_sides_fell_together_ends_no_search() -> None:
    ink = np.zeros((60, 60), np.float32)
    assert frames.Look(ink, (30.0, 30.0), (20.0, -0.5), 0.0).cut_off() is None
