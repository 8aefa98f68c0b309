"""The page of the diff, its data, and the pictures of pages."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from dossiers.errors import UnknownThingError
from dossiers.models import Attachment, Dossier
from dossiers.permissions import allows, record_refusal
from dossiers.roles import Permission
from dossiers.services.lookup import file_of
from dossiers.services.viewing import record_view
from dossiers.states import AttachmentState, DossierState
from pipeline.attachment_kinds import kind_name
from pipeline.geometry import Frame
from portal.access import UserRequest, needs_dossier
from portal.diff.content import (
    Row,
    add_decisions,
    index_content,
    own_content,
    pending_content,
    queue_content,
    queue_places,
    record_content,
    sheet_content,
    turn_of,
)
from portal.diff.kinds import KINDS
from portal.diff.links import opened_link
from portal.diff.pages import WIDTHS, page_picture, prepare
from portal.diff.sides import ORIGINAL, OWN, Side, choose, page_frames, sides_of
from portal.errors import InputError

_REVIEWED = (DossierState.REVIEW, DossierState.READY)


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody looks: an attachment, a page of it, and what stands on either side."""

    attachment: Attachment
    page: int
    sides: list[Side]
    left: Side
    right: Side
    frames: tuple[Frame, ...]


@require_GET
@needs_dossier(Permission.VIEW_ORIGINAL)
def diff(request: UserRequest, found: Dossier) -> HttpResponse:
    """Show one page beside its masked copy; without scripts everything is links and forms."""
    attachments = _attachments(found)
    queue = queue_content(found)
    context = {
        "dossier": found,
        "attachments": [(a, kind_name(a.kind)) for a in attachments],
        "kinds": KINDS,
        "queue": queue,
        "pending": pending_content(found),
        "may_decide": found.state in _REVIEWED and allows(request.user, Permission.DECIDE, found),
        "state": DossierState(found.state),
    }
    if attachments:
        place = _place(request, found, attachments, queue)
        context |= {"place": place, "sheet": _sheet(request, found, place)}
    return render(request, "portal/diff/diff.html", context)


@require_GET
@needs_dossier(Permission.VIEW_ORIGINAL)
def sheet(request: UserRequest, found: Dossier) -> JsonResponse:
    """Send what one page shows, for the script."""
    place = _place(request, found, _attachments(found), [])
    return JsonResponse(_sheet(request, found, place))


@require_GET
@needs_dossier(Permission.VIEW_ORIGINAL)
def index(request: UserRequest, found: Dossier) -> JsonResponse:
    """Send all findings in short, the queue, and what waits for another copy."""
    what = request.GET.get("what")
    content: dict[str, object] = {"queue": queue_content(found), "pending": pending_content(found)}
    if what != "queue":
        content["findings"] = index_content(found)
    return JsonResponse(content)


@require_GET
@needs_dossier(Permission.VIEW_COPY)
def image(request: UserRequest, found: Dossier, token: str) -> HttpResponse:
    """Send the picture of a page, and write down who saw it."""
    link = opened_link(token, request.user, found.pk)
    file = file_of(link.file)
    if file.dossier_id != found.pk or link.width not in WIDTHS:
        record_refusal(request.user, "foreign-link", found.pk)
        raise UnknownThingError("文件")
    record_view(file, by=request.user, page=link.page)
    return HttpResponse(
        page_picture(file, link.page, link.width, link.turn), content_type="image/jpeg"
    )


def _attachments(found: Dossier) -> list[Attachment]:
    there = found.attachments.exclude(state=AttachmentState.REMOVED)
    rows = there.select_related("original", "own_file", "dossier").order_by("ordinal")
    return list(rows)


def _place(
    request: HttpRequest,
    found: Dossier,
    attachments: list[Attachment],
    queue: list[Row],
) -> Place:
    """Read where somebody wants to look; first of all at what needs a person."""
    first = queue[0] if queue and "a" not in request.GET else {}
    ordinal = _number(request, "a", first.get("attachment", attachments[0].ordinal))
    attachment = next((a for a in attachments if a.ordinal == ordinal), None)
    if attachment is None:
        raise UnknownThingError("附件")
    sides = sides_of(attachment)
    original = next(side for side in sides if side.code == ORIGINAL)
    right = choose(sides, request.GET.get("right") or first.get("right", ""), sides[0])
    left = choose(sides, request.GET.get("left") or first.get("left", ""), original)
    newest = sides[0].version
    frames = page_frames(attachment, right.version or left.version or newest)
    page = _number(request, "p", first.get("page", 1))
    if not 1 <= page <= len(frames):
        raise UnknownThingError("页面")
    return Place(attachment, page, sides, left, right, frames)


def _sheet(request: UserRequest, found: Dossier, place: Place) -> Row:
    attachment, page, frames = place.attachment, place.page, place.frames
    pair = (place.left, place.right)
    content = sheet_content(found, attachment, pair, page, frames, request.user)
    content["doubts"] = queue_places(attachment, page, frames[page - 1])
    content["record"] = []
    if allows(request.user, Permission.DECIDE, found):
        content["record"] = record_content(attachment)
        add_decisions(attachment, page, content["findings"])
    content["sides"] = [{"code": side.code, "label": side.label} for side in place.sides]
    if OWN in (place.left.code, place.right.code):
        content["own"] = own_content(attachment, page, frames[page - 1])
    else:
        content["own"] = {"messages": [], "marks": []}
    if page < len(frames):
        for side in pair:
            prepare(side.file, page + 1, turn_of(attachment, side, frames[page]))
    return content


def _number(request: HttpRequest, name: str, otherwise: int) -> int:
    given = request.GET.get(name, "")
    if not given:
        return otherwise
    if not given.isdigit() or len(given) > 6:
        raise InputError(name)
    return int(given)
