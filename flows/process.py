"""The flows ``process-dossier`` and ``process-attachment``.

A dossier that a command lent or registered lives in its case folder; any other one is of the
database, where each attachment is recorded as soon as it has ended.
"""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Completed
from prefect.task_runners import ThreadPoolTaskRunner

from flows.artifacts import leave_tables
from flows.cases import is_registered
from flows.open_sessions import current, give_back, is_lent
from flows.parameters import Again, AttachmentNumber, Counts, DossierId
from flows.quiet import quiet
from flows.stages import WORKERS, through_all_stages


@flow(
    name="process-dossier",
    description="处理一份材料的全部附件：识别、打码、复核。",
    flow_run_name="process-{dossier_id}",
    persist_result=False,
    log_prints=False,
    task_runner=ThreadPoolTaskRunner(max_workers=WORKERS),  # type: ignore[arg-type]
)
def process_dossier(dossier_id: DossierId, again: Again = False) -> Counts | State[Any]:
    """Mask a dossier's attachments and check the copies.

    Returns:
        How many attachments ended with each verdict.
    """
    with quiet(dossier_id):
        if not is_lent(dossier_id) and not is_registered(dossier_id):
            return _process_stored(dossier_id, again)
        try:
            session = current(dossier_id)
            through_all_stages(session)
            leave_tables(session)
            return _verdicts(session.results)
        finally:
            give_back(dossier_id)


@flow(
    name="process-attachment",
    description="重做一份材料的一个附件；没有变化的页直接沿用。",
    flow_run_name="process-{dossier_id}-{attachment}",
    persist_result=False,
    log_prints=False,
    task_runner=ThreadPoolTaskRunner(max_workers=WORKERS),  # type: ignore[arg-type]
)
def process_attachment(dossier_id: DossierId, attachment: AttachmentNumber) -> Counts:
    """Process one attachment of a dossier of the database again.

    The others are read again where their readings are gone, because the labels of people and
    schools are the whole dossier's; nothing of them is recorded.
    """
    with quiet(dossier_id):
        from dossiers import prepare

        prepare()
        from dossiers.models import RunKind
        from dossiers.services.lookup import attachment_of
        from flows.recording import record
        from flows.stored import stored_run

        attachment_of(dossier_id, attachment)
        kind, name = RunKind.PROCESS_ATTACHMENT, _flow_run_id()
        with stored_run(dossier_id, kind, flow_run=name, ordinal=attachment, rerun=True) as run:
            number = run.number(attachment)
            through_all_stages(run.session, [number], lambda ended: record(run, ended))
            result = run.session.result(number)
            run.counts = _verdicts([result] if result else [])
            leave_tables(run.session)
            return run.counts


def _process_stored(dossier_id: str, again: bool) -> Counts | State[Any]:
    from dossiers import prepare

    prepare()
    from dossiers.errors import RunningError, StateError
    from dossiers.models import RunKind
    from flows.recording import record
    from flows.stored import stored_run

    # Prefect's own button for another try is a person's wish too.
    rerun = again or int(flow_run.run_count or 1) > 1
    kind, name = RunKind.PROCESS_DOSSIER, _flow_run_id()
    with ExitStack() as stack:
        try:
            run = stack.enter_context(stored_run(dossier_id, kind, flow_run=name, rerun=rerun))
        except (RunningError, StateError) as error:
            if rerun and isinstance(error, StateError):
                raise
            # The event, the sweep and people may all start it: one is enough.
            return Completed(name="NothingToDo", message=error.code)
        through_all_stages(run.session, done=lambda number: record(run, number))
        run.counts = _verdicts(run.session.results)
        leave_tables(run.session)
        return run.counts


def _verdicts(results: Any) -> Counts:
    return dict(Counter(result.verdict.value for result in results))


def _flow_run_id() -> str:
    return str(flow_run.id or "")
