"""Puts comparisons into the case file: figures without text, a masked report, and the full one.

The full report shows the texts and names of both sides, so it lies in the private folder. The
masked one hides in the applicant's text all that the masked copy hides, and in the sources' text
what the same detector finds there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline import casefile
from pipeline.casefile import CaseFile
from pipeline.dossier import Action, Decision
from pipeline.errors import MangpingError
from pipeline.geometry import turn_pixels
from pipeline.intake import open_source
from pipeline.jobs import FileReading, Tools
from pipeline.names_in_text import names_in
from pipeline.outcome import ErrorEntry, RatioEntry, Similarity
from pipeline.reports.similarity.hiding import Hider
from pipeline.reports.similarity.page import report_page
from pipeline.reports.similarity.sheets import SheetView, sheet_views
from pipeline.reports.similarity.shown_text import Edit
from pipeline.reports.similarity.views import ReportView, report_view
from pipeline.similarity.examination import Examination
from pipeline.similarity.nouns import Span
from pipeline.similarity.pages import PageText
from pipeline.similarity.result_file import result_file


def keep_comparisons(
    case: CaseFile,
    compared: Mapping[str, Examination | MangpingError],
    files: Mapping[str, FileReading],
    decisions: Mapping[str, Sequence[Decision]],
    tools: Tools,
    checked: str,
    *,
    with_text: bool,
    strings: Sequence[str] = (),
) -> dict[str, Similarity]:
    """Store comparisons in the place of those of an earlier run.

    Args:
        case: Where they go.
        compared: By attachment.
        files: The attachments as they were read.
        decisions: What is masked in the copies, by attachment.
        tools: What the dossier shares.
        checked: Day of the comparison, YYYY-MM-DD.
        with_text: Write titles, names and words into the JSON too.
        strings: What people want masked everywhere, in the sources' text too.

    Returns:
        What the command and the report tell of each.

    Raises:
        CaseNotWritableError: The filesystem refuses.
    """
    applicant = tools.applicant
    kept: dict[str, Similarity] = {}
    for key, found in compared.items():
        if isinstance(found, MangpingError):
            kept[key] = Similarity(error=ErrorEntry.of(found, applicant))
            continue
        result = result_file(found, checked, with_text=with_text)
        case.write(casefile.similarity(key), result.to_bytes())
        full = casefile.similarity_private(key)
        view = report_view(found)
        sheets = _sheets(found, view, files[key], tools)
        case.write(full, report_page(view, result, sheets=sheets).encode())
        masked = None
        # Without the unit's name nobody can say that it is not in the report.
        if applicant.unit and found.subject.pages is not None:
            masked = casefile.similarity_page(key)
            hidden = masked_stretches(found.subject.pages, decisions.get(key, ()))
            page = report_page(masked_view(found, tools, hidden, strings), result)
            case.write(masked, page.encode())
        kept[key] = _entry(found, full, masked)
    _discard_others(case, kept)
    return kept


def masked_stretches(pages: PageText, decisions: Sequence[Decision]) -> list[Edit]:
    """Return the stretches of a text that the masked copy hides, each with its label.

    A character is hidden when the middle of its box lies within a mask's place.
    """
    by_page: dict[int, list[Decision]] = {}
    for decision in decisions:
        if decision.action is Action.MASK:
            by_page.setdefault(decision.finding.page, []).append(decision)
    edits = []
    for start, end, number in pages.lines.tolist():
        frame = pages.frames[number]
        for decision in by_page.get(frame.page, ()):
            x0, y0, x1, y1 = decision.finding.polygon.to(frame).bounds
            middles = pages.corners[start:end].mean(axis=1)
            inside = (middles >= (x0, y0)).all(axis=1) & (middles <= (x1, y1)).all(axis=1)
            hit = inside.nonzero()[0]
            if hit.size:
                span = Span(start + int(hit[0]), start + int(hit[-1]) + 1)
                edits.append(Edit(span, decision.label or "【隐去】"))
    return edits


def masked_view(
    found: Examination,
    tools: Tools,
    hidden: Sequence[Edit] | None = None,
    strings: Sequence[str] = (),
) -> ReportView:
    """Make what reviewers may see of a comparison.

    Args:
        found: The comparison.
        tools: The detector, the policy and the applicant.
        hidden: What the masked copy hides in the examined text; None looks for it here.
        strings: What people want masked everywhere.
    """
    text = found.subject.text.raw
    if hidden is None:
        hidden = names_in(text, [Span(0, len(text))], tools)
    sources = [share.document for share in found.counted.sources]
    hider = Hider.of(found.subject.document, sources, tools.applicant)
    # Who copied a passage may have copied the names in it.
    hider = hider.with_strings((string, "【隐去】") for string in strings)
    hider = hider.with_strings((text[e.span.start : e.span.end], e.shown) for e in hidden)
    spans: dict[str, list[Span]] = {}
    for row in found.counted.rows:
        spans.setdefault(row.passage.source, []).append(row.passage.source_span)
    there = {
        name: names_in(found.texts[name].raw, stretches, tools) for name, stretches in spans.items()
    }
    return report_view(found, hider, hidden, there)


def _sheets(
    found: Examination, view: ReportView, file: FileReading, tools: Tools
) -> tuple[SheetView, ...]:
    """Draw the passages on the original's pages."""
    with open_source(file.job.path, name=file.job.name, decoded=tools.decoded) as source:

        def upright(page: int) -> NDArray[np.uint8]:
            turn = file.readings[page - 1].frame.turn
            return turn_pixels(source.page(page).pixels, turn)

        return sheet_views(found, view, upright)


def _entry(found: Examination, full: str, masked: str | None) -> Similarity:
    ratios = {
        ratio.value: RatioEntry(numerator=f.numerator, denominator=f.denominator)
        for ratio, f in found.counted.ratios.items()
    }
    return Similarity(
        ratios=ratios,
        sources=sum(share.counting > 0 for share in found.counted.sources),
        listed=len(found.counted.sources),
        snapshot=found.snapshot.id if found.snapshot else None,
        report=masked,
        private_report=full,
    )


def _discard_others(case: CaseFile, kept: Mapping[str, Similarity]) -> None:
    """Remove what an earlier run left and this one did not make."""
    made = {casefile.similarity(key) for key, one in kept.items() if one.error is None}
    made |= {place for one in kept.values() for place in (one.report, one.private_report) if place}
    for folder in ("similarity", "work/similarity"):
        for name in (f"{folder}/{file}" for file in case.names(folder)):
            if name not in made:
                case.remove(name)
