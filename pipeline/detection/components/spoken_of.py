"""People of whom a sentence tells something that is told of people only, whatever their surname."""

from __future__ import annotations

import re
from collections.abc import Iterator

from spacy.tokens import Doc

from pipeline.detection.components.name_lists import everyday
from pipeline.detection.spans import text_of
from pipeline.everyday_words import everyday_words
from pipeline.surnames import starts_with_surname, surnames

#: Small words that no name of a person holds.
SMALL_WORDS = frozenset("的是在了等和与及为由至从年月日将被把对于也不有说")
# Whom these words stand around has a name, however the word model cuts it: 学生戎欢父母.
_AMONG = re.compile(
    "(?:学生|同学)([一-龥]{2,4}?)(?=的?(?:父母|父亲|母亲|爸爸|妈妈|家长|爷爷|奶奶|家里|家中))"
    "|[与和跟]([一-龥]{2,4}?)(?=共同(?:设计|执教|完成|承担|撰写|主持|开发)|合著|合编|合写|搭班|结对)"
)
# 副主任晏士多次深入课堂: between an office and what its holder did.
_IN_OFFICE = re.compile(
    "(?:主任|校长|园长|书记|院长|组长|老师)([一-龥]{2,3}?)"
    "(?=多次|曾经|经常|亲自|先后|一直|深入|认为|指出|建议|提出|听了|听完|对我|给我)"
)
# 与其其格老师交流, 与朝鲁门共同设计: with whom somebody did something.
_WITH = re.compile("(?<![参给授赋])[与跟]([一-龥]{2,4}?)(?=老师|主任|校长|共同|一起|合作)")
# 与同组的应若到老陆结对: 老师 misread by its second character, and all of a name before it.
_PAIRED = re.compile("(?:同组的|[与跟和])([一-龥]{2,4}?)(?=老[一-龥]结对)")
# 广州外国语双成老师, 受到寿郁校长的称赞: whatever the word model makes of it.
_OF_SCHOOL = re.compile(
    "(?:小学|中学|学校|幼儿园|外国语|附小|附中|附幼|实小|实中|实幼|[一二三四五六七八九十][中小]"
    "|受到了?|得到了?|听取了?)"
    "([一-龥]{2,3}?)(?=老师|同志|校长|主任|园长|书记)"
)
# 听课的其其格老师认为, ，向嘉婵老师就: whoever has a view of something.
_WITH_A_VIEW = re.compile(
    "(?:^[受得]?到?|[，。；：！？,;:!?的])([一-龥]{2,4}?)(?=(?:老师|校长|主任|园长|书记|组长)"
    "(?:就|认为|指出|提出|建议|强调|点评|还|多次|曾|的(?:称赞|好评|肯定|表扬|认可|赞扬)))"
)
# 带领帕提古丽·阿不都拉、国海等青年教师: between a leader and 等 stand people.
_LED = re.compile(
    "(?:带领|指导|培养|帮助)((?:[一-龥·•]{2,12}、){0,5}[一-龥·•]{2,12}?)"
    "(?=等(?:[一二三四五六七八九十0-9]{0,2}[名位人]?)(?:青年|年轻|骨干|新|徒弟|学员)?(?:教师|老师|同志|同学))"
)
# What else stands between an office and a deed: 主任平时多次.
_HOW = frozenset(
    (
        "平时 同时 随后 后来 常常 时常 总是 经常 主动 积极 热情 耐心 认真 精心 及时 自己 亲临 高度 充分 "
        "进一步 大力 工作 教学 业务 电话 当场 现场 当面"
    ).split()
)
_HOW_ENDS = tuple("曾都还也又再便就均后时前间中期")
# Characters of which at least one stands in what is said there of nobody by name.
_NO_PERSON = frozenset("的位名各等我你他她它们本该全诸任科班组级校师生双方会者员两几多家长")
# The same right behind a school, where 双 is no word for both.
_NO_TEACHER = (_NO_PERSON | frozenset("副正总党年语数英理化史体音美政信教务研德劳书舞编程课")) - {
    "双"
}
_NOBODY = frozenset(
    (
        "学校 领导 专职 兼职 科任 年轻 优秀 先进 资深 年级 家长 家庭 师生 师傅 师徒 同伴 同行 同学 同事 "
        "同仁 班级 时代 高校 农村 党员 党委 团队 团员 单位 文化 经典 生活 单亲 全体 全部 全家 全班 及其 "
        "和其 专家 名师 骨干 青年 徒弟 学生 教师 老师 组员 成员 伙伴 别人 他人 大家 孩子 乡村 城区 强校 "
        "弱校 名校 兄弟"
    ).split()
)


