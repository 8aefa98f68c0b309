"""The administrator's pages: accounts, their tokens, and the audit chain."""

from __future__ import annotations

import secrets

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from dossiers import audit
from dossiers.errors import DecisionError
from dossiers.models import ApiToken, AuditEvent, User
from dossiers.roles import Permission, Role, TokenScope
from dossiers.services.accounts import (
    change_account,
    create_account,
    issue_token,
    revoke_token,
)
from portal.access import UserRequest, needs
from portal.audit_words import action_words, details_words
from portal.errors import InputError
from portal.forms import AccountForm
from portal.login import unlock

_EVENTS_PER_PAGE = 100
_PASSWORD_BYTES = 12


@needs(Permission.MANAGE_ACCOUNTS)
def accounts(request: UserRequest) -> HttpResponse:
    """List the accounts, and make new ones."""
    form = AccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            create_account(
                data["username"],
                Role(data["role"]),
                password=data["password"] or None,
                display_name=data["display_name"],
                given=bool(data["password"]),
                by=request.user,
            )
        except DecisionError as error:
            form.add_error("username", str(error.facts["what"]) + "。")
        else:
            messages.success(request, "账号已建立。")
            return redirect("accounts")
    context = {"form": form, "accounts": User.objects.order_by("role", "username")}
    return render(request, "portal/accounts.html", context)


@needs(Permission.MANAGE_ACCOUNTS)
def account(request: UserRequest, account_id: int) -> HttpResponse:
    """Show an account and change it; a new password or token is shown once, in this answer."""
    user = _account(account_id)
    shown = {}
    if request.method == "POST":
        shown = _change(request, user)
        user = _account(account_id)
    tokens = ApiToken.objects.filter(user=user).order_by("-created")
    context = {
        "account": user,
        "tokens": tokens,
        "roles": Role.choices,
        "scopes": TokenScope.choices,
        "now": timezone.now(),
    }
    return render(request, "portal/account.html", context | shown)


@require_POST
@needs(Permission.MANAGE_ACCOUNTS)
def end_token(request: UserRequest, account_id: int, token_id: int) -> HttpResponse:
    """Revoke a token."""
    if not ApiToken.objects.filter(pk=token_id, user=_account(account_id)).exists():
        raise Http404
    revoke_token(token_id, by=request.user)
    messages.success(request, "令牌已撤销。")
    return redirect("account", account_id)


@needs(Permission.READ_AUDIT)
def audit_chain(request: UserRequest) -> HttpResponse:
    """Show the events, newest first; check the chain when asked."""
    events = AuditEvent.objects.order_by("-sequence")
    dossier = request.GET.get("dossier", "").strip()
    if dossier:
        events = events.filter(dossier=dossier)
    page = Paginator(events, _EVENTS_PER_PAGE).get_page(request.GET.get("page"))
    verification = audit.verify() if "verify" in request.GET else None
    names = {f"user:{pk}": name for pk, name in User.objects.values_list("pk", "username")}
    rows = [(e, names.get(e.actor, ""), action_words(e), details_words(e)) for e in page]
    context = {"page": page, "rows": rows, "asked": dossier, "verification": verification}
    return render(request, "portal/audit.html", context)


def _change(request: UserRequest, user: User) -> dict[str, str]:
    what = request.POST.get("do", "")
    if what == "token":
        if request.POST.get("scope", TokenScope.ALL) not in TokenScope.values:
            raise InputError("令牌的权限")
        scope = TokenScope(request.POST.get("scope", TokenScope.ALL))
        return {"new_token": issue_token(user, scope=scope, by=request.user)}
    if what == "password":
        word = secrets.token_urlsafe(_PASSWORD_BYTES)
        change_account(user, password=word, by=request.user)
        unlock(user)
        return {"new_password": word}
    if user.pk == request.user.pk:
        # The last administrator would lock everybody out.
        raise InputError("不能更改自己的角色或停用自己的账号")
    if what == "role" and request.POST.get("role") in Role.values:
        change_account(user, role=Role(request.POST["role"]), by=request.user)
    elif what in ("open", "close"):
        change_account(user, active=what == "open", by=request.user)
    else:
        raise InputError("操作")
    messages.success(request, "账号已更改。")
    return {}


def _account(account_id: int) -> User:
    user = User.objects.filter(pk=account_id).first()
    if user is None:
        raise Http404
    return user
