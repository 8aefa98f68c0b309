"""Processes and publishes a dossier whose files lie in a bucket; prints what came of it as JSON.

A process of its own, because the flows' threads want a database that is a file.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import fsspec

import dossiers
from flows.prefect_home import prefect_api


def main(folder: str) -> None:
    dossiers.prepare_to_serve()
    from dossiers.models import Attachment, Dossier, FileRole, StoredFile
    from dossiers.storage import Storage
    from tests.flows.corrected import SHEETS, submitted

    dossier = submitted(Path(folder), SHEETS[:2])
    with prefect_api() as wait_until_up:
        from flows.process import process_dossier
        from flows.publish import publish_dossier

        wait_until_up()
        counts = process_dossier(dossier)
        before = _readings(dossier)
        process_dossier(dossier, again=True)
        files = publish_dossier(dossier)
    rows = Attachment.objects.filter(dossier_id=dossier)
    packages = {}
    for file in StoredFile.objects.filter(dossier_id=dossier, role=FileRole.PACKAGE):
        with Storage().open(file) as stream:
            packages[file.name] = stream.read(5).decode()
    said = {
        "counts": counts,
        "versions": [row.versions.count() for row in rows],
        "read_again": before != _readings(dossier),
        "readings": len(before),
        "files": files,
        "package": packages,
        "state": Dossier.objects.get(pk=dossier).state,
        "on_disk": [
            place.name
            for place in (Path(os.environ["MANGPING_STATE"]) / "dossiers").rglob("*")
            if place.is_file() and place.suffix in {".pdf", ".png", ".json"}
        ],
    }
    print(json.dumps(said))


def _readings(dossier: str) -> dict[str, str]:
    fs, root = fsspec.core.url_to_fs(os.environ["MANGPING_STORAGE"], use_listings_cache=False)
    found = fs.find("/".join((root, dossier, "case", "work", "readings")), detail=True)
    return {name: str(facts["LastModified"]) for name, facts in found.items()}


if __name__ == "__main__":
    main(sys.argv[1])
