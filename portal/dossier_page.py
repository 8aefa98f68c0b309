"""One dossier: its attachments, what stands against its release, and what may be done now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_POST

from dossiers.errors import NotReleasableError
from dossiers.models import Assignment, Attachment, Dossier, RunKind, User
from dossiers.permissions import allows, allows_file
from dossiers.roles import Permission
from dossiers.services import kinds, receiving, releasing, runs
from dossiers.services.uploads import CHUNK_BYTES
from dossiers.states import AttachmentState, DossierState, RunState, UploadState
from pipeline.attachment_kinds import OFFERED, kind_name, offered_with
from pipeline.outcome import OWN_COPY_NAMES, PUBLICATION_NAMES
from pipeline.policy.loader import load_policy
from portal import starting
from portal.access import UserRequest, needs, needs_dossier
from portal.errors import InputError
from portal.forms import AssignForm, DossierForm, shown_account
from portal.links import file_link
from portal.next_steps import next_step

_MOVING = (DossierState.SUBMITTED, DossierState.PROCESSING)


@dataclass(frozen=True, slots=True)
class AttachmentRow:
    """An attachment on the page; a link is empty where this account may not open the file."""

    attachment: Attachment
    name: str
    kind: str
    kinds: Mapping[str, str]
    doubts: int
    original: str
    copy: str
    refusal: str
    own_copy: str
    publication: str


@needs(Permission.CREATE_DOSSIER)
def new_dossier(request: UserRequest) -> HttpResponse:
    """Ask whose dossier it is, and open it."""
    form = DossierForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        made = receiving.create_dossier(
            data["applicant"], data["policy"], by=request.user, title=data["title"]
        )
        return redirect("dossier", made.pk)
    return render(request, "portal/new_dossier.html", {"form": form})


@needs_dossier(Permission.SEE_STATUS)
def dossier(request: UserRequest, found: Dossier) -> HttpResponse:
    """Show a dossier; htmx asks for what changes alone while the machine works."""
    publishing, may = _is_being_published(request, found), _may(found, request.user)
    context = {
        "dossier": found,
        "state": DossierState(found.state),
        "moving": publishing or found.state in _MOVING,
        "next_step": next_step(found, may, publishing=publishing),
        "rows": _rows(found, request.user),
        "may": may,
        "diff_url": _diff_url(found),
    }
    if request.headers.get("HX-Request") == "true":
        answer = render(request, "portal/dossier_state.html", context)
        if not context["moving"]:
            # What may be done now has changed with the state: the whole page again.
            answer["HX-Refresh"] = "true"
        return answer
    context |= {
        "policy": load_policy(found.policy).title,
        "blockers": _blockers(found),
        "kinds": OFFERED,
        "chunk_bytes": CHUNK_BYTES,
        "unfinished": _unfinished(found),
        "runs": found.runs.select_related("attachment").order_by("-pk")[:10],
        "assigned": [(a.reviewer.pk, shown_account(a.reviewer)) for a in _assigned(found)],
        "assign_form": AssignForm(),
    }
    return render(request, "portal/dossier.html", context)


@require_POST
@needs_dossier(Permission.UPLOAD)
def submit(request: UserRequest, found: Dossier) -> HttpResponse:
    """Hand a dossier in; it is started by an event, or by the sweep."""
    receiving.submit_dossier(found.pk, by=request.user)
    starting.announce_submitted(found.pk)
    messages.success(request, "已提交，系统会自动处理；处理完会在这里显示结果。")
    return redirect("dossier", found.pk)


@require_POST
@needs_dossier(Permission.UPLOAD)
def reopen(request: UserRequest, found: Dossier) -> HttpResponse:
    """Open a returned dossier, or one that nobody has begun, for changes."""
    releasing.reopen_dossier(found.pk, by=request.user)
    messages.success(request, "材料已重新打开，可以增减附件，改好后请再次提交。")
    return redirect("dossier", found.pk)


@require_POST
@needs_dossier(Permission.UPLOAD)
def remove(request: UserRequest, found: Dossier, ordinal: int) -> HttpResponse:
    """Take an attachment out."""
    receiving.remove_attachment(found.pk, ordinal, by=request.user)
    messages.success(request, f"附件 a{ordinal:03d} 已移除。")
    return redirect("dossier", found.pk)


@require_POST
@needs_dossier(Permission.SEE_STATUS)
def change_kind(request: UserRequest, found: Dossier, ordinal: int) -> HttpResponse:
    """Say of what kind an attachment is; who may is asked with the state it is in."""
    kind = request.POST.get("kind", "")
    moved = kinds.change_kind(found.pk, ordinal, kind, by=request.user)
    said = f"附件 a{ordinal:03d} 的种类已改为“{kind_name(kind)}”"
    if moved.state == DossierState.SUBMITTED:
        starting.announce_submitted(found.pk)
        said += "，已安排重新处理"
    messages.success(request, f"{said}。")
    return redirect("dossier", found.pk)


@require_POST
@needs_dossier(Permission.RUN)
def rerun(request: UserRequest, found: Dossier, ordinal: int | None = None) -> HttpResponse:
    """Have everything, or one attachment, processed once more; what stands is reused."""
    runs.request_rerun(found.pk, ordinal=ordinal, by=request.user)
    starting.announce_submitted(found.pk)
    messages.success(request, "已安排重新处理。")
    return redirect("dossier", found.pk)


@require_POST
@needs_dossier(Permission.RELEASE)
def publish(request: UserRequest, found: Dossier) -> HttpResponse:
    """Start the flow that makes the reviewers' package."""
    if found.state != DossierState.READY:
        raise NotReleasableError(found.pk, count=len(releasing.release_blockers(found.pk)))
    last = found.runs.order_by("-pk").values_list("pk", flat=True).first() or 0
    starting.start_publishing(found.pk, by=request.user)
    messages.success(request, "已开始生成评审材料，完成后本页会显示“已发布”。")
    return redirect(f"{reverse('dossier', args=[found.pk])}?after={last}")


