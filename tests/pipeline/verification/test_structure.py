from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pymupdf
import pytest
from PIL import Image

from pipeline.geometry import Frame
from pipeline.masking.pdf import CodedImage, PdfWriter
from pipeline.verification.layer import check_layer
from pipeline.verification.search import Wanted
from pipeline.verification.structure import check_structure
from tests.pipeline.verification.copies import APPLICANT, FIRST, masked, page, store, write_copy

NAME = APPLICANT.name[0]
UTF16 = ("\ufeff" + NAME).encode("utf-16-be").hex()


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("copies")
    first = page(FIRST)
    source = store(folder / "a.tif", [first.pixels])
    return write_copy(folder / "a.pdf", source, [masked(first.pixels, first.masks)]).read_bytes()


def _codes(data: bytes) -> set[str]:
    return {d.code for d in check_structure(data, APPLICANT)[0]}


def _resaved(data: bytes, change: Callable[[pymupdf.Document], object]) -> bytes:
    with pymupdf.open(stream=data, filetype="pdf") as document:
        change(document)
        return bytes(document.tobytes(garbage=0))


def test_a_good_copy_is_not_sent_to_a_person_for_its_structure(clean: bytes) -> None:
    assert _codes(clean) == set()
    assert _codes(_resaved(clean, lambda document: None)) == set()


def _jpeg(exif: bool = False) -> bytes:
    out = io.BytesIO()
    image = Image.fromarray(np.full((40, 60), 200, np.uint8))
    tags = Image.Exif()
    tags[0x013B] = NAME
    image.save(out, "JPEG", exif=tags if exif else b"", comment=b"")
    return out.getvalue()


def _orphan(document: pymupdf.Document) -> None:
    number = document.get_new_xref()
    document.update_object(number, "<<>>")
    document.update_stream(number, b"an old page image")


def _key(number: Callable[[pymupdf.Document], int], key: str, value: str) -> object:
    return lambda document: document.xref_set_key(number(document), key, value)


def _catalog(document: pymupdf.Document) -> int:
    return int(document.pdf_catalog())


def _first(document: pymupdf.Document) -> int:
    return int(document[0].xref)


def _image(document: pymupdf.Document) -> int:
    return int(document[0].get_images()[0][0])


CHANNELS = {
    "text layer": lambda d: d[0].insert_text((50, 100), NAME, fontname="china-s", render_mode=3),
    "visible text": lambda d: d[0].insert_text((50, 100), "x"),
    "box drawn over the image": lambda d: d[0].draw_rect((10, 10, 90, 30), fill=(0, 0, 0)),
    "info": lambda d: d.set_metadata({"author": "x"}),
    "xmp": lambda d: d.set_xml_metadata("<x/>"),
    "embedded file": lambda d: d.embfile_add("x", b"x"),
    "thumbnail": _key(_first, "Thumb", "1 0 R"),
    "piece info": _key(_first, "PieceInfo", "<</App<</Private(x)>>>>"),
    "page metadata": _key(_first, "Metadata", "1 0 R"),
    "page tab order": _key(_first, "Tabs", "/S"),
    "page turned by the viewer": _key(_first, "Rotate", "90"),
    "script": _key(_catalog, "OpenAction", "<</S/JavaScript/JS(x)>>"),
    "names": _key(_catalog, "Names", "<<>>"),
    "structure tree": _key(_catalog, "StructTreeRoot", "<<>>"),
    "form": _key(_catalog, "AcroForm", "<</Fields[]>>"),
    "soft mask": _key(_image, "SMask", "1 0 R"),
    "image metadata": _key(_image, "Metadata", "1 0 R"),
    "image alternate": _key(_image, "Alternates", "[]"),
    "sticky note": lambda d: d[0].add_text_annot((50, 50), "x"),
    "free text": lambda d: d[0].add_freetext_annot((50, 50, 90, 90), "x"),
    "attached file": lambda d: d[0].add_file_annot((50, 50), b"x", "x"),
    "bookmark": lambda d: d.set_toc([[1, "x", 1]]),
    "page label": lambda d: d.set_page_labels([{"startpage": 0, "prefix": "x", "style": "D"}]),
    "layer": lambda d: d.add_ocg("x"),
    "second image": lambda d: d[0].insert_image((0, 0, 30, 30), stream=_jpeg()),
    "orphan": _orphan,
    "extra page": lambda d: d.new_page(),
}


