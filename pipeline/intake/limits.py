"""How much of a stranger's file is taken; each limit has its own error."""

from __future__ import annotations

from pydantic import Field

from pipeline.dossier import Noun
from pipeline.intake.errors import SideTooLongError, TooManyPixelsError

MB = 1024 * 1024


class Limits(Noun):
    """Bounds checked before anything is decoded, unpacked or drawn.

    Attributes:
        file_bytes: Bytes of one file.
        pages: Pages of one file.
        page_pixels: Pixels of one page.
        page_side: Pixels of a page's longer side.
        page_seconds: Seconds one page may take to decode or draw; a page cannot be interrupted, so
            the first one that takes longer ends its file.
        members: Files of one dossier, all archives inside it together.
        unpacked_bytes: Bytes of one dossier after unpacking, all archives inside it together.
        ratio: Times a member of a ZIP may grow when unpacked.
        nesting: Archives inside one another, the outermost included.
        json_bytes: Bytes of dossier.json or identity.json.
    """

    file_bytes: int = Field(default=512 * MB, gt=0)
    pages: int = Field(default=300, gt=0)
    page_pixels: int = Field(default=80_000_000, gt=0)
    page_side: int = Field(default=20_000, gt=0)
    page_seconds: float = Field(default=120.0, gt=0)
    members: int = Field(default=1000, gt=0)
    unpacked_bytes: int = Field(default=2048 * MB, gt=0)
    ratio: int = Field(default=200, gt=0)
    nesting: int = Field(default=3, gt=0)
    json_bytes: int = Field(default=MB, gt=0)

    def check_pixels(self, name: str, page: int, width: int, height: int) -> None:
        """Refuse a page by its size in pixels, as its header states it.

        Raises:
            SideTooLongError: A side is longer than ``page_side``.
            TooManyPixelsError: It has more than ``page_pixels``.
        """
        size = {"page": page, "width": width, "height": height}
        if max(width, height) > self.page_side:
            raise SideTooLongError(name, limit=self.page_side, **size)
        if width * height > self.page_pixels:
            raise TooManyPixelsError(name, limit=self.page_pixels, **size)
