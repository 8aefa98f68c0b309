"""Takes the README's pictures: ``python -m tests.e2e.screenshots docs/images`` (make screenshots).

The people are those of ``fixtures/demo``, made by our generator; nobody of them exists.
"""

from __future__ import annotations

import io
import json
import sys
import tempfile
import zipfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.e2e.people import ACCOUNTS, Person, chromium
from tests.served_office import ServedOffice, served_office

_DEMO = Path(__file__).parents[2] / "fixtures" / "demo"
_FILES = (
    "01-学历学位证书.pdf",
    "02-听课记录.pdf",
    "03-聘书.pdf",
    "06-业务工作总结.jpg",
    "07-年度考核表.webp",
    "08-荣誉证书.jpg",
)
_HONOUR = "6"
# Of base.css and diff.css.
_LINES = ("#b84a00", "#0062a3", "#a03c7c", "#007355", "#6d5b00", "#c8102e", "#1b6b3a", "#8a4b00")
_OTHERS = """
from pathlib import Path
from dossiers.models import User
from dossiers.services.receiving import create_dossier
from dossiers.services.releasing import return_dossier
from tests.dossiers.papers import APPLICANT
from tests.portal.reviewed import reviewed
folder = Path({folder!r})
for number, state in ((14, "review"), (15, "returned"), (16, "open")):
    if state == "open":
        made = create_dossier(APPLICANT, "huainan-2025")
    else:
        made = reviewed(folder, files=3)
    made.title = f"2025-0{{number}}"
    made.save(update_fields=["title"])
    if state == "returned":
        return_dossier(made.pk, reason="demo", note="第 2 个附件缺页，请补齐。")
"""


def main(folder: Path) -> None:
    """Take all pictures into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work, served_office(Path(work)) as office:
        office.run(ACCOUNTS)
        with chromium() as browser:
            _go_through(office, browser, Path(work), folder)


def _go_through(office: ServedOffice, browser: Browser, work: Path, folder: Path) -> None:
    applicant = Person.logged_in(browser, office.url, "chen")
    identity = json.loads((_DEMO / "identity.json").read_text(encoding="utf-8"))
    dossier = applicant.opens_dossier(identity, "2025-017")
    applicant.chooses([_packed(work)])
    expect(applicant.page.locator("#uploads")).to_contain_text("压缩包已解开")
    expect(applicant.page.locator("#state")).to_contain_text("a006")
    _take(applicant.page, folder / "upload.png")
    applicant.submits()
    applicant.waits_until("待人工核对", "可发布")

    office.run(_OTHERS.format(folder=str(work)))
    auditor = Person.logged_in(browser, office.url, "shen")
    _take(auditor.page, folder / "task-centre.png")
    auditor.opens_diff(dossier)
    auditor.page.locator("select[name=a]").select_option(_HONOUR)
    expect(auditor.page.locator("#diff[aria-busy]")).to_have_count(0)
    expect(auditor.page.locator(".sheet.busy")).to_have_count(0)
    auditor.page.locator("#tab-findings").click()
    auditor.page.locator("#finding-rows li").filter(has_text="申报人姓名").first.click()
    expect(auditor.page.locator("#card canvas")).to_have_count(2)
    _take(auditor.page, folder / "diff.png")
    auditor.empties_queue()

    operator = Person.logged_in(browser, office.url, "zhou")
    operator.goes_to(f"/dossiers/{dossier}/")
    operator.publishes("专家甲（expert）")
    reviewer = Person.logged_in(browser, office.url, "expert")
    reviewer.page.get_by_role("link", name="打开").click()
    expect(reviewer.page.locator("tbody")).to_contain_text("a006.pdf")
    _take(reviewer.page, folder / "package.png")


def _packed(work: Path) -> Path:
    """The demo's files as an office sends them: a folder in a ZIP, with one that does not fit."""
    place = work / "申报材料.zip"
    with zipfile.ZipFile(place, "w", zipfile.ZIP_STORED) as archive:
        for name in _FILES:
            archive.write(_DEMO / name, f"申报材料/{name}")
        word = io.BytesIO()
        with zipfile.ZipFile(word, "w") as document:
            document.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("申报材料/个人简介.docx", word.getvalue())
    return place


def _take(page: Page, place: Path) -> None:
    """Take what the screen shows, with few colours, so that the file is small."""
    page.mouse.move(683, 4)
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    # The colours of thin lines are too rare to be chosen by themselves.
    chosen = Image.new("RGB", (picture.width, picture.height + 20 * len(_LINES)))
    chosen.paste(picture)
    for number, colour in enumerate(_LINES):
        area = (0, picture.height + 20 * number, picture.width, picture.height + 20 * number + 20)
        chosen.paste(colour, area)
    palette = chosen.quantize(256, method=Image.Quantize.MEDIANCUT)
    few = picture.quantize(palette=palette, dither=Image.Dither.NONE)
    few.save(place, optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
