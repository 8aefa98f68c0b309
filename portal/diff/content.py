"""What the diff shows of a page and of a dossier, as plain data for templates and scripts.

Places are fractions of the upright page, so that a script needs no sizes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from dossiers.models import (
    CORRECTIONS,
    Attachment,
    CopyVersion,
    Decision,
    DecisionKind,
    Dossier,
    Doubt,
    Finding,
    RunKind,
    User,
)
from dossiers.services.deciding import current_findings, open_queue
from dossiers.states import DossierState, RunState
from pipeline.geometry import Frame
from pipeline.outcome import OwnCopy, Publication
from portal.diff.kinds import NAMES, recogniser_name
from portal.diff.links import page_links
from portal.diff.sides import ORIGINAL, OWN, Side

# As the doubts about an attachment itself are called; see dossiers.services.results.
_OWN_COPY, _PUBLICATION = "own-copy-", "publication-"
_OWN_COPY_NEXT = (
    "左侧是申报人自己打码的副本，右侧是原件。属实的，回到材料页“退回申报人”并写明原因；"
    "不影响评审的，按 a 确认。"
)
_PUBLICATION_NEXT = (
    "请对照原件。属实的，回到材料页“退回申报人”并写明原因；不影响评审的，按 a 确认。"
)
Corners = Sequence[Sequence[float]]
Row = dict[str, Any]


def fractions(polygon: Corners, frame: Frame) -> list[list[float]]:
    """Turn corners in pixels of the stored page into fractions of the upright page."""
    upright = (frame.from_source((x, y)) for x, y in polygon)
    return [[round(x / frame.width, 5), round(y / frame.height, 5)] for x, y in upright]


def stored_corners(box: Corners, frame: Frame) -> tuple[tuple[float, float], ...]:
    """Turn fractions of the upright page into corners in pixels of the stored page."""
    whole = [frame.to_source((x * frame.width, y * frame.height)) for x, y in box]
    return tuple((round(x, 1), round(y, 1)) for x, y in whole)


def sheet_content(
    dossier: Dossier,
    attachment: Attachment,
    pair: tuple[Side, Side],
    page: int,
    frames: Sequence[Frame],
    user: User,
) -> Row:
    """Return what the two sides show of one page, with the findings of the right one."""
    left, right = pair
    frame = frames[page - 1]
    shown = right.version or left.version
    findings = _findings(shown, page, frame)
    beside = findings
    if left.version is not None and right.version is not None:
        beside = _findings(left.version, page, frame)
        _mark_changes(beside, findings)
    return {
        "attachment": attachment.ordinal,
        "code": attachment.code,
        "page": page,
        "pages": len(frames),
        "version": shown.number if shown else None,
        "ratio": round(frame.height / frame.width, 4),
        "left": _side(attachment, left, frame, user),
        "right": _side(attachment, right, frame, user),
        "findings": findings,
        "beside": beside if beside is not findings else None,
        "drawn": _drawn(attachment, shown, page, frame),
    }


def queue_content(dossier: Dossier) -> list[Row]:
    """Return what needs a person in a dossier, in the order in which it is gone through."""
    return [
        {
            "id": doubt.pk,
            "attachment": doubt.attachment.ordinal,
            "code": doubt.attachment.code,
            "page": doubt.page or 1,
            "mark": None,
            "whole": doubt.page is None,
            "cause": doubt.code,
            "message": doubt.message,
            "rule": doubt.rule,
            "finding": doubt.finding_id,
            "kind": NAMES.get(doubt.finding.kind, "") if doubt.finding else "",
            **_told(doubt),
        }
        for doubt in open_queue(dossier.pk)
    ]


def _told(doubt: Doubt) -> Row:
    """Return what a check of the whole attachment found, what comes next, and what to look at."""
    attachment, code = doubt.attachment, doubt.code
    nothing: Row = {"found": [], "next": "", "left": "", "right": ""}
    if doubt.version_id is not None:
        return nothing
    if code.startswith(_OWN_COPY) and attachment.own_result:
        return nothing | _told_of_own_copy(attachment)
    if code.startswith(_PUBLICATION) and attachment.publication:
        entries = Publication.model_validate(attachment.publication).findings
        found = [
            _found(entry.reason, int(entry.attachment[1:]), entry.page)
            for entry in entries
            if entry.effect != "advise"
        ]
        return nothing | {"found": found, "next": _PUBLICATION_NEXT}
    return nothing


def _told_of_own_copy(attachment: Attachment) -> Row:
    own = OwnCopy.model_validate(attachment.own_result)
    places = {place.message: place.page for place in own.places}
    found = [
        _found(message, attachment.ordinal, places.get(n), n if n in places else None)
        for n, message in enumerate(own.messages)
    ]
    told: Row = {"found": found, "next": _OWN_COPY_NEXT}
    if attachment.own_file_id is not None:
        told |= {"left": OWN, "right": ORIGINAL}
    shown = [entry for entry in found if entry["mark"] is not None]
    if shown:
        told |= {"page": shown[0]["page"], "mark": shown[0]["mark"]}
    return told


def _found(text: str, attachment: int, page: int | None, mark: int | None = None) -> Row:
    return {"text": text, "attachment": attachment, "page": page, "mark": mark}


def own_content(attachment: Attachment, page: int, frame: Frame) -> Row:
    """Return what the check of the applicant's own copy said, and where on one page it says it."""
    if not attachment.own_result:
        return {"messages": [], "marks": []}
    own = OwnCopy.model_validate(attachment.own_result)
    # Fractions of the page have no size; only the turn counts.
    unit = Frame(page, 1, 1, _own_turn(attachment, frame))
    marks = [
        {
            "mark": place.message,
            "leak": place.leak,
            "name": own.messages[place.message],
            "box": fractions(place.corners, unit),
            "beside": place.original if place.original_page == page else None,
        }
        for place in own.places
        if place.page == page
    ]
    return {"messages": list(own.messages), "marks": marks}


