"""Schools and other units: an ending that LAC's words are followed back from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from spacy.tokens import Doc

from pipeline.detection.applicant_forms import is_distinctive, split_unit
from pipeline.detection.components.labels import find_labels
from pipeline.detection.page_text import PageText
from pipeline.detection.spans import add, covered, page_of, spaced_text, text_of
from pipeline.detection.vocabulary import SCHOOL_ENDINGS, SUBJECTS, is_han
from pipeline.dossier import Kind

GROUP = "units"
# 三幼 of 第三幼儿园 and 一小 of 第一小学 are no endings of their own.
_ENDING = re.compile(
    "|".join(
        e + "(?![儿学])" if len(e) == 2 and e[0] in "一二三四五六七八九十实附" else e
        for e in SCHOOL_ENDINGS
    )
)
_SUBJECT = re.compile("|".join(SUBJECTS))
# Said without a place, these still name the one school of the town.
_ALONE = frozenset(
    "外国语学校 实验小学 实验中学 实验学校 实验幼儿园 机关幼儿园 特教学校 中心小学 中心幼儿园 师大附中 师大附小 师范附小".split()
)
_SUBJECT_WORDS = frozenset(SUBJECTS) - {"综合", "部", "各", "及", "和"}
_CAMPUS = re.compile(
    r"[(（][一-龥]{1,6}(?:校区|分校|分园|教学点|分部|校|部)[)）]|[一-龥]{1,4}(?:校区|分校|分园|教学点)|集团"
)
# Words that a school's name is not made of: the name begins behind them.
_STOP_TAGS = frozenset("p u c w r d xc TIME v vd q".split())
_NAME_VERBS = frozenset(
    "实验 外国 寄宿 附属 直属 联合 育才 育英 示范 启明 培智 启智 特殊 职业 进修 继续 新建 综合 复兴 开发 解放".split()
)
_GENERIC = frozenset(
    "许多 不少 我校 本校 该校 学校 各校 全校 母校 名校 乡村 农村 城区 城市 乡镇 县城 城乡 山区 薄弱 普通 优质 示范 一般 普通高中 重点 全县 全市 全省 全国 我县 我市 我区 我省 "
    "各级 各类 各 所有 部分 公办 民办 义务教育 中 小 全区 本市 本县 本区 中等 高等 初等 基础教育 九年义务 完全 当地 兄弟 结对 受援 支教 帮扶 学区 片区 周边 附近 省内 市内 县内 区内 省级 市级 县级 区级 校级 国家级 全镇 我镇 多所 几所 一所 两所 三所 "
    "教育部 基地 定点 培训 进修 边远 偏远 民族 城镇 中心 省 市 县 区 等 优秀 先进 特色 教师 名师 中国 现代 社区 家长 少年 青少年 网络 空中 业余 夜 开放 智慧 绿色 平安 文明 书香 和谐 数字化 未来 理想 好 老 新 大 高".split()
)
_TYPE_WORDS = (
    "普通",
    "高等",
    "中等",
    "职业",
    "高级",
    "初级",
    "专业",
    "全日制",
    "完全",
    "九年一贯制",
    "成人",
    "民办",
    "公办",
    "资格",
    "种类",
    "号码",
)
_ENGLISH = re.compile(
    r"(?:[A-Z][A-Za-z.'’]*|No\.?\s*[0-9]+|[0-9]+(?:st|nd|rd|th)?|of|the)(?:[\s,]*(?:[A-Z][A-Za-z.'’]*|No\.?\s*[0-9]+|[0-9]+(?:st|nd|rd|th)?|of|to|the|Affiliated)){0,9}?[\s,]*"
    r"(?:School|Kindergarten|College|University|SCHOOL|KINDERGARTEN|COLLEGE|UNIVERSITY)"
    r"(?:[\s,]*(?:of|Affiliated to|affiliated to)[\s,]*[A-Z][A-Za-z]*(?:[\s,]+[A-Z][A-Za-z]*){0,4})?"
)
# All that stands in a slot: 六中, 二幼, 第三小学.
_NUMBERED = re.compile(r"第?[一二三四五六七八九十]{1,2}(?:[中小]学?|幼(?:儿园)?)")
# The town goes without saying: 市三中, 县一小.
_TOWN = re.compile(
    r"(?<![一-龥])[市县区]第?[一二三四五六七八九十]{1,2}(?:中学?|小学?|幼)(?![一-龥]?(?:班|年级|学期))"
)
_SHORT = re.compile(
    r"[一-龥]{2,4}(?:市|县|区)?(?:第?[一二三四五六七八九十]{1,3}(?:中学?|小学?|幼(?!儿)|高)|实小|实中|附小|附中|外校|职高|特校|职教中心)(?![一-龥]?(?:分|人|名|个|步|点|节|种|大|项|级|组|班|旬|年|学期))"
)


@dataclass(frozen=True, slots=True)
class UnitSearch:
    """Finds names of schools and other places that teach."""

    def __call__(self, doc: Doc) -> Doc:
        """Write findings to the group ``units``."""
        page = page_of(doc)
        kept = covered(doc, ("keeps",))
        begins = _word_begins(doc)
        labels = {i for label in find_labels(doc, page) for i in range(label.start, label.value)}
        for start, end in page.paragraphs:
            text = text_of(doc, start, end)
            for a, b, rule in _schools(text, begins, page, labels, start):
                if not kept.intersection(range(start + a, start + b)):
                    add(doc, GROUP, start + a, start + b, Kind.UNIT, rule, 0.8)
            for a, b in _english_units(doc, start, end):
                add(doc, GROUP, a, b, Kind.UNIT, "english", 0.8)
        for start, end in page.segments:
            if _NUMBERED.fullmatch(text_of(doc, start, end)):
                add(doc, GROUP, start, end, Kind.UNIT, "numbered", 0.6)
        for start, end, tag in doc._.words:
            text = text_of(doc, start, end)
            if (
                tag == "ORG"
                and _is_teaching_place(text)
                and not kept.intersection(range(start, end))
            ):
                add(doc, GROUP, start, end, Kind.UNIT, "lac", 0.75)
        return doc


def _word_begins(doc: Doc) -> dict[int, tuple[int, str, str]]:
    """Map each token to its LAC word: first token, tag and text."""
    begins = {}
    for start, end, tag in doc._.words:
        word = text_of(doc, start, end)
        for i in range(start, end):
            begins[i] = (start, tag, word)
    return begins


def _schools(
    text: str,
    words: dict[int, tuple[int, str, str]],
    page: PageText,
    labels: set[int],
    offset: int,
) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, rule) of schools in a paragraph, the longest name that fits."""
    done = 0
    for match in _ENDING.finditer(text):
        if match.start() < done:
            continue
        # 在合作交流中学会倾听: the ending must not cut a word in two.
        last = words.get(offset + match.end(), (0, "", ""))
        if offset + match.start() < last[0] < offset + match.end():
            continue
        end = _longest_ending(text, match)
        start = _name_start(text, match.start(), words, page, labels, offset, done)
        own = text[start:end]
        if not _names_a_school(own, text[end : end + 4]):
            continue
        campus = _CAMPUS.match(text, end)
        end = campus.end() if campus else end
        done = end
        yield start, end, "ending"
    for match in _TOWN.finditer(text):
        yield match.start(), match.end(), "short-form"
    for match in _SHORT.finditer(text):
        start = match.start() + _leading_stop(match.group(), words, offset + match.start())
        if match.end() - start >= 4:
            yield start, match.end(), "short-form"


