"""People and schools that nobody told verification of: text of the copy that is shaped like them.

Verification knows the applicant's strings only. Whoever else is named on a page was found by
detection or not at all, so what still looks like the name of a person or a school in the second
reading is a reason to ask. The rules stand on their own: surnames, everyday words, labels, titles.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.dossier import Mask
from pipeline.everyday_words import everyday_words
from pipeline.surnames import surnames
from pipeline.verification.text import Run, Span, joined_runs

_PERSON, _SCHOOL = "person-readable", "school-readable"
_READ, _EACH = 0.5, 0.65
"""Below this mean confidence the characters are a guess, and a guess is shaped like anything; where
no label says that a name is due, each character must be read better, and so must the own name of a
school be on the average."""
_SURE = 0.8
"""Confidence of each character from which the first reading is believed and the second not."""
_NUMERALS = set("一二三四五六七八九十")
_NUMBER_GOES_ON = frozenset("余多万千百")
"""What goes on with a number: 三十余节, 十余万字."""
_BESIDE_NAMES = set("年月日男女汉等")
_LABEL = re.compile(
    r"(?:姓名|作者|教师|老师|导师|签名|签字|签章|校长|园长|院长|主任|书记|负责人|主持人|责任人|执教者?|授课人"
    r"|听课人|评课人|记录人|联系人|审核人|经办人|填表人|证明人|成员|参加人员?|组长|组员|获奖者|持证人|被聘人"
    r"|学员|家长|监护人|评委|研究者|撰稿人?|编者|设计者?|制表人?|复核人?)$"
)
_TITLE = re.compile(r"(?:老师|同志|同学|校长|园长|(?<!班)主任|先生|女士|教授|书记)")
_IN_LIST = re.compile(r"([\u4e00-\u9fff]{2,3}?)(?:$|等|和|与|[两三四五]位|老师|同志)")
_POINTS = {"·", "•", "・"}
_QUOTED = set("“”‘’\"'《》〈〉「」『』")
_KIND = r"(?:小学|中学|学校|幼儿园|中心校|教学点|大学(?!生|学报|出版)|学院(?!学报))"
_PLACED = re.compile(
    r"[\u4e00-\u9fff]{1,7}?(?<![的之])[省市县区镇乡村路街道旗州]([\u4e00-\u9fff0-9]{1,7}?)" + _KIND
)
_NUMBERED = re.compile(r"[\u4e00-\u9fff]{2,6}第[一二三四五六七八九十0-9]{1,3}" + _KIND)
_NAMED = re.compile(r"([\u4e00-\u9fff]{2,4}?)" + _KIND)
_ADDRESS = re.compile(
    r"[\u4e00-\u9fff]{2}(?:路|街|大道|巷|弄)[0-9]{1,4}号|[0-9]{1,3}(?:栋|幢|号楼)[0-9]{1,4}(?:单元|室|号)"
)
# What stands between a word for a place and a school without naming one: 全区各小学, 我市农村中学.
_ANY_SCHOOL = re.compile(
    r"^(?:全|我|本|该|各|某|外|两|几|多|一|所)|局(?!直|机|属|第|幼|实)|(?:的|各|全|本|我|该|等|所|与|和|及|到|在|为|内|级|类|型"
    r"|农村|乡村|乡镇|城镇|城乡|城区|县域|区域|偏远|薄弱|留守|公办|民办|普通|优质|示范|特色|先进|义务教育"
    r"|基础教育|寄宿制|初级|高级|完全|重点|中|大|小|校)$|[学校园].*[和与及或]"
)


_WITH = re.compile("(?<![参给授赋])[与跟]([\u4e00-\u9fff]{2,4}?)(?:老师|主任|校长|共同|一起|合作)")
"""With whom somebody did something."""
_NO_PERSON = frozenset("的位名各等我你他她它们本该全诸任科班组级校师生双方会者员两几多家长")
"""Characters of which at least one stands in what is said there of nobody by name."""
_NO_NAMES = frozenset("的了着过")
"""What ends no name: 班的, 常的, 成了."""


def search_strangers(runs: Sequence[Run], masks: Sequence[Mask]) -> Iterator[tuple[Run, Span]]:
    """Yield what looks like the name of a person or a school on a page.

    Args:
        runs: The lines of the second reading.
        masks: The masks of the page; a label that is read beside its patch names nobody.
    """
    labels = {re.sub(r"[^\u4e00-\u9fff]", "", mask.label) for mask in masks}
    joined = list(joined_runs(runs))
    neighbours = _Neighbours.of(joined)
    for run in (*runs, *joined):
        for span in find_strangers(run):
            text = run.text[span.start : span.end]
            if text not in labels and not neighbours.share_a_word(run, span):
                yield run, span


@dataclass(frozen=True, slots=True)
class _Neighbours:
    """By the number of a line: how those begin that may go on with it, how those end before it."""

    heads: Mapping[int, Sequence[str]]
    tails: Mapping[int, Sequence[str]]

    @classmethod
    def of(cls, joined: Sequence[Run]) -> _Neighbours:
        heads, tails = defaultdict(list), defaultdict(list)
        for run in joined:
            seam, text = run.seam or 0, run.text
            if not run.glyphs[seam].before.strip():
                heads[run.glyphs[seam - 1].line].append(text[seam : seam + 2])
                tails[run.glyphs[seam].line].append(text[max(0, seam - 2) : seam])
        return cls(heads, tails)

    def share_a_word(self, run: Run, span: Span) -> bool:
        """Whether what looks like a name at an end of a line is a piece of a word that wraps.

        As 目 in "从目" is where the next line begins with 标. A name in a cell or behind a label is
        no such piece.
        """
        start, end, words = span.start, span.end, everyday_words()
        text, line = run.text, run.glyphs[span.start].line
        if span.code != _PERSON or run.seam is not None or (start, end) == (0, len(text)):
            return False
        if _LABEL.search(text[max(0, start - 6) : start]):
            return False
        tails = self.tails.get(line, ())
        last = {tail[-1] for tail in tails if tail}
        counted = any(sign.isnumeric() or sign in _NUMBER_GOES_ON for sign in last)
        if counted and start == 0 and text[0] in _NUMBER_GOES_ON and end == 2:
            return True
        wrapped: list[str] = []
        if end == len(text):
            wrapped += (text[-1] + head[:n] for head in self.heads.get(line, ()) for n in (1, 2))
            wrapped += (text[-2:] + head[:1] for head in self.heads.get(line, ()))
        if start == 0:
            wrapped += (tail[-n:] + text[0] for tail in tails for n in (1, 2))
            wrapped += (tail[-1:] + text[:2] for tail in tails)
        return any(word in words for word in wrapped)


def find_strangers(run: Run) -> Iterator[Span]:
    """Yield what stands like the name of a person or a school, or an address, in one line.

    A person's name is a surname with one or two characters that together are no everyday word,
    and stands by itself (in a cell, behind a label, between commas) or before a title.
    """
    parts = list(stretches(run))
    for number, (start, end) in enumerate(parts):
        if _confidence(run, start, end) < _READ:
            continue
        yield from (s for s in _schools(run, start, end) if run.counts(s.start, s.end))
        if run.seam is not None:
            continue
        if _is_whole_name(run, parts, number) or _is_transliterated(run, parts, number):
            yield Span(_PERSON, start, end, weak=True)
        elif _is_spaced(run, parts, number):
            yield Span(_PERSON, start, parts[number + 1][1], weak=True)
        else:
            yield from _listed(run, start, end)
        yield from _titled(run, start, end)
        yield from _accompanied(run, start, end)
    if run.seam is None:
        for match in _ADDRESS.finditer(run.text):
            if not any(g.masked for g in run.glyphs[match.start() : match.end()]):
                yield Span("address-readable", *match.span(), weak=True)


def stretches(run: Run) -> Iterator[tuple[int, int]]:
    """Yield the stretches of visible Han characters that nothing interrupts."""
    start: int | None = None
    for i, glyph in enumerate(run.glyphs):
        han = not glyph.masked and "\u4e00" <= glyph.text <= "\u9fff"
        apart = glyph.fresh if i != run.seam else bool(glyph.before.strip(" 　"))
        if start is not None and (not han or apart):
            yield start, i
            start = None
        if han and start is None:
            start = i
    if start is not None:
        yield start, len(run.glyphs)


def _confidence(run: Run, start: int, end: int) -> float:
    return sum(g.confidence for g in run.glyphs[start:end]) / (end - start)


def _is_whole_name(run: Run, parts: list[tuple[int, int]], number: int) -> bool:
    """Whether all of a stretch is a person's name."""
    start, end = parts[number]
    text = run.text[start:end]
    if set(run.glyphs[start].before) & _QUOTED or not _is_shaped(text) or text[-1] in _NUMERALS:
        return False
    if _LABEL.search(run.text[max(0, start - 6) : start]):
        return not _is_everyday(text, whole=True)
    sure = min(g.confidence for g in run.glyphs[start:end]) >= _EACH
    return sure and not _is_everyday(text) and not _is_set_wide(run, parts, number)


