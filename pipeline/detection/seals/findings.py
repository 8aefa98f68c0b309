"""Turns the seals on a page into findings: an authority's may stay, any other is masked whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.detection.seals.candidate import Seal, Shape
from pipeline.detection.seals.owners import (
    Known,
    Owner,
    SealText,
    owner_of,
    plain,
    speak_for_a_school,
)
from pipeline.detection.seals.prints import Bare, Box, print_across, without_print
from pipeline.detection.seals.spelling import Odds, letters_of, spelt_owner
from pipeline.detection.seals.strips import Strip, unroll, unroll_again
from pipeline.dossier import Applicant, Finding, Kind
from pipeline.geometry import Frame, Polygon
from pipeline.policy import Policy
from pipeline.reading.lines import Line

Pixels = NDArray[np.uint8]

#: Who finds seals; the ids of rules say how it was decided whose one is.
RECOGNISER = "seals"
#: Paper around a seal that its mask covers: the worn rim of its ink, as a share of its size, and
#: pixels at least.
_RIM, _RIM_PIXELS = 0.012, 3.0
#: How far inside a seal, as a share of its height, print is that it is stamped over; and how much
#: of such a line, or of the seal's width, lies there.
_INSET, _ACROSS = 0.1, 0.12


class Recognised(Protocol):
    """A line as read."""

    @property
    def text(self) -> tuple[str, ...]:
        """Its characters."""

    @property
    def centers(self) -> NDArray[np.float32]:
        """Their middles, as shares of the line's width."""


class SealReader(Protocol):
    """Reads RGB crops of lines, 48 pixels high."""

    def recognise(self, crops: Sequence[Pixels], /) -> Sequence[Recognised]:
        """Read them."""

    def weigh(self, crops: Sequence[Pixels], characters: str, /) -> Sequence[Odds]:
        """Say how much less likely each column is a blank or a character than the likeliest."""


def seal_findings(
    seals: Sequence[Seal],
    pixels: Pixels,
    frame: Frame,
    found: Sequence[Finding],
    reader: SealReader | None,
    applicant: Applicant,
    policy: Policy,
    lines: Sequence[Line] = (),
) -> list[Finding]:
    """Decide whose the seals of a page are.

    Args:
        seals: As :func:`find_seals` found them.
        pixels: The upright page, RGB, shape (height, width, 3).
        frame: Its grid.
        found: What its text gave: the bodies and schools that the page names.
        reader: Reads strips of text; without it every seal is taken for a school's.
        applicant: Whose unit's seal is never kept.
        policy: Its authorities and reasons.
        lines: The page as read: print that a seal lies on is none of its writing.
    """
    faces = [f.polygon for f in found if f.kind is Kind.FACE]
    seals = [seal for seal in seals if not _in_a_face(seal, faces)]
    if not seals:
        return []
    units = [f.text for f in found if f.kind in (Kind.UNIT, Kind.APPLICANT_UNIT)]
    bodies = [f.text for f in found if f.kind is Kind.ISSUING_AUTHORITY]
    known = Known.of(policy, applicant.unit, units, bodies)
    last = max((int(f.id.rpartition("-")[2]) for f in found), default=0)
    stamped: list[Finding] = []
    for seal in seals:
        here = replace(known, under=_under(seal, found), cut=seal.cut)
        across = print_across(seal, lines, frame)
        texts, owner = _judged(pixels, seal, here, reader, across)
        if not _is_character(seal, texts):
            number = last + len(stamped) + 1
            stamped.append(_finding(seal, texts, owner, frame, number, policy))
    return stamped


def _judged(
    pixels: Pixels,
    seal: Seal,
    known: Known,
    reader: SealReader | None,
    across: Sequence[Box] = (),
) -> tuple[list[SealText], Owner]:
    """What a seal says, one entry for each way its text may run, and whose it is.

    Args:
        pixels: The upright page, RGB.
        seal: In pixels of that page.
        known: What its text is compared with.
        reader: Reads the strips.
        across: Print that it lies on.
    """
    if reader is None:
        return [], Owner.UNKNOWN
    bare = without_print(pixels, seal, across)
    if bare is not None and bare.whole:
        texts, owner = _told(bare.pixels, bare.seal, None, known, reader)
        if owner is not Owner.UNKNOWN:
            return texts, owner
        bare = None
    return _told(pixels, seal, bare, known, reader)


