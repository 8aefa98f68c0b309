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


def test_a_name_with_a_rare_surname_is_hidden_between_marks(
    detector: Detector, policy: Policy
) -> None:
    bare = sheet_of("一等奖（⟦僧环⟧）", "苦行僧环游世界")
    _, found = _spread(detector, ("a", sheet_of("指导教师：僧环")), ("b", bare))
    assert shown(bare, found["b"], policy) == expected("一等奖（⟦僧环⟧）", "苦行僧环游世界")


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


TOLD = sheet_of("指导教师：高勤奋", "主持人：阿布都·苏力坦", "单位：寿县瓦埠镇中心小学")


def _told(detector: Detector, policy: Policy, sheet: Sheet) -> list[str]:
    """What is hidden on a sheet of a dossier in which another paper names people and a school."""
    _, found = _spread(detector, ("application", TOLD), ("other", sheet))
    return shown(sheet, found["other"], policy)


def test_a_name_broken_over_a_lines_end_is_hidden_where_another_paper_tells_it(
    detector: Detector, policy: Policy
) -> None:
    lines = ("后来又到隔壁班听课的还有⟦高勤⟧", "⟦奋⟧和其他人，都写了心得。")
    sheet = Sheet().write(lines[0], 120, 200).write(lines[1], 120, 250)
    assert _told(detector, policy, sheet) == expected(*lines)


def test_a_name_broken_in_a_narrow_cell_is_hidden(detector: Detector, policy: Policy) -> None:
    sheet = Sheet().table([["听课", "记录"], ["", ""]], 80, 200, (140, 120))
    sheet.write("⟦高勤⟧", 110, 344).write("⟦奋⟧", 126, 382)
    assert _told(detector, policy, sheet)[-2:] == ["⟦高勤⟧", "⟦奋⟧"]


def test_a_misread_mention_is_hidden_and_another_word_is_not(
    detector: Detector, policy: Policy
) -> None:
    sheet = Sheet().write("后来⟦高动奋⟧又来听课", 120, 200, weak={3: 0.4})
    assert _told(detector, policy, sheet) == ["后来⟦高动奋⟧又来听课"]
    sure = Sheet().write("高度勤奋又来听课", 120, 200, weak={6: 0.4})
    assert _told(detector, policy, sure) == ["高度勤奋又来听课"]


def test_a_name_whose_point_was_lost_is_hidden(detector: Detector, policy: Policy) -> None:
    for line in ("本节课由⟦阿布都苏力坦⟧上", "本节课由⟦阿布都，苏力坦⟧上"):
        assert _told(detector, policy, sheet_of(line)) == expected(line)


def test_a_known_school_is_hidden_misread_and_over_a_lines_end(
    detector: Detector, policy: Policy
) -> None:
    misread = Sheet().write("⟦寿县瓦阜镇中心小学⟧", 120, 200, weak={3: 0.4})
    assert _told(detector, policy, misread) == ["⟦寿县瓦阜镇中心小学⟧"]
    lines = ("这一年里，我多次前往⟦寿县瓦埠⟧", "⟦镇中心小学⟧送教，收获很多。")
    sheet = Sheet().write(lines[0], 120, 200).write(lines[1], 120, 250)
    assert _told(detector, policy, sheet) == expected(*lines)


def test_two_words_over_a_lines_end_are_no_name(detector: Detector, policy: Policy) -> None:
    told = sheet_of("指导教师：高明")
    lines = ("通过学习，教师的水平得到提高", "明确了以后努力的方向。")
    sheet = Sheet().write(lines[0], 120, 200).write(lines[1], 120, 250)
    _, found = _spread(detector, ("a", told), ("b", sheet))
    assert shown(sheet, found["b"], policy) == expected(*lines)
