"""A seal names the school in print as large as the title; a table or a title must not be masked."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace

import cv2
import numpy as np
import pytest

from fixtures.seals import Look, seal
from fixtures.sheet import Sheet, Span, Style
from models import weights_dir
from pipeline.detection.seals import SealReader, Shape, find_seals, seal_findings
from pipeline.detection.seals.owners import Known, Owner, SealText, owner_of
from pipeline.dossier import Applicant, Finding, Kind
from pipeline.geometry import Frame, Point, Polygon
from pipeline.policy import Policy
from pipeline.reading import Reader
from pipeline.reading.lines import Char, Line

Pixels = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]

_APPLICANT = Applicant(name="李晓琳", unit="淮南市第二中学")
_AUTHORITY, _SCHOOL = "淮南市教育局", "淮南市第二中学"
_TEXT = Style("song", 40)


@pytest.fixture(scope="session")
def reader() -> SealReader:
    if not (weights_dir() / "PP-OCRv6_small_rec" / "inference.onnx").is_file():
        pytest.skip("the reading models are not fetched: run `mangping models fetch`")
    return Reader(weights_dir(), threads=1)


def _page(
    owner: str, look: Look, at: tuple[int, int] = (700, 1500), seed: int = 5, radius: int = 155
) -> tuple[Pixels, Pixels]:
    """A letter that ends under a seal, and where the ink of the seal is."""
    sheet = Sheet("letter", random.Random(1))
    for row in range(14):
        sheet.line(200, 300 + 80 * row, "在教育教学工作中成绩显著，同意推荐参加评审。", _TEXT)
    sheet.line(720, 1600, [Span(owner)], _TEXT)
    sheet.line(740, 1680, "2023年5月18日", _TEXT)
    bare = np.asarray(sheet.image).copy()
    made = seal(random.Random(seed), owner, look, radius=radius)
    sheet.seal(made, *at, owner, "", "school")
    stamped = np.asarray(sheet.image)
    ink = (np.abs(stamped.astype(int) - bare).max(axis=2) > 40).astype(np.uint8)
    return stamped, ink


def _gray(pixels: Pixels) -> Pixels:
    return cv2.cvtColor(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)


def _fax(pixels: Pixels) -> Pixels:
    return np.where(_gray(pixels) > 150, 255, 0).astype(np.uint8)


def _uncovered(ink: Pixels, polygons: list[Polygon]) -> float:
    """Share of a seal's ink that no polygon covers."""
    left = ink.copy()
    for polygon in polygons:
        cv2.fillPoly(left, [np.round(polygon.array()).astype(np.int32)], (0,))
    return float(left.sum()) / float(ink.sum())


def _found(pixels: Pixels, policy: Policy, reader: SealReader | None) -> list[Finding]:
    frame = Frame(1, pixels.shape[1], pixels.shape[0])
    return seal_findings(find_seals(pixels), pixels, frame, (), reader, _APPLICANT, policy)


@pytest.mark.parametrize(
    ("look", "copied"),
    [
        (Look("red", "round"), lambda p: p),
        (Look("red", "round"), _gray),
        (Look("red", "round"), _fax),
        (Look("blue", "oval"), lambda p: p),
        (Look("black", "round"), _gray),
        (Look("black", "oval"), _fax),
        (Look("red", "square"), lambda p: p),
        (Look("red", "square"), _gray),
    ],
    ids=[
        "red",
        "red-gray",
        "red-fax",
        "blue-oval",
        "black-gray",
        "oval-fax",
        "square",
        "square-gray",
    ],
)
def test_a_schools_seal_over_print_is_masked_to_its_rim(
    policy: Policy, look: Look, copied: Callable[[Pixels], Pixels]
) -> None:
    pixels, ink = _page(_SCHOOL, look)
    found = _found(copied(pixels), policy, None)
    assert [f.kind for f in found] == [Kind.SEAL]
    assert _uncovered(ink, [f.polygon for f in found]) < 0.005
    covered = found[0].polygon.area / (pixels.shape[0] * pixels.shape[1])
    assert covered < 0.03, "the mask grows onto what stands beside the seal"


