"""Synthetic pages whose characters' ink is known, with boxes off as a recogniser's are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from pipeline.dossier import Finding, Kind, Place
from pipeline.geometry import Frame, Point, Polygon
from pipeline.intake.pages import Coding, Origin, SourcePage
from pipeline.reading.lines import Char, Line, PageReading

SERIF = Path("/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc")
SANS = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
KAI = Path("/usr/share/fonts/truetype/arphic-gkai00mp/gkai00mp.ttf")


@dataclass(frozen=True)
class Ink:
    """The ink of one character: pixels of a window whose upper left corner is (x, y)."""

    x: int
    y: int
    pixels: NDArray[np.bool_]


@dataclass
class Page:
    """A page under construction, upright, with the ink of every character drawn on it."""

    width: int = 1240
    height: int = 700
    seed: int = 0
    pixels: NDArray[np.uint8] = field(init=False)
    lines: list[Line] = field(default_factory=list)
    ink: list[list[Ink]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.pixels = np.full((self.height, self.width, 3), 255, np.uint8)
        self.random = np.random.default_rng(self.seed)
        self.frame = Frame(1, self.width, self.height)

    def write(
        self,
        text: str,
        at: Point,
        size: int = 34,
        *,
        font: Path = SERIF,
        slant: float = 0.0,
        color: tuple[int, int, int] = (20, 20, 20),
        spacing: float = 0.0,
        jitter: float = 0.25,
        shift: float = 0.0,
        vertical: bool = False,
    ) -> int:
        """Draw a line; return its index. ``jitter`` and ``shift`` are errors of boxes in em."""
        face = ImageFont.truetype(str(font), size)
        x, y = at
        turn = cv2.getRotationMatrix2D(at, -slant, 1.0)
        inks, boxes = [], []
        ascent, _ = face.getmetrics()
        pad = 0.12 * size
        for char in text:
            inks.append(self._paint(char, (x, y), face, turn, np.array(color)))
            step = face.getlength(char)
            if vertical:
                top = y + ascent - 0.88 * size
                boxes.append((x - pad, top, x + size + pad, top + size))
                y += size * (1.02 + spacing)
            else:
                top = y + ascent - 0.88 * size
                boxes.append((x, top - pad, x + step, top + size + pad))
                x += step + spacing * size
        self.ink.append(inks)
        self.lines.append(self._line(text, boxes, turn, size, jitter, shift, vertical))
        return len(self.lines) - 1

    def _paint(  # type: ignore[no-untyped-def]
        self, char: str, at: Point, face, turn: NDArray[np.float64], color: NDArray[np.int_]
    ) -> Ink:
        side = 3 * int(face.size)
        corner = np.array([int(at[0]) - side // 3, int(at[1]) - side // 3])
        layer = Image.new("L", (side, side), 0)
        ImageDraw.Draw(layer).text(tuple(at - corner), char, font=face, fill=255)
        place = (turn[:, :2] @ (corner + side / 2) + turn[:, 2] - side / 2).round().astype(int)
        matrix = turn.copy()
        matrix[:, 2] += turn[:, :2] @ corner - place
        alpha = cv2.warpAffine(np.asarray(layer), matrix, (side, side))
        x0, y0 = (max(0, int(v)) for v in place)
        alpha = alpha[y0 - place[1] :, x0 - place[0] :][: self.height - y0, : self.width - x0]
        window = self.pixels[y0 : y0 + alpha.shape[0], x0 : x0 + alpha.shape[1]]
        weight = alpha[..., None] / 255.0
        window[:] = (window * (1 - weight) + color * weight).astype(np.uint8)
        return Ink(x0, y0, alpha > 70)

    def _line(self, text, boxes, turn, size, jitter, shift, vertical) -> Line:  # type: ignore[no-untyped-def]
        def quad(x0: float, y0: float, x1: float, y1: float) -> Polygon:
            corners = np.array([[x0, y0, 1], [x1, y0, 1], [x1, y1, 1], [x0, y1, 1]])
            return Polygon(self.frame, tuple(map(tuple, corners @ turn.T)))

        chars = []
        for char, (x0, y0, x1, y1) in zip(text, boxes, strict=True):
            off = (shift + self.random.uniform(-jitter, jitter, 2)) * size
            if vertical:
                y0, y1 = y0 + off[0], max(y0 + off[0] + 2, y1 + off[1])
            else:
                x0, x1 = x0 + off[0], max(x0 + off[0] + 2, x1 + off[1])
            chars.append(Char(char, quad(x0, y0, x1, y1), 0.95))
        x0, y0 = min(b[0] for b in boxes), min(b[1] for b in boxes)
        x1, y1 = max(b[2] for b in boxes), max(b[3] for b in boxes)
        return Line(quad(x0, y0, x1, y1), tuple(chars), 0.95, vertical=vertical)

    def shade(self) -> None:
        """Darken towards one corner and add grain, as on a photo."""
        yy, xx = np.mgrid[0 : self.height, 0 : self.width]
        light = 1 - 0.35 * xx / self.width - 0.2 * yy / self.height
        noise = self.random.normal(0, 5, (self.height, self.width, 1))
        tint = np.array([1.0, 0.97, 0.9])
        shaded = self.pixels * light[..., None] * tint + noise
        self.pixels = shaded.clip(0, 255).astype(np.uint8)

    def rule(self, x0: int, y0: int, x1: int, y1: int, width: int = 2) -> None:
        """Draw a table rule."""
        cv2.line(self.pixels, (x0, y0), (x1, y1), (0, 0, 0), width)

    def reading(self, turn: int = 0) -> PageReading:
        """What was read, on an upright page that is stored turned the other way."""
        if not turn:
            return PageReading(self.frame, tuple(self.lines))
        width, height = (self.height, self.width) if turn % 2 else (self.width, self.height)
        frame = Frame(1, width, height, turn=turn)
        lines = []
        for line in self.lines:
            chars = tuple(
                Char(c.text, Polygon(frame, c.polygon.points), c.confidence) for c in line.chars
            )
            polygon = Polygon(frame, line.polygon.points)
            lines.append(Line(polygon, chars, line.confidence, line.source, line.vertical))
        return PageReading(frame, tuple(lines))

    def find(
        self,
        line: int,
        start: int,
        end: int,
        *,
        kind: Kind = Kind.PERSON_NAME,
        place: Place = Place.RUNNING,
        entity: str = "somebody",
        frame: Frame | None = None,
    ) -> Finding:
        """A finding on characters of a line."""
        points = [p for c in self.lines[line].chars[start:end] for p in c.polygon.points]
        xs, ys = zip(*points, strict=True)
        box = Polygon.from_bounds(frame or self.frame, min(xs), min(ys), max(xs), max(ys))
        return Finding(
            id=f"p1-{line}-{start}",
            page=1,
            kind=kind,
            polygon=box,
            entity=entity,
            recogniser="test",
            rule="test",
            score=1.0,
            reason="",
            place=place,
            line=line,
            start=start,
            end=end,
        )


def share_hidden(masked: NDArray[np.bool_], ink: Ink) -> float:
    """Share of a character's ink that lies under masks."""
    height, width = ink.pixels.shape
    window = masked[ink.y : ink.y + height, ink.x : ink.x + width]
    return float((window & ink.pixels).sum() / max(1, ink.pixels.sum()))


def source_page(pixels: NDArray[np.uint8], number: int = 1, **facts: object) -> SourcePage:
    """A stored page with the given facts."""
    height, width = pixels.shape[:2]
    defaults: dict[str, object] = {"origin": Origin.SCAN, "coding": Coding.LOSSLESS, "dpi": 150.0}
    return SourcePage(number, pixels, Frame(number, width, height), **(defaults | facts))  # type: ignore[arg-type]


@dataclass
class Source:
    """An opened file with the pages given."""

    stored: Sequence[SourcePage]
    name: str = "材料.pdf"

    @property
    def page_count(self) -> int:
        return len(self.stored)

    def page(self, n: int) -> SourcePage:
        return self.stored[n - 1]
