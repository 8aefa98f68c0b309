"""What those who looked for names and numbers on the source find on the copy, read again.

The second reading is of another scale, so a name that the first one misread may be plain in it.
What both readings say alike was looked through with all its page around it, and is left alone.
Whoever looks is handed in: verification knows nothing of how the copy was made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from pipeline.dossier import Finding, Kind
from pipeline.geometry import Frame, Polygon
from pipeline.reading.lines import Line, PageReading
from pipeline.reading.sides import simplified
from pipeline.verification.text import Areas

Look = Callable[[PageReading], Sequence[Finding]]
"""Returns what should be hidden of a page as read, by line and characters."""

_CODES = {
    Kind.APPLICANT_NAME: "person-readable",
    Kind.PERSON_NAME: "person-readable",
    Kind.APPLICANT_UNIT: "school-readable",
    Kind.UNIT: "school-readable",
    Kind.ADDRESS: "address-readable",
}
_OPEN = 0.5
"""Share of a finding's characters outside the masks from which it was not hidden."""
_READ, _EACH = 0.85, 0.6
"""Confidence from which all of it, and each of its characters, was read and not guessed."""


def find_open(
    lines: Sequence[Line],
    grid: Frame,
    masks: Areas,
    kept: Areas,
    look: Look,
    first: Sequence[Line] = (),
) -> Iterator[tuple[str, Polygon]]:
    """Yield a doubt's code and the place of everything on a page that is still to be hidden.

    Args:
        lines: The second reading.
        grid: Its frame.
        masks: Of the page, in ``grid``.
        kept: Places that the policy keeps, in ``grid``.
        look: Looks through a page.
        first: What was read on the page before anything was hidden, in any frame of it.
    """
    before = [(char.text, char.polygon.to(grid)) for line in first for char in line.chars]
    for finding in look(PageReading(grid, tuple(lines))):
        if finding.line is None:
            continue
        chars = lines[finding.line].chars[finding.start : finding.end]
        bare = [char for char in chars if not masks.hold(char.polygon)]
        if len(bare) <= _OPEN * len(chars) or all(kept.hold(char.polygon) for char in bare):
            continue
        sure = [char.confidence for char in bare]
        if min(sure) < _EACH or sum(sure) < _READ * len(sure):
            continue
        here = Areas([finding.polygon], grid)
        said = "".join(text for text, place in before if here.hold(place))
        if _plain(said) == _plain("".join(char.text for char in chars)):
            continue
        yield _CODES.get(finding.kind, "number-open"), finding.polygon


def _plain(text: str) -> str:
    return simplified("".join(char for char in text if char.isalnum()))
