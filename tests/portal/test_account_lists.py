"""Accounts from an office's list, first passwords, and tokens that may do less."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from dossiers.models import User
from dossiers.roles import Role, TokenScope
from dossiers.services.accounts import create_account, issue_token
from tests.dossiers.papers import open_dossier
from tests.portal.conftest import PASSWORD, Accounts, browser

LIST = "账号,称呼,角色\nsb001,申报人一,\nsb002,,申报人\nzj001,专家一,评审专家\n"


def handed_in(account: Accounts, data: bytes) -> Any:
    client = browser(account(Role.ADMINISTRATOR))
    return client.post(reverse("account-list"), {"list": SimpleUploadedFile("名单.csv", data)})


@pytest.mark.parametrize("coding", ["utf-8-sig", "gb18030"])
def test_a_list_makes_accounts_whose_owners_choose_their_own_password(
    account: Accounts, coding: str
) -> None:
    shown = handed_in(account, LIST.encode(coding)).content.decode()
    words = {line.split(",")[0]: line.split(",")[3] for line in shown.split("\n") if "sb0" in line}
    user = User.objects.get(username="sb001")
    assert (user.role, user.display_name) == (Role.APPLICANT, "申报人一")
    assert User.objects.get(username="zj001").role == Role.REVIEWER
    client = Client()
    client.post("/login/", {"username": "sb001", "password": words["sb001"].strip()})
    assert client.get("/dossiers/")["Location"] == "/password/"
    refused = client.get("/api/v1/dossiers")
    assert (refused.status_code, refused.json()["code"]) == (403, "first-password")
    changed = {"old_password": words["sb001"].strip(), "new_password1": PASSWORD}
    client.post("/password/", {**changed, "new_password2": PASSWORD})
    assert client.get("/dossiers/").status_code == 200


@pytest.mark.parametrize(
    ("data", "word"),
    [
        ("名字\na\n", "第 1 行"),
        ("账号,角色\nsb001,\n张三,\n", "第 3 行的账号须以字母开头"),
        ("账号\nsb001\nSB001\n", "第 3 行的账号“SB001”重复"),
        ("账号,角色\nadm001,管理员\n", "只能是申报人或评审专家"),
        ("账号,称呼\nsb001,=1+1\n", "称呼"),
        ("账号\ntaken\n", "已被占用"),
        ("账号\n", "没有账号"),
    ],
)
def test_a_list_with_a_fault_makes_no_account_and_says_where(
    account: Accounts, data: str, word: str
) -> None:
    create_account("taken", Role.APPLICANT)
    answer = handed_in(account, data.encode())
    assert answer.status_code == 422 and word in answer.content.decode()
    assert not User.objects.filter(username__startswith="sb").exists()


def test_only_administrators_make_accounts_from_lists(account: Accounts) -> None:
    client = browser(account(Role.OPERATOR))
    assert client.get(reverse("account-list")).status_code == 403


def test_a_token_does_no_more_than_its_scope(account: Accounts) -> None:
    owner = account(Role.APPLICANT)
    dossier = open_dossier(1, owner=owner)
    address, content = f"/api/v1/dossiers/{dossier.pk}", {"name": "a.png", "size": 5}

    def answers(scope: TokenScope) -> list[int]:
        token = issue_token(owner, scope=scope)
        client = Client(headers={"Authorization": f"Bearer {token}"})
        return [
            client.get(address).status_code,
            client.post(f"{address}/uploads", content, "application/json").status_code,
            client.get(f"{address}/attachments/1/copy").status_code,
        ]

    # 404: it may, and there is no copy yet.
    assert answers(TokenScope.ALL) == [200, 201, 404]
    assert answers(TokenScope.PUSH) == [200, 201, 403]
    assert answers(TokenScope.READ) == [200, 403, 404]
