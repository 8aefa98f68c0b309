"""What a school's name looks like: endings, kinds of schools that are no names, short forms."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from pipeline.detection.applicant_forms import is_distinctive, split_unit
from pipeline.detection.vocabulary import SCHOOL_ENDINGS, SUBJECTS, UNIT_LABELS
from pipeline.everyday_words import everyday_words


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: For each token its LAC word: first token, tag and text.
Words = Mapping[int, tuple[int, str, str]]

# What behind 一中, 一小, 一幼 makes another word: 二中全会, 一中心, 一小时, 一小组, 三幼儿园.
_OTHER_WORD = {
    "中": "(?!全会|心|央|旬|文|午|等|号|选|期)",
    "小": "(?!学|时|组|部分|段|步|节|块|片|半|批|群|题|句|朋)",
    "幼": "(?!儿)",
}


def _ending(ending: str) -> str:
    if len(ending) == 2 and ending[0] in "一二三四五六七八九十":
        return ending + _OTHER_WORD[ending[1]]
    return ending + "(?![儿学])" if len(ending) == 2 and ending[0] in "实附" else ending


#: The ending of a school's name, with what must not follow.
ENDING = re.compile("|".join(map(_ending, SCHOOL_ENDINGS)))
_SUBJECT = re.compile("|".join(SUBJECTS))
# Said without a place, these still name the one school of the town.
_ALONE = _words("""
外国语学校 实验小学 实验中学 实验学校 实验幼儿园 机关幼儿园 特教学校 中心小学 中心幼儿园 师大附中
师大附小 师范附小
""")
#: Subjects and other words of teaching, which end where a school's name begins.
SUBJECT_WORDS = frozenset(SUBJECTS) - {"综合", "部", "各", "及", "和"}
#: Words like verbs that schools are named after.
NAME_VERBS = _words("""
实验 外国 寄宿 附属 直属 联合 育才 育英 育红 育新 育德 示范 启明 启航 启智 培智 培英 特殊 职业
进修 继续 新建 综合 复兴 开发 解放 求实 求真 求是 明德 博雅 崇文 崇德 尚德 厚德 致远 致和 弘毅
弘文 弘德 思源 树人 树德 立人 立德 至善 至诚 励志 励耘 知行 笃行 敏行 养正 志远 格致 腾飞 奋进
向阳 振兴 兴华 团结 前进 跃进 创新 建设 胜利 和平 光明 晨光 育贤 启慧 启蒙 成才 成志 报国 爱民
拥军 凌云 聚英
""")
#: What stands before an ending and tells a kind of schools, not one.
SCHOOL_KINDS = _words("""
许多 不少 我校 本校 该校 学校 各校 全校 母校 名校 乡村 农村 城区 城市 乡镇 县城 城乡 山区 薄弱
普通 优质 示范 一般 普通高中 重点 全县 全市 全省 全国 我县 我市 我区 我省 各级 各类 各 所有 部分
公办 民办 义务教育 中 小 全区 本市 本县 本区 中等 高等 初等 基础教育 九年义务 完全 当地 兄弟 结对
受援 支教 帮扶 学区 片区 周边 附近 省内 市内 县内 区内 省级 市级 县级 区级 校级 国家级 全镇 我镇
多所 几所 一所 两所 三所 教育部 基地 定点 培训 进修 边远 偏远 民族 城镇 中心 省 市 县 区 等 优秀
先进 特色 教师 名师 中国 现代 社区 家长 少年 青少年 网络 空中 业余 夜 开放 智慧 绿色 平安 文明
书香 和谐 数字化 未来 理想 好 老 新 大 高 任教 任职 就读 毕业 所在 工作 现任 申报 推荐 交流 派出
接收 流入 流出 聘用 实习 服务 跟岗 挂职 试点 参训 参赛
""")
# 在活动中学到知识, 在合作交流中学会倾听: 中 and 学 are two words behind what one does.
_LEARNED_IN = _words("""
活动 交流 实践 游戏 过程 生活 学习 合作 体验 探究 操作 讨论 阅读 比较 观察 思考 快乐 故事 情境
训练 练习 课堂 教学 工作 研究 反思 互动 竞赛 劳动 运动 表演 欣赏 感悟 尝试 发现 对话 探索 经历
案例 事例 参与 听课 评课 研讨 培训 玩 做
""")
# Tags of words that no name begins with.
_NO_NAME = _words("""
p u c w r d xc TIME v vd q
""")
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
_MORE = re.compile(
    rf"附属(?:第[一二三四五六七八九十]+|实验|外国语)?(?:{'|'.join(SCHOOL_ENDINGS)})?"
    rf"|(?:第[一二三四五六七八九十]+(?:附属)?|实验)(?:{'|'.join(SCHOOL_ENDINGS)})|分校"
)
_NUMERAL = "一二三四五六七八九十"
_SHORT_TAIL = (
    rf"(?:第?[{_NUMERAL}]{{1,3}}(?:中学?{_OTHER_WORD['中']}|小(?:学|{_OTHER_WORD['小']})|幼(?!儿)|高)"
    r"|(?:实小|实中|附小|附中)(?!学)|外校|职高|特校|职教中心)"
)
_NOT_BEHIND = "(?![一-龥]?(?:分|人|名|个|步|点|节|种|大|项|级|组|班|旬|年|学期))"
# The town goes without saying: 市三中, 县一小.
_TOWN = re.compile(
    rf"(?<![一-龥])[市县区]第?[{_NUMERAL}]{{1,2}}(?:中学?|小学?|幼)(?![一-龥]?(?:班|年级|学期))"
)
_SHORT = re.compile(rf"([一-龥]{{2,4}}(?:市|县|区)?){_SHORT_TAIL}{_NOT_BEHIND}")
_BARE = (
    rf"(?:第?[{_NUMERAL}]{{1,3}}(?:中{_OTHER_WORD['中']}|小{_OTHER_WORD['小']}|幼(?!儿)|附[中小])"
    r"|(?:实小|实中|实幼|附小|附中|附幼)(?!学))"
)
# No place, but what is said of it only a school does: 三中交流期间, 到二幼任教.
_ACTING = (
    "交流|任教|支教|教师|校区|老师|校长|园长|联合|联谊|挂职|跟岗|送教|执教|承办|举办|上课|听课|讲学|结对|帮扶|开展|参加|"
    "组织(?!部)|组成|举行|召开|实习|报告厅|录播|语文|数学|英语|学校|教育集团|工作(?=[期至，。、])"
)
_ACTING_WORD = re.compile(f"{_ACTING}|前往|来自|调入|调到|进入|走进|来到|回到|服务|工作|学习|任职")
_BARE_ACTING = re.compile(rf"(?<![一-龥])({_BARE})(?={_ACTING})")
_BARE_AT = re.compile(
    rf"(?:(?<=[在与到赴由和同及往至去])|(?<=前往)|(?<=来自)|(?<=调入)|(?<=调到))({_BARE})"
    rf"(?={_ACTING}|[，。、；,.;)）和与及的]|$)"
)
# 在定西外国语执教: the word model takes the place for a verb.
_LANGUAGES_AT = re.compile(
    rf"(?:(?<=[在与到赴由往至])|(?<=前往)|(?<=来自)|(?<=调入))([一-龥]{{2,4}}外国语)(?={_ACTING})"
)


def longest_ending(text: str, match: re.Match[str]) -> int:
    """Follow endings that hang together: 师范大学附属小学."""
    end = match.end()
    while True:
        more = _MORE.match(text, end)
        if more is None:
            return end
        end = more.end()


def said_short(text: str, words: Words, offset: int) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, rule) of schools in the short forms of their town: 淮南二中, 市三中.

    Args:
        text: A paragraph.
        words: The words of the page by token.
        offset: Token of the paragraph's first character.
    """
    for match in _TOWN.finditer(text):
        yield match.start(), match.end(), "short-form"
    for match in _SHORT.finditer(text):
        # 从实验学校调入二幼: another school, and what was done, come before.
        before = [m.end() for p in (ENDING, _ACTING_WORD) for m in p.finditer(match[1])]
        at = match.start() + max(before, default=0)
        start = at + _leading_stop(text[at : match.end()], words, offset + at)
        if match.end() - start >= 4:
            yield start, match.end(), "short-form"
    for pattern in (_BARE_ACTING, _BARE_AT):
        for match in pattern.finditer(text):
            yield match.start(1), match.end(1), "bare"
    for match in _LANGUAGES_AT.finditer(text):
        place = match[1].removesuffix("外国语")
        if place not in SCHOOL_KINDS | everyday_words() and not _ACTING_WORD.search(place):
            yield match.start(1), match.end(1), "bare"


