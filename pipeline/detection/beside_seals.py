"""Writing that runs out of a masked seal: the seal's mask cuts it, and what is left could tell it.

Nobody can read a name half of which lies under a seal, so no line of the reading holds its end.
Such ink is hidden to the end of its row. A line that was read and says what the seal says is the
name of the seal's owner, however badly it was read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import LCSseq

from pipeline.detection.page_text import PageText
from pipeline.detection.vocabulary import NOT_NAMES, SCHOOL_ENDINGS, is_han
from pipeline.dossier import Action, Finding, Kind, Place
from pipeline.geometry import Polygon
from pipeline.policy import Policy

# In line heights: specks, the size of a stroke, how near to a seal the row begins, the gaps in it.
_SPECK, _HIGHEST, _WIDEST = 0.12, 1.6, 2.6
_NEAR, _GAP = 0.45, 0.85
# How high and wide a row's rest is at least: half a character.
_ROW_LOW, _ROW_WIDE, _ROW_HIGH = 0.45, 0.3, 1.9
# What touches a seal is the rest of a stroke that it cuts, and worth nothing to anybody: how large.
_TOUCHING, _SLIVER_LOW, _SLIVER_WIDE = 0.08, 0.15, 0.12
# Below this a line could say anything.
_READ = 0.6
# Share of a line's characters that stand in the seal's text in the same order, and how many.
_ALIKE, _SHORTEST, _LONGEST = 0.6, 4, 24

# What stands alone beside a seal and is no rest of a name; 小学 may be one of a school's.
_WHOLE = NOT_NAMES - frozenset(SCHOOL_ENDINGS)
_REST = 2
_NAMES = (Kind.UNIT, Kind.APPLICANT_UNIT, Kind.PERSON_NAME, Kind.APPLICANT_NAME)
# What stands behind a seal over a copy's stamp is the name of who checked the copy.
_NAME = 4
_COPY = re.compile("复印件|影印件|原件|审核|核对|核验|审验|经办")

Bounds = tuple[float, float, float, float]
Bits = NDArray[np.uint8]


def ink_beside_seals(page: PageText, found: Sequence[Finding], policy: Policy) -> list[Finding]:
    """Return findings for what runs out of the masked seals of a page.

    Args:
        page: The page.
        found: All that was found on it, its seals among them.
        policy: Says which seals are masked, and gives the reasons.
    """
    seals = [f for f in found if f.kind is Kind.SEAL]
    if not seals or policy.action(Kind.SEAL) is not Action.MASK:
        return []
    number = page.reading.frame.page
    lines = page.reading.lines
    new: list[Finding] = []
    named = [(i, Kind.UNIT, "names-the-owner") for i in _owners_names(page, seals, found)]
    rests = [(i, Kind.SIGNATURE, "cut-by-seal") for i in _rests(page, seals, found)]
    whole = [(i, 0, kind, rule) for i, kind, rule in [*named, *rests]]
    ends = [(i, start, kind, "cut-by-seal") for i, start, kind in _ends(page, seals, found)]
    for index, start, kind, rule in [*whole, *ends]:
        finding = _finding(page, policy, kind, lines[index].polygon, f"p{number}-o{len(new) + 1}")
        update = {"rule": rule, "line": index, "start": start, "end": len(lines[index].chars)}
        new.append(finding.model_copy(update=update))
    for place, bounds in enumerate(_cut_rows(page, seals, found), 1):
        polygon = Polygon.from_bounds(page.reading.frame, *bounds)
        new.append(_finding(page, policy, Kind.SIGNATURE, polygon, f"p{number}-c{place}"))
    return new


def _finding(page: PageText, policy: Policy, kind: Kind, place: Polygon, name: str) -> Finding:
    return Finding(
        id=name,
        page=page.reading.frame.page,
        kind=kind,
        polygon=place,
        entity=f"{kind}:{name}",
        recogniser="lines",
        rule="cut-by-seal",
        score=0.5,
        reason=policy.reasons.get(kind, ""),
        place=Place.RUNNING,
        doubtful=True,
    )


def _owners_names(
    page: PageText, seals: Sequence[Finding], found: Sequence[Finding]
) -> Iterator[int]:
    """Yield the lines under a seal that say what the seal says."""
    held = {f.line for f in found}
    for index, line in enumerate(page.reading.lines):
        text = "".join(c for c in line.text if is_han(c))
        if index in held or not _SHORTEST <= len(text) <= _LONGEST:
            continue
        for seal in seals:
            if not len(seal.text) >= _SHORTEST or not _meets(line.polygon.bounds, seal):
                continue
            if LCSseq.similarity(text, seal.text) >= max(3.0, _ALIKE * len(text)):
                yield index
                break


def _rests(page: PageText, seals: Sequence[Finding], found: Sequence[Finding]) -> Iterator[int]:
    """Yield the lines of a character or two, or of a checker's name, that meet a seal."""
    held = {f.line for f in found}
    for index, line in enumerate(page.reading.lines):
        text = line.text.strip()
        longest = _NAME if _after_a_stamp(page, index) else _REST
        if index in held or not 1 <= len(text) <= longest or text in _WHOLE:
            continue
        x0, y0, x1, y1 = line.polygon.bounds
        near = _NEAR * (y1 - y0)
        if all(map(is_han, text)) and any(
            _reaches(seal, (x0 - near, y0, x1 + near, y1)) for seal in seals
        ):
            yield index


