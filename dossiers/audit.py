"""The audit chain: who did what to which dossier, so that nobody can alter it unseen.

Every event holds the SHA-256 of its own canonical JSON, in which the hash of the event before
stands; triggers in the database refuse UPDATE and DELETE; and the newest hash is anchored in a file
beside the database, signed with a key that is not in it, so that a chain that was cut short or
computed anew is found as well. docs/dossiers.md has the format.

An event never carries free text: actors, subjects and details are ids, codes and counts, and
anything else is refused.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from django.db import connection, transaction

from dossiers.anchor import Anchor, AnchorForgedError, advance_anchor, read_anchor
from dossiers.models.audit import AuditEvent
from dossiers.models.people import User

GENESIS = "0" * 64
SYSTEM = "system"

_CODE = re.compile(r"[\w.:/\-]{0,80}", re.ASCII)
# Any number will do, as long as every process takes the same.
_ADVISORY_LOCK = 0x6D616E67
_MOST_BREACHES = 100

Detail = str | int | bool | None
Details = Mapping[str, Detail | list[str] | list[int]]


class AuditAction(StrEnum):
    """What is recorded."""

    DOSSIER_CREATED = "dossier.created"
    DOSSIER_MOVED = "dossier.moved"
    UPLOAD_STARTED = "upload.started"
    UPLOAD_RECEIVED = "upload.received"
    UPLOAD_REFUSED = "upload.refused"
    ATTACHMENT_MOVED = "attachment.moved"
    KIND_CHANGED = "attachment.kind"
    ORIGINAL_VIEWED = "original.viewed"
    COPY_VIEWED = "copy.viewed"
    PACKAGE_VIEWED = "package.viewed"
    RUN_STARTED = "run.started"
    RUN_ENDED = "run.ended"
    COPY_MADE = "copy.made"
    DECIDED = "decision.made"
    SETTLED = "decision.settled"
    REVIEWER_ASSIGNED = "reviewer.assigned"
    REVIEWER_UNASSIGNED = "reviewer.unassigned"
    ACCESS_REFUSED = "access.refused"
    ACCOUNT_CREATED = "account.created"
    ACCOUNT_CHANGED = "account.changed"
    LOGGED_IN = "account.login"
    LOGIN_FAILED = "account.login-failed"
    TOKEN_ISSUED = "token.issued"
    TOKEN_REVOKED = "token.revoked"
    KEYS_ROTATED = "keys.rotated"


@contextmanager
def writing() -> Iterator[None]:
    """Open the one kind of transaction in which rows and events are written together.

    Writers come one after the other: SQLite's transactions begin IMMEDIATE, and on PostgreSQL the
    chain's lock is taken before anything else, so that no two wait for each other.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ADVISORY_LOCK])
        yield


def actor_of(user: User | None) -> str:
    """Return how an account is written in the chain."""
    return f"user:{user.pk}" if user is not None else SYSTEM


def append(
    action: AuditAction,
    *,
    actor: str,
    dossier: str = "",
    subject: str = "",
    details: Details | None = None,
) -> AuditEvent:
    """Add an event; it becomes part of the chain together with the caller's other rows.

    Args:
        action: What was done.
        actor: Who did it, as :func:`actor_of` or a worker's name gives it.
        dossier: To which dossier.
        subject: To what of it.
        details: Ids, codes and counts.

    Raises:
        RuntimeError: There is no transaction; see :func:`writing`.
        ValueError: Something is neither id, code nor count.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("an event is written inside a transaction")
    with writing():
        last = _last()
        event = AuditEvent(
            sequence=last.sequence + 1 if last else 1,
            at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            actor=_code(actor),
            action=action.value,
            dossier=_code(dossier),
            subject=_code(subject),
            details=_canonical(_checked(details or {})),
            previous=last.hash if last else GENESIS,
        )
        event.hash = hash_of(event)
        event.save(force_insert=True)
    # Once a transaction; what a savepoint took back registers anew.
    if not any(entry[1] is _anchor_head for entry in connection.run_on_commit):
        transaction.on_commit(_anchor_head)
    return event


def hash_of(event: AuditEvent) -> str:
    """Return the SHA-256 (hexadecimal) of an event's canonical JSON, without its own hash."""
    fields = {
        "sequence": event.sequence,
        "at": event.at,
        "actor": event.actor,
        "action": event.action,
        "dossier": event.dossier,
        "subject": event.subject,
        "details": event.details,
        "previous": event.previous,
    }
    return hashlib.sha256(_canonical(fields).encode()).hexdigest()


