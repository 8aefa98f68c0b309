from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse

from dossiers import audit
from dossiers.anchor import advance_anchor
from dossiers.audit import AuditAction
from dossiers.models import Dossier, User
from dossiers.roles import Role
from dossiers.services import releasing
from dossiers.services.receiving import submit_dossier
from portal import starting
from portal.links import file_link
from tests.dossiers.papers import (
    APPLICANT,
    COPY,
    FILE_NAME,
    ORIGINAL,
    events,
    open_dossier,
    processed,
)
from tests.portal.conftest import Accounts, browser, program


def text(client: Client, address: str, **headers: str) -> str:
    response = client.get(address, headers=headers)
    assert response.status_code == 200, response.content[:300]
    return response.content.decode()


@pytest.fixture
def operator(account: Accounts) -> User:
    return account(Role.OPERATOR)


def test_an_applicant_sees_own_dossiers_only(account: Accounts) -> None:
    mine, other = account(Role.APPLICANT), account(Role.APPLICANT)
    own, foreign = open_dossier(1, owner=mine), open_dossier(1, owner=other)
    shown = text(browser(mine), reverse("dossiers"))
    assert own.pk in shown and foreign.pk not in shown
    assert FILE_NAME in text(browser(mine), reverse("dossier", args=[own.pk]))


def test_an_empty_task_centre_says_what_comes_next(account: Accounts) -> None:
    centre, said = reverse("dossiers"), "点右上方的“新建材料”开始"
    assert said in text(browser(account(Role.APPLICANT)), centre)
    assert said in text(browser(account(Role.OPERATOR)), centre, HX_Request="true")
    assert "材料提交后会出现在这里" in text(browser(account(Role.AUDITOR)), centre)
    sought = browser(account(Role.OPERATOR)).post(reverse("find"), {"asked": "d-0123456789ab"})
    assert "没有找到" in sought.content.decode()


def test_the_task_centre_says_what_needs_a_person(operator: User, tmp_path: Path) -> None:
    doubtful = processed(tmp_path, files=2, doubtful=True)
    rows = text(browser(operator), reverse("dossiers") + "?state=review", HX_Request="true")
    assert "<html" not in rows and doubtful.pk in rows and "2 处待核对" in rows
    assert doubtful.pk not in text(browser(operator), reverse("dossiers") + "?state=ready")


def test_a_dossier_is_found_by_title_and_id_number_and_not_by_strangers(
    operator: User, account: Accounts
) -> None:
    dossier = open_dossier(1)

    def found(user: User, asked: str) -> bool:
        page = browser(user).post(reverse("find"), {"asked": asked}).content.decode()
        return f"/dossiers/{dossier.pk}/" in page

    number = APPLICANT.id_number[0]
    assert all(found(operator, asked) for asked in (dossier.pk, FILE_NAME[:4], number))
    assert not found(operator, number[:-1])
    assert not found(account(Role.ADMINISTRATOR), number)
    assert not any(found(account(Role.APPLICANT), asked) for asked in (dossier.pk, number))


def test_those_who_may_not_see_a_dossier_do_not_see_its_file_names(
    account: Accounts, tmp_path: Path
) -> None:
    dossier = processed(tmp_path)
    page = reverse("dossier", args=[dossier.pk])
    assert FILE_NAME in text(browser(account(Role.AUDITOR)), page)
    Dossier.objects.filter(pk=dossier.pk).update(title="")
    assert FILE_NAME not in text(browser(account(Role.ADMINISTRATOR)), page)


def test_opening_an_original_or_a_copy_is_written_down(account: Accounts, tmp_path: Path) -> None:
    auditor = account(Role.AUDITOR)
    attachment = processed(tmp_path).attachments.get()
    client = browser(auditor)
    original = client.get(file_link(attachment.original, auditor))
    assert b"".join(original) == ORIGINAL + b"\0"
    assert original["Content-Disposition"].startswith("attachment")
    assert original["Content-Type"] == "application/octet-stream"
    assert "no-store" in original["Cache-Control"]
    copy = client.get(file_link(attachment.current.file, auditor))
    assert b"".join(copy) == COPY and copy["Content-Type"] == "application/pdf"
    # The applicant's own name of the file would tell whose it is.
    assert "a001-masked.pdf" in copy["Content-Disposition"]
    assert (events(AuditAction.ORIGINAL_VIEWED), events(AuditAction.COPY_VIEWED)) == (1, 1)


def test_a_reviewer_reads_the_package_and_its_links(account: Accounts, tmp_path: Path) -> None:
    reviewer, dossier = account(Role.REVIEWER), processed(tmp_path)
    index, paper = tmp_path / "index.html", tmp_path / "a001.pdf"
    index.write_text('<a href="a001.pdf">a001</a>', encoding="utf-8")
    paper.write_bytes(COPY)
    releasing.assign_reviewer(dossier.pk, reviewer)
    releasing.release_dossier(dossier.pk, {"index.html": index, "masked/a001.pdf": paper})
    client = browser(reviewer)
    assert dossier.pk in text(client, reverse("packages"))
    shown = text(client, reverse("package", args=[dossier.pk]))
    address = re.search(r'href="(/package/[^"]+/index.html)"', shown)
    assert address is not None
    opened = client.get(address[1])
    assert "sandbox" in opened["Content-Security-Policy"]
    beside = address[1].replace("index.html", "masked/a001.pdf")
    assert b"".join(client.get(beside)) == COPY
    listed = program(reviewer).get(f"/api/v1/dossiers/{dossier.pk}/package").json()["files"]
    assert b"".join(program(reviewer).get(listed[1]["url"])) == COPY
    assert events(AuditAction.PACKAGE_VIEWED) == 3


