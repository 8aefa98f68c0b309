from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dossiers import audit, triggers
from dossiers.anchor import anchor_file
from dossiers.audit import AuditAction, BreachKind
from dossiers.models import AuditEvent

EVENTS = 12
FIELDS = ("at", "actor", "action", "dossier", "subject", "details", "previous", "hash")


@pytest.fixture
def chain(db: None, django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        for number in range(EVENTS):
            with audit.writing():
                audit.append(
                    AuditAction.COPY_VIEWED,
                    actor=f"user:{number}",
                    dossier="d-0123456789ab",
                    subject=f"a{number:03d}",
                    details={"page": number},
                )


@pytest.fixture
def unlocked(chain: None) -> None:
    """An intruder with the rights of the database's owner."""
    triggers.remove(connection)


def _first() -> tuple[int, BreachKind]:
    breach = audit.verify().breaches[0]
    assert str(breach.sequence) in breach.message
    return breach.sequence, breach.kind


def test_an_untouched_chain_is_whole(chain: None) -> None:
    seen = audit.verify()
    assert (seen.events, seen.breaches) == (EVENTS, ())


@pytest.mark.parametrize("statement", ["UPDATE {} SET actor = 'system'", "DELETE FROM {}"])
def test_the_database_itself_refuses_to_change_the_chain(chain: None, statement: str) -> None:
    table = AuditEvent._meta.db_table
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table))
    assert audit.verify().breaches == ()


_SETTINGS = settings(
    max_examples=60,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
_place = st.integers(1, EVENTS)
_value = st.text("0123456789abcdef", min_size=1, max_size=12)


@_SETTINGS
@given(
    place=_place,
    field=st.sampled_from(FIELDS),
    value=st.text("0123456789abcdef", min_size=1, max_size=12),
)
def test_a_changed_event_is_found_at_its_number(
    unlocked: None, place: int, field: str, value: str
) -> None:
    with transaction.atomic():
        changed = AuditEvent.objects.exclude(**{field: value}).filter(pk=place)
        assert changed.update(**{field: value}) == 1
        assert _first()[0] == place
        transaction.set_rollback(True)


@_SETTINGS
@given(place=_place, more=st.integers(0, EVENTS))
def test_deleted_events_are_found_wherever_they_stood(
    unlocked: None, place: int, more: int
) -> None:
    with transaction.atomic():
        AuditEvent.objects.filter(pk__gte=place, pk__lte=place + more).delete()
        kind = BreachKind.TRUNCATED if place + more >= EVENTS else BreachKind.MISSING
        assert _first() == (place, kind)
        transaction.set_rollback(True)


@_SETTINGS
@given(pair=st.lists(_place, min_size=2, max_size=2, unique=True))
def test_events_that_changed_places_are_found(unlocked: None, pair: list[int]) -> None:
    one, other = sorted(pair)
    with transaction.atomic():
        AuditEvent.objects.filter(pk=one).update(sequence=-1)
        AuditEvent.objects.filter(pk=other).update(sequence=one)
        AuditEvent.objects.filter(pk=-1).update(sequence=other)
        assert _first()[0] == one
        transaction.set_rollback(True)


@_SETTINGS
@given(place=_place, cut=st.integers(0, 3))
def test_a_chain_computed_anew_does_not_fit_its_anchor(
    unlocked: None, place: int, cut: int
) -> None:
    with transaction.atomic():
        AuditEvent.objects.filter(pk__gt=max(place, EVENTS - cut)).delete()
        _compute_anew(place)
        last, kind = _first()
        assert kind in (BreachKind.REWRITTEN, BreachKind.TRUNCATED)
        assert last in (EVENTS, AuditEvent.objects.count() + 1)
        transaction.set_rollback(True)


def _compute_anew(place: int) -> None:
    previous = AuditEvent.objects.filter(pk__lt=place).last()
    hash_ = previous.hash if previous else audit.GENESIS
    for event in AuditEvent.objects.filter(pk__gte=place):
        event.actor, event.previous = "user:forger", hash_
        event.hash = hash_ = audit.hash_of(event)
        event.save()


def test_a_lost_or_forged_anchor_is_told_of(chain: None, state: Path) -> None:
    anchor = anchor_file()
    said = anchor.read_text()
    anchor.write_text(said.replace(f'"sequence": {EVENTS}', '"sequence": 3'))
    assert _first() == (EVENTS, BreachKind.ANCHOR_FORGED)
    anchor.unlink()
    assert _first() == (EVENTS, BreachKind.NO_ANCHOR)


def test_a_rolled_back_deed_leaves_no_event(chain: None) -> None:
    with pytest.raises(ZeroDivisionError), audit.writing():
        audit.append(AuditAction.DECIDED, actor=audit.SYSTEM)
        raise ZeroDivisionError
    assert audit.verify().events == EVENTS


@pytest.mark.parametrize("said", ["欧阳澹台", "a b", "x" * 81])
def test_free_text_cannot_get_into_the_chain(db: None, said: str) -> None:
    for fields in ({"subject": said}, {"details": {"note": said}}, {"details": {"n": [said]}}):
        with pytest.raises(ValueError), audit.writing():
            audit.append(AuditAction.DECIDED, actor=audit.SYSTEM, **fields)  # type: ignore[arg-type]
    with pytest.raises(ValueError), audit.writing():
        audit.append(AuditAction.DECIDED, actor=audit.SYSTEM, details={"x": 0.5})  # type: ignore[dict-item]
