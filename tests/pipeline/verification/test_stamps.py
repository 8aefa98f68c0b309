"""A seal that nobody hid names the school: verification looks for it with its own means."""

from __future__ import annotations

import random

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from fixtures.seals import Look, seal
from fixtures.sheet import Sheet, Style
from pipeline.dossier import Kind, Mask
from pipeline.geometry import Frame, Polygon
from pipeline.verification.stamps import find_stamps

FRAME = Frame(1, 1600, 2200)
_SCHOOL = "高淳区杨庙初级中学"


def _hide(
    pixels: NDArray[np.uint8], bounds: tuple[int, int, int, int], kind: Kind = Kind.APPLICANT_UNIT
) -> Mask:
    """Paint a mask over x0, y0, x1, y1 of a page and return it."""
    x0, y0, x1, y1 = bounds
    pixels[y0:y1, x0:x1] = 0
    frame = Frame(1, pixels.shape[1], pixels.shape[0])
    place = Polygon.from_bounds(frame, x0, y0, x1, y1)
    return Mask(page=1, polygon=place, label="", kind=kind, findings=())


def _gray(shape: str, seed: int) -> NDArray[np.uint8]:
    """A gray copy of a page with a school's seal that its name and a date are printed across."""
    sheet = Sheet("letter", random.Random(1))
    made = seal(random.Random(seed), _SCHOOL, Look("red", shape), radius=150)
    sheet.seal(made, 700, 1500, _SCHOOL, "", "school")
    for text, y in ((_SCHOOL, 1560), ("2025年06月24日", 1650)):
        sheet.line(640, y, text, Style("song", 48))
    return np.asarray(cv2.cvtColor(np.asarray(sheet.image), cv2.COLOR_RGB2GRAY), np.uint8)


def _caught(gray: NDArray[np.uint8]) -> bool:
    pixels = np.repeat(gray[..., None], 3, axis=2)
    frame = Frame(1, gray.shape[1], gray.shape[0])
    middles = [place.array().mean(axis=0) for place in find_stamps(pixels, frame, [], [])]
    return any(700 <= x <= 1000 and 1500 <= y <= 1800 for x, y in middles)


@pytest.mark.parametrize("seed", [1, 2, 5])
@pytest.mark.parametrize("shape", ["round", "oval"])
def test_a_pale_gray_seal_under_print_is_seen(shape: str, seed: int) -> None:
    gray = _gray(shape, seed).astype(float)
    assert _caught(np.where(gray > 90, 190 + gray / 5, gray).astype(np.uint8))


@pytest.mark.parametrize("seed", [1, 2, 5])
def test_a_seal_that_a_fax_left_dots_of_is_seen(seed: int) -> None:
    gray = _gray("round", seed)
    noise = np.random.default_rng(seed).normal(0, 30, gray.shape)
    assert _caught(np.where(gray + noise > 128, 255, 0).astype(np.uint8))


def test_a_gray_seal_on_a_ground_of_waves_is_seen_and_the_ground_is_not() -> None:
    waves = np.full((2339, 1654), 215, np.uint8)
    x = np.arange(0, 1654, 8)
    for top in range(-100, 2400, 36):
        for turn in (0.0, 1.4):
            y = top + 30 * np.sin(x / 90 + turn + top / 300)
            course = np.stack([x, y], axis=1).round().astype(np.int32)
            cv2.polylines(waves, [course], False, (180,), 2, cv2.LINE_AA)
    frame = Frame(1, 1654, 2339)
    assert not list(find_stamps(np.repeat(waves[..., None], 3, axis=2), frame, [], []))
    assert _caught(np.minimum(waves, _gray("round", 3)))


