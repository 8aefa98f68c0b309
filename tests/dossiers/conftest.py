from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dossiers.models import User
from dossiers.roles import Role
from dossiers.services.accounts import create_account


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MANGPING_STATE", str(tmp_path / "state"))
    for name in ("MANGPING_KEY", "MANGPING_STORAGE"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "state"


Accounts = Callable[[Role], User]


@pytest.fixture
def account(db: None) -> Accounts:
    def make(role: Role) -> User:
        return create_account(f"{role.value}{User.objects.count()}", role)

    return make
