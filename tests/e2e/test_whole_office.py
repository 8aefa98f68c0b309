"""A dossier's whole way in a browser, from the applicant's desk to the reviewer's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.people import ACCOUNTS, Person, chromium
from tests.served_office import ServedOffice
from tests.sheets import APPLICANT, LINES, draw_sheet, traces

_TITLE = "第十七号"
_VERSIONS = """
from dossiers.models import CopyVersion
rows = CopyVersion.objects.filter(attachment__dossier={dossier!r})
for row in rows.order_by("attachment__ordinal", "number"):
    print(row.attachment.code, row.number, row.verdict, row.findings.filter(action="mask").count())
"""


@pytest.fixture(scope="module", autouse=True)
def accounts(office: ServedOffice) -> None:
    office.run(ACCOUNTS)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def sheets(folder: Path) -> list[Path]:
    second = ("听课记录", "授课教师：李晓琳", "评课人：赵永福", "教研组讨论了分数的意义")
    places = []
    for name, lines in (("推荐表.png", LINES), ("听课记录.png", second)):
        draw_sheet(lines).save(folder / name, dpi=(150, 150))
        places.append(folder / name)
    return places


def test_from_the_applicants_desk_to_the_reviewers(
    office: ServedOffice, browser: Browser, tmp_path: Path
) -> None:
    """A reviewer gets the corrected copies of what was uploaded, and reaches nothing else."""
    dropped, chosen = sheets(tmp_path)
    applicant = Person.logged_in(browser, office.url, "chen")
    dossier = applicant.opens_dossier(APPLICANT, _TITLE)
    applicant.drops(dropped)
    applicant.chooses([chosen])
    rows = applicant.page.locator("#uploads li")
    expect(rows.nth(0)).to_contain_text("已收下，编号 a001")
    expect(rows.nth(1)).to_contain_text("已收下，编号 a002")
    applicant.submits()
    applicant.waits_until("待人工核对", "可发布")

    auditor = Person.logged_in(browser, office.url, "shen")
    auditor.opens_diff(dossier)
    auditor.page.locator("select[name=a]").select_option("2")
    auditor.takes_mask_away("他人姓名")
    auditor.draws_mask((0.08, 0.28, 0.6, 0.34), "project_number")
    auditor.makes_new_version()
    versions = office.run(_VERSIONS.format(dossier=dossier)).split("\n")
    assert [line.rsplit(" ", 2)[0] for line in versions] == ["a001 1", "a002 1", "a002 2"]
    assert "error" not in "".join(versions)
    auditor.empties_queue()
    expect(auditor.page.locator("#queue-rows")).to_contain_text("没有待核对的内容")

    operator = Person.logged_in(browser, office.url, "zhou")
    operator.goes_to(f"/dossiers/{dossier}/")
    operator.publishes("专家甲（expert）")

    reviewer = Person.logged_in(browser, office.url, "expert")
    reviewer.page.get_by_role("link", name="打开").click()
    names = reviewer.page.locator("tbody a").all_inner_texts()
    assert names == ["目录", "a001.pdf", "a002.pdf"]
    links = [link.get_attribute("href") or "" for link in reviewer.page.locator("tbody a").all()]
    for link in links:
        answer = reviewer.page.request.get(office.url + link)
        assert answer.ok and not traces(answer.body()) and _TITLE.encode() not in answer.body()
    original = f"/dossiers/{dossier}/"
    for address in (original, f"{original}diff/", "/dossiers/", "/accounts/", "/audit/"):
        assert reviewer.page.request.get(office.url + address).status == 403
    other = Person.logged_in(browser, office.url, "other")
    expect(other.page.locator("tbody")).to_contain_text("没有可以查看的评审材料")
    for address in (links[1], f"/packages/{dossier}/"):
        assert other.page.request.get(office.url + address).status in (403, 404)
