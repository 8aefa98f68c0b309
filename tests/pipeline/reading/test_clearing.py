"""A watermark that leaves a trace names the school; print that goes with it proves nothing."""

from __future__ import annotations

import io

import cv2
import numpy as np
import pymupdf
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from pipeline.geometry import Frame, Polygon
from pipeline.reading.clearing import can_clear, clear, without
from pipeline.reading.lines import Line
from pipeline.reading.watermarks import repeated

Pixels = NDArray[np.uint8]

_WIDTH, _HEIGHT = 1240, 900
_FONT = io.BytesIO(pymupdf.Font("china-s").buffer)
_BODY = "本学年担任班主任工作，教学成绩优秀，深受学生欢迎。"
_CORNERS = ((-1, -1), (1, -1), (1, 1), (-1, 1))
_PLACE = Polygon(Frame(1, _WIDTH, _HEIGHT), ((223, 697), (938, 122), (1018, 222), (303, 797)))


def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(io.BytesIO(_FONT.getvalue()), size)


def _page(mark: str, ink: tuple[int, int, int]) -> tuple[Pixels, Pixels]:
    """Return a page with a watermark and the same page without."""
    sheet = Image.new("RGB", (_WIDTH, _HEIGHT), (246, 243, 235))
    pen = ImageDraw.Draw(sheet)
    for y in range(100, 800, 80):
        pen.text((120, y), _BODY, font=_font(36), fill=(35, 32, 30))
    layer = Image.new("RGB", (_WIDTH, _HEIGHT), (255, 255, 255))
    ImageDraw.Draw(layer).text((620, 450), mark, font=_font(96), fill=ink, anchor="mm")
    turned = layer.rotate(38.8, fillcolor=(255, 255, 255), resample=Image.Resampling.BICUBIC)
    bare = np.asarray(sheet)
    product = bare.astype(np.float32) * np.asarray(turned) / 255
    noise = np.random.default_rng(3).normal(0, 2, bare.shape)
    return (
        np.clip(product + noise, 0, 255).astype(np.uint8),
        np.clip(bare + noise, 0, 255).astype(np.uint8),
    )


def _inside() -> NDArray[np.bool_]:
    drawn = Image.new("1", (_WIDTH, _HEIGHT))
    ImageDraw.Draw(drawn).polygon(_PLACE.points, fill=1)
    return np.asarray(drawn)


@pytest.mark.parametrize("ink", [(205, 205, 205), (190, 208, 236), (240, 196, 196)])
def test_what_is_left_of_a_watermark_does_not_tell_what_it_said(ink: tuple[int, int, int]) -> None:
    said, bare = _page("淮南市第二中学", ink)
    other, _ = _page("凤台县实验小学", ink)
    for page in (said, other):
        assert clear(page, [_PLACE]) == [True]
    inside = _inside()
    apart = np.abs(said.astype(int) - other)[inside].max(axis=-1)
    # Strokes of print are as wide as before, up to a pixel at their edges.
    assert (apart > 40).mean() < 0.006
    near = cv2.dilate((bare.min(axis=2) < 200).astype(np.uint8), np.ones((5, 5), np.uint8))
    paper = inside & (near == 0)
    assert float(said[paper].astype(float).std(axis=0).max()) < 3
    outside = cv2.dilate(inside.astype(np.uint8), np.ones((5, 5), np.uint8)) == 0
    assert np.array_equal(said[outside], _page("淮南市第二中学", ink)[0][outside])


def test_print_across_a_watermark_stays() -> None:
    said, bare = _page("淮南市第二中学", (205, 205, 205))
    cleared = without(said, [_PLACE])
    assert cleared is not None
    inside = _inside()
    printed, kept = bare.min(axis=2) < 90, cleared.min(axis=2) < 140
    assert (kept & printed & inside).sum() > 0.97 * (printed & inside).sum()


def test_words_aslant_that_are_as_dark_as_the_print_are_not_taken_for_a_watermark() -> None:
    for ink in ((60, 60, 60), (120, 120, 120)):
        said, _ = _page("淮南市第二中学", ink)
        assert not can_clear(said, _PLACE)
        assert without(said, [_PLACE]) is None
    faxed = np.where(_page("淮南市第二中学", (150, 150, 150))[0] < 170, 0, 255).astype(np.uint8)
    assert clear(faxed, [_PLACE]) == [False]


def test_a_watermark_that_fills_the_page_is_found_where_print_hid_it_from_the_reader() -> None:
    frame = Frame(1, 1240, 1754)
    sheet = Image.new("RGB", (1240, 1754), (246, 243, 235))
    pen = ImageDraw.Draw(sheet)
    for y in range(60, 1700, 70):
        pen.text((120, y), _BODY, font=_font(36), fill=(35, 32, 30))
    page = np.asarray(sheet).astype(np.float32)
    places = []
    for x, y in ((340, 320), (900, 320), (340, 860), (900, 860), (340, 1400)):
        layer = Image.new("RGB", sheet.size, (255, 255, 255))
        ImageDraw.Draw(layer).text(
            (x, y), "淮南市第二中学", font=_font(48), fill=(205, 205, 205), anchor="mm"
        )
        page *= np.asarray(layer.rotate(30, center=(x, y), fillcolor=(255, 255, 255))) / 255
        along, down = np.array([0.866, -0.5]) * 172, np.array([0.5, 0.866]) * 28
        corners = [np.array([x, y]) + a * along + b * down for a, b in _CORNERS]
        places.append(Polygon(frame, tuple((float(a), float(b)) for a, b in corners)))
    pixels = np.clip(page + np.random.default_rng(3).normal(0, 2, page.shape), 0, 255)
    known = [Line(places[n], (), 0.9) for n in (0, 1, 2, 4)]
    found = repeated(known, pixels.astype(np.uint8))
    # The fourth is found; where the sixth would be, there is none.
    assert [tuple(round(v, -1) for v in place.center) for place in found] == [(900, 860)]
