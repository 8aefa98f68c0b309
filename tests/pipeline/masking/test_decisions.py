"""A reviewer can follow one person through a whole dossier without learning who it is."""

from __future__ import annotations

from pipeline.dossier import Action, Finding, Kind
from pipeline.geometry import Frame, Polygon
from pipeline.masking import decide
from pipeline.policy import load_policy

POLICY = load_policy("huainan-2025")


def finding(
    kind: Kind, entity: str, page: int = 1, line: int | None = 0, start: int = 0
) -> Finding:
    frame = Frame(page, 1000, 1000)
    y = 10.0 + 40 * (line or 0)
    return Finding(
        id=f"p{page}-{line}-{start}-{kind}",
        page=page,
        kind=kind,
        polygon=Polygon.from_bounds(frame, start * 10, y, start * 10 + 20, y + 20),
        entity=entity,
        recogniser="test",
        rule="test",
        score=1.0,
        reason="",
        line=line,
        start=start,
        end=start + 2,
    )


def test_a_person_keeps_one_number_in_all_files_by_first_appearance() -> None:
    name, unit = Kind.PERSON_NAME, Kind.UNIT
    decisions = decide(
        {
            "b": [finding(name, "second", line=3), finding(name, "first", line=1)],
            "a": [
                finding(unit, "school", page=2),
                finding(name, "second", page=1),
                finding(name, "third", page=1, start=8),
                finding(Kind.APPLICANT_NAME, "applicant"),
            ],
        },
        POLICY,
    )
    assert [d.label for d in decisions["b"]] == ["【人员2】", "【人员1】"]
    assert [d.label for d in decisions["a"]] == [
        "【单位1】",
        "【人员2】",
        "【人员3】",
        "【申报人】",
    ]


def test_unread_ink_gets_no_number_of_its_own() -> None:
    (one,) = decide({"a": [finding(Kind.PERSON_NAME, "")]}, POLICY)["a"]
    assert one.label == "【人员】"


def test_what_the_policy_keeps_stays_listed_and_says_where_a_mask_wins() -> None:
    kept = finding(Kind.AUTHOR_NOTE, "")
    hidden = finding(Kind.APPLICANT_NAME, "applicant")
    alone = finding(Kind.PROJECT_NUMBER, "", line=5)
    first, second, third = decide({"a": [kept, hidden, alone]}, POLICY)["a"]
    assert [first.action, second.action, third.action] == [Action.KEEP, Action.MASK, Action.KEEP]
    assert first.reason and third.reason and "重叠" in first.reason and "重叠" not in third.reason
