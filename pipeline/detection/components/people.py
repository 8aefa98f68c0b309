"""Other people's names, by LAC, by titles behind them, by lists, and by pinyin in English text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from spacy.tokens import Doc

from pipeline.detection.components.contents import contents_authors
from pipeline.detection.components.name_lists import counts, everyday, gap_pieces, listed_with
from pipeline.detection.components.pinyin_names import pinyin_names
from pipeline.detection.components.rare_names import rare_names
from pipeline.detection.components.spoken_of import SMALL_WORDS, people_spoken_of
from pipeline.detection.places import towns
from pipeline.detection.spans import add, covered, page_of, text_of
from pipeline.detection.vocabulary import (
    LABEL_HEAD,
    NOT_NAMES,
    TITLES_AFTER_NAME,
    is_han,
)
from pipeline.dossier import Kind
from pipeline.surnames import starts_with_surname, surnames

GROUP = "people"
# 带领阿苦子史、池婷: behind these a list of people begins.
_BEFORE_A_LIST = frozenset(["带领", "指导", "邀请", "聘请", "联合", "携手"])
_TITLES = "|".join(TITLES_AFTER_NAME)
_SALUTATION = re.compile(r"^([一-龥·]{2,12}?)(?:老师|同志|教师|同学|先生|女士)?[:：]$")
# 第五届, 第五次: an ordinal, not the surname 第五.
_COMPOUND = re.compile(
    "(?!第五[届次章节期组课名批代年册周条款项天轮号卷集种点季版幅排位中小高初实幼单学部个套])(?:"
    + "|".join(sorted(s for s in surnames() if len(s) >= 2))
    + ")[一-龥]{1,2}"
)
# A character read with less than this may be any.
_GUESSED = 0.6
_FAMILY = re.compile("父母|父亲|母亲|爸爸|妈妈|爷爷|奶奶|家长|同学|同志")
# Two of these make a name that begins with no surname: 次仁|次旺.
_TIBETAN = "|".join(
    "扎西 次仁 多吉 多杰 卓玛 平措 顿珠 旺堆 旺久 旺姆 央金 拉姆 拉巴 尼玛 达瓦 巴桑 格桑 洛桑 丹增 旦增 德吉 次旺 次旦 白玛 索朗 "
    "桑珠 贡嘎 强巴 仁增 仁青 边巴 普布 米玛 阿旺 群培 曲珍 曲扎 玉珍 卓嘎 罗布 坚赞 江村 土登 益西 措姆 加措 嘉措 晋美 欧珠 次珍 "
    "央宗 才让 才旦 桑吉 南杰 拉毛 公保".split()
)
_TIBETAN_NAME = re.compile(f"(?:{_TIBETAN}){{2}}")
# In a list of authors the page number stands behind names, not behind titles: 羿博士(37).
_NUMBERED_TITLE = re.compile(rf"(?:{_TITLES}|博士)(?=[(（][0-9])")
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
            for a, b in _dotted(doc, start, end):
                if not kept.intersection(range(a, b)):
                    add(doc, GROUP, a, b, Kind.PERSON_NAME, "dotted", 0.8)
            for a, b in _titled(doc, start, end):
                if not kept.intersection(range(a, b)):
                    add(doc, GROUP, a, b, Kind.PERSON_NAME, "title-behind", 0.8)
            for a, b, rule in _shapes(text):
                if rule == "compound" and _inside_a_word(doc, start + a):
                    continue
                if everyday(doc, start + a, start + b) and rule == "salutation":
                    continue
                if not kept.intersection(range(start + a, start + b)):
                    add(doc, GROUP, start + a, start + b, Kind.PERSON_NAME, rule, 0.8)
            for a, b, rule in people_spoken_of(doc, start, text):
                if not kept.intersection(range(a, b)):
                    add(doc, GROUP, a, b, Kind.PERSON_NAME, rule, 0.8)
            for a, b, rule in rare_names(doc, page, start, end):
                if not kept.intersection(range(a, b)):
                    add(doc, GROUP, a, b, Kind.PERSON_NAME, rule, 0.7)
            for a, b in pinyin_names(doc, start, end):
                if not kept.intersection(range(a, b)):
                    add(doc, GROUP, a, b, Kind.PERSON_NAME, "pinyin", 0.7)
        self._cells(doc, kept)
        self._rows(doc, kept)
        self._contents(doc, kept)
        return doc

    def _contents(self, doc: Doc, kept: set[int]) -> None:
        """Take the authors in a table of contents."""
        for a, b in contents_authors(doc, kept):
            add(doc, GROUP, a, b, Kind.PERSON_NAME, "contents", 0.6)

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
        start, end = _whole_name(doc, start, end)
        # 瞿霆共2位教师: the count behind the names begins here.
        if end - start > 2 and doc[end - 1].text == "共" and counts(doc, end):
            end -= 1
        # 周涛父母: the word model cut the family in two.
        if end - start > 2 and _FAMILY.match(text_of(doc, end - 1, min(len(doc), end + 1))):
            end -= 1
        numbered = _NUMBERED_TITLE.match(text_of(doc, end, min(len(doc), end + 6)))
        if numbered:
            end += numbered.end()
        titled = re.match(_TITLES, text_of(doc, end, min(len(doc), end + 3))) is not None
        if end - start == 1 and not titled:
            return
        add(doc, GROUP, start, end, Kind.PERSON_NAME, "lac", 0.8)
        if end - start >= 2:
            for a, b in listed_with(doc, start, end, kept):
                add(doc, GROUP, a, b, Kind.PERSON_NAME, "list", 0.6)

    def _rows(self, doc: Doc, kept: set[int]) -> None:
        """Take lines that hold nothing but names set apart by gaps, as authors' lines do."""
        page = page_of(doc)
        tagged = {i for a, b, tag in doc._.words if tag == "PER" for i in range(a, b)}
        for start, end in page.segments:
            if not 5 <= end - start <= 40 or kept.intersection(range(start, end)):
                continue
            if not all(is_han(doc[i].text) for i in range(start, end)):
                continue
            if LABEL_HEAD.match(text_of(doc, start, end)):
                continue
            sizes = gap_pieces(page, start, end)
            names = [
                text_of(doc, start + sum(sizes[:i]), start + sum(sizes[: i + 1]))
                for i in range(len(sizes))
            ]
            surnamed = sum(starts_with_surname(n) for n in names)
            known = len(tagged.intersection(range(start, end)))
            sure = known >= 0.4 * (end - start) or (known and surnamed == len(sizes))
            if len(sizes) < 2 or surnamed < 0.6 * len(sizes) or not sure:
                continue
            at = start
            for size, name in zip(sizes, names, strict=True):
                # 到会人员 before the names is no name.
                if starts_with_surname(name) or not everyday(doc, at, at + size):
                    add(doc, GROUP, at, at + size, Kind.PERSON_NAME, "names-line", 0.8)
                at += size

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
            # 蒙古族: what people a person belongs to.
            if len(text) >= 3 and text.endswith("族"):
                continue
            tag = tags.get((start, end), "")
            spaced = len(text) == 2 and (
                doc[start].whitespace_ or page_of(doc).gap_after(start) > 0.5
            )
            compound = len(text) > 2 and text[:2] in surnames()
            if tag == "PER" or spaced or compound or not everyday(doc, start, end):
                add(doc, GROUP, start, end, Kind.PERSON_NAME, "cell", 0.6)


