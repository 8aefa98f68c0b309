"""The steps that Prefect shows: thin tasks around an open session.

Prefect keeps parameters, names and results in clear, so tasks are named by number, and what they
return are counts. Reuse is the case file's: readings, findings and copies are kept there under the
page, the models, the policy and the code.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.states import Failed
from prefect.tasks import Task

from flows.open_sessions import current
from flows.parameters import Counts
from flows.quiet import quiet
from pipeline.dossier import VerdictKind

_AGAIN = 2
_AGAIN_SECONDS = 1
_FINAL = "Refused"


def _is_worth_repeating(_: Task[Any, Any], __: TaskRun, state: State[Any]) -> bool:
    """Whether a step may yet succeed: what its attachment was refused for stays."""
    return state.name != _FINAL


def _refused() -> State[Any]:
    return Failed(name=_FINAL, message="refused")


@task(
    name="read",
    task_run_name="read-{number}",
    cache_policy=NO_CACHE,
    persist_result=False,
    retries=_AGAIN,
    retry_delay_seconds=_AGAIN_SECONDS,
    retry_condition_fn=_is_worth_repeating,
)
def read_attachment(dossier_id: str, number: int) -> Counts | State[Any]:
    """Read one attachment and look through it."""
    with quiet(dossier_id):
        reading = current(dossier_id).read(number)
        if reading is None:
            return _refused()
        return {"pages": len(reading.facts), "findings": len(reading.findings)}


@task(name="decide", task_run_name="decide", cache_policy=NO_CACHE, persist_result=False)
def decide_on_all(dossier_id: str) -> int:
    """Search people and schools in all attachments, and decide what is masked."""
    with quiet(dossier_id):
        return current(dossier_id).decide()


@task(
    name="mask-and-verify",
    task_run_name="mask-and-verify-{number}",
    cache_policy=NO_CACHE,
    persist_result=False,
    retries=_AGAIN,
    retry_delay_seconds=_AGAIN_SECONDS,
    retry_condition_fn=_is_worth_repeating,
)
def finish_attachment(dossier_id: str, number: int) -> Counts | State[Any]:
    """Build one attachment's masked copy and check it."""
    with quiet(dossier_id):
        result = current(dossier_id).finish(number)
        if result.verdict is VerdictKind.ERROR:
            return _refused()
        return {"pages": result.pages, "masks": sum(result.masks.values())}


@task(
    name="compare-own-copy",
    task_run_name="compare-own-copy-{number}",
    cache_policy=NO_CACHE,
    persist_result=False,
)
def compare_own_copy(dossier_id: str, number: int) -> Counts | State[Any]:
    """Check the applicant's own masked copy of one attachment against its original."""
    with quiet(dossier_id):
        own = current(dossier_id).compare(number)
        if own.verdict == "error":
            return _refused()
        return {"leaks": own.leaks, "differences": own.differences}


@task(
    name="examine-publications",
    task_run_name="examine-publications",
    cache_policy=NO_CACHE,
    persist_result=False,
)
def examine_publications(dossier_id: str) -> Counts:
    """Examine papers and books; return how many ended with each verdict."""
    with quiet(dossier_id):
        examined = current(dossier_id).examine()
        return dict(Counter(publication.verdict for publication in examined.values()))


@task(
    name="compare-texts", task_run_name="compare-texts", cache_policy=NO_CACHE, persist_result=False
)
def compare_texts(dossier_id: str) -> Counts:
    """Compare papers, summaries and teaching designs; return how many, and how many failed."""
    with quiet(dossier_id):
        compared = current(dossier_id).compare_texts()
        failed = sum(one.error is not None for one in compared.values())
        return {"compared": len(compared), "failed": failed}


@task(name="report", task_run_name="report", cache_policy=NO_CACHE, persist_result=False)
def report_all(dossier_id: str) -> None:
    """Write the report and the manifest."""
    with quiet(dossier_id):
        current(dossier_id).report()