def _ends(
    page: PageText, seals: Sequence[Finding], found: Sequence[Finding]
) -> Iterator[tuple[int, int, Kind]]:
    """Yield the lines of names that run out of a seal, where they come out, and the name's kind.

    The name in such a line was read badly under the seal, and so its last characters may belong to
    no finding.
    """
    outlines = [seal.polygon.array().astype(np.float32) for seal in seals]
    for index, line in enumerate(page.reading.lines):
        names = [f for f in found if f.line == index and f.kind in _NAMES]
        start = len(line.chars)
        while start and not _inside(line.chars[start - 1].polygon, outlines):
            start -= 1
        rest = "".join(char.text for char in line.chars[start:]).strip()
        under = [f.kind for f in names if start - _REST <= f.end <= start]
        if start and under and 1 <= len(rest) <= _REST and all(map(is_han, rest)):
            yield index, start, under[-1]


def _after_a_stamp(page: PageText, index: int) -> bool:
    """Whether the words of a copy's stamp stand before a line in its row: a checker signed it."""
    me = page.boxes[index]
    return any(
        other.x1 <= me.x0
        and abs(other.middle - me.middle) < 0.8 * me.height
        and _COPY.search(page.reading.lines[other.index].text)
        for other in page.boxes
    )


def _reaches(seal: Finding, bounds: Bounds) -> bool:
    """Whether a seal holds a point on the middle of a box."""
    x0, y0, x1, y1 = bounds
    outline = seal.polygon.array().astype(np.float32)
    return any(
        cv2.pointPolygonTest(outline, (float(x), (y0 + y1) / 2), False) >= 0
        for x in np.linspace(x0, x1, 9)
    )


def _meets(bounds: Bounds, seal: Finding) -> bool:
    x0, y0, x1, y1 = seal.polygon.bounds
    return bounds[0] < x1 and x0 < bounds[2] and bounds[1] < y1 and y0 < bounds[3]


def _cut_rows(
    page: PageText, seals: Sequence[Finding], found: Sequence[Finding]
) -> Iterator[Bounds]:
    """Yield the bounds of unread ink that begins at a seal's edge, to the end of its row."""
    heights = [b.height for b in page.boxes if page.reading.lines[b.index].confidence > 0.8]
    if not heights:
        return
    scale = page.layout.scale
    em = float(np.median(heights)) * scale
    ink = page.layout.stamped.copy()
    _blank_the_known(ink, page, seals, found, em)
    stamped = np.zeros(ink.shape, np.uint8)
    for seal in seals:
        outline = np.round(np.array(seal.polygon.points) * scale).astype(np.int32)
        cv2.fillPoly(stamped, [outline], (1,))
    rim = cv2.dilate(stamped, np.ones((3, 3), np.uint8))
    pieces = _pieces(np.asarray(cv2.subtract(ink, rim), np.uint8), em)
    if not len(pieces):
        return
    away = np.asarray(cv2.distanceTransform(1 - stamped, cv2.DIST_L2, 3), np.float32)
    for row, distance in _rows(pieces, away, em):
        x0, y0, x1, y1 = row
        cut = distance <= max(1.0, _TOUCHING * em)
        low, wide = (_SLIVER_LOW, _SLIVER_WIDE) if cut else (_ROW_LOW, _ROW_WIDE)
        if low * em <= y1 - y0 <= _ROW_HIGH * em and x1 - x0 >= wide * em:
            pad = 0.12 * em
            yield (
                max(0.0, x0 - 0.5 * em) / scale,
                max(0.0, y0 - pad) / scale,
                min(float(ink.shape[1]), x1 + pad) / scale,
                min(float(ink.shape[0]), y1 + pad) / scale,
            )


