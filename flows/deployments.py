"""Serves the deployments: ``python -m flows.deployments GROUP``, beside a running server.

``heavy`` reads pages, and one run at a time fits an office PC (``MANGPING_RUNS`` allows more);
``light`` must never wait behind it: the sweep and the publishing. Each run is its own process.
"""

from __future__ import annotations

import os
import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal, get_args

from flows.errors import ServerError
from flows.names import (
    CORRECT,
    INGEST,
    PROCESS,
    PROCESS_ATTACHMENT,
    PUBLISH,
    SIMILARITY,
    SUBMITTED,
    SWEEP,
    VERIFY_PAIR,
)
from flows.prefect_home import set_environment, wait_for_api

if TYPE_CHECKING:
    from prefect.deployments.runner import RunnerDeployment

Group = Literal["heavy", "light"]

_SWEEP_EVERY = timedelta(minutes=1)
_LIGHT_RUNS = 2


def heavy_deployments() -> list[RunnerDeployment]:
    """Return the deployments that read pages."""
    from prefect.events import DeploymentEventTrigger

    from flows.correct import correct_dossier
    from flows.process import process_attachment, process_dossier
    from flows.rechecks import ingest_corpus, similarity_recheck, verify_pair

    submitted = DeploymentEventTrigger(
        name=SUBMITTED,
        description="材料提交后自动处理",
        expect={SUBMITTED},
        parameters={"dossier_id": "{{ event.resource.id }}"},
    )
    return [
        _deployment(process_dossier, PROCESS, triggers=[submitted]),
        _deployment(process_attachment, PROCESS_ATTACHMENT),
        _deployment(correct_dossier, CORRECT),
        _deployment(verify_pair, VERIFY_PAIR),
        _deployment(similarity_recheck, SIMILARITY),
        _deployment(ingest_corpus, INGEST),
    ]


def light_deployments() -> list[RunnerDeployment]:
    """Return the deployments that need no recogniser."""
    from flows.publish import publish_dossier
    from flows.sweep import sweep

    return [
        _deployment(publish_dossier, PUBLISH),
        _deployment(sweep, SWEEP, interval=_SWEEP_EVERY),
    ]


def main(group: str) -> None:
    """Wait for the server, then serve a group until interrupted.

    Raises:
        ServerError: The server does not answer.
    """
    if group not in get_args(Group):
        raise SystemExit(f"{group}: {' | '.join(get_args(Group))}")
    set_environment()
    api = os.environ.get("PREFECT_API_URL")
    if not api:
        raise ServerError("PREFECT_API_URL")
    from dossiers import prepare

    prepare()
    wait_for_api(api)
    from prefect import serve

    heavy = group == "heavy"
    served = heavy_deployments() if heavy else light_deployments()
    limit = int(os.environ.get("MANGPING_RUNS") or 1) if heavy else _LIGHT_RUNS
    serve(*served, limit=limit, print_starting_message=False)


def _deployment(flow: Any, name: str, **more: Any) -> RunnerDeployment:
    from prefect.types.entrypoint import EntrypointType

    made: RunnerDeployment = flow.to_deployment(
        name,
        description=flow.description,
        entrypoint_type=EntrypointType.MODULE_PATH,
        **more,
    )
    return made


if __name__ == "__main__":
    main(*sys.argv[1:2] or ["heavy"])
