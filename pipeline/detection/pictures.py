"""What a page shows besides writing: codes, faces, and pictures in which a school may be named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.detection.codes import Code, code_findings, find_codes
from pipeline.detection.faces import PICTURE, Face, FaceFinder, face_findings
from pipeline.detection.photos import Bounds, Photo, find_photos, is_bilevel, joined, tone_of
from pipeline.dossier import Finding, Kind, Place
from pipeline.geometry import Frame, shrink_pixels
from pipeline.policy import Policy
from pipeline.reading.lines import Line, PageReading

Pixels = NDArray[np.uint8]

_READ = 0.75
"""Confidence below which writing in a picture could say anything."""
_LONGER, _THICKEST = 1.7, 0.2
"""Length of a sign per its height, and its height per the shorter side of its picture."""
_OVER = 0.3
"""Share of a line in a head, or of a head in a line, from which the line is no writing."""
_SURE = ("decoded", "finders", "isbn", "issn")
_MOST_OF_IT = 0.25
"""Share of a code in a photograph's rectangle from which the rectangle is the code's background."""
_IN, _SOLID = 0.8, 0.6
"""Share of a code in a photograph from which it is a part of it, and share of tone from which that
is a photograph, and no page of coloured paper."""
_CAPTION, _LARGE = 4, 0.08
"""Lines that are read in a picture of people, at most: banners, a caption. And its share of the
page, from which it is hidden on a fax though no head was made out in it."""
_NUMBERS = (Kind.HOLDER_NUMBER, Kind.PHONE, Kind.ID_NUMBER, Kind.CERTIFICATE_NUMBER)


@dataclass(frozen=True, slots=True)
class Pictures:
    """What a page shows besides writing: photographs, codes, and the faces to hide."""

    photos: tuple[Photo, ...]
    codes: tuple[Code, ...]
    faces: tuple[Face, ...]


class PictureFinder:
    """Finds codes and faces; may be shared between threads.

    Args:
        faces_dir: Folder with CenterFace; see :class:`FaceFinder`.

    Raises:
        MissingFaceModelError: The folder has no model.
    """

    def __init__(self, faces_dir: Path | None) -> None:
        self._faces = FaceFinder(faces_dir)

    def look(self, pixels: Pixels, reading: PageReading) -> Pictures:
        """Find the pictures of a page.

        Args:
            pixels: The upright page, RGB, shape (height, width, 3).
            reading: The page as read.
        """
        half = shrink_pixels(pixels, max(1, pixels.shape[1] // 2), max(1, pixels.shape[0] // 2))
        tone = tone_of(half)
        fax = is_bilevel(half)
        photos = find_photos(half, tone)
        codes = find_codes(pixels, half, tone, reading, photos)
        faxed = self._faces.faxed_portraits(pixels, half) if fax else []
        # The dots of a faxed portrait look like modules.
        photos = [p for p in photos if not _is_code(p, codes) or _is_piece(p, faxed)]
        photos = _with_faxed(photos, faxed)
        codes = [c for c in codes if not _in_photo(c, photos)]
        faces = self._faces.find(pixels, photos)
        if fax:
            faces = _with_whole_pictures(faces, photos, reading)
        return Pictures(tuple(photos), tuple(codes), tuple(faces))

    def add(
        self,
        found: Sequence[Finding],
        pictures: Pictures,
        reading: PageReading,
        policy: Policy,
    ) -> tuple[Finding, ...]:
        """Return what was found in the writing of a page, and what its pictures add.

        Args:
            found: The findings of its writing. Numbers printed with a publication's bar code are
                taken out: they stay as the bars do.
            pictures: Those of the page.
            reading: The page as read.
            policy: Gives the reasons.
        """
        new = [
            *code_findings(pictures.codes, reading, policy),
            *face_findings(pictures.faces, reading, policy),
            *_unread(pictures, found, reading),
        ]
        kept = [f for f in found if not _of_publication(f, pictures.codes)]
        page = reading.frame.page
        return tuple(
            finding.model_copy(update={"id": f"p{page}-{number}"})
            for number, finding in enumerate([*kept, *new], 1)
        )


def _unread(
    pictures: Pictures, found: Sequence[Finding], reading: PageReading
) -> Iterator[Finding]:
    """Yield writing in pictures that was not read: a banner, a gate, a badge."""
    held = {finding.line for finding in found}
    for index, line in enumerate(reading.lines):
        if index in held or (line.chars and line.confidence >= _READ):
            continue
        if any(not p.portrait and _is_sign(line, p, pictures.faces) for p in pictures.photos):
            yield Finding(
                id="",
                page=reading.frame.page,
                kind=Kind.UNIT,
                polygon=line.polygon,
                recogniser="pictures",
                rule="unread",
                score=0.4,
                reason=PICTURE,
                place=Place.RUNNING,
                line=index if line.chars else None,
                start=0,
                end=len(line.chars),
                doubtful=True,
            )


def _is_sign(line: Line, photo: Photo, faces: Sequence[Face]) -> bool:
    """Whether what the reader took for a line in a photograph may be writing.

    It also takes people for writing: blots as high as they are long, over a head or a coat.
    """
    bounds = line.polygon.bounds
    if _shared(bounds, photo.bounds) <= 0.5:
        return False
    if any(_shared(bounds, f.bounds) > _OVER or _shared(f.bounds, bounds) > _OVER for f in faces):
        return False
    corners = line.polygon.array()
    one, other = (float(np.linalg.norm(corners[k] - corners[k - 1])) for k in (1, 2))
    x0, y0, x1, y1 = photo.bounds
    slim = min(one, other) <= _THICKEST * min(x1 - x0, y1 - y0)
    return slim and max(one, other) >= _LONGER * min(one, other)


def _of_publication(finding: Finding, codes: Sequence[Code]) -> bool:
    return finding.kind in _NUMBERS and any(
        code.stays and _shared(finding.polygon.bounds, code.bounds) > 0.5 for code in codes
    )


def _is_code(photo: Photo, codes: Sequence[Code]) -> bool:
    return any(
        _shared(photo.bounds, code.bounds) > 0.5
        or (code.rule in _SURE and _shared(code.bounds, photo.bounds) > 0.5 and _fills(code, photo))
        for code in codes
    )


def _with_faxed(photos: Sequence[Photo], faxed: Sequence[Photo]) -> list[Photo]:
    """Return the photographs of a fax: the portraits with their pieces, and all others.

    A face in a larger picture is no portrait.
    """
    larger = [p.bounds for p in photos if not p.portrait]
    faxed = [p for p in faxed if not any(_shared(p.bounds, b) > 0.5 for b in larger)]
    whole = [
        replace(portrait, bounds=joined([portrait.bounds, *(p.bounds for p in pieces)]))
        for portrait in faxed
        for pieces in [[p for p in photos if _is_piece(p, [portrait])]]
    ]
    return [*(p for p in photos if not _is_piece(p, faxed)), *whole]


def _with_whole_pictures(
    faces: Sequence[Face], photos: Sequence[Photo], reading: PageReading
) -> list[Face]:
    """Return the faces of a fax, those of a picture of several people as one that is all of it.

    In dots, half of the heads are made out; of the others whoever knows them sees who they are.
    """
    hidden = list(faces)
    for photo in photos:
        heads = [f for f in faces if f.rule == "head" and _shared(f.bounds, photo.bounds) > 0.5]
        of_people = heads or _is_large(photo, reading.frame)
        if of_people and not photo.portrait and _lines_in(photo, reading) <= _CAPTION:
            whole = joined([photo.bounds, *(head.bounds for head in heads)])
            hidden = [face for face in hidden if face not in heads]
            hidden.append(Face(whole, "picture", max((h.score for h in heads), default=0.5)))
    return hidden


def _is_large(photo: Photo, frame: Frame) -> bool:
    """Whether a photograph is one of a class or a hall, though no head was made out in it."""
    x0, y0, x1, y1 = photo.bounds
    return photo.fill >= _SOLID and (x1 - x0) * (y1 - y0) >= _LARGE * frame.width * frame.height


def _lines_in(photo: Photo, reading: PageReading) -> int:
    """Return how many lines of a photograph were read surely: those of a page's frame are many."""
    return sum(
        len(line.chars) > 1
        and line.confidence >= _READ
        and _shared(line.polygon.bounds, photo.bounds) > 0.5
        for line in reading.lines
    )


