from __future__ import annotations

from typing import Any

import pytest
from axes.models import AccessAttempt
from django.test import Client
from django.urls import reverse

from dossiers.audit import AuditAction
from dossiers.models import User
from dossiers.roles import Role
from dossiers.services.accounts import create_account
from tests.dossiers.papers import events
from tests.portal.conftest import PASSWORD, Accounts, browser

LOGIN = "/login/"


@pytest.fixture
def auditor(db: None) -> User:
    return create_account("lin", Role.AUDITOR, password=PASSWORD)


def log_in(client: Client, name: str, word: str, **more: str) -> int:
    return client.post(LOGIN, {"username": name, "password": word}, **more).status_code


def test_too_many_wrong_passwords_lock_the_account_there_and_nowhere_else(auditor: User) -> None:
    client = Client()
    assert [log_in(client, "lin", "wrong") for _ in range(5)] == [200, 200, 200, 200, 429]
    locked = client.post(LOGIN, {"username": "lin", "password": PASSWORD})
    assert locked.status_code == 429 and "15 分钟" in locked.content.decode()
    assert "_auth_user_id" not in client.session
    assert events(AuditAction.LOGIN_FAILED) >= 5 and events(AuditAction.ACCESS_REFUSED) >= 1
    # A colleague at another desk is not locked out by it.
    assert log_in(Client(), "lin", PASSWORD, REMOTE_ADDR="10.0.0.9") == 302
    assert events(AuditAction.LOGGED_IN) == 1


def test_a_new_password_from_the_administrator_ends_the_lock(
    auditor: User, account: Accounts
) -> None:
    client = Client()
    for _ in range(5):
        log_in(client, "lin", "wrong")
    administrator = browser(account(Role.ADMINISTRATOR))
    shown = administrator.post(reverse("account", args=[auditor.pk]), {"do": "password"})
    word = shown.content.decode().split('<code class="secret">')[1].split("<")[0]
    assert log_in(client, "lin", word) == 302


def test_behind_a_proxy_nobody_can_lock_out_the_whole_office(auditor: User, settings: Any) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    there = {"HTTP_X_FORWARDED_FOR": "1.1.1.1, 10.0.0.7"}
    for _ in range(5):
        log_in(Client(), "lin", "wrong", **there)
    assert log_in(Client(), "lin", PASSWORD, **there) == 429
    assert log_in(Client(), "lin", PASSWORD, HTTP_X_FORWARDED_FOR="10.0.0.8") == 302


def test_what_is_typed_as_a_name_is_not_kept(db: None) -> None:
    log_in(Client(), "欧阳澹台340403197001017998", "secret-word-欧阳")
    attempt = AccessAttempt.objects.get()
    kept = " ".join(str(getattr(attempt, field.name)) for field in attempt._meta.fields)
    assert not any(word in kept for word in ("欧阳", "340403", "secret-word"))


def test_a_closed_account_is_out_at_once(auditor: User) -> None:
    client = browser(auditor)
    assert client.get(reverse("dossiers")).status_code == 200
    User.objects.filter(pk=auditor.pk).update(is_active=False)
    assert client.get(reverse("dossiers")).status_code == 302


def test_a_new_password_ends_the_other_sessions(auditor: User) -> None:
    here, elsewhere = browser(auditor), browser(auditor)
    new = "seven-bridges-31"
    words = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert here.post(reverse("password"), words).status_code == 302
    assert here.get(reverse("dossiers")).status_code == 200
    assert elsewhere.get(reverse("dossiers")).status_code == 302


def test_an_administrator_makes_accounts_and_tokens_and_cannot_lock_themselves_out(
    account: Accounts,
) -> None:
    administrator = account(Role.ADMINISTRATOR)
    client = browser(administrator)
    content = {"username": "chen", "role": "operator", "password": "1234567890"}
    weak = client.post(reverse("accounts"), content)
    assert weak.status_code == 200 and not User.objects.filter(username="chen").exists()
    assert client.post(reverse("accounts"), content | {"password": PASSWORD}).status_code == 302
    assert client.post(reverse("accounts"), content | {"password": PASSWORD}).status_code == 200
    made = User.objects.get(username="chen")
    page = client.post(reverse("account", args=[made.pk]), {"do": "token"}).content.decode()
    token = page.split('<code class="secret">')[1].split("<")[0]
    asked = Client(headers={"Authorization": f"Bearer {token}"}).get("/api/v1/dossiers")
    assert asked.status_code == 200
    client.post(reverse("end-token", args=[made.pk, made.tokens.get().pk]))
    asked = Client(headers={"Authorization": f"Bearer {token}"}).get("/api/v1/dossiers")
    assert asked.status_code == 401
    own = reverse("account", args=[administrator.pk])
    assert client.post(own, {"do": "close"}).status_code == 400
    administrator.refresh_from_db()
    assert administrator.is_active
