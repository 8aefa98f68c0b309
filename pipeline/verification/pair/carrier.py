"""Everything that a masked copy carries beside the pixels that are seen.

What is text is searched here. What is a picture (the scan under a drawn box, a page without its
notes or with its hidden layers, an earlier revision, a thumbnail, an attached file) becomes a
:class:`View`, which is then looked at like a page.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import pymupdf
from PIL import Image

from pipeline.dossier import Kind
from pipeline.intake import MUPDF_LOCK
from pipeline.verification.pair.nouns import Channel, Pixels
from pipeline.verification.pair.secrets import Secrets

_DPI = 130
_MOST_VIEWS = 60
_MOST_BYTES = 400_000_000
_SMALLEST = 24
_PAGE_SHARE = 0.98
_NESTED = b"\xff\xd8\xff"
_END = re.compile(rb"%%EOF")
_NOTE = re.compile(r"/Subtype/(?:Text|FreeText|Popup|Square|Stamp|Ink|Line|Link|FileAttachment)\b")


@dataclass(frozen=True, slots=True)
class View:
    """A picture that a file carries beside its pages; ``page`` is None where it has none."""

    channel: Channel
    page: int | None
    pixels: Pixels = field(repr=False)


@dataclass(frozen=True, slots=True)
class Carried:
    """A string that a file carries."""

    channel: Channel
    page: int | None
    kind: Kind


@dataclass(slots=True)
class Carrier:
    """What was found in a file, and whether something in it could not be looked at."""

    strings: list[Carried] = field(default_factory=list)
    views: list[View] = field(default_factory=list, repr=False)
    unread: bool = False

    def add(self, channel: Channel, page: int | None, kind: Kind | None) -> None:
        """Keep a string that was found."""
        carried = Carried(channel, page, kind) if kind else None
        if carried and carried not in self.strings:
            self.strings.append(carried)


def look_into(path: Path, name: str, secrets: Secrets) -> Carrier:
    """Search a masked copy's file and collect its other pictures.

    Args:
        path: The file.
        name: What the user calls it.
        secrets: What is searched.
    """
    carrier = Carrier()
    carrier.add(Channel.FILE_NAME, None, secrets.in_text(Path(name).stem))
    data = path.read_bytes()
    if b"%PDF-" in data[:1024]:
        with MUPDF_LOCK:
            _pdf(carrier, data, secrets)
    else:
        _image(carrier, data, secrets)
    return carrier


def _pdf(carrier: Carrier, data: bytes, secrets: Secrets) -> None:
    with pymupdf.open(stream=data, filetype="pdf") as document:
        _objects(carrier, document, secrets)
        _attachments(carrier, document, secrets)
        _pages(carrier, document, secrets)
    for end in list(_END.finditer(data))[:-1]:
        _revision(carrier, data[: end.end()], secrets)
    last = list(_END.finditer(data))[-1:]
    for tail in last:
        carrier.add(Channel.REVISION, None, secrets.in_plain(data[tail.end() :]))


def _objects(carrier: Carrier, document: pymupdf.Document, secrets: Secrets) -> None:
    """Search every object's dictionary and every stream that is not a picture."""
    contents = _contents(document)
    trailer = document.pdf_trailer(compressed=True)
    information = re.search(r"/Info (\d+)", trailer)
    carrier.add(Channel.METADATA, None, secrets.in_plain(trailer.encode("utf-8", "ignore")))
    for number in range(1, document.xref_length()):
        try:
            source = document.xref_object(number, compressed=True)
        except (RuntimeError, ValueError):
            continue
        is_info = information is not None and int(information[1]) == number
        channel = Channel.METADATA if is_info else _channel_of(source)
        carrier.add(channel, None, secrets.in_plain(source.encode("utf-8", "surrogateescape")))
        if not document.xref_is_stream(number):
            continue
        if "/Subtype/Image" in source:
            raw = document.xref_stream_raw(number)
            carrier.add(Channel.METADATA, None, secrets.in_coded(raw or b""))
            _nested(carrier, raw or b"", None)
        else:
            stream = document.xref_stream(number) or b""
            kind = secrets.in_plain(stream[:_MOST_BYTES])
            page = contents.get(number)
            carrier.add(channel if page is None else Channel.TEXT_LAYER, page, kind)


def _contents(document: pymupdf.Document) -> dict[int, int]:
    """Return the page of each content stream."""
    return {
        xref: number
        for number in range(1, document.page_count + 1)
        for xref in document[number - 1].get_contents()
    }


def _channel_of(source: str) -> Channel:
    """Tell from an object's dictionary which channel it belongs to."""
    if "/Type/Metadata" in source:
        return Channel.METADATA
    if "/EmbeddedFile" in source or "/Type/Filespec" in source:
        return Channel.ATTACHMENT
    if "/FT/" in source or "/Subtype/Widget" in source:
        return Channel.FORM_FIELD
    if "/Type/Annot" in source or _NOTE.search(source):
        return Channel.ANNOTATION
    if "/JavaScript" in source or "/JS" in source:
        return Channel.SCRIPT
    return Channel.OBJECT


def _attachments(carrier: Carrier, document: pymupdf.Document, secrets: Secrets) -> None:
    for number in range(document.embfile_count()):
        _attached(carrier, bytes(document.embfile_get(number)), secrets)
    for number in range(document.page_count):
        for note in document[number].annots() or ():
            if note.type[1] == "FileAttachment":
                _attached(carrier, bytes(note.get_file()), secrets)


