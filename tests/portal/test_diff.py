from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image, ImageChops

from dossiers.audit import AuditAction
from dossiers.models import AuditEvent, Decision, Dossier, User
from dossiers.places import dossiers_dir
from dossiers.roles import Role
from dossiers.services.receiving import submit_dossier
from dossiers.services.results import attach_result
from dossiers.services.runs import finish_run, put_before_person
from pipeline.outcome import OwnCopy, OwnPlace
from portal.diff import links
from tests.dossiers.papers import begin, events, open_dossier, outcome, upload
from tests.portal.conftest import Accounts, browser
from tests.portal.reviewed import HEIGHT, WIDTH, reviewed, stored


@pytest.fixture
def auditor(account: Accounts) -> User:
    return account(Role.AUDITOR)


def sheet(client: Client, dossier: Dossier, **where: object) -> dict[str, Any]:
    answer = client.get(reverse("diff-sheet", args=[dossier.pk]), where)
    assert answer.status_code == 200, answer.content[:300]
    content: dict[str, Any] = answer.json()
    return content


def decide(client: Client, dossier: Dossier, **fields: object) -> Any:
    headers = {"Accept": "application/json"}
    return client.post(reverse("diff-decide", args=[dossier.pk]), fields, headers=headers)


def test_original_and_copy_are_shown_alike_and_each_look_is_written_down(
    auditor: User, tmp_path: Path
) -> None:
    dossier = reviewed(tmp_path, turn=1)
    client = browser(auditor)
    page = client.get(reverse("diff", args=[dossier.pk])).content.decode()
    shown = sheet(client, dossier, a=1, p=1)
    assert "听课记录0" not in page and "没有十足把握" in page
    for side in ("left", "right"):
        assert shown[side]["images"][0][1].rpartition("/image/")[0] in page
        answer = client.get(shown[side]["images"][0][1])
        assert answer["Content-Type"] == "image/jpeg" and "no-store" in answer["Cache-Control"]
        # The original lies on its side in its file; both stand upright.
        assert Image.open(io.BytesIO(answer.content)).size == (WIDTH, HEIGHT)
    name = next(f for f in shown["findings"] if f["kind"] == "applicant_name")
    assert name["box"][0] == [round(240 / WIDTH, 5), round(190 / HEIGHT, 5)]
    assert (events(AuditAction.ORIGINAL_VIEWED), events(AuditAction.COPY_VIEWED)) == (1, 1)
    seen = AuditEvent.objects.get(action=AuditAction.ORIGINAL_VIEWED.value)
    assert seen.actor == f"user:{auditor.pk}" and '"page":1' in seen.details
    kept = list((dossiers_dir() / "pages").iterdir())
    assert kept and not any(b"JFIF" in place.read_bytes() for place in kept)