@require_POST
@needs_dossier(Permission.RELEASE)
def recall(request: UserRequest, found: Dossier) -> HttpResponse:
    """Call a release back."""
    releasing.recall_dossier(found.pk, reason="portal", by=request.user)
    messages.success(request, "发布已撤回，专家不能再打开评审材料。")
    return redirect("dossier", found.pk)


@require_POST
@needs_dossier(Permission.DECIDE)
def close_review(request: UserRequest, found: Dossier) -> HttpResponse:
    """Say that nothing is left to be decided on a dossier that was called back."""
    releasing.close_review(found.pk, by=request.user)
    messages.success(request, "核对已完成，可以发布。")
    return redirect("dossier", found.pk)


@require_POST
@needs_dossier(Permission.DECIDE)
def send_back(request: UserRequest, found: Dossier) -> HttpResponse:
    """Send a dossier back to its applicant, with a word."""
    note = request.POST.get("note", "").strip()
    if not note:
        raise InputError("退回原因")
    releasing.return_dossier(found.pk, reason="portal", note=note[:1000], by=request.user)
    messages.success(request, "已退回，申报人能看到退回原因。")
    return redirect("dossier", found.pk)


@require_POST
@needs_dossier(Permission.ASSIGN_REVIEWERS)
def assign(request: UserRequest, found: Dossier) -> HttpResponse:
    """Let a reviewer read the package once it is released, or no longer."""
    form = AssignForm(request.POST)
    if not form.is_valid():
        raise InputError("评审专家")
    change: Callable[..., None] = (
        releasing.unassign_reviewer if "remove" in request.POST else releasing.assign_reviewer
    )
    change(found.pk, form.cleaned_data["reviewer"], by=request.user)
    messages.success(request, "评审专家已更新。")
    return redirect("dossier", found.pk)


def _is_being_published(request: UserRequest, found: Dossier) -> bool:
    """Whether somebody has just asked for the package; the address says after which run."""
    after = request.GET.get("after", "")
    if found.state != DossierState.READY or not after.isdigit() or len(after) > 18:
        return False
    ended = found.runs.filter(kind=RunKind.PUBLISH, pk__gt=int(after)).exclude(
        state=RunState.RUNNING
    )
    return not ended.exists()