def test_masks_in_a_table_make_no_seal_of_its_rules() -> None:
    sheet = Sheet("form", random.Random(1))
    for y in (540, 620, 700, 772, 845):
        sheet.rule(500, y, 1300, y)
    for x in (500, 740, 1070, 1300):
        sheet.rule(x, 540, x, 845)
    sheet.line(850, 560, "科任教师", Style("song", 34))
    pixels = np.asarray(sheet.image).copy()
    frame = Frame(1, pixels.shape[1], pixels.shape[0])
    masks = [
        _hide(pixels, (x0, y, x1, y + 40), Kind.PERSON_NAME)
        for y in (635, 715, 790)
        for x0, x1 in ((755, 850), (870, 960), (975, 1060))
    ]
    assert not list(find_stamps(pixels, frame, masks, []))


def test_a_coloured_seal_that_nobody_hid_is_seen_and_one_that_may_stand_is_not() -> None:
    pixels = np.full((FRAME.height, FRAME.width, 3), 250, np.uint8)
    cv2.circle(pixels, (800, 1500), 150, (200, 30, 40), 8)
    cv2.putText(pixels, "XXX", (300, 400), 0, 4, (200, 30, 40), 9)
    seal = Polygon.from_bounds(FRAME, 650, 1350, 950, 1650)
    assert list(find_stamps(pixels, FRAME, [], []))
    assert not list(find_stamps(pixels, FRAME, [], [seal]))
    across = _hide(pixels, (600, 1450, 1000, 1540))
    assert list(find_stamps(pixels, FRAME, [across], []))


@pytest.mark.parametrize(("bottom", "seen"), [(1560, True), (1660, False)])
def test_the_rim_that_runs_out_of_a_seals_mask_is_seen_and_a_line_across_it_is_not(
    bottom: int, seen: bool
) -> None:
    pixels = np.full((FRAME.height, FRAME.width, 3), 250, np.uint8)
    cv2.circle(pixels, (800, 1500), 150, (40, 60, 200), 5)
    cv2.line(pixels, (100, 1520), (1500, 1524), (40, 60, 200), 5)
    mask = _hide(pixels, (640, 1340, 960, bottom), Kind.SEAL)
    assert bool(list(find_stamps(pixels, FRAME, [mask], []))) == seen


def test_a_black_seal_that_nobody_hid_is_seen_even_with_a_mask_across_it() -> None:
    made = seal(random.Random(3), "淮南市第二中学", Look("black", "round"), radius=150)
    sheet = Sheet("letter", random.Random(1))
    sheet.line(300, 900, "同意推荐。", Style("song", 40))
    sheet.seal(made, 700, 1300, "淮南市第二中学", "", "school")
    pixels = np.asarray(sheet.image).copy()
    frame = Frame(1, pixels.shape[1], pixels.shape[0])
    place = Polygon.from_bounds(frame, 690, 1290, 1030, 1630)
    assert list(find_stamps(pixels, frame, [], []))
    assert not list(find_stamps(pixels, frame, [], [place]))
    across = _hide(pixels, (640, 1430, 1080, 1500))
    assert list(find_stamps(pixels, frame, [across], []))
    whole = _hide(pixels, (690, 1290, 1030, 1630), Kind.SEAL)
    assert not list(find_stamps(pixels, frame, [whole], []))


def test_a_seal_on_a_coloured_border_that_nobody_hid_is_seen() -> None:
    made = seal(random.Random(3), "淮南市第二中学", Look("red", "oval"), radius=150)
    sheet = Sheet("letter", random.Random(1))
    sheet.seal(made, 700, 1800, "淮南市第二中学", "", "school")
    inked = (np.asarray(sheet.image).min(axis=2) < 200)[..., None]
    # On this paper the ink is seen by its colour alone.
    pixels = np.where(inked, (236, 139, 139), (168, 168, 168)).astype(np.uint8)
    frame = Frame(1, pixels.shape[1], pixels.shape[0])
    for inset in (110, 130):
        corner = frame.width - inset, frame.height - inset - 290
        cv2.rectangle(pixels, (inset, inset), corner, (90, 15, 20), 5)
    assert list(find_stamps(pixels, frame, [], []))
