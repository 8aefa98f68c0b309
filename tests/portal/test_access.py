from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse

from dossiers.audit import AuditAction
from dossiers.models import Dossier, Upload, User
from dossiers.roles import Role
from dossiers.services import releasing
from dossiers.services.accounts import issue_token, revoke_token
from dossiers.services.uploads import append_chunk, register_upload
from portal.links import file_link, package_link
from tests.dossiers.papers import events, open_dossier, processed
from tests.portal.conftest import Accounts, browser, program

JSON = "application/json"
Request = Callable[[], Any]


@dataclass
class World:
    """Dossiers of somebody else, in every state that matters."""

    opened: Dossier
    reviewed: Dossier
    ready: Dossier
    released: Dossier
    upload: Upload
    owner: User
    reviewer: User


@pytest.fixture
def world(account: Accounts, tmp_path: Path) -> World:
    owner, reviewer = account(Role.APPLICANT), account(Role.REVIEWER)
    opened = open_dossier(1, owner=owner)
    upload = register_upload(opened.pk, name="b.pdf", size=10)
    append_chunk(upload.key, 0, b"0123")
    reviewed = processed(tmp_path / "r", doubtful=True)
    ready, released = processed(tmp_path / "y"), processed(tmp_path / "z")
    (tmp_path / "index.html").write_text("<h1>目录</h1>", encoding="utf-8")
    releasing.assign_reviewer(released.pk, reviewer)
    releasing.release_dossier(released.pk, {"index.html": tmp_path / "index.html"})
    for dossier in (reviewed, ready, released):
        Dossier.objects.filter(pk=dossier.pk).update(owner=owner)
        dossier.refresh_from_db()
    return World(opened, reviewed, ready, released, upload, owner, reviewer)


def page(name: str, *args: Any) -> str:
    return reverse(name, args=args)


def links(world: World, user: User, monkeypatch: pytest.MonkeyPatch) -> list[Request]:
    """Links to files that were not made for this account, not by us, or long ago."""
    client = browser(user)
    original = world.reviewed.attachments.get().original
    foreign = file_link(original, world.owner)
    forged = signing.dumps({"file": original.key, "user": str(user.pk)}, key="x", salt="y")
    with monkeypatch.context() as patched:
        patched.setattr("django.core.signing.time.time", lambda: 1.7e9)
        expired = file_link(original, user)
        expired_package = package_link(world.released, user, "index.html")
    return [
        lambda: client.get(foreign),
        lambda: client.get(page("file", forged)),
        lambda: client.get(page("file", original.key)),
        lambda: client.get(expired),
        lambda: client.get(expired_package),
        lambda: client.get(package_link(world.released, world.reviewer, "index.html")),
    ]


def without_csrf(world: World, user: User) -> list[Request]:
    client = browser(user, csrf=True)
    return [
        lambda: client.post(page("submit", world.opened.pk)),
        lambda: client.post(page("password")),
        lambda: client.post(page("change-kind", world.opened.pk, 1), {"kind": "paper"}),
        lambda: client.post(f"/api/v1/dossiers/{world.opened.pk}/submit"),
        lambda: client.patch(
            f"/api/v1/uploads/{world.upload.key}", b"x", headers={"Upload-Offset": "4"}
        ),
    ]


def guesses(user: User) -> list[Request]:
    client, api = browser(user), program(user)
    return [
        lambda: client.get(page("dossier", "d-0123456789ab")),
        lambda: api.get("/api/v1/dossiers/d-0123456789ab"),
        lambda: api.get(f"/api/v1/uploads/{'0' * 32}"),
    ]


def bad_tokens(user: User) -> list[Request]:
    revoked = issue_token(user)
    revoke_token(user.tokens.latest("pk").pk)
    old = issue_token(user, days=0)

    def ask(token: str) -> Request:
        client = Client(headers={"Authorization": f"Bearer {token}"})
        return lambda: client.get("/api/v1/dossiers")

    return [ask(revoked), ask(old), ask("mp_guessed"), lambda: Client().get("/api/v1/dossiers")]


def uploading(world: World, user: User) -> list[Request]:
    client, api, dossier = browser(user), program(user), world.opened.pk
    file = {"name": "a.pdf", "size": 5}
    key = world.upload.key
    return [
        lambda: client.post(page("submit", dossier)),
        lambda: client.post(page("reopen", dossier)),
        lambda: client.post(page("remove", dossier, 1)),
        lambda: client.post(page("change-kind", dossier, 1), {"kind": "paper"}),
        lambda: api.patch(f"/api/v1/dossiers/{dossier}/attachments/1", {"kind": "paper"}, JSON),
        lambda: api.post(f"/api/v1/dossiers/{dossier}/uploads", file, JSON),
        lambda: api.get(f"/api/v1/uploads/{key}"),
        lambda: api.patch(f"/api/v1/uploads/{key}", b"4567", headers={"Upload-Offset": "4"}),
        lambda: api.post(f"/api/v1/uploads/{key}/complete"),
        lambda: api.delete(f"/api/v1/uploads/{key}"),
        lambda: api.post(f"/api/v1/dossiers/{dossier}/submit"),
        lambda: api.delete(f"/api/v1/dossiers/{dossier}/attachments/1"),
    ]


def originals(world: World, user: User) -> list[Request]:
    """A link that was made for this account all the same does not open what its role may not."""
    client = browser(user)
    attachment = world.reviewed.attachments.get()
    document = attachment.current.document  # type: ignore[union-attr]
    return [
        lambda: client.get(file_link(attachment.original, user)),
        lambda: client.get(file_link(document, user)),
    ]


