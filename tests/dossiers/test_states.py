from __future__ import annotations

import pytest

from dossiers import audit
from dossiers.errors import StateError
from dossiers.models import Attachment, Dossier, Run, Upload
from dossiers.moves import Row, move
from dossiers.states import TRANSITIONS, DossierState, may_follow
from tests.dossiers.papers import begin, open_dossier, submit_dossier

TERMINAL = {"void", "removed", "complete", "abandoned", "completed", "failed", "lost"}


def _rows() -> list[Dossier | Attachment | Upload | Run]:
    dossier = open_dossier()
    submit_dossier(dossier.pk)
    run = begin(dossier).run
    return [dossier, dossier.attachments.get(), dossier.uploads.get(), run]


@pytest.mark.parametrize("number", range(4))
def test_every_forbidden_transition_is_refused_and_changes_nothing(db: None, number: int) -> None:
    row = _rows()[number]
    tried = _try_all(row)
    states = [s for s in TRANSITIONS if type(s) is type(next(iter(tried))[0])]
    assert len(tried) == len(states) ** 2
    assert {pair for pair, done in tried.items() if done} == {
        (now, wanted) for now in states for wanted in TRANSITIONS[now]
    }


def _try_all(row: Row) -> dict[tuple[DossierState, DossierState], bool]:
    kind = type(next(s for s in TRANSITIONS if s.value == row.state and _is_of(row, s)))
    tried = {}
    for now in kind:
        for wanted in kind:
            type(row)._default_manager.filter(pk=row.pk).update(state=now)
            before = audit.AuditEvent.objects.count()
            try:
                with audit.writing():
                    move(row, wanted, actor=audit.SYSTEM)
                tried[now, wanted] = True
            except StateError as error:
                tried[now, wanted] = False
                assert now.label in str(error) and wanted.label in str(error)
                assert audit.AuditEvent.objects.count() == before
            row.refresh_from_db()
            assert row.state == (wanted if tried[now, wanted] else now)
    return tried


def _is_of(row: object, state: object) -> bool:
    return type(state).__name__ == f"{type(row).__name__}State"


def test_what_has_ended_stays_ended() -> None:
    assert {s.value for s, nexts in TRANSITIONS.items() if not nexts} == TERMINAL


def test_nothing_reaches_the_reviewers_but_what_was_ready() -> None:
    before = {s for s in DossierState if may_follow(s, DossierState.RELEASED)}
    assert before == {DossierState.READY}
    assert not may_follow(DossierState.RELEASED, DossierState.PROCESSING)
