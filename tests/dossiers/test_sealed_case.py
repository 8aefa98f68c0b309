from __future__ import annotations

import base64
import hashlib
import os
from pathlib import Path

import pytest

from dossiers.storage import Storage

_ID = "d-0123456789ab"


def test_what_runs_keep_of_a_dossier_is_read_with_our_keys_only(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the key it counts as not there, so a page is read again rather than refused."""
    case = Storage().case(_ID)
    data = "授课教师：李晓琳".encode()
    assert case.write("work/readings/1", data) == hashlib.sha256(data).hexdigest()
    assert case.read("work/readings/1") == data
    assert case.sha256("work/readings/1") == hashlib.sha256(data).hexdigest()
    with case.local("work/readings/1") as place:
        assert place.read_bytes() == data
    kept = [place for place in state.rglob("*") if place.is_file()]
    assert kept and not [place for place in kept if data[15:] in place.read_bytes()]
    assert (state / "dossiers" / "files" / _ID / "case").stat().st_mode & 0o077 == 0
    monkeypatch.setenv("MANGPING_KEY", base64.b64encode(os.urandom(32)).decode())
    assert case.read("work/readings/1") is None


def test_masked_copies_are_kept_as_reviewers_get_them(state: Path) -> None:
    case = Storage().case(_ID)
    made = state / "made.pdf"
    made.write_bytes(b"%PDF")
    case.adopt(made, "masked/a001.pdf")
    with case.local("masked/a001.pdf") as place:
        assert place.read_bytes() == b"%PDF"
    assert case.sha256("masked/a001.pdf") == hashlib.sha256(b"%PDF").hexdigest()
