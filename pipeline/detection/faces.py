"""Finds faces in ID photographs, on certificates and in pictures of a class.

The network only looks at the photographs of a page, so a page of writing costs it nothing. It is
CenterFace (Xu et al., "CenterFace: Joint Face Detection and Alignment Using Face as Point",
Scientific Programming 2020).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.detection.photos import Bounds, Photo, joined
from pipeline.dossier import Finding, Kind, Place
from pipeline.errors import ModelError
from pipeline.geometry import Polygon
from pipeline.policy import Policy
from pipeline.reading.lines import PageReading
from pipeline.reading.network import Network

Pixels = NDArray[np.uint8]

_SURE = 0.35
"""Score from which a peak is a face."""
_MAYBE, _CROWD, _ALIKE = 0.15, 4, 1.6
"""Score from which a peak is a face among so many others of its size, and the ratio of sizes."""
_OVERLAP = 0.3
_STEP = 4
"""Pixels of the network's input per place of its output."""
_FAXED = 1.5
"""Pixels of the half-size page of a fax per pixel that the network sees: its dots make tones then.

Measured on 85 faxed pages: nothing but faces above 0.3.
"""
_PORTRAIT_SIDE, _PICTURE_SIDE = 288, 1280
"""Pixels on a side of what the network sees of an ID photograph, and of a larger picture."""
_ROOM = 0.25
"""What is shown around a photograph, per its sides."""
_OWN_EDGES = 0.9
"""Share of tone from which a photograph's rectangle is all of it."""
_PIECE = 0.9
"""Share of a photograph inside an ID photograph's mask from which it is a piece of that."""
_MARGIN = 6.0
_NARROWEST, _WIDEST, _TALLEST = 0.55, 1.0, 0.3
"""Shape of an ID photograph, and its height per longer side of the page."""
_BROADEST, _FILLS = 0.2, 0.6
"""Width of an ID photograph per longer side of the page, and of a head in it per its own."""
_LEAST, _MOST = (0.06, 0.06, 0.2), (0.25, 0.3, 0.9)
"""What an ID photograph shows beside, above and below a head, least and most, per its sides."""
_RIM, _OFF = 4, 6.0
"""Pixels at the rim of that which are paper, and levels by which a photograph differs from it."""

_CLOSE = 100.0
"""Pixels across a head from which a badge on its coat may be read.

A badge is half as wide as a face, which is a head without hair and ears; four characters, the
shortest name of a school, can be read from seven pixels each.
"""

PICTURE = "照片里可能有校牌、横幅或胸牌露出单位名称，请对照原件核对"


class MissingFaceModelError(ModelError):
    """CenterFace's file is not in the model folder."""

    code = "missing-face-model"
    sentence = "缺少人脸模型“{subject}”。请先运行 mangping models fetch 下载模型，再重试。"


@dataclass(frozen=True, slots=True)
class Face:
    """What is masked for a face.

    Attributes:
        bounds: x0, y0, x1, y1 in pixels of the upright page.
        rule: ``portrait`` for a whole ID photograph, ``photo`` for one in which no face was made
            out, ``outline`` where its edges were not either, ``head`` for a head in a larger
            picture, ``picture`` for all of one in which not every head can be told.
        score: The network's, 0.5 where it saw none.
    """

    bounds: Bounds
    rule: str
    score: float


