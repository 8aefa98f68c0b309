"""Signs that a report was changed after the vendor made it.

In a text PDF: a later revision by another program, and numbers set in another font than those
beside them. In a scan: numbers that lie on a patch. A sign is sure only where the page's text is the
program's own, or the numbers were read clearly: an OCR program too appends text in other fonts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

import pymupdf

from pipeline.geometry import Polygon, turn_pixels
from pipeline.intake import MUPDF_LOCK, SourceFile
from pipeline.reading import PageReading
from pipeline.similarity.vendor_reports.nouns import Fault, FaultKind, Place
from pipeline.similarity.vendor_reports.pixels import find_patches

_PRODUCER = re.compile(rb"/Producer\s*(?:\((?P<text>(?:\\.|[^\\)])*)\)|<(?P<hex>[0-9A-Fa-f\s]*)>)")
_VALUE = re.compile(r"^[\[【(]?\s*\d[\d,.]*\s*(?:[%％]|[\]】)])?$|^\d+(?:\.\d+)?\s*[%％]$")
# A value anywhere in a text: behind its label, in brackets, a per cent.
_IN_TEXT = re.compile(r"[:：]\s*[\[【(]?\s*\d[\d,.]*|\d[\d,.]*\s*[%％]|[\[【]\s*\d[\d,.]*\s*[\]】]")
# A font that sets fewer than this share of a page's values is a stranger among them.
_STRANGER = 0.2
_FEWEST_VALUES = 6
# A layer with so many times more true lines than others is the page's own text.
_STRAY = 10
# MuPDF's flags of characters that are filled or stroked; an OCR layer over a scan is neither.
_INKED = 16 | 32


def find_edits(source: SourceFile, readings: Sequence[PageReading]) -> tuple[Fault, ...]:
    """Return the signs of editing in a report's file.

    Raises:
        RefusedInputError: The file can no longer be read.
    """
    painted = (fault for reading in readings for fault in _painted(source, reading))
    if source.media_type != "application/pdf":
        return tuple(painted)
    typed = all(_typed(reading) for reading in readings)
    return (*_revisions(source, typed=typed), *_fonts(source, readings), *painted)


def _painted(source: SourceFile, reading: PageReading) -> Iterator[Fault]:
    page = source.page(reading.frame.page)
    yield from find_patches(turn_pixels(page.pixels, reading.frame.turn), reading)


def _typed(reading: PageReading) -> bool:
    """Whether a page's text layer is what its pixels show, but for stray lines."""
    layer = reading.layer
    return layer.trusted > _STRAY * (layer.hidden + layer.contradicted)


def _revisions(source: SourceFile, *, typed: bool) -> Iterator[Fault]:
    data = source.path.read_bytes()
    ends = [m.end() for m in re.finditer(rb"%%EOF", data)]
    linear = b"/Linearized" in data[:2048]
    revisions = len(ends) - (1 if linear and len(ends) > 1 else 0)
    producers = {m["text"] or m["hex"] for m in _PRODUCER.finditer(data)}
    if revisions > 1:
        yield Fault(
            kind=FaultKind.EDITED,
            sure=typed and len(producers) > 1,
            reason="查重报告的PDF生成后又被别的程序改动过，请上传检测机构出具的原始文件。"
            if len(producers) > 1
            else "查重报告的PDF生成后又保存过，请人工核对是否被改动。",
        )


def _fonts(source: SourceFile, readings: Sequence[PageReading]) -> Iterator[Fault]:
    """Find values whose font is a stranger among the values of their page."""
    with MUPDF_LOCK, pymupdf.open(source.path, filetype="pdf") as document:
        for page, reading in zip(document, readings, strict=False):
            spans = [
                (str(span["font"]), tuple(span["bbox"]), str(span["text"]).strip())
                for block in page.get_text("dict")["blocks"]
                for line in block.get("lines", ())
                for span in line["spans"]
                if span["char_flags"] & _INKED
            ]
            values = [span for span in spans if _VALUE.match(span[2])]
            fonts = Counter(font for font, _, _ in values)
            for font, _, text in spans:
                if not _VALUE.match(text):
                    fonts[font] += len(_IN_TEXT.findall(text))
            if fonts.total() < _FEWEST_VALUES:
                continue
            for font, box, text in values:
                if fonts[font] <= _STRANGER * fonts.total():
                    yield Fault(
                        kind=FaultKind.EDITED,
                        sure=_typed(reading),
                        reason="查重报告里有的数字与同页其他数字字体不同，疑似改动；请上传检测机构出具的原始文件。",
                        place=_place(page, box, reading),
                        evidence=text,
                    )
                    break


def _place(page: pymupdf.Page, box: tuple[float, ...], reading: PageReading) -> Place:
    """Return a place of the PDF (points) on the upright page."""
    frame = reading.frame
    x, y = frame.width / page.rect.width, frame.height / page.rect.height
    shown = pymupdf.Rect(*box[:4]) * page.rotation_matrix
    outline = Polygon.from_bounds(frame, shown.x0 * x, shown.y0 * y, shown.x1 * x, shown.y1 * y)
    return Place(page=frame.page, polygon=outline)
