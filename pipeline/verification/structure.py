"""Walks the copy object by object and lets nothing pass that is not on a short list."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from pipeline.dossier import Applicant, Doubt
from pipeline.verification.content import paints_only
from pipeline.verification.doubts import doubt
from pipeline.verification.layout import PlainPdf, RevisionError, read_layout
from pipeline.verification.needles import byte_needles, in_coded_bytes, in_plain_bytes
from pipeline.verification.payload import inflated, inflates_to, is_bare_jpeg
from pipeline.verification.syntax import Name, NotPlainError, Ref, Stream, Value

# Keys that each kind of object may have; whatever is not named here does not pass.
_PAGES = {"Type", "Kids", "Count", "Parent"}
_PAGE = {"Type", "Parent", "MediaBox", "CropBox", "Rotate", "Resources", "Contents"}
_RESOURCES = {"XObject", "Font", "ProcSet"}
_IMAGE = {"Type", "Subtype", "Width", "Height", "ColorSpace", "BitsPerComponent"}
_IMAGE |= {"Filter", "DecodeParms", "Length"}
_PREDICTOR = {"Predictor", "Colors", "BitsPerComponent", "Columns"}
_FAX = {"K", "Columns", "Rows", "BlackIs1", "EndOfLine", "EncodedByteAlign", "EndOfBlock"}
_FONT = {"Type", "Subtype", "BaseFont", "Encoding", "DescendantFonts", "ToUnicode", "DW", "W"}
_FONT |= {"CIDSystemInfo", "FontDescriptor", "CIDToGIDMap", "FirstChar", "LastChar", "Widths"}
_DESCRIPTOR = {"Type", "FontName", "FontBBox", "Flags", "ItalicAngle", "Ascent", "Descent"}
_DESCRIPTOR |= {"StemV", "CapHeight", "XHeight", "MissingWidth"}
_FONT_FILES = {"FontFile", "FontFile2", "FontFile3"}
_SYSTEM = {"Registry", "Ordering", "Supplement"}
_CHANNELS = {"DeviceGray": 1, "DeviceRGB": 3}
# MuPDF signs what it writes with this and nothing else.
_SIGNATURE = re.compile(rb"(?:MuPDF [0-9.]{1,12})?")
_DEEPEST = 8


class _RefusedError(Exception):
    """Something is not on the list; ``code`` says what."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class ImagePlace:
    """A page's one image: its object number and its size in pixels."""

    number: int
    width: int
    height: int


@dataclass(slots=True)
class _Walk:
    pdf: PlainPdf
    visited: set[int] = field(default_factory=set)
    texts: list[bytes] = field(default_factory=list)
    images: list[ImagePlace] = field(default_factory=list)

    def get(self, value: Value) -> Value | Stream:
        """Follow a reference and mark its object as used."""
        if not isinstance(value, Ref):
            return value
        self.visited.add(value.number)
        found = self.pdf.objects.get(value.number)
        if value.generation or found is None or isinstance(found, Ref):
            raise _RefusedError("copy-object")
        return found

    def mapping(self, value: Value, allowed: set[str]) -> dict[str, Value]:
        """Follow to a dictionary that has only allowed keys."""
        found = self.get(value)
        if not isinstance(found, dict) or not set(found) <= allowed:
            raise _RefusedError("copy-object")
        return found

    def plain_stream(self, value: Value, allowed: set[str]) -> bytes:
        """Follow to a stream of text or font, decode it and keep it for the search of strings."""
        found = self.get(value)
        if not isinstance(found, Stream) or not set(found.entries) <= allowed | {
            "Length",
            "Filter",
        }:
            raise _RefusedError("copy-object")
        coding = found.entries.get("Filter")
        if coding not in (None, Name("FlateDecode"), [Name("FlateDecode")]):
            raise _RefusedError("copy-object")
        data = bytes(found.payload) if coding is None else inflated(bytes(found.payload))
        self.texts.append(data)
        return data


