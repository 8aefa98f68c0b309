from __future__ import annotations

from pathlib import Path

import pytest

from flows.attempts import Attempts
from pipeline.casefile import CaseFile


def test_a_file_that_takes_workers_down_is_left_to_a_person_after_the_second(
    tmp_path: Path,
) -> None:
    """A worker that dies does not leave the block; the next one sees its mark."""
    attempts = Attempts(CaseFile(tmp_path))
    died = attempts.reading("a001")
    died.__enter__()
    assert attempts.count("a001") == 1 and not attempts.are_used_up("a001")
    again = attempts.reading("a001")
    again.__enter__()
    assert attempts.are_used_up("a001")
    attempts.forget()
    assert attempts.count("a001") == 0


def test_an_error_that_is_caught_is_not_held_against_a_file(tmp_path: Path) -> None:
    attempts = Attempts(CaseFile(tmp_path))
    with pytest.raises(ValueError, match="x"), attempts.reading("a001"):
        raise ValueError("x")
    assert attempts.count("a001") == 0
