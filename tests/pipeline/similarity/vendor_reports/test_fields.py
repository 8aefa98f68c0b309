"""A field that is not found refuses a good report; one of another label judges a wrong number."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.similarity.vendor_reports import Vendor, VendorReport, read_report
from tests.typed_pages import Ink, below, typed

CNKI = (
    "文本复制检测报告单（简洁）",
    "№：BC2024052012345678　　检测时间：2024-05-20 10:11:12",
    "检测文献：课堂提问的层次设计",
    "作者：李晓琳",
    "作者单位：淮南市第二中学",
    "检测范围：中国学术期刊网络出版总库",
    "总文字复制比：12.5%",
    "去除引用文献复制比：11.2%　　去除本人已发表文献复制比：12.5%",
    "单篇最大文字复制比：4.1%（课堂提问研究）",
    "重复字数：[400]　　总字数：[3,200]　　单篇最大重复字数：[131]",
    "总段落数：[1]　疑似段落数：[1]　前部重合字数：[150]　后部重合字数：[250]",
    "中国知网学术不端文献检测系统",
)


def _read(*texts: str) -> VendorReport:
    report = read_report((typed(*below(*texts)),))
    assert report is not None
    return report


def test_a_sheet_of_cnki_is_read_to_the_last_count() -> None:
    report = _read(*CNKI)
    assert (report.vendor, report.kind) == (Vendor.CNKI, "简洁")
    assert (report.number, report.detected_at) == ("BC2024052012345678", date(2024, 5, 20))
    assert (report.title, report.author) == ("课堂提问的层次设计", "李晓琳")
    assert (report.unit, report.total) == ("淮南市第二中学", 12.5)
    assert report.ratios == {
        "总文字复制比": 12.5,
        "去除引用文献复制比": 11.2,
        "去除本人已发表文献复制比": 12.5,
        "单篇最大文字复制比": 4.1,
    }
    assert report.counts == {
        "重复字数": 400, "总字数": 3200, "单篇最大重复字数": 131, "总段落数": 1,
        "疑似段落数": 1, "前部重合字数": 150, "后部重合字数": 250,
    }  # fmt: skip


def test_a_report_of_wanfang_is_read() -> None:
    report = _read(
        "万方数据文献相似性检测报告（简洁版）",
        "报告编号：SS2024052012345678",
        "检测文献：课堂提问的层次设计",
        "作者：李晓琳",
        "检测时间：2024年5月20日",
        "总相似比：23.50%",
        "参考文献相似比：3.20%　　辅助排除参考文献相似比：20.30%",
    )
    assert (report.vendor, report.total) == (Vendor.WANFANG, 23.5)
    assert report.ratios["参考文献相似比"] == 3.2
    assert report.ratios["辅助排除参考文献相似比"] == 20.3


def test_a_report_of_vip_is_read_where_values_stand_under_their_labels() -> None:
    heads, values = ("复写率", "他引率", "自引率", "专业术语"), ("8.10%", "2.00%", "0.00%", "0.31%")
    table = [Ink(t, 100 + 200 * n, 400) for n, t in enumerate(heads)]
    table += [Ink(t, 100 + 200 * n, 440) for n, t in enumerate(values)]
    page = typed(
        *below(
            "维普论文检测系统 检测报告",
            "报告编号：0123456789abcdef",
            "题目：课堂提问的层次设计",
            "全文总相似比：10.10%　　自写率：89.90%",
        ),
        *table,
    )
    report = read_report((page,))
    assert report is not None and report.vendor is Vendor.VIP
    assert report.ratios == {
        "总相似比": 10.1, "自写率": 89.9, "复写率": 8.1, "他引率": 2.0, "自引率": 0.0,
        "专业术语": 0.31,
    }  # fmt: skip


def test_a_title_that_goes_on_in_the_next_row_is_read_whole() -> None:
    page = typed(
        Ink("文本复制检测报告单", 300, 100),
        Ink("检测文献：课堂提问的层次设计与实施策略研究", 100, 200),
        Ink("——以《背影》为例", 200, 230),
        Ink("作者：李晓琳", 100, 264),
        Ink("总文字复制比：12.5%", 100, 300),
    )
    report = read_report((page,))
    assert report is not None and report.author == "李晓琳"
    assert report.title == "课堂提问的层次设计与实施策略研究——以《背影》为例"


@pytest.mark.parametrize(
    ("printed", "ratio"),
    [("12.5 %", 12.5), ("12，5%", 12.5), ("［12.5％］", 12.5), ("12.5%", 12.5), ("0%", 0.0)],
)
def test_a_per_cent_is_read_however_it_is_printed(printed: str, ratio: float) -> None:
    assert _read("文本复制检测报告单", f"总文字复制比：{printed}").total == ratio


def test_the_words_of_the_paper_are_no_labels() -> None:
    report = _read(
        "文本复制检测报告单",
        "题目：谈作者单位的标题制作",
        "学生作者李华的单位时间检测结果总字数不多，期刊和综合类读物也少",
        "总文字复制比：12.5%",
    )
    assert (report.author, report.unit, report.counts) == (None, None, {})
    assert report.title == "谈作者单位的标题制作"


def test_a_per_cent_under_a_count_is_not_taken_for_the_count() -> None:
    report = _read("文本复制检测报告单", "重复字数：12.5%", "总文字复制比：12.5%")
    assert report.counts == {}


def test_what_is_no_report_is_none() -> None:
    assert read_report((typed(*below("课堂提问的层次设计", "李晓琳", "摘要：课堂提问")),)) is None
    assert read_report((typed(),)) is None
    assert read_report(()) is None


def test_a_value_lies_where_its_finding_points() -> None:
    page = typed(Ink("文本复制检测报告单", 300, 100), Ink("总文字复制比：12.5%", 100, 200))
    report = read_report((page,))
    assert report is not None
    place = report.places["总文字复制比"]
    assert place.page == 1 and place.polygon.bounds[:2] == (100, 200)


@given(
    st.lists(
        st.sampled_from((*CNKI, "㎡№℃…", "№", "总字数", "作者", "时间：2024-99-99", "㈱")),
        max_size=8,
    )
)
def test_no_sheet_however_torn_upsets_the_reading(rows: list[str]) -> None:
    torn = [row[n % 3 : 30 - n] for n, row in enumerate(rows) if row]
    read_report((typed(*below(*filter(None, torn))),))
