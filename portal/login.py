"""Logging in and out, and what happens after too many wrong passwords."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from axes.signals import user_locked_out
from axes.utils import reset
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.contrib.auth.views import LoginView
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from dossiers.crypto import digests
from dossiers.models import User
from dossiers.permissions import record_refusal
from dossiers.roles import GRANTS, Permission, Role
from dossiers.services.accounts import change_account, record_login
from portal.access import UserRequest
from portal.errors import FirstPasswordError
from portal.forms import LoginForm
from portal.refusals import answer, wants_json


class Login(LoginView):
    """The login page."""

    template_name = "portal/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True


@login_required
def home(request: UserRequest) -> HttpResponse:
    """Send everybody to where their work begins."""
    grants = GRANTS[Role(request.user.role)]
    if Permission.MANAGE_ACCOUNTS in grants:
        return redirect("accounts")
    return redirect("dossiers" if Permission.SEE_STATUS in grants else "packages")


@login_required
def password(request: UserRequest) -> HttpResponse:
    """Change one's own password."""
    form = PasswordChangeForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        new = form.cleaned_data["new_password1"]
        user = change_account(request.user, password=new, by=request.user)
        update_session_auth_hash(request, user)
        messages.success(request, "密码已更改。")
        return redirect("home")
    return render(request, "portal/password.html", {"form": form})


class FirstPassword:
    """Lets nobody further who has not changed the password that somebody else made."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response
        self._open = tuple(reverse(name) for name in ("password", "logout", "login"))

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Send to the page where it is changed; a program gets the reason."""
        user = getattr(request, "user", None)
        if not isinstance(user, User) or not user.password_given or request.path in self._open:
            return self._get_response(request)
        if wants_json(request):
            return answer(request, FirstPasswordError())
        messages.warning(request, "这是别人为您设的初始密码，请先改成自己的，再继续。")
        return redirect("password")


def masked_username(request: HttpRequest, credentials: Mapping[str, Any] | None) -> str:
    """Return what the lockout counts failures by: a digest, because anything may be typed there."""
    typed = (credentials or {}).get("username") or request.POST.get("username") or ""
    return _digest(str(typed))


def client_address(request: HttpRequest) -> str | None:
    """Return where a login comes from; behind a proxy, what the proxy says it comes from."""
    told: str = request.headers.get("X-Forwarded-For", "")
    if settings.SECURE_PROXY_SSL_HEADER and told:
        # What stands before the last comma came from the browser itself.
        return told.rpartition(",")[2].strip()
    address: str | None = request.META.get("REMOTE_ADDR")
    return address


def unlock(user: User) -> None:
    """Let an account try again after too many wrong passwords."""
    reset(username=_digest(user.username))


def locked_out(request: HttpRequest, *_: object) -> HttpResponse:
    """Say that it is locked, and for how long."""
    return render(request, "portal/locked.html", status=429)


def _digest(name: str) -> str:
    return digests(name.casefold(), "login")[0]


@receiver(user_logged_in)
def _logged_in(user: User, **_: object) -> None:
    record_login(user, ok=True)


@receiver(user_login_failed)
def _login_failed(**_: object) -> None:
    record_login(None, ok=False)


@receiver(user_locked_out)
def _locked_out(**_: object) -> None:
    record_refusal(None, "locked-out")