class FaceFinder:
    """Finds the faces of pages; may be shared between threads.

    Args:
        folder: Holds ``centerface.onnx``; without one every photograph of the size of an ID
            photograph is taken for a face, and larger ones are not looked into.

    Raises:
        MissingFaceModelError: The file is not there.
    """

    def __init__(self, folder: Path | None) -> None:
        self._network: Network | None = None
        if folder is not None:
            file = folder / "centerface.onnx"
            if not file.is_file():
                raise MissingFaceModelError(folder.name)
            self._network = Network(file, threads=1, shape="[1,3,?,?]")

    def find(self, pixels: Pixels, photos: Sequence[Photo]) -> list[Face]:
        """Find the faces of a page.

        Args:
            pixels: The upright page, RGB, shape (height, width, 3).
            photos: Its photographs.
        """
        found: list[Face] = []
        for photo in sorted(photos, key=lambda p: not p.portrait):
            heads = self._heads(pixels, photo)
            if photo.portrait and (heads or _is_id_sized(photo, pixels.shape)):
                if len(heads) == 1 and photo.fill < _OWN_EDGES:
                    # Hair taken for shoulders: the picture goes on below what was found of it.
                    around = _shown_with(pixels, _head(heads[0][0]))
                    photo = replace(photo, bounds=joined([photo.bounds, around]))
                found.append(_portrait(photo, heads, pixels.shape))
            elif not photo.portrait:
                # An ID photograph falls apart where hair or ground is as light as the paper.
                whole = next((n for n, f in enumerate(found) if _holds(f, photo.bounds)), None)
                if (
                    whole is None
                    and len(heads) == 1
                    and _is_piece(photo, heads[0][0], pixels.shape)
                ):
                    around = _shown_with(pixels, _head(heads[0][0]))
                    entire = Photo(joined([photo.bounds, around]), 1.0, portrait=True)
                    found.append(_portrait(entire, heads, pixels.shape))
                    continue
                for box, score in heads:
                    bounds = _clipped(_head(box), pixels.shape)
                    if whole is None:
                        found.append(Face(bounds, "head", score))
                    else:
                        face = found[whole]
                        found[whole] = replace(face, bounds=joined([face.bounds, bounds]))
        return found

    def faxed_portraits(self, pixels: Pixels, half: Pixels) -> list[Photo]:
        """Find the ID photographs of a fax by their faces: dots are no solid area of tone.

        Args:
            pixels: The upright page, black and white, RGB, shape (height, width, 3).
            half: The same at half size.
        """
        if self._network is None:
            return []
        scale = 2 * _FAXED
        size = (max(1, round(half.shape[1] / _FAXED)), max(1, round(half.shape[0] / _FAXED)))
        heads = self._seen(np.asarray(cv2.resize(half, size, interpolation=cv2.INTER_AREA)))
        found = []
        for box, _ in heads:
            x0, y0, x1, y1 = (scale * value for value in box)
            around = _shown_with(pixels, _head((x0, y0, x1, y1)))
            found.append(Photo(around, 0.0, portrait=True))
        return found

    def _heads(self, pixels: Pixels, photo: Photo) -> list[tuple[Bounds, float]]:
        """Return the faces of a photograph, in pixels of the page, and their scores."""
        x0, y0, x1, y1 = photo.bounds
        whole = not photo.portrait and photo.fill >= _OWN_EDGES
        room = 0.0 if whole else _ROOM * max(x1 - x0, y1 - y0)
        place = (x0 - room, y0 - room, x1 + room, y1 + room)
        left, top, right, bottom = (round(v) for v in _clipped(place, pixels.shape))
        crop = pixels[top:bottom, left:right]
        side = _PORTRAIT_SIDE if photo.portrait else _PICTURE_SIDE
        scale = min(side / max(crop.shape[:2]), 1.5)
        size = (max(1, round(crop.shape[1] * scale)), max(1, round(crop.shape[0] * scale)))
        method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        return [
            ((a / scale + left, b / scale + top, c / scale + left, d / scale + top), score)
            for (a, b, c, d), score in self._seen(
                np.asarray(cv2.resize(crop, size, interpolation=method), np.uint8)
            )
        ]

    def _seen(self, picture: Pixels) -> list[tuple[Bounds, float]]:
        """Return the faces of a picture, in its pixels, and their scores."""
        if self._network is None:
            return []
        height, width = picture.shape[:2]
        seen = np.full((_multiple(height), _multiple(width), 3), 255, np.uint8)
        seen[:height, :width] = picture
        tensor = np.ascontiguousarray(seen.transpose(2, 0, 1)[None], np.float32)
        heat, extent, offset, _ = self._network(tensor)
        return _believed(_peaks(heat[0, 0], extent[0], offset[0]))


def face_findings(faces: Iterable[Face], reading: PageReading, policy: Policy) -> list[Finding]:
    """Return one finding for each face; ids are left to the caller.

    A picture of people taken from near goes before a person, for a badge may be read in it; the
    first of the page's heads that are so large says so.
    """
    page = reading.frame.page
    found: list[Finding] = []
    asked = False
    for number, face in enumerate(faces, 1):
        near = face.bounds[2] - face.bounds[0] >= _CLOSE
        ask = not asked and (face.rule == "picture" or (face.rule == "head" and near))
        asked = asked or ask
        found.append(
            Finding(
                id="",
                page=page,
                kind=Kind.FACE,
                polygon=Polygon.from_bounds(reading.frame, *face.bounds),
                entity=f"face:{page}:{number}",
                recogniser="faces",
                rule=face.rule,
                score=face.score,
                reason=PICTURE if ask else policy.reasons.get(Kind.FACE, ""),
                place=Place.CELL,
                doubtful=ask or face.rule == "outline",
            )
        )
    return found


def _holds(face: Face, photo: Bounds) -> bool:
    """Whether a photograph is a piece of an ID photograph that is masked whole."""
    x0, y0, x1, y1 = photo
    a0, b0, a1, b1 = face.bounds
    shared = max(0.0, min(x1, a1) - max(x0, a0)) * max(0.0, min(y1, b1) - max(y0, b0))
    return face.rule in ("portrait", "photo") and shared > _PIECE * (x1 - x0) * (y1 - y0)


def _is_id_sized(photo: Photo, shape: tuple[int, ...]) -> bool:
    """Whether a photograph in which no face was made out is masked all the same."""
    x0, y0, x1, y1 = photo.bounds
    shaped = _NARROWEST < (x1 - x0) / (y1 - y0) < _WIDEST
    return photo.guessed or (shaped and y1 - y0 < _TALLEST * max(shape))


