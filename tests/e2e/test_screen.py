"""The pages on an office screen, for weak eyes and without a mouse."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.people import ACCOUNTS, Person, chromium
from tests.e2e.portal_server import Portal

_FAULTS = Path(__file__).with_name("accessibility.js").read_text(encoding="utf-8")
_DOSSIERS = """
from pathlib import Path
from dossiers.models import User
from dossiers.services.releasing import assign_reviewer
from tests.dossiers.papers import open_dossier, processed
from tests.portal.reviewed import reviewed
folder = Path({folder!r})
owner = User.objects.get(username="chen")
print(reviewed(folder, files=2).pk, open_dossier(2, owner=owner).pk, processed(folder / "x").pk)
assign_reviewer(processed(folder / "y").pk, User.objects.get(username="expert"))
"""
_FOCUSABLE = """() => [...document.querySelectorAll(
  "a[href], input:enabled:not([type=hidden]), :is(button, select, textarea):enabled, summary"
)].filter((e) => e.checkVisibility({ checkVisibilityCSS: true }) && e.tabIndex >= 0).length"""
# The edge around what has the focus, or around the label that stands for a hidden field.
_FOCUSED = """() => {
  const at = document.activeElement;
  if (at === document.body) return null;
  at.dataset.seen = "1";
  const shown = at.matches(".visually-hidden") ? at.nextElementSibling : at;
  const style = getComputedStyle(shown);
  const edge = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  return edge ? "" : `${at.tagName} ${at.id} ${at.textContent.trim().slice(0, 20)}`;
}"""
_SEEN = "() => document.querySelectorAll('[data-seen]:not(section)').length"


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Portal, list[str]]]:
    folder = tmp_path_factory.mktemp("screen")
    portal = Portal(folder / "state")
    portal.run(ACCOUNTS)
    dossiers = portal.run(_DOSSIERS.format(folder=str(folder))).split()
    portal.start()
    yield portal, dossiers
    portal.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def test_every_page_can_be_read_and_used_without_a_mouse(
    portal: tuple[Portal, list[str]], browser: Browser
) -> None:
    """Contrast by WCAG 2.1 AA, measured; names of fields; focus that is seen; nothing too wide."""
    served, (review, upload, ready) = portal
    pages = {
        "chen": ["/dossiers/", "/dossiers/new/", f"/dossiers/{upload}/", "/password/"],
        "zhou": ["/dossiers/", f"/dossiers/{ready}/", "/accounts/"],
        "shen": [f"/dossiers/{review}/", f"/dossiers/{review}/diff/", "/audit/?verify=1"],
        "expert": ["/packages/"],
        "admin": ["/accounts/", "/accounts/1/", "/accounts/list/", "/audit/"],
    }
    found: list[str] = []
    visitor = browser.new_page(viewport={"width": 1366, "height": 768})
    visitor.goto(f"{served.url}/login/")
    found += _faults(visitor, "/login/")
    for name, addresses in pages.items():
        person = Person.logged_in(browser, served.url, name)
        for address in addresses:
            person.goes_to(address)
            if address.endswith("/diff/"):
                person.page.wait_for_selector("#diff[data-ready]")
            found += _faults(person.page, address)
        person.page.context.close()
    assert not found, "\n".join(found)


def _faults(page: Page, address: str) -> list[str]:
    told = [f"{address} {fault}" for fault in page.evaluate(_FAULTS)]
    # A page may begin in the middle; after its end the browser begins anew.
    for _ in range(page.evaluate(_FOCUSABLE) + 6):
        page.keyboard.press("Tab")
        fault = page.evaluate(_FOCUSED)
        if fault:
            told.append(f"{address} focus not seen: {fault}")
    missed = page.evaluate(_FOCUSABLE) - page.evaluate(_SEEN)
    return [*told, f"{address} {missed} not reached by Tab"] if missed > 0 else told
