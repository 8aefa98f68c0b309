from __future__ import annotations

import io
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pymupdf
import pytest
from PIL import Image

from pipeline.geometry import turn_pixels
from pipeline.intake import Coding, Origin, SourcePage, open_source

Scene = Callable[..., Image.Image]


def coded(image: Image.Image, form: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def saved(document: Any, path: Path) -> Path:
    document.save(path)
    document.close()
    return path


def scan_of(path: Path, data: bytes, *, turn: int = 0, text: str = "") -> Path:
    document = pymupdf.open()
    page = document.new_page(width=216, height=144)
    page.insert_image(page.rect, stream=data)
    if text:
        page.insert_text((72, 72), text, fontname="china-s", fontsize=12, render_mode=3)
    page.set_rotation(turn * 90)
    return saved(document, path)


def first_page(path: Path) -> SourcePage:
    with open_source(path) as source:
        return source.page(1)


@pytest.mark.parametrize("turn", range(4))
def test_a_scan_comes_with_its_own_pixels_and_its_turn(
    tmp_path: Path, scene: Scene, turn: int
) -> None:
    data = coded(scene(600, 400), "JPEG", quality=70, subsampling=1)
    page = first_page(scan_of(tmp_path / "scan.pdf", data, turn=turn, text="张三"))
    image = Image.open(io.BytesIO(data))
    np.testing.assert_array_equal(page.pixels, np.asarray(image))
    assert (page.turn, page.origin, page.coding) == (turn, Origin.SCAN, Coding.JPEG)
    assert (page.stored_bytes, page.subsampling) == (len(data), 1)
    assert page.quantization == image.quantization
    assert page.dpi == pytest.approx(200, abs=0.5)
    assert [(c.text, c.visible) for c in page.layer] == [("张", False), ("三", False)]
    x0, y0, x1, y1 = page.layer[0].polygon.bounds
    assert 195 < x0 < 205 and 230 < x1 < 236  # 72 pt are 200 px, a character is 12 pt wide
    assert y0 < 200 < y1


def test_a_fax_stays_black_and_white(tmp_path: Path, scene: Scene) -> None:
    bilevel = scene(600, 400).convert("L").point(lambda v: 255 * (v > 100)).convert("1")
    data = coded(bilevel, "TIFF", compression="group4")
    page = first_page(scan_of(tmp_path / "fax.pdf", data))
    assert (page.origin, page.coding, page.gray) == (Origin.SCAN, Coding.BILEVEL, True)
    np.testing.assert_array_equal(page.pixels, np.asarray(bilevel.convert("RGB")))


def test_a_scan_placed_on_its_side_is_drawn_as_it_is_seen(tmp_path: Path, scene: Scene) -> None:
    document = pymupdf.open()
    page = document.new_page(width=144, height=216)
    page.insert_image(page.rect, stream=coded(scene(600, 400), "JPEG"), rotate=90)
    drawn = first_page(saved(document, tmp_path / "side.pdf"))
    assert drawn.origin is Origin.MIXED
    assert (drawn.frame.width, drawn.frame.height) == (400, 600)
    stood = turn_pixels(drawn.pixels, 1)  # insert_image turns anticlockwise
    difference = np.abs(stood.astype(int) - np.asarray(scene(600, 400)).astype(int))
    assert difference.mean() < 8


def test_what_is_stamped_or_typed_onto_a_scan_is_not_lost(tmp_path: Path) -> None:
    path = scan_of(tmp_path / "scan.pdf", coded(Image.new("RGB", (600, 400), "white"), "JPEG"))
    document = pymupdf.open(path)
    document[0].add_freetext_annot((20, 20, 150, 60), "NAME", fontsize=20, text_color=(1, 0, 0))
    page = first_page(saved(document, tmp_path / "stamped.pdf"))
    assert page.origin is Origin.MIXED
    assert page.pixels.min() < 100
    assert "NAME" in "".join(c.text for c in page.layer if c.visible)


def test_a_clipped_image_does_not_show_more_than_its_page(tmp_path: Path) -> None:
    path = scan_of(tmp_path / "scan.pdf", coded(Image.new("RGB", (600, 400), "black"), "JPEG"))
    document = pymupdf.open(path)
    xref = document[0].get_contents()[0]
    document.update_stream(xref, b"0 0 20 20 re W n\n" + document.xref_stream(xref))
    page = first_page(saved(document, tmp_path / "clipped.pdf"))
    assert page.origin is not Origin.SCAN
    assert page.pixels.mean() > 200


def test_a_form_field_is_seen_and_drawn_at_200_dpi(tmp_path: Path) -> None:
    document = pymupdf.open()
    page = document.new_page(width=360, height=360)
    widget = pymupdf.Widget()
    widget.field_type = pymupdf.PDF_WIDGET_TYPE_TEXT
    widget.field_name, widget.field_value = "a", "WWWW"
    widget.rect = pymupdf.Rect(50, 200, 150, 230)
    page.add_widget(widget)
    drawn = first_page(saved(document, tmp_path / "form.pdf"))
    assert (drawn.frame.width, drawn.dpi, drawn.origin) == (1000, 200.0, Origin.DIGITAL)
    assert drawn.coding is Coding.VECTOR
    assert drawn.pixels[560:640, 140:410].min() < 100


@pytest.mark.parametrize("turn", [0, 1])
def test_hidden_text_is_told_from_visible_text(tmp_path: Path, turn: int) -> None:
    document = pymupdf.open()
    page = document.new_page(width=300, height=300)
    page.insert_text((20, 40), "SEEN")
    page.insert_text((20, 80), "GHOST", render_mode=3)
    page.insert_text((20, 120), "CLEAR", fill_opacity=0, stroke_opacity=0)
    page.insert_text((20, 400), "OUTSIDE")
    page.insert_text((20, 160), "RECT")
    page.draw_rect((10, 140, 200, 170), color=None, fill=(1, 1, 1))
    page.insert_text((20, 200), "IMAGE")
    page.insert_image((10, 180, 200, 210), stream=coded(Image.new("L", (19, 3), 255), "PNG"))
    page.insert_text((20, 240), "MARKED")
    page.add_highlight_annot((15, 225, 90, 245))
    page.insert_text((20, 275), "SIDE", rotate=90)
    page.set_rotation(turn * 90)
    drawn = first_page(saved(document, tmp_path / "hidden.pdf"))
    assert drawn.turn == turn
    lines: dict[int, list[Any]] = {}
    for char in drawn.layer:
        lines.setdefault(char.line, []).append(char)
    shown = {"".join(c.text for c in line): {c.visible for c in line} for line in lines.values()}
    assert shown == {
        "SEEN": {True},
        "GHOST": {False},
        "CLEAR": {False},
        "OUTSIDE": {False},
        "RECT": {False},
        "IMAGE": {False},
        "MARKED": {True},
        "SIDE": {True},
    }


def test_a_text_that_is_clipped_away_is_not_called_visible(tmp_path: Path) -> None:
    document = pymupdf.open()
    page = document.new_page(width=300, height=300)
    page.insert_text((20, 40), "AWAY")
    xref = page.get_contents()[0]
    document.update_stream(xref, b"q 200 0 50 50 re W n\n" + document.xref_stream(xref) + b"\nQ")
    drawn = first_page(saved(document, tmp_path / "clip.pdf"))
    assert not any(c.visible for c in drawn.layer)


def test_boxes_of_the_text_layer_lie_on_the_ink(tmp_path: Path) -> None:
    document = pymupdf.open()
    page = document.new_page(width=300, height=300)
    page.insert_text((100, 100), "■", fontname="china-s", fontsize=20)
    page.set_cropbox(pymupdf.Rect(40, 30, 300, 300))
    page.set_rotation(270)
    drawn = first_page(saved(document, tmp_path / "crop.pdf"))
    ink = np.argwhere(drawn.pixels.min(axis=2) < 128)
    (top, left), (bottom, right) = ink.min(axis=0), ink.max(axis=0)
    x0, y0, x1, y1 = drawn.layer[0].polygon.bounds
    assert x0 - 2 <= left and right <= x1 + 2 and y0 - 2 <= top and bottom <= y1 + 2
    assert drawn.turn == 3


def test_threads_that_share_a_file_get_their_own_pages(tmp_path: Path) -> None:
    document = pymupdf.open()
    for n in range(6):
        document.new_page(width=100 + n, height=100).insert_text((20, 40), str(n))
    path = saved(document, tmp_path / "six.pdf")
    found: dict[int, str] = {}
    with open_source(path) as source:

        def work(n: int) -> None:
            found[n] = source.page(n).layer[0].text

        threads = [threading.Thread(target=work, args=(n,)) for n in range(1, 7)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert found == {n: str(n - 1) for n in range(1, 7)}