@pytest.mark.parametrize("copied", [lambda p: p, _gray], ids=["colour", "gray"])
def test_an_authoritys_seal_stays_and_a_schools_does_not(
    policy: Policy, reader: SealReader, copied: Callable[[Pixels], Pixels]
) -> None:
    kinds = [
        [f.kind for f in _found(copied(_page(owner, Look())[0]), policy, reader)]
        for owner in (_AUTHORITY, _SCHOOL, "淮南市教育局机关幼儿园")
    ]
    assert kinds == [[Kind.ISSUING_AUTHORITY], [Kind.SEAL], [Kind.SEAL]]


@pytest.mark.parametrize("copied", [_gray, _fax], ids=["gray", "fax"])
def test_an_authoritys_seal_over_its_printed_name_and_a_date_stays(
    policy: Policy, reader: SealReader, copied: Callable[[Pixels], Pixels]
) -> None:
    kinds = []
    for owner in (_AUTHORITY, _SCHOOL, "淮南市教育局机关幼儿园"):
        sheet = Sheet("letter", random.Random(1))
        sheet.line(720, 1620, owner, _TEXT)
        sheet.line(700, 1700, "2023年12月18日", _TEXT)
        made = seal(random.Random(6), owner, Look("red", "round"), radius=155)
        sheet.seal(made, 700, 1500, owner, "", "school")
        pixels = copied(np.asarray(sheet.image))
        frame = Frame(1, pixels.shape[1], pixels.shape[0])
        lines = [
            _line(frame, line) for item in sheet.items if not item.outline for line in item.lines
        ]
        found = seal_findings(
            find_seals(pixels), pixels, frame, (), reader, _APPLICANT, policy, lines
        )
        kinds.append([f.kind for f in found])
    assert kinds == [[Kind.ISSUING_AUTHORITY], [Kind.SEAL], [Kind.SEAL]]


def _line(frame: Frame, drawn: Sequence[tuple[str, Sequence[Point]]]) -> Line:
    """A drawn line as it is read."""
    chars = tuple(Char(text, Polygon(frame, tuple(corners)), 1.0) for text, corners in drawn)
    xs, ys = zip(*(point for _, corners in drawn for point in corners), strict=True)
    return Line(Polygon.from_bounds(frame, min(xs), min(ys), max(xs), max(ys)), chars, 1.0)


@pytest.mark.parametrize("seed", [5, 6])
def test_an_authoritys_square_seal_of_four_rows_stays(
    policy: Policy, reader: SealReader, seed: int
) -> None:
    sheet = Sheet("letter", random.Random(1))
    owner = "安徽省语言文字工作委员会"
    made = seal(random.Random(seed), owner, Look("blue", "square"), radius=155)
    sheet.seal(made, 700, 1500, owner, "", "authority")
    pixels = np.asarray(sheet.image)
    assert [f.kind for f in _found(pixels, policy, reader)] == [Kind.ISSUING_AUTHORITY]


def test_a_seal_that_cannot_be_read_is_masked(policy: Policy, reader: SealReader) -> None:
    pixels, _ = _page("", Look())
    assert [f.kind for f in _found(pixels, policy, reader)] == [Kind.SEAL]


@pytest.mark.parametrize("left", [-130, 1654 - 200], ids=["left edge", "right edge"])
def test_a_seal_cut_off_by_the_edge_is_masked(policy: Policy, left: int) -> None:
    pixels, ink = _page(_SCHOOL, Look(), at=(left, 900))
    found = _found(pixels, policy, None)
    assert [f.kind for f in found] == [Kind.SEAL]
    assert _uncovered(ink, [f.polygon for f in found]) < 0.01
    x0, _, x1, _ = found[0].polygon.bounds
    assert x0 >= 0 and x1 <= pixels.shape[1]


def test_two_seals_that_touch_are_two() -> None:
    pixels, _ = _page(_SCHOOL, Look())
    other, _ = _page(_AUTHORITY, Look(), at=(1008, 1500), seed=6)
    seals = find_seals(np.minimum(pixels, other))
    assert sorted(s.shape for s in seals) == [Shape.ROUND, Shape.ROUND]


