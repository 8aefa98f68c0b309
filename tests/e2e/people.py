"""What people do at the portal, done in a browser: for the tests and for the README's pictures."""

from __future__ import annotations

import base64
import contextlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

PASSWORD = "nine-lanterns-87"
CHROMIUM = Path("/usr/bin/chromium")
ACCOUNTS = f"""
from dossiers.roles import Role
from dossiers.services.accounts import create_account
for name, role, shown in (
    ("chen", Role.APPLICANT, ""),
    ("zhou", Role.OPERATOR, "经办一"),
    ("shen", Role.AUDITOR, "审核一"),
    ("expert", Role.REVIEWER, "专家甲"),
    ("other", Role.REVIEWER, "专家乙"),
    ("admin", Role.ADMINISTRATOR, "管理员"),
):
    create_account(name, role, password={PASSWORD!r}, display_name=shown)
"""
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
_PATIENT = 60_000
# Reading pages on a busy machine.
_FLOWS = 900_000
_DROP = """([name, data]) => {
  const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
  const moved = new DataTransfer();
  moved.items.add(new File([bytes], name));
  return moved;
}"""


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """Start Debian's Chromium; without it the test is skipped."""
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed: .ci/system browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(_FLAGS))
        yield browser
        browser.close()


@dataclass
class Person:
    """Somebody who is logged in, at an office's screen."""

    page: Page
    url: str

    @classmethod
    def logged_in(cls, browser: Browser, url: str, name: str) -> Person:
        """Log in, in a window of its own."""
        context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
        page = context.new_page()
        page.set_default_timeout(_PATIENT)
        expect.set_options(timeout=_PATIENT)
        page.goto(url)
        page.get_by_label("账号").fill(name)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        expect(page.get_by_role("button", name="退出")).to_be_visible()
        return cls(page, url)

    def opens_dossier(self, applicant: Mapping[str, str], title: str) -> str:
        """Open a dossier for an applicant; return its id."""
        page = self.page
        page.get_by_role("link", name="新建材料").first.click()
        for label, key in (("姓名", "name"), ("工作单位", "unit"), ("身份证号", "id_number")):
            page.get_by_label(re.compile(f"^{label}\\*?$")).fill(applicant[key])
        page.get_by_label("手机号").fill(applicant["phone"])
        page.get_by_label("备注名").fill(title)
        page.get_by_role("button", name="下一步").click()
        expect(page.locator("#drop")).to_be_visible()
        return page.url.rstrip("/").rpartition("/")[2]

    def drops(self, file: Path) -> None:
        """Drag a file onto the page."""
        data = base64.b64encode(file.read_bytes()).decode()
        moved = self.page.evaluate_handle(_DROP, [file.name, data])
        self.page.dispatch_event("#drop", "dragover", {"dataTransfer": moved})
        self.page.dispatch_event("#drop", "drop", {"dataTransfer": moved})

    def chooses(self, files: Sequence[Path]) -> None:
        """Choose files in the file dialogue."""
        self.page.locator("#files").set_input_files(list(files))

    def submits(self) -> None:
        """Hand the dossier in."""
        self.page.get_by_role("button", name="提交处理").click()
        expect(self.page.get_by_text("已提交")).to_be_visible()

    def waits_until(self, *states: str) -> None:
        """Look at the dossier's page until it says one of some states; it renews itself."""
        said = re.compile("|".join(states))
        standing = self.page.locator(".standing .state")
        expect(standing).to_have_text(said, timeout=_FLOWS)

    def goes_to(self, path: str) -> None:
        """Open an address of the portal."""
        self.page.goto(self.url + path)

    def opens_diff(self, dossier: str) -> None:
        """Open the redaction diff."""
        self.goes_to(f"/dossiers/{dossier}/diff/")
        expect(self.page.locator("#diff[data-ready]")).to_be_visible()

    def takes_mask_away(self, kind: str) -> None:
        """Reject the first mask of a kind on this page."""
        page = self.page
        expect(page.locator("#diff[aria-busy]")).to_have_count(0)
        page.locator("#tab-findings").click()
        page.locator("#finding-rows li").filter(has_text=kind).first.click()
        page.keyboard.press("r")
        expect(page.locator("#left polygon.gone")).to_have_count(1)

    def draws_mask(self, place: tuple[float, float, float, float], kind: str) -> None:
        """Draw a box by mouse; its corners are fractions of the page."""
        page = self.page
        before = page.locator("#left polygon.drawn").count()
        page.keyboard.press("b")
        area = page.locator("#left .sheet").bounding_box()
        assert area is not None
        x0, x1 = (area["x"] + area["width"] * x for x in place[::2])
        y0, y1 = (area["y"] + area["height"] * y for y in place[1::2])
        page.mouse.move(x0, y0)
        page.mouse.down()
        page.mouse.move(x1, y1, steps=5)
        page.mouse.up()
        expect(page.locator("#ask")).to_be_visible()
        page.locator("#ask-select").select_option(kind)
        page.locator("#ask button.primary").click()
        expect(page.locator("#left polygon.drawn")).to_have_count(before + 1)

    def makes_new_version(self) -> None:
        """Have the corrections carried out, and wait for the new copies."""
        page = self.page
        page.locator("#remake button").click()
        expect(page.locator("#pending")).to_have_text("没有待落实的更正", timeout=_FLOWS)

    def empties_queue(self) -> int:
        """Confirm what is left of the queue, one after the other; return how many there were."""
        page, confirmed = self.page, 0
        page.locator("#tab-queue").click()
        count = page.locator("#queue-count")
        while (left := int(count.inner_text())) > 0:
            if page.locator("#queue-rows li.current").count() == 0:
                page.keyboard.press("j")
            expect(page.locator("#diff[aria-busy]")).to_have_count(0)
            page.keyboard.press("a")
            expect(count).to_have_text(str(left - 1))
            confirmed += 1
        return confirmed

    def publishes(self, reviewer: str) -> None:
        """Assign a reviewer on the dossier's page, publish, and wait until it is out."""
        page = self.page
        page.get_by_label("指派").select_option(label=reviewer)
        page.get_by_role("button", name="加入").click()
        expect(page.get_by_text("评审专家已更新")).to_be_visible()
        page.get_by_role("button", name="发布给专家").click()
        self.waits_until("已发布")
