"""The command line. Heavy imports wait until a command needs them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, NoReturn, TextIO

import typer
from typer._click import exceptions as click_errors

from flows.cli_corpus import corpus_app
from flows.cli_dossiers import account_app, audit_app, keys_app
from flows.cli_similarity import CorpusPlace, similarity_app
from flows.running import INTERRUPTED, run
from pipeline.versions import PROGRAM

app = typer.Typer(
    name="mangping",
    help="盲评：给职称评审材料的扫描件打码并复核。",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
models_app = typer.Typer(help="取得或检查模型。", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(models_app, name="models")
registry_app = typer.Typer(help="期刊库：导入、查询。", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(registry_app, name="registry")
app.add_typer(corpus_app, name="corpus")
app.add_typer(similarity_app, name="similarity")
app.add_typer(audit_app, name="audit")
app.add_typer(keys_app, name="keys")
app.add_typer(account_app, name="account")

Out = Annotated[Path, typer.Option("--out", help="结果放在哪个文件夹。")]
Json = Annotated[bool, typer.Option("--json", help="标准输出只打印一个 JSON 对象。")]
WithText = Annotated[bool, typer.Option("--with-text", help="结果文件里写出被找到的文字。")]
TextLayer = Annotated[bool, typer.Option("--text-layer", help="副本带可搜索的文字层。")]
Cn = Annotated[str | None, typer.Option("--cn", help="国内统一刊号，如 34-1331/G4。")]
Issn = Annotated[str | None, typer.Option("--issn", help="国际标准刊号，如 1005-5843。")]
JournalTitle = Annotated[str | None, typer.Option("--title", help="刊名。")]
RegistryFile = Annotated[
    Path | None, typer.Option("--registry", help="期刊库或期刊表；不写则用已导入的。")
]

RoundName = Annotated[
    str | None,
    typer.Option("--round", help="评审批次；写了就把本份的论文、总结和教学设计也收进比对库。"),
]


def _print_version(asked: bool) -> None:
    if asked:
        print(f"mangping {PROGRAM}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option("--version", help="打印版本。", is_eager=True, callback=_print_version),
    ] = False,
) -> None:
    """Take the options that stand before a command."""


@app.command(help="给零散文件打码：每个文件得到一份副本和一份结果。")
def redact(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="要打码的文件。")],
    identity: Annotated[Path, typer.Option("--identity", help="申报人信息 identity.json。")],
    out: Out,
    policy: Annotated[str, typer.Option("--policy", help="政策名称。")] = "huainan-2025",
    as_json: Json = False,
    with_text: WithText = False,
    text_layer: TextLayer = False,
) -> None:
    """Redact loose files: a copy and its findings for each."""

    def work(results: TextIO) -> int:
        from flows import printing
        from flows.redact import redact as redact_all
        from pipeline.jobs import Options
        from pipeline.outcome import exit_code

        options = Options(with_text=with_text, text_layer=text_layer)
        done, targets = redact_all(files, identity, out, policy, options)
        code = exit_code(done)
        if as_json:
            entries = [
                printing.file_json(
                    result,
                    file=str(target.job.path),
                    outputs={"copy": str(target.copy), "findings": str(target.findings)},
                )
                for result, target in zip(done, targets, strict=True)
            ]
            printing.print_json(results, "redact", code, entries, policy=policy)
        else:
            names = [target.job.name for target in targets]
            printing.print_lines(results, done, names, [target.copy for target in targets])
        return code

    run(work, as_json=as_json)


@app.command(help="处理一份申报材料：副本、结果、清单和报告都放进一个文件夹。")
def process(
    dossier: Annotated[Path, typer.Argument(metavar="DOSSIER", help="材料文件夹或 ZIP。")],
    out: Out,
    identity: Annotated[
        Path | None, typer.Option("--identity", help="申报人信息；dossier.json 里有则可不写。")
    ] = None,
    policy: Annotated[
        str | None, typer.Option("--policy", help="政策名称；不写则按 dossier.json。")
    ] = None,
    registry: RegistryFile = None,
    corpus: CorpusPlace = None,
    round_: RoundName = None,
    as_json: Json = False,
    with_text: WithText = False,
    text_layer: TextLayer = False,
) -> None:
    """Process a whole dossier into a folder."""

    def work(results: TextIO) -> int:
        from flows.cases import Order

        order = Order(
            dossier=dossier.absolute(),
            out=out.absolute(),
            identity=identity.absolute() if identity else None,
            policy=policy,
            with_text=with_text,
            text_layer=text_layer,
            registry=registry.absolute() if registry else None,
            corpus=corpus.absolute() if corpus else None,
            review_round=round_,
        )
        from flows.processing import process as process_all

        return process_all(order, results, as_json=as_json)

    run(work, as_json=as_json)


@app.command(help="核对申报人自己打码的副本：有没有没遮住的，别处与原件是否一致。")
def verify(
    masked: Annotated[Path, typer.Argument(metavar="MASKED", help="申报人打码后的文件。")],
    original: Annotated[Path, typer.Option("--original", help="对应的原件。")],
    identity: Annotated[Path, typer.Option("--identity", help="申报人信息 identity.json。")],
    policy: Annotated[str, typer.Option("--policy", help="政策名称。")] = "huainan-2025",
    as_json: Json = False,
    out: Annotated[
        Path | None, typer.Option("--out", help="把带截图的报告写进这个文件夹（含原件内容）。")
    ] = None,
) -> None:
    """Check an applicant's own masked copy against its original."""

    def work(results: TextIO) -> int:
        from flows.verify import print_pair
        from flows.verify import verify as verify_pair

        report, page = verify_pair(masked, original, identity, policy, out)
        return print_pair(results, report, page, as_json=as_json)

    run(work, as_json=as_json)


