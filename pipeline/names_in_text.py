"""People, schools and numbers in plain text, found as on a page and hidden by the same policy.

The text is set on a white sheet of its own, so that the one detector there is can look at it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.dossier import Action, Kind
from pipeline.geometry import Frame, Polygon
from pipeline.jobs import Tools
from pipeline.reading.lines import Char, Line, PageReading, TextSource
from pipeline.reports.similarity.shown_text import Edit
from pipeline.similarity.nouns import Span

# The sheet, in pixels: a line of full width, its height and the size of a character.
_ACROSS, _PITCH, _SIZE, _MARGIN = 40, 36, 20, 60
_AROUND = 40
_LABELS = {Kind.UNIT: "【单位】", Kind.APPLICANT_UNIT: "【单位】"}
_NUMBERS = frozenset({Kind.ID_NUMBER, Kind.PHONE, Kind.EMAIL, Kind.HOLDER_NUMBER})


def names_in(text: str, spans: Sequence[Span], tools: Tools) -> list[Edit]:
    """Find what the policy masks in and around some stretches of a text.

    Args:
        text: The text.
        spans: The stretches that will be seen.
        tools: The detector and the policy.
    """
    edits: list[Edit] = []
    done = 0
    for span in sorted(spans):
        start, end = max(done, span.start - _AROUND), min(len(text), span.end + _AROUND)
        if start < end:
            edits += _look(text, start, end, tools)
            done = end
    return edits


def _look(text: str, start: int, end: int, tools: Tools) -> list[Edit]:
    rows = _rows(text, start, end)
    if not rows:
        return []
    frame = Frame(1, 2 * _MARGIN + _ACROSS * _SIZE, 2 * _MARGIN + len(rows) * _PITCH)
    lines = tuple(_line(text, row, number, frame) for number, row in enumerate(rows))
    sheet = np.full((frame.height, frame.width, 3), 255, np.uint8)
    with tools.detecting:
        findings = tools.detector.page(PageReading(frame, lines), sheet)
    edits = []
    for finding in findings:
        if finding.line is None or tools.policy.action(finding.kind) is not Action.MASK:
            continue
        row = rows[finding.line]
        span = Span(row.start + finding.start, row.start + finding.end)
        label = "【号码】" if finding.kind in _NUMBERS else _LABELS.get(finding.kind, "【人员】")
        edits.append(Edit(span, label))
    return edits


def _rows(text: str, start: int, end: int) -> list[Span]:
    """Cut a stretch into rows of full width; a line that ends earlier ends its row."""
    rows = []
    for line in text[start:end].splitlines(keepends=True):
        length = len(line.rstrip())
        rows += [
            Span(start + at, start + min(length, at + _ACROSS)) for at in range(0, length, _ACROSS)
        ]
        start += len(line)
    return rows


def _line(text: str, row: Span, number: int, frame: Frame) -> Line:
    top = _MARGIN + number * _PITCH
    chars = tuple(
        Char(
            text[at],
            Polygon.from_bounds(
                frame,
                _MARGIN + (at - row.start) * _SIZE,
                top,
                _MARGIN + (at - row.start + 1) * _SIZE,
                top + _SIZE,
            ),
            1.0,
        )
        for at in range(row.start, row.end)
    )
    right = _MARGIN + row.length * _SIZE
    polygon = Polygon.from_bounds(frame, _MARGIN, top, right, top + _SIZE)
    return Line(polygon, chars, 1.0, TextSource.LAYER)
