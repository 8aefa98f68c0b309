"""A seal that is taken for something else, or stops the search, is a seal that stays visible."""

from __future__ import annotations

import random
from pathlib import Path

import cv2
import numpy as np
import pytest

import fixtures
from fixtures.seals import Look, seal
from fixtures.sheet import Sheet, Style
from pipeline.detection.seals import find_seals, frames
from pipeline.detection.seals.candidate import Colour, Seal, Shape
from pipeline.detection.seals.finder import distinct
from pipeline.intake import open_source

_DEMO = Path(fixtures.__file__).parent / "demo"


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


def test_a_column_of_a_faxed_table_is_no_seal_and_stays_legible() -> None:
    with open_source(_DEMO / "04-班主任支教证明.tif") as source:
        pixels = next(iter(source.pages())).pixels
    assert [seal.shape for seal in find_seals(pixels)] == [Shape.ROUND]


def test_a_schools_square_seal_that_a_faxed_tables_rules_cross_is_found() -> None:
    sheet = Sheet("form", random.Random(1))
    for row in range(9):
        sheet.rule(150, 300 + 1500 * row // 8, 1500, 300 + 1500 * row // 8)
    for column in range(5):
        sheet.rule(150 + 1350 * column // 4, 300, 150 + 1350 * column // 4, 1800)
    made = seal(random.Random(11), "淮南市第二幼儿园", Look("red", "square"), radius=155)
    sheet.seal(made, 800, 1250, "淮南市第二幼儿园", "", "school")
    gray = cv2.cvtColor(np.asarray(sheet.image), cv2.COLOR_RGB2GRAY)
    fax = np.repeat(np.where(gray > 150, 255, 0).astype(np.uint8)[..., None], 3, axis=2)
    assert [found.shape for found in find_seals(fax)] == [Shape.SQUARE]


@pytest.mark.parametrize("faxed", [False, True], ids=["gray", "fax"])
@pytest.mark.parametrize("seed", [1, 2, 4])
def test_a_schools_oval_seal_stamped_far_aslant_over_a_forms_rules_is_found(
    seed: int, faxed: bool
) -> None:
    sheet = Sheet("form", random.Random(1))
    for y in (1440, 1560, 1680, 1800):
        sheet.rule(150, y, 1500, y)
    sheet.line(640, 1610, "负责人签名：", Style("song", 40))
    sheet.line(200, 1490, "师德良好，教学认真，建议评为优秀。", Style("song", 40))
    made = seal(random.Random(seed), "临沂市机关幼儿园", Look("red", "oval"), radius=140)
    sheet.seal(made, 640, 1500, "临沂市机关幼儿园", "", "school")
    turn = cv2.getRotationMatrix2D((780, 1600), -14, 1.0)
    pixels = np.asarray(sheet.image)
    size = (pixels.shape[1], pixels.shape[0])
    gray = cv2.cvtColor(
        cv2.warpAffine(pixels, turn, size, borderValue=(255,) * 3), cv2.COLOR_RGB2GRAY
    )
    copy = np.where(gray > 165, 255, 0) if faxed else gray
    found = find_seals(np.repeat(copy.astype(np.uint8)[..., None], 3, axis=2))
    assert [one.shape for one in found] == [Shape.OVAL]