@app.command(
    help="审查一份论文或著作材料：是否齐全、期刊是否认可、是否第一作者、查重报告是否可信。"
)
def publication(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="论文或著作的一个文件。")],
    applicant: Annotated[
        list[str] | None,
        typer.Option("--applicant", help="申报人姓名；有曾用名可重复写。不写则不判断作者。"),
    ] = None,
    report: Annotated[
        Path | None, typer.Option("--report", help="查重报告；不写则不判断查重报告。")
    ] = None,
    registry: RegistryFile = None,
    policy: Annotated[str, typer.Option("--policy", help="政策名称。")] = "huainan-2025",
    as_json: Json = False,
) -> None:
    """Examine a paper's or a book's package."""

    def work(results: TextIO) -> int:
        from flows.publication import examine_publication, print_publication

        result = examine_publication(file, applicant or [], report, registry, policy)
        return print_publication(results, result, as_json=as_json)

    run(work, as_json=as_json)


@app.command(help="只按刊号、ISSN 和刊名判断一种期刊。")
def journal(
    cn: Cn = None,
    issn: Issn = None,
    title: JournalTitle = None,
    registry: RegistryFile = None,
    policy: Annotated[str, typer.Option("--policy", help="政策名称。")] = "huainan-2025",
    as_json: Json = False,
) -> None:
    """Judge a journal by its numbers and its title alone."""

    def work(results: TextIO) -> int:
        from flows.journal import judge_typed, print_journal

        claim, judged, about = judge_typed(cn, issn, title, registry, policy)
        return print_journal(results, claim, judged, about, as_json=as_json)

    run(work, as_json=as_json)


@registry_app.command("import", help="导入期刊表（TSV 或 CSV），替换原来的期刊库。")
def registry_import(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="期刊表。")],
    into: Annotated[
        Path | None, typer.Option("--into", help="写到这个文件；不写则用默认的位置。")
    ] = None,
    as_json: Json = False,
) -> None:
    """Import a table of journals in the place of the earlier registry."""

    def work(results: TextIO) -> int:
        from flows.registry import import_registry, print_import

        place, about, table = import_registry(file, into)
        return print_import(results, place, about, table, as_json=as_json)

    run(work, as_json=as_json)


@registry_app.command("lookup", help="在期刊库里查一种期刊。")
def registry_lookup(
    cn: Cn = None,
    issn: Issn = None,
    title: JournalTitle = None,
    registry: RegistryFile = None,
    as_json: Json = False,
) -> None:
    """Look a journal up."""

    def work(results: TextIO) -> int:
        from flows.registry import choose_registry, lookup, print_lookup

        with choose_registry(registry) as journals:
            answers = lookup(journals, cn, issn, title)
            return print_lookup(results, journals.about, answers, as_json=as_json)

    run(work, as_json=as_json)


@models_app.command("fetch", help="下载缺少或损坏的模型。")
def models_fetch() -> None:
    """Fetch models that are missing or damaged."""

    def work(results: TextIO) -> int:
        from models.fetch import fetch

        fetched = fetch(progress=lambda package: print(f"下载模型：{package}", file=sys.stderr))
        print(f"模型已下载：{len(fetched)} 个。" if fetched else "模型已就绪。", file=results)
        return 0

    run(work, as_json=False)


@models_app.command("check", help="核对全部模型文件的校验和。")
def models_check() -> None:
    """Check the sums of all models."""

    def work(results: TextIO) -> int:
        from models.fetch import check

        for model in check():
            line = f"✓ {model.id}：{model.package} {model.version}，{model.licence}"
            print(line, file=results)
        return 0

    run(work, as_json=False)


def _usage_sentence(error: click_errors.UsageError) -> str:
    """Say in Chinese what is wrong with the command line."""
    if isinstance(error, click_errors.MissingParameter):
        hint = error.param.get_error_hint() if error.param else ""
        return f"缺少 {hint}".replace("'", "")
    if isinstance(error, click_errors.NoSuchOption):
        return f"没有 {error.option_name} 这个选项"
    if isinstance(error, click_errors.BadParameter):
        return "有一个选项的值不能用"
    if isinstance(error, click_errors.BadOptionUsage):
        return f"选项 {error.option_name} 缺少值或不该有值"
    return "命令或参数的写法不能识别"


def main() -> NoReturn:
    """Entry point of ``mangping``."""
    from flows.errors import CommandLineError

    try:
        code = app(standalone_mode=False)
    except click_errors.NoArgsIsHelpError as asked:
        print(asked.format_message(), file=sys.stderr)
        code = 2
    except click_errors.UsageError as wrong:
        command = wrong.ctx.info_name if wrong.ctx and wrong.ctx.parent else ""
        error = CommandLineError(command or "", what=_usage_sentence(wrong))
        print(error, file=sys.stderr)
        if "--json" in sys.argv[1:]:
            from flows import printing

            printing.print_error_json(sys.stdout, error)
        code = 2
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    sys.exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    main()
