"""A mask that is open must be seen, and a label must not be taken for what lies under it."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.dossier import Kind, Mask
from pipeline.geometry import Frame, Polygon
from pipeline.masking.drawing import draw
from pipeline.verification.fidelity import PagePair
from pipeline.verification.opacity import check_opacity

Pixels = NDArray[np.uint8]

_FRAME = Frame(1, 600, 700)
_MASK = Mask(
    page=1,
    polygon=Polygon.from_bounds(_FRAME, 100, 100, 400, 500),
    label="【头像】",
    kind=Kind.FACE,
    findings=(),
)


def _photograph() -> Pixels:
    """A portrait before a darker ground, on paper."""
    page = np.full((700, 600, 3), 225, np.uint8)
    page[120:480, 120:380] = (120, 60, 50)
    page[200:400, 200:300] = (200, 160, 130)
    noise = np.random.default_rng(2).integers(-5, 6, page.shape)
    return np.clip(page + noise, 0, 255).astype(np.uint8)


def _masked() -> Pixels:
    """Its copy, with a label whose long strokes run along the edges of the face."""
    page = _photograph()
    page[100:500, 100:400] = 0
    page[220:380, 204:226] = 255
    page[204:226, 210:290] = 255
    return page


def _codes(copy: Pixels) -> list[str]:
    return [doubt.code for doubt in check_opacity(PagePair(_FRAME, copy, _photograph()), [_MASK])]


def test_strokes_of_a_label_along_an_edge_of_a_photograph_ask_nobody() -> None:
    assert _codes(_masked()) == []


def test_the_label_that_the_product_writes_on_a_large_photograph_asks_nobody() -> None:
    copy = _photograph()
    draw(copy, [_MASK])
    lit = np.argwhere((copy[100:500, 100:400] > 127).all(axis=2))
    height, width = lit.max(axis=0) - lit.min(axis=0)
    assert 20 < min(height, width) <= 64
    assert _codes(copy) == []


def test_strokes_of_a_label_along_an_edge_of_a_faxed_photograph_ask_nobody() -> None:
    source = np.where(_photograph() > 150, 255, 0).astype(np.uint8)
    copy = source.copy()
    copy[100:500, 100:400] = 0
    copy[220:262, 200:208] = 255
    pair = PagePair(_FRAME, copy, source)
    assert check_opacity(pair, [_MASK]) == []
    copy[360:450, 240:340] = source[360:450, 240:340]
    assert [doubt.code for doubt in check_opacity(pair, [_MASK])] == ["mask-open"]


def test_a_mask_under_the_label_of_a_larger_one_asks_nobody() -> None:
    copy = _masked()
    copy[222:378, 204:226] = 255
    small = _MASK.model_copy(update={"polygon": Polygon.from_bounds(_FRAME, 206, 230, 230, 370)})
    pair = PagePair(_FRAME, copy, _photograph())
    assert [doubt.code for doubt in check_opacity(pair, [small])] == ["mask-open"]
    assert check_opacity(pair, [_MASK, small]) == []


@pytest.mark.parametrize(("level", "codes"), [((3, 1, 0), []), ((2, 2, 2), ["mask-open"])])
def test_a_veil_is_told_from_what_coding_does_to_the_colours_of_black(
    level: tuple[int, int, int], codes: list[str]
) -> None:
    copy = _masked()
    copy[(copy == 0).all(axis=2)] = level
    assert _codes(copy) == codes


def test_a_corner_of_a_photograph_that_was_left_open_is_caught() -> None:
    copy = _masked()
    copy[360:440, 250:340] = _photograph()[360:440, 250:340]
    assert _codes(copy) == ["mask-open"]


def test_a_corner_that_shines_through_at_half_opacity_is_caught() -> None:
    copy = _masked()
    copy[360:440, 250:340] = _photograph()[360:440, 250:340] // 2
    assert _codes(copy) == ["mask-open"]