def _rows(found: Dossier, user: User) -> list[AttachmentRow]:
    attachments = found.attachments.exclude(state=AttachmentState.REMOVED)
    return [_row(a, user) for a in attachments.select_related("original")]


def _row(attachment: Attachment, user: User) -> AttachmentRow:
    original, current = attachment.original, attachment.current
    attachment.original.dossier = attachment.dossier
    # The name of a file names its applicant more often than not.
    sees = allows_file(user, original)
    uploads = allows(user, Permission.UPLOAD, attachment.dossier)
    copy = current.file if current is not None and allows_file(user, current.file) else None
    return AttachmentRow(
        attachment,
        name=original.name if sees or uploads else "",
        kind=kind_name(attachment.kind),
        kinds=offered_with(attachment.kind),
        doubts=attachment.doubts.filter(closed=None).count(),
        original=file_link(original, user) if sees else "",
        copy=file_link(copy, user) if copy is not None else "",
        refusal=_refusal(attachment) if sees or uploads else "",
        own_copy=_own_copy(attachment),
        publication=_verdict(attachment.publication, PUBLICATION_NAMES),
    )


def _refusal(attachment: Attachment) -> str:
    """Return why an attachment could not be processed: the sentence names the file."""
    if attachment.state != AttachmentState.REFUSED:
        return ""
    told = attachment.doubts.filter(closed=None).order_by("pk").first()
    return told.message if told is not None else ""


def _own_copy(attachment: Attachment) -> str:
    if attachment.own_file_id is None:
        return ""
    return _verdict(attachment.own_result, OWN_COPY_NAMES) or "已收到，待比对"


def _verdict(result: Mapping[str, Any] | None, names: Mapping[str, str]) -> str:
    return names[result["verdict"]] if result else ""


def _may(found: Dossier, user: User) -> dict[str, bool]:
    """Return what may be done now: the permission is there and the state is right."""
    state = DossierState(found.state)

    def may(permission: Permission, *states: DossierState) -> bool:
        return state in states and allows(user, permission, found)

    standing = (DossierState.REVIEW, DossierState.READY)
    return {
        "upload": may(Permission.UPLOAD, DossierState.OPEN),
        "reopen": may(Permission.UPLOAD, DossierState.SUBMITTED, DossierState.RETURNED),
        "rerun": may(Permission.RUN, *standing),
        # Not while the list renews itself: a choice that is open would be lost.
        "kind": may(Permission.UPLOAD, DossierState.OPEN)
        or may(Permission.RUN, DossierState.RETURNED, *standing),
        "decide": may(Permission.DECIDE, *standing),
        "close": may(Permission.DECIDE, DossierState.REVIEW) and releasing.is_settled(found),
        "look": may(Permission.VIEW_ORIGINAL, *standing, DossierState.RELEASED),
        "publish": may(Permission.RELEASE, DossierState.READY),
        "recall": may(Permission.RELEASE, DossierState.RELEASED),
        "assign": allows(user, Permission.ASSIGN_REVIEWERS, found),
    }


def _blockers(found: Dossier) -> list[tuple[str, str]]:
    if found.state not in (DossierState.REVIEW, DossierState.READY):
        return []
    return [
        (f"a{b.ordinal:03d}" if b.ordinal is not None else "整份材料", b.message)
        for b in releasing.release_blockers(found.pk)
    ]


def _unfinished(found: Dossier) -> list[dict[str, object]]:
    """Return the uploads that were cut off; a browser goes on with them when it gets the file."""
    return [
        {"key": u.key, "name": u.name, "size": u.size, "received": u.received}
        for u in found.uploads.filter(state=UploadState.RECEIVING)
    ]


def _assigned(found: Dossier) -> QuerySet[Assignment]:
    return found.assignments.select_related("reviewer").order_by("pk")


def _diff_url(found: Dossier) -> str:
    try:
        return reverse("diff", args=[found.pk])
    except NoReverseMatch:
        return ""