class BreachKind(StrEnum):
    """How the chain is broken."""

    CHANGED = "changed"
    MISSING = "missing"
    UNLINKED = "unlinked"
    TRUNCATED = "truncated"
    REWRITTEN = "rewritten"
    NO_ANCHOR = "no-anchor"
    ANCHOR_FORGED = "anchor-forged"


_SENTENCES = {
    BreachKind.CHANGED: "第 {n} 条记录的内容被改动过。",
    BreachKind.MISSING: "第 {n} 条记录缺失或次序被改动过。",
    BreachKind.UNLINKED: "第 {n} 条记录与前一条接不上：前一条被替换、删除或调换过。",
    BreachKind.TRUNCATED: "从第 {n} 条起的记录被删去了。",
    BreachKind.REWRITTEN: "第 {n} 条及以前的记录被整体改写过，与锚定文件不符。",
    BreachKind.NO_ANCHOR: "锚定文件不见了，不能确定第 {n} 条之后没有记录被删去。",
    BreachKind.ANCHOR_FORGED: "锚定文件被改动过，不能确定第 {n} 条之后没有记录被删去。",
}


@dataclass(frozen=True, slots=True)
class Breach:
    """A place where the chain is broken: the sequence number, and how."""

    sequence: int
    kind: BreachKind

    @property
    def message(self) -> str:
        """One Chinese sentence."""
        return _SENTENCES[self.kind].format(n=self.sequence)


@dataclass(frozen=True, slots=True)
class Verification:
    """What a look at the whole chain gave: events seen, newest hash, at most 100 breaches."""

    events: int
    head: str
    breaches: tuple[Breach, ...]


def verify() -> Verification:
    """Check every event, every link and the anchor; events may be added meanwhile."""
    breaches: list[Breach] = []
    anchor: Anchor | None = None
    forged = False
    try:
        # Before the rows, so that what is added meanwhile is not missed at the end.
        anchor = read_anchor()
    except AnchorForgedError:
        forged = True
    count, expected, previous, anchored = 0, 1, GENESIS, ""
    for event in AuditEvent.objects.order_by("sequence").iterator(chunk_size=2000):
        if event.sequence != expected:
            breaches.append(Breach(expected, BreachKind.MISSING))
        elif event.previous != previous:
            breaches.append(Breach(event.sequence, BreachKind.UNLINKED))
        if event.hash != hash_of(event):
            breaches.append(Breach(event.sequence, BreachKind.CHANGED))
        if anchor is not None and event.sequence == anchor.sequence:
            anchored = event.hash
        count, expected, previous = count + 1, event.sequence + 1, event.hash
    if forged:
        breaches.append(Breach(expected - 1, BreachKind.ANCHOR_FORGED))
    elif anchor is None:
        if count:
            breaches.append(Breach(expected - 1, BreachKind.NO_ANCHOR))
    elif anchor.sequence >= expected:
        breaches.append(Breach(expected, BreachKind.TRUNCATED))
    elif anchored != anchor.hash:
        breaches.append(Breach(anchor.sequence, BreachKind.REWRITTEN))
    breaches.sort(key=lambda breach: breach.sequence)
    return Verification(count, previous, tuple(breaches[:_MOST_BREACHES]))


def _last() -> AuditEvent | None:
    return AuditEvent.objects.order_by("-sequence").first()


def _anchor_head() -> None:
    last = _last()
    if last is not None:
        advance_anchor(last.sequence, last.hash)


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def _code(value: str) -> str:
    if not _CODE.fullmatch(value):
        raise ValueError("the chain takes ids and codes only, no free text")
    return value


def _checked(details: Details) -> dict[str, Any]:
    for name, value in details.items():
        _code(name)
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, str):
                _code(item)
            elif not (item is None or isinstance(item, int)):
                raise ValueError("the chain takes ids, codes and counts only")
    return dict(details)
