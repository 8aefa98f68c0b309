"""Accounts and API tokens."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.utils import timezone

from dossiers import audit
from dossiers.audit import AuditAction
from dossiers.errors import DecisionError, UnknownThingError
from dossiers.models import ApiToken, User
from dossiers.permissions import require
from dossiers.roles import SCOPES, Permission, Role, TokenScope

TOKEN_DAYS = 90


def create_account(
    username: str,
    role: Role,
    *,
    password: str | None = None,
    display_name: str = "",
    given: bool = False,
    by: User | None = None,
) -> User:
    """Make an account.

    Args:
        username: Letters, digits and ``_.-``, beginning with a letter: it is stored in clear and
            must not name an applicant.
        role: What it is for.
        password: For logging in; without one only tokens work.
        display_name: What people call its owner; encrypted.
        given: The password is somebody else's, and has to be changed at the first login.
        by: Who asks.

    Raises:
        DecisionError: The name is taken or not usable.
        PermissionRefusedError: ``by`` may not.
    """
    if by is not None:
        require(by, Permission.MANAGE_ACCOUNTS)
    with audit.writing():
        try:
            user = User.objects.create_user(
                username,
                password,
                role=role,
                display_name=display_name,
                password_given=given,
            )
        except ValidationError:
            what = "账号名已被占用，或含有字母、数字以外的字符"
            raise DecisionError("账号", what=what) from None
        _record(AuditAction.ACCOUNT_CREATED, user, by, {"role": role.value})
    return user


def change_account(
    user: User,
    *,
    role: Role | None = None,
    active: bool | None = None,
    password: str | None = None,
    by: User | None = None,
) -> User:
    """Change an account's role, close or open it, or give it another password.

    Raises:
        PermissionRefusedError: ``by`` may not; an account may change its own password.
    """
    own_password = by is not None and by.pk == user.pk and role is None and active is None
    if by is not None and not own_password:
        require(by, Permission.MANAGE_ACCOUNTS)
    with audit.writing():
        row = User.objects.select_for_update().get(pk=user.pk)
        row.role = role or row.role
        row.is_active = row.is_active if active is None else active
        if password is not None:
            row.set_password(password)
            row.password_given = not own_password
        row.save()
        changed: audit.Details = {
            "role": row.role,
            "active": row.is_active,
            "password": password is not None,
        }
        _record(AuditAction.ACCOUNT_CHANGED, row, by, changed)
    return row


def issue_token(
    user: User,
    *,
    scope: TokenScope = TokenScope.ALL,
    days: int = TOKEN_DAYS,
    by: User | None = None,
) -> str:
    """Make an API token and return it; only its digest is kept, so it is shown once.

    Args:
        user: In whose name it asks.
        scope: Which of the account's permissions it has.
        days: After how many it ends.
        by: Who wants it.

    Raises:
        PermissionRefusedError: ``by`` is neither the account nor an administrator.
    """
    if by is not None and by.pk != user.pk:
        require(by, Permission.MANAGE_ACCOUNTS)
    token = f"mp_{secrets.token_urlsafe(32)}"
    with audit.writing():
        expires = timezone.now() + timedelta(days=days)
        row = ApiToken.objects.create(
            user=user, digest=_digest(token), expires=expires, scope=scope
        )
        details: audit.Details = {"token": row.pk, "days": days, "scope": scope.value}
        _record(AuditAction.TOKEN_ISSUED, user, by, details)
    return token


def account_of_token(token: str) -> User | None:
    """Return whose token it is, with no more than its scope.

    None for one that is unknown, expired or revoked.
    """
    row = ApiToken.objects.select_related("user").filter(digest=_digest(token)).first()
    if row is None or row.revoked is not None or row.expires <= timezone.now():
        return None
    row.user.scope = SCOPES[TokenScope(row.scope)]
    return row.user if row.user.is_active else None


def revoke_token(token_id: int, *, by: User | None = None) -> None:
    """End a token.

    Raises:
        UnknownThingError: There is none of that id.
        PermissionRefusedError: ``by`` is neither its owner nor an administrator.
    """
    row = ApiToken.objects.select_related("user").filter(pk=token_id).first()
    if row is None:
        raise UnknownThingError("令牌")
    if by is not None and by.pk != row.user_id:
        require(by, Permission.MANAGE_ACCOUNTS)
    with audit.writing():
        ApiToken.objects.filter(pk=token_id, revoked=None).update(revoked=timezone.now())
        _record(AuditAction.TOKEN_REVOKED, row.user, by, {"token": token_id})


def record_login(user: User | None, *, ok: bool) -> None:
    """Write a login, or a failed one, into the chain; the name that was typed is not kept."""
    with audit.writing():
        action = AuditAction.LOGGED_IN if ok else AuditAction.LOGIN_FAILED
        audit.append(action, actor=audit.actor_of(user) if user else "anonymous")


def _record(action: AuditAction, user: User, by: User | None, details: audit.Details) -> None:
    audit.append(action, actor=audit.actor_of(by), subject=audit.actor_of(user), details=details)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