def _longest_ending(text: str, match: re.Match[str]) -> int:
    """Follow endings that hang together: 师范大学附属小学."""
    end = match.end()
    while True:
        more = re.compile(
            rf"(?:附属(?:第[一二三四五六七八九十]+|实验|外国语)?|第[一二三四五六七八九十]+|实验|分校)(?:{'|'.join(SCHOOL_ENDINGS)})?"
        ).match(text, end)
        if more is None:
            return end
        end = more.end()


def _name_start(
    text: str,
    at: int,
    words: dict[int, tuple[int, str, str]],
    page: PageText,
    labels: set[int],
    offset: int,
    floor: int,
) -> int:
    """Go back word by word from an ending while the words can be part of a name."""
    start = at
    while start > floor and at - start < 24:
        begin, tag, _ = words.get(offset + start - 1, (offset + start - 1, "w", ""))
        first = max(floor, begin - offset)
        piece = text[first:start]
        if page.gap_after(offset + start - 1) > 1.0 and page.gap_after(offset + start - 1) < 90:
            break
        if not piece or not all(is_han(c) or c.isdigit() or c in "()（）·" for c in piece):
            break
        if tag in _STOP_TAGS and piece not in _NAME_VERBS and not _is_ordinal(piece):
            # 龙岩市求实学校: a word like a verb between a place and the ending is the school's name.
            before = words.get(offset + first - 1, (0, "w", ""))
            place = before[1] in ("LOC", "ORG")
            if not (start == at and len(piece) >= 2 and place and first > floor):
                break
        if piece in _SUBJECT_WORDS or (tag == "f" and piece in "下中里内间前后外时"):
            break
        if piece in _GENERIC and start == at:
            break
        here = offset + start
        over_line_end = start < len(text) and page.line_of[here - 1] != page.line_of[here]
        if over_line_end and tag not in ("LOC", "ORG", "nz", "m") and piece not in _NAME_VERBS:
            break
        if offset + start - 1 in labels or (tag == "PER" and start != at):
            break
        start = first
    # A bracket that was opened before the name is not part of it.
    while start < at and text[start] in "()（）·":
        start += 1
    return start


