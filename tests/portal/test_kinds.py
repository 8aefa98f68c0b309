"""A paper that was filed as something else is examined as a paper after all, until the release."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from dossiers.audit import AuditAction
from dossiers.models import Attachment, AuditEvent, Dossier, User
from dossiers.roles import Role
from dossiers.services import releasing
from dossiers.services.receiving import submit_dossier
from portal import starting
from tests.dossiers.papers import begin, processed, upload
from tests.portal.conftest import Accounts, browser, program


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What Prefect would have been told of."""
    dossiers: list[str] = []
    monkeypatch.setattr(starting, "announce_submitted", dossiers.append)
    return dossiers


def change(client: Client, attachment: Attachment, kind: str) -> Any:
    address = reverse("change-kind", args=[attachment.dossier_id, attachment.ordinal])
    return client.post(address, {"kind": kind}, follow=True)


def chosen(user: User, dossier: Dossier) -> str | None:
    """The kind that the page offers to change, as it is."""
    page = browser(user).get(reverse("dossier", args=[dossier.pk])).content.decode()
    _, field, rest = page.partition('aria-label="附件 a001 的种类"')
    return rest.partition(" selected>")[2].partition("<")[0] if field else None


def test_an_owner_puts_it_right_until_it_is_handed_in(
    owner: User, dossier: Dossier, told: list[str]
) -> None:
    attachment = upload(dossier, kind="honour")
    assert chosen(owner, dossier) == "荣誉证书"
    shown = change(browser(owner), attachment, "paper").content.decode()
    assert "附件 a001 的种类已改为“论文”。" in shown and chosen(owner, dossier) == "论文"
    refused = change(browser(owner), attachment, "李晓琳")
    assert refused.status_code == 400 and "没有这种附件种类" in refused.content.decode()
    address = f"/api/v1/dossiers/{dossier.pk}/attachments/1"
    api = program(owner)
    answer = api.patch(address, {"kind": "publication"}, "application/json")
    assert (answer.status_code, answer.json()["kind"]) == (200, "publication")
    assert chosen(owner, dossier) == "论著" and not told
    submit_dossier(dossier.pk, by=owner)
    assert change(browser(owner), attachment, "book").status_code == 403
    assert api.patch(address, {"kind": "book"}, "application/json").status_code == 403
    assert chosen(owner, dossier) is None
    changes = AuditEvent.objects.filter(action=AuditAction.KIND_CHANGED, subject="a001")
    assert [json.loads(event.details) for event in changes.order_by("pk")] == [
        {"from": "honour", "to": "paper"},
        {"from": "paper", "to": "publication"},
    ]


def test_an_operator_has_it_processed_again_and_a_release_ends_it(
    account: Accounts, tmp_path: Path, told: list[str]
) -> None:
    operator, dossier = account(Role.OPERATOR), processed(tmp_path, files=2)
    first, second = dossier.attachments.order_by("ordinal")
    client = browser(operator)
    assert change(client, first, "other").status_code == 200
    dossier.refresh_from_db()
    assert (dossier.state, told) == ("ready", []), "nothing was changed"
    assert "已安排重新处理" in change(client, first, "paper").content.decode()
    for row in (dossier, first, second):
        row.refresh_from_db()
    assert (dossier.state, first.state, second.state) == ("submitted", "waiting", "verified")
    assert told == [dossier.pk] and first.kind == "paper"
    # In line it can be changed once more; what a worker has at hand cannot.
    assert change(client, second, "book").status_code == 200
    begin(dossier)
    busy = change(client, first, "honour")
    assert busy.status_code == 400 and "不能更改附件的种类" in busy.content.decode()

    (tmp_path / "index.html").write_text("目录", encoding="utf-8")
    released = processed(tmp_path / "released")
    releasing.release_dossier(released.pk, {"index.html": tmp_path / "index.html"})
    attachment = released.attachments.get()
    assert chosen(operator, released) is None
    assert change(client, attachment, "paper").status_code == 400
    address = f"/api/v1/dossiers/{released.pk}/attachments/1"
    answer = program(operator).patch(address, {"kind": "paper"}, "application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "kind-fixed")
    attachment.refresh_from_db()
    assert attachment.kind == "other"
