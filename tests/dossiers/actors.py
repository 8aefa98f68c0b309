"""What other processes do in the tests: ``python -m tests.dossiers.actors VERB ...``."""

from __future__ import annotations

import sys
from pathlib import Path

import dossiers


def main(verb: str, *words: str) -> None:
    dossiers.prepare()
    {"work": work, "open": open_upload, "send": send}[verb](*words)


def work(worker: str, pages: str, events: str) -> None:
    """Take pages and begin waiting dossiers, as far as nobody else has them; print which.

    Then write events.
    """
    from dossiers import audit
    from dossiers.errors import RunningError, StateError
    from dossiers.models import RunKind
    from dossiers.services.leases import resource, take_lease
    from dossiers.services.runs import next_dossiers_to_start, start_run

    for page in range(1, int(pages) + 1):
        if take_lease(resource("d-0123456789ab", 1, page), worker) is not None:
            print(page)
    for dossier in next_dossiers_to_start(grace_seconds=0):
        try:
            start_run(dossier, RunKind.PROCESS_DOSSIER, worker=worker)
            print(dossier)
        except (RunningError, StateError):
            continue
    for number in range(int(events)):
        with audit.writing():
            viewed = audit.AuditAction.COPY_VIEWED
            audit.append(viewed, actor=f"worker:{worker}", details={"page": number})


def open_upload(size: str, submitted: str) -> None:
    """Make submitted dossiers, and one with an upload that has begun; print its key."""
    from dossiers.services import receiving, uploads
    from pipeline.dossier import Applicant

    def opened() -> str:
        return receiving.create_dossier(Applicant(name=("甲",)), "huainan-2025").pk

    for _ in range(int(submitted)):
        waiting = opened()
        small = uploads.register_upload(waiting, name="a.pdf", size=1)
        uploads.append_chunk(small.key, 0, b"a")
        uploads.complete_upload(small.key)
        receiving.submit_dossier(waiting)
    print(uploads.register_upload(opened(), name="a.pdf", size=int(size)).key)


def send(key: str, file: str, piece: str) -> None:
    """Send a file from where its upload stands, and print where it then stands."""
    from dossiers.models import Upload
    from dossiers.services.uploads import append_chunk, complete_upload

    data, at = Path(file).read_bytes(), Upload.objects.get(pk=key).received
    while at < len(data):
        at = append_chunk(key, at, data[at : at + int(piece)])
        print(at, flush=True)
    complete_upload(key)


if __name__ == "__main__":
    main(*sys.argv[1:])
