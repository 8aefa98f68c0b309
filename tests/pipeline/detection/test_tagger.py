from __future__ import annotations

from itertools import pairwise, product
from pathlib import Path

import numpy as np
import pytest

from models import ner_dir
from pipeline.detection.tagger import MissingTaggerError, NameTagger, marginals
from pipeline.policy import Policy
from tests.pipeline.detection.conftest import Look
from tests.pipeline.detection.sheets import expected, sheet_of, shown

LESSON = [
    "评价要贯穿学习的全过程,教师应及时反馈,引导学生看到自己的进步与不足。",
    "学生分组测量并记录数据,小组长汇报结果,全班比较误差的来源。",
    "方程、函数和不等式是高中数学的主线,教材由易到难,安排合理。",
    "一、温故知新,导入课题;二、合作探究,突破难点;三、当堂检测,及时巩固。",
    "能主动承担班级任务,常与家长沟通,学生成绩明显提高。",
]


@pytest.fixture(scope="module")
def tagger() -> NameTagger:
    return NameTagger(ner_dir())


def test_rare_surnames_in_a_list_without_marks_are_found(tagger: NameTagger) -> None:
    line = "缑晓燕仉文博蓬玉兰郜聪逄秀芝能志远"
    (found,) = tagger.mentions([line], 0.4)
    assert {i for m in found for i in range(m.start, m.end)} == set(range(len(line)))
    assert {m.kind for m in found} == {"PER"} and len(found) >= 5


def test_lesson_prose_is_left_alone(tagger: NameTagger) -> None:
    assert tagger.mentions(LESSON, 0.4) == [[] for _ in LESSON]


def test_a_name_is_found_wherever_a_long_text_is_cut(tagger: NameTagger) -> None:
    for before in range(60, 150, 3):
        text = ("课后我们认真反思这节课的不足。" * 12)[:before] + "。缑晓燕老师说,这节课很好。"
        (found,) = tagger.mentions([text + LESSON[0] * 3], 0.4)
        assert [text[m.start : m.end] for m in found] == ["缑晓燕"], before


@pytest.mark.parametrize(
    "line",
    [
        "到会人员⟦缑晓燕　仉文博　蓬玉兰　郜聪⟧",
        "与⟦十中分校⟧的老师同课异构",
    ],
)
def test_what_only_the_tagger_knows_is_hidden(line: str, look: Look, policy: Policy) -> None:
    sheet = sheet_of(line)
    assert shown(sheet, look(sheet), policy) == expected(line)


def test_probabilities_are_those_of_all_paths() -> None:
    random = np.random.default_rng(7)
    scores = random.normal(size=(1, 4, 3)).astype(np.float32)
    follow = np.exp(random.normal(size=(3, 3))).astype(np.float32)
    follow[1, 2] = 0.0
    total = np.zeros((4, 3))
    for path in product(range(3), repeat=4):
        weight = np.exp(sum(scores[0, t, tag] for t, tag in enumerate(path)))
        weight *= np.prod([follow[a, b] for a, b in pairwise(path)])
        for t, tag in enumerate(path):
            total[t, tag] += weight
    expect = total / total.sum(1, keepdims=True)
    np.testing.assert_allclose(marginals(scores, follow)[0], expect, atol=1e-5)


def test_a_missing_tagger_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(MissingTaggerError, match="请重新安装"):
        NameTagger(tmp_path)
