"""Prose of laws with LAC's labels, cleaned by rules, composed names and schools put into it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from models.ner.fill import ORG, PER, UNIT, Filler, Sample

_SCHOOL = re.compile(r"(?:小学|中学|学校|幼儿园|大学|学院|高中|初中)$")
# What laws call people: there a person's name may stand as well.
_ROLE = frozenset(
    "申请人 当事人 负责人 经营者 被告人 原告 被告 上诉人 代表人 承包人 劳动者 教师 纳税人 公民 学生 校长 公证员 律师 法官 委托人 监护人 "
    "受害人 被害人 行为人 被申请人 经办人 持有人 所有人 工作人员 公务员 职工 专家 主任 委员 秘书长 主席 代表 考生 个人 家长 医师 证人 债务人 债权人".split()
)
_PLACE_OF_WORK = frozenset(
    "学校 企业 单位 公司 机构 事业单位 医院 用人单位 高等学校 幼儿园 团体 组织 中小学 机关 建设单位 培训机构 银行 法人 施工单位 托运人 部门".split()
)
# In front of 用人单位 and 有关部门 nobody has a name.
_BEFORE = frozenset("由 向 在 对 到 经 与 和 及 或者 、 ， 。 ； ： 为 被 给 将 应 以及 的".split())
_OUTSIDE = frozenset("某 某某 甲 乙 丙 丁".split())


def labelled(lines: list[str], lac: Any) -> Iterator[list[tuple[str, str]]]:
    """Yield each line as LAC's words with tags."""
    for line in lines:
        yield [(str(word), str(tag)) for word, tag in lac.run(line)]


def dressed(words: list[tuple[str, str]], filler: Filler, swap: float) -> Sample:
    """Make a sample of a labelled line, with names and schools put into it.

    Args:
        words: The line as LAC cut it.
        filler: Composes what is put in.
        swap: How often a word that people or schools could stand for gives way to one.

    Returns:
        The sample. LAC's own people are always replaced: half of them are none.
    """
    sample, dice = Sample(), filler.random
    before = "。"
    for word, tag in words:
        draw = dice.random() if before in _BEFORE else 1.0
        before = word
        if tag == "PER" and word not in _OUTSIDE:
            sample.add(filler.people.name(), PER)
        elif tag == "ORG" and _SCHOOL.search(word):
            sample.add(filler.units.school(), UNIT)
        elif tag == "ORG":
            sample.add(filler.units.other() if draw < 0.3 else word, ORG)
        elif word in _ROLE and draw < swap:
            if draw < swap * 0.5:
                sample.add(word)
            sample.add(filler.people.name(), PER)
            if dice.random() < 0.25:
                mark = dice.choice(("、", "和", "、"))
                sample.add(mark)
                sample.add(filler.people.name(), PER)
        elif word in _PLACE_OF_WORK and draw < swap:
            sample.add(filler.units.school(), UNIT)
            if dice.random() < 0.3:
                sample.add(filler.people.name(), PER)
        else:
            sample.add(word)
    return sample
