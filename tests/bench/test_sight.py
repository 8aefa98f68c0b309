"""If the eye is wrong, every figure of the bench is wrong."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pymupdf
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from bench.sight import MARK_VISIBLE, Sight, look, without_print
from pipeline.geometry import Point

Pixels = NDArray[np.uint8]
Outline = tuple[Point, Point, Point, Point]
_FONT = pymupdf.Font("china-s").buffer
_TEXTS = ("欧阳明华", "淮南市第二", "340403198", "一丁三八", "张建国01", "a.b@c.cn")
_SIZES = (22, 30, 48)


def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(io.BytesIO(_FONT), size)


def _line(text: str, size: int, noise: float) -> tuple[Pixels, list[Outline]]:
    sheet = Image.new("L", (size * (len(text) + 4), size * 4), 240)
    draw = ImageDraw.Draw(sheet)
    outlines: list[Outline] = []
    x = 2.0 * size
    for character in text:
        draw.text((x, 1.3 * size), character, fill=30, font=_font(size))
        x0, y0, x1, y1 = draw.textbbox((x, 1.3 * size), character, font=_font(size))
        outlines.append(((x0, y0), (x1, y0), (x1, y1), (x0, y1)))
        x += _font(size).getlength(character)
    grain = np.random.default_rng(3).normal(0, noise, (sheet.height, sheet.width))
    return np.clip(np.asarray(sheet) + grain, 0, 255).astype(np.uint8), outlines


def _recoded(pixels: Pixels, quality: int) -> Pixels:
    data = io.BytesIO()
    Image.fromarray(pixels).save(data, "JPEG", quality=quality)
    return np.asarray(Image.open(data))


def _covered(pixels: Pixels, outlines: list[Outline], fill: int, label: int | None) -> Pixels:
    sheet = Image.fromarray(pixels)
    draw = ImageDraw.Draw(sheet)
    top, bottom = min(o[0][1] for o in outlines) - 3, max(o[2][1] for o in outlines) + 3
    draw.rectangle((outlines[0][0][0] - 3, top, outlines[-1][1][0] + 3, bottom), fill=fill)
    if label is not None:
        draw.text(
            (outlines[0][0][0], top), "【申报单位】", fill=label, font=_font(int(bottom - top))
        )
    return np.asarray(sheet)


def _cut(pixels: Pixels, outlines: list[Outline], share: float) -> Pixels:
    """Cover everything up to a share of the last character."""
    copy = pixels.copy()
    x0, x1 = outlines[-1][0][0], outlines[-1][1][0]
    copy[:, : int(x0 + share * (x1 - x0))] = 0
    return copy


def _sights(change: Callable[[Pixels, list[Outline]], Pixels], quality: int = 80) -> list[Sight]:
    sights = []
    for text in _TEXTS:
        for size in _SIZES:
            for noise in (0.0, 8.0):
                source, outlines = _line(text, size, noise)
                copy = _recoded(change(source, outlines), quality)
                sights += [look(source, copy, outline, float(size)) for outline in outlines]
    return sights


@pytest.mark.parametrize("quality", [95, 75, 55])
def test_text_that_was_only_recoded_counts_as_shown_and_kept(quality: int) -> None:
    assert all(s.visible and s.kept for s in _sights(lambda p, _: p, quality))


@pytest.mark.parametrize(
    ("fill", "label"), [(0, None), (255, None), (128, None), (0, 255), (255, 0), (215, 20)]
)
def test_text_under_an_opaque_mask_counts_as_hidden(fill: int, label: int | None) -> None:
    sights = _sights(lambda p, o: _covered(p, o, fill, label))
    assert not any(s.visible or s.kept for s in sights)


def test_text_that_shines_through_a_mask_counts_as_shown() -> None:
    sights = _sights(lambda p, _: (p * 0.2 + 0.8 * 255).astype(np.uint8))
    assert all(s.visible for s in sights)


def test_a_last_character_that_sticks_out_of_its_mask_counts_as_shown() -> None:
    for text in _TEXTS[:2]:
        for size in _SIZES:
            source, outlines = _line(text, size, 4.0)
            half = look(source, _recoded(_cut(source, outlines, 0.5), 80), outlines[-1])
            whole = look(source, _recoded(_cut(source, outlines, 1.02), 80), outlines[-1])
            assert half.visible and not half.kept
            assert not whole.visible


def test_a_place_without_ink_is_blank_so_that_it_is_no_leak() -> None:
    rng = np.random.default_rng(5)
    paper = np.clip(rng.normal(235, 3, (80, 80)), 0, 255).astype(np.uint8)
    sight = look(paper, paper, ((20, 20), (50, 20), (50, 50), (20, 50)))
    assert sight.blank and not sight.visible


def _starred(size: int) -> tuple[Pixels, list[Outline]]:
    """A fax: a line with the black star of a seal over its second character and half its third."""
    source, outlines = _line("青岛卫生学校", size, 0.0)
    sheet = Image.fromarray(((source > 128) * 255).astype(np.uint8))
    box, after = outlines[1], outlines[2]
    left, top, bottom = box[0][0] - 3, box[0][1] - size, box[2][1] + size
    ImageDraw.Draw(sheet).rectangle((left, top, (after[0][0] + after[1][0]) / 2, bottom), fill=0)
    return np.asarray(sheet), outlines


@pytest.mark.parametrize("size", _SIZES)
@pytest.mark.parametrize("label", [None, 255])
def test_a_masked_character_under_a_black_star_is_no_leak(size: int, label: int | None) -> None:
    source, outlines = _starred(size)
    copy = _covered(source, outlines, 0, label)
    assert not any(look(source, copy, outline, float(size)).visible for outline in outlines)


def _portrait() -> tuple[Pixels, Outline]:
    """A bright face before a grey ground, as large as on a certificate, and its outline."""
    sheet = Image.new("L", (440, 560), 250)
    draw = ImageDraw.Draw(sheet)
    draw.rectangle((60, 60, 379, 499), fill=105)
    draw.ellipse((125, 100, 310, 320), fill=25)
    draw.ellipse((145, 130, 292, 340), fill=195)
    draw.ellipse((70, 370, 370, 640), fill=62)
    draw.rectangle((188, 330, 250, 395), fill=195)
    for x in (180, 245):
        draw.ellipse((x, 215, x + 12, 227), fill=20)
    draw.rectangle((60, 500, 379, 559), fill=250)
    return np.asarray(sheet), ((60.0, 60.0), (380.0, 60.0), (380.0, 500.0), (60.0, 500.0))


def _hidden_portrait(size: int) -> Pixels:
    """Its copy: all black, with a label of characters so large over the face, from above."""
    copy = _portrait()[0].copy()
    copy[55:505, 55:385] = 0
    strip = Image.new("L", (5 * size, size + 8), 0)
    ImageDraw.Draw(strip).text((0, 0), "【头像】", fill=255, font=_font(size))
    label = np.rot90(np.asarray(strip)[:, : 4 * size], k=-1)
    top, left = 265 - label.shape[0] // 2, 218 - label.shape[1] // 2
    copy[top : top + label.shape[0], left : left + label.shape[1]] = label
    return copy


def test_a_hidden_face_with_a_bright_label_where_it_was_is_no_leak() -> None:
    source, outline = _portrait()
    assert not any(look(source, _hidden_portrait(s), outline).visible for s in (40, 52, 64))


@pytest.mark.parametrize("opacity", [0.5, 0.9])
def test_a_face_that_shines_through_or_is_blurred_counts_as_shown(opacity: float) -> None:
    source, outline = _portrait()
    veiled = np.maximum(_hidden_portrait(52), (source * (1 - opacity)).astype(np.uint8))
    assert look(source, veiled, outline).visible
    blurred = np.asarray(Image.fromarray(source).filter(ImageFilter.GaussianBlur(12)))
    assert look(source, blurred, outline).visible


@pytest.mark.parametrize("size", _SIZES)
def test_what_a_star_leaves_of_an_unmasked_character_is_a_leak_and_counts_as_kept(
    size: int,
) -> None:
    source, outlines = _starred(size)
    sights = [look(source, source, outline, float(size)) for outline in outlines]
    assert all(sight.kept for sight in sights)
    assert [sight.visible for sight in sights] == [True, False, True, True, True, True]


@pytest.mark.parametrize("size", _SIZES)
def test_half_a_character_beside_a_star_and_a_mask_is_a_leak(size: int) -> None:
    source, outlines = _starred(size)
    copy = source.copy()
    copy[:, : int((outlines[2][0][0] + outlines[2][1][0]) / 2)] = 0
    assert look(source, copy, outlines[2], float(size)).visible


@pytest.mark.parametrize("opacity", [0.5, 0.8, 0.9])
def test_text_that_shines_through_black_fill_counts_as_shown(opacity: float) -> None:
    for size in _SIZES:
        source, outlines = _line(_TEXTS[0], size, 0.0)
        fill = _covered(source, outlines, 0, None).astype(np.float32)
        veiled = np.where(fill == 0, (1 - opacity) * source, fill).astype(np.uint8)
        sights = [look(source, _recoded(veiled, 90), outline, float(size)) for outline in outlines]
        assert all(sight.visible for sight in sights)


def test_bold_strokes_count_as_ink_although_they_are_wide() -> None:
    for size in _SIZES:
        source, outlines = _line("一丁三八", size, 0.0)
        bold = np.asarray(
            Image.fromarray(source).filter(ImageFilter.MinFilter(2 * (size // 16) + 1))
        )
        sights = [look(bold, bold, outline, float(size)) for outline in outlines]
        assert all(sight.visible and sight.kept and not sight.blank for sight in sights)


@pytest.mark.parametrize("print_", [False, True])
def test_a_watermark_is_seen_where_it_is_left_and_not_where_only_print_across_it_is(
    print_: bool,
) -> None:
    sheet = Image.new("L", (500, 200), 240)
    pen = ImageDraw.Draw(sheet)
    boxes = [pen.textbbox((60 + 100 * n, 50), c, font=_font(90)) for n, c in enumerate("淮南二中")]
    outlines: list[Outline] = [((a, b), (c, b), (c, d), (a, d)) for a, b, c, d in boxes]
    for n, character in enumerate("淮南二中"):
        pen.text((60 + 100 * n, 50), character, fill=196, font=_font(90))
    marked, bare = sheet, Image.new("L", sheet.size, 240)
    for page in (marked, bare) if print_ else ():
        for y in (50, 90, 130):
            ImageDraw.Draw(page).text((20, y), "本学年教学成绩优秀" * 2, fill=40, font=_font(28))
    source, corners = np.asarray(marked), [point for o in outlines for point in o]
    for copy, seen in ((np.asarray(marked), True), (np.asarray(bare), False)):
        plain, views = without_print(source, [_recoded(copy, 85)], corners)
        sights = [look(plain, views[0], outline, 90) for outline in outlines]
        assert all((s.legible > MARK_VISIBLE) is seen and not s.blank for s in sights)
    black, views = without_print(source, [np.zeros_like(source)], corners)
    assert not any(look(black, views[0], o, 90).legible > MARK_VISIBLE for o in outlines)
