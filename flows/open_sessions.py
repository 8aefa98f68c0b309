"""The sessions that are open in this process; flows and their tasks find them by id."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.cases import find

if TYPE_CHECKING:
    from flows.session import Session

_open: dict[str, Session] = {}


def lend(session: Session) -> None:
    """Let the flow of this process find an opened session by its id."""
    _open[session.id] = session


def is_lent(dossier_id: str) -> bool:
    """Whether somebody opened a session under this id."""
    return dossier_id in _open


def current(order_id: str) -> Session:
    """Return the opened session of an order, opening it if nobody did.

    Raises:
        UnknownCaseError: Nobody registered the order.
        UsageError: As for :meth:`Session.open`.
    """
    if order_id not in _open:
        # Brings the recognisers, which whoever only names the flows does not need.
        from flows.session import Session

        _open[order_id] = Session.open(find(order_id))
    return _open[order_id]


def give_back(order_id: str) -> None:
    """Close a session."""
    session = _open.pop(order_id, None)
    if session is not None:
        session.close()
