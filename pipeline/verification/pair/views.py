"""Whether another picture inside the masked copy's file shows what the masks hide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

from pipeline.geometry import Frame
from pipeline.verification.pair.carrier import View
from pipeline.verification.pair.cells import Glass
from pipeline.verification.pair.ink import ink_of_pair
from pipeline.verification.pair.legible import open_places
from pipeline.verification.pair.nouns import (
    Gray,
    Leak,
    OriginalPage,
    Pixels,
    SensitivePlace,
    Surety,
)
from pipeline.verification.pair.page_check import PageFindings, line_height
from pipeline.verification.pair.register import Sketch, find_homography, register, sketch

_LEGIBLE_SIDE = 500
_CLEARER = 0.6
_FEWEST = 12


@dataclass(frozen=True, slots=True)
class Candidate:
    """A page of the original that a view may show, with its masked copy if there is one."""

    pixels: Pixels = field(repr=False)
    page: OriginalPage
    sketch: Sketch
    masked: int | None
    findings: PageFindings | None


def leak_of(view: View, candidates: Sequence[Candidate]) -> Leak | None:
    """Return the first sure place that a view shows, as a leak of the masked copy."""
    near = [c for c in candidates if view.page is None or c.masked == view.page] or candidates
    if max(view.pixels.shape[:2]) < _LEGIBLE_SIDE:
        return _small(view, near)
    seen = sketch(view.pixels)
    for candidate in near:
        matrix = find_homography(candidate.sketch, seen)
        if matrix is None:
            continue
        height, width = view.pixels.shape[:2]
        frame = Frame(candidate.page.frame.page, width, height)
        pages = register(candidate.pixels, candidate.page.frame, view.pixels, frame, matrix)
        glass = Glass.of(ink_of_pair(pages, line_height(candidate.page.lines)))
        for opened in open_places(glass, _sure(candidate.page)):
            return _leak(view, candidate, opened.place)
    return None


def _sure(page: OriginalPage) -> tuple[SensitivePlace, ...]:
    return tuple(place for place in page.places if place.surety is Surety.SURE)


def _leak(view: View, candidate: Candidate, place: SensitivePlace) -> Leak:
    pages = candidate.findings.registered if candidate.findings else None
    corners = pages.corners(place.polygon) if pages else None
    return Leak(page=candidate.masked, kind=place.kind, polygon=corners, channel=view.channel)


def _small(view: View, candidates: Sequence[Candidate]) -> Leak | None:
    """Tell a thumbnail of the original from one of the masked copy: which is it more like?"""
    for candidate in candidates:
        glass = candidate.findings.glass if candidate.findings else None
        places = _sure(candidate.page)
        if glass is None or not places:
            continue
        height, width = view.pixels.shape[:2]
        seen = _stretched(_shrunk(view.pixels, (width, height)))
        ours = _stretched(_shrunk(glass.inks.pages.original, (width, height)))
        theirs = _stretched(_shrunk(glass.inks.pages.masked, (width, height)))
        frame = candidate.page.frame
        scale = np.array([width / frame.width, height / frame.height])
        for place in places:
            corners = np.round(place.polygon.to(frame).array() * scale).astype(np.int32)
            inside = np.zeros((height, width), np.uint8)
            cv2.fillPoly(inside, [corners], (1,))
            telling = (inside > 0) & (np.abs(ours - theirs) > 0.1)
            if int(telling.sum()) < _FEWEST:
                continue
            far = float(np.abs(seen - theirs)[telling].mean())
            if float(np.abs(seen - ours)[telling].mean()) < _CLEARER * far:
                return _leak(view, candidate, place)
    return None


def _shrunk(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    gray = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.resize(gray, size, interpolation=cv2.INTER_AREA), np.uint8)


def _stretched(gray: Pixels) -> Gray:
    low, high = np.percentile(gray, (0.5, 95))
    return np.asarray((gray - low) / max(1.0, high - low), np.float32)
