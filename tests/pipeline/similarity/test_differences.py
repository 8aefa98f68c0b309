from __future__ import annotations

import random

from pipeline.similarity.differences import Change, differences
from pipeline.similarity.nouns import Span
from pipeline.similarity.text import normalise


def test_both_sides_are_shown_whole_and_add_up() -> None:
    """A character lost between two pieces would be missing in the report."""
    rng = random.Random(3)
    letters = "课堂教学学生实验，。 \nＡb1观察"
    for _ in range(200):
        here = "".join(rng.choice(letters) for _ in range(rng.randrange(1, 60)))
        there = "".join(c for c in here if rng.random() > 0.1) + rng.choice(["", "作业"])
        a, b = normalise(here), normalise(there)
        found = differences(a, Span(0, len(here)), b, Span(0, len(there)))
        if len(a):
            assert "".join(piece.text for piece in found.here) == here
        if len(b):
            assert "".join(piece.text for piece in found.there) == there
        assert found.same + found.changed + found.added == len(a)
        assert found.same + found.changed + found.lacking == len(b)


def test_punctuation_traditional_characters_and_wraps_are_no_difference() -> None:
    a, b = normalise("學生，觀察\n火焰。"), normalise("学生观察火焰")
    found = differences(a, Span(0, len(a.raw)), b, Span(0, len(b.raw)))
    assert (found.same, found.places) == (6, 0)


def test_what_one_side_lacks_stands_out_on_the_other() -> None:
    a, b = normalise("让学生观察火焰的颜色"), normalise("让全班学生观察火焰的形状")
    found = differences(a, Span(0, len(a.raw)), b, Span(0, len(b.raw)))
    assert [p.text for p in found.there if p.change is Change.ONLY_HERE] == ["全班"]
    assert [p.text for p in found.here if p.change is Change.CHANGED] == ["颜色"]
    assert (found.changed, found.added, found.lacking) == (2, 0, 2)
