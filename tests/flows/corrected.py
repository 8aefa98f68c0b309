"""Processes dossiers over the database, and prints what came of them as JSON.

One is corrected; in another a file cannot be read, for no reason of its own.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dossiers
from flows.prefect_home import prefect_api
from pipeline.case_results import finish_into_case
from pipeline.file_reading import read_file
from tests.compared import READING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dossiers.models import User
    from pipeline.casefile import CaseFile
    from pipeline.jobs import FileReading, Job
    from pipeline.outcome import FileResult

SHEETS = (
    ("听课记录", "授课教师：李晓琳", "教研组讨论了分数的意义", "会后整理"),
    ("会议记录", "内容：分数的意义"),
    ("通知", "关于开展教学比赛的通知"),
    ("教学反思", "说说分数的意义"),
)
SHARED_WORD = "人物关系图"


def main(folder: str) -> None:
    dossiers.prepare()
    from dossiers.models import DecisionKind, User
    from dossiers.roles import Role
    from dossiers.services.accounts import create_account
    from dossiers.services.deciding import DecisionInput, record_decision
    from pipeline.dossier import Kind

    dossier = submitted(Path(folder))
    by = create_account("auditor", Role.AUDITOR)
    with prefect_api() as wait_until_up:
        from flows import session
        from flows.correct import correct_dossier
        from flows.process import process_dossier

        wait_until_up()
        process_dossier(dossier)
        first = _state(dossier)
        name = next(f for f in _findings(dossier, 1) if f.kind == Kind.APPLICANT_NAME)
        decisions = (
            DecisionInput(DecisionKind.REJECT, ordinal=1, version=1, finding=name.pk),
            DecisionInput(
                DecisionKind.DRAW,
                ordinal=1,
                version=1,
                page=1,
                polygon=((70, 360), (400, 360), (400, 420), (70, 420)),
                finding_kind=Kind.PERSON_NAME,
            ),
            DecisionInput(
                DecisionKind.MASK_STRING, text="分数的意义", finding_kind=Kind.PROJECT_NUMBER
            ),
        )
        made = [record_decision(dossier, one, by=by) for one in decisions]
        healthy = session.read_file, session.finish_into_case
        session.read_file, session.finish_into_case = _blind, _full_disk
        broken = [correct_dossier(dossier, by.pk), _state(dossier)]
        session.finish_into_case = healthy[1]
        counts = correct_dossier(dossier, by.pk)
        second = _state(dossier)
        session.read_file = healthy[0]
        undo = DecisionInput(DecisionKind.RESOLVE, ordinal=1, replaces=made[0].pk)
        record_decision(dossier, undo, by=User.objects.get(pk=by.pk))
        correct_dossier(dossier)
        states = [first, second, _state(dossier)]
        said = {"broken": broken, "counts": counts, "states": states}
        said |= {"kinds": _kinds(dossier), "failing": _failing(Path(folder))}
        said |= {"unknown": _unknown(), "reports": _reports(Path(folder), by)}
        print(json.dumps(said))


def _blind(job: Job, *rest: Any) -> FileReading:
    """The first reading misses a line of the fourth attachment."""
    file = read_file(job, *rest)
    if job.id != "a004":
        return file
    (page,) = file.readings
    seen = tuple(line for line in page.lines if "分数" not in line.text)
    assert len(seen) < len(page.lines)
    return replace(file, readings=(replace(page, lines=seen),))


def _full_disk(case: CaseFile, file: FileReading, *rest: Any, **more: Any) -> FileResult:
    if file.job.id == "a002":
        raise OSError("the disk is full")
    return finish_into_case(case, file, *rest, **more)


def _kinds(dossier: str) -> list[object]:
    """An attachment becomes a paper and something else again, each time processed."""
    from dossiers.models import Attachment
    from dossiers.services.kinds import change_kind
    from flows.process import process_dossier

    said: list[object] = []
    (*versions, _) = _versions(dossier)
    for kind in ("paper", "honour"):
        change_kind(dossier, 3, kind)
        process_dossier(dossier)
        row = Attachment.objects.get(dossier_id=dossier, ordinal=3)
        codes = row.doubts.filter(closed=None).values_list("code", flat=True)
        said.append([row.state, (row.publication or {}).get("verdict"), list(codes)])
    # Of the fourth another reading finds more.
    return [*said, _versions(dossier)[:-1] == versions]


def _versions(dossier: str) -> list[int]:
    from dossiers.models import Attachment

    rows = Attachment.objects.filter(dossier_id=dossier).order_by("ordinal")
    return [row.versions.count() for row in rows]


def _unknown() -> list[object]:
    """What a flow does with an id that nobody has, and what it leaves behind."""
    from dossiers.errors import UnknownThingError
    from dossiers.models import Run
    from flows.process import process_dossier

    runs = Run.objects.count()
    try:
        process_dossier("d-0123456789ab")
    except UnknownThingError as error:
        return [error.code, Run.objects.count() == runs]
    return []


def _failing(folder: Path) -> dict[str, object]:
    from dossiers.models import Attachment, Dossier
    from flows import session
    from flows.process import process_dossier

    tries: Counter[str] = Counter()
    healthy = session.read_file

    def broken(job: Job, *rest: Any) -> FileReading:
        tries[job.id] += 1
        if job.id == "a002":
            raise OSError("the disk does not answer")
        return healthy(job, *rest)

    dossier = submitted(folder)
    session.read_file = broken
    process_dossier(dossier)
    session.read_file = healthy
    rows = Attachment.objects.filter(dossier_id=dossier).order_by("ordinal")
    first = [row.state for row in rows]
    doubts = [doubt.code for row in rows for doubt in row.doubts.filter(closed=None)]
    process_dossier(dossier, again=True)
    return {
        "tries": tries,
        "first": first,
        "doubts": doubts,
        "again": [row.state for row in rows.all()],
        "state": Dossier.objects.get(pk=dossier).state,
    }


def _reports(folder: Path, by: User) -> list[list[bool]]:
    """Whether each report for reviewers shows a word, before it is masked everywhere and after."""
    from dossiers.models import DecisionKind
    from dossiers.services.deciding import DecisionInput, record_decision
    from dossiers.storage import Storage
    from flows.correct import correct_dossier
    from flows.process import process_dossier
    from flows.recording import reports
    from pipeline.dossier import Kind

    def shown() -> list[bool]:
        pages = []
        for row in reports(dossier):
            with Storage().open(row) as page:
                pages.append(SHARED_WORD in page.read().decode())
        return pages

    lines = ("教学总结", *(READING[at : at + 20] for at in range(0, len(READING), 20)))
    dossier = submitted(folder, (lines, ("业务总结", *lines[1:])), kind="summary")
    process_dossier(dossier)
    before = shown()
    masked = DecisionInput(
        DecisionKind.MASK_STRING, text=SHARED_WORD, finding_kind=Kind.PROJECT_NUMBER
    )
    record_decision(dossier, masked, by=by)
    correct_dossier(dossier, by.pk)
    return [before, shown()]


def submitted(
    folder: Path, sheets: Sequence[tuple[str, ...]] = SHEETS, *, kind: str = "other"
) -> str:
    """Hand a dossier of some sheets in; return its id."""
    from dossiers.services.receiving import create_dossier, submit_dossier
    from dossiers.services.uploads import append_chunk, complete_upload, register_upload
    from pipeline.dossier import Applicant
    from tests.sheets import APPLICANT, draw_sheet

    dossier = create_dossier(Applicant.model_validate(APPLICANT), "huainan-2025")
    for number, lines in enumerate(sheets):
        place = folder / f"{number}.png"
        draw_sheet(lines).save(place, dpi=(150, 150))
        data = place.read_bytes()
        row = register_upload(dossier.pk, name=place.name, size=len(data), kind=kind)
        append_chunk(row.key, 0, data)
        complete_upload(row.key)
    submit_dossier(dossier.pk)
    return str(dossier.pk)


def _findings(dossier: str, ordinal: int) -> list[Any]:
    from dossiers.services.lookup import attachment_of

    current = attachment_of(dossier, ordinal).current
    return list(current.findings.all()) if current is not None else []


def _state(dossier: str) -> dict[str, object]:
    from dossiers.models import Attachment, Decision, Doubt

    rows = Attachment.objects.filter(dossier_id=dossier).order_by("ordinal")
    return {
        "versions": [row.versions.count() for row in rows],
        "attachments": [row.state for row in rows],
        "masked": [
            [f.kind for f in _findings(dossier, row.ordinal) if f.action == "mask"] for row in rows
        ],
        "doubts": sorted(set(Doubt.objects.filter(closed=None).values_list("code", flat=True))),
        "waiting": Decision.objects.filter(settled=None, replaced_by=None).count(),
    }


if __name__ == "__main__":
    import sys

    main(sys.argv[1])
