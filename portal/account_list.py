"""The administrator's page for many accounts at once."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from dossiers.roles import Permission
from dossiers.services.account_lists import (
    MOST_BYTES,
    AccountListError,
    as_csv,
    create_listed,
    read_account_list,
)
from portal.access import UserRequest, needs


@needs(Permission.MANAGE_ACCOUNTS)
def account_list(request: UserRequest) -> HttpResponse:
    """Take a list, make its accounts, and show their passwords in this answer only."""
    if request.method != "POST":
        return render(request, "portal/account_list.html")
    given = request.FILES.get("list")
    try:
        rows = read_account_list(given.read(MOST_BYTES + 1) if given else b"")
        made = create_listed(rows, by=request.user)
    except AccountListError as error:
        context = {"refusal": str(error)}
        return render(request, "portal/account_list.html", context, status=422)
    return render(request, "portal/account_list.html", {"made": made, "text": as_csv(made)})
