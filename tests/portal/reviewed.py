"""A processed dossier whose pages can be looked at: sheets, their masked copies, findings."""

from __future__ import annotations

from pathlib import Path

from PIL import ImageDraw

from dossiers.models import Dossier
from dossiers.services.receiving import create_dossier, submit_dossier
from dossiers.services.results import AttachmentOutcome, attach_result
from dossiers.services.runs import finish_run
from dossiers.services.uploads import append_chunk, complete_upload, register_upload
from fixtures.findings import findings_file, name_found, scanned_page
from pipeline.findings_file import Corners, FindingsFile
from pipeline.outcome import FileResult, OwnCopy
from tests.dossiers.papers import APPLICANT, begin
from tests.sheets import draw_sheet

WIDTH, HEIGHT = 874, 1240
LINES = ("听课记录", "授课教师：欧阳澹台", "评课人：赵永福")
NAME: Corners = ((240.0, 190.0), (368.0, 190.0), (368.0, 232.0), (240.0, 232.0))
OTHER: Corners = ((208.0, 280.0), (304.0, 280.0), (304.0, 322.0), (208.0, 322.0))


def reviewed(
    folder: Path,
    *,
    files: int = 1,
    turn: int = 0,
    own_copy: OwnCopy | None = None,
    own_turn: int | None = None,
) -> Dossier:
    """Return a dossier up for review: each attachment with two masks, the second one doubtful.

    ``turn`` is how many quarter turns clockwise bring the stored page upright. With ``own_copy``
    the applicant hid nothing in a copy of their own of each file, and this was found; ``own_turn``
    brings that copy upright, where it does not lie as the original does.
    """
    dossier = create_dossier(APPLICANT, "huainan-2025", title="待核对")
    for number in range(files):
        sheet = draw_sheet((*LINES, f"第 {number} 份"))
        place = folder / f"{number}.png"
        sheet.rotate(90 * turn, expand=True).save(place, dpi=(150, 150))
        data = place.read_bytes()
        row = register_upload(dossier.pk, name=f"听课记录{number}.png", size=len(data))
        append_chunk(row.key, 0, data)
        attachment = complete_upload(row.key)
        if own_copy is not None:
            lies = turn if own_turn is None else own_turn
            sheet.rotate(90 * lies, expand=True).save(folder / "own.png", dpi=(150, 150))
            data = (folder / "own.png").read_bytes()
            row = register_upload(
                dossier.pk, name="own.png", size=len(data), own_copy_of=attachment.ordinal
            )
            append_chunk(row.key, 0, data)
            complete_upload(row.key)
        pen = ImageDraw.Draw(sheet)
        for box in (NAME, OTHER):
            pen.rectangle((*box[0], *box[2]), fill="black")
        sheet.save(folder / f"{number}.pdf", resolution=150)
    submit_dossier(dossier.pk)
    grant = begin(dossier)
    for number, attachment in enumerate(dossier.attachments.order_by("ordinal")):
        copy = folder / f"{number}.pdf"
        document = _document(attachment.original.sha256, copy, turn)
        result = FileResult(
            id=attachment.code,
            file=attachment.code,
            verdict=document.verdict,
            pages=1,
            sha256=document.sha256,
            copy_sha256=document.copy_sha256,
            own_copy=own_copy,
        )
        outcome = AttachmentOutcome(attachment.ordinal, result, copy, document)
        attach_result(dossier.pk, outcome, grant=grant)
    finish_run(grant)
    dossier.refresh_from_db()
    return dossier


def stored(box: Corners, turn: int) -> Corners:
    """Turn corners of the upright sheet into corners of the stored page."""
    if turn == 1:
        return tuple((y, WIDTH - x) for x, y in box)
    return box


def _document(sha256: str, copy: Path, turn: int) -> FindingsFile:
    own, other = stored(NAME, turn), stored(OTHER, turn)
    size = (HEIGHT, WIDTH) if turn % 2 else (WIDTH, HEIGHT)
    found = (
        name_found("p1-1", 1, own, "欧阳澹台", kind="applicant_name", doubtful=False),
        name_found("p1-2", 1, other, "赵永福", doubtful=True),
    )
    pages = [scanned_page(1, size, turn=turn, dpi=150.0)]
    return findings_file("听课记录.png", sha256, copy.read_bytes(), found, pages)
