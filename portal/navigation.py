"""The bar at the top of every page: what an account of a role can open."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from dossiers.models import User
from dossiers.roles import GRANTS, Permission, Role


@dataclass(frozen=True, slots=True)
class Entry:
    """A word in the bar, where it leads, and whether the page belongs to it."""

    label: str
    url: str
    here: bool


def navigation(request: HttpRequest) -> dict[str, object]:
    """Return ``me``, the account that is logged in, and ``nav``, its entries."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {"me": None, "nav": ()}
    grants = GRANTS[Role(user.role)]
    wanted = [
        (Permission.SEE_STATUS, "任务中心", reverse("dossiers")),
        (Permission.CREATE_DOSSIER, "新建材料", reverse("new-dossier")),
        (Permission.VIEW_PACKAGE, "评审材料", reverse("packages")),
        (Permission.MANAGE_ACCOUNTS, "账号管理", reverse("accounts")),
        (Permission.READ_AUDIT, "审计记录", reverse("audit")),
    ]
    entries = tuple(
        Entry(label, url, request.path == url) for need, label, url in wanted if need in grants
    )
    return {"me": user, "nav": entries, "role_label": Role(user.role).label}
