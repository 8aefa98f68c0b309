"""A sound book refused, or one with a made-up number let through."""

from __future__ import annotations

import pytest

from pipeline.policy.loader import PublicationPolicy
from pipeline.publication.nouns import Effect, Part, PublicationKind, PublicationVerdict
from pipeline.publication.registry import Registry
from pipeline.reading.lines import PageReading
from tests.pipeline.publication.pages import judged
from tests.typed_pages import Ink, below, typed

_PROSE = "课堂提问是教师与学生对话的起点也是教学的支点"


def _book(
    isbn: str | None = "ISBN 978-7-107-18848-0",
    author: str = "李晓琳",
    edition: str = "2023年8月第1版",
) -> tuple[PageReading, ...]:
    cover = (
        Ink("课堂提问艺术", 200, 200, 90),
        Ink(f"{author}　著", 420, 420, 32),
        Ink("某某教育出版社", 400, 1200, 30),
    )
    imprint = (
        "图书在版编目（CIP）数据", isbn or "",
        f"课堂提问艺术/{author}著.——北京：某某教育出版社，2023.8",
        "Ⅰ.课…　Ⅱ.李…　Ⅲ.课堂教学", "中国版本图书馆CIP数据核字（2023）第084148号", "责任编辑：吴迪",
        "封面设计：周涛", "出版发行：某某教育出版社", f"版次：{edition}", "开本：787×1092　1/16",
        "印张：12　字数：200千字", "定价：38.00元",
    )  # fmt: skip
    contents = [
        f"第{n}章　提问的{w}…………………………{n * 12}" for n, w in enumerate("时机层次方法误区", 1)
    ]
    return (
        typed(*cover, page=1),
        typed(*below(*filter(None, imprint)), page=2),
        typed(Ink("目　录", 420, 90, 44), *below(*contents, y=260), page=3),
        typed(*below(*[_PROSE] * 28), page=4),
    )


def test_a_sound_book_is_accepted(registry: Registry, policy: PublicationPolicy) -> None:
    result = judged(_book(), registry, policy)
    assert result.verdict is PublicationVerdict.ACCEPT, result.findings
    assert result.parts == (Part.COVER, Part.SERIALS, Part.CONTENTS, Part.BODY)
    assert (result.kind, result.isbn) == (PublicationKind.BOOK, "9787107188480")
    assert (result.title, result.authors, result.year) == ("课堂提问艺术", ("李晓琳",), 2023)


@pytest.mark.parametrize(
    ("pages", "code", "effect"),
    [
        (_book(isbn="ISBN 978-7-107-18848-1"), "isbn-check", Effect.RETURN),
        (_book(isbn="ISBN 978-988-8028-32-0"), "isbn-abroad", Effect.RETURN),
        (_book(isbn=None), "isbn-missing", Effect.RETURN),
        (_book(author="王芳　李晓琳"), "not-first", Effect.RETURN),
        (_book(author="王芳"), "not-author", Effect.RETURN),
        (_book(author="李晓淋"), "author-alike", Effect.PERSON),
        (_book(edition="2025年12月第1版"), "too-late", Effect.RETURN),
        ((*_book()[:1], *_book()[2:]), "missing-imprint", Effect.RETURN),
        (_book()[1:], "missing-cover", Effect.RETURN),
    ],
)
def test_one_wrong_print_of_a_book_is_seen_and_named(
    pages: tuple[PageReading, ...],
    code: str,
    effect: Effect,
    registry: Registry,
    policy: PublicationPolicy,
) -> None:
    result = judged(pages, registry, policy)
    assert {f.code: f.effect for f in result.findings}.get(code) is effect, result.findings
