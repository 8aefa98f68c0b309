from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser

import pymupdf
import pytest

from pipeline.dossier import Applicant
from pipeline.reports.similarity.hiding import Hider
from pipeline.reports.similarity.page import report_page
from pipeline.reports.similarity.pdf import report_pdf
from pipeline.reports.similarity.views import report_view
from pipeline.similarity.examination import Examination, examine
from pipeline.similarity.nouns import DocumentKind
from pipeline.similarity.reasons import ADVICE
from pipeline.similarity.result_file import result_file
from tests.compared import CANDLE, GARDEN, HOMEWORK, LAW, LI, READING, ZHAO, text

SECRETS = (
    "李晓琳",
    "淮南市第二中学",
    "淮南二中",
    "赵小燕",
    "寿县第一中学",
    "寿县一中",
    "13955412345",
)


class Tags(HTMLParser):
    """Collects ids, inner links and whatever would be fetched."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            elif name == "href":
                self.links.append(value or "")
            elif name in ("src", "srcset", "data", "action"):
                self.fetched.append(value or "")


@pytest.fixture(scope="module")
def found() -> Examination:
    byline = "作者：李 晓\n琳（淮南二中），Li Xiaolin，电话 13955412345\n"
    other = "作者：赵小燕（寿县第一中学）。" + READING.replace("我们", "寿县一中的赵小燕老师们")
    query = text(
        "q", byline + CANDLE + READING + LAW + GARDEN, year=2024, title="李晓琳的<b>课堂</b>"
    )
    own = text("own", GARDEN + HOMEWORK, LI, year=2020)
    return examine(
        query,
        [
            own,
            text("s", other + HOMEWORK, ZHAO, year=2021, title="赵小燕论整本书阅读"),
            text("law", LAW, None, kind=DocumentKind.EXEMPT, title="教师法"),
        ],
    )


@pytest.fixture(scope="module")
def hider(found: Examination) -> Hider:
    sources = [share.document for share in found.counted.sources]
    applicant = Applicant(name=("李晓琳",), unit=("淮南市第二中学",), phone=("13955412345",))
    return Hider.of(found.subject.document, sources, applicant)


def test_the_page_opens_without_a_server_and_each_passage_leads_to_its_source(
    found: Examination,
) -> None:
    page = report_page(report_view(found), result_file(found, "2026-11-22", with_text=True))
    tags = Tags()
    tags.feed(page)
    assert tags.fetched == [] and all(link.startswith("#") for link in tags.links)
    assert "Content-Security-Policy" in page and "<script" not in page
    assert len(tags.ids) == len(set(tags.ids))
    assert {link[1:] for link in tags.links} <= set(tags.ids)
    for number in range(1, len(found.counted.rows) + 1):
        assert f"m{number}" in tags.ids and f"t{number}" in tags.ids
    assert "<b>课堂</b>" not in page and ADVICE in page


def test_the_whole_paper_stands_on_the_left(found: Examination) -> None:
    view = report_view(found)
    shown = "".join(run.text for runs in view.paragraphs for run in runs)
    assert "".join(shown.split()) == "".join(found.subject.text.raw.split())


def test_reviewers_see_no_author_and_no_unit_of_either_side(
    found: Examination, hider: Hider
) -> None:
    """Names with gaps, over line ends, in pinyin, in short forms, within quoted passages."""
    view = report_view(found, hider)
    result = result_file(found, "2026-11-22", with_text=False)
    page = report_page(view, result)
    with pymupdf.open(stream=report_pdf(view, result), filetype="pdf") as document:
        printed = "".join(page.get_text() for page in document)
    for said in (page, printed):
        plain = re.sub(r"<[^>]*>|\s", "", said)
        assert [secret for secret in SECRETS if secret in plain] == []
        assert "xiaolin" not in plain.casefold()
        assert "【申报人】" in plain and "【来源作者1】" in plain and "【来源单位1】" in plain
    assert "蜡烛燃烧" in page


def test_the_figures_without_text_name_nobody(found: Examination) -> None:
    written = result_file(found, "2026-11-22", with_text=False).to_bytes().decode()
    assert [secret for secret in (*SECRETS, "蜡烛", "题名") if secret in written] == []


def test_the_pdf_holds_a_passage_that_is_longer_than_a_page() -> None:
    """Nothing may be cut off, and the layout must come to an end."""
    letters = [chr(0x4E00 + n * 7 % 9000) for n in range(5000)]
    raw = "".join(letters)
    copied = examine(text("q", raw), [text("s", raw, ZHAO)])
    assert len(copied.counted.rows) == 1
    pdf = report_pdf(report_view(copied), result_file(copied, "2026-11-22", with_text=False))
    with pymupdf.open(stream=pdf, filetype="pdf") as document:
        printed = "".join("".join(page.get_text().split()) for page in document)
        assert document.metadata["creationDate"] == ""
    times = Counter(printed)
    assert all(times[letter] >= 3 for letter in letters), "once in the paper, once on either side"


def test_two_runs_write_the_same_bytes(found: Examination) -> None:
    result = result_file(found, "2026-11-22", with_text=True)
    assert report_pdf(report_view(found), result) == report_pdf(report_view(found), result)
