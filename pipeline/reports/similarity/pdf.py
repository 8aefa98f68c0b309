"""The similarity report as a PDF, laid out by MuPDF with the Chinese font that it carries."""

from __future__ import annotations

import io

import pymupdf

from pipeline.intake import MUPDF_LOCK
from pipeline.reports.rendering import render
from pipeline.reports.similarity.page import COLOURS, report_values
from pipeline.reports.similarity.rows import rows
from pipeline.reports.similarity.views import GREY, ReportView
from pipeline.similarity.recheck import Changes
from pipeline.similarity.result_file import SimilarityFile

_MARGINS = (46.0, 48.0, -46.0, -52.0)
_FOOT = 30.0
_FOOT_SIZE = 8.0
# MuPDF repeats the background of a block on the pages behind it, so only runs of text have one.
_CSS = """
body { font-size: 9.5px; line-height: 1.5; color: #1d2330; }
h1 { font-size: 19px; margin: 0 0 8px 0; text-align: center; }
h2 { font-size: 12px; margin: 14px 0 5px 0; }
p { margin: 2px 0; }
table { border-collapse: collapse; margin: 3px 0; }
td, th { padding: 3px 5px; vertical-align: top; text-align: left; }
.k { color: #5c6576; width: 42px; } .v { width: 180px; }
.w1 { width: 24px; } .w2 { width: 215px; } .w3 { width: 60px; } .w4 { width: 40px; }
.half { width: 228px; }
.new { page-break-before: always; }
.facts td { border-bottom: 1px solid #d5d9e0; }
.advice, .alert { margin: 7px 0; }
.advice td { border: 1px solid #34507a; width: 478px; }
.alert td { border: 1px solid #e0a100; width: 478px; }
.ratios td { border: 1px solid #b8c0cc; width: 109px; }
.name { font-size: 8.5px; color: #5c6576; } .big { font-size: 19px; line-height: 1.2; }
.sources td, .sources th { border-bottom: 1px solid #d5d9e0; }
.sources th { color: #5c6576; } .out td { color: #5c6576; }
.dim, .refs { color: #5c6576; } .dim { font-size: 8.5px; }
.paper { text-indent: 2em; margin: 0 0 3px 0; font-size: 10px; line-height: 1.7; }
.verbatim { background-color: #fbdcc6; } .near { background-color: #fdf0bd; }
.reworded { background-color: #dbeaf8; } .quoted { background-color: #d8f0e6; }
.own { background-color: #f0deeb; } .grey { background-color: #e8eaee; }
.n-verbatim { color: #c04f00; } .n-near { color: #8f6a00; } .n-reworded { color: #0064a3; }
.n-quoted { color: #00795a; } .n-own { color: #96417a; } .n-grey { color: #6b7380; }
.pair { margin: 8px 0 0 0; }
.pair td { border: 1px solid #b8c0cc; }
.head { font-size: 8.5px; color: #3a4150; }
.changed { color: #a32600; text-decoration: underline; }
.only { color: #004f86; background-color: #e3effa; }
.same { background-color: #fdf0bd; }
.why { font-size: 8.5px; color: #3a4150; margin: 2px 0 4px 0; }
"""


def report_pdf(view: ReportView, result: SimilarityFile, changes: Changes | None = None) -> bytes:
    """Return the report as a PDF of A4 pages.

    Args:
        view: What is shown.
        result: For the conditions of the comparison.
        changes: What is different from an earlier result.
    """
    text = render(
        "similarity/report.pdf.html.j2", rows=rows, **report_values(view, result, changes)
    )
    with MUPDF_LOCK:
        archive = pymupdf.Archive()
        archive.add(_bar(view).encode(), "bar.svg")
        story = pymupdf.Story(text, user_css=_CSS, archive=archive)
        drawn = io.BytesIO()
        writer = pymupdf.DocumentWriter(drawn)
        paper = pymupdf.paper_rect("a4")
        more = True
        while more:
            device = writer.begin_page(paper)
            more, _ = story.place(paper + _MARGINS)
            story.draw(device)
            writer.end_page()
        writer.close()
        return _finished(drawn)


def _finished(drawn: io.BytesIO) -> bytes:
    """Number the pages, keep of the font only what is used, and leave no trace of time."""
    with pymupdf.open(stream=drawn.getvalue(), filetype="pdf") as document:
        font = pymupdf.Font("cjk")
        for number, page in enumerate(document, start=1):
            foot = f"文本复制检测报告单　第 {number} 页，共 {document.page_count} 页"
            width = font.text_length(foot, _FOOT_SIZE)
            page.wrap_contents()
            writer = pymupdf.TextWriter(page.rect)
            left = (page.rect.width - width) / 2
            writer.append((left, page.rect.height - _FOOT), foot, font=font, fontsize=_FOOT_SIZE)
            writer.write_text(page, color=(0.36, 0.4, 0.46))
        document.set_metadata({})
        document.subset_fonts()
        data: bytes = document.tobytes(garbage=4, deflate=True, no_new_id=True)
        return data


def _bar(view: ReportView) -> str:
    parts = ['<svg xmlns="http://www.w3.org/2000/svg" width="1000" height="44">']
    parts.append('<rect x="0" y="0" width="1000" height="34" fill="#eef0f3"/>')
    for stripe in view.stripes:
        low = stripe.look == GREY
        parts.append(
            f'<rect x="{stripe.left:.2f}" y="{9 if low else 0}" width="{stripe.width:.2f}" '
            f'height="{16 if low else 34}" fill="{COLOURS[stripe.look]}"/>'
        )
    parts += [
        f'<rect x="{min(999, tick)}" y="36" width="1" height="8" fill="#8a93a1"/>'
        for tick in range(0, 1001, 100)
    ]
    return "".join(parts) + "</svg>"
