"""What reading hands on: lines of text with one box a character, on the upright page."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from pipeline.geometry import Frame, Polygon


class TextSource(StrEnum):
    """What a line's text was taken from."""

    OCR = "ocr"
    LAYER = "layer"


@dataclass(frozen=True, slots=True)
class Char:
    """One character, its box and how sure the reader is, 0 to 1."""

    text: str = field(repr=False)
    polygon: Polygon
    confidence: float


@dataclass(frozen=True, slots=True)
class Line:
    """One detected line of ink.

    ``polygon`` has four corners, clockwise from the start of the line's upper edge, so it also
    holds the line's slant. ``chars`` is empty where ink was found but nothing could be read: such a
    line is kept, because masking by place needs to know of the ink.
    """

    polygon: Polygon
    chars: tuple[Char, ...] = field(repr=False)
    confidence: float
    source: TextSource = TextSource.OCR
    vertical: bool = False

    @property
    def text(self) -> str:
        """The characters as one string."""
        return "".join(c.text for c in self.chars)


@dataclass(frozen=True, slots=True)
class LayerReport:
    """How a page's text layer compares with its pixels: how many of its lines are which."""

    trusted: int = 0
    hidden: int = 0
    contradicted: int = 0

    @property
    def lies(self) -> bool:
        """True when the layer says something that the pixels do not show."""
        return self.hidden > 0 or self.contradicted > 0


@dataclass(frozen=True, slots=True)
class PageQuality:
    """How well a page can be read; all 0 where nothing was read that could be measured.

    Attributes:
        text_height: Median height of a line in pixels of the stored page, weighted by characters.
        sharpness: Share of the way from ink to paper that the steepest edges take in one pixel of a
            strip, 0 to 1.
        contrast: How much darker than its paper the ink is, 0 to 1.
        weak: Share of the characters that may be others, unread ink by its length, 0 to 1.
        uncovered: Share of what looks like writing that lies in no line, 0 to 1.
        slant: Degrees that the lines rise or fall.
        aslant: Lines that stand aslant on the page, as watermarks do; indices of its lines.
        watermark: Some of those were found in what is paler than the print, readable or not.
    """

    text_height: float = 0.0
    sharpness: float = 0.0
    contrast: float = 0.0
    weak: float = 0.0
    uncovered: float = 0.0
    slant: float = 0.0
    aslant: tuple[int, ...] = ()
    watermark: bool = False


@dataclass(frozen=True, slots=True)
class PageReading:
    """All lines of one page, in reading order, on the upright page at stored resolution.

    Attributes:
        frame: The upright grid; ``frame.source`` is the stored one.
        lines: In reading order (top to bottom, then left to right).
        turn_confidence: How sure the reader is of which way is up, 0 to 1.
        layer: What became of the text layer.
        quality: How well the page could be read.
    """

    frame: Frame
    lines: tuple[Line, ...] = field(repr=False)
    turn_confidence: float = 1.0
    layer: LayerReport = LayerReport()
    quality: PageQuality = PageQuality()
