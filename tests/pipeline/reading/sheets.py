"""Small printed pages whose characters' ink is known."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

import cv2
import numpy as np
import pymupdf
from PIL import Image, ImageDraw, ImageFont

from pipeline.geometry import Frame, Polygon, turn_pixels
from pipeline.intake.pages import LayerChar, SourcePage

Box = tuple[float, float, float, float]


@cache
def face(size: int) -> ImageFont.FreeTypeFont:
    """PyMuPDF's own Chinese font: no font of the system is needed."""
    from io import BytesIO

    return ImageFont.truetype(BytesIO(pymupdf.Font("china-s").buffer), size)


@dataclass
class Sheet:
    """An upright page and, for every character written, its text, the box of its ink, its line."""

    width: int = 900
    height: int = 640
    ink: list[tuple[str, Box, int]] = field(default_factory=list)
    rows: list[str] = field(default_factory=list)
    image: Image.Image = field(init=False)

    def __post_init__(self) -> None:
        self.image = Image.new("RGB", (self.width, self.height), "white")

    def write(
        self,
        text: str,
        x: float,
        y: float,
        *,
        size: int = 34,
        color: tuple[int, int, int] = (20, 20, 20),
    ) -> Sheet:
        """Write a line that begins at (x, y)."""
        pen, font = ImageDraw.Draw(self.image), face(size)
        for char in text:
            if char.strip():
                self.ink.append((char, self._ink_box(char, x, y, font), len(self.rows)))
            pen.text((x, y), char, font=font, fill=color)
            x += font.getlength(char)
        self.rows.append(text)
        return self

    def _ink_box(self, char: str, x: float, y: float, font: ImageFont.FreeTypeFont) -> Box:
        alone = Image.new("L", self.image.size, 0)
        ImageDraw.Draw(alone).text((x, y), char, font=font, fill=255)
        box = alone.point(lambda value: 255 if value > 80 else 0).getbbox()
        assert box is not None
        return box

    def seal(self, x: int, y: int, radius: int = 78) -> Sheet:
        """Stamp a red ring with a star over what stands there; ink lets the print show through."""
        layer = np.full((self.height, self.width, 3), 255, np.uint8)
        cv2.circle(layer, (x, y), radius, (225, 40, 40), 5)
        angles = np.pi / 2 + np.arange(5) * 4 * np.pi / 5
        star = np.stack([x + 30 * np.cos(angles), y - 30 * np.sin(angles)], axis=1)
        cv2.fillPoly(layer, [star.astype(np.int32)], (225, 40, 40))
        both = np.minimum(np.asarray(self.image), layer)
        self.image = Image.fromarray(both)
        return self

    def page(self, stored_turn: int = 0, **facts: object) -> SourcePage:
        """The page stored so that it must be turned clockwise by ``stored_turn`` quarters."""
        pixels = turn_pixels(np.asarray(self.image), -stored_turn)
        height, width = pixels.shape[:2]
        return SourcePage(1, pixels, Frame(1, width, height), **facts)  # type: ignore[arg-type]

    def layer(self, *, visible: bool = True, rows: tuple[str, ...] = ()) -> tuple[LayerChar, ...]:
        """A text layer on the ink; ``rows`` say what it claims to be there."""
        frame = Frame(1, self.width, self.height)
        claimed = "".join("".join(row.split()) for row in rows) or "".join(
            c for c, _, _ in self.ink
        )
        return tuple(
            LayerChar(text, Polygon.from_bounds(frame, *box), visible, line)
            for text, (_, box, line) in zip(claimed, self.ink, strict=True)
        )


def overlap(a: Box, b: Box) -> float:
    """Share of ``a`` that lies in ``b``."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    area = (a[2] - a[0]) * (a[3] - a[1])
    return max(0.0, width) * max(0.0, height) / area
