"""Pages of stored files as pictures for the screen: rendered once, kept encrypted."""

from __future__ import annotations

import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np

from dossiers.crypto import decrypt_bytes, encrypt_bytes
from dossiers.errors import DamagedValueError, KeyMissingError
from dossiers.models import FileRole, StoredFile
from dossiers.places import private_folder
from dossiers.storage import Storage
from pipeline.geometry import shrink_pixels, turn_pixels
from pipeline.intake import open_source

#: Widths in pixels: for a pane of an office screen, for reading, for a magnified stamp.
WIDTHS = (900, 1800, 3600)
_QUALITY = 82
_PURPOSE = "page picture"
_MOST_BYTES = 1 << 30
_PRUNE_EVERY = 64

_rendering = threading.BoundedSemaphore(2)
_ahead = ThreadPoolExecutor(1, thread_name_prefix="page-picture")
_written = 0


def page_picture(file: StoredFile, page: int, width: int, turn: int) -> bytes:
    """Return a page as JPEG.

    Args:
        file: A stored file with pages; nobody's permission is asked here.
        page: From 1.
        width: One of :data:`WIDTHS`; a page that has fewer pixels stays as it is.
        turn: Quarter turns clockwise from the stored page to the upright one.

    Raises:
        StorageError: The store has lost it.
        RefusedInputError: It cannot be opened, or has no such page.
    """
    place = _place(file, page, width, turn)
    kept = _kept(place)
    if kept is not None:
        return kept
    with _rendering:
        kept = _kept(place)
        return _rendered(file, page, width, turn, place) if kept is None else kept


def prepare(file: StoredFile, page: int, turn: int) -> None:
    """Render a page that will be wanted next, beside everything else; shows it to nobody."""
    if not _place(file, page, WIDTHS[0], turn).exists():
        _ahead.submit(page_picture, file, page, WIDTHS[0], turn)


def _rendered(file: StoredFile, page: int, width: int, turn: int, place: Path) -> bytes:
    name = "副本" if file.role == FileRole.MASKED else "原件"
    with Storage().local(file) as path, open_source(path, name=name) as source:
        pixels = turn_pixels(source.page(page).pixels, turn)
    if pixels.shape[1] > width:
        pixels = shrink_pixels(pixels, width, round(pixels.shape[0] * width / pixels.shape[1]))
    quality = [cv2.IMWRITE_JPEG_QUALITY, _QUALITY]
    done, coded = cv2.imencode(".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), quality)
    if not done:
        raise ValueError("the page cannot be coded")
    data = np.asarray(coded).tobytes()
    _keep(place, data)
    return data


def _place(file: StoredFile, page: int, width: int, turn: int) -> Path:
    name = hashlib.sha256(f"{file.key} {page} {width} {turn}".encode()).hexdigest()
    return private_folder("pages") / name


def _kept(place: Path) -> bytes | None:
    try:
        return decrypt_bytes(place.read_bytes(), _PURPOSE)
    except (OSError, DamagedValueError, KeyMissingError):
        return None


def _keep(place: Path, data: bytes) -> None:
    """Keep a picture; a full disk only costs the next one who looks some time."""
    global _written
    temporary = place.with_name(f"{place.name}.{threading.get_ident()}.part")
    try:
        temporary.write_bytes(encrypt_bytes(data, _PURPOSE))
        temporary.chmod(0o600)
        temporary.replace(place)
    except OSError:
        temporary.unlink(missing_ok=True)
    _written += 1
    if _written % _PRUNE_EVERY == 0:
        _prune(place.parent)


def _prune(folder: Path) -> None:
    """Remove the oldest pictures beyond what may be kept."""
    kept = sorted(((p.stat().st_mtime, p) for p in folder.iterdir()), reverse=True)
    total = 0
    for _, place in kept:
        total += place.stat().st_size
        if total > _MOST_BYTES:
            place.unlink(missing_ok=True)
