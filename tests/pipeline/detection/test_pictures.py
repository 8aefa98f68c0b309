from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
import pytest
import zxingcpp
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from models import weights_dir
from pipeline.detection.faces import FaceFinder
from pipeline.detection.photos import Photo
from pipeline.detection.pictures import PictureFinder
from pipeline.dossier import Finding, Kind, Mask
from pipeline.geometry import Frame
from pipeline.masking.boxes import plan
from pipeline.masking.decisions import decide
from pipeline.outcome import finding_doubts
from pipeline.policy import Policy
from pipeline.reading.lines import PageReading

Pixels = NDArray[np.uint8]

_FONT = "/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc"
_SIZE = (1654, 2339)


@pytest.fixture(scope="module")
def finder() -> PictureFinder:
    folder = weights_dir() / "centerface"
    if not folder.is_dir():
        pytest.skip("the face model is not fetched: run `mangping models fetch`")
    return PictureFinder(folder)


def _page() -> Image.Image:
    return Image.new("RGB", _SIZE, "white")


def _astronaut() -> Image.Image:
    return Image.fromarray(pytest.importorskip("skimage.data").astronaut())


def _reading() -> PageReading:
    return PageReading(Frame(1, *_SIZE), ())


def _found(finder: PictureFinder, page: Image.Image, policy: Policy) -> tuple[Finding, ...]:
    reading = _reading()
    return finder.add((), finder.look(np.asarray(page), reading), reading, policy)


def _masks(page: Image.Image, found: Iterable[Finding], policy: Policy) -> tuple[Mask, ...]:
    return plan(np.asarray(page), _reading(), decide({"file": found}, policy)["file"])


def _covered(box: tuple[int, int, int, int], masks: tuple[Mask, ...]) -> float:
    patch = np.zeros((_SIZE[1], _SIZE[0]), np.uint8)
    for mask in masks:
        x0, y0, x1, y1 = mask.polygon.pixel_bounds()
        patch[y0:y1, x0:x1] = 1
    x0, y0, x1, y1 = box
    return float(patch[y0:y1, x0:x1].mean())


def _code(text: str, kind: str, scale: int) -> Image.Image:
    made = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, kind))
    return Image.fromarray(np.array(zxingcpp.write_barcode_to_image(made, scale=scale)))


@pytest.mark.parametrize("copy", ["colour", "gray", "fax"])
def test_an_id_photograph_is_masked_whole_on_every_kind_of_copy(
    finder: PictureFinder, policy: Policy, copy: str
) -> None:
    page = _page()
    page.paste(_astronaut().crop((140, 0, 310, 230)).resize((295, 413)), (1100, 400))
    if copy != "colour":
        page = page.convert("L").convert("RGB")
    if copy == "fax":
        page = page.point(lambda v: 255 * (v > 140))
    found = _found(finder, page, policy)
    assert [f.kind for f in found] == [Kind.FACE]
    # On a fax the light ground of the photograph is paper.
    photo = (1100, 400, 1395, 813) if copy != "fax" else (1110, 440, 1390, 805)
    assert _covered(photo, _masks(page, found, policy)) > 0.99
    assert not finding_doubts(decide({"file": found}, policy)["file"])


@pytest.mark.parametrize("noise", [40, 70])
@pytest.mark.parametrize("lighter", [0.7, 1.4])
def test_a_faxed_portrait_is_hidden_though_its_dots_look_like_paper_or_like_a_code(
    finder: PictureFinder, policy: Policy, noise: int, lighter: float
) -> None:
    portrait = _astronaut().crop((140, 20, 310, 240)).resize((230, 298)).convert("L")
    tones = 255 * (np.asarray(portrait) / 255) ** lighter
    grain = np.random.default_rng(1).normal(0, noise, tones.shape)
    page = _page()
    page.paste(Image.fromarray(np.uint8(255 * (tones + grain > 120))), (1100, 400))
    found = _found(finder, page, policy)
    # Of the coat and of the ground only what lies around the head.
    head = (1130, 410, 1300, 640)
    assert _covered(head, _masks(page, [f for f in found if f.kind is Kind.FACE], policy)) > 0.99
    assert not finding_doubts(decide({"file": found}, policy)["file"])


