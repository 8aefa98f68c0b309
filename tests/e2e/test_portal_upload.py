from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect, sync_playwright

from tests.e2e.portal_server import Portal

_CHROMIUM = Path("/usr/bin/chromium")
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
_PASSWORD = "nine-lanterns-87"
_ACCOUNTS = f"""
from dossiers.roles import Role
from dossiers.services.accounts import create_account
create_account("chen", Role.APPLICANT, password={_PASSWORD!r})
"""
_STORED = """
from dossiers.models import Attachment
for row in Attachment.objects.order_by("ordinal"):
    print(row.original.sha256)
"""
_PATIENT = 60_000


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Portal]:
    portal = Portal(tmp_path / "state")
    portal.run(_ACCOUNTS)
    portal.start()
    yield portal
    portal.stop()


@pytest.fixture
def page(portal: Portal) -> Iterator[Page]:
    if not _CHROMIUM.exists():
        pytest.skip("Chromium is not installed: .ci/system browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=list(_FLAGS))
        page = browser.new_page(viewport={"width": 1366, "height": 768}, locale="zh-CN")
        page.set_default_timeout(_PATIENT)
        expect.set_options(timeout=_PATIENT)
        page.goto(portal.url)
        page.get_by_label("账号").fill("chen")
        page.get_by_label("密码").fill(_PASSWORD)
        page.get_by_role("button", name="登录").click()
        yield page
        browser.close()


def scan(folder: Path, name: str, side: int) -> Path:
    """A picture of noise, which no coding makes small."""
    noise = np.random.default_rng(side).integers(0, 256, (side, side, 3), dtype=np.uint8)
    stream = io.BytesIO()
    Image.fromarray(noise).save(stream, "PNG")
    place = folder / name
    place.write_bytes(stream.getvalue())
    return place


def test_files_arrive_whole_over_a_bad_line_and_a_portal_that_dies(
    portal: Portal, page: Page, tmp_path: Path
) -> None:
    small, large = scan(tmp_path, "1 聘书.png", 200), scan(tmp_path, "10 考核表.png", 2600)
    assert large.stat().st_size > 2 * 8_388_608
    bad = tmp_path / "2 证书.pdf"
    bad.write_bytes(b"MZ" + bytes(1000))

    page.get_by_role("link", name="新建材料").first.click()
    for label, value in (
        ("姓名", "欧阳澹台"),
        ("工作单位", "淮上市第九十九实验中学"),
        ("身份证号", "340403197001017998"),
        ("备注名", "2025 申报"),
    ):
        page.get_by_label(re.compile(f"^{label}\\*?$")).fill(value)
    page.get_by_role("button", name="下一步").click()
    expect(page.get_by_role("button", name="提交处理")).to_be_disabled()

    pieces = 0

    def cut(route: Route) -> None:
        nonlocal pieces
        pieces += route.request.method == "PATCH"
        if pieces == 3 and route.request.method == "PATCH":
            portal.kill()
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/api/v1/uploads/**", cut)
    page.locator("#files").set_input_files([large, small, bad])
    rows = page.locator("#uploads li")
    expect(rows.nth(0)).to_contain_text("已收下，编号 a001")
    expect(rows.nth(1)).to_contain_text("不是能处理的格式")
    expect(rows.nth(2)).to_contain_text("正在重新连接")
    portal.start()
    expect(rows.nth(2)).to_contain_text("已收下，编号 a002")
    expect(page.locator("#state")).to_contain_text("考核表.png")
    assert portal.run(_STORED).split() == [digest(small), digest(large)]

    page.get_by_role("button", name="提交处理").click()
    expect(page.locator("#state")).to_contain_text("待处理")
    expect(page.get_by_text("已提交")).to_be_visible()
    kept = b"".join(p.read_bytes() for p in portal.remembered())
    for word in ("欧阳澹台", "第九十九", "340403197001017998", "考核表", "2025 申报", "证书"):
        assert word.encode() not in kept, "the portal keeps in clear what names an applicant"


def test_an_upload_of_yesterday_goes_on_when_the_file_is_chosen_again(
    portal: Portal, page: Page, tmp_path: Path
) -> None:
    file = scan(tmp_path, "聘书.png", 300)
    dossier = portal.run(
        "from dossiers.models import User\n"
        "from dossiers.services.receiving import create_dossier\n"
        "from dossiers.services.uploads import append_chunk, register_upload\n"
        "from pipeline.dossier import Applicant\n"
        "made = create_dossier(Applicant(name=('甲',)), 'huainan-2025', by=User.objects.get())\n"
        f"data = open({str(file)!r}, 'rb').read()\n"
        "upload = register_upload(made.pk, name='聘书.png', size=len(data))\n"
        "append_chunk(upload.key, 0, data[:100000])\n"
        "print(made.pk)"
    )
    page.goto(f"{portal.url}/dossiers/{dossier}/")
    row = page.locator("#uploads li")
    expect(row).to_contain_text("请重新选择这个文件")
    sent: list[int] = []
    page.on(
        "request",
        lambda request: (
            sent.append(int(request.headers["upload-offset"]))
            if request.method == "PATCH"
            else None
        ),
    )
    page.locator("#files").set_input_files(file)
    expect(row).to_contain_text("已收下，编号 a001")
    assert sent == [100_000]
    assert portal.run(_STORED) == digest(file)


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