def turn_of(attachment: Attachment, side: Side, frame: Frame) -> int:
    """Return the quarter turns clockwise after which a side's page stands as the others do."""
    if side.version is not None:
        # Our copies stand upright.
        return 0
    return _own_turn(attachment, frame) if side.code == OWN else frame.turn


def _own_turn(attachment: Attachment, frame: Frame) -> int:
    """The applicant may have scanned the copy the other way round than the original."""
    found = OwnCopy.model_validate(attachment.own_result) if attachment.own_result else None
    turns = found.turns if found else ()
    return turns[frame.page - 1] if frame.page <= len(turns) else frame.turn


def queue_places(attachment: Attachment, page: int, frame: Frame) -> dict[int, list[list[float]]]:
    """Return where on a page the open doubts are, by their ids."""
    rows = attachment.doubts.filter(closed=None, page=page).exclude(polygon=None)
    return {doubt.pk: fractions(doubt.polygon or (), frame) for doubt in rows}


def index_content(dossier: Dossier) -> list[list[object]]:
    """Return all findings of the newest copies: id, attachment, page, kind, doubtful, masked."""
    rows = current_findings(dossier.pk).values_list(
        "pk", "version__attachment__ordinal", "page", "kind", "doubtful", "action"
    )
    return [[*row[:4], int(row[4]), int(row[5] == "mask")] for row in rows]


def pending_content(dossier: Dossier) -> Row:
    """Return how many decisions wait for another masked copy, and where that and all else stands.

    ``making`` is how many attachments are done of how many while new copies are made; ``ended`` is
    how often that has ended, so that who waits for it knows.
    """
    runs = dossier.runs.filter(kind=RunKind.CORRECT).values_list("state", "counts")
    now = [counts for state, counts in runs if state == RunState.RUNNING]
    state = DossierState(Dossier.objects.values_list("state", flat=True).get(pk=dossier.pk))
    return {
        "count": dossier.decisions.filter(settled=None, replaced_by=None).count(),
        "state": state.value,
        "label": state.label,
        "making": now[0] if now else None,
        "ended": len(runs) - len(now),
    }


