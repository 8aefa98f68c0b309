"""Puts examinations of publications into the case file: JSON, and crops of their evidence.

The crops show the original, so they lie in the private folder; the report points to them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline import casefile
from pipeline.casefile import CaseFile
from pipeline.errors import MangpingError, RefusedInputError
from pipeline.examining import Examined
from pipeline.geometry import Polygon, turn_pixels
from pipeline.intake import open_source
from pipeline.jobs import FileReading, Tools
from pipeline.outcome import ErrorEntry, Publication, RuleEntry
from pipeline.publication.nouns import RuleFinding
from pipeline.publication.result_json import publication_json
from pipeline.work import digest_of

SCHEMA = "mangping.publication/1"
_CROPS = "work/publications"
# What is printed around the evidence: shares of its height, and of the page's width.
_ABOVE, _BESIDE = 1.5, 0.06
_WIDEST = 900
_QUALITY = 75


def keep_examinations(
    case: CaseFile,
    examined: Mapping[str, Examined | MangpingError],
    files: Mapping[str, FileReading],
    tools: Tools,
    *,
    with_text: bool,
) -> dict[str, Publication]:
    """Store examinations in the place of those of an earlier run.

    Args:
        case: Where they go.
        examined: By attachment.
        files: The readings of the attachments.
        tools: What the dossier shares.
        with_text: Write words of the pages, the title and the authors too.

    Returns:
        What the command and the report tell of each.

    Raises:
        CaseNotWritableError: The filesystem refuses.
    """
    kept: dict[str, Publication] = {}
    for key, one in examined.items():
        error = one if isinstance(one, MangpingError) else None
        if isinstance(one, Examined):
            try:
                kept[key] = _keep(case, key, one, files, tools, with_text=with_text)
            except RefusedInputError as refused:
                error = refused
        if error is not None:
            kept[key] = Publication(verdict="error", error=ErrorEntry.of(error, tools.applicant))
    _discard_others(case, kept)
    return kept


def _keep(
    case: CaseFile,
    key: str,
    one: Examined,
    files: Mapping[str, FileReading],
    tools: Tools,
    *,
    with_text: bool,
) -> Publication:
    crops = [
        _crop(case, files[attachment], finding, tools)
        for finding, attachment in zip(one.result.findings, one.attachments, strict=True)
    ]
    text = json.dumps(_json(one, with_text=with_text), ensure_ascii=False, indent=1)
    case.write(casefile.publication(key), text.encode() + b"\n")
    return _entry(one, crops)


def _discard_others(case: CaseFile, kept: Mapping[str, Publication]) -> None:
    """Remove what an earlier run left and this one did not make."""
    results = {casefile.publication(key) for key, one in kept.items() if one.error is None}
    crops = {finding.crop for one in kept.values() for finding in one.findings}
    for folder in ("publications", _CROPS):
        for name in (f"{folder}/{file}" for file in case.names(folder)):
            if name not in results and name not in crops:
                case.remove(name)


def _json(one: Examined, *, with_text: bool) -> dict[str, Any]:
    whole = publication_json(one.result)
    for finding, attachment in zip(whole["findings"], one.attachments, strict=True):
        finding["attachment"] = attachment
        if not with_text:
            del finding["evidence"]
    if not with_text:
        del whole["title"], whole["authors"]
    return {"schema": SCHEMA, **whole, "reports": list(one.reports)}


def _entry(one: Examined, crops: list[str | None]) -> Publication:
    return Publication(
        verdict=one.result.verdict.value,
        kind=one.result.kind.value,
        rules=one.result.rules,
        findings=tuple(
            RuleEntry(
                rule=finding.rule,
                effect=finding.effect.value,
                code=finding.code,
                reason=finding.reason,
                attachment=attachment,
                page=finding.page,
                crop=crop,
            )
            for finding, attachment, crop in zip(
                one.result.findings, one.attachments, crops, strict=True
            )
        ),
        reports=one.reports,
    )


def _crop(case: CaseFile, file: FileReading, finding: RuleFinding, tools: Tools) -> str | None:
    """Keep the picture of a finding's evidence and return its name; None where there is no page."""
    if finding.page is None:
        return None
    place = finding.polygon.points if finding.polygon else ()
    name = f"{_CROPS}/{digest_of(file.sha256, f'{finding.page} {place}')[:24]}.jpg"
    if case.read(name) is None:
        frame = file.readings[finding.page - 1].frame
        with open_source(file.job.path, name=file.job.name, decoded=tools.decoded) as source:
            pixels = turn_pixels(source.page(finding.page).pixels, frame.turn)
        polygon = finding.polygon.to(frame) if finding.polygon else None
        case.write(name, _picture(pixels, polygon))
    return name


def _picture(pixels: NDArray[np.uint8], polygon: Polygon | None) -> bytes:
    """Return a JPEG of a place of the upright page and what stands around it, framed in red."""
    height, width = pixels.shape[:2]
    x0, y0, x1, y1 = polygon.bounds if polygon else (0.0, 0.0, float(width), float(height))
    around, beside = _ABOVE * (y1 - y0), _BESIDE * width
    left, right = max(0, int(x0 - beside)), min(width, int(x1 + beside) + 1)
    top, bottom = max(0, int(y0 - around)), min(height, int(y1 + around) + 1)
    cut = cv2.cvtColor(np.ascontiguousarray(pixels[top:bottom, left:right]), cv2.COLOR_RGB2BGR)
    if polygon is not None:
        corners = (int(x0) - left - 4, int(y0) - top - 4), (int(x1) - left + 4, int(y1) - top + 4)
        cut = cv2.rectangle(cut, *corners, (37, 48, 217), max(2, width // 800))
    if cut.shape[1] > _WIDEST:
        size = (_WIDEST, max(1, round(cut.shape[0] * _WIDEST / cut.shape[1])))
        cut = cv2.resize(cut, size, interpolation=cv2.INTER_AREA)
    _, coded = cv2.imencode(".jpg", cut, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return coded.tobytes()
