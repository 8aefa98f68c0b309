from __future__ import annotations

import pytest

from pipeline.dossier import Applicant
from pipeline.geometry import Frame, Polygon
from pipeline.reading.lines import Char, Line
from pipeline.verification.search import Wanted, plain_text_leaks, search_runs
from pipeline.verification.text import Areas, line_runs
from pipeline.verification.units import short_forms
from tests.pipeline.verification.copies import APPLICANT

FRAME = Frame(1, 2000, 2000)


def _line(text: str, row: int, unsure: str = "", confidence: float = 0.3) -> Line:
    """Lay a line out in a grid; characters in ``unsure`` were hardly readable."""
    chars = tuple(
        Char(
            c,
            Polygon.from_bounds(FRAME, 100 + 30 * i, 50 * row, 128 + 30 * i, 50 * row + 30),
            confidence if c in unsure else 0.99,
        )
        for i, c in enumerate(text)
        if c != " "
    )
    return Line(chars[0].polygon, chars, 0.9)


def _found(*lines: str, unsure: str = "", applicant: Applicant = APPLICANT) -> set[str]:
    read = [_line(text, row, unsure) for row, text in enumerate(lines)]
    runs = line_runs(read, Areas((), FRAME))
    return {span.code for _, span in search_runs(runs, Wanted.of(applicant))}


@pytest.mark.parametrize(
    "lines",
    [
        ("由张伟平同志完成",),
        ("张 伟 平",),
        ("张　伟·平",),
        ("课题组成员李玉、张伟", "平、王芳"),
        ("张佛伟平",),
        ("授课教师：张伟", "下一行"),
        ("签名： 伟平 ",),
        ("张 平",),
    ],
)
def test_a_name_is_seen_with_spaces_line_ends_and_lost_characters(lines: tuple[str, ...]) -> None:
    assert "name-readable" in _found(*lines)


def test_a_misread_character_of_the_name_counts_when_the_reader_was_unsure() -> None:
    assert "name-readable" in _found("由张传平同志完成", unsure="传")
    assert "name-readable" in _found("由弓伟平同志完成", unsure="弓")
    assert _found("由张小平同志完成") == set()
    short = Applicant(name=("李明",))
    assert "name-readable" in _found("由李朋完成", unsure="朋", applicant=short)
    assert _found("由李朋完成", applicant=short) == set()


@pytest.mark.parametrize(
    "text",
    [
        "生活在平面世界，伟大的平凡与张力",
        "该课教学目标明确，平时注重学生的思维训练",
        "淮南市教育局教学研究室关于公布第二届中学优质课评选结果的通知",
        "淮南市第三中学、寿县第一中学、合肥市第六中学",
        "淮南二中心小学与第二中学生运动会",
        "证书编号：20213400712000345　2021年6月15日",
        "刊号 CN34-1063 ISSN 1004-9142 定价 12.00",
        "We weigh the plan of the zhang river in spring.",
    ],
)
def test_ordinary_text_is_not_sent_to_a_person(text: str) -> None:
    assert _found(text) == set()


def test_two_characters_between_two_words_are_not_a_name() -> None:
    name = Applicant(name=("于明",))
    assert _found("这是由于明确了目标", applicant=name) == set()
    assert _found("由于明老师完成", applicant=name) == {"name-readable"}
    assert _found("于明确实优秀", applicant=name) == {"name-readable"}


@pytest.mark.parametrize("name", ["欧阳建国", "买买提·吐尔逊", "李明"])
def test_long_compound_and_short_names_are_seen(name: str) -> None:
    applicant = Applicant(name=(name,))
    assert _found(f"授课人{name}老师", applicant=applicant) == {"name-readable"}
    if len(name) > 3:
        assert _found(f"授课人{name[1:]}老师", applicant=applicant) == {"name-readable"}


@pytest.mark.parametrize(
    "text",
    ["Zhang Weiping", "ZHANG Wei-ping", "Weiping Zhang,", "by WeiPing ZHANG1", "ZhangWeiping"],
)
def test_the_name_in_pinyin_is_seen(text: str) -> None:
    assert _found(text) == {"pinyin-readable"}


@pytest.mark.parametrize(
    "text",
    [
        "淮南市第二中学",
        "安徽省淮南市第 二 中 学",
        "淮南二中",
        "淮南市二中教务处",
        "淮南市第2中学",
        "淮雨市第二中学",
    ],
)
def test_the_unit_is_seen_by_its_full_and_short_names(text: str) -> None:
    assert _found("供稿：" + text) == {"unit-readable"}


def test_short_forms_are_made_without_the_place_only_where_they_say_enough() -> None:
    forms = short_forms("安徽省淮南市田家庵区洞山中学")
    assert {"淮南洞山中学", "洞山中学", "田家庵区洞山中学"} <= set(forms)
    assert "合肥168中" in short_forms("合肥市一六八中学")
    assert not {"实验小学", "实小"} & set(short_forms("芜湖市镜湖区实验小学"))
    assert "芜湖实小" in short_forms("芜湖市镜湖区实验小学")


@pytest.mark.parametrize(
    "text",
    [
        "34040319870612341",
        "3404 0319 8706 1234 15",
        "34O4031987O6123415",
        "电话：139-0554-1234",
        "1390554l234",
        "139 0554 1284",
        "87061234 于2013年9月到外校支教",
    ],
)
def test_the_applicants_numbers_are_seen_with_lost_and_misread_digits(text: str) -> None:
    assert "number-readable" in _found(text)


def test_anybodys_id_and_mobile_number_and_address_are_seen() -> None:
    assert _found("身份证 410105199002101238") == {"number-pattern"}
    assert _found("身份证 41010519900210123") == {"number-pattern"}
    assert _found("联系人王某 138 1234 5678") == {"number-pattern"}
    assert _found("投稿 lijun_88@example.com 收") == {"email-pattern"}
    assert "email-readable" in _found("weiping 87@exarnple.cn")


def test_a_name_in_the_file_name_or_on_a_label_is_seen() -> None:
    wanted = Wanted.of(APPLICANT)
    strings = (APPLICANT.name[0], APPLICANT.unit[0])
    assert plain_text_leaks("张 伟平-获奖证明", wanted, strings)
    assert plain_text_leaks("2021_zhangweiping_award", wanted, strings)
    assert plain_text_leaks("淮南二中 教案", wanted, strings)
    assert not plain_text_leaks("03-竞赛获奖证书", wanted, strings)
    assert not plain_text_leaks("【申报单位】", wanted, strings)


def test_a_string_that_people_want_hidden_everywhere_is_seen_misread_and_torn() -> None:
    def found(*lines: str, unsure: str = "") -> bool:
        wanted = Wanted.of(APPLICANT, ("赵永福", "分数的意义", "3404-0319"))
        runs = line_runs([_line(t, n, unsure) for n, t in enumerate(lines)], Areas((), FRAME))
        return "string-readable" in {span.code for _, span in search_runs(runs, wanted)}

    assert found("评课人：赵永福老师") and found("评课人赵", "永福老师")
    assert found("由赵氷福完成", unsure="氷") and not found("由赵小福完成")
    assert found("研讨分数的意 义。") and found("研讨分数的竟义") and not found("分数的大小")
    assert found("编号34040319号") and found("编号3404O319") and not found("编号34051419987")
