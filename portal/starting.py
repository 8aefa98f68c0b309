"""Tells Prefect that there is work, and never fails what it tells of.

State is in the database, so the sweep starts whatever nobody started.

Over Prefect's own REST API (``PREFECT_API_URL``): its client would bring the whole of Prefect into
the portal for two small requests. What is sent are ids only, because Prefect keeps it in clear.
"""

from __future__ import annotations

import base64
import json
import os
import threading
import time
import urllib.error
import urllib.request
import uuid
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from dossiers.models import User
from portal.errors import FlowsUnavailableError

SUBMITTED = "mangping.dossier.submitted"
PUBLISH = "publish-dossier"
_SECONDS = 5.0
_TRIES = 5
_PAUSE_SECONDS = 0.3


def announce_submitted(dossier_id: str) -> threading.Thread:
    """Emit the event of a dossier that was handed in, without making anybody wait for it."""
    thread = threading.Thread(target=emit, args=(SUBMITTED, dossier_id), daemon=True)
    thread.start()
    return thread


def emit(event: str, dossier_id: str) -> bool:
    """Emit an event about a dossier; return whether Prefect took it.

    Args:
        event: Its name.
        dossier_id: Becomes the resource's id, and nothing else is said.
    """
    content = {
        "id": str(uuid.uuid4()),
        "occurred": datetime.now(UTC).isoformat(),
        "event": event,
        "resource": {"prefect.resource.id": dossier_id},
        "related": [],
        "payload": {},
    }
    try:
        _ask("/events", [content])
    except FlowsUnavailableError:
        return False
    return True


def start_publishing(dossier_id: str, *, by: User) -> str:
    """Start the flow that releases a dossier; return Prefect's id of the run.

    Args:
        dossier_id: Which dossier.
        by: Who asked; the flow gets the account's number and asks its permission again.

    Raises:
        FlowsUnavailableError: Prefect does not answer, or has no such deployment.
    """
    return start(PUBLISH, {"dossier_id": dossier_id, "requested_by": by.pk})


def start(deployment: str, parameters: dict[str, str | int]) -> str:
    """Start a deployment by name (its flow has the same); return Prefect's id of the run.

    Raises:
        FlowsUnavailableError: Prefect does not answer, or has no such deployment.
    """
    name = quote(deployment)
    found = _ask(f"/deployments/name/{name}/{name}")
    run = _ask(f"/deployments/{found['id']}/create_flow_run", {"parameters": parameters})
    return str(run["id"])


def _ask(path: str, content: object = None) -> Any:
    """Send a request to Prefect and return its JSON; GET without content, POST with it."""
    api = os.environ.get("PREFECT_API_URL", "").rstrip("/")
    if not api.startswith(("http://", "https://")):
        raise FlowsUnavailableError
    headers = {"Content-Type": "application/json"}
    secret = os.environ.get("PREFECT_API_AUTH_STRING")
    if secret:
        headers["Authorization"] = f"Basic {base64.b64encode(secret.encode()).decode()}"
    data = None if content is None else json.dumps(content).encode()
    request = urllib.request.Request(api + path, data, headers)
    for left in reversed(range(_TRIES)):
        try:
            with urllib.request.urlopen(request, timeout=_SECONDS) as response:
                body = response.read()
            return json.loads(body) if body else None
        except urllib.error.HTTPError as error:
            # So Prefect says that others were writing into its database; nothing was done.
            if error.code != HTTPStatus.SERVICE_UNAVAILABLE or not left:
                raise FlowsUnavailableError from None
            time.sleep(_PAUSE_SECONDS)
        except (OSError, ValueError):
            break
    raise FlowsUnavailableError