def _is_set_wide(run: Run, parts: list[tuple[int, int]], number: int) -> bool:
    """Whether a stretch is a piece of a word set with spaces: 荣誉证 书, 聘 任书."""
    start, end = parts[number]
    for other, at in ((number - 1, start), (number + 1, end)):
        if not 0 <= other < len(parts) or at not in parts[other]:
            continue
        first, last = parts[other]
        if last - first == 1 and run.text[first] not in _BESIDE_NAMES:
            return not run.glyphs[at].before.strip()
    return False


def _listed(run: Run, start: int, end: int) -> Iterator[Span]:
    """Yield the name that goes on with a list of masked ones, whatever its surname."""
    glyphs = run.glyphs
    if start == 0 or not glyphs[start - 1].masked or "、" not in glyphs[start].before:
        return
    match = _IN_LIST.match(run.text[start:end])
    if match and match[1] not in everyday_words():
        yield Span(_PERSON, start, start + match.end(1), weak=True)


def _titled(run: Run, start: int, end: int) -> Iterator[Span]:
    """Yield names in running text that a title follows: 受到李明华老师."""
    text, words = run.text[start:end], everyday_words()
    for title in _TITLE.finditer(text):
        at = title.start()
        for first in (at - 4, at - 3, at - 2):
            name = text[max(0, first) : at]
            if (
                first < 0
                or not _is_shaped(name)
                or (first and text[first - 1 : first + 1] in words)
            ):
                continue
            if not _is_everyday(name) and text[at - 1 : at + 1] not in words:
                yield Span(_PERSON, start + first, start + at, weak=True)
                break


