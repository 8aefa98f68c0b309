"""A dossier whose files lie in a bucket of an S3-compatible server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from models import weights_dir
from tests.early import settle
from tests.object_store import ObjectStore

_OURS = ("DATABASE_URL", "MANGPING_KEY", "PREFECT_API_URL", "PREFECT_HOME")


def test_a_dossier_is_received_processed_and_published_from_a_bucket(
    object_store: ObjectStore, prefect_database: Path, tmp_path: Path
) -> None:
    """Nothing of it is on this machine's disk afterwards, and no page is read twice."""
    if not (weights_dir() / "PP-OCRv6_small_rec" / "inference.onnx").is_file():
        pytest.skip("the reading models are not fetched: run `mangping models fetch`")
    state = tmp_path / "state"
    settle(prefect_database, state)
    environment = {k: v for k, v in os.environ.items() if k not in _OURS} | {
        "MANGPING_STATE": str(state),
        "MANGPING_STORAGE": f"s3://{object_store.bucket}/whole",
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        **object_store.environment,
    }
    (tmp_path / "made").mkdir()
    command = [sys.executable, "-m", "tests.flows.in_a_bucket", str(tmp_path / "made")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    said = json.loads(done.stdout.splitlines()[-1])
    assert said == {
        "counts": {"clean": 2},
        "versions": [1, 1],
        "read_again": False,
        "readings": 2,
        "files": {"files": 3},
        "package": {"index.html": "<!doc", "a001.pdf": "%PDF-", "a002.pdf": "%PDF-"},
        "state": "released",
        "on_disk": [],
    }