def test_nothing_is_a_seal_on_a_form_with_a_red_title() -> None:
    sheet = Sheet("form", random.Random(1))
    sheet.line(500, 200, "中国园林证书", Style("song-bold", 110, (190, 25, 30)))
    for n in range(9):
        sheet.rule(200, 500 + 110 * n, 1450, 500 + 110 * n)
    for x in (200, 420, 760, 980, 1450):
        sheet.rule(x, 500, x, 500 + 110 * 8)
    for row in range(8):
        for x, text in (
            (215, "学科"),
            (440, "初中语文一班"),
            (780, "年级"),
            (1000, "八年级上学期"),
        ):
            sheet.line(x, 535 + 110 * row, text, _TEXT)
    for step in range(3):
        cv2.circle(canvas := np.asarray(sheet.image).copy(), (600, 1800), 120 + step, (0,) * 3, 2)
    assert find_seals(np.asarray(sheet.image)) == ()
    assert find_seals(canvas) == (), "a circle in a figure is no seal"


def test_a_square_seal_that_print_runs_across_is_masked(policy: Policy) -> None:
    for copied in (_gray, _fax):
        sheet = Sheet("letter", random.Random(1))
        made = seal(random.Random(3), _SCHOOL, Look("black", "square"), radius=155)
        sheet.seal(made, 700, 1500, _SCHOOL, "", "school")
        sheet.line(560, 1600, _SCHOOL, _TEXT)
        sheet.line(560, 1680, "2024年8月3日", _TEXT)
        found = _found(copied(np.asarray(sheet.image)), policy, None)
        assert [f.kind for f in found] == [Kind.SEAL]


@pytest.mark.parametrize("shape", ["square", "oval"])
def test_a_small_gray_seal_on_a_sheet_of_two_pages_is_masked(shape: str) -> None:
    stamped, ink = _page(_SCHOOL, Look("black", shape), radius=100)
    other, _ = _page(_SCHOOL, Look("red", "round"), at=(600, 1400))
    sheet = np.concatenate([_gray(other), _gray(stamped)], axis=1)
    ink = np.concatenate([np.zeros_like(ink), ink], axis=1)
    frame = Frame(1, sheet.shape[1], sheet.shape[0])
    assert _uncovered(ink, [s.polygon(frame, 3.0) for s in find_seals(sheet, 2)]) < 0.02


def test_a_seal_whose_ring_is_half_read_stays_only_on_its_own_printed_name() -> None:
    known = Known(("教育局",), ("淮南市第二中学",), ("淮南市教育局",), ("淮南市教育局",))
    beside = replace(known, under=())
    half = [SealText("3南市教育")]
    assert owner_of(half, known) is Owner.AUTHORITY
    for text in ("淮南市", "淮南市校", "市第二中"):
        assert owner_of([SealText(text)], known) is not Owner.AUTHORITY
    assert owner_of([SealText("市教")], beside) is Owner.UNKNOWN
    assert owner_of([SealText("淮南市教育局机关幼儿园")], known) is Owner.SCHOOL


def test_an_authoritys_seal_of_business_stays() -> None:
    known = Known(("教育体育局",))
    assert owner_of([SealText("周口市教育体育局专用章")], known) is Owner.AUTHORITY


@pytest.mark.parametrize("seed", [12, 39], ids=["left", "right"])
def test_an_oval_seal_stamped_askew_is_masked_to_its_rim(policy: Policy, seed: int) -> None:
    pixels, ink = _page(_SCHOOL, Look("red", "oval"), seed=seed)
    found = _found(pixels, policy, None)
    assert [f.kind for f in found] == [Kind.SEAL]
    assert _uncovered(ink, [f.polygon for f in found]) < 0.005


