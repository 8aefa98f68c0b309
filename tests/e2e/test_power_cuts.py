from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

from flows.names import SWEEP
from tests.early import settle
from tests.served_office import ServedOffice, served_office

_FILES = 20
_LEASE = 6
_STORED = """
import hashlib, json
from dossiers.models import CopyVersion, StoredFile
from dossiers.storage import Storage
whole = 0
for file in StoredFile.objects.all():
    with Storage().open(file) as stored:
        whole += hashlib.sha256(stored.read()).hexdigest() == file.sha256
counted = {"files": StoredFile.objects.count(), "whole": whole}
counted["versions"] = list(CopyVersion.objects.values_list("number", flat=True))
print(json.dumps(counted))
"""


def test_a_dossier_ends_as_it_would_have_whatever_is_killed_on_the_way(
    tmp_path: Path, prefect_database: Path
) -> None:
    """All is killed at once; then Prefect's server is, and the others end in order."""
    settle(prefect_database, tmp_path / "state")
    # Nothing idles here: what waits asks often.
    changes = {
        "MANGPING_LEASE_SECONDS": str(_LEASE),
        "PREFECT_WORKER_QUERY_SECONDS": "0.5",
        "MANGPING_LIGHT_SECONDS": "0.5",
    }
    with served_office(tmp_path, **changes) as office:
        dossier = office.hand_in(_FILES)
        office.announce(dossier)
        read: dict[str, int] = {}

        def on(pages: int) -> None:
            """Wait for more pages; none that was finished before is ever read again."""
            wanted = len(read) + pages
            office.until(lambda: len(office.readings(dossier)) >= wanted, every=0.02)

        on(5)
        office.kill()
        killed = time.monotonic()
        read.update(office.readings(dossier))
        assert office.state_of(dossier) == "processing"
        office.start()
        # What was killed keeps its lease so long.
        time.sleep(max(0.0, killed + _LEASE - time.monotonic()))
        _sweep(office)
        on(3)
        os.kill(office.process("prefect server"), signal.SIGKILL)
        # Nothing is left half alive, and a worker that ends in order gives back what it had.
        assert office.ends() == 1
        assert office.state_of(dossier) == "submitted"
        assert read.items() <= office.readings(dossier).items()
        read.update(office.readings(dossier))
        office.start()
        _sweep(office)
        office.until(lambda: office.state_of(dossier) == "ready")

        kept = office.readings(dossier)
        assert len(kept) == _FILES and read.items() <= kept.items()
        assert office.attachments(dossier) == ["verified"] * _FILES
        assert office.runs(dossier) == ["lost", "lost", "completed"]
        stored = json.loads(office.run(_STORED))
        assert stored == {
            "files": 3 * _FILES,
            "whole": 3 * _FILES,
            "versions": [1] * _FILES,
        }


def _sweep(office: ServedOffice) -> None:
    # As it comes by itself every minute.
    assert office.ended(office.begin(SWEEP, grace_seconds=0)) == "COMPLETED"
