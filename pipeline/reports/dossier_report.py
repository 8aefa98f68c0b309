"""report.html: each page as masked, what was masked and why, and first what needs a person.

One file that opens without a server. It is made from findings.json and the masked copies alone, so
nothing of the original can get into it. Crops of the evidence about papers and books show the
original: the report points to them in the private folder, where only its readers see them.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pymupdf
from PIL import Image

from pipeline import casefile
from pipeline.casefile import CaseFile
from pipeline.dossier import Action, Kind, VerdictKind
from pipeline.findings_file import Corners, DoubtEntry, FindingEntry, FindingsFile, PageEntry
from pipeline.geometry import Frame
from pipeline.intake import MUPDF_LOCK
from pipeline.outcome import OWN_COPY_NAMES, PUBLICATION_NAMES, ErrorEntry, FileResult
from pipeline.policy import Policy
from pipeline.reports.rendering import render
from pipeline.similarity.reasons import RATIO_NAMES
from pipeline.versions import PROGRAM

_PICTURE_WIDTH = 720
_PICTURE_QUALITY = 60

KIND_NAMES = {
    Kind.APPLICANT_NAME: "申报人姓名",
    Kind.APPLICANT_UNIT: "申报人单位",
    Kind.PERSON_NAME: "他人姓名",
    Kind.UNIT: "学校或单位",
    Kind.ID_NUMBER: "身份证号",
    Kind.PHONE: "电话",
    Kind.EMAIL: "邮箱",
    Kind.ADDRESS: "地址",
    Kind.BIRTH_DATE: "出生日期",
    Kind.HOLDER_NUMBER: "持证人编号",
    Kind.SIGNATURE: "签名",
    Kind.CERTIFICATE_NUMBER: "证书编号",
    Kind.PROJECT_NUMBER: "课题编号",
    Kind.AUTHOR_NOTE: "作者简介",
    Kind.ISSUING_AUTHORITY: "颁发机构",
    Kind.PUBLICATION: "期刊或出版社",
    Kind.PUBLIC_FIGURE: "历史或被引人物",
    Kind.SEAL: "印章",
    Kind.FACE: "头像",
    Kind.CODE: "二维码或条码",
}
VERDICT_NAMES = {
    VerdictKind.CLEAN: "通过",
    VerdictKind.PERSON: "需人工查看",
    VerdictKind.ERROR: "未处理",
}


EFFECT_NAMES = {"return": "不符合", "person": "请核实", "advise": "提示"}


@dataclass(frozen=True, slots=True)
class Spot:
    """Where to look on a page's picture, in percent of its sides, and which doubt it belongs to."""

    number: int
    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class PageView:
    """A page as the report shows it."""

    entry: PageEntry
    picture: str
    doubts: tuple[tuple[int, DoubtEntry], ...]
    notes: tuple[DoubtEntry, ...]
    spots: tuple[Spot, ...]
    findings: tuple[FindingEntry, ...]


@dataclass(frozen=True, slots=True)
class FileView:
    """A file as the report shows it."""

    result: FileResult
    doubts: tuple[DoubtEntry, ...]
    pages: tuple[PageView, ...]


def write_report(
    case: CaseFile, results: Sequence[FileResult], refused: Sequence[ErrorEntry], policy: Policy
) -> None:
    """Write the report of a dossier into its case file.

    Args:
        case: Holds the masked copies and the findings.
        results: How each file ended; those that need a person are shown first.
        refused: What was not taken at all.
        policy: For the title.

    Raises:
        CaseNotWritableError: The filesystem refuses.
    """
    order = {VerdictKind.ERROR: 0, VerdictKind.PERSON: 1, VerdictKind.CLEAN: 2}
    views = [_file_view(case, result) for result in results]
    views.sort(key=lambda view: order[view.result.verdict])
    page = render(
        "dossier_report.html.j2",
        files=views,
        refused=refused,
        policy=policy,
        program=PROGRAM,
        kinds={kind.value: name for kind, name in KIND_NAMES.items()},
        own_verdicts=OWN_COPY_NAMES,
        published_verdicts=PUBLICATION_NAMES,
        effects=EFFECT_NAMES,
        compared=[view for view in views if view.result.similarity is not None],
        ratio_names={ratio.value: name for ratio, name in RATIO_NAMES.items()},
        verdicts={kind.value: name for kind, name in VERDICT_NAMES.items()},
        counts={kind.value: sum(r.verdict is kind for r in results) for kind in VerdictKind},
    )
    case.write(casefile.REPORT, page.encode())


def _file_view(case: CaseFile, result: FileResult) -> FileView:
    data = case.read(casefile.findings(result.id))
    if data is None or result.verdict is VerdictKind.ERROR:
        return FileView(result, (), ())
    document = FindingsFile.model_validate_json(data)
    with case.local(casefile.masked(result.id)) as copy:
        pages = tuple(
            _page_view(document, entry, picture)
            for entry, picture in zip(document.pages, _pictures(copy), strict=False)
        )
    return FileView(result, tuple(d for d in document.doubts if d.page is None), pages)


def _pictures(copy: Path) -> Iterator[str]:
    """Yield each page of a masked copy as a small JPEG data URI."""
    with MUPDF_LOCK:
        document = pymupdf.open(copy)
    try:
        for number in range(document.page_count):
            with MUPDF_LOCK:
                page = document[number]
                zoom = _PICTURE_WIDTH / max(1.0, page.rect.width)
                drawn = page.get_pixmap(matrix=pymupdf.Matrix(zoom, zoom), alpha=False)
                size, samples = (drawn.width, drawn.height), bytes(drawn.samples)
            mode = "RGB" if len(samples) == size[0] * size[1] * 3 else "L"
            stream = io.BytesIO()
            Image.frombytes(mode, size, samples).save(
                stream, "JPEG", quality=_PICTURE_QUALITY, optimize=True
            )
            yield "data:image/jpeg;base64," + base64.b64encode(stream.getvalue()).decode()
    finally:
        with MUPDF_LOCK:
            document.close()


def _page_view(document: FindingsFile, entry: PageEntry, picture: str) -> PageView:
    doubts = tuple(enumerate((d for d in document.doubts if d.page == entry.page), start=1))
    spots = tuple(_spot(number, entry, d.polygon) for number, d in doubts if d.polygon)
    own = [f for f in document.findings if f.page == entry.page]
    own.sort(key=lambda f: (not f.doubtful, f.action is not Action.MASK))
    return PageView(
        entry=entry,
        picture=picture,
        doubts=doubts,
        notes=tuple(n for n in document.notes if n.page == entry.page),
        spots=spots,
        findings=tuple(own),
    )


def _spot(number: int, entry: PageEntry, corners: Corners) -> Spot:
    frame = Frame(entry.page, entry.width, entry.height).turned(entry.turn)
    points = [frame.from_source(corner) for corner in corners]
    left, right = (pick(x for x, _ in points) / frame.width * 100 for pick in (min, max))
    top, bottom = (pick(y for _, y in points) / frame.height * 100 for pick in (min, max))
    return Spot(number, left, top, right - left, bottom - top)