def test_a_seal_for_accounts_whose_writing_stands_far_from_its_rim_is_masked(
    policy: Policy,
) -> None:
    page = np.full((2339, 1654, 3), 255, np.uint8)
    ink = np.zeros(page.shape[:2], np.uint8)
    cv2.ellipse(ink, (900, 1500), (165, 118), -14, 0, 360, (1,), 7, cv2.LINE_AA)
    for k in range(8):
        turn = np.deg2rad(-165 + 19 * k)
        x, y = 900 + 92 * np.cos(turn), 1510 + 58 * np.sin(turn)
        cv2.putText(ink, "H", (int(x) - 9, int(y)), cv2.FONT_HERSHEY_SIMPLEX, 0.7, (1,), 2)
    page[ink > 0] = (210, 60, 60)
    found = _found(page, policy, None)
    assert [f.kind for f in found] == [Kind.SEAL]
    assert _uncovered(ink, [f.polygon for f in found]) < 0.005


def test_a_pale_seal_on_a_certificates_border_is_masked(policy: Policy) -> None:
    page, ink = _page(_SCHOOL, Look("red", "oval"), at=(300, 1940), radius=125)
    page = np.where((ink == 0)[..., None], page, page // 4 + 175).astype(np.uint8)
    for inset, wide in ((110, 8), (130, 3)):
        cv2.rectangle(page, (inset, inset), (1654 - inset, 2200 - inset), (90, 15, 20), wide)
    dusk = np.linspace(0.45, 1.0, page.shape[0])[:, None, None]
    found = _found((page * dusk).astype(np.uint8), policy, None)
    assert [f.kind for f in found] == [Kind.SEAL]
    assert _uncovered(ink, [f.polygon for f in found]) < 0.01


@pytest.mark.parametrize("shape", ["round", "square"])
def test_a_seal_cut_by_the_cover_under_a_photographed_page_is_masked(
    policy: Policy, shape: str
) -> None:
    page, ink = _page(_SCHOOL, Look("blue", shape), at=(1654 - 200, 900))
    cover = np.full((page.shape[0], 90, 3), (72, 58, 110), np.uint8)
    ink = np.concatenate([ink, np.zeros(cover.shape[:2], np.uint8)], axis=1)
    found = _found(np.concatenate([page, cover], axis=1), policy, None)
    assert [f.kind for f in found] == [Kind.SEAL]
    assert _uncovered(ink, [f.polygon for f in found]) < 0.01


def test_a_faint_square_seal_under_print_is_masked(policy: Policy) -> None:
    pixels, ink = _page(_SCHOOL, Look("red", "square"))
    faint = (236 - (255 - _gray(pixels).astype(int)) * 0.28).astype(np.uint8)
    found = _found(faint, policy, None)
    assert [f.kind for f in found] == [Kind.SEAL]
    assert _uncovered(ink, [f.polygon for f in found]) < 0.005


def test_bad_readings_of_one_ring_spell_its_owner_only_together() -> None:
    known = Known(("教育局",), ("淮南市第二中学",), ("淮南市教育局",), ("淮南市教育局",))
    assert owner_of([SealText("淮市教"), SealText("南市教局")], known) is Owner.AUTHORITY
    for strange in ("市教幼儿", "淮南市第二中", "淮南市教育局机关幼国"):
        texts = [SealText("淮市教"), SealText("南市教局"), SealText(strange)]
        assert owner_of(texts, known) is not Owner.AUTHORITY


def test_what_the_edge_left_of_a_seal_stays_only_as_part_of_a_printed_authority() -> None:
    known = Known(("教育局",), ("淮南市第二中学",), ("淮南市教育局",), cut=True)
    assert owner_of([SealText("淮南市教")], known) is Owner.AUTHORITY
    assert owner_of([SealText("淮南市教")], replace(known, cut=False)) is Owner.UNKNOWN
    for text in ("淮南市", "淮南市第", "南市教幼"):
        assert owner_of([SealText(text)], known) is not Owner.AUTHORITY


@pytest.mark.parametrize(
    "read",
    ["城西区教育科学研究院学", "合肥市总工会校", "济南市电化教育学", "济南市电化教育校"],
)
def test_a_school_whose_seal_begins_as_an_authoritys_is_masked(read: str, policy: Policy) -> None:
    assert owner_of([SealText(read)], Known(policy.authorities)) is not Owner.AUTHORITY