def _accompanied(run: Run, start: int, end: int) -> Iterator[Span]:
    """Yield what stands between 与 and a title or 共同, whatever its surname: 与其其格老师."""
    words = everyday_words()
    for match in _WITH.finditer(run.text[start:end]):
        name = match[1]
        pieces = (name[n : n + size] for size in (2, 3) for n in range(len(name) - size + 1))
        if not _NO_PERSON & set(name) and not any(piece in words for piece in pieces):
            yield Span(_PERSON, start + match.start(1), start + match.end(1), weak=True)


def _is_transliterated(run: Run, parts: list[tuple[int, int]], number: int) -> bool:
    """Whether a stretch and the next are the parts of a name such as 古丽·买买提."""
    if number + 1 >= len(parts) or _is_of_words(run.text[slice(*parts[number])]):
        return False
    follows = parts[number + 1][0]
    return follows == parts[number][1] and run.glyphs[follows].before.strip() in _POINTS


def _is_shaped(text: str) -> bool:
    """Whether a text is a surname and one or two more characters that may be a given name."""
    if text[-1:] in _NO_NAMES:
        return False
    long = text[:2] in surnames() and len(text) > 2
    return (long or text[:1] in surnames()) and 1 <= len(text) - (2 if long else 1) <= 2


def _is_everyday(text: str, *, whole: bool = False) -> bool:
    """Whether a text, or (unless ``whole``) the beginning or end of it, is an everyday word."""
    words = everyday_words()
    if whole or text in words:
        return text in words
    return len(text) > 2 and (text[:2] in words or text[1:] in words or text[-2:] in words)


def _is_of_words(text: str) -> bool:
    """Whether a text is two everyday words of two characters: 主管单位, 荣誉证书."""
    words = everyday_words()
    return len(text) == 4 and text[:2] in words and text[2:] in words


def is_settled(run: Run, span: Span, said: Sequence[tuple[str, float]]) -> bool:
    """Whether what looks like a person's name is an everyday word that was read worse this time.

    Args:
        run: A line of the second reading.
        span: What looks like a name in it.
        said: Characters and confidences of the first reading at that place, from left to right.
    """
    if span.code != _PERSON or not said:
        return False
    text = "".join(character for character, _ in said)
    sure = min(confidence for _, confidence in said) >= _SURE
    sure = sure and sum(c for _, c in said) / len(said) > _confidence(run, span.start, span.end)
    return (
        sure
        and text != run.text[span.start : span.end]
        and (text in everyday_words() or _is_of_words(text))
    )


def _is_spaced(run: Run, parts: list[tuple[int, int]], number: int) -> bool:
    """Whether two lone characters are a name set with a space in it."""
    start, end = parts[number]
    if end - start != 1 or number + 1 >= len(parts):
        return False
    follows, last = parts[number + 1]
    glyphs = run.glyphs
    if follows != end or last - follows != 1 or glyphs[follows].before.strip(" 　"):
        return False
    text = run.text[start:last]
    return _is_shaped(text) and text not in everyday_words()


def _schools(run: Run, start: int, end: int) -> Iterator[Span]:
    text = run.text[start:end]
    for pattern in (_PLACED, _NUMBERED):
        for match in pattern.finditer(text):
            own = match[1] if match.re.groups else "第"
            if _ANY_SCHOOL.search(own) or _ANY_SCHOOL.match(match[0]):
                continue
            # With the place's last character, which makes the rest a name.
            first = start + (match.start(1) - 1 if match.re.groups else match.start())
            if _confidence(run, first, first + 1 + len(own)) < _EACH:
                continue
            yield Span(_SCHOOL, start + match.start(), start + match.end(), weak=True)
    alone = _NAMED.fullmatch(text) if run.seam is None else None
    if alone and not _ANY_SCHOOL.search(alone[1]) and alone[1] not in everyday_words():
        yield Span(_SCHOOL, start, end, weak=True)
