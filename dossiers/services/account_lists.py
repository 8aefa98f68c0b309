"""Many accounts at once, from a list that an office keeps in a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.utils.crypto import get_random_string

from dossiers import audit
from dossiers.models import User
from dossiers.permissions import require
from dossiers.roles import Permission, Role
from dossiers.services.accounts import create_account
from pipeline.errors import UsageError

MOST_BYTES = 1024 * 1024
MOST_ROWS = 2000
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.\-]{2,39}")
_COLUMNS = {"账号": "name", "称呼": "shown", "角色": "role"}
_ROLES = {**{str(role.label): role for role in Role}, **{role.value: role for role in Role}}
_LISTED = (Role.APPLICANT, Role.REVIEWER)
# A spreadsheet takes a cell that begins so for a formula.
_FORMULA = ("=", "+", "-", "@")
# For 96 random bits a slow hash adds nothing; Django makes it slow again at the first login.
_ITERATIONS = 20_000


class AccountListError(UsageError):
    """A line of the list is not usable; no account is made."""

    code = "account-list"
    sentence = "账号名单{subject}{what}；没有建立任何账号，请改正后重新导入。"


@dataclass(frozen=True, slots=True)
class ListedAccount:
    """A line of the list."""

    name: str
    shown: str = field(repr=False)
    role: Role


@dataclass(frozen=True, slots=True)
class MadeAccount:
    """An account that was made, and its password, which is shown this once."""

    account: ListedAccount
    password: str = field(repr=False)


def read_account_list(data: bytes) -> list[ListedAccount]:
    """Read a CSV (UTF-8 or GB 18030) whose first line names its columns: 账号, 称呼, 角色.

    Only accounts of applicants (the default) and reviewers are made from lists.

    Raises:
        AccountListError: It is not usable, and which line is why.
    """
    if len(data) > MOST_BYTES:
        raise AccountListError("", what="超过 1 MB")
    reader = csv.DictReader(io.StringIO(_text(data)))
    columns = {(name or "").strip(): name for name in reader.fieldnames or ()}
    if "账号" not in columns:
        raise AccountListError("第 1 行", what="应是列名“账号,称呼,角色”，其中“账号”必须有")
    rows: list[ListedAccount] = []
    seen: set[str] = set()
    try:
        for row in reader:
            given = {
                key: (row.get(columns[name]) or "").strip() if name in columns else ""
                for name, key in _COLUMNS.items()
            }
            if not any(given.values()):
                continue
            rows.append(_listed(given, reader.line_num, seen))
    except csv.Error:
        raise AccountListError(f"第 {reader.line_num} 行", what="不是规范的 CSV") from None
    if not rows:
        raise AccountListError("", what="里没有账号")
    if len(rows) > MOST_ROWS:
        raise AccountListError("", what=f"超过 {MOST_ROWS} 个账号，请分几次导入")
    return rows


def create_listed(rows: Sequence[ListedAccount], *, by: User | None = None) -> list[MadeAccount]:
    """Make the accounts of a list, all or none, each with a password that has to be changed.

    Raises:
        AccountListError: A name is taken.
        PermissionRefusedError: ``by`` may not.
    """
    if by is not None:
        require(by, Permission.MANAGE_ACCOUNTS)
    names = {name.casefold() for name in User.objects.values_list("username", flat=True)}
    for row in rows:
        if row.name.casefold() in names:
            raise AccountListError("", what=f"中的账号“{row.name}”已被占用")
    made = [MadeAccount(row, secrets.token_urlsafe(12)) for row in rows]
    hasher = PBKDF2PasswordHasher()
    coded = [
        hasher.encode(one.password, get_random_string(22), iterations=_ITERATIONS) for one in made
    ]
    with audit.writing():
        for one, password in zip(made, coded, strict=True):
            row = one.account
            user = create_account(row.name, row.role, display_name=row.shown, by=by)
            User.objects.filter(pk=user.pk).update(password=password, password_given=True)
    return made


def as_csv(made: Sequence[MadeAccount]) -> str:
    """Return accounts and passwords as CSV, for handing out."""
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(["账号", "称呼", "角色", "初始密码"])
    for one in made:
        account = one.account
        writer.writerow([account.name, account.shown, account.role.label, one.password])
    return stream.getvalue()


def _text(data: bytes) -> str:
    for coding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(coding)
        except UnicodeDecodeError:
            continue
    raise AccountListError("", what="的编码不能识别，请另存为 UTF-8 的 CSV")


def _listed(given: dict[str, str], line: int, seen: set[str]) -> ListedAccount:
    def refuse(what: str) -> AccountListError:
        return AccountListError(f"第 {line} 行", what=what)

    name, role = given["name"], _ROLES.get(given["role"] or Role.APPLICANT.value)
    if not _NAME.fullmatch(name):
        raise refuse("的账号须以字母开头，只用字母、数字和 _ . -，3 到 40 个字符")
    if name.casefold() in seen:
        raise refuse(f"的账号“{name}”重复")
    if role not in _LISTED:
        raise refuse("的角色只能是申报人或评审专家；其他账号请逐个建立")
    if len(given["shown"]) > 40 or given["shown"].startswith(_FORMULA):
        raise refuse("的称呼太长，或以 = + - @ 开头")
    seen.add(name.casefold())
    return ListedAccount(name, given["shown"], role)
