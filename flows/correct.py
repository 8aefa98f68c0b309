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
from flows.steps import decide_on_all, finish_attachment

if TYPE_CHECKING:
    from dossiers.models import User
    from flows.stored import StoredRun


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
    from dossiers.services.correcting import copies_wanted, settle_what_needs_no_copy

    dossier_id, session = run.dossier_id, run.session
    read_all(session)
    decide_on_all.submit(dossier_id).result()
    decided = {row.ordinal: session.decided(n) for n, row in enumerate(run.attachments)}
    wanted = [run.number(ordinal) for ordinal in copies_wanted(dossier_id, decided)]
    failed = 0
    for number in wanted:
        finish_attachment.submit(dossier_id, number).wait()
        failed += not _record(run, number, by)
    if not failed and by is not None:
        settle_what_needs_no_copy(dossier_id, by=by)
    return {"copies": len(wanted) - failed, "failed": failed}


def _record(run: StoredRun, number: int, by: User | None) -> bool:
    """Record a corrected copy; return whether there is one."""
    from dossiers.services.results import new_copy_version
    from pipeline import casefile
    from pipeline.findings_file import FindingsFile

    session, row = run.session, run.attachments[number]
    result = session.result(number)
    document = session.case.read(casefile.findings(row.code))
    if by is None or result is None or result.error is not None or document is None:
        return False
    with session.case.local(casefile.masked(row.code)) as copy:
        new_copy_version(
            run.dossier_id,
            row.ordinal,
            copy,
            FindingsFile.model_validate_json(document),
            by=by,
            carries_out=session.carried_out(row.code),
        )
    return True
