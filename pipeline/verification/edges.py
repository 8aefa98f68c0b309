"""Looks at what stands directly beside a mask: the rest of something that was hidden too short."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pipeline.dossier import Kind, Mask
from pipeline.geometry import Frame, Polygon
from pipeline.verification.text import Glyph, Run

_TOUCHING = 0.6
"""Space between a mask and the first character beside it, in heights of the character."""
_BRACKETS = set("【】[]「」 　")
_MAIL = "mail"
"""What stands before an address: E-mail, email."""
_REST_OF_DATE = re.compile("[0-9]{1,2}[月日]|月[0-9]{1,2}")
_FOLLOWS, _PRECEDES = frozenset("父母参"), frozenset("对请由为")
"""What stands behind a name and before one: 父母 and 参加 over a line's end, prepositions."""
_NUMBERS = {Kind.ID_NUMBER, Kind.PHONE, Kind.HOLDER_NUMBER}

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class EdgeForms:
    """Whole strings (without spaces) whose ends are looked for beside masks."""

    names: tuple[str, ...] = field(repr=False)
    units: tuple[str, ...] = field(repr=False)


def find_edges(
    runs: Sequence[Run], masks: Sequence[Mask], frame: Frame, forms: EdgeForms
) -> Iterator[Polygon]:
    """Yield the places beside masks where an end of an applicant's string is left.

    A character of a name is enough beside the mask of a name, one digit beside that of a number,
    month or day beside that of a birth date, one letter or digit beside that of an e-mail address,
    two characters beside that of a unit: one alone, such as 学, begins too many words that may
    rightly follow.
    """
    placed = [(mask.kind, mask.polygon.to(frame).bounds) for mask in masks]
    for run in runs if placed else ():
        boxes = [glyph.polygon.bounds for glyph in run.glyphs]
        top, bottom = min(b[1] for b in boxes), max(b[3] for b in boxes)
        for kind, box in placed:
            if box[3] < top or box[1] > bottom:
                continue  # no glyph of the run is level with the mask
            behind = _behind(run, boxes, box)
            if behind is not None and _is_end(kind, run, behind, forms):
                yield run.glyphs[behind].polygon
            before = _before(run, boxes, box)
            if before is not None and _is_start(kind, run, before, forms):
                yield run.glyphs[before].polygon


def _level(glyph: Glyph, place: Box, box: Box) -> bool:
    return not glyph.masked and box[1] <= (place[1] + place[3]) / 2 <= box[3]


def _reach(place: Box) -> float:
    return _TOUCHING * (place[3] - place[1])


def _behind(run: Run, boxes: Sequence[Box], box: Box) -> int | None:
    """Return the glyph that follows the mask without anything between."""
    middle = (box[0] + box[2]) / 2
    for i, (glyph, place) in enumerate(zip(run.glyphs, boxes, strict=True)):
        if (place[0] + place[2]) / 2 > middle and _level(glyph, place, box):
            near = place[0] - box[2] <= _reach(place) and set(glyph.before) <= _BRACKETS
            return i if near else None
    return None


def _before(run: Run, boxes: Sequence[Box], box: Box) -> int | None:
    """Return the glyph that the mask follows without anything between."""
    middle = (box[0] + box[2]) / 2
    for i in range(len(run.glyphs) - 1, -1, -1):
        place = boxes[i]
        if (place[0] + place[2]) / 2 < middle and _level(run.glyphs[i], place, box):
            following = run.glyphs[i + 1].before if i + 1 < len(run.glyphs) else ""
            near = box[0] - place[2] <= _reach(place) and set(following) <= _BRACKETS
            return i if near else None
    return None


def _is_end(kind: Kind, run: Run, at: int, forms: EdgeForms) -> bool:
    """Whether the last characters of a string stand from ``at`` on."""
    text = run.text[at : at + 24]
    if kind is Kind.APPLICANT_NAME:
        return any(text.startswith(name[-1]) for name in forms.names)
    if kind is Kind.PERSON_NAME:
        if text[:1] in _FOLLOWS:
            return False
        return any(text.startswith(n[-1]) and run.ends_fresh(at + 1) for n in forms.names)
    if kind is Kind.APPLICANT_UNIT:
        return any(text.startswith(u[-k:]) for u in forms.units for k in range(2, len(u)))
    if kind is Kind.EMAIL:
        return text[:1].isascii() and text[:1].isalnum()
    if kind is Kind.BIRTH_DATE:
        return _REST_OF_DATE.match(text) is not None
    return kind in _NUMBERS and text[:1].isdigit()


def _is_start(kind: Kind, run: Run, at: int, forms: EdgeForms) -> bool:
    """Whether the first characters of a string stand up to ``at``."""
    text = run.text[max(0, at - 23) : at + 1]
    if kind is Kind.APPLICANT_NAME:
        return any(text.endswith(name[0]) for name in forms.names)
    if kind is Kind.PERSON_NAME:
        if text[-1:] in _PRECEDES:
            return False
        return any(text.endswith(n[0]) and run.starts_fresh(at) for n in forms.names)
    if kind is Kind.APPLICANT_UNIT:
        return any(text.endswith(u[:k]) for u in forms.units for k in range(1, len(u)))
    if kind is Kind.EMAIL:
        return text[-1:].isascii() and text[-1:].isalnum() and not text.endswith(_MAIL)
    return kind in _NUMBERS and text[-1:].isdigit()
