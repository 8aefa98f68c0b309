"""``mangping keys`` and ``mangping account``: what an administrator does before the portal runs."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TextIO

from dossiers import prepare


def rotate(stream: TextIO) -> int:
    """Make a new key and encrypt everything with it.

    Raises:
        UsageError: The keys cannot be opened, or are not ours to change.
    """
    prepare()
    from dossiers.crypto import key_file
    from dossiers.services.rotation import rotate_keys

    key_id = rotate_keys()
    print(f"✓ 已换用新密钥 {key_id}；请立即备份 {key_file()}", file=stream)
    return 0


def create(stream: TextIO, name: str, role: str) -> int:
    """Make an account with a password that is printed once.

    Raises:
        UsageError: The name or the role is not usable.
    """
    prepare()
    from dossiers.errors import DecisionError
    from dossiers.roles import Role
    from dossiers.services.accounts import create_account

    if role not in Role.values:
        raise DecisionError("账号", what=f"角色只能是 {'、'.join(Role.values)}")
    password = secrets.token_urlsafe(12)
    create_account(name, Role(role), password=password, given=True)
    print(f"✓ 账号 {name}（{Role(role).label}），初始密码：{password}", file=stream)
    return 0


def create_from_list(stream: TextIO, place: Path) -> int:
    """Make the accounts of a CSV, all or none; prints them with their passwords as CSV.

    Raises:
        UsageError: The list is not usable.
    """
    prepare()
    from dossiers.services.account_lists import as_csv, create_listed, read_account_list
    from pipeline.intake.errors import MissingFileError

    try:
        data = place.read_bytes()
    except OSError:
        raise MissingFileError(place.name) from None
    print(as_csv(create_listed(read_account_list(data))), end="", file=stream)
    return 0
