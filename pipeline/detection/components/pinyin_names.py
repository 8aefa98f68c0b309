"""Names of Chinese people in Latin letters: pairs of pinyin words, and whole lines of authors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import product

from pypinyin import Style, pinyin
from spacy.tokens import Doc

from pipeline.detection.places import towns
from pipeline.detection.spans import spaced_text
from pipeline.surnames import surnames

_PAIR = re.compile(
    r"(?<![A-Za-z])([A-Z][A-Za-z]{1,9})\s([A-Z][A-Za-z]*(?:[-'’][A-Za-z]+)?)(?![A-Za-z])"
)
# Recognition loses the space: ZaiShengrou, ZAISheng-rou.
_JOINED = re.compile(
    r"(?<![A-Za-z])([A-Z][a-z]{1,6}|[A-Z]{2,7})([A-Z][a-z]{1,10}(?:[-'’][A-Za-z]{1,10})?)(?![A-Za-z])"
)
_WORD = r"[A-Z][A-Za-z]*(?:[-'’][A-Za-z]+)?"
_PIECE = re.compile(rf"{_WORD}(?:[\s·]?{_WORD}){{0,3}}(?=[0-9*＊†\s]*$)")
_SEPARATOR = re.compile(r"\s*(?:[,，、;；&]|(?<![A-Za-z])and(?![A-Za-z]))\s*")
_INITIAL = "zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw]"
_FINAL = (
    "iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan|ai|an|ao|ei|en|er|ia|ie|in|iu|ou|ua|ue|ui|un|uo"
    "|ve|a|e|i|o|u|v"
)
_SYLLABLE = rf"(?:(?:{_INITIAL})?(?:{_FINAL}))"
_GIVEN = re.compile(rf"{_SYLLABLE}{{1,2}}$")
_SYLLABLES = re.compile(rf"{_SYLLABLE}{{1,5}}$")
# Names of minorities end their syllables in more consonants: Mergul, Batbayar.
_MINORITY = re.compile(rf"(?:{_SYLLABLE}[lrmkstbgdp]?h?){{2,6}}$")


def pinyin_names(doc: Doc, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the names in Latin letters in a paragraph, tokens ``[start, end)``."""
    text, tokens = spaced_text(doc, start, end)
    if not re.search("[A-Z][a-z]|[A-Z]{2}", text):
        return
    pairs = [m.span() for m in _PAIR.finditer(text) if _is_name(m.group(1), m.group(2))]
    pairs += [m.span() for m in _JOINED.finditer(text) if _is_name(m.group(1), m.group(2))]
    for a, b in {*pairs, *_listed(text, pairs)}:
        yield tokens[a], tokens[b - 1] + 1


def _listed(text: str, pairs: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield what stands between the commas of a list that holds a known name."""
    at, run = 0, list[tuple[int, int]]()
    for stop, after in [*(m.span() for m in _SEPARATOR.finditer(text)), (len(text), len(text))]:
        piece = _PIECE.match(text, at, stop)
        words = re.findall("[A-Za-z]+", piece.group()) if piece else []
        listed = all(map(_may_be_part, words)) and "".join(words).lower() not in _places()
        if piece is not None and listed:
            run.append(piece.span())
        if piece is None or not listed or stop == len(text):
            yield from _with_a_known(run, pairs)
            run = []
        at = after


def _with_a_known(
    run: list[tuple[int, int]], pairs: list[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    known = sum(any(c <= a and b <= d for c, d in run) for a, b in pairs)
    if len(run) >= 2 and known:
        yield from run


def _may_be_part(word: str) -> bool:
    plain = re.sub("[-'’]", "", word).lower()
    if len(plain) < 2:
        return False
    return _SYLLABLES.match(plain) is not None or (
        len(plain) >= 5 and _MINORITY.match(plain) is not None
    )


def _is_name(first: str, second: str) -> bool:
    """Whether two words are a pinyin surname and a given name, in either order."""
    one, other = (re.sub("[-'’]", "", word).lower() for word in (first, second))
    return (one in _pinyin_surnames() and _is_given(other)) or (
        other in _pinyin_surnames() and _is_given(one)
    )


@cache
def _pinyin_surnames() -> frozenset[str]:
    """Return all surnames in pinyin, without tones."""
    return frozenset(
        "".join(parts)
        for surname in surnames()
        for parts in product(*pinyin(surname, style=Style.NORMAL, heteronym=True))
    ) | {"lv", "lyu", "nv"}


@cache
def _places() -> frozenset[str]:
    """Return China's towns in pinyin; Anhui is no author."""
    return frozenset("".join(map("".join, pinyin(t, style=Style.NORMAL))) for t in towns()) | {
        "china",
        "shaanxi",
        "tibet",
    }


def _is_given(word: str) -> bool:
    return len(word) >= 2 and _GIVEN.match(word) is not None
