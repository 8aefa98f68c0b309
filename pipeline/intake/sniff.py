"""What a file is, by its bytes and never by its name."""

from __future__ import annotations

from enum import StrEnum

from pipeline.intake.errors import (
    ArchiveAsPageError,
    OfficeFileError,
    UnknownFormatError,
    UnsupportedArchiveError,
)

HEAD_BYTES = 4096
_PDF_MARK_WITHIN = 1024

_HEIF_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"})
_ARCHIVES = {
    b"Rar!\x1a\x07": "RAR",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
}
_OFFICE_PARTS = (
    b"[Content_Types].xml",
    b"word/",
    b"xl/",
    b"ppt/",
    b"mimetypeapplication/vnd.oasis",
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class Media(StrEnum):
    """Media types that intake knows; the value is the MIME type."""

    PDF = "application/pdf"
    JPEG = "image/jpeg"
    PNG = "image/png"
    TIFF = "image/tiff"
    BMP = "image/bmp"
    WEBP = "image/webp"
    HEIC = "image/heic"
    ZIP = "application/zip"


def media_of(head: bytes) -> Media | None:
    """Return the media type that the first :data:`HEAD_BYTES` of a file state, if it is known."""
    if head.startswith(b"\xff\xd8\xff"):
        return Media.JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return Media.PNG
    if head[:4] in (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"):
        return Media.TIFF
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return Media.WEBP
    if head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS:
        return Media.HEIC
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return Media.ZIP
    if b"%PDF-" in head[:_PDF_MARK_WITHIN]:
        return Media.PDF
    if head.startswith(b"BM") and head[14:18] in _BMP_HEADERS:
        return Media.BMP
    return None


_BMP_HEADERS = frozenset(n.to_bytes(4, "little") for n in (12, 40, 52, 56, 64, 108, 124))


def is_office(head: bytes) -> bool:
    """Tell whether a file looks like a word processor's, a spreadsheet's or a presentation's."""
    if head.startswith(_OLE) or head.startswith(b"{\\rtf"):
        return True
    return head.startswith(b"PK\x03\x04") and any(part in head for part in _OFFICE_PARTS)


def page_media(name: str, head: bytes) -> Media:
    """Return the media type of a file that must have pages.

    Args:
        name: The file's name for the error's sentence.
        head: Its first :data:`HEAD_BYTES` bytes, not empty.

    Raises:
        OfficeFileError: A word processor's, spreadsheet's or presentation's file.
        ArchiveAsPageError: A ZIP.
        UnsupportedArchiveError: Another archive.
        UnknownFormatError: Anything else.
    """
    if is_office(head):
        raise OfficeFileError(name)
    media = media_of(head)
    if media is Media.ZIP:
        raise ArchiveAsPageError(name)
    if media is not None:
        return media
    for magic, what in _ARCHIVES.items():
        if head.startswith(magic):
            raise UnsupportedArchiveError(name, what=what)
    raise UnknownFormatError(name, what=_describe(head))


def _describe(head: bytes) -> str:
    lowered = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:64].lower()
    if lowered.startswith((b"<!doctype html", b"<html")):
        return "网页"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return " GIF 图片"
    if b"\x00" not in head:
        return "纯文本"
    return "未知数据"