def check_structure(data: bytes, applicant: Applicant) -> tuple[list[Doubt], list[ImagePlace]]:
    """Check a copy's bytes against the list of what a copy consists of.

    Args:
        data: The whole file.
        applicant: Whose strings are searched in all bytes.

    Returns:
        The doubts, and the image of each page in order (complete only if there are no doubts).
    """
    needles = byte_needles(applicant)
    try:
        pdf = read_layout(data)
    except RevisionError:
        return [doubt("copy-revision"), *_searched(data, needles)], []
    except NotPlainError:
        return [doubt("copy-not-plain"), *_searched(data, needles)], []
    walk = _Walk(pdf)
    doubts = [doubt(code) for code in _walk_all(walk)]
    if set(pdf.objects) != walk.visited and not doubts:
        doubts.append(doubt("copy-orphan"))
    texts = [pdf.skeleton, *walk.texts]
    payloads = [o.payload for o in pdf.objects.values() if isinstance(o, Stream)]
    if any(in_plain_bytes(t, needles) for t in texts) or any(
        in_coded_bytes(p, needles) for p in payloads
    ):
        doubts.append(doubt("copy-string"))
    return doubts, walk.images


def _searched(data: bytes, needles: tuple[bytes, ...]) -> list[Doubt]:
    return [doubt("copy-string")] if in_plain_bytes(data, needles) else []


def _walk_all(walk: _Walk) -> list[str]:
    """Walk from the trailer; return the codes of what was refused."""
    codes: list[str] = []
    try:
        trailer = walk.mapping(dict(walk.pdf.trailer), {"Size", "Root", "ID", "Info"})
        if "Info" in trailer:
            _check_info(walk, trailer["Info"])
        catalog = walk.mapping(trailer.get("Root"), {"Type", "Pages", "Info"})
        if "Info" in catalog:
            _check_info(walk, catalog["Info"])
        for page in _pages(walk, catalog.get("Pages"), 0):
            _check_page(walk, page)
    except _RefusedError as refused:
        codes.append(refused.code)
    except (ValueError, TypeError, KeyError, IndexError):
        codes.append("copy-object")
    return codes


def _check_info(walk: _Walk, value: Value) -> None:
    info = walk.get(value)
    if not isinstance(info, dict) or not set(info) <= {"Producer"}:
        raise _RefusedError("copy-info")
    producer = info.get("Producer", b"")
    if not isinstance(producer, bytes) or not _SIGNATURE.fullmatch(producer):
        raise _RefusedError("copy-info")


def _pages(walk: _Walk, value: Value, depth: int) -> list[dict[str, Value]]:
    node = walk.mapping(value, _PAGES | _PAGE)
    if node.get("Type") == Name("Page"):
        return [walk.mapping(node, _PAGE)]
    walk.mapping(node, _PAGES)
    kids = walk.get(node.get("Kids"))
    if depth > _DEEPEST or not isinstance(kids, list):
        raise _RefusedError("copy-object")
    return [page for kid in kids for page in _pages(walk, kid, depth + 1)]


def _check_page(walk: _Walk, page: dict[str, Value]) -> None:
    box = walk.get(page.get("MediaBox"))
    if not isinstance(box, list) or box[:2] != [0, 0] or len(box) != 4:
        raise _RefusedError("copy-object")
    width, height = (float(v) for v in box[2:] if isinstance(v, (int, float)))
    if page.get("Rotate", 0) != 0 or walk.get(page.get("CropBox", box)) != box:
        raise _RefusedError("copy-object")
    resources = walk.mapping(page.get("Resources"), _RESOURCES)
    pictures = walk.get(resources.get("XObject"))
    if not isinstance(pictures, dict) or len(pictures) != 1:
        raise _RefusedError("copy-object")
    ((name, reference),) = pictures.items()
    walk.images.append(_check_image(walk, reference))
    fonts = walk.get(resources.get("Font", {}))
    if not isinstance(fonts, dict):
        raise _RefusedError("copy-object")
    for font in fonts.values():
        _check_font(walk, font, 0)
    if not paints_only(_contents(walk, page), name, width, height):
        raise _RefusedError("copy-content")


def _contents(walk: _Walk, page: dict[str, Value]) -> bytes:
    value = page.get("Contents")
    listed = walk.get(value)
    parts = listed if isinstance(listed, list) else [value]
    return b"\n".join(walk.plain_stream(part, set()) for part in parts)


