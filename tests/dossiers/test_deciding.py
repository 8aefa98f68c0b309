from __future__ import annotations

from pathlib import Path

import pytest

from dossiers.audit import AuditAction
from dossiers.errors import DecisionError, NotReleasableError, StaleError, StateError
from dossiers.models import Attachment, DecisionKind, Dossier, User
from dossiers.roles import Role
from dossiers.services.deciding import (
    DecisionInput,
    current_findings,
    doubtful_findings,
    open_queue,
    record_decision,
    settle_decision,
    standing_corrections,
)
from dossiers.services.receiving import remove_attachment
from dossiers.services.releasing import (
    package_files,
    recall_dossier,
    release_blockers,
    release_dossier,
    reopen_dossier,
    return_dossier,
)
from dossiers.services.results import attach_result, new_copy_version
from dossiers.services.runs import finish_run
from dossiers.states import AttachmentState, DossierState
from pipeline.dossier import Kind
from pipeline.outcome import OwnCopy, Publication
from tests.dossiers.conftest import Accounts
from tests.dossiers.papers import (
    BOX,
    begin,
    events,
    findings_of,
    open_dossier,
    outcome,
    processed,
    submit_dossier,
)


@pytest.fixture
def auditor(account: Accounts) -> User:
    return account(Role.AUDITOR)


def _codes(dossier: Dossier) -> list[str]:
    return [blocker.code for blocker in release_blockers(dossier.pk)]


def _corrected(
    dossier: Dossier,
    by: User,
    folder: Path,
    data: bytes,
    carries_out: list[int],
    *,
    doubtful: bool = False,
) -> Attachment:
    attachment = dossier.attachments.get()
    document = findings_of(attachment, data, doubtful=doubtful)
    copy = folder / "corrected.pdf"
    copy.write_bytes(data)
    new_copy_version(dossier.pk, 1, copy, document, by=by, carries_out=carries_out)
    dossier.refresh_from_db()
    return attachment


def test_a_doubt_keeps_a_dossier_from_release_until_somebody_answers(
    auditor: User, tmp_path: Path
) -> None:
    dossier = processed(tmp_path, files=2, doubtful=True)
    assert dossier.state == DossierState.REVIEW and _codes(dossier) == ["queue", "queue"]
    with pytest.raises(NotReleasableError):
        release_dossier(dossier.pk, {})
    first, second = doubtful_findings(dossier.pk)
    accept = DecisionInput(kind=DecisionKind.ACCEPT, ordinal=1, version=1, finding=first.pk)
    record_decision(dossier.pk, accept, by=auditor)
    (left,) = open_queue(dossier.pk)
    assert left.finding == second and left.message == "没有十足把握，请对照原件核对。"
    resolve = DecisionInput(kind=DecisionKind.RESOLVE, ordinal=2, doubt=left.pk)
    record_decision(dossier.pk, resolve, by=auditor)
    dossier.refresh_from_db()
    assert dossier.state == DossierState.READY and _codes(dossier) == []
    assert events(AuditAction.DECIDED) == 2
    with pytest.raises(StaleError):
        record_decision(dossier.pk, resolve, by=auditor)


def test_a_correction_waits_for_a_copy_that_carries_it_out(auditor: User, tmp_path: Path) -> None:
    dossier = processed(tmp_path, doubtful=True)
    finding = current_findings(dossier.pk).get()
    reject = DecisionInput(kind=DecisionKind.REJECT, ordinal=1, finding=finding.pk)
    rejected = record_decision(dossier.pk, reject, by=auditor)
    draw = DecisionInput(
        kind=DecisionKind.DRAW, ordinal=1, page=1, polygon=BOX, finding_kind=Kind.SEAL
    )
    drawn = record_decision(dossier.pk, draw, by=auditor)
    assert _codes(dossier) == ["correction", "correction"]
    assert standing_corrections(dossier.pk, 1) == [rejected, drawn]
    _corrected(dossier, auditor, tmp_path, b"one of two", [rejected.pk], doubtful=True)
    assert _codes(dossier) == ["correction"]
    attachment = _corrected(
        dossier, auditor, tmp_path, b"both", [rejected.pk, drawn.pk], doubtful=True
    )
    assert dossier.state == DossierState.READY and attachment.versions.count() == 3
    stale = DecisionInput(kind=DecisionKind.DRAW, ordinal=1, version=1, page=1, polygon=BOX)
    with pytest.raises(DecisionError):
        record_decision(dossier.pk, stale, by=auditor)
    with pytest.raises(StaleError):
        record_decision(dossier.pk, reject, by=auditor)


