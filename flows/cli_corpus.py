"""``mangping corpus``: the texts that documents are compared with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TextIO

import typer

from flows.running import run

corpus_app = typer.Typer(
    help="比对库：加入、移除、列出文献。", no_args_is_help=True, rich_markup_mode=None
)

CorpusPlace = Annotated[
    Path | None, typer.Option("--corpus", help="比对库所在的文件夹；不写则用默认的位置。")
]
Json = Annotated[bool, typer.Option("--json", help="标准输出只打印一个 JSON 对象。")]
Kind = Annotated[
    str | None,
    typer.Option(
        "--kind", help="paper、summary、teaching_design、reference 或 exempt（列出但不计）。"
    ),
]
Round = Annotated[str | None, typer.Option("--round", help="评审批次。")]


@corpus_app.command("add", help="加入文件，或整个文件夹；相同的文献不会重复加入。")
def corpus_add(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="文件或文件夹。")],
    corpus: CorpusPlace = None,
    table: Annotated[
        Path | None,
        typer.Option("--table", help="文献表（TSV 或 CSV），列名见文档。"),
    ] = None,
    identifier: Annotated[
        str | None, typer.Option("--id", help="编号，只能用于一个文件；不写则由内容得出。")
    ] = None,
    title: Annotated[str | None, typer.Option("--title", help="题名。")] = None,
    author: Annotated[list[str] | None, typer.Option("--author", help="作者；可重复写。")] = None,
    unit: Annotated[
        list[str] | None, typer.Option("--unit", help="作者单位；与作者一一对应，或只写一个。")
    ] = None,
    year: Annotated[str | None, typer.Option("--year", help="年份。")] = None,
    date: Annotated[str | None, typer.Option("--date", help="提交或发表的日期。")] = None,
    source: Annotated[str | None, typer.Option("--source", help="来源，如刊名。")] = None,
    kind: Kind = None,
    round_: Round = None,
    as_json: Json = False,
) -> None:
    """Add files or folders."""

    def work(results: TextIO) -> int:
        from flows.corpus import Told, add_documents
        from flows.corpus_printing import print_added

        told = Told(
            id=identifier,
            title=title,
            author=";".join(author or []),
            unit=";".join(unit or []),
            year=year,
            date=date,
            source=source,
            kind=kind,
            round=round_,
        )
        return print_added(results, add_documents(paths, corpus, table, told), as_json=as_json)

    run(work, as_json=as_json)


@corpus_app.command("remove", help="按编号移除文献，立即生效；文字和索引一并删除。")
def corpus_remove(
    identifiers: Annotated[list[str], typer.Argument(metavar="ID...", help="文献编号。")],
    corpus: CorpusPlace = None,
    as_json: Json = False,
) -> None:
    """Remove documents."""

    def work(results: TextIO) -> int:
        from flows.corpus import remove_documents
        from flows.corpus_printing import print_removed

        snapshot = remove_documents(identifiers, corpus)
        return print_removed(results, identifiers, snapshot, as_json=as_json)

    run(work, as_json=as_json)


@corpus_app.command("list", help="列出文献；--since 只列某个快照之后的变化。")
def corpus_list(
    corpus: CorpusPlace = None,
    kind: Kind = None,
    round_: Round = None,
    since: Annotated[
        str | None, typer.Option("--since", help="快照编号，见报告或 corpus stats。")
    ] = None,
    as_json: Json = False,
) -> None:
    """List documents."""

    def work(results: TextIO) -> int:
        from flows.corpus import list_documents
        from flows.corpus_printing import print_list

        listed = list_documents(corpus, kind, round_, since)
        return print_list(results, listed, as_json=as_json)

    run(work, as_json=as_json)


@corpus_app.command("stats", help="比对库的大小和快照编号；--check 核对文件是否完好。")
def corpus_stats(
    corpus: CorpusPlace = None,
    check: Annotated[bool, typer.Option("--check", help="核对全部索引文件的校验和。")] = False,
    as_json: Json = False,
) -> None:
    """Print the size of a corpus."""

    def work(results: TextIO) -> int:
        from flows.corpus import corpus_stats as stats_of
        from flows.corpus_printing import print_stats

        return print_stats(results, *stats_of(corpus, check=check), as_json=as_json)

    run(work, as_json=as_json)


@corpus_app.command("rebuild", help="程序的索引规则变了以后，从已存的文字重新编制索引。")
def corpus_rebuild(corpus: CorpusPlace = None, as_json: Json = False) -> None:
    """Make the index anew."""

    def work(results: TextIO) -> int:
        from flows.corpus import corpus_stats as stats_of
        from flows.corpus import rebuild
        from flows.corpus_printing import print_stats

        rebuild(corpus)
        return print_stats(results, *stats_of(corpus, check=False), as_json=as_json)

    run(work, as_json=as_json)
