"""The reviewer's pages: the packages that were assigned and released, and nothing else."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from dossiers.models import Dossier
from dossiers.permissions import allows
from dossiers.roles import Permission, Role
from dossiers.services.releasing import package_files
from dossiers.states import DossierState
from portal.access import UserRequest, needs, needs_dossier
from portal.links import package_link

_MOST = 200


@needs(Permission.VIEW_PACKAGE)
def packages(request: UserRequest) -> HttpResponse:
    """List the packages that an account may read."""
    released = Dossier.objects.filter(state=DossierState.RELEASED).order_by("-released")
    if request.user.role == Role.REVIEWER:
        released = released.filter(assignments__reviewer=request.user)
    shown = [d for d in released[:_MOST] if allows(request.user, Permission.VIEW_PACKAGE, d)]
    return render(request, "portal/packages.html", {"dossiers": shown})


@needs_dossier(Permission.VIEW_PACKAGE)
def package(request: UserRequest, found: Dossier) -> HttpResponse:
    """Show what is in a package, with links that work for some hours."""
    files = sorted(package_files(found.pk), key=lambda row: (row.name != "index.html", row.name))
    rows = [(row.name, row.size, package_link(found, request.user, row.name)) for row in files]
    return render(request, "portal/package.html", {"dossier": found, "rows": rows})
