"""What an auditor decides on the page of the diff."""

from __future__ import annotations

import json
import math
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from dossiers.models import Decision, DecisionKind, Dossier
from dossiers.roles import Permission
from dossiers.services.deciding import DecisionInput, record_decision
from dossiers.services.lookup import attachment_of
from pipeline.dossier import Kind
from portal import starting
from portal.access import UserRequest, needs_dossier
from portal.diff.content import pending_content, queue_content, stored_corners
from portal.diff.sides import page_frames
from portal.errors import InputError

CORRECT = "correct-dossier"
_LONGEST = 200


@require_POST
@needs_dossier(Permission.DECIDE)
def decide(request: UserRequest, found: Dossier) -> HttpResponse:
    """Record a decision; a script gets the queue back, a form the page it came from."""
    given = _decision(request, found)
    row = record_decision(found.pk, given, by=request.user)
    if request.headers.get("Accept") == "application/json":
        content = {"id": row.pk, "queue": queue_content(found), "pending": pending_content(found)}
        return JsonResponse(content)
    messages.success(request, f"已记录：{DecisionKind(row.kind).label}。")
    return redirect(_page(found, given))


@require_POST
@needs_dossier(Permission.DECIDE)
def remake(request: UserRequest, found: Dossier) -> HttpResponse:
    """Have the corrections carried out: new masked copies, each verified again."""
    starting.start(CORRECT, {"dossier_id": found.pk, "requested_by": request.user.pk})
    if request.headers.get("Accept") == "application/json":
        return JsonResponse({"pending": pending_content(found)})
    messages.success(request, "已开始按更正重做打码件，完成后会重新核验。")
    return redirect("diff", found.pk)


def _decision(request: UserRequest, found: Dossier) -> DecisionInput:
    """Read a decision from a form.

    Raises:
        InputError: A field is not usable.
    """
    kind = _choice(DecisionKind, request.POST.get("kind", ""), "决定")
    wanted = request.POST.get("finding_kind", "")
    text = request.POST.get("text", "").strip()
    if len(text) > _LONGEST or (kind is DecisionKind.MASK_STRING and not _can_be_found(text)):
        raise InputError("文字")
    everywhere = kind is DecisionKind.MASK_STRING
    ordinal = None if everywhere else _number(request, "attachment")
    version, page = _number(request, "version"), _number(request, "page")
    polygon = None
    if kind is DecisionKind.DRAW:
        if ordinal is None or page is None:
            raise InputError("方框")
        polygon = _box(request, found, ordinal, page)
    return DecisionInput(
        kind=kind,
        ordinal=ordinal,
        version=None if everywhere else version,
        finding=_number(request, "finding"),
        doubt=None if everywhere else _number(request, "doubt"),
        page=None if everywhere else page,
        polygon=polygon,
        finding_kind=_choice(Kind, wanted, "类别") if wanted else None,
        text=text if everywhere else None,
        note=request.POST.get("note", "").strip()[:1000],
        replaces=_number(request, "replaces"),
    )


def _box(
    request: UserRequest, found: Dossier, ordinal: int, page: int
) -> tuple[tuple[float, float], ...]:
    """Read a drawn box: two corners as fractions of the upright page."""
    try:
        given = [float(x) for x in json.loads(request.POST.get("box", ""))]
        x0, y0, x1, y1 = given
    except (TypeError, ValueError):
        raise InputError("方框") from None
    if not all(math.isfinite(x) and -0.001 <= x <= 1.001 for x in given) or x0 >= x1 or y0 >= y1:
        raise InputError("方框")
    attachment = attachment_of(found.pk, ordinal)
    frames = page_frames(attachment, attachment.current)
    if not 1 <= page <= len(frames):
        raise InputError("页码")
    return stored_corners(((x0, y0), (x1, y0), (x1, y1), (x0, y1)), frames[page - 1])


def _can_be_found(text: str) -> bool:
    """Whether a string is enough to be searched for: one character would hide half a page."""
    return sum(c.isalnum() for c in text) >= 2


def _choice(choices: Any, given: str, what: str) -> Any:
    try:
        return choices(given)
    except ValueError:
        raise InputError(what) from None


def _number(request: UserRequest, name: str) -> int | None:
    given = request.POST.get(name, "")
    if not given:
        return None
    if not given.isdigit() or len(given) > 18:
        raise InputError(name)
    return int(given)


def _page(found: Dossier, given: DecisionInput) -> str:
    address = reverse("diff", args=[found.pk])
    if given.ordinal is None:
        return address
    page = given.page
    if page is None and given.finding is not None:
        last = Decision.objects.filter(dossier=found, finding=given.finding).latest("pk")
        page = last.page
    return f"{address}?a={given.ordinal}&p={page or 1}"