def _whole_name(doc: Doc, start: int, end: int) -> tuple[int, int]:
    """Give a word back the characters that LAC cut off a rare name."""
    text = text_of(doc, start, end)
    page = page_of(doc)
    if text in surnames() and len(text) == 2:
        # 慕容|和|骞|共同: a given name is due, and its characters are words of their own.
        end = _given_name(doc, end)
        text = text_of(doc, start, end)
    surnamed = text[0] in surnames() or text[:2] in surnames()
    # 仇|月娟: the surname was taken for another word.
    cut_off = not surnamed and len(text) == 2 and start > 0 and doc[start - 1].text in surnames()
    # 学生|都|骞颢: an adverb does not stand right before a name.
    cut_off = cut_off or (
        len(text) == 2 and start > 0 and _surname_taken_for_adverb(doc, start - 1)
    )
    # 得到了|向|爱妍校长: behind 了 no preposition stands; 同组的|或|盖婉: a pen's 戎, misread.
    before = text_of(doc, max(0, start - 2), start)
    guessed = start > 0 and page.confidence(start - 1) < _GUESSED and is_han(before[-1])
    led = before == "了向" or (guessed and before[0] in "的和与、，" and len(before) == 2)
    cut_off = cut_off or (led and len(text) == 2)
    if cut_off and not 0.6 <= page.gap_after(start - 1) <= 90:
        start -= 1
    # 瞿霆|思、: what stands between a short name and a mark or the line's end belongs to it.
    size = end - start
    longest = 4 if text_of(doc, start, min(start + 2, len(doc))) in surnames() else 3
    if size < longest:
        stop = end
        while stop < len(doc) and stop - start < longest and is_han(doc[stop].text):
            stop += 1
        closed = (
            stop >= len(doc)
            or doc[stop].text in "、,，;；。)）"
            or doc[stop].text.isdigit()
            or re.match(f"两位|等|{_TITLES}", text_of(doc, stop, min(len(doc), stop + 3)))
            is not None
            or page.gap_after(stop - 1) > 0.4
        )
        rest = text_of(doc, end, stop)
        if closed and stop > end and not re.match(_TITLES, rest) and rest not in NOT_NAMES:
            compound = longest == 4
            plain = compound or not everyday(doc, end, stop)
            # 史铭|和、: nothing is joined to a comma.
            comma = stop < len(doc) and doc[stop].text in "、,，"
            joins = rest in SMALL_WORDS and not (comma and rest in "和与及")
            if (size == 1 or not joins) and plain:
                end = stop
    # 、达瓦次|旺、: in a list, all between two marks is one name.
    listed = text_of(doc, max(0, start - 2), start) in _BEFORE_A_LIST
    if end - start < 5 and start > 0 and (listed or doc[start - 1].text in "、,，"):
        stop = end
        while stop < len(doc) and stop - start < 5 and is_han(doc[stop].text):
            stop += 1
        if stop < len(doc) and doc[stop].text == "、":
            end = stop
    while end - start > 2 and doc[end - 1].text.isdigit():
        end -= 1
    return start, end


