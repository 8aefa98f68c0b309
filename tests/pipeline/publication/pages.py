"""A package of a paper, page by page, typed by hand; tests change one thing of it at a time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from pipeline.policy.loader import PublicationPolicy
from pipeline.publication.judge import Claimant, examine
from pipeline.publication.nouns import PublicationResult
from pipeline.publication.registry import Registry
from pipeline.reading.lines import PageReading
from tests.typed_pages import Ink, below, typed

APPLICANT = "李晓琳"
TITLE = "课堂提问的层次设计"
_PROSE = "课堂提问是教师与学生对话的起点也是教学的支点"
_NEIGHBOURS = (
    ("初中数学作业分层的实践", "王建国"),
    ("小学语文识字教学谈", "赵敏"),
    ("情境教学的误区", "周涛"),
    ("整本书阅读的评价", "吴迪"),
)


@dataclass(frozen=True)
class Paper:
    """What the pages print; None leaves it out."""

    journal: str = "淮上教育研究"
    cn: str | None = "CN 34-1801/G4"
    issn: str | None = "ISSN 2097-9002"
    issue: str = "2024年第5期"
    header: str | None = None
    title: str = TITLE
    authors: str = "李晓琳　王芳"
    in_contents: str | None = None
    article: str | None = None
    cover_word: str = "月刊"
    confidence: float = 0.98

    def cover(self, page: int = 1) -> PageReading:
        return typed(
            Ink(self.journal, 180, 150, 90, self.confidence),
            Ink(self.issue, 400, 330, 30),
            Ink(self.cover_word, 450, 420, 24),
            Ink("主管：某省教育厅　主办：某省教育学会", 250, 1250, 22),
            page=page,
        )

    def contents(self, page: int = 2) -> PageReading:
        own = (self.title, self.in_contents or self.authors.replace("　", " "))
        lines = [
            f"{title}…………………………{names}（{12 + 3 * n}）"
            for n, (title, names) in enumerate((*_NEIGHBOURS[:2], own, *_NEIGHBOURS[2:]))
        ]
        top = (Ink("目　录", 420, 90, 44), Ink(f"{self.journal}　{self.issue}", 320, 170))
        return typed(*top, *below(*lines, y=260), page=page)

    def serials(self, page: int = 3) -> PageReading:
        numbers = (
            f"国内统一连续出版物号：{self.cn}" if self.cn else "",
            f"国际标准连续出版物号：{self.issn}" if self.issn else "",
        )
        lines = (
            self.journal, "主管单位：某省教育厅", "主办单位：某省教育学会", "主编：吴迪",
            *filter(None, numbers), "邮发代号：26-102", "定价：15.00元", "印刷：某某印务有限公司",
            "发行：某市邮政局", "地址：某市某路1号", "电话：0551-62345678",
        )  # fmt: skip
        return typed(*below(*lines), page=page)

    def body(self, page: int = 4) -> PageReading:
        top = [Ink(self.header or f"{self.journal}　{self.issue}", 100, 60, 18)]
        if self.article:
            top.append(Ink(f"文章编号：{self.article}", 100, 110, 18))
        top += [
            Ink(self.title, 250, 180, 40),
            Ink(self.authors, 400, 260),
            Ink("（淮南市第二中学，安徽 淮南 232000）", 250, 300),
            Ink("摘要：课堂提问是教学的重要环节。", 100, 360),
            Ink("关键词：课堂提问；层次；设计", 100, 394),
        ]
        rest = below(*[_PROSE] * 24, y=440)
        return typed(*top, *rest, page=page)

    def all(self) -> tuple[PageReading, ...]:
        return (self.cover(), self.contents(), self.serials(), self.body())


def with_changes(**changes: object) -> Paper:
    """Return the good paper with some of its prints changed."""
    return replace(Paper(), **changes)  # type: ignore[arg-type]


def letter(page: int = 1) -> PageReading:
    """Return a letter of acceptance."""
    return typed(
        Ink("用稿通知", 360, 150, 56),
        *below(
            "李晓琳老师：",
            "您的来稿《课堂提问的层次设计》经审稿专家评审，决定录用，",
            "拟于2025年第12期刊出，请勿一稿多投。特此通知。",
            "《淮上教育研究》编辑部",
            "2025年3月1日",
            y=300,
        ),
        page=page,
    )


def search_page(page: int = 1) -> PageReading:
    """Return the screen of a literature search."""
    lines = (
        "中国知网 https://www.cnki.net",
        "高级检索　检索结果：共找到 1 条",
        "下载频次：12　被引频次：0",
        TITLE,
        "李晓琳 王芳",
        "淮上教育研究 2024年第5期",
        "来源库：期刊　CAJ下载　HTML阅读",
    )
    return typed(*below(*lines), page=page)


def judged(
    pages: tuple[PageReading, ...],
    registry: Registry,
    policy: PublicationPolicy,
    *names: str,
    since: date | None = None,
) -> PublicationResult:
    """Examine pages on behalf of the applicant."""
    claimant = Claimant(names or (APPLICANT,), since)
    return examine(pages, claimant, registry, policy, today=date(2025, 11, 1))
