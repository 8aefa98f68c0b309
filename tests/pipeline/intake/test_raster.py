from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageOps

from pipeline.geometry import turn_pixels
from pipeline.intake import Coding, Origin, open_source

Scene = Callable[..., Image.Image]


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", ["jpg", "png", "tif"])
def test_a_turned_or_mirrored_photo_stands_upright_after_its_turn(
    tmp_path: Path, scene: Scene, orientation: int, suffix: str
) -> None:
    path = tmp_path / f"photo.{suffix}"
    exif = Image.Exif()
    exif[274] = orientation
    image = scene()
    image.save(path, exif=exif, **({"quality": 95} if suffix == "jpg" else {}))
    upright = np.asarray(ImageOps.exif_transpose(Image.open(path)).convert("RGB"))
    with open_source(path) as source:
        page = source.page(1)
    assert (page.frame.width, page.frame.height) == image.size
    np.testing.assert_array_equal(turn_pixels(page.pixels, page.turn), upright)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "PA", "RGBA", "CMYK", "I;16"])
def test_every_kind_of_pixel_shows_black_on_white(tmp_path: Path, mode: str) -> None:
    image = Image.new("L", (20, 10), 255)
    image.paste(0, (0, 0, 10, 10))
    if mode == "I;16":
        samples = np.asarray(image).astype(np.uint16) * 257
        image = Image.fromarray(samples)
    elif mode == "P":
        image = image.quantize(4)
    elif mode in ("PA", "LA", "RGBA"):
        clear = Image.new("LA", image.size, (0, 0))  # transparent black is white paper
        clear.paste((0, 255), (0, 0, 10, 10))
        image = clear if mode == "LA" else clear.convert("RGBA")
        image = image.convert("PA") if mode == "PA" else image
    else:
        image = image.convert(mode)
    path = tmp_path / "page.tif"
    image.save(path)
    with open_source(path) as source:
        page = source.page(1)
    assert page.pixels.shape == (10, 20, 3)
    assert page.pixels.dtype == np.uint8
    assert page.pixels[5, 2].max() < 5
    assert page.pixels[5, 17].min() > 250
    assert page.gray is (mode in ("1", "L", "LA", "P", "I;16"))
    assert (page.coding is Coding.BILEVEL) is (mode == "1")


def test_no_page_of_a_long_tiff_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "pages.tif"
    pages = [Image.new("RGB", (30 + n, 40), (n * 20, 0, 0)) for n in range(8)]
    pages[0].save(path, save_all=True, append_images=pages[1:], dpi=(300, 300))
    with open_source(path) as source:
        assert source.page_count == 8
        found = list(source.pages())
    assert [page.number for page in found] == list(range(1, 9))
    assert [page.frame.width for page in found] == [30 + n for n in range(8)]
    assert [int(page.pixels[0, 0, 0]) for page in found] == [n * 20 for n in range(8)]
    assert {page.dpi for page in found} == {300.0}


def test_a_fax_of_oblong_pixels_is_not_squashed(tmp_path: Path) -> None:
    path = tmp_path / "fax.tif"
    Image.new("1", (1728, 1100), 1).save(path, compression="group4", dpi=(204, 98))
    with open_source(path) as source:
        page = source.page(1)
    assert (page.frame.width, page.frame.height) == (1728, 2290)
    assert page.coding is Coding.BILEVEL


def test_a_jpeg_keeps_its_coding_so_the_copy_does_not_grow(tmp_path: Path, scene: Scene) -> None:
    path = tmp_path / "named.pdf"  # the name is of no interest
    scene().save(path, "JPEG", quality=37, subsampling=2, dpi=(150, 150))
    with open_source(path) as source:
        page = source.page(1)
        assert source.media_type == "image/jpeg"
    assert (page.coding, page.subsampling, page.dpi) == (Coding.JPEG, 2, 150.0)
    assert page.quantization == Image.open(path).quantization
    assert page.stored_bytes == path.stat().st_size
    assert page.origin is Origin.IMAGE


@pytest.mark.parametrize(
    ("suffix", "media", "coding"),
    [
        ("webp", "image/webp", Coding.JPEG),
        ("bmp", "image/bmp", Coding.LOSSLESS),
        ("heic", "image/heic", Coding.JPEG),
    ],
)
def test_pictures_of_phones_and_old_scanners_open(
    tmp_path: Path, scene: Scene, suffix: str, media: str, coding: Coding
) -> None:
    path = tmp_path / f"图.{suffix}"
    if suffix == "heic":
        pillow_heif.from_pillow(scene(64, 48)).save(path, quality=90)
    else:
        scene(64, 48).save(path)
    with open_source(path) as source:
        page = source.page(1)
        assert source.media_type == media
    assert page.coding is coding
    assert page.pixels.shape == (48, 64, 3)
    assert page.pixels[5, 5, 0] > 200 > page.pixels[5, 5, 2] + 100


def test_a_camera_that_writes_72_dpi_does_not_make_a_poster(tmp_path: Path) -> None:
    path = tmp_path / "camera.jpg"
    Image.new("L", (3000, 2000)).save(path, dpi=(72, 72))
    with open_source(path) as source:
        assert source.page(1).dpi == 200.0