def _told(
    pixels: Pixels, seal: Seal, bare: Bare | None, known: Known, reader: SealReader
) -> tuple[list[SealText], Owner]:
    """What is read on a seal in one picture of it, and whose it is by that."""
    if seal.shape is Shape.SQUARE:
        # The name that it is stamped on stands level among its rows.
        known = replace(known, under=())
    strips = unroll(pixels, seal, bare)
    texts = _read(strips, reader)
    owner = owner_of(texts, known)
    if owner is not Owner.UNKNOWN or _is_character(seal, texts):
        return texts, owner
    again = unroll_again(pixels, seal, bare)
    more = [*texts, *_read(again, reader)]
    owner = owner_of(more, known)
    # What the page's edge has cut off could be a school's word.
    if owner is Owner.UNKNOWN and not known.cut and not speak_for_a_school(more):
        strips, letters = (*strips, *again), letters_of(known)
        weighed = reader.weigh([strip.pixels for strip in strips], letters)
        owner = spelt_owner(strips, weighed, letters, known)
    return (texts if owner is Owner.UNKNOWN else more), owner


def _under(seal: Seal, found: Sequence[Finding]) -> tuple[str, ...]:
    """The authorities that a seal is stamped over; none where it is stamped over a school too."""
    there = [f for f in found if _crosses(seal, f.polygon)]
    if any(f.kind in (Kind.UNIT, Kind.APPLICANT_UNIT) for f in there):
        return ()
    return tuple(plain(f.text) for f in there if f.kind is Kind.ISSUING_AUTHORITY)


def _crosses(seal: Seal, polygon: Polygon) -> bool:
    """Whether a good part of a line lies in the rectangle within a seal."""
    xs, ys = zip(*seal.outline(), strict=True)
    x0, y0, x1, y1 = polygon.bounds
    inset = _INSET * (max(ys) - min(ys))
    across = min(x1, max(xs)) - max(x0, min(xs))
    middle = (y0 + y1) / 2
    wide = _ACROSS * min(x1 - x0, max(xs) - min(xs))
    return bool(min(ys) + inset < middle < max(ys) - inset and across >= wide)


def _in_a_face(seal: Seal, faces: Sequence[Polygon]) -> bool:
    """Whether it is a head's outline; a seal across a photograph's corner reaches out of it."""
    xs, ys = zip(*seal.outline(), strict=True)
    return any(
        x0 <= min(xs) and max(xs) <= x1 and y0 <= min(ys) and max(ys) <= y1
        for x0, y0, x1, y1 in (face.bounds for face in faces)
    )


def _is_character(seal: Seal, texts: Sequence[SealText]) -> bool:
    """Whether a frame with something in it is but a large character, such as 国 in a title."""
    return seal.shape is Shape.SQUARE and {len(reading.text) for reading in texts} == {1}


def _read(strips: Sequence[Strip], reader: SealReader) -> list[SealText]:
    if not strips:
        return []
    lines = reader.recognise([strip.pixels for strip in strips])
    return [_text(strip, line) for strip, line in zip(strips, lines, strict=True)]


def _text(strip: Strip, line: Recognised) -> SealText:
    text = "".join(line.text)
    if not strip.ends or len(text) < 3:
        return SealText(text, ends=strip.ends)
    pitch = max(1e-3, float(np.median(np.diff(line.centers))))
    first, last = float(line.centers[0]) - pitch / 2, float(line.centers[-1]) + pitch / 2
    if not strip.goes_on(first, last):
        return SealText(text)
    # Half a character of margin ends the strip.
    return SealText(text, (1 - last) / pitch - 0.5)


def _finding(
    seal: Seal, texts: Sequence[SealText], owner: Owner, frame: Frame, number: int, policy: Policy
) -> Finding:
    kept = owner is Owner.AUTHORITY
    kind = Kind.ISSUING_AUTHORITY if kept else Kind.SEAL
    rim = max(_RIM_PIXELS, _RIM * max(seal.axes))
    text = max((reading.text for reading in texts), key=len, default="")
    return Finding(
        id=f"p{frame.page}-{number}",
        page=frame.page,
        kind=kind,
        polygon=seal.polygon(frame, rim),
        entity=f"{kind}:{text}" if text else "",
        recogniser=RECOGNISER,
        rule=f"{seal.shape}-{seal.colour}-{owner}",
        score=round(min(1.0, seal.score), 3),
        reason=policy.reasons.get(kind, ""),
        text=text,
    )
