"""A page that cannot be read is a page whose names cannot be hidden: somebody must look at it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.dossier import Action, Decision, Finding, Kind, Mask
from pipeline.geometry import Frame, Polygon
from pipeline.legibility import legibility_doubts, shortfalls, watermark_notes
from pipeline.policy import load_policy
from pipeline.reading.lines import Char, Line, PageQuality, PageReading

LIMITS = load_policy("huainan-2025").scan
GOOD = PageQuality(text_height=42, sharpness=0.7, contrast=0.8, weak=0.01, uncovered=0.05)
FRAME = Frame(1, 1654, 2339)


def _reading(quality: PageQuality) -> PageReading:
    place = Polygon(FRAME, ((300, 900), (560, 700), (590, 740), (330, 940)))
    line = Line(place, (Char("某", place, 0.9), Char("校", place, 0.9)), 0.9)
    return PageReading(FRAME, (line,), 1.0, quality=quality)


def _seal(bounds: tuple[float, float, float, float], kind: Kind) -> Decision:
    finding = Finding(
        id="p1-1", page=1, kind=kind, polygon=Polygon.from_bounds(FRAME, *bounds),
        recogniser="seals", rule="ring", score=0.9, reason="",
    )  # fmt: skip
    return Decision(finding=finding, action=Action.MASK)


@pytest.mark.parametrize(
    ("measures", "names"),
    [
        ({}, []),
        ({"sharpness": 0.2}, ["sharpness"]),
        ({"contrast": 0.05}, ["contrast"]),
        ({"text_height": 9}, ["text_height"]),
        ({"weak": 0.31}, ["weak"]),
        ({"weak": 0.22}, []),
        ({"weak": 0.22, "text_height": 20}, ["weak"]),
        ({"weak": 0.22, "sharpness": 0.55}, ["weak"]),
        ({"weak": 0.06, "sharpness": 0.45}, ["weak", "sharpness"]),
        ({"weak": 0.06}, []),
        ({"slant": -14}, ["slant"]),
        ({"text_height": 0, "sharpness": 0, "contrast": 0, "uncovered": 1}, ["uncovered"]),
        ({"text_height": 0, "sharpness": 0, "contrast": 0, "weak": 0, "uncovered": 0}, []),
    ],
)
def test_an_illegible_page_goes_to_a_person_with_its_measures(
    measures: dict[str, float], names: list[str]
) -> None:
    quality = replace(GOOD, **measures)  # type: ignore[arg-type]
    assert list(shortfalls(quality, LIMITS)) == names
    doubts = legibility_doubts([_reading(quality)], [], LIMITS)
    assert [(d.code, d.page, d.rule) for d in doubts] == (
        [("scan-quality", 1, "HN-SCAN-1")] if names else []
    )
    assert all("请" in d.message and "扫描" in d.message for d in doubts)


def test_a_watermark_goes_to_a_person_and_the_letters_of_a_seal_do_not() -> None:
    reading = _reading(replace(GOOD, aslant=(0,)))
    doubts = legibility_doubts([reading], [], LIMITS)
    assert [d.code for d in doubts] == ["watermark"]
    assert doubts[0].polygon == reading.lines[0].polygon
    for kind in (Kind.SEAL, Kind.ISSUING_AUTHORITY):
        assert not legibility_doubts([reading], [_seal((250, 650, 640, 1000), kind)], LIMITS)


def test_a_watermark_asks_a_person_unless_all_of_it_was_cleared() -> None:
    reading = _reading(replace(GOOD, aslant=(0,)))
    place = reading.lines[0].polygon
    found = Finding(
        id="p1-w0", page=1, kind=Kind.UNIT, polygon=place,
        recogniser="watermarks", rule="aslant", score=0.9, reason="",
    )  # fmt: skip
    decisions = [Decision(finding=found, action=Action.MASK)]
    for findings, asked in ((("p1-w0",), []), (("p1-1",), ["watermark"])):
        mask = Mask(
            page=1, polygon=place, label="", kind=Kind.UNIT, findings=findings, cleared=True
        )
        doubts = legibility_doubts([reading], decisions, LIMITS, [mask])
        assert [d.code for d in doubts] == asked
        assert [n.code for n in watermark_notes([mask])] == ["watermark-cleared"]
    assert not watermark_notes([])


def test_a_watermark_that_says_what_the_paper_is_for_asks_nobody() -> None:
    reading = _reading(replace(GOOD, aslant=(0,)))
    line = reading.lines[0]

    def saying(text: str) -> Line:
        chars = tuple(Char(char, line.polygon, 0.98) for char in text)
        return replace(line, chars=chars, confidence=0.98)

    for text, codes in (("仅供职称评审使用", []), ("仅供河畔小学使用", ["watermark"])):
        said = replace(reading, lines=(saying(text), *reading.lines[1:]))
        assert [d.code for d in legibility_doubts([said], [], LIMITS)] == codes


def test_running_text_in_a_hand_that_cannot_be_read_goes_to_a_person() -> None:
    """On a crisp page signatures are hidden by their place, names inside a text are not."""

    def written(*confidences: float) -> PageReading:
        place = Polygon.from_bounds(FRAME, 100, 100, 1300, 150)
        char = Char("某", place, 0.7)
        lines = tuple(Line(place, (char,) * 27, sure) for sure in confidences)
        return PageReading(FRAME, lines, 1.0, quality=GOOD)

    asked = legibility_doubts([written(0.75, 0.7, 0.76)], [], LIMITS)
    assert [d.code for d in asked] == ["scan-quality"] and "潦草" in asked[0].message
    assert not legibility_doubts([written(0.75, 0.85, 0.9)], [], LIMITS)
