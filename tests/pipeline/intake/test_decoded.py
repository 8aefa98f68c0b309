"""Decoded pages that wait for the next stage: right, unchangeable and within their memory."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipeline.intake import DecodedPages, open_source


def _picture(path: Path, shade: int) -> Path:
    Image.new("RGB", (40, 30), (shade, shade, shade)).save(path)
    return path


def test_a_page_that_waits_for_masking_is_the_page_of_its_own_file(tmp_path: Path) -> None:
    decoded = DecodedPages()
    first, second = _picture(tmp_path / "1.png", 10), _picture(tmp_path / "2.png", 200)
    for path, shade in ((first, 10), (second, 200), (first, 10), (second, 200)):
        with open_source(path, decoded=decoded) as source:
            assert int(source.page(1).pixels[0, 0, 0]) == shade
    _picture(first, 90)  # other bytes under the same name
    with open_source(first, decoded=decoded) as source:
        assert int(source.page(1).pixels[0, 0, 0]) == 90


def test_no_stage_can_paint_on_the_page_that_the_copy_is_compared_with(tmp_path: Path) -> None:
    with open_source(_picture(tmp_path / "1.png", 10), decoded=DecodedPages()) as source:
        page = source.page(1)
        assert source.page(1) is page
        with pytest.raises(ValueError, match="read-only"):
            page.pixels[0, 0] = 255


def test_waiting_pages_stay_within_their_memory(tmp_path: Path) -> None:
    one = 40 * 30 * 3
    decoded = DecodedPages(limit=2 * one)
    sums = []
    for shade in (1, 2, 3):
        with open_source(_picture(tmp_path / f"{shade}.png", shade), decoded=decoded) as source:
            assert np.all(source.page(1).pixels == shade)
            sums.append(source.sha256)
    assert [decoded.get(s, 1) is not None for s in sums] == [True, True, False]
    decoded.drop(sums[0])
    with open_source(tmp_path / "3.png", decoded=decoded) as source:
        source.page(1)
    assert [decoded.get(s, 1) is not None for s in sums] == [False, True, True]