def copies(world: World, user: User) -> list[Request]:
    client, api = browser(user), program(user)
    copy = world.reviewed.attachments.get().current.file  # type: ignore[union-attr]
    return [
        lambda: client.get(file_link(copy, user)),
        lambda: api.get(f"/api/v1/dossiers/{world.reviewed.pk}/attachments/1/copy"),
    ]


def status(world: World, user: User) -> list[Request]:
    client, api = browser(user), program(user)
    return [
        lambda: client.get(page("dossier", world.reviewed.pk)),
        lambda: api.get(f"/api/v1/dossiers/{world.reviewed.pk}"),
        lambda: api.get(f"/api/v1/dossiers/{world.reviewed.pk}/results"),
    ]


def packages(world: World, user: User) -> list[Request]:
    client, api, dossier = browser(user), program(user), world.released
    file = releasing.package_files(dossier.pk)[0]
    return [
        lambda: client.get(page("package", dossier.pk)),
        lambda: client.get(package_link(dossier, user, "index.html")),
        lambda: client.get(file_link(file, user)),
        lambda: api.get(f"/api/v1/dossiers/{dossier.pk}/package"),
        lambda: api.get(f"/api/v1/dossiers/{dossier.pk}/package/{file.key}"),
    ]


def creating(user: User) -> list[Request]:
    content = {"applicant": {"name": ["甲"]}, "policy": "huainan-2025"}
    return [
        lambda: browser(user).get(page("new-dossier")),
        lambda: program(user).post("/api/v1/dossiers", content, JSON),
    ]


def posts(world: World, user: User, *names: str) -> list[Request]:
    def ask(name: str) -> Request:
        note = {"note": "x", "reviewer": world.reviewer.pk}
        return lambda: browser(user).post(page(name, world.ready.pk), note)

    return [ask(name) for name in names]


def administering(user: User) -> list[Request]:
    client = browser(user)
    return [
        lambda: client.get(page("accounts")),
        lambda: client.post(page("account", user.pk), {"do": "role", "role": "administrator"}),
        lambda: client.post(page("end-token", user.pk, 1)),
    ]


def auditing(user: User) -> list[Request]:
    return [lambda: browser(user).get(page("audit"))]


def forbidden(world: World, user: User) -> list[Request]:
    """What the role of an account that owns nothing here may not do."""
    role, decisions = user.role, ("rerun", "send-back")
    release = ("publish", "recall")
    if role == Role.APPLICANT:
        return [
            *status(world, user),
            *uploading(world, user),
            *originals(world, user),
            *copies(world, user),
            *packages(world, user),
            *posts(world, user, *decisions, *release, "assign"),
            *administering(user),
            *auditing(user),
        ]
    if role == Role.OPERATOR:
        return [
            *originals(world, user),
            *copies(world, user),
            *packages(world, user),
            *posts(world, user, "send-back"),
            *administering(user),
            *auditing(user),
        ]
    if role == Role.AUDITOR:
        return [
            *uploading(world, user),
            *creating(user),
            *posts(world, user, "assign"),
            *administering(user),
        ]
    if role == Role.REVIEWER:
        task_centre: Request = lambda: browser(user).get(page("dossiers"))  # noqa: E731
        return [
            task_centre,
            *status(world, user),
            *uploading(world, user),
            *originals(world, user),
            *copies(world, user),
            *packages(world, user),
            *creating(user),
            *posts(world, user, *decisions, *release, "assign"),
            *administering(user),
            *auditing(user),
        ]
    return [
        *uploading(world, user),
        *originals(world, user),
        *copies(world, user),
        *packages(world, user),
        *creating(user),
        *posts(world, user, *decisions, *release, "assign"),
    ]


@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.value)
def test_what_a_role_may_not_do_is_refused_and_written_down(
    role: Role, world: World, account: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = account(role)
    requests = [
        *links(world, user, monkeypatch),
        *without_csrf(world, user),
        *guesses(user),
        *bad_tokens(user),
        *forbidden(world, user),
    ]
    assert len(requests) > 12
    for number, request in enumerate(requests):
        before = events(AuditAction.ACCESS_REFUSED)
        response = request()
        place = f"request {number}: {response.status_code} {response.request['PATH_INFO']}"
        assert response.status_code in (401, 403, 404), place
        assert events(AuditAction.ACCESS_REFUSED) == before + 1, place
        said = response.json()["message"] if "json" in response["Content-Type"] else ""
        assert said or "<h1>" in response.content.decode(), place
    world.opened.refresh_from_db()
    world.upload.refresh_from_db()
    assert (world.opened.state, world.upload.received) == ("open", 4)


def test_a_package_that_is_not_released_is_closed_even_to_its_reviewer(
    world: World, account: Accounts
) -> None:
    reviewer = account(Role.REVIEWER)
    for dossier in (world.ready, world.released):
        releasing.assign_reviewer(dossier.pk, reviewer)
    client = browser(reviewer)
    assert client.get(page("package", world.ready.pk)).status_code == 403
    link = package_link(world.released, reviewer, "index.html")
    assert client.get(link).status_code == 200
    releasing.recall_dossier(world.released.pk, reason="test")
    assert client.get(link).status_code == 403
    assert client.get(page("package", world.released.pk)).status_code == 403


def test_nobody_sees_a_page_without_logging_in(world: World) -> None:
    client, dossier = Client(), world.reviewed.pk
    original = file_link(world.reviewed.attachments.get().original, world.owner)
    for address in ("/", page("dossiers"), page("dossier", dossier), page("audit"), original):
        response = client.get(address)
        assert response.status_code == 302 and response["Location"].startswith("/login/")
