"""The Prefect flow ``process-dossier``: thin tasks around the stages.

Prefect keeps parameters, names and artifacts in clear. So the flow is given an opaque id, tasks are
named by number, and what they return are counts and sums. Reuse is the case file's: readings,
findings and copies are kept there under the page, the models, the policy and the code.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any, cast
from uuid import UUID

from prefect import flow, task
from prefect.artifacts import (
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.futures import PrefectFuture, wait
from prefect.states import Failed
from prefect.task_runners import ThreadPoolTaskRunner
from pydantic import Field

from flows.session import Session, current, give_back
from pipeline.dossier import VerdictKind
from pipeline.outcome import PUBLICATION_NAMES

DossierId = Annotated[
    str,
    Field(
        pattern=r"^d-[0-9a-f]{12}$",
        title="材料编号",
        description="由 mangping process 登记的编号，不含任何个人信息",
    ),
]

# Threads share the one OCR engine, which frees the interpreter while it computes.
WORKERS = max(2, min(4, os.cpu_count() or 2))
_ARTIFACT_SECONDS = 2.0

Counts = dict[str, int]


@task(name="read", task_run_name="read-{number}", cache_policy=NO_CACHE, persist_result=False)
def read_attachment(dossier_id: DossierId, number: int) -> Counts | State[Any]:
    """Read one attachment and look through it."""
    reading = current(dossier_id).read(number)
    if reading is None:
        return Failed(message="refused")
    return {"pages": len(reading.facts), "findings": len(reading.findings)}


@task(name="decide", task_run_name="decide", cache_policy=NO_CACHE, persist_result=False)
def decide_on_all(dossier_id: DossierId) -> int:
    """Search people and schools in all attachments, and decide what is masked."""
    return current(dossier_id).decide()


@task(
    name="mask-and-verify",
    task_run_name="mask-and-verify-{number}",
    cache_policy=NO_CACHE,
    persist_result=False,
)
def finish_attachment(dossier_id: DossierId, number: int) -> Counts | State[Any]:
    """Build one attachment's masked copy and check it."""
    result = current(dossier_id).finish(number)
    if result.verdict is VerdictKind.ERROR:
        return Failed(message="refused")
    return {"pages": result.pages, "masks": sum(result.masks.values())}


@task(
    name="compare-own-copy",
    task_run_name="compare-own-copy-{number}",
    cache_policy=NO_CACHE,
    persist_result=False,
)
def compare_own_copy(dossier_id: DossierId, number: int) -> Counts | State[Any]:
    """Check the applicant's own masked copy of one attachment against its original."""
    own = current(dossier_id).compare(number)
    if own.verdict == "error":
        return Failed(message="refused")
    return {"leaks": own.leaks, "differences": own.differences}


@task(
    name="examine-publications",
    task_run_name="examine-publications",
    cache_policy=NO_CACHE,
    persist_result=False,
)
def examine_publications(dossier_id: DossierId) -> Counts:
    """Examine papers and books; return how many ended with each verdict."""
    examined = current(dossier_id).examine()
    return dict(Counter(publication.verdict for publication in examined.values()))


@task(
    name="compare-texts", task_run_name="compare-texts", cache_policy=NO_CACHE, persist_result=False
)
def compare_texts(dossier_id: DossierId) -> Counts:
    """Compare papers, summaries and teaching designs; return how many, and how many failed."""
    compared = current(dossier_id).compare_texts()
    failed = sum(one.error is not None for one in compared.values())
    return {"compared": len(compared), "failed": failed}


@task(name="report", task_run_name="report", cache_policy=NO_CACHE, persist_result=False)
def report_all(dossier_id: DossierId) -> None:
    """Write the report and the manifest."""
    current(dossier_id).report()


@flow(
    name="process-dossier",
    flow_run_name="process-{dossier_id}",
    persist_result=False,
    log_prints=False,
    task_runner=ThreadPoolTaskRunner(max_workers=WORKERS),  # type: ignore[arg-type]
)
def process_dossier(dossier_id: DossierId) -> Counts:
    """Mask a dossier's attachments and check the copies.

    Returns:
        How many attachments ended with each verdict.
    """
    try:
        session = current(dossier_id)
        numbers = range(len(session.jobs))
        created = create_progress_artifact(0.0, key=dossier_id, description="处理进度")
        artifact = cast(UUID, created)
        _follow([read_attachment.submit(dossier_id, n) for n in numbers], session, artifact)
        decide_on_all.submit(dossier_id).result()
        examined = examine_publications.submit(dossier_id).result()
        compare_texts.submit(dossier_id).result()
        own = [compare_own_copy.submit(dossier_id, n) for n in session.own_copies]
        _follow(own, session, artifact)
        _follow([finish_attachment.submit(dossier_id, n) for n in numbers], session, artifact)
        report_all.submit(dossier_id).result()
        verdicts = Counter(result.verdict.value for result in session.results)
        create_table_artifact(
            [{"结论": kind.value, "文件数": verdicts[kind.value]} for kind in VerdictKind],
            key=f"{dossier_id}-verdicts",
        )
        if examined:
            create_table_artifact(
                [
                    {"结论": name, "件数": examined.get(v, 0)}
                    for v, name in PUBLICATION_NAMES.items()
                ],
                key=f"{dossier_id}-publications",
            )
        return dict(verdicts)
    finally:
        give_back(dossier_id)


def _follow(futures: Sequence[PrefectFuture[Any]], session: Session, artifact: UUID) -> None:
    """Wait for tasks and keep the progress artifact up to date; a failed one stops nobody."""
    waiting = list(futures)
    shown = -1.0
    while waiting:
        waiting = list(wait(waiting, timeout=_ARTIFACT_SECONDS).not_done)
        percent = round(100 * session.progress.share(), 1)
        if percent != shown:
            update_progress_artifact(artifact, percent)
            shown = percent