def _check_image(walk: _Walk, reference: Value) -> ImagePlace:
    found = walk.get(reference)
    if not isinstance(found, Stream) or not isinstance(reference, Ref):
        raise _RefusedError("copy-image")
    entries = found.entries
    if not set(entries) <= _IMAGE or entries.get("Subtype") != Name("Image"):
        raise _RefusedError("copy-image")
    width, height = entries.get("Width"), entries.get("Height")
    bits = entries.get("BitsPerComponent", 1)
    if not isinstance(width, int) or not isinstance(height, int) or not isinstance(bits, int):
        raise _RefusedError("copy-image")
    channels = _channels(walk, entries.get("ColorSpace"), bits)
    payload = bytes(found.payload)
    coding = walk.get(entries.get("Filter"))
    coding = coding[0] if isinstance(coding, list) and len(coding) == 1 else coding
    if coding == Name("DCTDecode"):
        if "DecodeParms" in entries or bits != 8 or not is_bare_jpeg(payload, width, height):
            raise _RefusedError("copy-jpeg")
    elif coding == Name("FlateDecode"):
        row = (width * channels * bits + 7) // 8 + _predictor_byte(walk, entries)
        if not inflates_to(payload, row * height):
            raise _RefusedError("copy-image")
    elif coding == Name("CCITTFaxDecode"):
        walk.mapping(_parameters(walk, entries), _FAX)
    else:
        raise _RefusedError("copy-image")
    return ImagePlace(reference.number, width, height)


def _channels(walk: _Walk, value: Value, bits: int) -> int:
    space = walk.get(value)
    if isinstance(space, Name) and space in _CHANNELS:
        return _CHANNELS[space]
    if isinstance(space, list) and len(space) == 4 and space[0] == Name("Indexed"):
        base, last, palette = space[1], space[2], walk.get(space[3])
        if not isinstance(palette, bytes) or not isinstance(last, int) or last >= 1 << bits:
            raise _RefusedError("copy-image")
        if len(palette) == _CHANNELS[str(base)] * (last + 1):
            return 1
    raise _RefusedError("copy-image")


def _parameters(walk: _Walk, entries: dict[str, Value]) -> Value:
    value = walk.get(entries.get("DecodeParms", {}))
    if isinstance(value, list) and len(value) == 1:
        value = walk.get(value[0])
    if isinstance(value, Stream):
        raise _RefusedError("copy-image")
    return value


def _predictor_byte(walk: _Walk, entries: dict[str, Value]) -> int:
    """One byte a row when PNG predictors are used."""
    parameters = walk.mapping(_parameters(walk, entries), _PREDICTOR)
    predictor = parameters.get("Predictor", 1)
    if predictor == 1:
        return 0
    if isinstance(predictor, int) and 10 <= predictor <= 15:
        return 1
    raise _RefusedError("copy-image")


def _check_font(walk: _Walk, value: Value, depth: int) -> None:
    font = walk.mapping(value, _FONT)
    if depth > 1 or font.get("Type") != Name("Font") or font.get("Subtype") == Name("Type3"):
        raise _RefusedError("copy-object")
    descendants = walk.get(font.get("DescendantFonts", []))
    for descendant in descendants if isinstance(descendants, list) else [None]:
        _check_font(walk, descendant, depth + 1)
    if "CIDSystemInfo" in font:
        walk.mapping(font["CIDSystemInfo"], _SYSTEM)
    for key in ("W", "Widths"):
        walk.get(font.get(key))
    for key in ("Encoding", "CIDToGIDMap"):
        if not isinstance(font.get(key, Name("")), Name):
            walk.plain_stream(font[key], {"Type", "CMapName", "CIDSystemInfo", "WMode"})
    if "ToUnicode" in font:
        walk.plain_stream(font["ToUnicode"], {"Type"})
    if "FontDescriptor" in font:
        descriptor = walk.mapping(font["FontDescriptor"], _DESCRIPTOR | _FONT_FILES)
        for key in _FONT_FILES & set(descriptor):
            walk.plain_stream(descriptor[key], {"Length1", "Length2", "Length3", "Subtype"})