def _is_ordinal(piece: str) -> bool:
    return re.fullmatch(r"第?[一二三四五六七八九十百0-9]+", piece) is not None


def _names_a_school(name: str, after: str) -> bool:
    """Whether a string names one school, and not a kind of schools or a subject."""
    if len(name) < 3 or name in _GENERIC:
        return False
    if name in _ALONE:
        return True
    places, core = split_unit(name)
    ending = next((e for e in SCHOOL_ENDINGS if core.endswith(e)), "")
    rest = core[: len(core) - len(ending)] if ending else core
    for word in _TYPE_WORDS:
        rest = rest.replace(word, "") if not places else rest
    if rest in SUBJECTS or (rest.endswith("学") and len(rest) <= 4):
        rest = ""
    if rest in _GENERIC or any(rest.endswith(g) and len(rest) - len(g) < 2 for g in ("中", "各")):
        rest = ""
    if (
        re.fullmatch(r"(?:第?[一二三四五六七八九十]+)?(?:所|个|多|几|些|名)?", rest)
        and "第" not in rest
    ):
        # 淮南市小学语文: a place and a kind of schools, not a school.
        numbered = bool(rest) and not rest.endswith(("所", "个", "多", "几", "些", "名"))
        return bool(places) and (
            numbered
            or ending in ("幼儿园", "大学")
            or (
                not _SUBJECT.match(after)
                and len(places) > 0
                and ending not in ("小学", "中学", "学校", "高中", "初中", "学院")
            )
            or (
                ending in ("小学", "中学", "学校", "高中", "初中")
                and not _SUBJECT.match(after)
                and places[-1].endswith(("镇", "乡"))
            )
        )
    if _SUBJECT.match(after) and not is_distinctive(core) and not places:
        return False
    return bool(places) or is_distinctive(core) or "第" in core or len(rest) >= 2


def _is_teaching_place(text: str) -> bool:
    return (
        len(text) >= 4
        and any(text.endswith(e) for e in SCHOOL_ENDINGS)
        and _names_a_school(text, "")
    )


def _leading_stop(text: str, words: dict[int, tuple[int, str, str]], at: int) -> int:
    """Characters at the beginning that belong to a word no name is made of."""
    for i in range(len(text) - 2):
        first, tag, word = words.get(at + i, (0, "", ""))
        if tag in ("LOC", "ORG") and first == at + i:
            return i
    for i in range(len(text) - 2):
        _, tag, word = words.get(at + i, (0, "", ""))
        name_like = word in _NAME_VERBS or _is_ordinal(word)
        if name_like or (tag != "PER" and tag not in _STOP_TAGS):
            return i
    return 0


def _english_units(doc: Doc, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Find English names of schools; their words keep the spaces between them."""
    text, tokens = spaced_text(doc, start, end)
    for match in _ENGLISH.finditer(text):
        if match.end() - match.start() > 12:
            yield tokens[match.start()], tokens[match.end() - 1] + 1
