"""A mask must land where the finding was, whichever way the page was turned or scaled."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.geometry import Frame, Polygon, turn_pixels

SIZES = st.integers(1, 4000)
TURNS = st.integers(0, 3)
SCALES = st.floats(0.05, 20, allow_nan=False)
FRACTIONS = st.floats(-0.2, 1.2, allow_nan=False)
FRAMES = st.builds(Frame, st.integers(1, 9), SIZES, SIZES, TURNS, SCALES)


@given(FRAMES, FRACTIONS, FRACTIONS)
def test_a_place_comes_back_from_the_stored_page_unmoved(frame: Frame, u: float, v: float) -> None:
    point = u * frame.width, v * frame.height
    assert frame.from_source(frame.to_source(point)) == pytest.approx(point, abs=1e-6, rel=1e-9)


@given(FRAMES, TURNS, SCALES, FRACTIONS, FRACTIONS)
def test_a_mask_moved_to_another_grid_and_back_covers_the_same_ink(
    frame: Frame, turn: int, scale: float, u: float, v: float
) -> None:
    x, y = u * frame.width, v * frame.height
    box = Polygon.from_bounds(frame, x, y, x + 30, y + 12)
    other = frame.turned(turn).scaled(scale)
    moved = box.to(other)
    assert moved.area == pytest.approx(box.area * scale**2, rel=1e-6)
    for there, here in zip(moved.to(frame).points, box.points, strict=True):
        assert there == pytest.approx(here, abs=1e-6, rel=1e-9)


@given(FRAMES)
def test_the_whole_page_fills_its_grid_in_every_turn(frame: Frame) -> None:
    page = Polygon.from_bounds(frame.source, 0, 0, frame.source_width, frame.source_height)
    x0, y0, x1, y1 = page.to(frame).bounds
    assert (x0, y0) == pytest.approx((0, 0), abs=1e-6)
    assert abs(x1 - frame.width) <= 1 and abs(y1 - frame.height) <= 1


@given(FRAMES, st.integers(-9, 9))
def test_turning_on_and_back_is_no_turn(frame: Frame, quarters: int) -> None:
    assert frame.turned(quarters).turned(-quarters) == frame
    assert frame.turned(4) == frame


@given(st.integers(1, 24), st.integers(1, 24), TURNS, st.data())
def test_pixels_turn_to_where_the_frame_says(
    width: int, height: int, turn: int, data: st.DataObject
) -> None:
    i = data.draw(st.integers(0, width - 1))
    j = data.draw(st.integers(0, height - 1))
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[j, i] = 255
    frame = Frame(1, width, height).turned(turn)
    turned = turn_pixels(pixels, turn)
    assert turned.shape == (frame.height, frame.width, 3)
    spot = Polygon.from_bounds(frame.source, i, j, i + 1, j + 1).to(frame)
    x0, y0, x1, y1 = spot.pixel_bounds()
    assert (x1 - x0, y1 - y0) == (1, 1)
    assert turned[y0, x0].tolist() == [255, 255, 255] and turned.sum() == 765


def test_a_place_cannot_be_taken_to_another_page() -> None:
    box = Polygon.from_bounds(Frame(1, 100, 200), 1, 2, 3, 4)
    for other in (Frame(2, 100, 200), Frame(1, 200, 100)):
        with pytest.raises(ValueError, match="another page"):
            box.to(other)


@pytest.mark.parametrize("wrong", [(0, 1, 1), (1, 0, 1), (1, 1, 0), (1, 1, 1, 4), (1, 1, 1, 0, 0)])
def test_a_grid_that_cannot_be_is_refused(wrong: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="frame"):
        Frame(*wrong)
