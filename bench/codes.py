"""Codes of every kind on every quality of page: ``python -m bench.codes --seed N --count 150``.

Pages of writing with six codes each go through the qualities of the generator; each is looked
through without being read, for that takes ten times as long and says nothing of whether a code is
hidden. Prints how many are hidden by kind and by quality, and what was found where no code is.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bench.table import table
from fixtures import codes
from fixtures.case import Case, new_case
from fixtures.degrade import QUALITIES, finish
from fixtures.dress import dressed
from fixtures.kinds.parts import heading
from fixtures.sheet import Sheet, Style
from fixtures.truth import Item
from models import weights_dir
from pipeline.detection.pictures import PictureFinder
from pipeline.geometry import Frame
from pipeline.reading.lines import PageReading

Pixels = NDArray[np.uint8]
Bounds = tuple[float, float, float, float]
Polygon4 = NDArray[np.float32]

_A_PAGE = 6
_HIDDEN = 0.97
"""Share of a code without its quiet zone that masks cover when it is hidden."""
_DARK, _INKED = 190, 0.12
_TEXT = (
    "教学评价是课堂教学的重要环节，要与学生的学习过程结合起来。在备课组里，我们一起研读课程标准，"
    "逐课讨论教学目标，把典型课例整理成册，并在期末检测以后写成反思，供同年级的教师参考。"
)


@dataclass(frozen=True)
class Look:
    """A code on a page and whether it is hidden."""

    sort: str
    quality: str
    hidden: bool


def main() -> None:
    """Generate, look, print."""
    parser = argparse.ArgumentParser(prog="python -m bench.codes", description=__doc__)
    parser.add_argument("--seed", type=int, default=20251)
    parser.add_argument("--count", type=int, default=150, help="how many codes at least")
    parser.add_argument("--misses", type=Path, help="write pictures of missed codes there")
    options = parser.parse_args()
    finder = PictureFinder(weights_dir() / "centerface")
    looks: list[Look] = []
    false: Counter[str] = Counter()
    pages, spent = 0, 0.0
    while len(looks) < options.count:
        quality = QUALITIES[pages % len(QUALITIES)]
        pixels, drawn = _page(f"{options.seed}/{pages}", quality)
        pages += 1
        started = time.process_time()
        masks = _masks(finder, pixels)
        spent += time.process_time() - started
        for sort, place in drawn:
            hidden = _covered(place, masks) >= _HIDDEN
            looks.append(Look(sort, quality, hidden))
            if options.misses and not hidden:
                _picture(options.misses, pixels, place, f"{pages}-{quality}-{sort}-{len(looks)}")
        false[quality] += sum(all(_apart(mask, p) for _, p in drawn) for mask in masks)
    print(_report(looks, false, pages))
    print(f"\n{pages} pages, {spent / pages:.3f} s of processor time each")


def _page(seed: str, quality: str) -> tuple[Pixels, list[tuple[str, Polygon4]]]:
    """Return an upright page, and of each of its codes the sort and where its ink is."""
    rng = random.Random(seed)
    case = new_case(rng)
    sheet = Sheet("codes", rng)
    face = case.faces()
    style = Style(face[1], rng.choice([30, 34, 38]))
    heading(sheet, 120, "编号查询说明", face[0], 58)
    sorts: list[str] = []
    shares: list[Bounds] = []
    y = 300.0
    while len(sorts) < _A_PAGE:
        for x in (160, 900):
            sort = rng.choice(list(codes.SORTS))
            sorts.append(sort)
            picture = codes.any_code(rng, sort)
            shares.append(_ink_share(picture))
            codes.put(sheet, picture, x + rng.randrange(120), round(y))
        y = sheet.para(160, y + 340, 1334, _TEXT, style) + 60
    done = finish(_dressed(sheet, quality, case, rng), quality, 0, rng)
    pixels = done.pixels
    if pixels.ndim == 2:
        pixels = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_GRAY2RGB), np.uint8)
    items = [item for item in done.items if item.name == "code"]
    places = [_ink(item, share) for item, share in zip(items, shares, strict=True)]
    return pixels, list(zip(sorts, places, strict=True))


def _dressed(sheet: Sheet, quality: str, case: Case, rng: random.Random) -> Sheet:
    return dressed([sheet], quality, case, rng)[0]


def _masks(finder: PictureFinder, pixels: Pixels) -> list[Bounds]:
    reading = PageReading(Frame(1, pixels.shape[1], pixels.shape[0]), ())
    seen = finder.look(pixels, reading)
    return [
        *(code.bounds for code in seen.codes if not code.stays),
        *(f.bounds for f in seen.faces),
    ]


def _ink_share(picture: Image.Image) -> Bounds:
    """Where a code's own ink is, its quiet zone left aside, in shares of its picture."""
    dark = np.asarray(picture.convert("L")) < _DARK
    # Spots of wear that lie beside a code are no part of it.
    rows, columns = (np.flatnonzero(dark.mean(axis=axis) > _INKED) for axis in (1, 0))
    height, width = dark.shape
    return (
        float(columns[0]) / width,
        float(rows[0]) / height,
        float(columns[-1] + 1) / width,
        float(rows[-1] + 1) / height,
    )


