"""Copies are verified again without reading again what did not change, and nothing else is kept."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models import weights_dir
from pipeline.casefile import CaseFile
from pipeline.geometry import Frame
from pipeline.reading import Reader
from pipeline.rereading import KeptRereader
from pipeline.work import CaseWork
from tests.sheets import draw_sheet


def test_only_a_page_that_is_the_same_to_the_last_pixel_is_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not (weights_dir() / "PP-OCRv6_small_rec" / "inference.onnx").exists():
        pytest.skip("no OCR weights here; fetch them with: make models")
    case = CaseFile(tmp_path / "case")
    rereader = KeptRereader(Reader(weights_dir(), threads=2), CaseWork(case))
    pixels = np.asarray(draw_sheet(("听课记录", "评课人：赵永福")))
    frame = Frame(1, pixels.shape[1], pixels.shape[0])
    lines = rereader.read_upright(pixels, frame, detection_side=1056)
    assert [line.text for line in lines] == ["听课记录", "评课人：赵永福"]

    read = Reader.read_upright
    monkeypatch.setattr(Reader, "read_upright", _broken)
    assert rereader.read_upright(pixels, frame, detection_side=1056) == lines
    other = pixels.copy()
    other[-1, -1, 0] -= 1
    for changed in ((other, frame), (pixels, Frame(2, frame.width, frame.height))):
        with pytest.raises(OSError):
            rereader.read_upright(*changed, detection_side=1056)
    # What is damaged does not stand for a reading.
    (name,) = case.names("work/rereadings")
    case.write(f"work/rereadings/{name}", b"damaged")
    monkeypatch.setattr(Reader, "read_upright", read)
    assert rereader.read_upright(pixels, frame, detection_side=1056) == lines


def _broken(*_: object, **__: object) -> None:
    raise OSError("the reader does not answer")
