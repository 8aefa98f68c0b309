"""What a seal's mask takes with it is told, so that a reviewer can look at the original."""

from __future__ import annotations

import math

import pytest

from pipeline.covered import covered_text
from pipeline.dossier import Action, Decision, Finding, Kind
from pipeline.geometry import Frame, Polygon
from pipeline.reading.lines import Char, Line, PageReading

_FRAME = Frame(1, 1000, 1000)
#: Pixels of a character.
_EM = 30


def _line(text: str, x: float, y: float) -> Line:
    chars = tuple(
        Char(c, Polygon.from_bounds(_FRAME, x + k * _EM, y, x + (k + 1) * _EM, y + _EM), 1.0)
        for k, c in enumerate(text)
    )
    bounds = (x, y, x + len(text) * _EM, y + _EM)
    return Line(Polygon.from_bounds(_FRAME, *bounds), chars, 1.0)


def _finding(kind: Kind, rule: str, polygon: Polygon, **place: int) -> Decision:
    found = Finding(
        id="p1-1", page=1, kind=kind, polygon=polygon, recogniser="", rule=rule, score=1.0,
        reason="", **place,
    )  # fmt: skip
    return Decision(finding=found, action=Action.MASK)


def _told(line: Line, *others: Decision, rule: str = "round-red-school") -> bool:
    turns = [2 * math.pi * k / 32 for k in range(32)]
    ring = tuple((500 + 120 * math.cos(t), 500 + 120 * math.sin(t)) for t in turns)
    seal = _finding(Kind.SEAL, rule, Polygon(_FRAME, ring))
    return bool(covered_text([PageReading(_FRAME, (line,))], [seal, *others]))


@pytest.mark.parametrize(
    "line",
    [
        _line("一九九八年七月二十一日", 420, 520),
        _line("此复印件与原件一致", 200, 485),
        _line("优秀", 470, 560),
        _line("二Q一六年二月", 410, 500),
    ],
    ids=["date of another century", "words of a checker", "grade", "misread date"],
)
def test_print_that_must_stay_under_a_schools_seal_is_told(line: Line) -> None:
    assert _told(line)


def test_a_name_that_is_hidden_anyway_and_the_seals_own_writing_are_not_told() -> None:
    name = _line("淮南市第二中学", 300, 520)
    hidden = _finding(Kind.UNIT, "", name.polygon, line=0, start=0, end=7)
    assert not _told(name, hidden)
    assert not _told(_line("南市第", 455, 395))
    assert not _told(_line("教务处", 455, 485), rule="oval-red-school")
    assert not _told(_line("此件", 200, 300))
