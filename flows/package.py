"""Builds the reviewers' package: masked copies, masked reports, verdicts, an index; nothing else.

All of it comes from the rows and the store, so that any worker can build it. What a rule says of a
paper goes in as its verdict and the rules' numbers; its sentences stay with the auditors.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from dossiers.errors import NotReleasableError
from dossiers.models import Attachment, StoredFile
from dossiers.services.lookup import dossier_of
from dossiers.states import AttachmentState
from dossiers.storage import Storage
from flows.recording import report_name, reports
from pipeline.outcome import Publication
from pipeline.reports.package_page import PackageEntry, package_page

INDEX = "index.html"


def build_package(dossier_id: str, folder: Path) -> dict[str, Path]:
    """Build the package of a dossier in a folder.

    Args:
        dossier_id: Which; nothing stands against its release.
        folder: An empty private folder.

    Returns:
        Its files by their names in it.

    Raises:
        NotReleasableError: An attachment has no masked copy.
        StorageError: The store has lost a file.
    """
    dossier = dossier_of(dossier_id)
    present = dossier.attachments.exclude(state=AttachmentState.REMOVED)
    shared = {file.name: file for file in reports(dossier_id)}
    package: dict[str, Path] = {}
    entries = []
    for row in present.order_by("ordinal"):
        copy, report = f"{row.code}.pdf", report_name(row.code)
        version = row.current
        if version is None:
            raise NotReleasableError(dossier_id, count=1)
        package[copy] = _pull(version.file, folder / copy)
        if report in shared:
            package[report] = _pull(shared[report], folder / report)
        entries.append(_entry(row, copy, report if report in shared else None))
    place = folder / INDEX
    place.write_text(package_page(dossier_id, entries), encoding="utf-8")
    return {INDEX: place, **package}


def _entry(row: Attachment, copy: str, report: str | None) -> PackageEntry:
    said = Publication.model_validate(row.publication) if row.publication else None
    return PackageEntry(
        code=row.code,
        kind=row.kind,
        pages=row.pages,
        copy=copy,
        report=report,
        verdict=said.verdict if said else None,
        rules=said.rules if said else (),
    )


def _pull(file: StoredFile, place: Path) -> Path:
    with Storage().open(file) as stored, place.open("wb") as out:
        shutil.copyfileobj(stored, out)
    return place
