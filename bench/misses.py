"""Writes what went wrong as pictures and lines, for whoever mends it. Synthetic data only."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pymupdf

from bench import pixels
from bench.judge import FileVerdict, ItemVerdict, PageVerdict
from bench.records import FileRun
from pipeline.geometry import Frame, Polygon

_AROUND = 40
_GAP = 12


def write_misses(verdict: FileVerdict, run: FileRun, folder: Path) -> int:
    """Add a crop pair (source left or above, copy right or below) and a line for each miss.

    A miss is a leaked item, or an item that must stay and has lost characters. Each line of
    ``misses.jsonl`` also says what the reader read there and what the detector found there.

    Returns:
        How many were written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    bad = {p.page.page: p for p in verdict.pages if any(i.leaked or i.lost for i in p.items)}
    if not bad:
        return 0
    written = 0
    with pymupdf.open(run.copy) as document, (folder / "misses.jsonl").open("a") as lines:
        for page, stored in pixels.source_pages(run.source, verdict.file):
            if page.page not in bad or page.page > document.page_count:
                continue
            before = pixels.upright(stored, page)
            height, width = before.shape[:2]
            after = pixels.render(document[page.page - 1], width, height)
            for item in bad[page.page].items:
                if not (item.leaked or item.lost):
                    continue
                stem = f"{run.source.parent.name}-{run.source.stem}-{page.page}-{item.item.id}"
                name = f"{'leak' if item.leaked else 'lost'}-{item.item.kind}-{stem}.png"
                _write_pair(folder / name, before, after, _bounds(bad[page.page], item))
                entry = _entry(verdict, run, bad[page.page], item)
                lines.write(json.dumps({"png": name, **entry}, ensure_ascii=False) + "\n")
                written += 1
    return written


def _bounds(page: PageVerdict, item: ItemVerdict) -> tuple[int, int, int, int]:
    points = [page.page.frame.from_source(p) for c in item.item.chars() for p in c.polygon]
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    return int(min(xs)), int(min(ys)), int(max(xs)) + 1, int(max(ys)) + 1


def _write_pair(
    path: Path, before: pixels.Pixels, after: pixels.Pixels, bounds: tuple[int, int, int, int]
) -> None:
    x0, y0, x1, y1 = bounds
    area = np.s_[max(0, y0 - _AROUND) : y1 + _AROUND, max(0, x0 - _AROUND) : x1 + _AROUND]
    crops = [before[area], after[area]]
    wide = crops[0].shape[1] > 1.5 * crops[0].shape[0]
    shape = (_GAP, crops[0].shape[1], 3) if wide else (crops[0].shape[0], _GAP, 3)
    gap = np.full(shape, (255, 0, 255), dtype=np.uint8)
    pair = np.concatenate([crops[0], gap, crops[1]], axis=0 if wide else 1)
    encoded, data = cv2.imencode(".png", cv2.cvtColor(pair, cv2.COLOR_RGB2BGR))
    if encoded:
        path.write_bytes(data.tobytes())


def _entry(
    verdict: FileVerdict, run: FileRun, page: PageVerdict, item: ItemVerdict
) -> dict[str, Any]:
    chars = [c.text for c in item.item.chars()]
    area = Polygon.from_bounds(page.page.frame, *_bounds(page, item))
    reading = next((r for r in run.readings if r.frame.page == page.page.page), None)
    return {
        "what": "leak" if item.leaked else "lost",
        "template": page.page.template,
        "class": item.item.kind,
        "quality": verdict.file.group,
        "dossier": run.source.parent.name,
        "file": run.file,
        "page": page.page.page,
        "item": item.item.id,
        "text": item.item.text,
        "handwritten": item.item.handwritten,
        "lines": len(item.item.lines),
        "chars": "".join(chars[n] for n in (item.shown if item.leaked else item.lost)),
        "legible": [round(sight.legible, 2) for sight in item.sights],
        "left": item.left,
        "turned_wrong": item.turned_wrong,
        "verdict": run.verdict,
        "read": [li.text for li in reading.lines if _meet(li.polygon, area)] if reading else [],
        "found": [
            f"{d.finding.kind.value} {d.action.value} {d.finding.rule}: {d.finding.text}"
            for d in run.decisions
            if d.finding.page == page.page.page and _meet(d.finding.polygon, area)
        ],
    }


def _meet(one: Polygon, other: Polygon) -> bool:
    upright = Frame(
        other.frame.page, other.frame.source_width, other.frame.source_height, other.frame.turn
    )
    if one.frame.source != upright.source:
        return False
    ax0, ay0, ax1, ay1 = one.to(upright).bounds
    bx0, by0, bx1, by1 = other.bounds
    return ax0 < bx1 and bx0 < ax1 and ay0 < by1 and by0 < ay1
