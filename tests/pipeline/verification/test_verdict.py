from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pymupdf
import pytest
from numpy.typing import NDArray

from models import weights_dir
from pipeline.dossier import Mask, Verdict, VerdictKind
from pipeline.geometry import Frame, Polygon, turn_pixels
from pipeline.intake import open_source
from pipeline.reading import Line, Reader
from pipeline.verification import verify_copy
from tests.pipeline.verification.copies import (
    APPLICANT,
    FIRST,
    SECOND,
    Page,
    Pixels,
    masked,
    page,
    store,
    write_copy,
)


@pytest.fixture(scope="module")
def reader() -> Reader:
    if not (weights_dir() / "PP-OCRv6_small_rec" / "inference.onnx").exists():
        pytest.skip("no OCR weights here; fetch them with: make models")
    return Reader(weights_dir(), threads=2)


class Desk:
    """One source of two pages, of which each test makes a copy in its own way."""

    def __init__(self, folder: Path, reader: Reader, turn: int = 0) -> None:
        self.folder, self.reader, self.turn = folder, reader, turn
        self.pages: list[Page] = [page(FIRST), page(SECOND, 2)]
        self.source = store(folder / "source.tif", [p.pixels for p in self.pages], turn)
        height, width = turn_pixels(self.pages[0].pixels, -turn).shape[:2]
        self.frames = [Frame(n, width, height, turn) for n in (1, 2)]
        self.masks = [
            m.model_copy(update={"polygon": Polygon(f, m.polygon.points)})
            for p, f in zip(self.pages, self.frames, strict=True)
            for m in p.masks
        ]

    def of(self, number: int) -> list[Mask]:
        return [m for m in self.masks if m.page == number]

    def good(self) -> list[Pixels]:
        return [masked(p.pixels, self.of(n)) for n, p in enumerate(self.pages, start=1)]

    def write(self, upright: Sequence[Pixels], name: str = "copy.pdf") -> Path:
        return write_copy(self.folder / name, self.source, upright, self.turn)

    def verdict(self, copy: Path, masks: Sequence[Mask] | None = None) -> Verdict:
        with open_source(self.source) as opened:
            return verify_copy(
                copy,
                opened,
                self.frames,
                self.masks if masks is None else masks,
                APPLICANT,
                self.reader,
            )


@pytest.fixture
def desk(tmp_path: Path, reader: Reader) -> Desk:
    return Desk(tmp_path, reader)


def _codes(verdict: Verdict) -> set[str]:
    assert verdict.kind is (VerdictKind.PERSON if verdict.doubts else VerdictKind.CLEAN)
    told = verdict.model_dump_json()
    assert not any(s in told for f in APPLICANT.model_dump().values() for s in f)
    return {d.code for d in verdict.doubts}


@pytest.mark.parametrize("turn", [0, 1, 2, 3])
def test_a_good_copy_is_not_sent_to_a_person(tmp_path: Path, reader: Reader, turn: int) -> None:
    desk = Desk(tmp_path, reader, turn)
    assert _codes(desk.verdict(desk.write(desk.good()))) == set()


def test_a_page_that_nobody_masked_is_caught_by_reading(desk: Desk) -> None:
    raw = [p.pixels for p in desk.pages]
    codes = _codes(desk.verdict(desk.write(raw), masks=()))
    assert {"name-readable", "unit-readable", "number-readable", "email-readable"} <= codes


def test_a_skipped_page_is_caught(desk: Desk) -> None:
    verdict = desk.verdict(desk.write([desk.good()[0], desk.pages[1].pixels]))
    assert {"mask-open", "name-readable"} <= _codes(verdict)
    assert {d.page for d in verdict.doubts} == {2}


@pytest.mark.parametrize("number", range(6))
def test_a_mask_one_character_short_is_caught(desk: Desk, number: int) -> None:
    mask = desk.masks[number]
    x0, y0, x1, y1 = mask.polygon.bounds
    width = 34 if mask.label in ("【申报人】", "【申报单位】") else 19
    characters = 2 if mask.label == "【申报单位】" else 1
    short = Polygon.from_bounds(mask.polygon.frame, x0, y0, x1 - characters * width, y1)
    masks = [*desk.masks]
    masks[number] = mask.model_copy(update={"polygon": short})
    pages = [
        masked(p.pixels, [m for m in masks if m.page == n])
        for n, p in enumerate(desk.pages, start=1)
    ]
    assert _codes(desk.verdict(desk.write(pages), masks))


