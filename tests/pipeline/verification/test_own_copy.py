"""An applicant's own masked copy: what it hides badly, and what it says otherwise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pymupdf
import pytest
from PIL import Image

from fixtures.pairs import Pair, make_pair
from models import weights_dir
from pipeline.casefile import CaseFile
from pipeline.detection import Detector
from pipeline.intake import load_identity
from pipeline.jobs import Job, Tools
from pipeline.pairing import compare_files
from pipeline.policy import load_policy
from pipeline.reading import Reader
from pipeline.reports.pair_report import own_copy
from pipeline.verification.pair import PairReport, Shown

Check = Callable[[Pair], tuple[PairReport, list[Shown]]]


@pytest.fixture(scope="module")
def check() -> Check:
    if not (weights_dir() / "PP-OCRv6_small_rec" / "inference.onnx").exists():
        pytest.skip("no OCR weights here; fetch them with: make models")
    reader, policy = Reader(weights_dir(), threads=2), load_policy("huainan-2025")

    def work(pair: Pair) -> tuple[PairReport, list[Shown]]:
        applicant = load_identity(pair.identity)
        detector = Detector(applicant, policy, lac_dir=weights_dir() / "lac")
        tools = Tools(reader, detector, policy, applicant)
        original = Job("original", pair.original, pair.original.name)
        return compare_files(original, Job("masked", pair.masked, pair.masked.name), tools)

    return work


@pytest.mark.parametrize("style", ["marker", "label"])
def test_an_honest_copy_that_was_scanned_again_passes(
    tmp_path: Path, check: Check, style: str
) -> None:
    report, shown = check(make_pair(tmp_path, seed=9, style=style))
    assert (report.verdict.value, report.rules, shown) == ("pass", (), [])


@pytest.mark.parametrize("tamper", ["decimal", "grade", "date"])
def test_one_changed_character_is_shown_at_its_place(
    tmp_path: Path, check: Check, tamper: str
) -> None:
    pair = make_pair(tmp_path, seed=6, tamper=tamper)
    report, shown = check(pair)
    assert report.verdict.value == "differs" and report.rules == ("HN-MASK-3",)
    (place,) = report.differences
    assert pair.box is not None and place.page == 1
    x, y = (sum(corner[k] for corner in place.polygon) / len(place.polygon) for k in (0, 1))
    # The copy was scanned at another angle, so the place is that of the untouched page but for 60.
    assert pair.box[0] - 60 < x < pair.box[2] + 60 and pair.box[1] - 60 < y < pair.box[3] + 60
    jobs = Job("a001", pair.original, "original"), Job("a001-own", pair.masked, "own")
    identity, policy = load_identity(pair.identity), load_policy("huainan-2025")
    own = own_copy(CaseFile(tmp_path / "case"), *jobs, report, shown, identity, policy)
    (framed,) = own.places
    (width, height), corner = report.sizes[0], place.polygon[0]
    assert framed.corners[0] == pytest.approx((corner[0] / width, corner[1] / height), abs=1e-4)
    assert own.messages[framed.message] == "第 1 页：与原件不同" and not framed.leak


def test_a_copy_that_was_scanned_on_its_side_is_laid_over_the_original(
    tmp_path: Path, check: Check
) -> None:
    pair = make_pair(tmp_path, seed=6, tamper="grade")
    sheets = []
    with pymupdf.open(pair.masked) as copy:
        for page in copy:
            drawn = page.get_pixmap(dpi=150)
            sheets.append(Image.frombytes("RGB", (drawn.width, drawn.height), drawn.samples))
    lying = [sheet.rotate(-90, expand=True) for sheet in sheets]
    lying[0].save(tmp_path / "lying.pdf", save_all=True, append_images=lying[1:], resolution=150)
    report, _ = check(replace(pair, masked=tmp_path / "lying.pdf"))
    assert report.verdict.value == "differs" and report.turns[0] == 3
    assert report.sizes[0] == lying[0].size and len(report.differences) == 1
    (origin,) = report.origins
    assert pair.box is not None and origin is not None and origin.page == 1
    with pymupdf.open(pair.original) as original:
        width, height = original[0].get_images()[0][2:4]
    xs, ys = (
        [corner[k] * size for corner in origin.corners] for k, size in ((0, width), (1, height))
    )
    assert pair.box[0] - 15 < min(xs) < max(xs) < pair.box[2] + 15
    assert pair.box[1] - 15 < min(ys) < max(ys) < pair.box[3] + 15


@pytest.mark.parametrize("tamper", ["swapped", "dropped", "repeated"])
def test_pages_that_are_not_the_originals_in_order_are_seen(
    tmp_path: Path, check: Check, tamper: str
) -> None:
    report, _ = check(make_pair(tmp_path, seed=7, tamper=tamper))
    assert report.verdict.value == "differs"
    assert set(report.rules) == {"HN-MASK-1", "HN-MASK-3"}


@pytest.mark.parametrize(
    ("tamper", "channels"),
    [
        ("see-through marker", {"see-through"}),
        ("half-transparent", {"see-through"}),
        ("pixelated", {"pixels", "blurred"}),
        ("blurred", {"pixels", "blurred", "see-through"}),
        ("short box", {"pixels"}),
        ("hidden text", {"text-layer"}),
        ("metadata", {"metadata"}),
        ("attachment", {"attachment"}),
        ("revision", {"revision", "under-mask"}),
        ("boxes over the scan", {"under-mask"}),
        ("boxes as notes", {"under-mask"}),
        ("file name", {"file-name"}),
    ],
)
def test_what_is_hidden_badly_is_a_leak_and_says_through_what(
    tmp_path: Path, check: Check, tamper: str, channels: set[str]
) -> None:
    pair = make_pair(tmp_path, seed=8, tamper=tamper)
    report, _ = check(pair)
    assert report.verdict.value == "leak" and "HN-MASK-2" in report.rules
    assert {leak.channel.value for leak in report.leaks} & channels
    told = report.model_dump_json()
    identity = load_identity(pair.identity)
    assert not any(text in told for texts in identity.model_dump().values() for text in texts)