def test_a_machine_run_cannot_silently_undo_a_persons_mask(auditor: User, tmp_path: Path) -> None:
    dossier = processed(tmp_path)
    draw = DecisionInput(
        kind=DecisionKind.DRAW, ordinal=1, page=1, polygon=BOX, finding_kind=Kind.SEAL
    )
    drawn = record_decision(dossier.pk, draw, by=auditor)
    attachment = _corrected(dossier, auditor, tmp_path, b"drawn", [drawn.pk])
    grant = begin(dossier, rerun=True)
    attach_result(dossier.pk, outcome(attachment, tmp_path, data=b"again"), grant=grant)
    assert finish_run(grant).state == DossierState.REVIEW
    assert _codes(dossier) == ["correction"]
    grant = begin(dossier, rerun=True)
    done = outcome(attachment, tmp_path, data=b"again, drawn", carries_out=(drawn.pk,))
    attach_result(dossier.pk, done, grant=grant)
    assert finish_run(grant).state == DossierState.READY


def test_a_correction_that_is_taken_back_needs_another_copy(auditor: User, tmp_path: Path) -> None:
    dossier = processed(tmp_path)
    draw = DecisionInput(
        kind=DecisionKind.DRAW, ordinal=1, page=1, polygon=BOX, finding_kind=Kind.SEAL
    )
    drawn = record_decision(dossier.pk, draw, by=auditor)
    _corrected(dossier, auditor, tmp_path, b"drawn", [drawn.pk])
    back = DecisionInput(kind=DecisionKind.RESOLVE, ordinal=1, replaces=drawn.pk)
    record_decision(dossier.pk, back, by=auditor)
    assert standing_corrections(dossier.pk, 1) == [] and _codes(dossier) == ["correction"]
    attachment = _corrected(dossier, auditor, tmp_path, b"as before", [], doubtful=True)
    # The copy brought a doubt nobody has answered.
    assert attachment.doubts.filter(closed=None).count() == 1 and _codes(dossier) == ["queue"]


def test_a_string_to_mask_everywhere_is_settled_when_somebody_says_so(
    auditor: User, tmp_path: Path
) -> None:
    dossier = processed(tmp_path, files=2)
    everywhere = DecisionInput(
        kind=DecisionKind.MASK_STRING, text="九十九中", finding_kind=Kind.UNIT
    )
    decision = record_decision(dossier.pk, everywhere, by=auditor)
    assert _codes(dossier) == ["correction"]
    assert standing_corrections(dossier.pk, 2) == [decision]
    settle_decision(decision.pk, by=auditor)
    dossier.refresh_from_db()
    assert dossier.state == DossierState.READY and _codes(dossier) == []


def test_an_applicants_bad_copy_or_paper_is_put_before_a_person(
    auditor: User, tmp_path: Path
) -> None:
    dossier = open_dossier()
    submit_dossier(dossier.pk)
    grant, attachment = begin(dossier), dossier.attachments.get()
    made = outcome(attachment, tmp_path)
    said = {"own_copy": OwnCopy(verdict="leak"), "publication": Publication(verdict="return")}
    made = type(made)(1, made.result.model_copy(update=said), made.copy, made.document)
    attach_result(dossier.pk, made, grant=grant)
    assert finish_run(grant).state == DossierState.REVIEW
    assert [d.code for d in open_queue(dossier.pk)] == ["own-copy-leak", "publication-return"]
    attachment.refresh_from_db()
    assert attachment.state == AttachmentState.PERSON
    assert Publication.model_validate(attachment.publication).verdict == "return"
    return_dossier(dossier.pk, reason="publication", note="请更换论文。", by=auditor)
    dossier.refresh_from_db()
    assert (dossier.state, dossier.note) == (DossierState.RETURNED, "请更换论文。")
    reopen_dossier(dossier.pk)
    remove_attachment(dossier.pk, 1)
    assert _codes(dossier) == ["empty"] and not open_queue(dossier.pk)


def test_a_release_can_be_called_back_and_its_package_closes(auditor: User, tmp_path: Path) -> None:
    dossier = processed(tmp_path)
    index = tmp_path / "index.html"
    index.write_text("评审材料")
    release_dossier(dossier.pk, {"index.html": index}, by=auditor)
    assert [f.name for f in package_files(dossier.pk)] == ["index.html"] and index.exists()
    with pytest.raises(StateError):
        release_dossier(dossier.pk, {"index.html": index}, by=auditor)
    assert recall_dossier(dossier.pk, reason="leak", by=auditor).state == DossierState.REVIEW
    assert package_files(dossier.pk) == []
