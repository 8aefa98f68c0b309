from __future__ import annotations

import pytest

from pipeline.similarity.references import reference_spans

LIST = """参考文献
[1] 张三, 李四. 小学科学实验教学研究[J]. 安徽教育科研, 2019(3): 12-15.
[2] 王五. 课堂观察手册[M]. 上海: 华东师范大学出版社, 2017: 33-40.
[3] 教育部. 义务教育科学课程标准（2022年版）[S]. 北京: 北京师范大学出
版社, 2022.
"""
BODY = "正文说，课堂上的蜡烛实验要让学生先看见石蜡熔化，再看见它汽化。\n"


@pytest.mark.parametrize(
    "heading", ["参考文献", "参考文献：", "【参考文献】", "六、参考文献", "參考文獻"]
)
def test_a_list_of_references_is_no_text_of_the_author(heading: str) -> None:
    raw = BODY + LIST.replace("参考文献", heading, 1)
    (span,) = reference_spans(raw)
    assert raw[span.start : span.end] == raw[len(BODY) :].rstrip("\n")


def test_text_behind_the_list_is_text_again() -> None:
    raw = LIST + "附录　课堂实录\n师：请大家看蜡烛的火焰，谁能说说它有几层，哪一层最亮？\n"
    (span,) = reference_spans(raw)
    assert raw[span.end :].strip().startswith("附录")


def test_nothing_hides_under_the_mere_word() -> None:
    assert reference_spans("参考文献\n" + BODY * 4) == ()
    assert reference_spans(BODY + "参考文献很多，这里不一一列出。\n" + BODY) == ()
