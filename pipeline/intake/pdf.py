"""Pages of PDF files: a scan's own pixels where the page is one, else a drawing of the page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pipeline.geometry import Frame
from pipeline.intake.errors import (
    DamagedPdfError,
    EncryptedPdfError,
    LimitError,
    PageSizeError,
    TooManyPagesError,
    TooManyPixelsError,
)
from pipeline.intake.limits import Limits
from pipeline.intake.mupdf import MUPDF_LOCK, mupdf, pixmap_array
from pipeline.intake.pages import Coding, Origin, SourcePage
from pipeline.intake.pdf_scan import ScanImage, decode_scan, find_scan
from pipeline.intake.pdf_text import read_layer
from pipeline.intake.raster import DEFAULT_DPI, LONGEST_INCHES, sane_dpi

_RAISED_DPI = 300.0
_LEAST_DPI = 100.0
_INCOMPLETE = ("content stream", "not a stream")
_BIG_IMAGE = 0.1
_POINTS_PER_INCH = 72.0
_MM_PER_POINT = 25.4 / _POINTS_PER_INCH
_LEAST_POINTS = 14.0
_MOST_POINTS = 14_400.0


class PdfBackend:
    """Pages of one PDF. The grid of a page is the page without its /Rotate."""

    def __init__(self, path: Path, name: str, limits: Limits) -> None:
        """Open the file and count its pages.

        Raises:
            EncryptedPdfError: It asks for a password.
            DamagedPdfError: It has no page tree that can be read.
            TooManyPagesError: It has more pages than allowed.
        """
        self._name = name
        self._limits = limits
        with MUPDF_LOCK:
            try:
                self._document = mupdf.open(path, filetype="pdf")
            except Exception:  # MuPDF has a class for every kind of damage
                raise DamagedPdfError(name, what="打不开") from None
            try:
                self.page_count = self._checked_count()
            except BaseException:
                self._document.close()
                raise
        self._bytes = path.stat().st_size // self.page_count

    def _checked_count(self) -> int:
        if self._document.needs_pass:
            raise EncryptedPdfError(self._name)
        try:
            count = int(self._document.page_count)
        except Exception:
            raise DamagedPdfError(self._name, what="页面目录读不出来") from None
        if count > self._limits.pages:
            raise TooManyPagesError(self._name, actual=count, limit=self._limits.pages)
        if count < 1:
            raise DamagedPdfError(self._name, what="里面没有页面")
        return count

    def page(self, number: int) -> SourcePage:
        """Decode or draw one page.

        Raises:
            DamagedPdfError: The page cannot be loaded or drawn.
            LimitError: The page is over a limit.
        """
        with MUPDF_LOCK:
            try:
                mupdf.TOOLS.reset_mupdf_warnings()
                page = self._document[number - 1]
                turn = int(page.rotation) // 90 % 4
                if turn:
                    page.set_rotation(0)  # in memory only: every coordinate is then unrotated
                decoded = self._page(page, number, turn)
                if self._is_incomplete():
                    raise ValueError("a part of the page is missing")
                return decoded
            except (LimitError, MemoryError):
                raise
            except Exception:  # MuPDF has a class for every kind of damage
                what = f"第 {number} 页读不出来或不完整"
                raise DamagedPdfError(self._name, what=what) from None

    def _is_incomplete(self) -> bool:
        """Tell from MuPDF's complaints whether it left out a part of the page just drawn."""
        complaints = mupdf.TOOLS.mupdf_warnings().lower()
        if self._document.is_repaired:
            return "error" in complaints
        return any(words in complaints for words in _INCOMPLETE)

    def close(self) -> None:
        """Close the document."""
        with MUPDF_LOCK:
            self._document.close()

    def _page(self, page: Any, number: int, turn: int) -> SourcePage:
        self._check_paper(page, number)
        log = page.get_bboxlog()
        images = page.get_image_info()
        for width, height in _image_sizes(page, images):
            self._limits.check_pixels(self._name, number, width, height)
        scan = find_scan(page, log, images)
        if scan is not None:
            native = self._scan_page(page, number, turn, scan, log, images)
            if native is not None:
                return native
        return self._drawn_page(page, number, turn, log, images)

    def _check_paper(self, page: Any, number: int) -> None:
        width, height = page.rect.width, page.rect.height
        if min(width, height) < _LEAST_POINTS or max(width, height) > _MOST_POINTS:
            raise PageSizeError(
                self._name,
                page=number,
                width=round(width * _MM_PER_POINT),
                height=round(height * _MM_PER_POINT),
                least=round(_LEAST_POINTS * _MM_PER_POINT),
                limit=round(_MOST_POINTS * _MM_PER_POINT),
            )

    def _scan_page(
        self, page: Any, number: int, turn: int, scan: ScanImage, log: Any, images: Any
    ) -> SourcePage | None:
        decoded = decode_scan(page, scan)
        if decoded is None:
            return None
        height, width = decoded.pixels.shape[:2]
        frame = Frame(number, width, height)
        inches = (scan.matrix[0] / _POINTS_PER_INCH, scan.matrix[3] / _POINTS_PER_INCH)
        to_grid = (
            width / scan.matrix[0],
            height / scan.matrix[3],
            -scan.matrix[4] * width / scan.matrix[0],
            -scan.matrix[5] * height / scan.matrix[3],
        )
        return SourcePage(
            number=number,
            pixels=decoded.pixels,
            frame=frame,
            turn=turn,
            dpi=sane_dpi(width / inches[0], max(width, height)),
            origin=Origin.SCAN,
            coding=decoded.coding,
            stored_bytes=decoded.stored_bytes,
            quantization=decoded.quantization,
            subsampling=decoded.subsampling,
            gray=decoded.gray,
            layer=read_layer(page, frame, to_grid, decoded.pixels, log, images),
        )

    def _drawn_page(self, page: Any, number: int, turn: int, log: Any, images: Any) -> SourcePage:
        big = [image for image in images if _share(image, page) >= _BIG_IMAGE]
        dpi = self._drawing_dpi(page, number, big)
        zoom = dpi / _POINTS_PER_INCH
        pixmap = page.get_pixmap(
            matrix=mupdf.Matrix(zoom, zoom), colorspace=mupdf.csRGB, alpha=False, annots=True
        )
        pixels = pixmap_array(pixmap)
        frame = Frame(number, pixmap.width, pixmap.height)
        return SourcePage(
            number=number,
            pixels=pixels,
            frame=frame,
            turn=turn,
            dpi=dpi,
            origin=Origin.MIXED if big else Origin.DIGITAL,
            coding=Coding.VECTOR,
            stored_bytes=self._bytes,
            layer=read_layer(page, frame, (zoom, zoom, 0.0, 0.0), pixels, log, images),
        )

    def _drawing_dpi(self, page: Any, number: int, big: list[Any]) -> float:
        """Choose how finely to draw: as fine as the images, within reason and within limits."""
        native = max((_native_dpi(image) for image in big), default=0.0)
        inches = max(page.rect.width, page.rect.height) / _POINTS_PER_INCH
        if inches > LONGEST_INCHES and native:
            # One point a pixel is a common mistake of scanning software: the paper is not that big.
            dpi = min(max(native, _POINTS_PER_INCH), _RAISED_DPI)
        else:
            dpi = min(max(native, DEFAULT_DPI), _RAISED_DPI)
        area = page.rect.width * page.rect.height / _POINTS_PER_INCH**2
        allowed = min((self._limits.page_pixels / area) ** 0.5, self._limits.page_side / inches)
        if dpi > allowed * 0.999:
            dpi = allowed * 0.999
            if dpi < min(_LEAST_DPI, native or _LEAST_DPI):
                raise TooManyPixelsError(
                    self._name,
                    page=number,
                    width=round(page.rect.width / _POINTS_PER_INCH * _LEAST_DPI),
                    height=round(page.rect.height / _POINTS_PER_INCH * _LEAST_DPI),
                    limit=self._limits.page_pixels,
                )
        return dpi


def _image_sizes(page: Any, images: Any) -> set[tuple[int, int]]:
    """Return the stated sizes of all images that drawing a page would decode."""
    placed = {(image["width"], image["height"]) for image in images}
    return placed | {(image[2], image[3]) for image in page.get_images(full=True)}


def _share(image: Any, page: Any) -> float:
    visible = mupdf.Rect(image["bbox"]) & page.rect
    if visible.is_empty:
        return 0.0
    return float(visible.width * visible.height / (page.rect.width * page.rect.height))


def _native_dpi(image: Any) -> float:
    a, b, c, d = image["transform"][:4]
    across, down = (a * a + b * b) ** 0.5, (c * c + d * d) ** 0.5
    if across <= 0 or down <= 0:
        return 0.0
    return float(max(image["width"] / across, image["height"] / down) * _POINTS_PER_INCH)
