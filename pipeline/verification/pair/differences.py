"""What the masked copy says otherwise than its original, outside the masks.

Each character that was read on one page is looked for at the same place of the other, both ways;
ink that nobody read is compared as ink.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

from pipeline.geometry import Polygon
from pipeline.reading.lines import Line
from pipeline.verification.pair.cells import Bounds, Glass, Look
from pipeline.verification.pair.changes import Change, find_changes

_SAME = 0.8
_SUSPECT = 0.93
_SURE = 0.85
_CLEAR, _STRANGE = 0.95, 3
_GONE = 0.18
_FREE = 0.97
_FAR = 0.4
_BIG = 0.15
_NUMBER = 2.5
_NEW = 0.012
_ROW = 0.7
_AROUND, _BESIDE = 0.35, 1.3
# What people write on a mask, or in the place of what they took out.
_LABEL_WORD = (
    "申报人员单位学校姓名签字身份证号码电话邮箱地址出生日期个编印章头像二维码已隐去打码遮盖保密处某"
)
_NAME = re.compile(r"[\u4e00-\u9fff]{2,4}")
_JUDGED = frozenset(
    "一二三四五六七八九十百千万第等级奖名优良好合格不未无年月日时分次省市县区部局厅国"
)
_LABEL = re.compile(rf"(?:[{_LABEL_WORD}]+\d{{0,3}}|[^\w]|[×xX○_]{{2,}})+")


@dataclass(frozen=True, slots=True)
class Glyph:
    """One character that was read, in the grid of the original."""

    text: str = field(repr=False)
    polygon: Polygon
    confidence: float


@dataclass(frozen=True, slots=True)
class Unlike:
    """A character that is not the same on both pages.

    ``gone`` says that the other page has nothing there, ``added`` that it stands on the masked
    copy, ``cut`` that the masked copy only lacks a part of it.
    """

    bounds: Bounds
    gone: bool
    added: bool
    cut: bool = False


def glyphs_of(lines: Sequence[Line]) -> list[Glyph]:
    """Return the characters of lines, without spaces."""
    return [
        Glyph(unicodedata.normalize("NFKC", char.text), char.polygon, char.confidence)
        for line in lines
        for char in line.chars
        if char.text.strip()
    ]


def find_differences(
    glass: Glass, ours: Sequence[Glyph], theirs: Sequence[Glyph], places: Sequence[Polygon]
) -> list[Polygon]:
    """Return the places where the masked copy is not the original.

    Args:
        glass: The two pages.
        ours: What was read on the original, in the grid.
        theirs: What was read on the masked copy, in the grid.
        places: What the policy masks: there may be a mask of any colour, with a label on it.
    """
    grid = glass.inks.pages.grid
    boxes = np.array([p.to(grid).bounds for p in places], dtype=float).reshape(-1, 4)
    unlike = [*_unlike(glass, ours, theirs, added=False)]
    unlike += _unlike(glass.mirrored(), theirs, ours, added=True)
    left = [u for u in unlike if not _excused(u, boxes, theirs, glass.inks.line)]
    blank = _blanked_names(left, ours, glass.inks.line)
    kept = [u.bounds for u in left if u not in blank]
    blanks = np.array([u.bounds for u in blank], dtype=float).reshape(-1, 4)
    excused = np.concatenate([boxes, blanks])
    changes = [c for c in find_changes(glass.inks) if not _in_place(c, excused, glass.inks.line)]
    kept += [c.bounds for c in changes if c.area >= _BIG]
    kept += _other_numbers(ours, theirs, changes, glass.inks.line)
    kept += _written_on_patches(glass, theirs)
    return [Polygon.from_bounds(grid, *box) for box in joined(kept, glass.inks.line)]


def _blanked_names(unlike: Sequence[Unlike], ours: Sequence[Glyph], line: float) -> set[Unlike]:
    """Return what was blanked out and is as long as a name, with nothing in it to be judged.

    Correction tape is a mask as well, and not every name on the original was known for one.
    """
    gone = [u for u in unlike if u.gone and not u.added]
    found: set[Unlike] = set()
    for box in joined([u.bounds for u in gone], 0.5 * line):
        inside = [u for u in gone if _holds(box, u.bounds)]
        text = "".join(g.text for g in ours if _within(g, box))
        if len(inside) == len(text) and _NAME.fullmatch(text) and not _JUDGED & set(text):
            found.update(inside)
    return found


def _holds(box: Bounds, inner: Bounds) -> bool:
    x, y = (inner[0] + inner[2]) / 2, (inner[1] + inner[3]) / 2
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def _other_numbers(
    ours: Sequence[Glyph], theirs: Sequence[Glyph], changes: Sequence[Change], line: float
) -> list[Bounds]:
    """Return the small changes inside numbers that are read otherwise: a point that moved or went.

    A point is too small to tell from dirt, unless the number around it was read both times.
    """
    found = []
    for change in changes:
        one, other = (_number_at(glyphs, change.bounds, line) for glyphs in (ours, theirs))
        if one and other and one != other:
            found.append(change.bounds)
    return found


def _number_at(glyphs: Sequence[Glyph], bounds: Bounds, line: float) -> str:
    """Return the digits and points that stand around a place on its line."""
    x0, x1 = bounds[0] - _NUMBER * line, bounds[2] + _NUMBER * line
    y = (bounds[1] + bounds[3]) / 2
    near = [
        (g.polygon.center[0], g.text)
        for g in glyphs
        if x0 <= g.polygon.center[0] <= x1
        and g.polygon.bounds[1] <= y <= g.polygon.bounds[3]
        and (g.text.isdigit() or g.text in ".,:%")
    ]
    text = "".join(letter for _, letter in sorted(near))
    return text if any(c.isdigit() for c in text) else ""


def _written_on_patches(glass: Glass, theirs: Sequence[Glyph]) -> list[Bounds]:
    """Return the places where something that is no label stands on a patch."""
    _, patches = cv2.connectedComponents(glass.inks.covered.astype(np.uint8))
    height, width = patches.shape
    by_patch: dict[int, list[Glyph]] = {}
    for glyph in theirs:
        x, y = (int(v) for v in glyph.polygon.center)
        if 0 <= x < width and 0 <= y < height and glyph.confidence >= _CLEAR:
            by_patch.setdefault(int(patches[y, x]), []).append(glyph)
    found: list[Bounds] = []
    for patch, glyphs in by_patch.items():
        strange = [g for g in glyphs if g.text.isalnum() and g.text not in _LABEL_WORD]
        if patch and len(strange) >= _STRANGE and 2 * len(strange) > len(glyphs):
            found += [g.polygon.pixel_bounds() for g in strange]
    return found


def _unlike(
    glass: Glass, own: Sequence[Glyph], other: Sequence[Glyph], *, added: bool
) -> list[Unlike]:
    """Return the characters of one page that the other page does not show."""
    centres = np.array([g.polygon.center for g in other], dtype=float).reshape(-1, 2)
    found = []
    for glyph in own:
        bounds = glass.trimmed(glyph.polygon)
        if bounds is None or glass.free_share(bounds) < _FREE:
            continue
        look = glass.look(bounds)
        if look.alike >= _SUSPECT and look.contrast >= _GONE:
            continue
        if look.contrast >= _GONE and not _is_other(glass, glyph, look, other, centres):
            continue
        gone = look.contrast < _GONE
        found.append(
            Unlike(bounds, gone, added, cut=not gone and _nothing_new(glass, bounds, added))
        )
    return found


def _is_other(
    glass: Glass,
    glyph: Glyph,
    look: Look,
    other: Sequence[Glyph],
    centres: np.ndarray[tuple[int, int], np.dtype[np.float64]],
) -> bool:
    """Whether another character stands there, not the same one a little off or badly printed."""
    if look.alike < _SAME:
        far = glass.look(look.bounds, reach=max(3, round(_FAR * glass.inks.line)))
        return far.alike < _SAME
    if not len(centres):
        return False
    distance = np.abs(centres - glyph.polygon.center).max(axis=1)
    nearest = int(np.argmin(distance))
    read = other[nearest]
    return bool(
        distance[nearest] < 0.4 * glass.inks.line
        and read.text != glyph.text
        and min(read.confidence, glyph.confidence) >= _SURE
    )


def _nothing_new(glass: Glass, bounds: Bounds, mirrored: bool) -> bool:
    """Whether all ink of the masked copy at a place is the original's too."""
    x0, y0, x1, y1 = bounds
    own, other = glass.inks.original[y0:y1, x0:x1], glass.inks.masked[y0:y1, x0:x1]
    old, now = (other, own) if mirrored else (own, other)
    reach = 2 * glass.reach + 1
    new = (now > 0.5) & (cv2.dilate(old, np.ones((reach, reach), np.uint8)) < 0.3)
    return float(new.sum()) < _NEW * glass.inks.line**2


