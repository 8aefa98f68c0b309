"""A number painted over passes for the vendor's, or a vendor's own sheet is called forged."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from fixtures.reports.make import make_report
from fixtures.reports.subject import Subject
from pipeline.geometry import Frame
from pipeline.intake import open_source
from pipeline.reading import PageReading
from pipeline.reading.lines import LayerReport
from pipeline.similarity.vendor_reports import Fault, FaultKind
from pipeline.similarity.vendor_reports.editing import find_edits
from pipeline.similarity.vendor_reports.pixels import find_patches
from tests.pipeline.reading.sheets import face
from tests.typed_pages import Ink, typed

_SUBJECT = Subject("论课堂提问", "李晓琳", "淮南市第二中学", ("一、缘起",), 3200, date(2024, 5, 10))
_NUMBERS = tuple(
    Ink(f"{11 + n}.{n}%", 120 + 200 * (n % 3), 100 + 70 * (n // 3), 32) for n in range(12)
)
_WIDTH, _HEIGHT = 700, 420
_TEXT, _NO_TEXT = LayerReport(trusted=40), LayerReport(contradicted=40)


def _edits(
    folder: Path, seed: int, defect: str, vendor: str, layer: LayerReport = _TEXT
) -> tuple[Fault, ...]:
    """Make a text report and look at its first page."""
    path = folder / "report.pdf"
    truth = make_report(path, random.Random(seed), _SUBJECT, defect, vendor)
    assert truth.quality == "text"
    with open_source(path) as source:
        return find_edits(source, [PageReading(source.page(1).frame, (), layer=layer)])


def test_a_report_as_the_vendor_made_it_shows_no_edit(tmp_path: Path) -> None:
    assert _edits(tmp_path, 2, "", "cnki") == ()


def test_a_number_set_in_another_font_is_seen_on_its_page(tmp_path: Path) -> None:
    faults = _edits(tmp_path, 1, "edited-font", "wanfang")
    assert faults and all((f.kind, f.sure) == (FaultKind.EDITED, True) for f in faults)
    place = faults[0].place
    assert place is not None and "%" in faults[0].evidence
    x0, y0, x1, y1 = place.polygon.bounds
    frame: Frame = place.polygon.frame
    assert 0 <= x0 < x1 <= frame.width and 0 <= y0 < y1 <= frame.height


def test_a_revision_by_another_program_is_seen(tmp_path: Path) -> None:
    faults = _edits(tmp_path, 1, "edited-revision", "vip")
    assert any(f.sure and "别的程序" in f.reason for f in faults)


@pytest.mark.parametrize(
    ("seed", "defect", "vendor"), [(1, "edited-font", "wanfang"), (1, "edited-revision", "vip")]
)
def test_no_report_is_returned_for_the_layer_that_an_ocr_program_added(
    tmp_path: Path, seed: int, defect: str, vendor: str
) -> None:
    faults = _edits(tmp_path, seed, defect, vendor, _NO_TEXT)
    assert faults and not any(fault.sure for fault in faults)


def _scan(grain: float, patch: int | None = None, tone: int = 0) -> NDArray[np.uint8]:
    """Draw the numbers on paper with grain; one stands on a smooth or lighter patch."""
    paper = np.random.default_rng(5).normal(232, grain, (_HEIGHT, _WIDTH))
    if patch is not None:
        x, y = int(_NUMBERS[patch].x), int(_NUMBERS[patch].y)
        hidden = paper[y - 4 : y + 38, x - 4 : x + 90]
        hidden[:] = hidden + tone if tone else 232
    image = Image.fromarray(np.clip(paper, 0, 255).astype(np.uint8)).convert("RGB")
    pen = ImageDraw.Draw(image)
    for ink in _NUMBERS:
        for n, char in enumerate(ink.text):
            pen.text((ink.x + 16 * n, ink.y - 6), char, fill=(30, 30, 30), font=face(28))
    return np.asarray(image)


_READING = typed(*_NUMBERS, width=_WIDTH, height=_HEIGHT)


@pytest.mark.parametrize("grain", [0.0, 2.0, 5.0])
def test_an_honest_scan_shows_no_patch(grain: float) -> None:
    assert list(find_patches(_scan(grain), _READING)) == []


@pytest.mark.parametrize(("grain", "tone"), [(4.0, 0), (4.0, 14), (0.0, 9)])
def test_a_number_on_a_patch_is_seen_where_it_stands(grain: float, tone: int) -> None:
    (fault,) = find_patches(_scan(grain, 7, tone), _READING)
    assert fault.sure and fault.evidence == _NUMBERS[7].text
    assert fault.place is not None
    x0, y0, _, _ = fault.place.polygon.bounds
    assert abs(x0 - _NUMBERS[7].x) < 3 and abs(y0 - _NUMBERS[7].y) < 3


def test_a_patch_under_what_was_hardly_read_returns_no_report() -> None:
    faint = [replace(ink, confidence=0.6) for ink in _NUMBERS]
    reading = typed(*faint, width=_WIDTH, height=_HEIGHT)
    (fault,) = find_patches(_scan(4.0, 7, 14), reading)
    assert not fault.sure


def test_numbers_at_the_edge_of_a_page_stop_no_search() -> None:
    corners = [(0, 0), (_WIDTH - 40, 0), (0, _HEIGHT - 20), (_WIDTH - 30, _HEIGHT - 10)]
    edge = [Ink("12.5%", x, y, 24) for x, y in corners]
    reading = typed(*_NUMBERS, *edge, width=_WIDTH, height=_HEIGHT)
    assert list(find_patches(_scan(3.0), reading)) == []
