"""An original and the applicant's own masked copy: detection on the one, verification of both.

Verification may not know detection, so the two meet here: what the detector finds in the original
and the policy masks is handed over as places.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pipeline.dossier import Action, Applicant, Decision, Finding, Kind
from pipeline.file_reading import read_file
from pipeline.intake import open_source
from pipeline.jobs import FileReading, Job, Tools
from pipeline.reading import PageReading
from pipeline.redaction import decide_together
from pipeline.verification.pair import (
    OriginalPage,
    PairReport,
    SensitivePlace,
    Shown,
    Surety,
    check_pair,
)
from pipeline.work import Work

_PICTURES = {Kind.SEAL, Kind.FACE, Kind.CODE}
_SHORT_NUMBER = 6
_SURE_LINE, _SURE_CHAR = 0.97, 0.9
_READ_LINE = 0.9
# Height of handwriting as a share of the page; what is lower is a rule or a dot.
_PEN = 0.016


def compare_files(
    original: Job,
    masked: Job,
    tools: Tools,
    *,
    work: Work | None = None,
    progress: Callable[[int], None] | None = None,
) -> tuple[PairReport, list[Shown]]:
    """Check an applicant's own masked copy against its original.

    Args:
        original: The original.
        masked: The masked copy.
        tools: What the dossier shares.
        work: Where readings are kept for the next time.
        progress: Called with the number of each checked page.

    Raises:
        RefusedInputError: One of the files is not taken.
    """
    with open_source(masked.path, name=masked.name):
        pass  # refused before the work on the original
    reading = read_file(original, tools, work)
    decisions, _ = decide_together([reading], tools)
    return compare_read(reading, decisions[original.id], masked, tools, progress=progress)


def compare_read(
    reading: FileReading,
    decisions: Sequence[Decision],
    masked: Job,
    tools: Tools,
    *,
    progress: Callable[[int], None] | None = None,
) -> tuple[PairReport, list[Shown]]:
    """Check a masked copy against an original that was read and decided on already.

    Raises:
        RefusedInputError: One of the files is not taken.
    """
    pages = [original_page(page, decisions, tools.applicant) for page in reading.readings]
    job = reading.job
    with (
        open_source(job.path, name=job.name) as source,
        open_source(masked.path, name=masked.name) as copy,
    ):
        return check_pair(
            source,
            pages,
            copy,
            masked.path,
            masked.name,
            tools.applicant,
            tools.reader,
            progress=progress,
        )


def original_page(
    reading: PageReading, decisions: Sequence[Decision], applicant: Applicant
) -> OriginalPage:
    """Hand over a page of the original: what was read, and what the policy masks there."""
    places = [
        _place(decision.finding, reading, applicant, surety)
        for decision in decisions
        if decision.finding.page == reading.frame.page and decision.action is Action.MASK
        if (surety := _surety(decision.finding, reading)) is not None
    ]
    return OriginalPage(reading.frame, reading.lines, tuple(places))


def _place(
    finding: Finding, reading: PageReading, applicant: Applicant, surety: Surety
) -> SensitivePlace:
    whole = reading.lines[finding.line].chars if finding.line is not None else ()
    chars = whole[finding.start : finding.end]
    known = {Kind.APPLICANT_NAME: applicant.name, Kind.APPLICANT_UNIT: applicant.unit}
    sought = known.get(finding.kind, ()) if finding.recogniser == "applicant" else ()
    letters = frozenset(letter for string in sought for letter in string)
    # A name in pinyin has none of the letters of the name.
    alike = any(char.text in letters for char in chars)
    return SensitivePlace(
        kind=finding.kind,
        polygon=finding.polygon,
        text=finding.text,
        cells=tuple(char.polygon for char in chars),
        marks=tuple(char.text for char in chars),
        letters=letters if alike else frozenset(),
        surety=surety,
    )


def _surety(finding: Finding, reading: PageReading) -> Surety | None:
    """Say whether a place that is left open is a leak.

    Masking covers whatever may be a name; an applicant who did not cover a line of misread
    handwriting, or a mark that stands in a column of numbers, did nothing wrong.
    """
    if finding.doubtful:
        return Surety.WEAK
    if finding.recogniser == "applicant" or finding.kind in _PICTURES:
        return Surety.SURE
    if finding.recogniser == "numbers":
        digits = sum(c.isalnum() for c in finding.text)
        return Surety.SURE if digits >= _SHORT_NUMBER else None
    if finding.line is None:
        x0, y0, x1, y1 = finding.polygon.bounds
        pen = min(x1 - x0, y1 - y0) >= _PEN * reading.frame.height
        return Surety.LIKELY if finding.recogniser == "slots" and pen else Surety.WEAK
    if len(finding.text.strip()) < 2:
        return Surety.WEAK
    line = reading.lines[finding.line]
    worst = min((c.confidence for c in line.chars[finding.start : finding.end]), default=0.0)
    if finding.recogniser == "labels":
        return Surety.SURE if finding.score >= 0.9 else Surety.WEAK
    if finding.kind is Kind.UNIT:
        sure = finding.score >= 0.8 and line.confidence >= _READ_LINE
        return Surety.SURE if sure else Surety.WEAK
    read = line.confidence >= _SURE_LINE and worst >= _SURE_CHAR
    sure = finding.score >= 0.8 and read
    return Surety.SURE if sure else Surety.WEAK
