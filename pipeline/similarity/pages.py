"""A document's text taken from its pages, with the way back from the text to the pages.

Lines come in reading order, columns one after the other; running headers and footers and page
numbers are left out, as they differ between two printings of one text and would match between any
two papers of a journal, and notes at the foot come last, as they stand within a sentence. Lines are
joined by a line break; what line breaks and hyphens mean is left to
:mod:`pipeline.similarity.text`.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field

import numpy as np
from numpy.typing import NDArray

from pipeline.geometry import Frame, Polygon
from pipeline.reading.lines import Line, PageReading
from pipeline.reading.sides import sides_of
from pipeline.similarity.columns import in_columns
from pipeline.similarity.furniture import without_furniture
from pipeline.similarity.nouns import Span

# Corners are kept to a quarter of a pixel.
_STEPS = 4
_ZIP_LEVEL = 6


@dataclass(frozen=True, slots=True, eq=False)
class PageText:
    """The text of some pages.

    Attributes:
        raw: The text; every line of the pages ends in a line break.
        frames: Upright grid of each page that has lines.
        lines: A row for each line: start and end in ``raw`` without its line break, and which of
            the frames; int32, ``(n, 3)``.
        corners: Corners of the box of each code point, clockwise, in its page's upright pixels;
            zeros for line breaks; float32, ``(len(raw), 4, 2)``.
    """

    raw: str = field(repr=False)
    frames: tuple[Frame, ...]
    lines: NDArray[np.int32] = field(repr=False)
    corners: NDArray[np.float32] = field(repr=False)

    def places(self, span: Span) -> list[tuple[int, Polygon]]:
        """Return where a span stands: the page and a box for each line that it touches.

        The boxes are on the upright page, clockwise, and follow lines that lie askew.
        """
        starts, ends = self.lines[:, 0], self.lines[:, 1]
        first = int(np.searchsorted(ends, span.start, "right"))
        last = int(np.searchsorted(starts, span.end, "left"))
        found = []
        for start, end, number in self.lines[first:last].tolist():
            frame = self.frames[number]
            pieces = self.corners[max(start, span.start) : min(end, span.end)]
            if len(pieces):
                whole = self.corners[start:end]
                found.append((frame.page, _around(frame, pieces, _direction(whole))))
        return found

    def to_bytes(self) -> bytes:
        """Pack all but the text; see :meth:`from_bytes`."""
        head = json.dumps([asdict(frame) for frame in self.frames]).encode()
        steps = np.rint(self.corners.reshape(-1, 8) * _STEPS).astype("<i4")
        steps[1:] -= steps[:-1].copy()
        sizes = np.array([len(head), len(self.lines), len(self.corners)], "<i4")
        # All values of one corner after each other: neighbours are alike, and pack well.
        rest = sizes.tobytes() + head + self.lines.astype("<i4").tobytes() + steps.T.tobytes()
        return zlib.compress(rest, _ZIP_LEVEL)

    @classmethod
    def from_bytes(cls, raw: str, packed: bytes) -> PageText:
        """Unpack what :meth:`to_bytes` gave; corners come back to a quarter of a pixel."""
        rest = zlib.decompress(packed)
        head, lines, points = np.frombuffer(rest, "<i4", 3).tolist()
        at = 12 + head
        frames = tuple(Frame(**facts) for facts in json.loads(rest[12:at]))
        rows = np.frombuffer(rest, "<i4", lines * 3, at).reshape(-1, 3).astype(np.int32)
        steps = np.frombuffer(rest, "<i4", points * 8, at + lines * 12).reshape(8, -1).T
        corners = np.cumsum(steps, axis=0, dtype=np.int32).astype(np.float32)
        corners /= np.float32(_STEPS)
        return cls(raw, frames, rows, corners.reshape(-1, 4, 2))


def read_text(pages: Sequence[PageReading]) -> PageText:
    """Take the text from pages that were read, by OCR or from a text layer that the pixels show.

    Args:
        pages: The pages in order. Which of a package belong to the paper is the caller's to say.
    """
    texts: list[str] = []
    rows: list[tuple[int, int, int]] = []
    boxes: list[NDArray[np.float32]] = []
    frames: list[Frame] = []
    length = 0
    for line in _lines(pages):
        frame = line.polygon.frame
        if not frames or frames[-1] != frame:
            frames.append(frame)
        text = line.text
        texts.append(text + "\n")
        boxes.append(_char_corners(line))
        rows.append((length, length + len(text), len(frames) - 1))
        length += len(text) + 1
    corners = np.concatenate(boxes) if boxes else np.zeros((0, 4, 2), np.float32)
    table = np.array(rows, np.int32).reshape(-1, 3)
    return PageText("".join(texts), tuple(frames), table, corners)


def _lines(pages: Sequence[PageReading]) -> Iterator[Line]:
    """Yield the lines of the text in reading order, notes after all else."""
    sides = [side for page in pages for side in sides_of(page)]
    notes: list[Line] = []
    upright = {page.frame.page: page for page in pages}
    for side, parts in zip(sides, without_furniture(sides), strict=True):
        if side.rows:
            yield from in_columns([line for row in parts.text for line in row.lines])
            notes += in_columns([line for row in parts.notes for line in row.lines])
        else:
            # Text set in columns from the right: the reader has put it in order.
            yield from (line for line in upright[side.page].lines if line.chars)
    yield from notes


def _char_corners(line: Line) -> NDArray[np.float32]:
    """Corners of a line's code points and of its line break; one box may hold several."""
    corners = [char.polygon.array() for char in line.chars for _ in char.text]
    corners.append(np.zeros((4, 2), np.float32))
    return np.stack(corners)


def _direction(corners: NDArray[np.float32]) -> NDArray[np.float64]:
    """Unit vector along a line, from the centres of its characters."""
    centers = corners.mean(axis=1).astype(np.float64)
    along = centers[-1] - centers[0]
    length = float(np.hypot(*along))
    return along / length if length > 0 else np.array([1.0, 0.0])


def _around(frame: Frame, corners: NDArray[np.float32], direction: NDArray[np.float64]) -> Polygon:
    """The rectangle along a direction around some boxes."""
    across = np.array([-direction[1], direction[0]])
    points = corners.reshape(-1, 2).astype(np.float64)
    s, t = points @ direction, points @ across
    ends = ((s.min(), t.min()), (s.max(), t.min()), (s.max(), t.max()), (s.min(), t.max()))
    outline = [a * direction + b * across for a, b in ends]
    return Polygon(frame, tuple((float(x), float(y)) for x, y in outline))
