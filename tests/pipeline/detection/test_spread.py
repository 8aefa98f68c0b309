"""A name told by one page must not be seen on another, where nothing else gives it away."""

from __future__ import annotations

from pipeline.detection import Detector
from pipeline.dossier import Kind
from pipeline.policy import Policy
from tests.pipeline.detection.conftest import Look
from tests.pipeline.detection.sheets import Sheet, expected, sheet_of, shown


def _spread(detector: Detector, *files: tuple[str, Sheet]):  # type: ignore[no-untyped-def]
    readings = {name: [sheet.reading] for name, sheet in files}
    found = {name: detector.page(sheet.reading, sheet.pixels) for name, sheet in files}
    return found, detector.spread(readings, found)


def test_a_name_behind_a_label_is_hidden_in_every_file(detector: Detector, policy: Policy) -> None:
    """勤奋 is a word until a label says that it is somebody."""
    told = sheet_of("指导教师：⟦高勤奋⟧")
    bare = sheet_of("后来⟦高勤奋⟧又来听课", "⟦Gao Qinfen⟧", "高度勤奋的学生")
    alone, found = _spread(detector, ("a", told), ("b", bare))
    assert shown(bare, found["b"], policy) == expected(
        "后来⟦高勤奋⟧又来听课", "⟦Gao Qinfen⟧", "高度勤奋的学生"
    )
    assert any(f.rule.startswith("dossier") for f in found["b"])
    assert {f.entity for f in found["a"]} <= {f.entity for f in found["b"]}
    assert len(found["b"]) > len(alone["b"])


def test_a_colleague_has_one_label_in_chinese_and_pinyin(detector: Detector) -> None:
    _, found = _spread(detector, ("a", sheet_of("指导教师：李晓琳", "LI Xiaolin")))
    assert len({f.entity for f in found["a"]}) == 1


def test_a_school_has_one_label_in_all_its_forms(detector: Detector) -> None:
    _, found = _spread(
        detector, ("a", sheet_of("单位：寿县第一中学")), ("b", sheet_of("到寿县一中听课"))
    )
    (full,), (short,) = found["a"], found["b"]
    assert full.kind is short.kind is Kind.UNIT and full.entity == short.entity


def test_a_badly_labelled_mention_of_the_applicant_is_the_applicant(detector: Detector) -> None:
    """A label found 张佛平 with full confidence: that is 张伟平, who must have one label."""
    _, found = _spread(detector, ("a", sheet_of("授课教师：张佛平")))
    assert [(f.kind, f.entity) for f in found["a"]] == [(Kind.APPLICANT_NAME, "applicant")]


def test_a_known_name_is_hidden_inside_what_is_kept(detector: Detector, policy: Policy) -> None:
    praise = sheet_of("⟦王建国⟧同志获教育局表彰")
    _, found = _spread(detector, ("a", sheet_of("指导教师：王建国")), ("b", praise))
    assert shown(praise, found["b"], policy) == ["⟦王建国⟧同志获教育局表彰"]


def test_findings_of_a_page_keep_their_own_ids(look: Look) -> None:
    first = sheet_of("指导教师：王建国", "张伟平")
    second = sheet_of("王建国到淮南三中", "13812345678", page=2)
    ids = [f.id for f in look(first, second)]
    assert len(ids) == len(set(ids)) >= 5
    assert {i.split("-")[0] for i in ids} == {"p1", "p2"}


def test_what_was_found_before_is_not_lost(detector: Detector) -> None:
    sheet = sheet_of("李晓琳、王建国", "签名：", "地址：淮南市龙湖南路2号").scribble(240, 222)
    before, after = _spread(detector, ("a", sheet))
    assert {f.id for f in before["a"]} <= {f.id for f in after["a"]}
