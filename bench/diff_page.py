"""How soon the diff of a large dossier opens: ``python -m bench.diff_page [--pages 200]``.

A dossier with pages, findings and doubts is put into a portal of its own, and its diff is opened in
Chromium: until the page can be used and both pictures are there. The first time its pictures are
rendered; later they are kept.
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pymupdf

from bench.process_tree import Tree
from fixtures.findings import findings_file, name_found, scanned_page
from flows.prefect_home import wait_for_address
from pipeline.findings_file import FindingsFile

if TYPE_CHECKING:
    from playwright.sync_api import Page

_CHROMIUM = "/usr/bin/chromium"
_PASSWORD = "nine-lanterns-87"
_PAGES_EACH, _FINDINGS_EACH, _DOUBTFUL_EVERY = 10, 20, 7
_WIDTH, _HEIGHT, _WORDS = 1654, 2339, 180
_THERE = """() => document.querySelector('#diff[data-ready]')
  && [...document.querySelectorAll('.pane img')].every((i) => i.complete && i.naturalWidth)
  && !document.querySelector('.sheet.busy')"""
# A picture that has come is not yet on the screen.
_SHOWN = """() => Promise.all([...document.querySelectorAll('.pane img')].map((i) => i.decode()))
  .then((all) => { if (all.length !== 2) throw new Error('two pictures are shown') })"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.diff_page", description=__doc__)
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--times", type=int, default=7)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}"
        probe.close()
        os.environ |= {
            "MANGPING_STATE": f"{folder}/state",
            "MANGPING_PORTAL_URL": url,
            "DJANGO_SETTINGS_MODULE": "portal.settings",
        }
        dossier = _filled(Path(folder), given.pages)
        portal = subprocess.Popen([sys.executable, "-m", "portal"], stderr=subprocess.DEVNULL)
        try:
            wait_for_address(f"{url}/login/", portal)
            _measure(f"{url}/dossiers/{dossier}/diff/", portal.pid, given.times)
        finally:
            portal.terminate()
            portal.wait()


def _measure(address: str, portal: int, times: int) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright, Tree(portal) as tree:
        browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1366, "height": 768}, locale="zh-CN")
        page.goto(address)
        page.get_by_label("账号").fill("auditor")
        page.get_by_label("密码").fill(_PASSWORD)
        first = time.perf_counter()
        page.get_by_role("button", name="登录").click()
        _await_pictures(page)
        print(f"first time, with login and rendering: {time.perf_counter() - first:.2f} s")
        walls = []
        before = tree.used()[1]
        for _ in range(times):
            page.goto("about:blank")
            started = time.perf_counter()
            page.goto(address)
            _await_pictures(page)
            walls.append(time.perf_counter() - started)
        spent = (tree.used()[1] - before) / times
        print(f"again: best {min(walls):.2f} s, median {sorted(walls)[times // 2]:.2f} s,")
        print(f"       processor seconds of the portal {spent:.2f}")
        browser.close()


def _await_pictures(page: Page) -> None:
    page.wait_for_function(_THERE)
    page.evaluate(_SHOWN)


def _filled(folder: Path, pages: int) -> str:
    """Make the dossier; return its id."""
    import dossiers

    dossiers.prepare()
    from dossiers.models import RunKind
    from dossiers.roles import Role
    from dossiers.services.accounts import create_account
    from dossiers.services.receiving import create_dossier, submit_dossier
    from dossiers.services.results import AttachmentOutcome, attach_result
    from dossiers.services.runs import finish_run, start_run
    from dossiers.services.uploads import (
        CHUNK_BYTES,
        append_chunk,
        complete_upload,
        register_upload,
    )
    from pipeline.dossier import Applicant
    from pipeline.outcome import FileResult

    create_account("auditor", Role.AUDITOR, password=_PASSWORD)
    dossier = create_dossier(Applicant(name=("欧阳澹台",)), "huainan-2025")
    for number in range(0, pages, _PAGES_EACH):
        scan = _scan(number, min(_PAGES_EACH, pages - number))
        row = register_upload(dossier.pk, name=f"{number}.pdf", size=len(scan))
        for start in range(0, len(scan), CHUNK_BYTES):
            append_chunk(row.key, start, scan[start : start + CHUNK_BYTES])
        complete_upload(row.key)
    submit_dossier(dossier.pk)
    grant = start_run(dossier.pk, RunKind.PROCESS_DOSSIER, worker="bench")
    for attachment in dossier.attachments.order_by("ordinal"):
        count = min(_PAGES_EACH, pages - _PAGES_EACH * (attachment.ordinal - 1))
        copy = folder / f"{attachment.code}.pdf"
        copy.write_bytes(_scan(-attachment.ordinal, count))
        document = _document(attachment.original.sha256, copy, count)
        result = FileResult(
            id=attachment.code, file=attachment.code, verdict=document.verdict, pages=count
        )
        outcome = AttachmentOutcome(attachment.ordinal, result, copy, document)
        attach_result(dossier.pk, outcome, grant=grant)
    finish_run(grant)
    return str(dossier.pk)


def _scan(number: int, pages: int) -> bytes:
    """Make a PDF whose pages are pictures of text at 200 dpi."""
    with pymupdf.open() as drawn, pymupdf.open() as scan:
        for page in range(pages):
            sheet = drawn.new_page()
            text = f"{number} {page} 教学总结 " * _WORDS
            inner = pymupdf.Rect(40, 40, sheet.rect.width - 40, sheet.rect.height - 40)
            if sheet.insert_textbox(inner, text, fontname="china-s") < 0:
                # PyMuPDF draws nothing of a text that does not fit, and empty pages open fast.
                raise ValueError("the text does not fit the page")
            picture = sheet.get_pixmap(dpi=200)
            place = scan.new_page(width=picture.width * 0.36, height=picture.height * 0.36)
            place.insert_image(place.rect, stream=picture.tobytes("jpeg"))
        made: bytes = scan.tobytes()
    return made


def _document(sha256: str, copy: Path, pages: int) -> FindingsFile:
    """Make findings in rows on every page; every seventh is doubtful."""
    findings = []
    for number in range(pages * _FINDINGS_EACH):
        page, row = divmod(number, _FINDINGS_EACH)
        y = 100.0 + row * 100
        box = ((200.0, y), (500.0, y), (500.0, y + 50), (200.0, y + 50))
        doubtful = number % _DOUBTFUL_EVERY == 0
        key = f"p{page + 1}-{row}"
        findings.append(name_found(key, page + 1, box, "赵永福", doubtful=doubtful))
    sheets = [scanned_page(n, (_WIDTH, _HEIGHT), dpi=200.0) for n in range(1, pages + 1)]
    return findings_file("scan.pdf", sha256, copy.read_bytes(), findings, sheets)


if __name__ == "__main__":
    main()
