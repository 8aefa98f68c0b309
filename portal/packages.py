"""The reviewer's pages: the packages that were assigned and released, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from django.http import HttpResponse
from django.shortcuts import render

from dossiers.models import Attachment, Dossier
from dossiers.permissions import allows
from dossiers.roles import Permission, Role
from dossiers.services.releasing import package_files
from dossiers.states import AttachmentState, DossierState
from pipeline.attachment_kinds import kind_name
from portal.access import UserRequest, needs, needs_dossier
from portal.links import package_link

_MOST = 200
INDEX = "index.html"


@dataclass(frozen=True, slots=True)
class PackageRow:
    """A file of a package on the page."""

    name: str
    what: str
    pages: int | None
    size: int
    link: str


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
    files = sorted(package_files(found.pk), key=lambda row: (row.name != INDEX, row.name))
    what = {a.code: a for a in found.attachments.exclude(state=AttachmentState.REMOVED)}
    rows = [
        PackageRow(
            row.name,
            *_described(row.name, what),
            row.size,
            package_link(found, request.user, row.name),
        )
        for row in files
    ]
    return render(request, "portal/package.html", {"dossier": found, "rows": rows})


def _described(name: str, attachments: Mapping[str, Attachment]) -> tuple[str, int | None]:
    """Return what a file of a package is, and how many pages of the attachment it shows."""
    if name == INDEX:
        return "目录：全部附件和论著审查结论", None
    stem = PurePosixPath(name).stem
    code, _, report = stem.partition("-")
    attachment = attachments.get(code)
    if attachment is None:
        return "", None
    kind = kind_name(attachment.kind)
    return (f"{kind}的文字相似报告", None) if report else (kind, attachment.pages)
