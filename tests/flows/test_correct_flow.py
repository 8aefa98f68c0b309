from __future__ import annotations

from typing import Any

import pytest

from tests.early import Early

Said = dict[str, Any]


@pytest.fixture(scope="module")
def corrections(early: Early) -> Said:
    """From a process of its own, because the flows' threads want a database that is a file."""
    said: Said | None = early.result("corrections")
    if said is None:
        pytest.skip("the reading models are not fetched: run `mangping models fetch`")
    return said


def test_corrections_are_in_new_copies_which_are_verified_again(corrections: Said) -> None:
    first, second, third = corrections["states"]
    assert first == {
        "versions": [1, 1, 1, 1],
        "attachments": ["verified"] * 4,
        "masked": [["applicant_name"], [], [], []],
        "doubts": [],
        "waiting": 0,
    }
    # The third attachment has nothing of it and keeps its copy.
    assert second["versions"] == [2, 2, 1, 2] and second["waiting"] == 0
    assert second["masked"][:3] == [["person_name", "project_number"], ["project_number"], []]
    assert {"own-string-shown", "name-readable"} <= set(second["doubts"])
    assert third["versions"] == [3, 2, 1, 2]
    assert sorted(third["masked"][0]) == ["applicant_name", "person_name", "project_number"]
    assert (third["doubts"], third["waiting"]) == (["string-readable"], 0)


def test_a_string_is_searched_in_every_copy_and_no_failure_is_passed_over(
    corrections: Said,
) -> None:
    """The first reading misses it in the fourth attachment; the second copy cannot be written."""
    counts, broken = corrections["broken"]
    assert counts == {"copies": 2, "failed": 1}
    assert broken["versions"] == [2, 1, 1, 2] and broken["waiting"] > 0
    assert broken["attachments"] == ["person", "person", "verified", "person"]
    assert {"correction-failed", "string-readable"} <= set(broken["doubts"])
    assert corrections["counts"] == {"copies": 1, "failed": 0}
    second = corrections["states"][1]
    assert second["attachments"] == ["person", "verified", "verified", "person"]
    assert "correction-failed" not in second["doubts"] and "string-readable" in second["doubts"]


def test_reports_for_reviewers_hide_what_was_masked_after_they_were_made(
    corrections: Said,
) -> None:
    before, after = corrections["reports"]
    assert (before, after) == ([True, True], [False, False])


def test_another_kind_brings_another_examination_and_no_other_copy(corrections: Said) -> None:
    as_paper, as_honour, same_copies = corrections["kinds"]
    assert as_paper == ["person", "return", ["publication-return"]]
    assert as_honour == ["verified", None, []]
    assert same_copies


def test_what_fails_three_times_goes_to_a_person_and_can_be_tried_again(corrections: Said) -> None:
    """The others are finished meanwhile; nothing of the failure stays when it is done again."""
    failing = corrections["failing"]
    assert failing["tries"] == {"a001": 1, "a002": 3, "a003": 1, "a004": 1}
    assert failing["first"] == ["verified", "person", "verified", "verified"]
    assert failing["doubts"] == ["internal"]
    assert failing["again"] == ["verified"] * 4
    assert failing["state"] == "ready"


def test_an_unknown_id_fails_the_run_and_touches_nothing(corrections: Said) -> None:
    assert corrections["unknown"] == ["unknown", True]
