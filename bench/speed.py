"""Reading speed on clean pages: ``python -m bench.speed [--pages N] [--rounds N]``.

The page is what the figure in the README is about: A4 at 200 dpi with about 20 printed lines, read
on an otherwise idle machine after a warm-up. The second table says where the time goes.
"""

from __future__ import annotations

import argparse
import io
import os
import random
import statistics
import time

import numpy as np
import pymupdf
from PIL import Image, ImageDraw, ImageFont

from bench.sampler import Sampler
from bench.table import profile, table
from models import weights_dir
from pipeline.geometry import Frame
from pipeline.intake.pages import SourcePage
from pipeline.reading import Reader

_WIDTH, _HEIGHT = 1654, 2339
_LINES = 20
_WORDS = (
    "教学设计课堂提问学生思考方法过程评价目标活动单元整体阅读写作实验探究观察记录小组合作"
    "交流展示反思改进作业布置分层指导兴趣培养能力发展核心素养情境问题解决数据分析空间观念"
)


def clean_pages(count: int, *, seed: int = 1) -> list[SourcePage]:
    """Draw A4 pages at 200 dpi with 20 lines of 24 to 36 characters."""
    chance = random.Random(seed)
    buffer = pymupdf.Font("china-s").buffer
    font = ImageFont.truetype(io.BytesIO(buffer), 36)
    pages = []
    for number in range(1, count + 1):
        sheet = Image.new("RGB", (_WIDTH, _HEIGHT), (252, 252, 250))
        draw = ImageDraw.Draw(sheet)
        for line in range(_LINES):
            text = "".join(chance.choices(_WORDS, k=chance.randint(24, 36)))
            draw.text((180, 200 + line * 95), text, font=font, fill=(20, 20, 24))
        pages.append(SourcePage(number, np.asarray(sheet), Frame(number, _WIDTH, _HEIGHT)))
    return pages


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.speed", description=__doc__)
    parser.add_argument("--pages", type=int, default=15)
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    reader = Reader(weights_dir())
    pages = clean_pages(options.pages)
    for page in clean_pages(2, seed=2):
        reader.read(page)
    load, worked = os.getloadavg()[0], time.process_time()
    seconds: list[float] = []
    lines = 0
    with Sampler() as sampler:
        for _ in range(options.rounds):
            for page in pages:
                start = time.perf_counter()
                lines += len(reader.read(page).lines)
                seconds.append(time.perf_counter() - start)
    worked = time.process_time() - worked
    rows = [
        ["pages read", str(len(seconds))],
        ["lines a page", f"{lines / len(seconds):.1f}"],
        ["seconds a page, mean", f"{statistics.mean(seconds):.3f}"],
        ["seconds a page, median", f"{statistics.median(seconds):.3f}"],
        ["fastest", f"{min(seconds):.3f}"],
        ["slowest", f"{max(seconds):.3f}"],
        ["processor seconds a page", f"{worked / len(seconds):.3f}"],
        ["load of the machine before, after", f"{load:.2f}, {os.getloadavg()[0]:.2f}"],
    ]
    print(table("Reading, clean A4 at 200 dpi", ("what", "value"), rows))
    print(profile(sampler, len(seconds), rows=20))


if __name__ == "__main__":
    main()
