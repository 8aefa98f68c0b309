"""Whatever was read, looking for people must neither fail nor point outside the page."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.detection import Detector
from pipeline.reading.lines import Char, Line, PageReading
from tests.pipeline.detection.conftest import Look
from tests.pipeline.detection.sheets import Sheet

WORDS = st.sampled_from([
    *"一二三李王的、，。：（）·0159lOxX@-. 　«",
    *("姓名", "签名：", "老师", "中学", "市", "第二", "\U00020000", "ﬁ", "\u0301", "電"),
])  # fmt: skip
TEXTS = st.lists(st.one_of(WORDS, st.characters(codec="utf-8")), min_size=1, max_size=24)
PLACES = st.tuples(st.integers(0, 1100), st.integers(0, 550), st.floats(0, 1))
FAST = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@given(st.lists(st.tuples(TEXTS, PLACES), max_size=8))
@FAST
def test_no_text_stops_a_dossier_or_puts_a_mask_outside_its_page(
    detector: Detector, lines: list[tuple[list[str], tuple[int, int, float]]]
) -> None:
    sheet = Sheet(height=600)
    for words, (x, y, confidence) in lines:
        room = max(1, (1240 - x) // 32)
        text = "".join(words).replace("⟦", "").replace("⟧", "")[:room]
        if text.replace("　", ""):
            sheet.write(text, x, y, weak=dict.fromkeys(range(len(text)), confidence))
    found = detector.page(sheet.reading, sheet.pixels)
    spread = detector.spread({"a": [sheet.reading]}, {"a": found})["a"]
    assert len({f.id for f in spread}) == len(spread)
    for finding in spread:
        x0, y0, x1, y1 = finding.polygon.bounds
        assert -1 <= x0 < x1 <= 1241 and -3 <= y0 < y1 <= 603
        if finding.line is not None:
            chars = sheet.lines[finding.line].chars
            assert 0 <= finding.start < finding.end <= len(chars)


def test_a_page_without_text_or_with_unread_lines_has_no_findings(look: Look) -> None:
    sheet = Sheet()
    assert look(sheet) == ()
    sheet.write("字", 100, 100)
    sheet.lines[0] = Line(sheet.lines[0].polygon, (), 0.0)
    assert look(sheet) == ()


def test_a_character_that_was_read_as_several_does_not_shift_the_masks(detector: Detector) -> None:
    sheet = Sheet().write("ABC由张伟平完成", 100, 100)
    line = sheet.lines[0]
    odd = Char("ﬁ ", line.chars[1].polygon, 0.9)
    chars = (line.chars[0], odd, *line.chars[2:])
    reading = PageReading(sheet.frame, (Line(line.polygon, chars, 0.9),))
    (finding,) = detector.page(reading, sheet.pixels)
    assert (finding.start, finding.end) == (4, 7)
