"""A seal that is taken for something else, or stops the search, is a seal that stays visible."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import product
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

import fixtures
from fixtures.seals import Look, seal
from fixtures.sheet import Sheet, Style
from pipeline.detection.seals import find_seals, frames
from pipeline.detection.seals.candidate import Colour, Seal, Shape
from pipeline.detection.seals.finder import distinct
from pipeline.intake import open_source

_DEMO = Path(fixtures.__file__).parent / "demo"


def _stamped(seed: int, owner: str, look: Look, radius: int, at: tuple[int, int]) -> Sheet:
    """A letter with nothing on it but a school's seal."""
    sheet = Sheet("letter", random.Random(1))
    sheet.seal(seal(random.Random(seed), owner, look, radius=radius), *at, owner, "", "school")
    return sheet


def _seal(shape: Shape, axes: tuple[float, float], score: float) -> Seal:
    return Seal((900.0, 960.0), axes, 0.0, Colour.BLUE, shape, False, score)


def test_lines_of_print_in_a_whole_ring_make_no_square_seal_of_it() -> None:
    ring, lines = _seal(Shape.ROUND, (107, 108), 1.0), _seal(Shape.SQUARE, (106, 37), 0.95)
    assert list(distinct([ring, lines])) == [ring]
    worn, frame = _seal(Shape.ROUND, (60, 60), 0.85), _seal(Shape.SQUARE, (106, 90), 0.95)
    assert list(distinct([worn, frame])) == [frame]


def test_the_waves_of_a_printed_ground_swallow_no_whole_ring() -> None:
    ring = _seal(Shape.ROUND, (158, 159), 1.0)
    waves = replace(_seal(Shape.ROUND, (365, 366), 0.84), center=(856.0, 1111.0))
    assert list(distinct([ring, waves])) == [ring]


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


@pytest.mark.parametrize(("seed", "left"), [(1, 570), (5, 630)])
def test_a_gray_oval_seal_under_large_print_is_found_where_it_runs(seed: int, left: int) -> None:
    sheet = _stamped(seed, "高淳区杨庙初级中学", Look("red", "oval"), 140, (700, 1500))
    for text, x, y in (("高淳区杨庙初级中学", left, 1535), ("2025年06月24日", left + 40, 1620)):
        sheet.line(x, y, text, Style("song", 56))
    gray = cv2.cvtColor(np.asarray(sheet.image), cv2.COLOR_RGB2GRAY)
    found = find_seals(np.repeat(gray[..., None], 3, axis=2))
    assert [(one.shape, round(max(one.axes), -1)) for one in found] == [(Shape.OVAL, 140)]


@pytest.mark.parametrize("seed", [0, 3])
def test_a_seal_is_found_that_ends_with_a_paper_lying_aslant_in_its_picture(seed: int) -> None:
    sheet = _stamped(seed, "宿迁市博雅小学", Look("red", "round"), 160, (1384, 1400))
    pixels = np.asarray(sheet.image).copy()
    y, x = np.mgrid[: pixels.shape[0], : pixels.shape[1]]
    pixels[x - 1560 > 0.12 * (1560 - y)] = 232
    (found,) = find_seals(pixels)
    assert found.cut and found.center == pytest.approx((1544, 1560), abs=12)


@pytest.mark.parametrize(("level", "upright"), [(0.07, -0.09), (0.1, -0.05)])
def test_a_square_seal_that_leans_in_a_photo_is_hidden_to_its_corners(
    level: float, upright: float
) -> None:
    ink = np.zeros((640, 452), np.uint8)
    along = np.array([np.cos(level), np.sin(level)])
    down = np.array([-np.sin(upright), np.cos(upright)])

    def at(x: float, y: float) -> NDArray[np.int32]:
        return np.round((np.array([340, 330]) + x * along + y * down) * 16).astype(np.int32)

    corners = np.stack([at(x, y) for x, y in ((-29, -24), (29, -24), (29, 24), (-29, 24))])
    cv2.polylines(ink, [corners], True, (200,), 1, cv2.LINE_AA, 4)
    for x, y in product((-18, 0, 18), (-14, 0, 14)):
        for stroke in (-5, 0, 5):
            ends = at(x - 6, y + stroke).tolist(), at(x + 6, y + stroke).tolist()
            cv2.line(ink, *ends, (170,), 1, cv2.LINE_AA, 4)
    layer = cv2.GaussianBlur(ink, (0, 0), 0.7).astype(np.float32) / 255
    found = next(frames.find_frames(layer, np.zeros(ink.shape, np.bool_)))
    hidden = Seal(
        found.center, found.axes, found.angle, Colour.DARK, Shape.SQUARE, found.cut, found.seen
    )
    mask = np.array(hidden.outline(), np.float32)
    reach = [cv2.pointPolygonTest(mask, (x / 16, y / 16), True) for x, y in corners.tolist()]
    assert min(reach) >= -1


@pytest.mark.parametrize("seed", [0, 3])
def test_a_square_seal_is_found_that_ends_with_the_paper_before_its_picture(seed: int) -> None:
    sheet = _stamped(seed, "兴庆区回民小学", Look("red", "square"), 130, (1400, 1000))
    pixels = np.asarray(sheet.image).copy()
    pixels[:, 1613:] = 255
    ink = pixels.min(axis=2) < 160
    ys, xs = np.nonzero(ink[900:1400, 1300:])
    (found,) = find_seals(pixels)
    (x0, y0), (x1, y1) = np.min(found.outline(), axis=0), np.max(found.outline(), axis=0)
    assert x0 <= 1300 + xs.min() and x1 >= 1300 + xs.max()
    assert y0 <= 900 + ys.min() and y1 >= 900 + ys.max()


@pytest.mark.parametrize("seed", [1, 2, 4])
def test_a_pale_blue_seal_on_warm_paper_with_a_printed_ground_is_found(seed: int) -> None:
    sheet = _stamped(seed, "延安市第十中学", Look("blue", "oval"), 140, (700, 1500))
    pale = 255 - (255 - np.asarray(sheet.image).astype(float)) * 0.5
    y, x = np.mgrid[: pale.shape[0], : pale.shape[1]]
    waves = np.sin((y + 22 * np.sin(x / 90)) * 2 * np.pi / 24) > 0.8
    ground = np.where(waves[..., None], (222, 182, 160), (246, 228, 212))
    print_across = Sheet("letter", random.Random(1))
    for text, top in (("延安市第十中学", 1520), ("2019年1月22日", 1610)):
        print_across.line(690, top, text, Style("hei", 64))
    pixels = np.minimum(pale * ground / 255, np.asarray(print_across.image)).astype(np.uint8)
    found = [one for one in find_seals(pixels) if one.shape is Shape.OVAL]
    assert [one.center for one in found] == [pytest.approx((840, 1605), abs=15)]
