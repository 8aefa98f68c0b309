"""The place of a line of text on a page, in a frame in which lines can be compared."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class LineBox:
    """A line's place after the page's slant is taken out, for comparing lines with each other.

    ``real`` are its bounds on the page itself, for looking at the pixels around it.
    """

    index: int
    x0: float
    y0: float
    x1: float
    y1: float
    real: tuple[float, float, float, float]
    height: float = field(init=False)
    middle: float = field(init=False)

    def __post_init__(self) -> None:
        self.height = self.y1 - self.y0
        self.middle = (self.y0 + self.y1) / 2
