"""Words that say what a serial is: electronic, a supplement, an annual, inner circulation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum

from pipeline.dossier import Noun
from pipeline.geometry import Polygon
from pipeline.publication.number_text import half_width
from pipeline.reading.lines import PageReading


class Sign(StrEnum):
    """What a word says of a serial or of one issue of it."""

    ELECTRONIC = "electronic"
    SUPPLEMENT = "supplement"
    NEWSPAPER_SUPPLEMENT = "newspaper-supplement"
    NEWSPAPER = "newspaper"
    ANNUAL = "annual"
    SERIES = "series"
    SPECIAL = "special"
    INTERNAL = "internal"


class FoundSign(Noun):
    """A sign and the word it was read as; place and page are None for a typed title."""

    sign: Sign
    raw: str
    page: int | None = None
    polygon: Polygon | None = None
    confidence: float = 1.0


_ELECTRONIC = r"\((?:电子|网络|光盘|在线)版\)|(?:连续型)?电子期刊|电子杂志|网络(?:期刊|杂志)|光盘版"
_SUPPLEMENT = r"增刊(?!许可)|(?<![A-Za-z])[Ss]uppl(?:ement)?\b"
_SPECIAL = r"专刊|特刊|专辑|特辑|论文(?:专)?集"
_IN_TITLES = {
    Sign.ELECTRONIC: re.compile(rf"{_ELECTRONIC}|电子版|网络版"),
    Sign.SUPPLEMENT: re.compile(_SUPPLEMENT),
    Sign.NEWSPAPER_SUPPLEMENT: re.compile(r"副刊"),
    Sign.ANNUAL: re.compile(r"(?<!半)年刊(?=\)|$)|年鉴(?=\)|[0-9]|$)"),
    Sign.SERIES: re.compile(r"第[0-9一二三四五六七八九十]{1,3}辑"),
    Sign.SPECIAL: re.compile(_SPECIAL),
}
# On pages the same words stand in sentences too: 请发送电子版, 本刊无增刊. Those are left out.
_IN_LINES = {
    **_IN_TITLES,
    Sign.ELECTRONIC: re.compile(
        rf"{_ELECTRONIC}|^(?:电子|网络)版$|刊号?\(?电子版\)?"
        r"|(?:出版形式|载体形式?|版别|媒体形态)[:：]?(?:网络|电子|光盘|在线)"
    ),
    Sign.NEWSPAPER: re.compile(r"^报纸$|统一刊号[^0-9]{0,6}[0-9]{2}-0[0-9]{3}"),
    Sign.ANNUAL: re.compile(r"\(年刊\)|^年刊$|刊期:?年刊|(?<!半)年刊,"),
    Sign.INTERNAL: re.compile(r"内部(?:资料|刊物|交流|发行)|准印证|准印字|内资准|免费交流"),
}
_DENIED = re.compile(
    r"(?:无|没有|不是|不出|非|未出|拒绝|请|发送|提交|投稿|寄送|发至)[^,，。;；]{0,8}$"
)


def title_signs(title: str) -> tuple[FoundSign, ...]:
    """Return the signs in a journal's title."""
    plain = half_width(title)
    return tuple(
        FoundSign(sign=sign, raw=found.group())
        for sign, pattern in _IN_TITLES.items()
        if (found := pattern.search(plain))
    )


def page_signs(readings: Sequence[PageReading]) -> Iterator[FoundSign]:
    """Yield the signs in the lines of pages that speak of the journal, in reading order.

    Which pages those are is for the caller: in the body of a paper the same words are its subject.
    """
    for reading in readings:
        for line in reading.lines:
            text = half_width(line.text)
            for sign, pattern in _IN_LINES.items():
                found = pattern.search(text)
                if found and not _DENIED.search(text[: found.start()]):
                    yield FoundSign(
                        sign=sign,
                        raw=found.group(),
                        page=reading.frame.page,
                        polygon=line.polygon,
                        confidence=line.confidence,
                    )
