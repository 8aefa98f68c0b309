"""Other people's names, by LAC, by titles behind them, by lists, and by pinyin in English text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from spacy.tokens import Doc

from pipeline.detection.spans import add, covered, page_of, text_of
from pipeline.detection.vocabulary import (
    NOT_NAMES,
    TITLES_AFTER_NAME,
    is_han,
    starts_with_surname,
    surnames,
)
from pipeline.dossier import Kind

GROUP = "people"
_TITLES = "|".join(TITLES_AFTER_NAME)
_DOTTED = re.compile(r"[一-龥]{1,8}(?:[·•・‧∙●][一-龥]{1,10}){1,3}")
_BEFORE_NAME = r"(?:兹证明|现证明|证明|聘请|聘任|兹聘|特聘|授予|表彰|推荐|指导|由|为|经|与|和|及|跟|向|请|是|对|如|同事|、|，|,|:|：|。|;|；|\(|（|^)"
_TITLED = re.compile(rf"{_BEFORE_NAME}([一-龥]{{2,4}}?)(?={_TITLES})")
_ONE = re.compile(rf"([一-龥])(?={_TITLES})")
_SALUTATION = re.compile(r"^([一-龥·]{2,12}?)(?:老师|同志|教师|同学|先生|女士)?[:：]$")
_ENGLISH_NAME = re.compile(
    r"(?<![A-Za-z])([A-Z][A-Za-z]{1,6})[\s,]{1,2}([A-Z][A-Za-z]*(?:[-'’][A-Za-z]+)?)(?![A-Za-z])"
)
_COMMON = frozenset(
    "我 你 他 她 本 该 各 全 每 某 此 其 任 授 执 讲 听 评 男 女 新 老 小 大 青 年 优 名 骨 干 班 科 高 一 二 三 正 副 中 外 好".split()
)


@dataclass(frozen=True, slots=True)
class PeopleSearch:
    """Finds names of people other than the applicant."""

    def __call__(self, doc: Doc) -> Doc:
        """Write findings to the group ``people``."""
        page = page_of(doc)
        kept = covered(doc, ("keeps",))
        for start, end, tag in doc._.words:
            if tag == "PER":
                self._tagged(doc, start, end, kept)
        for start, end in page.paragraphs:
            text = text_of(doc, start, end)
            for a, b, rule in _shapes(text):
                if not kept.intersection(range(start + a, start + b)):
                    add(doc, GROUP, start + a, start + b, Kind.PERSON_NAME, rule, 0.8)
            for a, b in _english_names(doc, start, end):
                if not kept.intersection(range(a, b)):
                    add(doc, GROUP, a, b, Kind.PERSON_NAME, "pinyin", 0.7)
        self._cells(doc, kept)
        return doc

    def _tagged(self, doc: Doc, start: int, end: int, kept: set[int]) -> None:
        """Take a word that LAC calls a person, without titles that it swallowed."""
        text = text_of(doc, start, end)
        title = re.search(rf"(?:{_TITLES})$", text)
        if title and len(text) - len(title.group()) >= 1:
            end -= len(title.group())
            text = text[: len(text) - len(title.group())]
        if kept.intersection(range(start, end)) or not any(is_han(c) for c in text):
            return
        if text in NOT_NAMES or (len(text) == 1 and text not in surnames()):
            return
        add(doc, GROUP, start, end, Kind.PERSON_NAME, "lac", 0.8)

    def _cells(self, doc: Doc, kept: set[int]) -> None:
        """Take segments that hold nothing but what looks like a name, as in tables and lists."""
        tags = {(start, end): tag for start, end, tag in doc._.words}
        for start, end in page_of(doc).segments:
            text = text_of(doc, start, end)
            if not 2 <= len(text) <= 4 or not all(is_han(c) for c in text):
                continue
            if (
                text in NOT_NAMES
                or not starts_with_surname(text)
                or kept.intersection(range(start, end))
            ):
                continue
            tag = tags.get((start, end), "")
            spaced = len(text) == 2 and (
                doc[start].whitespace_ or page_of(doc).gap_after(start) > 0.5
            )
            # A word of everyday language inside (练习课) speaks against a name.
            everyday = any(
                b - a >= 2 and t not in ("PER", "LOC", "ORG", "nz", "nw")
                for (a, b), t in tags.items()
                if start <= a and b <= end
            )
            if tag == "PER" or spaced or not everyday:
                add(doc, GROUP, start, end, Kind.PERSON_NAME, "cell", 0.6)


def _shapes(text: str) -> Iterator[tuple[int, int, str]]:
    for match in _DOTTED.finditer(text):
        yield match.start(), match.end(), "dotted"
    for match in _TITLED.finditer(text):
        name = match.group(1)
        if name not in NOT_NAMES and starts_with_surname(name) and name[-1] not in _COMMON:
            yield match.start(1), match.end(1), "title-behind"
    salutation = _SALUTATION.match(text)
    if salutation and starts_with_surname(salutation.group(1)):
        yield salutation.start(1), salutation.end(1), "salutation"


def _english_names(doc: Doc, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Find pairs of words that are a pinyin surname and a given name."""
    text, tokens = "", []
    for i in range(start, end):
        text += doc[i].text
        tokens.append(i)
        if doc[i].whitespace_ or (page_of(doc).gap_after(i) > 0.28 and doc[i].text.isascii()):
            text += " "
            tokens.append(i)
    for match in _ENGLISH_NAME.finditer(text):
        first, second = match.group(1).lower(), re.sub("[-'’]", "", match.group(2)).lower()
        if (first in _PINYIN_SURNAMES and _is_given(second)) or (
            second in _PINYIN_SURNAMES and _is_given(first)
        ):
            yield tokens[match.start()], tokens[match.end() - 1] + 1


_INITIAL = "zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw]"
_FINAL = "iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan|ai|an|ao|ei|en|er|ia|ie|in|iu|ou|ua|ue|ui|un|uo|ve|a|e|i|o|u|v"
_SYLLABLE = rf"(?:(?:{_INITIAL})?(?:{_FINAL}))"
_GIVEN = re.compile(rf"{_SYLLABLE}{{1,2}}$")
_PINYIN_SURNAMES = frozenset(
    """wang li zhang liu chen yang huang zhao wu zhou xu sun ma zhu hu guo he lin gao luo zheng liang xie song tang
    han deng feng cao peng zeng xiao tian dong pan yuan cai jiang yu du ye cheng wei su lv lyu lu ding ren shen yao
    zhong cui tan fan wang liao shi jin jia xia fu fang zou xiong bai meng qin qiu hou yin xue yan duan lei long tao
    hao mao gu gong shao wan qian dai mo kong xiang chang kang yi qiao lai wen pang lan shi ni niu ge shen you bi nie
    jiao xing yue qi mei zhuang xin guan zuo tu qi geng mou zhan ling fei ji sheng tong ou zhen qu cheng xi pei ouyang
    sima shangguan zhuge huangfu situ murong linghu dongfang""".split()
)


def _is_given(word: str) -> bool:
    return len(word) >= 2 and _GIVEN.match(word) is not None
