"""Pages as they come from the reading: lines whose words and places a test writes down."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.geometry import Frame, Polygon
from pipeline.reading.lines import Char, Line, PageReading

#: An A4 page at about 120 dpi.
WIDTH, HEIGHT = 1000, 1414


@dataclass(frozen=True)
class Ink:
    """A line of print: its upper left corner and its height in pixels, how it slants and was read.

    Ideographs are as wide as high, all else half as wide; ``fall`` is in pixels per pixel.
    """

    text: str
    x: float
    y: float
    size: float = 20.0
    confidence: float = 0.98
    fall: float = 0.0

    def line(self, frame: Frame) -> Line:
        """Return the line as a reader would."""
        chars, x = [], self.x
        for char in self.text:
            width = self.size if ord(char) > 0x2E7F else self.size / 2
            chars.append(Char(char, self._quad(frame, x, x + width), self.confidence))
            x += width
        return Line(self._quad(frame, self.x, x), tuple(chars), self.confidence)

    def _quad(self, frame: Frame, x0: float, x1: float) -> Polygon:
        left, right = (self.y + self.fall * (x - self.x) for x in (x0, x1))
        low = self.size
        return Polygon(frame, ((x0, left), (x1, right), (x1, right + low), (x0, left + low)))


def typed(*ink: Ink, page: int = 1, width: int = WIDTH, height: int = HEIGHT) -> PageReading:
    """Return a page on which some lines stand."""
    frame = Frame(page, width, height)
    return PageReading(frame, tuple(one.line(frame) for one in ink))


def below(*texts: str, x: float = 100, y: float = 200, size: float = 20.0) -> tuple[Ink, ...]:
    """Return lines below each other."""
    return tuple(Ink(text, x, y + 1.7 * size * n, size) for n, text in enumerate(texts))
