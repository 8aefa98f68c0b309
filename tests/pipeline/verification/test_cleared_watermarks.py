"""A cleared watermark that still shows, or took print with it: a copy nobody may rely on."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from fixtures.sheet import Sheet, Style
from models import weights_dir
from pipeline.detection import Detector
from pipeline.dossier import Applicant, Kind, Mask
from pipeline.file_finishing import finish_file
from pipeline.file_reading import read_file
from pipeline.geometry import Frame, Polygon
from pipeline.jobs import Finished, Job, Tools
from pipeline.masking import drawing
from pipeline.policy import load_policy
from pipeline.reading import Reader
from pipeline.reading.clearing import clear
from pipeline.reading.lines import Char, Line
from pipeline.redaction import decide_together
from pipeline.verification.clearings import find_aslant
from tests.pipeline.reading.sheets import face

Pixels = NDArray[np.uint8]

_UNIT = "淮南市第二中学"
_APPLICANT = Applicant(name=("欧阳明华",), unit=(_UNIT,), id_number=("340403198706123415",))
_BODY = (
    "兹证明欧阳明华老师于二〇二二年三月在本区承担公开课",
    "课题为《二次函数的图象》，教学设计新颖，课堂活跃",
    "听课教师一致认为该课教学目标明确，重点突出",
    "学生在课堂上积极思考，主动参与小组的讨论",
    "希望继续努力，在今后的教学中取得更好的成绩",
    "特此证明",
)


@pytest.fixture(scope="module")
def finish(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Finished]:
    """Mask and check a scanned page with the school's name pale and aslant across it."""
    if not (weights_dir() / "PP-OCRv6_small_rec" / "inference.onnx").exists():
        pytest.skip("no OCR weights here; fetch them with: make models")
    folder = tmp_path_factory.mktemp("watermark")
    sheet = Sheet("proof", random.Random(2), width=1400, height=1000)
    for row, text in enumerate(_BODY):
        sheet.line(120, 140 + 120 * row, text, Style("song", 44))
    layer = Image.new("RGB", sheet.image.size, (255, 255, 255))
    pen = ImageDraw.Draw(layer)
    pen.text((700, 500), _UNIT, font=face(110), fill=(198, 198, 198), anchor="mm")
    turned = np.asarray(layer.rotate(30, fillcolor=(255, 255, 255)), np.float32)
    noise = np.random.default_rng(1).normal(0, 2, turned.shape)
    pixels = np.asarray(sheet.image, np.float32) * turned / 255 - 8 + noise
    path = folder / "proof.png"
    Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(path)
    policy = load_policy("huainan-2025")
    detector = Detector(_APPLICANT, policy, lac_dir=weights_dir() / "lac")
    tools = Tools(Reader(weights_dir(), threads=2), detector, policy, _APPLICANT)
    file = read_file(Job("a", path, "proof.png"), tools)
    decisions, _ = decide_together([file], tools)
    return lambda: finish_file(file, decisions["a"], tools, folder / "proof.pdf")


def _codes(finished: Finished) -> set[str]:
    return {doubt.code for doubt in finished.result.doubts}


def test_a_page_with_a_watermark_keeps_its_print_and_asks_nobody(
    finish: Callable[[], Finished],
) -> None:
    finished = finish()
    assert _codes(finished) == set()
    assert [note.code for note in finished.result.notes] == ["watermark-cleared"]
    cleared = [mask for mask in finished.copy.masks if mask.cleared]
    assert cleared and all(mask.polygon.frame.page == 1 for mask in cleared)


def _left(pixels: Pixels, places: Sequence[Polygon]) -> list[bool]:
    """Clear nothing."""
    return [True] * len(places)


def _paled(pixels: Pixels, places: Sequence[Polygon]) -> list[bool]:
    """Leave a fifth of the watermark."""
    before = pixels.copy()
    done = clear(pixels, places)
    pixels[:] = np.round(0.8 * pixels + 0.2 * before).astype(np.uint8)
    return done


def _emptied(pixels: Pixels, places: Sequence[Polygon]) -> list[bool]:
    """Take the print as well."""
    for place in places:
        x0, y0, x1, y1 = place.pixel_bounds()
        crop = pixels[y0:y1, x0:x1]
        crop[:] = np.median(crop.reshape(-1, 3), axis=0).astype(np.uint8)
    return [True] * len(places)


@pytest.mark.parametrize(
    ("fault", "code"),
    [(_left, "watermark-visible"), (_paled, "watermark-visible"), (_emptied, "page-differs")],
)
def test_a_watermark_that_is_badly_cleared_is_caught(
    finish: Callable[[], Finished],
    monkeypatch: pytest.MonkeyPatch,
    fault: Callable[[Pixels, Sequence[Polygon]], list[bool]],
    code: str,
) -> None:
    monkeypatch.setattr(drawing, "clear", fault)
    assert code in _codes(finish())


def test_a_watermark_that_was_left_beside_cleared_ones_is_caught() -> None:
    frame = Frame(1, 1600, 2200)

    def aslant(x: float, y: float, length: float, high: float, rise: float = 0.6) -> Polygon:
        end = (x + length, y - rise * length)
        points = (
            (x, y),
            end,
            (end[0] + 0.5 * high, end[1] + 0.8 * high),
            (x + 0.5 * high, y + high),
        )
        return Polygon(frame, points)

    def line(place: Polygon, confidence: float) -> Line:
        return Line(place, tuple(Char(c, place, confidence) for c in "莲都区"), confidence)

    place = aslant(200, 900, 400, 90)
    mask = Mask(page=1, polygon=place, label="", kind=Kind.UNIT, findings=("a",), cleared=True)
    left = line(aslant(1000, 1800, 150, 50), 0.95)
    assert find_aslant([left], [mask], frame) == [left.polygon]
    guess, ring = line(left.polygon, 0.5), line(aslant(1000, 1800, 150, 50, rise=0.2), 0.95)
    assert find_aslant([guess, ring], [mask], frame) == []
    assert find_aslant([left], [], frame) == []


def test_a_watermark_that_cannot_be_cleared_is_covered_and_goes_to_a_person(
    finish: Callable[[], Finished], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.masking.watermarks.can_clear", lambda *_: False)
    finished = finish()
    assert "watermark" in _codes(finished)
    assert not any(mask.cleared for mask in finished.copy.masks)
