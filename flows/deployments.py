"""Serves the deployments: ``python -m flows.deployments``, beside a running server."""

from __future__ import annotations

import os

from flows.errors import ServerError
from flows.prefect_home import set_environment, wait_for_api

DEPLOYMENT = "process-dossier"


def main() -> None:
    """Wait for the server, then serve until interrupted.

    Raises:
        ServerError: The server does not answer.
    """
    set_environment()
    api = os.environ.get("PREFECT_API_URL")
    if not api:
        raise ServerError("PREFECT_API_URL")
    wait_for_api(api)
    from flows.process import process_dossier

    process_dossier.serve(name=DEPLOYMENT, limit=1, print_starting_message=False)


if __name__ == "__main__":
    main()