def _attached(carrier: Carrier, data: bytes, secrets: Secrets) -> None:
    carrier.add(Channel.ATTACHMENT, None, secrets.in_plain(data))
    try:
        with pymupdf.open(stream=data) as inner:
            if inner.needs_pass:
                raise ValueError("locked")
            for number in range(inner.page_count):
                page = inner[number]
                carrier.add(Channel.ATTACHMENT, None, secrets.in_text(page.get_text()))
                _add_view(carrier, Channel.ATTACHMENT, None, _drawn(page))
    except Exception:  # anything may be attached; what cannot be opened, a person must look at
        carrier.unread = True


def _pages(carrier: Carrier, document: pymupdf.Document, secrets: Secrets) -> None:
    layers = list(document.get_ocgs() or ())
    if layers:
        document.set_layer(-1, on=layers)
    used: set[int] = set()
    for number in range(1, document.page_count + 1):
        page = document[number - 1]
        page.set_rotation(0)
        text = page.get_text(clip=pymupdf.INFINITE_RECT())
        carrier.add(Channel.TEXT_LAYER, number, secrets.in_text(text))
        images = page.get_images(full=True)
        used |= {image[0] for image in images}
        # The one picture of a plain scan is what the reader sees anyway.
        plain = len(images) == 1 and _fills(page)
        if not plain or layers or page.first_annot or page.first_widget:
            _add_view(carrier, Channel.UNDER_MASK, number, _drawn(page, notes=False))
        for image in images if not plain else ():
            _add_view(carrier, Channel.UNDER_MASK, number, _decoded(document, image[0]))
        thumb = document.xref_get_key(page.xref, "Thumb")
        if thumb[0] == "xref":
            xref = int(thumb[1].split()[0])
            used.add(xref)
            _add_view(carrier, Channel.THUMBNAIL, number, _decoded(document, xref))
    for xref in range(1, document.xref_length()):
        if xref not in used and document.xref_get_key(xref, "Subtype")[1] == "/Image":
            _add_view(carrier, Channel.OBJECT, None, _decoded(document, xref))


def _fills(page: pymupdf.Page) -> bool:
    """Whether a page paints its one picture over the whole page and nothing after it."""
    log = [kind for kind, _ in page.get_bboxlog() if not kind.startswith("ignore")]
    boxes = [box for kind, box in page.get_bboxlog() if kind == "fill-image"]
    if len(boxes) != 1 or log[-1] != "fill-image":
        return False
    shared = pymupdf.Rect(boxes[0]) & page.rect
    whole = float(page.rect.width * page.rect.height)
    return float(shared.width * shared.height) > _PAGE_SHARE * whole


def _revision(carrier: Carrier, data: bytes, secrets: Secrets) -> None:
    """Look at an earlier state of the file; the first half of a linearised file is none."""
    try:
        with pymupdf.open(stream=data, filetype="pdf") as document:
            if b"/Linearized" in data[:1024] and document.is_repaired:
                return
            for number in range(1, document.page_count + 1):
                page = document[number - 1]
                carrier.add(Channel.REVISION, number, secrets.in_text(page.get_text()))
                _add_view(carrier, Channel.REVISION, number, _drawn(page))
    except Exception:  # a piece of a file need not be a file
        return


def _image(carrier: Carrier, data: bytes, secrets: Secrets) -> None:
    """Search a picture's own metadata and collect the smaller pictures inside it."""
    carrier.add(Channel.METADATA, None, secrets.in_coded(data))
    try:
        with Image.open(io.BytesIO(data)) as image:
            told = [str(value) for value in image.info.values() if isinstance(value, (str, bytes))]
            told += [str(value) for value in image.getexif().values()]
        carrier.add(Channel.METADATA, None, secrets.in_text("\n".join(told)))
    except (OSError, ValueError):
        carrier.unread = True
    _nested(carrier, data, 1)


def _nested(carrier: Carrier, data: bytes, page: int | None) -> None:
    """Collect JPEGs inside a file or stream: thumbnails of EXIF, pictures behind the end."""
    at = data.find(_NESTED, 3)
    while at > 0 and len(carrier.views) < _MOST_VIEWS:
        picture = cv2.imdecode(np.frombuffer(data[at:], np.uint8), cv2.IMREAD_COLOR)
        if picture is not None:
            rgb = cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)
            _add_view(carrier, Channel.THUMBNAIL, page, np.asarray(rgb, np.uint8))
        at = data.find(_NESTED, at + 3)


def _add_view(carrier: Carrier, channel: Channel, page: int | None, pixels: Pixels | None) -> None:
    if pixels is None or min(pixels.shape[:2]) < _SMALLEST:
        return
    if len(carrier.views) >= _MOST_VIEWS:
        carrier.unread = True
        return
    carrier.views.append(View(channel, page, pixels))


def _drawn(page: pymupdf.Page, *, notes: bool = True) -> Pixels:
    pixmap = page.get_pixmap(dpi=_DPI, colorspace=pymupdf.csRGB, alpha=False, annots=notes)
    return _array(pixmap)


def _decoded(document: pymupdf.Document, xref: int) -> Pixels | None:
    try:
        return _array(pymupdf.Pixmap(pymupdf.csRGB, pymupdf.Pixmap(document, xref)))
    except (RuntimeError, ValueError):  # a stencil or a broken picture
        return None


def _array(pixmap: pymupdf.Pixmap) -> Pixels:
    whole = np.frombuffer(pixmap.samples_mv, np.uint8)
    # A copy: the samples go with the pixmap.
    return whole.reshape(pixmap.height, pixmap.width, pixmap.n)[..., :3].copy()
