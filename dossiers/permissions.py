"""Who may do what to which dossier. Every refusal is written into the audit chain."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from dossiers import audit
from dossiers.audit import AuditAction
from dossiers.errors import PermissionRefusedError
from dossiers.models import Dossier, FileRole, StoredFile, User
from dossiers.roles import GRANTS, Permission, Reach, Role
from dossiers.states import DossierState

# What shows the original, or repeats what is on it, needs the permission to see the original.
_FILE_PERMISSIONS: Mapping[FileRole, Permission] = {
    FileRole.ORIGINAL: Permission.VIEW_ORIGINAL,
    FileRole.OWN_COPY: Permission.VIEW_ORIGINAL,
    FileRole.FINDINGS: Permission.VIEW_ORIGINAL,
    FileRole.PUBLICATION: Permission.VIEW_ORIGINAL,
    FileRole.REPORT: Permission.VIEW_ORIGINAL,
    FileRole.MASKED: Permission.VIEW_COPY,
    FileRole.PACKAGE: Permission.VIEW_PACKAGE,
}


def allows(
    user: User | AnonymousUser | None, permission: Permission, dossier: Dossier | None = None
) -> bool:
    """Return whether an account may do something, to a dossier where one is given."""
    if not isinstance(user, User) or not user.is_active:
        return False
    if permission not in user.scope:
        return False
    reach = GRANTS[Role(user.role)].get(permission)
    if reach is None or reach is Reach.ALL:
        return reach is not None
    if dossier is None:
        return permission is Permission.CREATE_DOSSIER
    if reach is Reach.OWN:
        return dossier.owner_id == user.pk
    assigned = dossier.assignments.filter(reviewer=user).exists()
    return assigned and dossier.state == DossierState.RELEASED


def allows_file(user: User | AnonymousUser | None, file: StoredFile) -> bool:
    """Return whether an account may read a file."""
    if file.withdrawn is not None and not allows(user, Permission.READ_AUDIT):
        return False
    return allows(user, _FILE_PERMISSIONS[FileRole(file.role)], file.dossier)


def require(
    user: User | AnonymousUser | None, permission: Permission, dossier: Dossier | None = None
) -> None:
    """Refuse what an account may not do. Call it outside of a transaction that you roll back.

    Raises:
        PermissionRefusedError: The refusal is in the audit chain.
    """
    if not allows(user, permission, dossier):
        _refuse(user, permission.value, dossier.pk if dossier else "", "")


def require_file(user: User | AnonymousUser | None, file: StoredFile) -> None:
    """Refuse a file that an account may not read.

    Raises:
        PermissionRefusedError: The refusal is in the audit chain.
    """
    if not allows_file(user, file):
        _refuse(user, f"read-{file.role}", file.dossier_id, file.key)


def record_refusal(user: User | AnonymousUser | None, what: str, dossier: str = "") -> None:
    """Write down another refusal: a guessed or expired link, a missing CSRF token.

    Args:
        user: Who asked.
        what: A code for what was asked.
        dossier: Id of the dossier, if it is one of ours; anything else is not repeated.
    """
    known = dossier if Dossier.objects.filter(pk=dossier).exists() else ""
    actor = audit.actor_of(user) if isinstance(user, User) else "anonymous"
    with audit.writing():
        audit.append(
            AuditAction.ACCESS_REFUSED, actor=actor, dossier=known, details={"asked": what}
        )


def visible_dossiers(user: User | AnonymousUser | None) -> QuerySet[Dossier]:
    """Return the dossiers that an account may know of, newest first."""
    everything = Dossier.objects.order_by("-created")
    if not isinstance(user, User) or not user.is_active:
        return everything.none()
    grants = {
        permission: reach
        for permission, reach in GRANTS[Role(user.role)].items()
        if permission in user.scope
    }
    if Permission.VIEW_PACKAGE in grants and Permission.SEE_STATUS not in grants:
        return everything.filter(assignments__reviewer=user, state=DossierState.RELEASED)
    reach = grants.get(Permission.SEE_STATUS)
    if reach is Reach.ALL:
        return everything
    return everything.filter(owner=user) if reach is Reach.OWN else everything.none()


def _refuse(user: User | AnonymousUser | None, asked: str, dossier: str, subject: str) -> None:
    actor = audit.actor_of(user) if isinstance(user, User) else "anonymous"
    with audit.writing():
        audit.append(
            AuditAction.ACCESS_REFUSED,
            actor=actor,
            dossier=dossier,
            subject=subject,
            details={"asked": asked},
        )
    raise PermissionRefusedError(dossier or "系统")