def test_a_portrait_that_a_fax_turned_black_is_hidden_for_the_specks_of_its_face(
    finder: PictureFinder, policy: Policy
) -> None:
    page = _page()
    pen = ImageDraw.Draw(page)
    pen.rectangle((1100, 400, 1330, 698), fill="black")
    for x, y in ((1190, 500), (1240, 502), (1215, 540)):
        pen.rectangle((x, y, x + 2, y + 2), fill="white")
    found = _found(finder, page, policy)
    assert [f.kind for f in found] == [Kind.FACE]
    assert _covered((1105, 405, 1325, 693), _masks(page, found, policy)) > 0.99


def _class(page: Image.Image, size: tuple[int, int]) -> list[tuple[int, int]]:
    """Put a picture with four heads on a page; return where they stand in the picture."""
    head = _astronaut().crop((100, 0, 340, 300)).resize(size)
    wall = np.linspace((40, 70, 50), (160, 190, 170), 800)[:, None].repeat(1200, axis=1)
    picture = Image.fromarray(wall.astype(np.uint8))
    places = [(60 + 280 * n, 100 + 350 * (n % 2)) for n in range(4)]
    for place in places:
        picture.paste(head, place)
    page.paste(picture, (220, 700))
    return places


def test_each_head_of_a_class_picture_is_masked_and_the_page_goes_to_a_person(
    finder: PictureFinder, policy: Policy
) -> None:
    page = _page()
    places = _class(page, (200, 250))
    found = _found(finder, page, policy)
    assert [f.rule for f in found] == ["head"] * 4
    masks = _masks(page, found, policy)
    for x, y in places:
        face = (x + 220 + 75, y + 700 + 45, x + 220 + 165, y + 700 + 165)
        assert _covered(face, masks) > 0.95
    assert "横幅" in finding_doubts(decide({"file": found}, policy)["file"])[0].message


@pytest.mark.parametrize("head", [(200, 250), (32, 40)])
def test_a_faxed_class_picture_is_hidden_whole_because_not_every_head_can_be_told(
    finder: PictureFinder, policy: Policy, head: tuple[int, int]
) -> None:
    page = _page()
    _class(page, head)
    level = 170 if head[0] > 100 else 215
    grain = np.random.default_rng(1).normal(0, 30, (_SIZE[1], _SIZE[0]))
    dots = np.uint8(255 * (np.asarray(page.convert("L")) + grain > level))
    page = Image.fromarray(dots).convert("RGB")
    found = _found(finder, page, policy)
    assert [f.rule for f in found] == ["picture"]
    assert _covered((240, 800, 1400, 1400), _masks(page, found, policy)) > 0.99
    assert "横幅" in finding_doubts(decide({"file": found}, policy)["file"])[0].message


def test_a_class_too_far_away_for_badges_to_be_read_asks_nobody(
    finder: PictureFinder, policy: Policy
) -> None:
    page = _page()
    _class(page, (100, 125))
    found = _found(finder, page, policy)
    assert [f.rule for f in found] == ["head"] * 4
    assert not finding_doubts(decide({"file": found}, policy)["file"])


def test_an_id_photograph_that_falls_into_two_pieces_is_one_face_and_asks_nobody() -> None:
    folder = weights_dir() / "centerface"
    if not folder.is_dir():
        pytest.skip("the face model is not fetched: run `mangping models fetch`")
    finder, page = FaceFinder(folder), _page()
    page.paste(_astronaut().crop((100, 0, 350, 340)), (1060, 440))
    upper = Photo((1064, 448, 1308, 624), 0.81, portrait=False)
    bust = Photo((1068, 452, 1308, 780), 0.81, portrait=True, guessed=True)
    faces = finder.find(np.asarray(page), [upper, bust])
    assert [face.rule for face in faces] == ["portrait"]
    apart = Photo((1064, 440, 1640, 1200), 0.95, portrait=False)
    assert "head" in {face.rule for face in finder.find(np.asarray(page), [apart, bust])}


