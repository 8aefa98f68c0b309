from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser

from dossiers.audit import AuditAction
from dossiers.errors import DecisionError, PermissionRefusedError, UnknownThingError
from dossiers.models import AuditEvent, DecisionKind, Dossier, FileRole, StoredFile, User
from dossiers.permissions import allows, allows_file, record_refusal, require, visible_dossiers
from dossiers.roles import Permission, Role
from dossiers.services.accounts import (
    account_of_token,
    change_account,
    create_account,
    issue_token,
    revoke_token,
)
from dossiers.services.deciding import DecisionInput, record_decision
from dossiers.services.receiving import submit_dossier
from dossiers.services.releasing import (
    assign_reviewer,
    recall_dossier,
    release_dossier,
    unassign_reviewer,
)
from dossiers.services.runs import request_rerun
from dossiers.services.uploads import register_upload
from dossiers.services.viewing import open_file
from tests.dossiers.conftest import Accounts
from tests.dossiers.papers import ORIGINAL, events, processed

# Whatever is not named here is refused.
MAY = {
    Role.APPLICANT: {"create-dossier"},
    Role.OPERATOR: {
        *("create-dossier", "upload", "see-status", "run", "release", "assign-reviewers")
    },
    Role.AUDITOR: {
        *("see-status", "view-original", "view-copy", "run", "decide", "release"),
        *("view-package", "read-audit"),
    },
    Role.REVIEWER: set(),
    Role.ADMINISTRATOR: {"see-status", "manage-accounts", "read-audit"},
}
OWN = {"create-dossier", "upload", "see-status", "view-original", "view-copy"}


@pytest.fixture
def released(db: None, tmp_path: Path) -> Dossier:
    dossier = processed(tmp_path)
    index = tmp_path / "index.html"
    index.write_text("评审材料")
    return release_dossier(dossier.pk, {"index.html": index})


def _files(dossier: Dossier) -> dict[FileRole, StoredFile]:
    return {FileRole(file.role): file for file in dossier.files.all()}


def test_each_role_may_do_what_it_is_for_and_nothing_else(
    account: Accounts, released: Dossier
) -> None:
    for role, permission in product(Role, Permission):
        if permission is Permission.CREATE_DOSSIER:
            expected = role in (Role.APPLICANT, Role.OPERATOR)
        else:
            expected = permission.value in MAY[role]
        assert allows(account(role), permission, released) == (
            expected and role is not Role.APPLICANT
        ) or (role is Role.APPLICANT and permission is Permission.CREATE_DOSSIER)
    owner = account(Role.APPLICANT)
    released.owner = owner
    assert {p.value for p in Permission if allows(owner, p, released)} == OWN
    closed = change_account(owner, active=False)
    for nobody in (None, AnonymousUser(), closed):
        assert not any(allows(nobody, p, released) for p in Permission)
        assert not visible_dossiers(nobody).exists()


def test_a_reviewer_reaches_the_package_of_an_assigned_released_dossier_only(
    account: Accounts, released: Dossier
) -> None:
    reviewer, stranger = account(Role.REVIEWER), account(Role.REVIEWER)
    files = _files(released)
    assert not visible_dossiers(reviewer) and not allows_file(reviewer, files[FileRole.PACKAGE])
    assign_reviewer(released.pk, reviewer)
    assert [d.pk for d in visible_dossiers(reviewer)] == [released.pk]
    assert {role for role, file in files.items() if allows_file(reviewer, file)} == {"package"}
    assert not any(allows_file(stranger, file) for file in files.values())
    file, stream = open_file(files[FileRole.PACKAGE].key, by=reviewer)
    with stream:
        assert stream.read().decode() == "评审材料" and events(AuditAction.PACKAGE_VIEWED) == 1
    recall_dossier(released.pk, reason="leak")
    file.refresh_from_db()
    assert not allows_file(reviewer, file) and not visible_dossiers(reviewer)
    unassign_reviewer(released.pk, reviewer)
    with pytest.raises(DecisionError):
        assign_reviewer(released.pk, account(Role.AUDITOR))


def test_files_are_refused_by_role_and_by_dossier_and_every_look_is_recorded(
    account: Accounts, released: Dossier
) -> None:
    files, auditor = _files(released), account(Role.AUDITOR)
    original = files[FileRole.ORIGINAL]
    others = [account(role) for role in Role if role is not Role.AUDITOR]
    for user in others:
        with pytest.raises(PermissionRefusedError):
            open_file(original.key, by=user)
    assert events(AuditAction.ACCESS_REFUSED) == len(others)
    with pytest.raises(UnknownThingError):
        open_file("0" * 32, by=auditor)
    _, stream = open_file(original.key, by=auditor)
    with stream:
        assert stream.read() == ORIGINAL + b"\0"
    seen = AuditEvent.objects.get(action=AuditAction.ORIGINAL_VIEWED.value)
    assert (seen.actor, seen.dossier) == (f"user:{auditor.pk}", released.pk)
    assert seen.subject == original.key


def test_the_services_themselves_refuse_who_may_not(account: Accounts, released: Dossier) -> None:
    users = {role: account(role) for role in Role}
    look = DecisionInput(kind=DecisionKind.RESOLVE, ordinal=1, doubt=1)
    for role, deed in (
        (Role.APPLICANT, lambda u: register_upload(released.pk, name="a", size=1, by=u)),
        (Role.REVIEWER, lambda u: submit_dossier(released.pk, by=u)),
        (Role.REVIEWER, lambda u: request_rerun(released.pk, by=u)),
        (Role.OPERATOR, lambda u: record_decision(released.pk, look, by=u)),
        (Role.APPLICANT, lambda u: release_dossier(released.pk, {}, by=u)),
        (Role.AUDITOR, lambda u: assign_reviewer(released.pk, users[Role.REVIEWER], by=u)),
        (Role.AUDITOR, lambda u: create_account("x1", Role.ADMINISTRATOR, by=u)),
        (Role.OPERATOR, lambda u: change_account(u, role=Role.AUDITOR, by=u)),
        (Role.REVIEWER, lambda u: issue_token(users[Role.AUDITOR], by=u)),
    ):
        before = events(AuditAction.ACCESS_REFUSED)
        with pytest.raises(PermissionRefusedError):
            deed(users[role])
        assert events(AuditAction.ACCESS_REFUSED) == before + 1
    record_refusal(None, "expired-link", "d-000000000000")
    assert AuditEvent.objects.latest("sequence").dossier == ""


def test_a_token_opens_one_account_until_it_is_revoked(account: Accounts) -> None:
    user = account(Role.OPERATOR)
    token = issue_token(user, by=user)
    assert account_of_token(token) == user and account_of_token(token[:-1]) is None
    assert account_of_token(issue_token(user, days=-1)) is None
    stored = user.tokens.order_by("pk")[0]
    assert token not in stored.digest
    revoke_token(stored.pk, by=user)
    assert account_of_token(token) is None


@pytest.mark.parametrize("name", ["欧阳澹台", "340403197001017998", "a b", ""])
def test_an_account_cannot_be_called_by_an_applicants_name_or_number(db: None, name: str) -> None:
    with pytest.raises(DecisionError):
        create_account(name, Role.APPLICANT)
    assert not User.objects.exists()


def test_a_refusal_says_nothing_but_which_dossier(account: Accounts, released: Dossier) -> None:
    with pytest.raises(PermissionRefusedError) as caught:
        require(account(Role.REVIEWER), Permission.VIEW_ORIGINAL, released)
    assert released.pk in str(caught.value) and caught.value.code == "forbidden"