def _given_name(doc: Doc, start: int) -> int:
    """Return where the given name behind a compound surname ends: two characters at most."""
    end = start
    for a, b, _ in doc._.words:
        if a == end and b - start <= 2 and is_han(doc[a].text):
            end = b
    behind = text_of(doc, start, min(len(doc), start + 3))
    return start if re.match(_TITLES, behind) else end


def _surname_taken_for_adverb(doc: Doc, token: int) -> bool:
    return doc[token].text in surnames() and (token, token + 1, "d") in doc._.words


def _inside_a_word(doc: Doc, token: int) -> bool:
    """Whether an everyday word begins before a token and goes on with it: 音|乐正高级教师."""
    return any(
        a < token < b and tag not in ("PER", "LOC", "ORG", "nz", "nw") for a, b, tag in doc._.words
    )


def _shapes(text: str) -> Iterator[tuple[int, int, str]]:
    for match in _COMPOUND.finditer(text):
        for stop in (match.end(), match.end() - 1):
            closed = stop == len(text) or not is_han(text[stop])
            if stop - match.start() >= 3 and (closed or re.match(_TITLES, text[stop:])):
                yield match.start(), stop, "compound"
                break
    for match in _TIBETAN_NAME.finditer(text):
        yield *match.span(), "two-words"
    salutation = _SALUTATION.match(text)
    if salutation and starts_with_surname(salutation.group(1)):
        yield salutation.start(1), salutation.end(1), "salutation"


def _dotted(doc: Doc, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Find names with a dot inside: 阿依古丽·吐尔逊, up to the everyday words around them."""
    page = page_of(doc)
    plain = {
        i
        for a, b, tag in doc._.words
        if b - a >= 2 and tag not in ("PER", "LOC", "ORG", "nz", "nw")
        for i in range(a, b)
    }

    def belongs(i: int) -> bool:
        return is_han(doc[i].text) and i not in plain and doc[i].text not in SMALL_WORDS

    for dot in range(start + 1, end - 1):
        if doc[dot].text not in "·•・‧∙●" or page.gap_after(dot) > 0.35:
            continue
        if page.line_of[dot - 1] != page.line_of[dot]:
            continue
        a, b = dot, dot + 1
        while a > start and dot - a < 7 and belongs(a - 1):
            a -= 1
        while b < end and b - dot < 9 and belongs(b):
            b += 1
        # 安徽·淮南 is no name.
        placed = {text_of(doc, a, dot), text_of(doc, dot + 1, b)} <= towns()
        if dot - a >= 1 and b - dot >= 2 and b - a >= 4 and not placed:
            yield a, b


def _titled(doc: Doc, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Find names in front of a title: two to four characters that begin a word and a surname."""
    begins = {a for a, _, _ in doc._.words}
    small = {(a, b) for a, b, tag in doc._.words if tag in ("p", "c")}
    text = text_of(doc, start, end)
    for match in re.finditer(_TITLES, text):
        stop = start + match.start()
        for size in (3, 2, 4):
            a = stop - size
            name = text_of(doc, max(start, a), stop)
            if a < start or a not in begins or name in NOT_NAMES or not all(map(is_han, name)):
                continue
            if size == 4 and name[:2] not in surnames():
                continue
            # 向孙丽同志学习, 和张老师: a preposition, and then all of a name.
            if (a, a + 1) in small and (name[1:] in surnames() or starts_with_surname(name[1:])):
                continue
            if starts_with_surname(name) and name[-1] not in _COMMON and not everyday(doc, a, stop):
                yield a, stop
                break