@pytest.mark.parametrize("channel", CHANNELS)
def test_no_channel_beside_the_pixels_leaves_the_house(clean: bytes, channel: str) -> None:
    change: Callable[[pymupdf.Document], object] = CHANNELS[channel]  # type: ignore[assignment]
    assert _codes(_resaved(clean, change))


CODINGS = {
    "utf-8": f"({NAME})".encode(),
    "gbk": b"(" + NAME.encode("gbk") + b")",
    "utf-16 in hex": f"<{UTF16}>".encode(),
    "utf-16 in spaced hex": ("<" + " ".join(UTF16) + ">").encode(),
    "octal escapes": ("(" + "".join(f"\\{b:03o}" for b in NAME.encode()) + ")").encode(),
    "name escapes": ("/" + "".join(f"#{b:02X}" for b in NAME.encode())).encode(),
    "two strings in a row": b"[(" + NAME[:2].encode() + b") -20 (" + NAME[2:].encode() + b")]",
    "number": b"(34040319870612 3415)".replace(b" ", b""),
}


@pytest.mark.parametrize("coding", CODINGS)
def test_the_name_is_seen_in_the_file_however_it_is_written(clean: bytes, coding: str) -> None:
    data = clean.replace(b"/Type/Catalog", b"/Type/Catalog/X " + CODINGS[coding])
    assert "copy-string" in _codes(data)


def test_older_revisions_and_bytes_beside_the_objects_are_seen(
    clean: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "b.pdf"
    path.write_bytes(clean)
    with pymupdf.open(path) as document:
        document.set_metadata({"title": "x"})
        document.saveIncr()
    assert "copy-revision" in _codes(path.read_bytes())
    assert "copy-revision" in _codes(clean + b"%%EOF\n")
    assert "copy-revision" in _codes(clean + b"x")
    assert "copy-not-plain" in _codes(clean.replace(b"endobj\n", b"endobj\n% x\n", 1))
    assert _codes(clean[:-200])
    assert _codes(b"")


@pytest.mark.parametrize("place", ["exif", "comment", "thumbnail", "icc", "behind", "other size"])
def test_nothing_travels_inside_the_page_image(place: str) -> None:
    plain = _jpeg()
    head, tail = plain[:2], plain[2:]
    data = {
        "exif": _jpeg(exif=True),
        "comment": head + b"\xff\xfe\x00\x06abcd" + tail,
        "thumbnail": plain[:4] + b"\x00\x13" + plain[6:18] + b"\x01\x01abc" + plain[20:],
        "icc": head + b"\xff\xe2\x00\x06abcd" + tail,
        "behind": plain + b"abcd",
        "other size": plain,
    }[place]
    width = 61 if place == "other size" else 60

    def codes(image: bytes, across: int) -> set[str]:
        out = io.BytesIO()
        writer = PdfWriter(out)
        coded = CodedImage(image, across, 40, b"/DeviceGray", 8, b"/Filter/DCTDecode")
        writer.page(coded, 200.0)
        writer.close()
        return _codes(out.getvalue())

    assert codes(plain, 60) == set()
    assert "copy-jpeg" in codes(data, width)


def test_our_own_invisible_text_passes_unless_it_names_the_applicant(clean: bytes) -> None:
    first = page(FIRST)
    frame, wanted = Frame(1, *first.pixels.shape[1::-1]), Wanted.of(APPLICANT)

    def layer(text: str, x: float) -> set[str]:
        data = _resaved(
            clean,
            lambda d: d[0].insert_text((x, 330), text, fontname="china-s", render_mode=3),
        )
        with pymupdf.open(stream=data, filetype="pdf") as document:
            found = check_layer(document[0], frame, first.masks, (), wanted)
        return {d.code for d in found} | _codes(data)

    assert layer("教学目标明确", 40) == set()
    assert "layer-string" in layer("张 伟 平", 40)
    assert "layer-number" in layer("王某 13812345678", 40)
