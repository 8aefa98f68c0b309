"""An auditor at the diff in a browser: by keyboard through the queue, one mask off, one drawn."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.e2e.portal_server import Portal

_CHROMIUM = Path("/usr/bin/chromium")
_FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")
_PASSWORD = "nine-lanterns-87"
_PATIENT = 60_000
_PREPARE = """
from pathlib import Path
from dossiers.roles import Role
from dossiers.services.accounts import create_account
from tests.portal.reviewed import reviewed
create_account("auditor", Role.AUDITOR, password={password!r}, display_name="审核一")
print(reviewed(Path({folder!r}), files=2).pk)
"""
_OWN_COPY = """
from pathlib import Path
from pipeline.outcome import OwnCopy, OwnPlace
from tests.portal.reviewed import reviewed
box = ((0.26, 0.15), (0.43, 0.15), (0.43, 0.19), (0.26, 0.19))
lies = tuple((y, 1 - x) for x, y in box)
place = OwnPlace(message=0, page=1, corners=lies, leak=False, original=box, original_page=1)
said = ("第 1 页：与原件不同",)
own = OwnCopy(verdict="differs", differences=1, messages=said, places=(place,), turns=(1,))
print(reviewed(Path({folder!r}), own_copy=own, own_turn=1).pk)
"""
_ALIKE = """
() => {
  const [copy, original] = [...document.querySelectorAll("#card canvas")].map((one) =>
    one.getContext("2d").getImageData(0, 0, one.width, one.height));
  const dark = (pixels) => pixels.data.filter((v, at) => at % 4 === 0 && v < 128).length;
  if (copy.width !== original.width || copy.height !== original.height) return false;
  const off = copy.data.filter((v, at) => Math.abs(v - original.data[at]) > 96).length;
  return dark(original) > 50 && off < dark(original) / 10;
}
"""
_MAKING = """
from dossiers.models import Dossier, RunKind
from dossiers.services.runs import note_progress, start_run
grant = start_run(Dossier.objects.get().pk, RunKind.CORRECT, worker="w1")
note_progress(grant, {"done": 1, "of": 3})
"""
_MADE = """
from dossiers.models import Run, RunKind
from dossiers.services.leases import LeaseGrant
from dossiers.services.runs import RunGrant, finish_run
run = Run.objects.get(kind=RunKind.CORRECT)
finish_run(RunGrant(run, LeaseGrant(run.resource, run.worker, run.token)), counts={"copies": 3})
"""
_DECIDED = """
import json
from dossiers.models import Decision
rows = Decision.objects.order_by("pk")
print(json.dumps([[r.kind, r.finding_kind, r.text, r.polygon, r.author.username] for r in rows]))
"""


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Portal]:
    portal = Portal(tmp_path / "state")
    yield portal
    portal.stop()


@pytest.fixture
def page(portal: Portal, tmp_path: Path) -> Iterator[Page]:
    if not _CHROMIUM.exists():
        pytest.skip("Chromium is not installed: .ci/system browser")
    dossier = portal.run(_PREPARE.format(password=_PASSWORD, folder=str(tmp_path)))
    portal.start()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=list(_FLAGS))
        page = browser.new_page(viewport={"width": 1366, "height": 768}, locale="zh-CN")
        page.set_default_timeout(_PATIENT)
        expect.set_options(timeout=_PATIENT)
        page.goto(f"{portal.url}/dossiers/{dossier}/diff/")
        page.get_by_label("账号").fill("auditor")
        page.get_by_label("密码").fill(_PASSWORD)
        page.get_by_role("button", name="登录").click()
        yield page
        browser.close()


def test_an_auditor_goes_through_the_queue_by_keyboard(portal: Portal, page: Page) -> None:
    problems: list[str] = []
    page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    expect(page.locator("#diff[data-ready]")).to_be_visible()
    expect(page.locator("#queue-count")).to_have_text("2")
    expect(page.locator("#queue-rows li.current")).to_contain_text("a001")
    expect(page.locator("#card canvas")).to_have_count(2)
    expect(page.locator("#left polygon.current")).to_have_count(1)

    # Both sides show the same place, however one of them is moved.
    page.keyboard.press("+")
    page.keyboard.press("+")
    expect(page.locator("#zoom")).to_have_text("150%")
    page.evaluate("document.getElementById('left').scrollTo(80, 120)")
    page.locator("#help").hover()
    assert page.evaluate("document.getElementById('right').scrollTop") == 120
    page.keyboard.press("0")

    page.keyboard.press("a")
    expect(page.locator("#queue-count")).to_have_text("1")
    expect(page.locator("#queue-rows li.current")).to_contain_text("a002")
    page.keyboard.press("r")
    expect(page.locator("#queue-count")).to_have_text("0")

    page.keyboard.press("b")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator("#ask")).to_be_visible()
    page.locator("#ask-select").select_option("phone")
    page.locator("#ask button.primary").click()
    expect(page.locator("#left polygon.drawn")).to_have_count(1)

    page.keyboard.press("m")
    page.locator("#ask-input").fill("听课记录")
    page.keyboard.press("Enter")
    expect(page.locator("#pending")).to_have_text("3 项更正待生成新版")

    # The applicant's own name is shown only after another question.
    page.locator("#tab-findings").click()
    page.locator("#finding-rows li").filter(has_text="申报人姓名").click()
    page.keyboard.press("r")
    expect(page.locator("#ask-text")).to_contain_text("申报人自己的信息")
    page.locator("#ask button[value=no]").click()

    rows = json.loads(portal.run(_DECIDED))
    assert [row[0] for row in rows] == ["accept", "reject", "draw", "mask-string"]
    assert {row[4] for row in rows} == {"auditor"}
    assert rows[2][1] == "phone" and len(rows[2][3]) == 4 and rows[3][2] == "听课记录"
    assert problems == []


def test_what_the_applicant_changed_in_the_own_copy_is_framed_beside_the_original(
    portal: Portal, page: Page, tmp_path: Path
) -> None:
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    dossier = portal.run(_OWN_COPY.format(folder=str(tmp_path)))
    page.goto(f"{portal.url}/dossiers/{dossier}/diff/")
    page.locator("#queue-rows li").filter(has_text="自己打码的副本").click()
    expect(page.locator("#left h2")).to_have_text("申报人自己打码的副本")
    expect(page.locator("#right h2")).to_have_text("原件")
    expect(page.locator("#left polygon.own.differs.current")).to_have_count(1)
    expect(page.locator("#right polygon.own")).to_have_count(0)
    expect(page.locator("#card canvas")).to_have_count(2)
    # The copy was scanned on its side; both crops show the same word all the same.
    assert page.evaluate(_ALIKE)
    page.get_by_role("button", name="第 1 页：与原件不同").click()
    page.locator("#queue-rows li").filter(has_text="没有十足把握").click()
    expect(page.locator("#left h2")).to_have_text("原件")
    expect(page.locator("#right h2")).to_contain_text("打码件第 1 版")
    assert problems == []


def test_whoever_opens_the_page_sees_how_far_the_new_copies_are_and_when_they_are_made(
    portal: Portal, page: Page
) -> None:
    portal.run(_MAKING)
    page.reload()
    expect(page.locator("#pending")).to_have_text("正在生成新版：附件 2/3")
    expect(page.locator("#making")).to_be_visible()
    expect(page.locator("#remake button")).to_be_disabled()
    portal.run(_MADE)
    expect(page.locator("#toast")).to_contain_text("新版已生成并重新核验")
    expect(page.locator("#making")).to_be_hidden()
