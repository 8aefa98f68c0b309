"""The commands around the database: the audit chain, the keys, the accounts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TextIO

import typer

from flows.running import run

audit_app = typer.Typer(help="审计记录：核对。", no_args_is_help=True, rich_markup_mode=None)
keys_app = typer.Typer(help="密钥：更换。", no_args_is_help=True, rich_markup_mode=None)
account_app = typer.Typer(help="账号：建立。", no_args_is_help=True, rich_markup_mode=None)


@audit_app.command("verify", help="核对审计记录有没有被改动、删除或调换过，并指出在哪一条。")
def audit_verify(
    as_json: Annotated[bool, typer.Option("--json", help="标准输出只打印一个 JSON 对象。")] = False,
) -> None:
    """Check the audit chain."""

    def work(results: TextIO) -> int:
        from flows.audit import verify_chain

        return verify_chain(results, as_json=as_json)

    run(work, as_json=as_json)


@keys_app.command("rotate", help="换一个新密钥，并用它重新加密全部内容；先停止其他进程。")
def keys_rotate() -> None:
    """Change the key."""

    def work(results: TextIO) -> int:
        from flows.accounts import rotate

        return rotate(results)

    run(work, as_json=False)


@account_app.command("create", help="建立一个账号，打印一次初始密码。")
def account_create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="账号名：字母、数字，不要用姓名。")],
    role: Annotated[
        str,
        typer.Option("--role", help="applicant、operator、auditor、reviewer 或 administrator。"),
    ],
) -> None:
    """Make an account."""

    def work(results: TextIO) -> int:
        from flows.accounts import create

        return create(results, name, role)

    run(work, as_json=False)


@account_app.command("import", help="按 CSV 名单（账号,称呼,角色）批量建立，打印一次初始密码。")
def account_import(
    place: Annotated[Path, typer.Argument(metavar="FILE", help="CSV 名单。")],
) -> None:
    """Make the accounts of a list."""

    def work(results: TextIO) -> int:
        from flows.accounts import create_from_list

        return create_from_list(results, place)

    run(work, as_json=False)


@audit_app.callback()
@keys_app.callback()
@account_app.callback()
def _group() -> None:
    """Keep the group's name although it has one command only."""