def _excused(
    unlike: Unlike,
    boxes: np.ndarray[tuple[int, int], np.dtype[np.float64]],
    theirs: Sequence[Glyph],
    line: float,
) -> bool:
    """Whether a mask explains it: paper in the place of what had to go, or a label there."""
    x0, y0, x1, y1 = unlike.bounds
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    lost = unlike.cut or (unlike.gone and not unlike.added)
    across, down = (_BESIDE if lost else _AROUND) * line, _AROUND * line
    near = (
        (boxes[:, 0] - across <= x)
        & (x <= boxes[:, 2] + across)
        & (boxes[:, 1] - down <= y)
        & (y <= boxes[:, 3] + down)
    )
    if not near.any():
        return False
    if lost:
        return True
    place = boxes[np.flatnonzero(near)[0]]
    read = [
        g.text
        for g in theirs
        if place[0] - line <= g.polygon.center[0] <= place[2] + line
        and place[1] <= g.polygon.center[1] <= place[3]
        and g.confidence >= _SURE
    ]
    at = [g for g in theirs if _within(g, unlike.bounds) and g.confidence >= _SURE]
    return not at or _LABEL.fullmatch("".join(read)) is not None


def _within(glyph: Glyph, bounds: Bounds) -> bool:
    x, y = glyph.polygon.center
    return bounds[0] <= x <= bounds[2] and bounds[1] <= y <= bounds[3]