def _is_piece(photo: Photo, portraits: Sequence[Photo]) -> bool:
    """Whether it is of the size of an ID photograph, and one of those told by their faces."""
    return photo.portrait and any(
        _shared(p.bounds, photo.bounds) > 0.5 or _shared(photo.bounds, p.bounds) > 0.5
        for p in portraits
    )


def _fills(code: Code, photo: Photo) -> bool:
    """Whether a code is so much of what was taken for a photograph that there is no other."""
    return _shared(photo.bounds, code.bounds) > _MOST_OF_IT


def _in_photo(code: Code, photos: Sequence[Photo]) -> bool:
    """Whether what only looks like a code is a part of a photograph: hair, or a striped blouse."""
    if code.rule in _SURE:
        return False
    for photo in photos:
        shared = _shared(code.bounds, photo.bounds)
        if photo.portrait and shared > (_IN if code.rule in ("bars", "stripes") else 0.5):
            return True
        solid = photo.fill >= _SOLID and code.rule != "bars"
        if solid and shared > _IN and not _fills(code, photo):
            return True
    return False


def _shared(inner: Bounds, outer: Bounds) -> float:
    """Return the share of ``inner`` that lies in ``outer``."""
    width = min(outer[2], inner[2]) - max(outer[0], inner[0])
    height = min(outer[3], inner[3]) - max(outer[1], inner[1])
    area = (inner[2] - inner[0]) * (inner[3] - inner[1])
    return max(0.0, width) * max(0.0, height) / max(1.0, area)
