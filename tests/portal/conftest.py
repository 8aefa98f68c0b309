from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from dossiers.models import Dossier, User
from dossiers.roles import Role
from dossiers.services.accounts import create_account, issue_token
from tests.dossiers.papers import open_dossier

PASSWORD = "nine-lanterns-87"
_numbers = itertools.count()

Accounts = Callable[[Role], User]


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MANGPING_STATE", str(tmp_path / "state"))
    for name in ("MANGPING_KEY", "MANGPING_STORAGE", "MANGPING_SCANNER", "PREFECT_API_URL"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "state"


@pytest.fixture
def account(db: None) -> Accounts:
    def make(role: Role) -> User:
        return create_account(f"{role.value}{next(_numbers)}", role)

    return make


@pytest.fixture
def owner(account: Accounts) -> User:
    return account(Role.APPLICANT)


@pytest.fixture
def dossier(owner: User) -> Dossier:
    return open_dossier(0, owner=owner)


def browser(user: User, *, csrf: bool = False) -> Client:
    """A browser in which somebody is logged in."""
    client = Client(enforce_csrf_checks=csrf)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def program(user: User) -> Client:
    """A program with an account's token."""
    return Client(headers={"Authorization": f"Bearer {issue_token(user)}"})
