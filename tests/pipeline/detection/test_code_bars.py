"""A journal's bar code must stay though it is blurred; no other bars may stay in its name."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import zxingcpp
from numpy.typing import NDArray

from pipeline.detection.code_bars import row_of_bars, says

_JOURNAL = "9771006123"


def _blurred(text: str, kind: zxingcpp.BarcodeFormat) -> NDArray[np.uint8]:
    """The row of a code's bars, three pixels a module, too blurred for a reader."""
    made = zxingcpp.write_barcode_to_image(
        zxingcpp.create_barcode(text, kind), scale=1, add_quiet_zones=False
    )
    line = np.repeat(np.array(made, np.uint8)[0], 3)
    image = np.tile(np.pad(line, 4, constant_values=255), (80, 1))
    image = np.asarray(cv2.GaussianBlur(image, (0, 0), 2.3), np.uint8)
    assert not zxingcpp.read_barcodes(image)
    row = row_of_bars(image, upright=True)
    return image[:1] if row is None else row


def test_blurred_bars_of_the_printed_issn_stay() -> None:
    assert says(_blurred("9771006123000", zxingcpp.BarcodeFormat.EAN13), _JOURNAL)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("9771672748002", zxingcpp.BarcodeFormat.EAN13),
        ("6901234567892", zxingcpp.BarcodeFormat.EAN13),
        ("HN20230418", zxingcpp.BarcodeFormat.Code128),
    ],
    ids=["another journal", "goods", "certificate"],
)
def test_other_blurred_bars_are_not_taken_for_the_journals(
    text: str, kind: zxingcpp.BarcodeFormat
) -> None:
    assert not says(_blurred(text, kind), _JOURNAL)
