"""A small dossier page with the applicant on it, its masks, and copies made well or badly."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pymupdf
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from pipeline.dossier import Applicant, Kind, Mask
from pipeline.geometry import Frame, Polygon, turn_pixels
from pipeline.intake import open_source
from pipeline.masking.coding import code_page
from pipeline.masking.drawing import draw
from pipeline.masking.pdf import PdfWriter

Pixels = NDArray[np.uint8]

APPLICANT = Applicant(
    name=("张伟平",),
    unit=("淮南市第二中学",),
    id_number=("340403198706123415",),
    phone=("13905541234",),
    email=("weiping87@example.cn",),
)
LABELS = {
    Kind.APPLICANT_NAME: "【申报人】",
    Kind.APPLICANT_UNIT: "【申报单位】",
    Kind.ID_NUMBER: "【身份证号】",
    Kind.PHONE: "【电话】",
    Kind.EMAIL: "【邮箱】",
}
Piece = tuple[str, Kind | None]
FIRST: tuple[tuple[Piece, ...], ...] = (
    (("优质课评选获奖证明", None),),
    (
        ("兹证明", None),
        ("张伟平", Kind.APPLICANT_NAME),
        ("同志所授《二次函数的图象》一课获一等奖。", None),
    ),
    (("工作单位：", None), ("淮南市第二中学", Kind.APPLICANT_UNIT), ("　学科：数学", None)),
    (("身份证号：", None), ("340403198706123415", Kind.ID_NUMBER)),
    (("联系电话：", None), ("13905541234", Kind.PHONE)),
    (("电子邮箱：", None), ("weiping87@example.cn", Kind.EMAIL)),
    (("该课教学目标明确，平时注重学生的思维训练，课堂气氛活跃。", None),),
    (("请各区县教研部门认真组织学习，推广先进经验。", None),),
    (("证书编号：JX-2021-00342　　　二〇二一年六月十五日", None),),
)
SECOND: tuple[tuple[Piece, ...], ...] = (
    (("课堂教学实录（第二页）", None),),
    (("授课教师：", None), ("张伟平", Kind.APPLICANT_NAME), ("，听课人数四十二人。", None)),
    (("师：同学们，平面内到定点距离相等的点组成什么图形？", None),),
    (("生：组成一个圆。师：很好，请大家把定义写在笔记本上。", None),),
)
_SIZE, _STEP, _LEFT, _TOP = 34, 92, 110, 110
_WIDTH, _HEIGHT = 1240, 1000


@dataclass(frozen=True)
class Page:
    """An upright page and the masks that hide the applicant on it."""

    pixels: Pixels
    masks: tuple[Mask, ...]


@lru_cache(maxsize=4)
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(io.BytesIO(pymupdf.Font("china-s").buffer), size)


def page(lines: Sequence[Sequence[Piece]], number: int = 1) -> Page:
    """Draw a page; its masks cover exactly the ink of what they hide and three pixels more."""
    image = Image.new("RGB", (_WIDTH, _HEIGHT), (250, 249, 246))
    pen, font = ImageDraw.Draw(image), _font(_SIZE)
    frame = Frame(number, _WIDTH, _HEIGHT)
    masks = []
    for row, pieces in enumerate(lines):
        x, y = float(_LEFT), _TOP + row * _STEP
        for text, kind in pieces:
            pen.text((x, y), text, font=font, fill=(30, 30, 30))
            end = x + font.getlength(text)
            if kind is not None:
                place = Polygon.from_bounds(frame, x - 1, y - 4, end + 1, y + _SIZE + 10)
                masks.append(
                    Mask(page=number, polygon=place, label=LABELS[kind], kind=kind, findings=())
                )
            x = end
    return Page(np.asarray(image).copy(), tuple(masks))


def store(path: Path, pages: Sequence[Pixels], turn: int = 0) -> Path:
    """Write stored pages as a TIFF; ``turn`` quarter turns make them upright again."""
    images = [Image.fromarray(turn_pixels(p, -turn)) for p in pages]
    images[0].save(path, save_all=True, append_images=images[1:], compression="tiff_deflate")
    return path


def write_copy(path: Path, source: Path, upright: Sequence[Pixels], turn: int = 0) -> Path:
    """Write a copy of the given pixels, coded like the source."""
    with open_source(source) as opened, path.open("wb") as out:
        writer = PdfWriter(out)
        for number, pixels in enumerate(upright, start=1):
            stored = opened.page(number)
            writer.page(code_page(pixels, stored, turn=turn), stored.dpi)
        writer.close()
    return path


def masked(pixels: Pixels, masks: Sequence[Mask]) -> Pixels:
    """Return the page with its masks drawn."""
    copy = pixels.copy()
    draw(copy, masks)
    return copy
