"""The report on an applicant's own masked copy: each leak and difference with its two crops.

Unlike the other reports it shows the original, so it must not leave the office.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.casefile import CaseFile
from pipeline.dossier import Applicant
from pipeline.jobs import Job
from pipeline.outcome import OwnCopy, OwnPlace, safe_name
from pipeline.policy import Policy
from pipeline.reports.dossier_report import KIND_NAMES
from pipeline.reports.rendering import render
from pipeline.verification.pair import Difference, Leak, PairReport, PairVerdict, Shown
from pipeline.versions import PROGRAM

REPORT = "report.html"
_WIDEST = 900
_QUALITY = 80
_MOST_MESSAGES = 20

VERDICT_SENTENCES = {
    PairVerdict.PASS: "通过：没有发现未隐去的信息，打码以外的内容与原件一致。",
    PairVerdict.LEAK: "泄露：打码件中仍有应隐去的信息，请重新打码后再上传。",
    PairVerdict.DIFFERS: "不一致：打码以外的内容与原件不同，请核对后重新上传。",
    PairVerdict.PERSON: "需人工查看：没有把握，请逐条核对。",
}
CHANNEL_NAMES = {
    "pixels": "页面上没有盖住",
    "see-through": "遮盖透出下面的字",
    "blurred": "只作了马赛克或模糊处理",
    "text-layer": "看不见的文字层",
    "under-mask": "遮盖只是浮在上面，去掉后可见",
    "annotation": "批注",
    "form-field": "表单域",
    "metadata": "文档属性或图像信息",
    "attachment": "夹带的附件",
    "revision": "文件里的旧版本",
    "thumbnail": "缩略图",
    "script": "脚本",
    "object": "文件内部的其他对象",
    "file-name": "文件名",
}


@dataclass(frozen=True, slots=True)
class _View:
    sentence: str
    original: str
    masked: str


def pair_report_page(
    report: PairReport,
    shown: Sequence[Shown],
    names: tuple[str, str],
    policy: Policy,
) -> str:
    """Return the report as one HTML page.

    Args:
        report: The answer.
        shown: Its leaks and differences with their crops.
        names: Of the original and the masked copy, with what names the applicant taken out.
        policy: For the wording of the rules.
    """
    leaks = [_view(s) for s in shown if isinstance(s.entry, Leak)]
    differences = [_view(s) for s in shown if isinstance(s.entry, Difference)]
    return render(
        "pair_report.html.j2",
        report=report,
        verdict=VERDICT_SENTENCES[report.verdict],
        groups=(("泄露", leaks), ("与原件不同", differences)),
        original=names[0],
        masked=names[1],
        rules=policy.rules,
        program=PROGRAM,
    )


def write_pair_report(folder: Path, page: str) -> Path:
    """Write report.html into a folder that exists, and return its path."""
    path = folder / REPORT
    path.write_text(page, encoding="utf-8")
    return path


def own_copy(
    case: CaseFile,
    job: Job,
    masked: Job,
    report: PairReport,
    shown: Sequence[Shown],
    applicant: Applicant,
    policy: Policy,
) -> OwnCopy:
    """Keep the report with its pictures in the case's private folder, and sum it up.

    Raises:
        CaseNotWritableError: The filesystem refuses.
    """
    entries: list[Leak | Difference] = [*report.leaks, *report.differences]
    messages = [sentence_of(entry) for entry in entries]
    messages += [f"第 {d.page} 页：{d.message}" if d.page else d.message for d in report.doubts]
    place = f"work/pairs/{job.id}.html"
    names = (safe_name(job.name, applicant), safe_name(masked.name, applicant))
    case.write(place, pair_report_page(report, shown, names, policy).encode())
    return OwnCopy.model_validate(
        {
            "verdict": report.verdict.value,
            "rules": report.rules,
            "leaks": len(report.leaks),
            "differences": len(report.differences),
            "messages": tuple(messages[:_MOST_MESSAGES]),
            "places": _places(entries[:_MOST_MESSAGES], report),
            "turns": report.turns,
            "report": place,
        }
    )


def _places(entries: Sequence[Leak | Difference], report: PairReport) -> tuple[OwnPlace, ...]:
    """Return where the entries stand; what is of no page of the copy has no place."""
    places = []
    for number, entry in enumerate(entries):
        missing = isinstance(entry, Difference) and entry.missing
        if entry.page is None or entry.polygon is None or missing:
            continue
        width, height = report.sizes[entry.page - 1]
        corners = tuple((round(x / width, 5), round(y / height, 5)) for x, y in entry.polygon)
        origin = report.origins[number]
        place = OwnPlace(
            message=number,
            page=entry.page,
            corners=corners,
            leak=isinstance(entry, Leak),
            original=origin.corners if origin else None,
            original_page=origin.page if origin else None,
        )
        places.append(place)
    return tuple(places)


def sentence_of(entry: Leak | Difference) -> str:
    """Say in Chinese where a leak or a difference is, and what it is."""
    if isinstance(entry, Leak):
        where = f"第 {entry.page} 页" if entry.page else "整个文件"
        return f"{where}：{KIND_NAMES[entry.kind]}，{CHANNEL_NAMES[entry.channel.value]}"
    if entry.missing:
        return f"原件第 {entry.page} 页在打码件里找不到"
    return f"第 {entry.page} 页：与原件不同"


def _view(shown: Shown) -> _View:
    return _View(sentence_of(shown.entry), _picture(shown.original), _picture(shown.masked))


def _picture(pixels: NDArray[np.uint8] | None) -> str:
    if pixels is None or not pixels.size:
        return ""
    height, width = pixels.shape[:2]
    if width > _WIDEST:
        size = (_WIDEST, max(1, round(height * _WIDEST / width)))
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    bgr = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
    _, coded = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return "data:image/jpeg;base64," + base64.b64encode(coded.tobytes()).decode("ascii")
