"""The promise about the large registry, where its table is on the machine."""

from __future__ import annotations

import pytest

from bench.registry import measure


def test_a_damaged_character_never_makes_a_wrong_acceptance() -> None:
    figures = measure(seed=4711, rows=120)
    if figures is None:
        pytest.skip("the table of journals is not on this machine (MANGPING_TEST_DATA)")
    assert figures["damaged rows"] == figures["right journal or person (must be all)"] == 120
    assert figures["wrong accepts (must be 0)"] == 0
    assert float(str(figures["a lookup by CN, ISSN and damaged title, mean ms (< 5)"])) < 5