def people_spoken_of(doc: Doc, start: int, text: str) -> Iterator[tuple[int, int, str]]:
    """Yield token ranges of people's names, each with the rule that found it.

    Args:
        doc: The page.
        start: First token of a paragraph.
        text: The paragraph.
    """
    for match in _AMONG.finditer(text):
        a, b = (start + at for at in match.span(1 if match.group(1) else 2))
        name = text_of(doc, a, b)
        if name not in _NOBODY and not SMALL_WORDS & set(name) and _may_be_among(doc, a, b):
            yield a, b, "among"
    for match in _IN_OFFICE.finditer(text):
        a, b = (start + at for at in match.span(1))
        name = text_of(doc, a, b)
        nobody = (SMALL_WORDS | _NO_PERSON) & set(name) or name in _NOBODY | _HOW
        if not nobody and not name.endswith(_HOW_ENDS):
            yield a, b, "in-office"
    for pattern, surnames_too in ((_OF_SCHOOL, "有"), (_WITH_A_VIEW, ""), (_PAIRED, "")):
        for match in pattern.finditer(text):
            a, b = (start + at for at in match.span(1))
            if _is_somebody(doc, a, b, surnames_too):
                yield a, b, "among"
    for match in _LED.finditer(text):
        for piece in re.finditer("[^、]+", match[1]):
            a, b = (start + match.start(1) + at for at in piece.span())
            short = b - a <= 4 or "·" in text_of(doc, a, b)
            if short and _is_somebody(doc, a, b, "有方"):
                yield a, b, "among"
    for match in _WITH.finditer(text):
        a, b = (start + at for at in match.span(1))
        name = text_of(doc, a, b)
        if name not in _NOBODY and not _NO_PERSON & set(name) and not everyday(doc, a, b):
            yield a, b, "among"


def _may_be_among(doc: Doc, start: int, end: int) -> bool:
    """Whether what stands where a person is due begins like a name, or LAC sees one in it."""
    text = text_of(doc, start, end)
    if starts_with_surname(text) and (len(text) < 4 or text[:2] in surnames()):
        return True
    named = any(tag == "PER" and a < end and b > start for a, b, tag in doc._.words)
    if named and not everyday(doc, start, end):
        return True
    # 学生能濠父母: all of it a word that there is not.
    whole = any((a, b) == (start, end) for a, b, _ in doc._.words)
    return whole and len(text) == 2 and not _is_word(doc, start, end)


def _is_somebody(doc: Doc, start: int, end: int, surnames_too: str) -> bool:
    """Whether what stands where a person is due is no word of teaching or of everyday language.

    Args:
        doc: The page.
        start: Its first token.
        end: Behind its last one.
        surnames_too: Small words that begin names there.
    """
    name = text_of(doc, start, end)
    small = (SMALL_WORDS | _NO_TEACHER) - set(surnames_too)
    return not small & set(name) and name not in _NOBODY | _HOW and not _is_word(doc, start, end)


def _is_word(doc: Doc, start: int, end: int) -> bool:
    """Whether a word of everyday language lies inside that is more than the word model's guess.

    To it 双成 is a number, 寿郁 a thing and 其格 a quality; longer words it knows.
    """
    words = everyday_words()
    return everyday(doc, start, end) and any(
        b - a > 2 or text_of(doc, a, b) in words
        for a, b, tag in doc._.words
        if b - a >= 2 and start <= a and b <= end and tag not in ("PER", "LOC", "ORG")
    )