def _is_piece(photo: Photo, face: Bounds, shape: tuple[int, ...]) -> bool:
    """Whether a photograph is the hair or the coat of an ID photograph, the rest as light as paper.

    Its one head is nearly as wide as it is.
    """
    x0, y0, x1, y1 = photo.bounds
    small = x1 - x0 < _BROADEST * max(shape) and y1 - y0 < _TALLEST * max(shape)
    head = _head(face)
    return small and head[2] - head[0] > _FILLS * (x1 - x0)


def _shown_with(pixels: Pixels, head: Bounds) -> Bounds:
    """Return the ID photograph around a head: what differs from the paper, within limits."""
    x0, y0, x1, y1 = head
    width, height = x1 - x0, y1 - y0
    least = (
        x0 - _LEAST[0] * width,
        y0 - _LEAST[1] * height,
        x1 + _LEAST[0] * width,
        y1 + _LEAST[2] * height,
    )
    most = (
        x0 - _MOST[0] * width,
        y0 - _MOST[1] * height,
        x1 + _MOST[0] * width,
        y1 + _MOST[2] * height,
    )
    left, top, right, bottom = (round(v) for v in _clipped(most, pixels.shape))
    tone = pixels[top:bottom, left:right].mean(axis=2, dtype=np.float32)
    rim = np.concatenate([tone[:_RIM].ravel(), tone[:, :_RIM].ravel(), tone[:, -_RIM:].ravel()])
    off = np.abs(tone - np.median(rim))
    a, b, c, d = (round(v) for v in _clipped(least, pixels.shape))
    a, b, c, d = a - left, b - top, c - left, d - top
    rows, columns = off[:, a:c].mean(axis=1) > _OFF, off[b:d].mean(axis=0) > _OFF
    while b > 0 and rows[b - 1]:
        b -= 1
    while d < len(rows) and rows[d]:
        d += 1
    while a > 0 and columns[a - 1]:
        a -= 1
    while c < len(columns) and columns[c]:
        c += 1
    return float(left + a), float(top + b), float(left + c), float(top + d)


def _portrait(photo: Photo, heads: Sequence[tuple[Bounds, float]], shape: tuple[int, ...]) -> Face:
    """Mask the whole photograph; where its own edges are lost, as far as one reaches."""
    x0, y0, x1, y1 = photo.bounds
    parts = [(x0 - _MARGIN, y0 - _MARGIN, x1 + _MARGIN, y1 + _MARGIN)]
    if photo.fill < _OWN_EDGES:
        width, height = x1 - x0, y1 - y0
        parts.append((x0 - 0.1 * width, y0 - 0.1 * height, x1 + 0.1 * width, y1 + 0.06 * height))
    parts += [_head(box) for box, _ in heads]
    score = max((score for _, score in heads), default=0.5)
    rule = "photo" if photo.fill >= _OWN_EDGES else "outline"
    return Face(_clipped(joined(parts), shape), "portrait" if heads else rule, score)


def _head(face: Bounds) -> Bounds:
    """Return the head around a face, hair and ears included."""
    x0, y0, x1, y1 = face
    width, height = x1 - x0, y1 - y0
    return x0 - 0.35 * width, y0 - 0.5 * height, x1 + 0.35 * width, y1 + 0.3 * height


def _believed(peaks: Sequence[tuple[Bounds, float]]) -> list[tuple[Bounds, float]]:
    """Return the sure faces, and in a crowd those like them of which the network is less sure."""
    sure = [peak for peak in peaks if peak[1] >= _SURE]
    if len(sure) < _CROWD:
        return sure
    usual = float(np.median([box[2] - box[0] for box, _ in sure]))
    return [
        (box, score)
        for box, score in peaks
        if score >= _SURE or usual / _ALIKE < box[2] - box[0] < usual * _ALIKE
    ]


def _peaks(
    heat: NDArray[np.float32], extent: NDArray[np.float32], offset: NDArray[np.float32]
) -> list[tuple[Bounds, float]]:
    """Decode CenterFace's maps into boxes in pixels of its input, the best of each place."""
    ys, xs = np.nonzero(heat > _MAYBE)
    if not len(ys):
        return []
    scores = heat[ys, xs]
    height, width = np.exp(extent[:, ys, xs]) * _STEP
    top = (ys + offset[0, ys, xs] + 0.5) * _STEP - height / 2
    left = (xs + offset[1, ys, xs] + 0.5) * _STEP - width / 2
    boxes = np.stack([left, top, width, height], axis=1)
    best = cv2.dnn.NMSBoxes(boxes.tolist(), scores.tolist(), _MAYBE, _OVERLAP)
    return [
        ((x, y, x + w, y + h), float(scores[i]))
        for i in np.asarray(best, int).ravel()
        for x, y, w, h in [boxes[i].tolist()]
    ]


def _multiple(side: int) -> int:
    """Round up to what the network's strides divide."""
    return -(-side // 32) * 32


def _clipped(bounds: Bounds, shape: tuple[int, ...]) -> Bounds:
    height, width = float(shape[0]), float(shape[1])
    x0, y0, x1, y1 = bounds
    return max(0.0, x0), max(0.0, y0), min(width, x1), min(height, y1)
