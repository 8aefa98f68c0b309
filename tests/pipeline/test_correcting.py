"""What a person decides is in the next copy; nothing of the applicant's is shown in silence."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from pipeline.correcting import Correction, CorrectionKind, CorrectionLostError, correct
from pipeline.detection import Detector
from pipeline.dossier import Action, Applicant, Decision, Finding, Kind, Place, VerdictKind
from pipeline.file_finishing import finish_file
from pipeline.file_reading import read_file
from pipeline.findings_file import source_corners
from pipeline.geometry import Polygon
from pipeline.jobs import Job, Options, Tools
from pipeline.known_strings import find_everywhere
from pipeline.policy import load_policy
from pipeline.progress import Silent
from pipeline.reading import Reader
from pipeline.reading.lines import PageReading
from pipeline.redaction import decide_together
from pipeline.work import NoWork
from tests.sheets import APPLICANT, draw_sheet
from tests.typed_pages import Ink, below, typed

POLICY = load_policy("huainan-2025")


def _finding(reading: PageReading, line: int, start: int, end: int, kind: Kind) -> Finding:
    chars = reading.lines[line].chars[start:end]
    a, b = chars[0].polygon.points, chars[-1].polygon.points
    text = "".join(c.text for c in chars)
    return Finding(
        id=f"p{reading.frame.page}-{line}{start}",
        page=reading.frame.page,
        kind=kind,
        polygon=Polygon(reading.frame, (a[0], b[1], b[2], a[3])),
        entity=f"{kind}:{text}",
        recogniser="people",
        rule="lac",
        score=0.8,
        reason="",
        place=Place.RUNNING,
        text=text,
        line=line,
        start=start,
        end=end,
    )


def _masked(finding: Finding, label: str) -> Decision:
    return Decision(finding=finding, action=Action.MASK, label=label)


def _about(number: int, kind: CorrectionKind, finding: Finding, **more: object) -> Correction:
    return Correction(
        number=number,
        kind=kind,
        file="a001",
        page=finding.page,
        polygon=source_corners(finding.polygon),
        found=finding.kind,
        **more,
    )


def test_string_is_masked_in_all_attachments_spread_torn_and_misread_under_one_label() -> None:
    first = typed(*below("王建国和赵永福同志", "教研组长是赵 永、福", "感谢赵永", "福的帮助"))
    misread = typed(Ink("指导教师赵氷福老师", 100, 200, confidence=0.6))
    known = _masked(_finding(first, 0, 0, 3, Kind.PERSON_NAME), "【人员1】")
    order = Correction(
        number=7, kind=CorrectionKind.MASK_STRING, wanted=Kind.PERSON_NAME, text="赵永福"
    )
    made = correct(
        {"a001": [known], "a002": []}, {"a001": [first], "a002": [misread]}, [order], POLICY
    )
    assert made["a001"][0] == known
    texts = [d.finding.text for d in made["a001"][1:]]
    assert texts == ["赵永福", "赵 永、福", "赵永", "福"]
    assert [d.finding.text for d in made["a002"]] == ["赵氷福"]
    added = [*made["a001"][1:], *made["a002"]]
    assert {d.label for d in added} == {"【人员2】"}
    assert all(d.action is Action.MASK and d.by_person for d in added)
    assert not find_everywhere("赵永福", typed(*below("王永福", "赵福")))
    assert find_everywhere("34040319", typed(*below("编号：3404O319。")))


def test_place_is_found_again_and_what_is_not_found_stays_masked() -> None:
    reading = typed(*below("王建国和赵永福同志"))
    wang, zhao = (_finding(reading, 0, a, b, Kind.PERSON_NAME) for a, b in ((0, 3), (4, 7)))
    decisions = {"a001": [_masked(wang, "【人员1】"), _masked(zhao, "【人员2】")]}
    elsewhere = wang.model_copy(update={"polygon": zhao.polygon, "kind": Kind.UNIT})
    made = correct(
        decisions,
        {"a001": [reading]},
        [
            _about(2, CorrectionKind.REJECT, wang.model_copy(update={"id": "another"})),
            _about(3, CorrectionKind.REJECT, elsewhere),
            _about(4, CorrectionKind.CHANGE_KIND, zhao, wanted=Kind.UNIT),
            _about(1, CorrectionKind.DRAW, wang, wanted=Kind.PHONE),
        ],
        POLICY,
    )["a001"]
    assert [(d.finding.kind, d.action) for d in made] == [
        (Kind.PERSON_NAME, Action.KEEP),
        (Kind.UNIT, Action.MASK),
        (Kind.PHONE, Action.MASK),
    ]
    with pytest.raises(CorrectionLostError):
        lost = _about(1, CorrectionKind.DRAW, wang).model_copy(update={"page": 2})
        correct(decisions, {"a001": [reading]}, [lost], POLICY)


class _NoDetector:
    """Stands in for the detector where a test gives the findings itself."""

    def page(self, *given: object) -> tuple[Finding, ...]:
        return ()

    def writing(self, reading: object) -> tuple[Finding, ...]:
        return ()

    def spread(self, readings: object, findings: object) -> dict[str, tuple[Finding, ...]]:
        return {"a001": ()}


def test_corrected_copy_hides_the_drawn_box_and_reports_the_shown_name(
    reader: Reader, tmp_path: Path
) -> None:
    source = tmp_path / "sheet.png"
    draw_sheet().save(source, dpi=(150, 150))
    applicant = Applicant.model_validate(APPLICANT)
    tools = Tools(reader, cast(Detector, _NoDetector()), POLICY, applicant)
    file = read_file(Job("a001", source, "sheet.png"), tools, NoWork(), Silent())
    decide_together([file], tools)
    reading = file.readings[0]
    line = next(n for n, one in enumerate(reading.lines) if "李晓琳" in one.text)
    at = reading.lines[line].text.index("李晓琳")
    name = _finding(reading, line, at, at + 3, Kind.APPLICANT_NAME)
    box = ((70.0, 450.0), (500.0, 450.0), (500.0, 520.0), (70.0, 520.0))
    draw = Correction(
        number=2,
        kind=CorrectionKind.DRAW,
        file="a001",
        page=1,
        polygon=box,
        wanted=Kind.PERSON_NAME,
    )
    decisions = correct(
        {"a001": [_masked(name, "【申报人】")]},
        {"a001": file.readings},
        [_about(1, CorrectionKind.REJECT, name), draw],
        POLICY,
    )["a001"]
    hidden = Options(hidden=("推荐表", "没有的文字"))
    finished = finish_file(file, decisions, tools, tmp_path / "copy.pdf", options=hidden)
    (mask,) = finished.copy.masks
    assert mask.polygon.bounds == (70.0, 450.0, 500.0, 520.0)
    assert finished.document.verdict is VerdictKind.PERSON
    codes = {doubt.code for doubt in finished.document.doubts}
    # What people want hidden everywhere is looked for in the copy like the applicant's own.
    assert {"own-string-shown", "name-readable", "string-readable"} <= codes