def test_an_id_photograph_of_which_only_the_hair_stands_out_is_masked_whole() -> None:
    folder = weights_dir() / "centerface"
    if not folder.is_dir():
        pytest.skip("the face model is not fetched: run `mangping models fetch`")
    page = _page()
    page.paste(_astronaut().crop((130, 0, 320, 270)).resize((230, 327)), (1060, 440))
    hair = Photo((1080, 460, 1280, 600), 0.85, portrait=False)
    (face,) = FaceFinder(folder).find(np.asarray(page), [hair])
    assert face.rule == "portrait"
    x0, y0, x1, y1 = face.bounds
    assert x0 <= 1060 and y0 <= 440 and x1 >= 1290 and y1 >= 767
    assert x1 - x0 < 1.3 * 230 and y1 - y0 < 1.3 * 327


def test_an_id_photograph_whose_hair_was_taken_for_shoulders_is_masked_down_to_the_coat() -> None:
    folder = weights_dir() / "centerface"
    if not folder.is_dir():
        pytest.skip("the face model is not fetched: run `mangping models fetch`")
    page = _page()
    page.paste(_astronaut().crop((130, 0, 320, 270)).resize((230, 327)), (1060, 440))
    hair = Photo((1080, 330, 1280, 560), 0.47, portrait=True, guessed=True)
    (face,) = FaceFinder(folder).find(np.asarray(page), [hair])
    assert face.bounds[3] >= 767


@pytest.mark.parametrize("kind", ["QRCode", "Code128"])
def test_a_code_too_worn_to_decode_is_masked_with_its_whole_block(
    finder: PictureFinder, policy: Policy, kind: str
) -> None:
    code = _code("https://example.cn/verify?c=8842019", kind, 5 if kind == "QRCode" else 3)
    if kind == "Code128":
        code = code.resize((code.width, 110))
    # A scratch and a smudge: enough for a reader of codes to give up.
    pen = ImageDraw.Draw(code)
    for n in range(5):
        x = (0.15 + 0.17 * n) * code.width
        pen.line((x, 0, x + 12, code.height), fill=255, width=7)
    worn = np.asarray(code)
    assert not zxingcpp.read_barcodes(worn)
    page = _page()
    page.paste(code, (300, 1700))
    found = _found(finder, page, policy)
    assert {f.kind for f in found} == {Kind.CODE}
    ys, xs = np.nonzero(worn < 128)
    ink = (300 + xs.min(), 1700 + ys.min(), 300 + xs.max() + 1, 1700 + ys.max() + 1)
    assert _covered(ink, _masks(page, found, policy)) > 0.97


@pytest.mark.parametrize("degrees", [0.0, 3.0, 9.0])
def test_no_strip_of_bars_is_left_beside_a_mask(
    finder: PictureFinder, policy: Policy, degrees: float
) -> None:
    """Any few rows of bars say all that the code says."""
    page = _page()
    page.paste(_code("HN20230418-8842", "Code128", 3).resize((501, 119)), (303, 1709))
    middle, size = (303 + 250, 1709 + 60), page.size
    turn = cv2.getRotationMatrix2D(middle, degrees, 1.0)
    paper = (255.0, 255.0, 255.0)
    askew = cv2.warpAffine(np.asarray(page), turn, size, flags=cv2.INTER_AREA, borderValue=paper)
    page = Image.fromarray(np.asarray(askew, np.uint8))
    masks = _masks(page, _found(finder, page, policy), policy)
    left = np.asarray(page.convert("L")).copy()
    for mask in masks:
        x0, y0, x1, y1 = mask.polygon.pixel_bounds()
        left[y0:y1, x0:x1] = 255
    assert not (left < 128).any()


def test_a_blurred_square_is_hidden(finder: PictureFinder, policy: Policy) -> None:
    code = np.asarray(_code("https://example.cn/r/20230418", "QRCode", 4).convert("L"))
    page = _page()
    page.paste(Image.fromarray(cv2.GaussianBlur(code, (0, 0), 3.4)), (1290, 150))
    found = _found(finder, page, policy)
    assert [f.kind for f in found] == [Kind.CODE]
    inside = (1290 + 16, 150 + 16, 1290 + code.shape[1] - 16, 150 + code.shape[0] - 16)
    assert _covered(inside, _masks(page, found, policy)) > 0.99


