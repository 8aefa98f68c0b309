"""The flow ``correct-dossier``: what people decided on the diff goes into new masked copies.

The dossier stays in review. Readings and findings are kept, so only the copies are read, by their
verification.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from prefect import flow
from prefect.runtime import flow_run
from prefect.task_runners import ThreadPoolTaskRunner

from flows.artifacts import leave_link
from flows.parameters import Account, Counts, DossierId
from flows.quiet import quiet
from flows.stages import WORKERS, read_all
from flows.steps import (
    compare_texts,
    decide_on_all,
    examine_publications,
    finish_attachment,
)

if TYPE_CHECKING:
    from dossiers.models import User
    from flows.stored import StoredRun

_FAILED = (
    "按更正重做这个附件的副本没有成功，更正还没有做进去；"
    "请再点一次“生成新版”，仍不行请重新处理这个附件，或联系管理员。"
)


@flow(
    name="correct-dossier",
    description="按核对人员的更正重做打码件，并重新核验；没有更正的附件不动。",
    flow_run_name="correct-dossier-{dossier_id}",
    persist_result=False,
    log_prints=False,
    task_runner=ThreadPoolTaskRunner(max_workers=WORKERS),  # type: ignore[arg-type]
)
def correct_dossier(dossier_id: DossierId, requested_by: Account = None) -> Counts:
    """Make masked copies that carry out the corrections of a dossier.

    Returns:
        How many copies were made, and how many could not be.
    """
    with quiet(dossier_id):
        from dossiers import prepare

        prepare()
        from dossiers.models import RunKind
        from dossiers.services.correcting import corrector, is_up_for_review
        from flows.errors import NotYetError
        from flows.stored import stored_run

        state = is_up_for_review(dossier_id)
        if state is not None:
            raise NotYetError(dossier_id, state=state)
        by = corrector(dossier_id, requested_by)
        name = str(flow_run.id or "")
        with stored_run(dossier_id, RunKind.CORRECT, flow_run=name) as run:
            run.counts = _carry_out(run, by)
            leave_link(dossier_id)
            return dict(run.counts)


def _carry_out(run: StoredRun, by: User | None) -> Counts:
    from dossiers.services.correcting import (
        copies_wanted,
        searches_wanted,
        settle_what_needs_no_copy,
    )
    from dossiers.services.runs import note_progress

    dossier_id, session = run.dossier_id, run.session
    read_all(session)
    decide_on_all.submit(dossier_id).result()
    _renew_reports(run)
    decided = {row.ordinal: session.decided(n) for n, row in enumerate(run.attachments)}
    wanted = copies_wanted(dossier_id, decided)
    searched = [ordinal for ordinal in searches_wanted(dossier_id) if ordinal not in wanted]
    made = failed = 0
    concerned = (*wanted, *searched)
    for done, ordinal in enumerate(concerned):
        note_progress(run.grant, {"done": done, "of": len(concerned)})
        number = run.number(ordinal)
        finish_attachment.submit(dossier_id, number).wait()
        new = _record(run, number, by, only_if_more=ordinal in searched)
        if new is None:
            failed += 1
            _to_person(run, ordinal)
        made += bool(new)
    if not failed and by is not None:
        settle_what_needs_no_copy(dossier_id, by=by)
    return {"copies": made, "failed": failed}


def _renew_reports(run: StoredRun) -> None:
    """Make the reports for reviewers anew: they show what the copies show."""
    from flows.recording import record_similarity, reports

    if not reports(run.dossier_id):
        return
    examine_publications.submit(run.dossier_id).result()
    compare_texts.submit(run.dossier_id).result()
    for number in range(len(run.session.jobs)):
        record_similarity(run, number)


def _record(run: StoredRun, number: int, by: User | None, *, only_if_more: bool) -> bool | None:
    """Record a corrected copy; return whether it is a new one, None where there is none at all."""
    from dossiers.services.correcting import says_more
    from dossiers.services.results import keep_copy_version, new_copy_version
    from pipeline import casefile
    from pipeline.errors import MangpingError
    from pipeline.findings_file import FindingsFile

    session, row = run.session, run.attachments[number]
    result = session.result(number)
    document = session.case.read(casefile.findings(row.code))
    if by is None or result is None or result.error is not None or document is None:
        return None
    found, carried = FindingsFile.model_validate_json(document), session.carried_out(row.code)
    try:
        if only_if_more and not says_more(run.dossier_id, row.ordinal, found):
            keep_copy_version(run.dossier_id, row.ordinal, by=by, carries_out=carried)
            return False
        with session.case.local(casefile.masked(row.code)) as copy:
            new_copy_version(run.dossier_id, row.ordinal, copy, found, by=by, carries_out=carried)
    except MangpingError:
        # Of this attachment alone: the others are corrected all the same.
        return None
    return True


def _to_person(run: StoredRun, ordinal: int) -> None:
    from dossiers.services.results import CORRECTION_FAILED
    from dossiers.services.runs import put_before_person

    put_before_person(
        run.dossier_id, ordinal, CORRECTION_FAILED, lease=run.grant.lease, message=_FAILED
    )