def _leading_stop(text: str, words: Words, at: int) -> int:
    """Characters at the beginning that belong to a word no name is made of."""
    for i in range(len(text) - 2):
        first, tag, word = words.get(at + i, (0, "", ""))
        if tag in ("LOC", "ORG") and first == at + i:
            return i
    for i in range(len(text) - 1):
        first, tag, word = words.get(at + i, (0, "", ""))
        name_like = word in NAME_VERBS or is_ordinal(word)
        if name_like or (tag not in ("PER", "r") and tag not in _NO_NAME):
            return i
        # 奋斗一中: a school may be named after any verb but those of coming and going.
        whole = first == at + i and tag == "v" and len(word) == 2
        if whole and not _ACTING_WORD.fullmatch(word):
            return i
    return 0


def is_ordinal(piece: str) -> bool:
    """Whether a word is a number as schools bear them: 第二, 三, 十二."""
    return re.fullmatch(r"第?[一二三四五六七八九十百0-9]+", piece) is not None


def is_teaching_place(text: str) -> bool:
    """Whether what LAC took for an organisation is one school."""
    return (
        len(text) >= 4
        and any(text.endswith(e) for e in SCHOOL_ENDINGS)
        and names_a_school(text, "")
    )


def names_a_school(name: str, after: str) -> bool:
    """Whether a string names one school, and not a kind of schools or a subject.

    Args:
        name: What ends like a school.
        after: The characters behind it.
    """
    if len(name) < 3 or name in SCHOOL_KINDS or name in UNIT_LABELS:
        return False
    if name in _ALONE:
        return True
    places, core = split_unit(name)
    ending = next((e for e in SCHOOL_ENDINGS if core.endswith(e)), "")
    rest = core[: len(core) - len(ending)] if ending else core
    if ending == "中学" and not places and rest.endswith(tuple(_LEARNED_IN)):
        return False
    for word in _TYPE_WORDS:
        rest = rest.replace(word, "") if not places else rest
    if rest in SUBJECTS or (rest.endswith("学") and len(rest) <= 4):
        rest = ""
    if rest in SCHOOL_KINDS or any(
        rest.endswith(g) and len(rest) - len(g) < 2 for g in ("中", "各")
    ):
        rest = ""
    if (
        re.fullmatch(r"(?:第?[一二三四五六七八九十]+)?(?:所|个|多|几|些|名)?", rest)
        and "第" not in rest
    ):
        return _kind_with_place(places, rest, ending, after)
    if _SUBJECT.match(after) and not is_distinctive(core) and not places:
        return False
    return bool(places) or is_distinctive(core) or "第" in core or len(rest) >= 2


def _kind_with_place(places: tuple[str, ...], rest: str, ending: str, after: str) -> bool:
    """Whether a place and a kind of schools are one school: 淮南市小学语文 is none."""
    if not places:
        return False
    if rest and not rest.endswith(("所", "个", "多", "几", "些", "名")):
        return True
    if ending in ("幼儿园", "大学"):
        return True
    if _SUBJECT.match(after):
        return False
    common = ending in ("小学", "中学", "学校", "高中", "初中")
    return places[-1].endswith(("镇", "乡")) if common else ending != "学院"
