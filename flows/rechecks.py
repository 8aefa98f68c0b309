"""Flows over one part of a dossier of the database: its own copies, shared text, the corpus."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from prefect import flow
from prefect.runtime import flow_run
from prefect.task_runners import ThreadPoolTaskRunner

from flows.artifacts import leave_link
from flows.parameters import AttachmentNumber, Counts, DossierId, ReviewRound
from flows.quiet import quiet
from flows.stages import WORKERS, read_all
from flows.steps import compare_own_copy, compare_texts, decide_on_all, examine_publications


@flow(
    name="verify-pair",
    description="再核对一次申报人自己打码的副本与原件。",
    flow_run_name="verify-pair-{dossier_id}-{attachment}",
    persist_result=False,
    log_prints=False,
    task_runner=ThreadPoolTaskRunner(max_workers=WORKERS),  # type: ignore[arg-type]
)
def verify_pair(dossier_id: DossierId, attachment: AttachmentNumber) -> Counts:
    """Compare the applicant's own masked copy of an attachment with its original once more."""
    with quiet(dossier_id), _processed(dossier_id, "VERIFY_PAIR", attachment) as run:
        from flows.recording import record_own_copy

        number = run.number(attachment)
        read_all(run.session)
        decide_on_all.submit(dossier_id).result()
        if number not in run.session.own_copies:
            return {"own_copies": 0}
        compare_own_copy.submit(dossier_id, number).wait()
        own = run.session.own_copy(number)
        if own is not None:
            record_own_copy(run, number, own)
            run.counts = {"leaks": own.leaks, "differences": own.differences}
        leave_link(dossier_id)
        return dict(run.counts)


@flow(
    name="similarity-recheck",
    description="用现在的比对库再查一次论文、总结和教学设计的重复文字。",
    flow_run_name="similarity-recheck-{dossier_id}",
    persist_result=False,
    log_prints=False,
    task_runner=ThreadPoolTaskRunner(max_workers=WORKERS),  # type: ignore[arg-type]
)
def similarity_recheck(dossier_id: DossierId) -> Counts:
    """Compare a dossier's texts with the corpus as it is now."""
    with quiet(dossier_id), _processed(dossier_id, "SIMILARITY") as run:
        return _compared(run)


@flow(
    name="ingest-corpus",
    description="把一份材料的论文、总结和教学设计收进比对库，供同年度和以后的材料比对。",
    flow_run_name="ingest-corpus-{dossier_id}",
    persist_result=False,
    log_prints=False,
    task_runner=ThreadPoolTaskRunner(max_workers=WORKERS),  # type: ignore[arg-type]
)
def ingest_corpus(dossier_id: DossierId, review_round: ReviewRound) -> Counts:
    """Add a dossier's texts to the corpus under a round, making the corpus if there is none."""
    with quiet(dossier_id):
        from flows.corpora import corpus_path
        from pipeline.similarity.corpus import Corpus

        with _processed(dossier_id, "SIMILARITY", review_round=review_round) as run:
            Corpus.open(corpus_path(), create=True).close()
            return _compared(run)


def _compared(run: Any) -> Counts:
    from flows.recording import record_similarity

    dossier_id = run.dossier_id
    read_all(run.session)
    decide_on_all.submit(dossier_id).result()
    examine_publications.submit(dossier_id).result()
    run.counts = compare_texts.submit(dossier_id).result()
    for number in range(len(run.session.jobs)):
        record_similarity(run, number)
    leave_link(dossier_id)
    return dict(run.counts)


@contextmanager
def _processed(
    dossier_id: str, kind: str, ordinal: int | None = None, review_round: str | None = None
) -> Iterator[Any]:
    """Open a dossier that was processed and not released yet.

    Raises:
        NotYetError: It is in another state.
    """
    from dossiers import prepare

    prepare()
    from dossiers.models import RunKind
    from dossiers.services.lookup import attachment_of, dossier_of
    from dossiers.states import DossierState
    from flows.errors import NotYetError
    from flows.stored import stored_run

    state = DossierState(dossier_of(dossier_id).state)
    if state not in (DossierState.REVIEW, DossierState.READY):
        raise NotYetError(dossier_id, state=state.label)
    if ordinal is not None:
        attachment_of(dossier_id, ordinal)
    with stored_run(
        dossier_id,
        RunKind[kind],
        flow_run=str(flow_run.id or ""),
        ordinal=ordinal,
        review_round=review_round,
    ) as run:
        yield run
