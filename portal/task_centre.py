"""The task centre: every dossier an account may know of, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from dossiers.models import Dossier, Doubt
from dossiers.permissions import visible_dossiers
from dossiers.roles import GRANTS, Permission, Role
from dossiers.services.lookup import dossiers_of_person
from dossiers.states import AttachmentState, DossierState
from portal.access import UserRequest, needs

PER_PAGE = 30
MOST_FOUND = 100
_DONE = (AttachmentState.VERIFIED, AttachmentState.PERSON, AttachmentState.REFUSED)
_MOVING = (DossierState.SUBMITTED, DossierState.PROCESSING)


@dataclass(frozen=True, slots=True)
class Row:
    """A dossier in the list."""

    dossier: Dossier
    attachments: int
    done: int
    doubts: int

    @property
    def moving(self) -> bool:
        """Whether its progress is worth a bar."""
        return self.dossier.state in _MOVING

    @property
    def next_step(self) -> str:
        """What a person has to do now, in a few words."""
        if self.dossier.state == DossierState.REVIEW:
            return f"{self.doubts} 处待核对" if self.doubts else "待核对"
        return _NEXT.get(DossierState(self.dossier.state), "")


_NEXT = {
    DossierState.OPEN: "待上传、提交",
    DossierState.SUBMITTED: "排队中",
    DossierState.PROCESSING: "自动处理中",
    DossierState.READY: "待发布",
    DossierState.RETURNED: "待申报人修改",
}


@needs(Permission.SEE_STATUS)
def dossiers(request: UserRequest) -> HttpResponse:
    """Show the list; htmx asks for its rows alone every few seconds."""
    state = request.GET.get("state", "")
    found = visible_dossiers(request.user)
    counts = _counts(found)
    if state in DossierState.values:
        found = found.filter(state=state)
    page = Paginator(_counted(found), PER_PAGE).get_page(request.GET.get("page"))
    context = {"rows": _rows(page), "page": page, "state": state, "counts": counts}
    return render(request, _template(request), context | _allowed(request))


@require_POST
@needs(Permission.SEE_STATUS)
def find(request: UserRequest) -> HttpResponse:
    """Find dossiers by id, title or the applicant's ID number.

    Asked with POST, because addresses stay in browsers and proxies; titles are encrypted, so they
    are compared one by one.
    """
    asked = request.POST.get("asked", "").strip()
    visible = visible_dossiers(request.user)
    found = visible.none()
    if asked:
        titles = visible.values_list("pk", "title")
        keys = [key for key, title in titles if asked == key or asked in title]
        if Permission.UPLOAD in GRANTS[Role(request.user.role)]:
            keys += dossiers_of_person(asked.upper()).values_list("pk", flat=True)
        found = visible.filter(pk__in=keys)
    page = Paginator(_counted(found), MOST_FOUND).get_page(1)
    context = {"rows": _rows(page), "asked": asked, "counts": _counts(visible), "state": None}
    return render(request, "portal/dossiers.html", context | _allowed(request))


def _allowed(request: UserRequest) -> dict[str, bool]:
    return {"may_open": Permission.CREATE_DOSSIER in GRANTS[Role(request.user.role)]}


def _rows(page: Page[Any]) -> list[Row]:
    doubts = dict(
        Doubt.objects.filter(attachment__dossier__in=[d.pk for d in page], closed=None)
        .exclude(attachment__state=AttachmentState.REMOVED)
        .values_list("attachment__dossier")
        .annotate(Count("pk"))
    )
    return [Row(d, d.there, d.done, doubts.get(d.pk, 0)) for d in page]


def _template(request: HttpRequest) -> str:
    if request.headers.get("HX-Request") == "true":
        return "portal/dossier_rows.html"
    return "portal/dossiers.html"


def _counts(found: QuerySet[Dossier]) -> list[tuple[str, str, int]]:
    by_state = dict(found.order_by().values_list("state").annotate(Count("pk")))
    everything = [("", "全部", sum(by_state.values()))]
    return everything + [
        (state.value, str(state.label), by_state[state.value])
        for state in DossierState
        if by_state.get(state.value)
    ]


def _counted(found: QuerySet[Dossier]) -> QuerySet[Dossier]:
    there = ~Q(attachments__state=AttachmentState.REMOVED)
    return found.annotate(
        there=Count("attachments", filter=there),
        done=Count("attachments", filter=Q(attachments__state__in=_DONE)),
    )