def _ink(item: Item, share: Bounds) -> Polygon4:
    """The corners of a code without its quiet zone on the page."""
    corners = np.array(next(q for line in item.lines for _, q in line), np.float32)
    unit = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
    x0, y0, x1, y1 = share
    inner = np.array([[[x0, y0], [x1, y0], [x1, y1], [x0, y1]]], np.float32)
    matrix = cv2.getPerspectiveTransform(unit, corners)
    return np.asarray(cv2.perspectiveTransform(inner, matrix)[0], np.float32)


def _covered(place: Polygon4, masks: Sequence[Bounds]) -> float:
    left, top = np.floor(place.min(axis=0)).astype(int).tolist()
    right, bottom = np.ceil(place.max(axis=0)).astype(int).tolist()
    own, hidden = (np.zeros((bottom - top, right - left), np.uint8) for _ in range(2))
    cv2.fillConvexPoly(own, np.round(place - (left, top)).astype(np.int32), (1,))
    for a, b, c, d in masks:
        hidden[max(0, round(b) - top) : max(0, round(d) - top),
               max(0, round(a) - left) : max(0, round(c) - left)] = 1  # fmt: skip
    return float(hidden[own > 0].mean())


def _apart(one: Bounds, place: Polygon4) -> bool:
    other = (*place.min(axis=0).tolist(), *place.max(axis=0).tolist())
    return not (one[0] < other[2] and one[2] > other[0] and one[1] < other[3] and one[3] > other[1])


def _picture(folder: Path, pixels: Pixels, place: Polygon4, name: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (x0, y0), (x1, y1) = place.min(axis=0).astype(int), place.max(axis=0).astype(int)
    crop = pixels[max(0, y0 - 80) : y1 + 80, max(0, x0 - 80) : x1 + 80]
    cv2.imwrite(str(folder / f"{name}.png"), cv2.cvtColor(crop, cv2.COLOR_RGB2BGR))


def _report(looks: Sequence[Look], false: Counter[str], pages: int) -> str:
    def rows(key: str, names: Sequence[str]) -> Iterator[list[str]]:
        for name in names:
            own = [look for look in looks if getattr(look, key) == name]
            row = [name, f"{sum(look.hidden for look in own)} of {len(own)}"]
            yield [*row, str(false[name])] if key == "quality" else row

    hidden = sum(look.hidden for look in looks)
    whole = ["all", f"{hidden} of {len(looks)}"]
    sorts = [*rows("sort", list(codes.SORTS)), whole]
    qualities = [*rows("quality", QUALITIES), [*whole, f"{sum(false.values())} on {pages} pages"]]
    return "\n".join(
        (
            table("Codes by kind", ["kind", "hidden"], sorts),
            table("Codes by quality", ["quality", "hidden", "found where none is"], qualities),
        )
    )


if __name__ == "__main__":
    main()