def record_content(attachment: Attachment) -> list[Row]:
    """Return what was decided about an attachment, newest first: who, what, when."""
    rows = Decision.objects.filter(dossier_id=attachment.dossier_id)
    about = [r for r in _with_people(rows) if r.attachment_id in (None, attachment.pk)]
    replaced = {row.replaces_id for row in about}
    return [
        {
            **_decision(row),
            "page": row.page,
            "note": row.note,
            "text": row.text or "",
            "open": row.kind in CORRECTIONS and row.settled is None,
            "standing": row.kind in CORRECTIONS and row.pk not in replaced,
            "taken_back": row.pk in replaced,
        }
        for row in reversed(about)
    ]


def _side(attachment: Attachment, side: Side, frame: Frame, user: User) -> Row:
    turn = turn_of(attachment, side, frame)
    links = page_links(attachment.dossier_id, side.file.key, frame.page, turn, user)
    return {"code": side.code, "label": side.label, "images": links}


def _findings(version: CopyVersion | None, page: int, frame: Frame) -> list[Row]:
    if version is None:
        return []
    return [_finding(row, frame) for row in version.findings.filter(page=page)]


def _finding(row: Finding, frame: Frame) -> Row:
    return {
        "id": row.pk,
        "code": row.code,
        "kind": row.kind,
        "name": NAMES.get(row.kind, row.kind),
        "masked": row.action == "mask",
        "label": row.label,
        "recogniser": recogniser_name(row.recogniser),
        "score": round(row.score, 2),
        "reason": row.reason,
        "evidence": row.evidence,
        "doubtful": row.doubtful,
        "text": row.text or "",
        "box": fractions(row.polygon, frame),
        "decisions": [],
    }


def add_decisions(attachment: Attachment, page: int, findings: list[Row]) -> None:
    """Put beside each finding what people decided about its place, in any version."""
    rows = attachment.decisions.filter(page=page).exclude(finding=None).select_related("finding")
    known = {int(f["id"]): f for f in findings}
    places: dict[str, list[Row]] = {}
    for row in _with_people(rows):
        if row.finding is not None:
            places.setdefault(str(row.finding.polygon), []).append(_decision(row))
    if not places:
        return
    for pk, polygon in Finding.objects.filter(pk__in=known).values_list("pk", "polygon"):
        known[pk]["decisions"] = places.get(str(polygon), [])


def _with_people(rows: Any) -> Iterable[Decision]:
    found: Iterable[Decision] = rows.select_related("author", "replaces").order_by("pk")
    return found


def _decision(row: Decision) -> Row:
    return {
        "id": row.pk,
        "what": DecisionKind(row.kind).label,
        "kind": row.kind,
        "to": NAMES.get(row.finding_kind, ""),
        "who": row.author.display_name or row.author.username,
        "when": row.created.isoformat(timespec="seconds"),
        "replaces": row.replaces_id,
    }


def _drawn(
    attachment: Attachment, version: CopyVersion | None, page: int, frame: Frame
) -> list[Row]:
    """Return the boxes that people drew and no copy hides yet."""
    rows = attachment.decisions.filter(kind=DecisionKind.DRAW, page=page, replaced_by=None)
    return [
        {
            **_decision(row),
            "box": fractions(row.polygon or (), frame),
            "name": NAMES[row.finding_kind],
        }
        for row in _with_people(rows.filter(settled=None))
    ]


def _mark_changes(before: list[Row], after: list[Row]) -> None:
    """Mark what one version masks and the other does not."""
    for mine, other in ((before, after), (after, before)):
        masked = {str(f["box"]) for f in other if f["masked"]}
        for finding in mine:
            finding["changed"] = finding["masked"] and str(finding["box"]) not in masked
