"""Ink beside a name that was not read: the third character of a signature, the first of a name.

Recognition leaves characters out where a pen wrote carelessly or a seal lies over them. What stands
in the gap between a name and the next thing read belongs to the name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from pipeline.detection.page_text import PageText
from pipeline.detection.vocabulary import is_han
from pipeline.dossier import Applicant, Finding, Kind, Place
from pipeline.geometry import Polygon
from pipeline.policy import Policy

_NAMES = (Kind.APPLICANT_NAME, Kind.PERSON_NAME, Kind.SIGNATURE)
# Widths and heights in line heights: the gap, the room at a line's end, the ink of a character.
_GAP, _ROOM, _WIDE, _WIDEST, _HIGH = 0.85, 1.1, 0.4, 2.6, 0.45
_MARK = 0.5
# How far ink may be from a name that it belongs to; in a row of signatures from the one before it.
_NEAR, _NEXT = 0.9, 3.0
# A line as much higher than its characters are wide lies askew.
_TALL = 1.35

# What stands between a signature's label and the date behind it is the signature.
_SIGNED = re.compile(
    r"(?:签名|签字|签章)[:：]\s*([^:：]{0,4}?)\s*(?=(?:19|20)[0-9]{2}\s*[年.\-/—])"
)

_SIGNATURES = re.compile("(?:签名|签字)[:：]")

Bounds = tuple[float, float, float, float]


def ink_beside_names(
    page: PageText, found: Sequence[Finding], applicant: Applicant, policy: Policy
) -> list[Finding]:
    """Return findings for unread ink in the gap before or behind a name of Chinese characters.

    Args:
        page: The page.
        found: What was found already.
        applicant: Whose name gets the applicant's label.
        policy: Gives the reason.
    """
    own = "".join(applicant.name)
    number = page.reading.frame.page
    new: list[Finding] = []
    for place, bounds in enumerate(_signed_before_dates(page, found)):
        new.append(
            Finding(
                id=f"p{number}-s{len(found) + place + 1}",
                page=number,
                kind=Kind.SIGNATURE,
                polygon=Polygon.from_bounds(page.reading.frame, *bounds),
                entity=f"signature:{number}:s{place}",
                recogniser="slots",
                rule="before-date",
                score=0.6,
                reason=policy.reasons.get(Kind.SIGNATURE, ""),
                place=Place.SLOT,
            )
        )
    for finding in found:
        if finding.line is None or finding.kind not in _NAMES or not 1 < len(finding.text) <= 6:
            continue
        if not all(is_han(c) for c in finding.text):
            continue
        for bounds in _inked_gaps(page, finding):
            mine = finding.text in own or finding.kind is Kind.APPLICANT_NAME
            kind = Kind.APPLICANT_NAME if mine else finding.kind
            new.append(
                Finding(
                    id=f"p{number}-b{len(found) + len(new) + 1}",
                    page=number,
                    kind=kind,
                    polygon=Polygon.from_bounds(page.reading.frame, *bounds),
                    entity="applicant" if mine else finding.entity,
                    recogniser="slots",
                    rule="beside-name",
                    score=0.5,
                    reason=policy.reasons.get(kind, ""),
                    place=Place.RUNNING,
                    doubtful=True,
                )
            )
    return new


def _signed_before_dates(page: PageText, found: Sequence[Finding]) -> Iterator[Bounds]:
    """Yield the places between a signature's label and a date where no name was found."""
    held = {(f.line, i) for f in found if f.kind in _NAMES for i in range(f.start, f.end)}
    for index, line in enumerate(page.reading.lines):
        text = "".join(char.text[:1] or " " for char in line.chars)
        for match in _SIGNED.finditer(text) if not line.vertical else ():
            if any((index, i) in held for i in range(*match.span(1))):
                continue
            em = page.boxes[index].height
            colon = max(text.rfind(c, match.start(), match.start(1)) for c in ":：")
            before, after = line.chars[colon].polygon.bounds, line.chars[match.end()].polygon.bounds
            x0, x1 = before[2] + 0.1 * em, after[0] - 0.1 * em
            if x1 - x0 > 0.8 * em:
                yield x0, min(before[1], after[1]), x1, max(before[3], after[3])


def _inked_gaps(page: PageText, finding: Finding) -> Iterator[Bounds]:
    """Yield the bounds of ink in the gaps on either side of a name."""
    assert finding.line is not None
    line = page.reading.lines[finding.line]
    if line.vertical:
        return
    edges = [c.polygon.bounds for c in line.chars]
    em = _em(page, finding.line)
    first, last = edges[finding.start], edges[finding.end - 1]
    read = [i for i, char in enumerate(line.chars) if char.text.strip()]
    after = [i for i in read if i >= finding.end]
    signed = not after and _SIGNATURES.search("".join(c.text for c in line.chars[: finding.start]))
    near, room = (_NEXT, _NEXT + _WIDEST) if signed else (_NEAR, _ROOM)
    right = edges[after[0]][0] if after else _free(page, finding.line, last, room * em)
    before = [i for i in read if i < finding.start]
    left = edges[before[-1]][2] if before else _free_before(page, finding.line, first, em)
    # The box of a mark takes in what stands unread beside it, and a mark is narrow.
    if after and not line.chars[after[0]].text.isalnum():
        right = max(right, edges[after[0]][2] - _MARK * em)
    if before and not line.chars[before[-1]].text.isalnum():
        left = min(left, edges[before[-1]][0] + _MARK * em)
    for x0, x1, y0, y1 in (
        (last[2], right, last[1], last[3]),
        (left, first[0], first[1], first[3]),
    ):
        if x1 - x0 < _GAP * em:
            continue
        bounds = page.layout.first_ink(x0 + 0.12 * em, y0, x1 - 0.06 * em, y1, 0.6 * em)
        if bounds is None:
            continue
        wide, high = bounds[2] - bounds[0], bounds[3] - bounds[1]
        gap = bounds[0] - x0 if x0 == last[2] else x1 - bounds[2]
        close = gap < (near if x0 == last[2] else _NEAR) * em
        if close and _WIDE * em < wide < _WIDEST * em and high > _HIGH * em:
            pad = 0.08 * em
            yield bounds[0] - pad, bounds[1] - pad, bounds[2] + pad, bounds[3] + pad


def _em(page: PageText, index: int) -> float:
    """Return a line's height, or what its characters' widths say where the box is too high."""
    chars = page.reading.lines[index].chars
    widths = [c.polygon.bounds[2] - c.polygon.bounds[0] for c in chars if is_han(c.text[0])]
    height = page.boxes[index].height
    wide = float(np.median(widths)) if widths else height
    return wide if height > _TALL * wide else height


def _free(page: PageText, index: int, last: Bounds, room: float) -> float:
    """Return how far to the right of a line's last character, within ``room``, nothing was read."""
    limit = min(float(page.reading.frame.width), last[2] + room)
    middle = (last[1] + last[3]) / 2
    for box in page.boxes:
        if box.index != index and box.real[1] < middle < box.real[3] and box.real[0] >= last[2]:
            limit = min(limit, box.real[0])
    return float(np.floor(limit))


def _free_before(page: PageText, index: int, first: Bounds, em: float) -> float:
    """Return how far to the left of a line's first character nothing else was read."""
    limit = max(0.0, first[0] - _ROOM * em)
    middle = (first[1] + first[3]) / 2
    for box in page.boxes:
        if box.index != index and box.real[1] < middle < box.real[3] and box.real[2] <= first[0]:
            limit = max(limit, box.real[2])
    return float(np.ceil(limit))
