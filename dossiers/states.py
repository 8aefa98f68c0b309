"""The states of what is remembered, and the one table of the ways between them.

Nothing else decides whether a state may follow another; :func:`dossiers.moves.move` asks here with
the row locked.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import TextChoices


class DossierState(TextChoices):
    """Where a dossier stands."""

    OPEN = "open", "收件中"
    SUBMITTED = "submitted", "待处理"
    PROCESSING = "processing", "处理中"
    REVIEW = "review", "待人工核对"
    READY = "ready", "可发布"
    RELEASED = "released", "已发布"
    RETURNED = "returned", "已退回"
    VOID = "void", "已作废"


class AttachmentState(TextChoices):
    """Where an attachment stands."""

    WAITING = "waiting", "待处理"
    VERIFIED = "verified", "已核验"
    PERSON = "person", "待人工核对"
    REFUSED = "refused", "未能处理"
    REMOVED = "removed", "已移除"


class UploadState(TextChoices):
    """Where an upload stands."""

    RECEIVING = "receiving", "上传中"
    COMPLETE = "complete", "已收下"
    ABANDONED = "abandoned", "未收下"


class RunState(TextChoices):
    """Where a run of a flow stands."""

    RUNNING = "running", "运行中"
    COMPLETED = "completed", "已完成"
    FAILED = "failed", "失败"
    LOST = "lost", "中断"


_D, _A, _U, _R = DossierState, AttachmentState, UploadState, RunState

TRANSITIONS: Mapping[TextChoices, frozenset[TextChoices]] = {
    _D.OPEN: frozenset({_D.SUBMITTED, _D.VOID}),
    _D.SUBMITTED: frozenset({_D.OPEN, _D.PROCESSING, _D.VOID}),
    # Back to submitted: the worker was lost, or a run ended with attachments left over.
    _D.PROCESSING: frozenset({_D.SUBMITTED, _D.REVIEW, _D.READY}),
    _D.REVIEW: frozenset({_D.SUBMITTED, _D.PROCESSING, _D.READY, _D.RETURNED, _D.VOID}),
    _D.READY: frozenset(
        {_D.SUBMITTED, _D.PROCESSING, _D.REVIEW, _D.RELEASED, _D.RETURNED, _D.VOID}
    ),
    # A release can be called back for review; the package is closed to reviewers with it.
    _D.RELEASED: frozenset({_D.REVIEW}),
    _D.RETURNED: frozenset({_D.OPEN, _D.VOID}),
    _D.VOID: frozenset(),
    _A.WAITING: frozenset({_A.VERIFIED, _A.PERSON, _A.REFUSED, _A.REMOVED}),
    _A.VERIFIED: frozenset({_A.WAITING, _A.PERSON, _A.REFUSED, _A.REMOVED}),
    _A.PERSON: frozenset({_A.WAITING, _A.VERIFIED, _A.REFUSED, _A.REMOVED}),
    _A.REFUSED: frozenset({_A.WAITING, _A.VERIFIED, _A.PERSON, _A.REMOVED}),
    _A.REMOVED: frozenset(),
    _U.RECEIVING: frozenset({_U.COMPLETE, _U.ABANDONED}),
    _U.COMPLETE: frozenset(),
    _U.ABANDONED: frozenset(),
    _R.RUNNING: frozenset({_R.COMPLETED, _R.FAILED, _R.LOST}),
    _R.COMPLETED: frozenset(),
    _R.FAILED: frozenset(),
    _R.LOST: frozenset(),
}


def may_follow(now: TextChoices, wanted: TextChoices) -> bool:
    """Return whether one state may become another; none follows itself."""
    return type(now) is type(wanted) and wanted in TRANSITIONS[now]
