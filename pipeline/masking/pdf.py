"""Writes the copy: catalog, pages, one image and one content stream a page, and nothing else.

A general PDF library adds dates, a producer and a random /ID. This writer knows only the objects a
copy may have, so that nothing can be carried over, equal input gives equal bytes, and pages go to
disk one by one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import BinaryIO

_CATALOG, _PAGES, _FONT = 1, 2, 3
_MAX_POINTS = 14400.0

_FONT_OBJECTS = (
    b"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UTF16-H"
    b"/DescendantFonts[4 0 R]/ToUnicode 6 0 R>>",
    b"<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/DW 1000/FontDescriptor 5 0 R"
    b"/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 5>>>>",
    b"<</Type/FontDescriptor/FontName/STSong-Light/Flags 4/FontBBox[0 -120 1000 880]"
    b"/ItalicAngle 0/Ascent 880/Descent -120/CapHeight 880/StemV 80>>",
)
_TO_UNICODE = (
    b"/CIDInit/ProcSet findresource begin 12 dict begin begincmap\n"
    b"/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>def\n"
    b"/CMapName/Adobe-Identity-UCS def/CMapType 2 def\n"
    b"1 begincodespacerange<0000><FFFF>endcodespacerange\n"
    b"1 beginbfrange<0000><FFFF><0000>endbfrange\n"
    b"endcmap CMapName currentdict/CMap defineresource pop end end"
)


@dataclass(frozen=True, slots=True)
class CodedImage:
    """A page image as it stands in the file.

    Attributes:
        data: The coded bytes.
        width: In pixels.
        height: In pixels.
        colors: PDF colour space.
        bits: Per component.
        filter: PDF filter name with its parameters, as dictionary entries.
    """

    data: bytes = field(repr=False)
    width: int
    height: int
    colors: bytes = field(repr=False)
    bits: int
    filter: bytes


class PdfWriter:
    """Writes one file, page by page, into an open binary stream at its start."""

    def __init__(self, out: BinaryIO, *, text_layer: bool = False) -> None:
        self._out = out
        self._text_layer = text_layer
        self._offsets: dict[int, int] = {}
        self._kids: list[int] = []
        self._next = _FONT
        self._at = 0
        self._write(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n")
        if text_layer:
            for body in _FONT_OBJECTS:
                self._object(self._take(), body)
            self._stream(self._take(), b"", _TO_UNICODE)

    def page(self, image: CodedImage, dpi: float, text: bytes = b"") -> None:
        """Add a page of ``pixels * 72 / dpi`` points with the image on all of it.

        Args:
            image: The page's pixels.
            dpi: Pixels per inch; raised where the page would exceed what PDF allows.
            text: Text operators in points, drawn over the image, or nothing.
        """
        scale = min(72.0 / dpi, _MAX_POINTS / max(image.width, image.height))
        width, height = _number(image.width * scale), _number(image.height * scale)
        xobject, content, page = self._take(), self._take(), self._take()
        self._stream(
            xobject,
            b"/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace%b/BitsPerComponent %d%b"
            % (image.width, image.height, image.colors, image.bits, image.filter),
            image.data,
        )
        self._stream(content, b"", b"q %b 0 0 %b 0 0 cm/I Do Q%b" % (width, height, text))
        fonts = b"/Font<</F %d 0 R>>" % _FONT if self._text_layer else b""
        self._object(
            page,
            b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 %b %b]/Resources<</XObject<</I %d 0 R>>%b>>"
            b"/Contents %d 0 R>>" % (_PAGES, width, height, xobject, fonts, content),
        )
        self._kids.append(page)

    def close(self) -> None:
        """Write the page tree, the catalog and the cross-reference table."""
        kids = b" ".join(b"%d 0 R" % kid for kid in self._kids)
        self._object(_PAGES, b"<</Type/Pages/Count %d/Kids[%b]>>" % (len(self._kids), kids))
        self._object(_CATALOG, b"<</Type/Catalog/Pages %d 0 R>>" % _PAGES)
        start, size = self._at, self._next
        self._write(b"xref\n0 %d\n0000000000 65535 f \n" % size)
        self._write(b"".join(b"%010d 00000 n \n" % self._offsets[n] for n in range(1, size)))
        self._write(
            b"trailer\n<</Size %d/Root %d 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, _CATALOG, start)
        )

    def _take(self) -> int:
        number = self._next
        self._next += 1
        return number

    def _stream(self, number: int, entries: bytes, data: bytes) -> None:
        self._object(
            number, b"<<%b/Length %d>>\nstream\n%b\nendstream" % (entries, len(data), data)
        )

    def _object(self, number: int, body: bytes) -> None:
        self._offsets[number] = self._at
        self._write(b"%d 0 obj\n%b\nendobj\n" % (number, body))

    def _write(self, data: bytes) -> None:
        self._out.write(data)
        self._at += len(data)


def _number(value: float) -> bytes:
    return f"{value:.4f}".rstrip("0").rstrip(".").encode("ascii")
