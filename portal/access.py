"""Who may open which page: the one place where a request meets the permissions.

A view says what it needs; the decorator finds account and dossier, asks
:mod:`dossiers.permissions` (which writes every refusal into the audit chain) and hands the dossier
over. What is refused becomes a page or JSON in :mod:`portal.refusals`.

    @needs(Permission.MANAGE_ACCOUNTS)
    def accounts(request: UserRequest) -> HttpResponse: ...

    @needs_dossier(Permission.DECIDE)
    def diff(request: UserRequest, dossier: Dossier) -> HttpResponse: ...

The second kind is routed with ``<dossier:dossier_id>``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import add_never_cache_headers

from dossiers.errors import UnknownThingError
from dossiers.models import Dossier, User
from dossiers.permissions import record_refusal, require
from dossiers.roles import GRANTS, Permission, Role
from dossiers.services.lookup import dossier_of


class UserRequest(HttpRequest):
    """A request of somebody who is logged in."""

    user: User


P = ParamSpec("P")
Page = Callable[Concatenate[UserRequest, P], HttpResponseBase]
DossierPage = Callable[Concatenate[UserRequest, Dossier, P], HttpResponseBase]
View = Callable[..., HttpResponseBase]


def needs(permission: Permission) -> Callable[[Page[P]], View]:
    """Let only accounts with a permission in; others are sent to the login or refused.

    A permission for some dossiers is enough: which of them are listed is for the view to ask.
    """

    def decorate(view: Page[P]) -> View:
        @login_required
        @wraps(view)
        def guarded(request: UserRequest, *args: P.args, **named: P.kwargs) -> HttpResponseBase:
            if permission not in GRANTS[Role(request.user.role)]:
                require(request.user, permission)
            return view(request, *args, **named)

        return guarded

    return decorate


def needs_dossier(permission: Permission) -> Callable[[DossierPage[P]], View]:
    """Let only accounts with a permission for the dossier of the address in.

    The view gets the dossier in the place of ``dossier_id``.
    """

    def decorate(view: DossierPage[P]) -> View:
        @login_required
        @wraps(view)
        def guarded(
            request: UserRequest, dossier_id: str, *args: P.args, **named: P.kwargs
        ) -> HttpResponseBase:
            dossier = permitted_dossier(request.user, dossier_id, permission)
            return view(request, dossier, *args, **named)

        return guarded

    return decorate


def permitted_dossier(user: User, dossier_id: str, permission: Permission) -> Dossier:
    """Return a dossier to which an account may do something.

    Raises:
        PermissionRefusedError: It may not.
        UnknownThingError: There is no such dossier; a guess is written down like a refusal.
    """
    try:
        dossier = dossier_of(dossier_id)
    except UnknownThingError:
        record_refusal(user, "unknown-dossier")
        raise
    require(user, permission, dossier)
    return dossier


class NoStore:
    """Keeps pages and files out of the caches of browsers and proxies: offices share machines."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, and say that nobody keeps it."""
        response = self._get_response(request)
        if not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response
