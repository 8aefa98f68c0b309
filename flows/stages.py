"""All stages over an open session, one Prefect task a step; a failed attachment stops no other."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from prefect.artifacts import create_progress_artifact, update_progress_artifact
from prefect.futures import PrefectConcurrentFuture, PrefectFuture

from flows.steps import (
    compare_own_copy,
    compare_texts,
    decide_on_all,
    examine_publications,
    finish_attachment,
    read_attachment,
    report_all,
)

if TYPE_CHECKING:
    from flows.session import Session

# Threads share the one OCR engine, which frees the interpreter while it computes.
WORKERS = max(2, min(4, os.cpu_count() or 2))
_ARTIFACT_SECONDS = 2.0

Done = Callable[[int], None]


def through_all_stages(
    session: Session, wanted: Iterable[int] | None = None, done: Done | None = None
) -> None:
    """Take a dossier's attachments through all stages.

    Args:
        session: The opened dossier; inside of a flow whose tasks find it by its id.
        wanted: The attachments (from 0) that are finished; all by default.
        done: Told of each of them as soon as it has ended, whatever became of it.
    """
    dossier, watch = session.id, _Watch(session)
    everything = range(len(session.jobs))
    finished = list(everything if wanted is None else wanted)
    read_all(session, watch)
    decide_on_all.submit(dossier).result()
    examine_publications.submit(dossier).result()
    compare_texts.submit(dossier).result()
    own = [number for number in session.own_copies if number in finished]
    watch.follow({compare_own_copy.submit(dossier, n): n for n in own})
    watch.follow({finish_attachment.submit(dossier, n): n for n in finished}, done)
    if wanted is None:
        report_all.submit(dossier).result()


def read_all(session: Session, watch: _Watch | None = None) -> None:
    """Read all attachments; those whose reading took a worker down before come last, alone."""
    watch = watch or _Watch(session)
    suspects = session.suspects()
    waiting = [n for n in range(len(session.jobs)) if session.result(n) is None]
    first = [n for n in waiting if n not in suspects]
    watch.follow({read_attachment.submit(session.id, n): n for n in first})
    for number in suspects:
        if number in waiting:
            watch.follow({read_attachment.submit(session.id, number): number})


class _Watch:
    """Keeps the progress artifact up to date while tasks run."""

    def __init__(self, session: Session) -> None:
        self._session = session
        created = create_progress_artifact(0.0, key=session.id, description="处理进度")
        self._artifact = cast(UUID, created)
        self._shown = -1.0

    def follow(self, futures: Mapping[PrefectFuture[Any], int], done: Done | None = None) -> None:
        """Wait for tasks, by attachment; a failed one stops nobody."""
        # Not Prefect's own wait: its timeout is a signal, which may strike inside of a lock.
        waiting = {_plain(future): number for future, number in futures.items()}
        while waiting:
            ended, _ = wait(waiting, _ARTIFACT_SECONDS, return_when=FIRST_COMPLETED)
            for future in ended:
                number = waiting.pop(future)
                if done is not None:
                    done(number)
            percent = round(100 * self._session.progress.share(), 1)
            if percent != self._shown:
                update_progress_artifact(self._artifact, percent)
                self._shown = percent


def _plain(future: PrefectFuture[Any]) -> Future[Any]:
    """Return what a thread of the task runner gave Prefect."""
    return cast("PrefectConcurrentFuture[Any]", future).wrapped_future
