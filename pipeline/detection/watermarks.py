"""Watermarks that may name a school: words aslant across a page that belong to no seal.

Print across it spoils the reading of a watermark, so one is hidden along its whole length, whatever
was made of it, unless it was read well and says what watermarks say everywhere: 仅供职称评审使用.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np
from rapidfuzz import fuzz

from pipeline.detection.seals import RECOGNISER as SEALS
from pipeline.dossier import Applicant, Finding, Kind, Place
from pipeline.geometry import Polygon
from pipeline.policy import Policy
from pipeline.reading.lines import Line, PageReading

RECOGNISER = "watermarks"

_INSIDE = 0.5
"""Share of a line in a seal, a face or a code from which it belongs to that."""
_READ = 0.9
"""Confidence from which it counts what a watermark says."""
_ALIKE = 60.0
"""Likeness of what was read to the applicant's unit, of 100, from which it is that."""
_GROWN = 0.08
"""Room around a watermark, in its heights."""
_TURNED, _TALLER = 5.0, 1.4
"""Degrees between two watermarks of a page, and how much higher one is than the other, at most."""
_USE = re.compile(
    r"仅供|仅限|专用|使用|复印|扫描|样本|样张|样例|草稿|预览|试用|试读|水印|副本|无效|机密|内部|版权|学科网"
    r"|知网|万方|维普|www|http|\.com|\.cn|cnki|copy|draft|sample",
    re.IGNORECASE,
)
_SCHOOL = re.compile(
    r"小学|中学|学校|幼儿园|学院|大学|[一二三四五六七八九十\d][中小]$|校$|[师职]大"
)


def watermark_lines(reading: PageReading, findings: Sequence[Finding]) -> Iterator[int]:
    """Yield the lines of a page that stand aslant, are no part of a seal, and may name somebody.

    Args:
        reading: The page as read.
        findings: What was found; those of other pages say nothing.
    """
    others = [
        finding.polygon.to(reading.frame).bounds
        for finding in findings
        if finding.page == reading.frame.page
        and (finding.recogniser == SEALS or finding.kind in (Kind.SEAL, Kind.FACE, Kind.CODE))
    ]
    alone: list[int] = []
    within: list[int] = []
    for index in reading.quality.aslant:
        line = reading.lines[index]
        x0, y0, x1, y1 = line.polygon.bounds
        area = max(1.0, (x1 - x0) * (y1 - y0))
        shares = (
            max(0.0, min(x1, c) - max(x0, a)) * max(0.0, min(y1, d) - max(y0, b)) / area
            for a, b, c, d in others
        )
        if not _names_nobody(line):
            (alone if max(shares, default=0.0) < _INSIDE else within).append(index)
    yield from alone
    # What stands like a watermark of the page is one too, whatever it lies across.
    known = [reading.lines[index].polygon for index in alone]
    yield from (n for n in within if any(alike(reading.lines[n].polygon, other) for other in known))


def watermark_findings(
    reading: PageReading, findings: Sequence[Finding], applicant: Applicant, policy: Policy
) -> list[Finding]:
    """Return one finding for each watermark that may name somebody.

    Args:
        reading: The page as read.
        findings: What was found on it otherwise.
        applicant: Whose unit it may name.
        policy: Gives the reasons.
    """
    page, found = reading.frame.page, []
    for index in watermark_lines(reading, findings):
        line = reading.lines[index]
        own = any(fuzz.partial_ratio(unit, line.text) >= _ALIKE for unit in applicant.unit)
        own = own and len(line.chars) > 2
        kind = Kind.APPLICANT_UNIT if own else Kind.UNIT
        found.append(
            Finding(
                id=f"p{page}-w{index}",
                page=page,
                kind=kind,
                polygon=grown(line.polygon, _GROWN * _height(line.polygon), _GROWN),
                entity="applicant-unit" if own else "",
                recogniser=RECOGNISER,
                rule="aslant",
                score=line.confidence,
                reason=policy.reasons.get(kind, ""),
                place=Place.RUNNING,
            )
        )
    return found


def _height(polygon: Polygon) -> float:
    down = polygon.array()[3] - polygon.array()[0]
    return float((down @ down) ** 0.5)


def alike(one: Polygon, other: Polygon) -> bool:
    """Whether two four-cornered places in one frame are turned alike and alike in height."""
    along, beside = (p.array()[1] - p.array()[0] for p in (one, other))
    turned = np.arctan2(along[1], along[0]) - np.arctan2(beside[1], beside[0])
    off = abs(float(np.degrees((turned + np.pi) % (2 * np.pi) - np.pi)))
    heights = sorted((_height(one), _height(other)))
    return off < _TURNED and heights[1] < _TALLER * max(1.0, heights[0])


def _names_nobody(line: Line) -> bool:
    said = line.text
    return line.confidence >= _READ and bool(_USE.search(said)) and not _SCHOOL.search(said)


def grown(polygon: Polygon, beyond: float, beside: float) -> Polygon:
    """Return a four-cornered place with some room, inside the page.

    Args:
        polygon: From the upper left corner along the writing.
        beyond: Room at each end, in pixels.
        beside: Room along each side, in heights of the place.
    """
    corners = polygon.array()
    along, down = corners[1] - corners[0], (corners[3] - corners[0]) * beside
    along = along / max(1.0, float((along @ along) ** 0.5)) * beyond
    moved = corners + np.stack([-along - down, along - down, along + down, down - along])
    width, tall = float(polygon.frame.width), float(polygon.frame.height)
    points = ((min(max(float(x), 0.0), width), min(max(float(y), 0.0), tall)) for x, y in moved)
    return Polygon(polygon.frame, tuple(points))
