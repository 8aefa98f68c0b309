"""A comma behind a mask must ask nobody; a digit that is left there must."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from pipeline.dossier import Kind, Mask
from pipeline.geometry import Frame, Polygon
from pipeline.reading.lines import Char, Line
from pipeline.verification.reread import check_reading
from pipeline.verification.search import Wanted
from tests.pipeline.reading.sheets import face
from tests.pipeline.verification.copies import APPLICANT

_FRAME = Frame(1, 900, 300)


class _Saying:
    """Reads a digit behind the mask, whatever stands there."""

    def __init__(self, place: Polygon) -> None:
        self.place = place

    def read_upright(
        self, pixels: object, frame: Frame, *, detection_side: int | None = None
    ) -> tuple[Line, ...]:
        place = self.place.to(frame)
        return (Line(place, (Char("7", place, 0.95),), 0.95),)


@pytest.mark.parametrize(("left", "asked"), [("，", False), ("", False), ("7", True)])
def test_only_a_digit_that_is_there_is_the_rest_of_a_number(left: str, asked: bool) -> None:
    sheet = Image.new("RGB", (900, 300), (250, 250, 250))
    pen = ImageDraw.Draw(sheet)
    pen.text((404, 100), left, font=face(44), fill=(20, 20, 20))
    pen.rectangle((100, 96, 400, 152), fill=(0, 0, 0))
    mask = Mask(
        page=1, polygon=Polygon.from_bounds(_FRAME, 100, 96, 400, 152),
        label="【电话】", kind=Kind.PHONE, findings=(),
    )  # fmt: skip
    reader = _Saying(Polygon.from_bounds(_FRAME, 398, 100, 432, 148))
    pixels = np.asarray(sheet)
    doubts = check_reading(pixels, _FRAME, [mask], [], Wanted.of(APPLICANT, ()), reader)
    # Ink that nobody read is another check's; here it was read as a digit.
    assert ("mask-edge" in {doubt.code for doubt in doubts}) is asked
