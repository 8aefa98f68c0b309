"""Leases: of several workers that share a database, one works at a thing.

A lease ends by itself when its holder no longer renews it, and whoever takes it then gets a higher
token; what the earlier holder still sends is refused by :func:`require_lease`. Times are the
database's, so the workers' clocks need not agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from dossiers.errors import LeaseLostError
from dossiers.models import Lease

LEASE_SECONDS = 120.0
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class LeaseGrant:
    """The right to work at a resource until it is lost."""

    resource: str
    holder: str
    token: int


def resource(dossier: str, ordinal: int | None = None, page: int | None = None) -> str:
    """Return the name of a dossier, an attachment or a page as leases know it."""
    parts = [dossier]
    if ordinal is not None:
        parts.append(f"a{ordinal:03d}")
    if page is not None:
        parts.append(f"p{page}")
    return "/".join(parts)


def take_lease(what: str, holder: str, *, seconds: float = LEASE_SECONDS) -> LeaseGrant | None:
    """Take a thing to work at; None while somebody else has it.

    Args:
        what: As :func:`resource` names it.
        holder: The worker's name: an opaque code.
        seconds: How long without :func:`heartbeat` until others may take it.
    """
    with transaction.atomic():
        Lease.objects.bulk_create(
            [Lease(resource=what, holder="", expires=_LONG_AGO)], ignore_conflicts=True
        )
        taken = Lease.objects.filter(resource=what, expires__lte=Now()).update(
            holder=holder, token=F("token") + 1, expires=Now() + timedelta(seconds=seconds)
        )
        if not taken:
            return None
        return LeaseGrant(what, holder, Lease.objects.get(resource=what).token)


def heartbeat(grant: LeaseGrant, *, seconds: float = LEASE_SECONDS) -> None:
    """Renew a lease; call it several times in its duration.

    Raises:
        LeaseLostError: Somebody else has it now.
    """
    renewed = Lease.objects.filter(resource=grant.resource, token=grant.token).update(
        expires=Now() + timedelta(seconds=seconds)
    )
    if not renewed:
        raise LeaseLostError(grant.resource)


def release_lease(grant: LeaseGrant) -> None:
    """Let others have it at once; does nothing to a lease that was lost."""
    Lease.objects.filter(resource=grant.resource, token=grant.token).update(expires=_LONG_AGO)


def require_lease(grant: LeaseGrant) -> None:
    """Make sure, inside a transaction, that the lease is held and stays so until it ends.

    A lease that ran out but that nobody took still counts.

    Raises:
        LeaseLostError: Somebody else has it now.
    """
    held = Lease.objects.select_for_update().filter(resource=grant.resource, token=grant.token)
    if not held.exists():
        raise LeaseLostError(grant.resource)


def is_held(what: str, token: int) -> bool:
    """Return whether a lease is still running."""
    return Lease.objects.filter(resource=what, token=token, expires__gt=Now()).exists()