def test_pictures_open_for_their_account_and_for_a_while_only(
    auditor: User, account: Accounts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dossier = reviewed(tmp_path)
    shown = sheet(browser(auditor), dossier)
    original, copy = (shown[side]["images"][0][1] for side in ("left", "right"))
    refused = events(AuditAction.ACCESS_REFUSED)
    assert browser(account(Role.AUDITOR)).get(original).status_code == 404
    assert browser(account(Role.OPERATOR)).get(copy).status_code == 403
    assert browser(auditor).get(original.replace("/image/", "/image/x")).status_code == 404
    monkeypatch.setattr(links, "SECONDS", -1)
    assert browser(auditor).get(original).status_code == 403
    for role in (Role.OPERATOR, Role.REVIEWER, Role.ADMINISTRATOR, Role.APPLICANT):
        assert browser(account(role)).get(reverse("diff", args=[dossier.pk])).status_code == 403
    assert events(AuditAction.ACCESS_REFUSED) == refused + 8
    assert events(AuditAction.ORIGINAL_VIEWED) == 0


def test_a_decision_empties_the_queue_and_a_correction_waits_for_a_copy(
    auditor: User, tmp_path: Path
) -> None:
    dossier = reviewed(tmp_path, files=2, turn=1)
    client = browser(auditor)
    shown = sheet(client, dossier, a=1)
    name, other = shown["findings"]
    about = {"attachment": 1, "version": 1, "page": 1}
    answer = decide(client, dossier, kind="accept", finding=other["id"], **about).json()
    assert [entry["attachment"] for entry in answer["queue"]] == [2]
    assert (answer["pending"]["count"], answer["pending"]["state"]) == (0, "review")
    box = json.dumps([0.1, 0.2, 0.3, 0.25])
    drawn = decide(client, dossier, kind="draw", finding_kind="phone", box=box, **about)
    assert drawn.json()["pending"]["count"] == 1
    made = Decision.objects.get(kind="draw")
    corners = stored(
        tuple(
            (x * WIDTH, y * HEIGHT) for x, y in ((0.1, 0.2), (0.3, 0.2), (0.3, 0.25), (0.1, 0.25))
        ),
        1,
    )
    expected = [tuple(round(v, 1) for v in corner) for corner in corners]
    assert [tuple(corner) for corner in made.polygon or ()] == expected
    decide(client, dossier, kind="reject", finding=name["id"], **about)
    decide(client, dossier, kind="mask-string", finding_kind="person_name", text="赵永福")
    again = sheet(client, dossier, a=1)
    assert again["findings"][0]["decisions"][0]["what"] == "取消遮盖"
    assert again["drawn"][0]["box"][0] == pytest.approx([0.1, 0.2], abs=1e-3)
    assert [one["open"] for one in again["record"]] == [True, True, True, False]
    undone = decide(client, dossier, kind="resolve", replaces=made.pk, attachment=1)
    assert undone.json()["pending"]["count"] == 2
    # Nobody answers for the flows here.
    remade = client.post(reverse("diff-remake", args=[dossier.pk]))
    assert remade.status_code == 503


def test_what_cannot_be_carried_out_is_refused(auditor: User, tmp_path: Path) -> None:
    dossier = reviewed(tmp_path)
    client = browser(auditor)
    (name, _) = sheet(client, dossier)["findings"]
    about = {"attachment": 1, "page": 1}
    refused = [
        {"kind": "reject", "finding": name["id"], "version": 7, **about},
        {"kind": "reject", "finding": 987654, "version": 1, **about},
        {"kind": "mask-string", "finding_kind": "person_name", "text": "福"},
        {"kind": "draw", "finding_kind": "phone", "box": "[0.5, 0.5, 0.4, 0.6]", **about},
        {"kind": "draw", "finding_kind": "phone", "box": "[0.1, 0.1, NaN, 0.6]", **about},
        {"kind": "draw", "finding_kind": "phone", "box": "[0.1,0.1,0.2,0.2]"} | about | {"page": 9},
        {"kind": "change-kind", "finding": name["id"], "finding_kind": "nonsense", **about},
    ]
    assert [decide(client, dossier, **fields).status_code for fields in refused] == [
        *[409] * 2,
        *[400] * 5,
    ]
    unsafe = browser(auditor, csrf=True)
    assert decide(unsafe, dossier, kind="accept", finding=name["id"], **about).status_code == 403
    assert not Decision.objects.exists()


def test_without_scripts_links_and_forms_do(auditor: User, tmp_path: Path) -> None:
    dossier = reviewed(tmp_path)
    client = browser(auditor)
    (name, _) = sheet(client, dossier)["findings"]
    fields = {"kind": "reject", "attachment": 1, "version": 1, "page": 1, "finding": name["id"]}
    answer = client.post(reverse("diff-decide", args=[dossier.pk]), fields, follow=True)
    assert "已记录：取消遮盖" in answer.content.decode()
    assert Decision.objects.get().author == auditor


def test_versions_stand_beside_each_other(auditor: User, tmp_path: Path) -> None:
    dossier = reviewed(tmp_path)
    client = browser(auditor)
    both = sheet(client, dossier, a=1, left="v1", right="v1")
    assert both["left"]["label"] == both["right"]["label"]
    assert [f["changed"] for f in both["beside"]] == [False, False]
    codes = [side["code"] for side in both["sides"]]
    assert codes == ["v1", "original"]
    unknown = client.get(reverse("diff-sheet", args=[dossier.pk]), {"a": 1, "right": "v9"})
    assert unknown.status_code == 404


def test_an_attachment_that_cannot_be_opened_hides_nothing_of_the_others(
    auditor: User, tmp_path: Path
) -> None:
    dossier = open_dossier(2)
    submit_dossier(dossier.pk)
    put_before_person(dossier.pk, 1, "failed-repeatedly")
    page = browser(auditor).get(reverse("diff", args=[dossier.pk]))
    assert page.status_code == 200 and "a001 第 1 页" in page.content.decode()


def test_the_applicants_own_copy_is_opened_with_what_was_found_and_what_comes_next(
    auditor: User, tmp_path: Path
) -> None:
    dossier = open_dossier(1)
    attachment = upload(dossier, own_copy_of=1)
    submit_dossier(dossier.pk)
    grant, made = begin(dossier), outcome(attachment, tmp_path)
    own = OwnCopy(verdict="leak", leaks=1, messages=("第 1 页：申报人姓名，页面上没有盖住",))
    result = made.result.model_copy(update={"own_copy": own})
    attach_result(dossier.pk, replace(made, result=result), grant=grant)
    finish_run(grant)
    client = browser(auditor)
    index = client.get(reverse("diff-index", args=[dossier.pk]), {"what": "queue"}).json()
    (entry,) = index["queue"]
    assert [found["text"] for found in entry["found"]] == list(own.messages)
    assert "退回申报人" in entry["next"]
    page = client.get(reverse("diff", args=[dossier.pk])).content.decode()
    assert '<option value="own" selected>申报人自己打码的副本</option>' in page
    left = page.partition('id="left"')[2].partition("</h2>")[0]
    assert left.endswith("申报人自己打码的副本")


def test_what_differs_in_the_applicants_own_copy_is_framed_where_it_stands(
    auditor: User, tmp_path: Path
) -> None:
    corners = ((0.1, 0.2), (0.3, 0.2), (0.3, 0.25), (0.1, 0.25))
    own = OwnCopy(
        verdict="differs",
        differences=1,
        messages=("原件第 2 页在打码件里找不到", "第 1 页：与原件不同"),
        places=(OwnPlace(message=1, page=1, corners=corners, leak=False),),
    )
    dossier = reviewed(tmp_path, turn=1, own_copy=own)
    client = browser(auditor)
    index = client.get(reverse("diff-index", args=[dossier.pk]), {"what": "queue"}).json()
    (entry,) = (one for one in index["queue"] if one["left"] == "own")
    assert (entry["right"], entry["page"], entry["mark"]) == ("original", 1, 1)
    assert [found["page"] for found in entry["found"]] == [None, 1]
    shown = sheet(client, dossier, a=1, p=1, left="own", right="original")
    (mark,) = shown["own"]["marks"]
    # Its page lies on its side as the original does, and stands upright on the screen.
    assert mark["box"][0] == pytest.approx([0.8, 0.1])
    assert mark["name"] == "第 1 页：与原件不同"
    assert sheet(client, dossier, a=1, p=1)["own"]["marks"] == []


def test_an_own_copy_that_was_scanned_the_other_way_round_stands_as_the_original_does(
    auditor: User, tmp_path: Path
) -> None:
    corners = ((0.1, 0.2), (0.3, 0.2), (0.3, 0.25), (0.1, 0.25))
    place = OwnPlace(
        message=0,
        page=1,
        corners=corners,
        leak=True,
        original=((0.7, 0.8), (0.9, 0.8), (0.9, 0.82), (0.7, 0.82)),
        original_page=1,
    )
    own = OwnCopy(verdict="leak", leaks=1, messages=("没有盖住",), places=(place,), turns=(2,))
    dossier = reviewed(tmp_path, turn=1, own_copy=own, own_turn=2)
    client = browser(auditor)
    shown = sheet(client, dossier, a=1, p=1, left="own", right="original")
    pictures = [client.get(shown[side]["images"][0][1]).content for side in ("left", "right")]
    copy, original = (Image.open(io.BytesIO(data)) for data in pictures)
    assert copy.size == original.size == (WIDTH, HEIGHT)
    assert ImageChops.difference(copy, original).getbbox() is None
    (mark,) = shown["own"]["marks"]
    assert mark["box"][0] == pytest.approx([0.9, 0.8])
    assert mark["beside"][0] == pytest.approx([0.7, 0.8])


def test_a_large_dossier_costs_no_more_questions_than_a_small_one(
    auditor: User, tmp_path: Path, django_assert_max_num_queries: Any
) -> None:
    dossier = reviewed(tmp_path, files=12)
    client = browser(auditor)
    client.get(reverse("diff", args=[dossier.pk]))
    with django_assert_max_num_queries(16):
        page = client.get(reverse("diff", args=[dossier.pk])).content.decode()
    assert page.count("finding-doubtful") == 12
    with django_assert_max_num_queries(10):
        found = client.get(reverse("diff-index", args=[dossier.pk])).json()["findings"]
    assert len(found) == 24