@pytest.mark.parametrize("side", [2, 12])
def test_a_code_is_masked_however_small_or_large_its_modules_are(
    finder: PictureFinder, policy: Policy, side: int
) -> None:
    code = _code("https://example.cn/verify?c=8842019", "QRCode", side)
    page = _page()
    page.paste(code, (300, 1500))
    # Its caption stands as close as on a certificate.
    font = ImageFont.truetype(_FONT, 30, index=2)
    ImageDraw.Draw(page).text((310, 1470), "扫码查询", font=font, fill="black")
    found = _found(finder, page, policy)
    assert [f.kind for f in found] == [Kind.CODE]
    inside = (300 + 4 * side, 1500 + 4 * side, 300 + code.width - 4 * side,
              1500 + code.height - 4 * side)  # fmt: skip
    assert _covered(inside, _masks(page, found, policy)) > 0.99


def test_a_publication_stays_though_scratches_keep_its_bars_from_being_decoded(
    finder: PictureFinder, policy: Policy
) -> None:
    code = _code("9771006123451", "EAN13", 3).resize((339, 140))
    pen = ImageDraw.Draw(code)
    for y in range(-30, 140, 30):
        pen.line((0, y, code.width, y + 30), fill=255, width=5)
        pen.line((0, y + 45, code.width, y + 15), fill=0, width=5)
    page = _page()
    page.paste(code, (1100, 1850))
    assert not zxingcpp.read_barcodes(np.asarray(code))
    assert {f.kind for f in _found(finder, page, policy)} == {Kind.PUBLICATION}


def test_heavy_headings_are_no_bar_codes(finder: PictureFinder, policy: Policy) -> None:
    page = _page()
    pen = ImageDraw.Draw(page)
    heavy = _FONT.replace("Regular", "Bold")
    for row, text in enumerate(
        ("公示证明", "任职资格评审", "聘用合同书", "述职报告", "业绩材料册")
    ):
        for column, size in enumerate((48, 64, 100)):
            font = ImageFont.truetype(heavy, size, index=2)
            pen.text((80 + 480 * column, 150 + 300 * row), text, font=font, fill="black")
    assert _found(finder, page, policy) == ()


@pytest.mark.parametrize(
    ("number", "stays"),
    [("9771006123453", True), ("9787107345678", True), ("6901234567892", False)],
)
def test_only_the_bar_code_of_a_journal_or_book_stays(
    finder: PictureFinder, policy: Policy, number: str, stays: bool
) -> None:
    digits = number[:12]
    check = -sum(int(c) * (3 if n % 2 else 1) for n, c in enumerate(digits)) % 10
    page = _page()
    page.paste(_code(f"{digits}{check}", "EAN13", 3), (1100, 1850))
    found = _found(finder, page, policy)
    assert [f.kind for f in found] == [Kind.PUBLICATION if stays else Kind.CODE]
    assert bool(_masks(page, found, policy)) is not stays
    assert number[4:12] not in repr(found)


def test_a_page_of_writing_with_a_table_and_a_heading_has_no_pictures(
    finder: PictureFinder, policy: Policy
) -> None:
    page = _page()
    pen = ImageDraw.Draw(page)
    pen.text((420, 150), "荣誉证书", font=ImageFont.truetype(_FONT, 150, index=2), fill="black")
    font = ImageFont.truetype(_FONT, 38, index=2)
    for row in range(18):
        y = 450 + 62 * row
        pen.text(
            (160, y),
            "教学评价是课堂教学的重要环节，要与学生的学习过程",
            font=font,
            fill=(30, 30, 30),
        )
    for row in range(8):
        pen.line((160, 1650 + 70 * row, 1500, 1650 + 70 * row), fill="black", width=3)
    for column in range(7):
        pen.line((160 + 223 * column, 1650, 160 + 223 * column, 2140), fill="black", width=3)
    pen.rectangle((163, 1653, 1497, 1717), fill=(205, 220, 240))
    page = Image.fromarray(cv2.GaussianBlur(np.asarray(page), (3, 3), 0.6))
    assert _found(finder, page, policy) == ()
