"""The similarity report as one HTML page that opens without a server."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipeline.reports.rendering import render
from pipeline.reports.similarity.sheets import SheetView
from pipeline.reports.similarity.views import GREY, OWN, ReportView
from pipeline.similarity.nouns import MatchKind
from pipeline.similarity.reasons import ADVICE, KIND_NAMES, RULE
from pipeline.similarity.recheck import Changes
from pipeline.similarity.result_file import SimilarityFile

#: Fill of a passage on the bar; after Okabe and Ito, so that the colour-blind tell them apart.
COLOURS = {
    MatchKind.VERBATIM.value: "#d55e00",
    MatchKind.NEAR.value: "#e0b000",
    MatchKind.REWORDED.value: "#0072b2",
    MatchKind.QUOTED.value: "#009e73",
    OWN: "#b0609a",
    GREY: "#aab1bc",
}
LEGEND = (
    *((kind.value, name) for kind, name in KIND_NAMES.items()),
    (OWN, "本人作品"),
    (GREY, "列出而不计"),
)


def report_page(
    view: ReportView,
    result: SimilarityFile,
    changes: Changes | None = None,
    sheets: Sequence[SheetView] = (),
) -> str:
    """Return the report as one HTML page.

    Args:
        view: What is shown.
        result: For the conditions of the comparison.
        changes: What is different from an earlier result, shown on top.
        sheets: The original's pages with the passages marked; never for a masked report.
    """
    values = report_values(view, result, changes)
    return render("similarity/report.html.j2", sheets=() if view.masked else sheets, **values)


def report_values(
    view: ReportView, result: SimilarityFile, changes: Changes | None
) -> dict[str, Any]:
    """Return what the templates of the page and of the PDF are filled with."""
    return {
        "view": view,
        "about": {
            "checked": result.checked,
            "program": result.program,
            "code": result.code,
            "snapshot": result.corpus.id if result.corpus else None,
            "documents": result.corpus.documents if result.corpus else 0,
            "compared": result.compared,
            "parameters": result.parameters,
        },
        "looks": {passage.number: passage.look for passage in view.passages},
        "colours": COLOURS,
        "legend": LEGEND,
        "advice": ADVICE,
        "rule": RULE,
        "changes": changes,
    }
