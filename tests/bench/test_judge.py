"""If the judge overlooks a leak, a dossier goes out with a name on it."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pymupdf
import pytest
from PIL import Image, ImageDraw, ImageFont

from bench.judge import PageVerdict, judge_file
from bench.truth import TrueFile

_NAME, _BODY = "欧阳明华", "单元整体教学设计"
_WIDTH, _HEIGHT = 700, 900
_FONT = ImageFont.truetype(io.BytesIO(pymupdf.Font("china-s").buffer), 36)
_NAME_BOX = (95, 95, 260, 145)


def _upright() -> tuple[Image.Image, list[dict[str, object]]]:
    sheet = Image.new("RGB", (_WIDTH, _HEIGHT), (244, 242, 236))
    draw = ImageDraw.Draw(sheet)
    items: list[dict[str, object]] = []
    places = [("n1", _NAME, "applicant_name", "mask", 100)]
    places += [(f"b{n}", _BODY, "body", "stay", 200 + 60 * n) for n in range(6)]
    for key, text, kind, must, y in places:
        chars = []
        for n, character in enumerate(text):
            x0, y0, x1, y1 = draw.textbbox((100 + 40 * n, y), character, font=_FONT)
            draw.text((100 + 40 * n, y), character, font=_FONT, fill=(25, 25, 30))
            box = [[x0, y0], [x1, y0], [x1, y1], [x0, y1]]
            chars.append({"text": character, "polygon": box})
        items.append(
            {"id": key, "class": kind, "must": must, "text": text, "lines": [chars]}
        )  # fmt: skip
    return sheet, items


def _masked(sheet: Image.Image) -> Image.Image:
    copy = sheet.copy()
    ImageDraw.Draw(copy).rectangle(_NAME_BOX, fill=(0, 0, 0))
    return copy


def _pdf(sheet: Image.Image, path: Path, change: Callable[[pymupdf.Document], object]) -> Path:
    data = io.BytesIO()
    sheet.save(data, "JPEG", quality=85)
    with pymupdf.open() as document:
        page = document.new_page(width=sheet.width, height=sheet.height)
        page.insert_image(page.rect, stream=data.getvalue())
        change(document)
        document.save(path)
    return path


@pytest.fixture
def judged(tmp_path: Path) -> Callable[..., PageVerdict]:
    """Judge a copy made of the masked sheet (or another) with something done to the PDF."""

    def judge(
        sheet: Image.Image | None = None,
        change: Callable[[pymupdf.Document], object] = lambda _: None,
    ) -> PageVerdict:
        original, items = _upright()
        source = tmp_path / "a.png"
        # Stored a quarter turn anticlockwise of upright; outlines go with it.
        original.transpose(Image.Transpose.ROTATE_90).save(source)
        for item in items:
            for char in item["lines"][0]:  # type: ignore[index]
                char["polygon"] = [[y, _WIDTH - x] for x, y in char["polygon"]]
        page = {"page": 1, "width": _HEIGHT, "height": _WIDTH, "turn": 1, "items": items}
        truth = TrueFile.model_validate({"file": "a.png", "pages": [page]})
        copy = _pdf(sheet or _masked(original), tmp_path / "a.pdf", change)
        return judge_file(source, copy, truth).pages[0]

    return judge


def _leaks(page: PageVerdict) -> list[str]:
    return [item.left or "seen" for item in page.items if item.leaked]


def test_a_well_masked_page_is_clean_and_keeps_its_text(
    judged: Callable[..., PageVerdict],
) -> None:
    page = judged()
    assert page.clean and not page.faults
    assert page.kept == (48, 48)


def test_an_unmasked_name_is_a_leak(judged: Callable[..., PageVerdict]) -> None:
    page = judged(_upright()[0])
    assert _leaks(page) == ["seen"]
    assert page.items[0].shown == (0, 1, 2, 3)


@pytest.mark.parametrize("shift", [0.5, 1.0, -1.4])
def test_a_bare_name_in_a_copy_moved_by_a_pixel_is_still_a_leak(
    judged: Callable[..., PageVerdict], shift: float
) -> None:
    sheet = _upright()[0]
    moved = sheet.transform(
        sheet.size, Image.Transform.AFFINE, (1, 0, shift, 0, 1, shift), Image.Resampling.BICUBIC
    )
    page = judged(moved)
    assert _leaks(page) == ["seen"]
    assert page.kept == (48, 48)


def test_a_mask_laid_over_the_bare_image_is_a_leak(judged: Callable[..., PageVerdict]) -> None:
    def overlay(document: pymupdf.Document) -> None:
        document[0].draw_rect(pymupdf.Rect(_NAME_BOX), fill=(0, 0, 0))

    assert _leaks(judged(_upright()[0], overlay)) == ["seen"]


def test_text_covered_by_accident_is_not_kept(judged: Callable[..., PageVerdict]) -> None:
    sheet = _masked(_upright()[0])
    ImageDraw.Draw(sheet).rectangle((90, 195, 260, 245), fill=(255, 255, 255))
    assert judged(sheet).kept == (44, 48)


def test_a_copy_that_lies_on_its_head_is_no_good(judged: Callable[..., PageVerdict]) -> None:
    page = judged(_masked(_upright()[0]).transpose(Image.Transpose.ROTATE_180))
    assert "turned wrong" in page.faults and not page.clean


@pytest.mark.parametrize(
    "hide",
    [
        lambda d: d.set_metadata({"author": _NAME}),
        lambda d: d[0].insert_text((50, 50), _NAME, fontname="china-s", render_mode=3),
        lambda d: d.embfile_add("a.txt", _NAME.encode("gb18030"), filename="a.txt"),
        lambda d: d.set_toc([[1, _NAME, 1]]),
        lambda d: d[0].add_text_annot((50, 50), _NAME),
    ],
    ids=["metadata", "hidden text", "attachment", "outline", "annotation"],
)
def test_a_name_left_elsewhere_in_the_file_is_a_leak(
    judged: Callable[..., PageVerdict], hide: Callable[[pymupdf.Document], object]
) -> None:
    assert _leaks(judged(change=hide)) in (["text"], ["stream"])
