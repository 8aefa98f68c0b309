"""What Prefect may learn of an error: it keeps messages in clear, and shows them to everybody."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from dossiers.errors import (
    LeaseLostError,
    NotReleasableError,
    PermissionRefusedError,
    RunningError,
    StateError,
    StorageError,
    UnknownThingError,
)
from flows.errors import FlowFailedError, NotYetError, TryAgainError, UnknownCaseError

# Their sentences hold ids only.
_HARMLESS = (
    FlowFailedError,
    LeaseLostError,
    NotReleasableError,
    NotYetError,
    PermissionRefusedError,
    RunningError,
    StateError,
    StorageError,
    TryAgainError,
    UnknownCaseError,
    UnknownThingError,
)


@contextmanager
def quiet(dossier_id: str) -> Iterator[None]:
    """Let nothing out of a flow or a task but ids and codes.

    Raises:
        FlowFailedError: In the place of any error that may name a file or a text.
    """
    try:
        yield
    except _HARMLESS:
        raise
    except Exception as caught:
        # Brings the recognisers, which whoever only names the flows does not need.
        from pipeline.outcome import as_mangping_error

        error = as_mangping_error(caught, dossier_id)
        place = f"{error.facts.get('kind', '')} {error.facts.get('place', '')}".strip()
        reason = f"{error.code} {place}".strip() if error.code == "internal" else error.code
        raise FlowFailedError(dossier_id, reason=reason) from None
