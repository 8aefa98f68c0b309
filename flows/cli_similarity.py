"""``mangping similarity``: what a document has in common with others."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TextIO

import typer

from flows.running import run

similarity_app = typer.Typer(
    help="文字相似：与比对库比、两篇互比、整个批次一览。只作证据，不作结论。",
    no_args_is_help=True,
    rich_markup_mode=None,
)

CorpusPlace = Annotated[
    Path | None, typer.Option("--corpus", help="比对库所在的文件夹；不写则用默认的位置。")
]
Json = Annotated[bool, typer.Option("--json", help="标准输出只打印一个 JSON 对象。")]
Html = Annotated[bool, typer.Option("--html", help="报告单，一个网页文件。")]
Pdf = Annotated[bool, typer.Option("--pdf", help="报告单，PDF。")]
Masked = Annotated[bool, typer.Option("--masked", help="评审用：隐去双方的作者和单位。")]
Folder = Annotated[
    Path | None, typer.Option("--out", help="报告放在哪个文件夹；不写则送到标准输出。")
]
Identity = Annotated[
    Path | None, typer.Option("--identity", help="申报人信息 identity.json；用来认出本人作品。")
]
AuthorName = Annotated[str | None, typer.Option("--author", help="作者；可代替 --identity。")]
Unit = Annotated[str | None, typer.Option("--unit", help="作者单位。")]
Title = Annotated[str | None, typer.Option("--title", help="题名；不写则取正文第一行。")]
Day = Annotated[str | None, typer.Option("--date", help="提交或发表的日期；较早的才会是来源。")]
Kind = Annotated[str | None, typer.Option("--kind", help="paper、summary 或 teaching_design。")]
RoundName = Annotated[str | None, typer.Option("--round", help="评审批次。")]


@similarity_app.command("check", help="一篇论文、总结或教学设计与比对库相比。")
def similarity_check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="PDF、扫描件、图片或文本。")],
    corpus: CorpusPlace = None,
    identity: Identity = None,
    author: AuthorName = None,
    unit: Unit = None,
    title: Title = None,
    date: Day = None,
    kind: Kind = None,
    round_: RoundName = None,
    since: Annotated[
        Path | None, typer.Option("--since", help="以前的 JSON 结果；报告列出有什么变化。")
    ] = None,
    as_json: Json = False,
    as_html: Html = False,
    as_pdf: Pdf = False,
    masked: Masked = False,
    out: Folder = None,
) -> None:
    """Compare a file with the corpus."""

    def work(results: TextIO) -> int:
        from flows.similarity import About, Output, check, print_checked

        about = About(identity, author, unit, title, date, kind, round_)
        output = Output(as_json, as_html, as_pdf, masked, out)
        checked = check(file, corpus, about, output, since)
        return print_checked(results, checked, output, file)

    run(work, as_json=as_json)


@similarity_app.command("compare", help="两份文件互比。")
def similarity_compare(
    file: Annotated[Path, typer.Argument(metavar="A", help="要看的文件。")],
    other: Annotated[Path, typer.Argument(metavar="B", help="与它相比的文件。")],
    identity: Identity = None,
    author: AuthorName = None,
    unit: Unit = None,
    title: Title = None,
    as_json: Json = False,
    as_html: Html = False,
    as_pdf: Pdf = False,
    masked: Masked = False,
    out: Folder = None,
) -> None:
    """Compare two files."""

    def work(results: TextIO) -> int:
        from flows.similarity import About, Output, compare, print_checked

        about = About(identity, author, unit, title)
        output = Output(as_json, as_html, as_pdf, masked, out)
        return print_checked(results, compare(file, other, about, output), output, file)

    run(work, as_json=as_json)


@similarity_app.command("round", help="一个评审批次里谁与谁有相同文字。")
def similarity_round(
    round_: Annotated[str, typer.Option("--round", help="评审批次。")],
    corpus: CorpusPlace = None,
    out: Annotated[Path | None, typer.Option("--out", help="一览写到这个网页文件。")] = None,
    as_json: Json = False,
    masked: Masked = False,
) -> None:
    """Show who shares text with whom."""

    def work(results: TextIO) -> int:
        from flows.similarity import look_at_round, print_round

        found = look_at_round(corpus, round_)
        return print_round(results, found, out, as_json=as_json, masked=masked)

    run(work, as_json=as_json)


@similarity_app.command("pairs", help="两个文件夹的文本逐一互比，结果按 PAN 的格式写成 XML。")
def similarity_pairs(
    susp: Annotated[Path, typer.Option("--susp", help="要看的文本（.txt，UTF-8）所在的文件夹。")],
    src: Annotated[Path, typer.Option("--src", help="可能的来源所在的文件夹。")],
    out: Annotated[Path, typer.Option("--out", help="结果放在哪个文件夹。")],
    as_json: Json = False,
) -> None:
    """Compare two folders of texts, all against all."""

    def work(results: TextIO) -> int:
        from flows.similarity_pairs import compare_folders, print_pairs

        return print_pairs(results, compare_folders(susp, src, out), out, as_json=as_json)

    run(work, as_json=as_json)