def _in_place(
    change: Change, boxes: np.ndarray[tuple[int, int], np.dtype[np.float64]], line: float
) -> bool:
    x0, y0, x1, y1 = change.bounds
    slack = _AROUND * line
    return bool(
        (
            (boxes[:, 0] - slack < x1)
            & (x0 < boxes[:, 2] + slack)
            & (boxes[:, 1] - slack < y1)
            & (y0 < boxes[:, 3] + slack)
        ).any()
    )


def joined(boxes: Sequence[Bounds], line: float) -> list[Bounds]:
    """Join what stands side by side or overlaps into one rectangle."""
    left = [tuple(box) for box in boxes]
    done: list[Bounds] = []
    while left:
        x0, y0, x1, y1 = left.pop()
        grew = True
        while grew:
            grew = False
            for other in list(left):
                a0, b0, a1, b1 = other
                beside = a0 < x1 + line and x0 < a1 + line
                level = min(y1, b1) - max(y0, b0) > -0.2 * line
                if beside and level:
                    x0, y0, x1, y1 = min(x0, a0), min(y0, b0), max(x1, a1), max(y1, b1)
                    left.remove(other)
                    grew = True
        done.append((x0, y0, x1, y1))
    return sorted(done, key=lambda box: (box[1], box[0]))