def _blank_the_known(
    ink: Bits, page: PageText, seals: Sequence[Finding], found: Sequence[Finding], em: float
) -> None:
    """Take out what was read beside the seals, and what is hidden already."""
    scale = page.layout.scale
    held = {f.line for f in found}
    places: list[Bounds] = [
        f.polygon.bounds for f in found if f.line is None and f.kind is not Kind.SEAL
    ]
    outlines = [seal.polygon.array().astype(np.float32) for seal in seals]
    for index, line in enumerate(page.reading.lines):
        if index in held or line.confidence >= _READ:
            chars = [char.polygon for char in line.chars if char.text.strip()]
            places += [char.bounds for char in chars if not _inside(char, outlines)]
    pad = 0.12 * em
    for x0, y0, x1, y1 in places:
        rows = slice(max(0, int(y0 * scale - pad)), int(y1 * scale + pad) + 1)
        ink[rows, max(0, int(x0 * scale - pad)) : int(x1 * scale + pad) + 1] = 0


def _inside(char: Polygon, outlines: Sequence[NDArray[np.float32]]) -> bool:
    """Whether a character stands in a seal: it was read from the ring, or lies under it."""
    return any(cv2.pointPolygonTest(outline, char.center, False) >= 0 for outline in outlines)


def _pieces(ink: Bits, em: float) -> NDArray[np.int32]:
    """Return x0, y0, x1, y1 of what is of a character's size, from the left; shape (n, 4)."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    boxes = stats[1:, :4].copy()
    size = boxes[:, 2:].max(axis=1) if len(boxes) else np.zeros(0)
    kept = (size >= _SPECK * em) & (boxes[:, 3] <= _HIGHEST * em) & (boxes[:, 2] <= _WIDEST * em)
    boxes = boxes[kept]
    boxes[:, 2:] += boxes[:, :2]
    return np.asarray(boxes[np.argsort(boxes[:, 0])], np.int32)


def _rows(
    pieces: NDArray[np.int32], away: NDArray[np.float32], em: float
) -> Iterator[tuple[Bounds, float]]:
    """Yield the rows that begin at a seal: its nearest pieces, and what goes on beside them.

    With each its distance from the seal.
    """
    middles = (pieces[:, 1] + pieces[:, 3]) / 2
    distance = np.array([away[y0:y1, x0:x1].min() for x0, y0, x1, y1 in pieces])
    free = np.ones(len(pieces), bool)
    for seed in np.argsort(distance):
        if distance[seed] > _NEAR * em:
            return
        if not free[seed]:
            continue
        x0, y0, x1, y1 = pieces[seed]
        members = np.zeros(len(pieces), bool)
        members[seed] = True
        while True:
            gap = np.maximum(pieces[:, 0] - x1, x0 - pieces[:, 2])
            level = (middles > y0 - 0.35 * em) & (middles < y1 + 0.35 * em)
            high = np.maximum(pieces[:, 3], y1) - np.minimum(pieces[:, 1], y0)
            more = free & ~members & (gap < _GAP * em) & level & (high <= _ROW_HIGH * em)
            if not more.any():
                break
            # One at a time: each may make the row too high for the next.
            members[int(np.flatnonzero(more)[np.argmin(gap[more])])] = True
            row = pieces[members]
            x0, y0 = row[:, :2].min(axis=0)
            x1, y1 = row[:, 2:].max(axis=0)
        free &= ~members
        yield (float(x0), float(y0), float(x1), float(y1)), float(distance[seed])
