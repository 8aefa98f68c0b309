"""Pages for detection without OCR: lines of text laid out on a grid, one box a character."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.dossier import Action, Applicant, Finding
from pipeline.geometry import Frame, Polygon
from pipeline.policy import Policy
from pipeline.reading.lines import Char, Line, PageQuality, PageReading

EM = 32
APPLICANT = Applicant(
    name="张伟平",
    id_number="340403198706123417",
    unit="淮南市第二中学",
    phone="13955412345",
    email="zwp1987@163.com",
)
_MARKS = re.compile("[⟦⟧]")


@dataclass
class Sheet:
    """An upright page under construction; all measures in pixels."""

    page: int = 1
    width: int = 1240
    height: int = 1754
    lines: list[Line] = field(default_factory=list)
    aslant: tuple[int, ...] = ()
    pixels: NDArray[np.uint8] = field(init=False)

    def __post_init__(self) -> None:
        self.pixels = np.full((self.height, self.width, 3), 255, np.uint8)
        self.frame = Frame(self.page, self.width, self.height)

    def write(
        self, text: str, x: float, y: float, *, weak: Mapping[int, float] | None = None
    ) -> Sheet:
        """Add a line that begins at (x, y).

        A wide space is a gap without a character, as a recogniser leaves it out; a narrow one is a
        character. ``⟦`` and ``⟧`` are left out. ``weak`` are confidences by index in the text.
        """
        chars: list[Char] = []
        at = x
        for text_char in _MARKS.sub("", text):
            advance = EM if ord(text_char) > 0x2E80 else 0.5 * EM
            if text_char != "　":
                box = Polygon.from_bounds(self.frame, at + 1, y, at + advance - 1, y + EM)
                confidence = (weak or {}).get(len(chars), 0.99)
                chars.append(Char(text_char, box, confidence))
            at += advance
        mean = sum(c.confidence for c in chars) / len(chars)
        outline = Polygon.from_bounds(self.frame, x, y - 2, at, y + EM + 2)
        self.lines.append(Line(outline, tuple(chars), mean))
        return self

    def rule(self, x0: int, y0: int, x1: int, y1: int) -> Sheet:
        """Draw a table rule."""
        cv2.line(self.pixels, (x0, y0), (x1, y1), (0, 0, 0), 2)
        return self

    def table(self, rows: Iterable[Iterable[str]], x: int, y: int, cell: tuple[int, int]) -> Sheet:
        """Draw a ruled table with a line of text in every cell that has any."""
        wide, high = cell
        cells = [list(row) for row in rows]
        right, bottom = x + wide * len(cells[0]), y + high * len(cells)
        for r in range(len(cells) + 1):
            self.rule(x, y + r * high, right, y + r * high)
        for c in range(len(cells[0]) + 1):
            self.rule(x + c * wide, y, x + c * wide, bottom)
        for r, row in enumerate(cells):
            for c, text in enumerate(row):
                if text:
                    self.write(text, x + c * wide + 14, y + r * high + (high - EM) / 2)
        return self

    def scribble(self, x: int, y: int, width: int = 120) -> Sheet:
        """Draw pen strokes that were not read."""
        steps = np.linspace(0, 1, 40)
        xs, ys = x + steps * width, y + 14 + 14 * np.sin(steps * 25)
        points = np.stack([xs, ys], axis=1).astype(np.int32)
        cv2.polylines(self.pixels, [points], False, (40, 40, 90), 3)
        return self

    @property
    def reading(self) -> PageReading:
        """The page as read."""
        return PageReading(self.frame, tuple(self.lines), quality=PageQuality(aslant=self.aslant))


def sheet_of(*lines: str, page: int = 1) -> Sheet:
    """Set lines of text one under the other, far enough apart to be no paragraph."""
    sheet = Sheet(page, height=240 + 96 * len(lines))
    for number, text in enumerate(lines):
        sheet.write(text, 120, 120 + 96 * number)
    return sheet


def hidden(findings: Iterable[Finding], policy: Policy) -> list[Finding]:
    """Return the findings that the policy hides."""
    return [f for f in findings if policy.action(f.kind) is Action.MASK]


def shown(sheet: Sheet, findings: Iterable[Finding], policy: Policy) -> list[str]:
    """Return the sheet's lines with what is hidden between ``⟦`` and ``⟧``, gaps left out."""
    masked = {
        (f.line, i) for f in hidden(findings, policy) if f.line is not None
        for i in range(f.start, f.end)
    }  # fmt: skip
    out = []
    for number, line in enumerate(sheet.lines):
        text, inside = "", False
        for index, char in enumerate(line.chars):
            if ((number, index) in masked) != inside:
                text += "⟧" if inside else "⟦"
                inside = not inside
            text += char.text
        out.append(_plain(text + ("⟧" if inside else "")))
    return out


def expected(*lines: str) -> list[str]:
    """Return marked lines in the form of :func:`shown`."""
    return [_plain(line) for line in lines]


def _plain(text: str) -> str:
    # 张⟧、⟦李: whether a space or an edge lies in or out of a mask is no matter.
    text = re.sub(r"[\s　]", "", text)
    return re.sub("⟧⟦", "", text)
