from __future__ import annotations

from pathlib import Path

import pytest
from fsspec.implementations.memory import MemoryFileSystem

from pipeline.casefile import CaseFile, CaseNotWritableError


def test_a_case_may_lie_on_any_filesystem(tmp_path: Path) -> None:
    made = tmp_path / "made.pdf"
    made.write_bytes(b"copy")
    for case in (CaseFile(tmp_path / "case"), CaseFile("/case", MemoryFileSystem())):
        case.write("work/readings/x", b"private")
        case.adopt(made, "masked/a01.pdf")
        assert case.read("masked/a01.pdf") == b"copy"
        assert case.names("masked") == ["a01.pdf"]
        with case.local("masked/a01.pdf") as path:
            assert path.read_bytes() == b"copy"
        case.remove("masked/a01.pdf")
        assert case.read("masked/a01.pdf") is None and case.sha256("masked/a01.pdf") is None


def test_a_write_that_fails_leaves_the_old_file_and_no_rest(tmp_path: Path) -> None:
    case = CaseFile(tmp_path)
    case.write("report.html", b"old")
    with pytest.raises(CaseNotWritableError):
        case.adopt(tmp_path / "is not there", "report.html")
    assert case.read("report.html") == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]


def test_private_work_is_closed_to_other_users(tmp_path: Path) -> None:
    CaseFile(tmp_path).write("work/readings/x", b"private")
    assert (tmp_path / "work").stat().st_mode & 0o077 == 0