@pytest.mark.parametrize("quality", [0, 90])
def test_a_box_of_99_percent_is_caught(desk: Desk, quality: int) -> None:
    good = desk.good()
    veiled = np.round(0.99 * good[0] + 0.01 * desk.pages[0].pixels).astype(np.uint8)
    if quality:
        veiled = cv2.imdecode(cv2.imencode(".jpg", veiled, [1, quality])[1], 1)
    mixed = desk.pages[0].pixels.copy()
    for mask in desk.of(1):
        x0, y0, x1, y1 = mask.polygon.pixel_bounds()
        mixed[y0:y1, x0:x1] = veiled[y0:y1, x0:x1]
    assert "mask-open" in _codes(desk.verdict(desk.write([mixed, good[1]])))


def test_a_text_layer_carried_over_from_the_source_is_caught(desk: Desk) -> None:
    with pymupdf.open(desk.write(desk.good())) as document:
        document[0].insert_text(
            (40, 120), "张伟平同志", fontname="china-s", render_mode=3, fontsize=12
        )
        document.save(desk.folder / "layer.pdf")
    assert {"layer-string", "copy-string"} <= _codes(desk.verdict(desk.folder / "layer.pdf"))


@pytest.mark.parametrize("turn", [1, 2])
def test_masks_drawn_before_the_page_was_turned_are_caught(
    tmp_path: Path, reader: Reader, turn: int
) -> None:
    desk = Desk(tmp_path, reader, turn)
    stored = [turn_pixels(p.pixels, -turn) for p in desk.pages]
    drawn = [masked(p, desk.of(n)) for n, p in enumerate(stored, start=1)]
    turned = desk.write([turn_pixels(p, turn) for p in drawn])
    assert {"mask-open", "page-differs", "name-readable"} <= _codes(desk.verdict(turned))
    unturned = write_copy(desk.folder / "unturned.pdf", desk.source, drawn)
    assert "page-size" in _codes(desk.verdict(unturned)) or turn == 2


def test_lost_moved_and_added_words_outside_the_masks_are_caught(desk: Desk) -> None:
    good = desk.good()
    lost, moved, added = (good[0].copy() for _ in range(3))
    line = slice(660, 712)
    lost[line, 300:370] = 250
    moved[line, 110:] = np.roll(moved[line, 110:], 6, axis=1)
    cv2.putText(added, "7", (900, 320), 0, 1, (30, 30, 30), 2)
    for pixels in (lost, moved, added):
        verdict = desk.verdict(desk.write([pixels, good[1]]))
        assert _codes(verdict) == {"page-differs"}
        assert all(d.polygon is not None for d in verdict.doubts)


def test_a_copy_with_other_pages_than_the_source_is_caught(desk: Desk) -> None:
    good = desk.good()
    assert {"page-count", "check-missing"} <= _codes(desk.verdict(desk.write(good[:1])))
    assert "page-differs" in _codes(desk.verdict(desk.write(good[::-1])))


def test_what_cannot_be_checked_is_never_clean(desk: Desk) -> None:
    copy = desk.write(desk.good())
    missing = desk.verdict(desk.folder / "nothing.pdf")
    assert {"copy-unreadable", "check-missing"} <= _codes(missing)
    named = desk.write(desk.good(), "张伟平 获奖证明.pdf")
    assert "file-name" in _codes(desk.verdict(named))

    class Broken:
        def read_upright(
            self, pixels: NDArray[np.uint8], frame: Frame, *, detection_side: int | None = None
        ) -> tuple[Line, ...]:
            raise MemoryError

    class Blind(Broken):
        def read_upright(
            self, pixels: NDArray[np.uint8], frame: Frame, *, detection_side: int | None = None
        ) -> tuple[Line, ...]:
            return ()

    for faulty, code in ((Broken(), "check-missing"), (Blind(), "page-unread")):
        with open_source(desk.source) as opened:
            verdict = verify_copy(copy, opened, desk.frames, desk.masks, APPLICANT, faulty)
            assert code in _codes(verdict)
            assert verify_copy(copy, opened, [], [], APPLICANT, faulty).doubts
    foreign = replace(desk.frames[0], source_width=77)
    stray = desk.masks[0].model_copy(update={"polygon": Polygon.from_bounds(foreign, 1, 1, 9, 9)})
    assert {"mask-place", "check-missing"} <= _codes(desk.verdict(copy, [stray]))