def test_an_unfinished_dossier_cannot_be_published(operator: User, tmp_path: Path) -> None:
    dossier = processed(tmp_path, doubtful=True)
    answer = browser(operator).post(reverse("publish", args=[dossier.pk]))
    assert answer.status_code == 400 and "还不能发布" in answer.content.decode()
    ready = processed(tmp_path / "ready")
    answer = browser(operator).post(reverse("publish", args=[ready.pk]))
    assert answer.status_code == 503 and "流程服务没有响应" in answer.content.decode()


def test_a_submission_holds_although_nobody_answers(
    account: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = account(Role.APPLICANT)
    dossier = open_dossier(1, owner=owner)
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    assert browser(owner).post(reverse("submit", args=[dossier.pk])).status_code == 302
    dossier.refresh_from_db()
    assert dossier.state == "submitted"
    assert starting.emit(starting.SUBMITTED, dossier.pk) is False


def test_a_page_that_waits_reloads_when_the_machine_is_done(operator: User, tmp_path: Path) -> None:
    waiting = open_dossier(1)
    submit_dossier(waiting.pk)
    client = browser(operator)
    page = client.get(reverse("dossier", args=[waiting.pk]), headers={"HX-Request": "true"})
    assert "HX-Refresh" not in page.headers and "hx-get" in page.content.decode()
    done = reverse("dossier", args=[processed(tmp_path).pk])
    assert client.get(done, headers={"HX-Request": "true"})["HX-Refresh"] == "true"


def test_a_dossier_is_opened_for_those_strings_that_were_typed(operator: User) -> None:
    content = {
        "name": "欧阳澹台",
        "name_forms": "OUYANG Dantai、欧阳丹台",
        "unit": "淮上市第九十九实验中学",
        "unit_forms": "九十九中，实验中学",
        "id_number": "340403197001017998",
        "policy": "huainan-2025",
    }
    answer = browser(operator).post(reverse("new-dossier"), content)
    assert answer.status_code == 302
    applicant = Dossier.objects.get().applicant
    assert applicant.name == ("欧阳澹台", "OUYANG Dantai", "欧阳丹台")
    assert applicant.unit == ("淮上市第九十九实验中学", "九十九中", "实验中学")


def test_pages_run_nothing_from_elsewhere(operator: User, tmp_path: Path) -> None:
    client = browser(operator)
    dossier = reverse("dossier", args=[processed(tmp_path).pk])
    for address in ("/login/", reverse("dossiers"), dossier, "/api/docs"):
        shown = Client().get(address) if address == "/login/" else client.get(address)
        policy = shown["Content-Security-Policy"]
        assert "unsafe" not in policy and "http" not in policy
        page = shown.content.decode()
        assert not re.search(r"<script(?![^>]*(src=|application/json))|\sstyle=|\son\w+=", page)
        for source in re.findall(r'(?:src|href)="([^"]+)"', page):
            assert source.startswith(("/", "#")), source
            if source.startswith("/static/"):
                assert finders.find(source.removeprefix("/static/")), source


def test_an_auditor_reads_in_chinese_what_every_record_says(
    account: Accounts, tmp_path: Path
) -> None:
    processed(tmp_path)
    page = text(browser(account(Role.AUDITOR)), reverse("audit"))
    told = re.findall('<td class="cut" title="[^"]*">([^<]*)</td>', page)
    assert len(told) > 5
    assert not [line for line in told if "{" in line or re.search("[a-z_]+：", line)]
    assert any("原为：处理中；改为：" in line for line in told)


def test_an_auditor_finds_records_that_were_cut_off(
    account: Accounts, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        client = browser(account(Role.AUDITOR))
        open_dossier(1)
    address = reverse("audit") + "?verify=1"
    assert "次序和内容完整" in text(client, address)
    advance_anchor(audit.AuditEvent.objects.count() + 1, "0" * 64)
    assert "被删去了" in text(client, address)


def test_cookies_are_for_https_unless_this_is_the_only_machine() -> None:
    def flags(address: str) -> str:
        code = (
            "from portal import settings as s; print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE)"
        )
        done = subprocess.run(
            [sys.executable, "-c", code],
            env={"MANGPING_PORTAL_URL": address, "HOME": "/nonexistent"},
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    assert flags("http://127.0.0.1:8400") == "False False"
    assert flags("https://mangping.example.org") == "True True"
    assert flags("http://mangping.example.org") == "True True"


def test_a_dossier_that_was_called_back_can_be_released_again(
    account: Accounts, tmp_path: Path
) -> None:
    dossier, auditor = processed(tmp_path), account(Role.AUDITOR)
    index = tmp_path / "index.html"
    index.write_text("a001", encoding="utf-8")
    releasing.release_dossier(dossier.pk, {"index.html": index})
    client, page = browser(auditor), reverse("dossier", args=[dossier.pk])
    client.post(reverse("recall", args=[dossier.pk]))
    assert "请点“核对完毕”" in text(client, page)
    client.post(reverse("close-review", args=[dossier.pk]))
    assert "发布给专家" in text(client, page)
    doubtful = processed(tmp_path / "doubtful", doubtful=True)
    assert client.post(reverse("close-review", args=[doubtful.pk])).status_code == 400
