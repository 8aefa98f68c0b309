"""Which page of the masked copy belongs to which page of the original."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

from pipeline.verification.pair.nouns import Mask, Matrix
from pipeline.verification.pair.register import Sketch, find_homography

_SURE, _POSSIBLE = 0.72, 0.5
_BETTER = 0.08
_INK = 45
_PATCH = 9
_BLANK_INK = 0.0008
_SHORT_FILE, _NEAR_PAGES = 20, 4


@dataclass(frozen=True, slots=True)
class Match:
    """Two pages that belong together; numbers from 1. ``matrix`` is None for blank pages."""

    original: int
    masked: int
    score: float
    matrix: Matrix | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Matching:
    """How two files belong together: what pairs, and what is left over on either side."""

    matches: tuple[Match, ...]
    missing: tuple[int, ...]
    added: tuple[int, ...]

    @property
    def moved(self) -> tuple[Match, ...]:
        """The matches that break the order: all that are not in the longest rising sequence."""
        ordered = sorted(self.matches, key=lambda m: m.masked)
        best: list[list[Match]] = []
        for match in ordered:
            before = [run for run in best if run[-1].original < match.original]
            best.append([*max(before, key=len, default=[]), match])
        rising = max(best, key=len, default=[])
        return tuple(m for m in ordered if m not in rising)


def match_pages(originals: Sequence[Sketch], copies: Sequence[Sketch]) -> Matching:
    """Find the page of the original for each page of the masked copy.

    The page of the same number is tried first; the others only where it does not fit, or where the
    files have different numbers of pages.
    """
    scores: dict[tuple[int, int], Match] = {}
    same = min(len(originals), len(copies))
    for number in range(same):
        _try(scores, originals, copies, number, number)
    settled = {
        number
        for number in range(same)
        if len(originals) == len(copies) and (number, number) in scores
        and scores[number, number].score >= _SURE
    }  # fmt: skip
    # In a long file a page is looked for only near its place, or the time would grow squared.
    far = max(len(originals), len(copies))
    reach = far if far <= _SHORT_FILE else abs(len(originals) - len(copies)) + _NEAR_PAGES
    for i in range(len(originals)):
        for j in range(max(0, i - reach), min(len(copies), i + reach + 1)):
            if i != j and i not in settled and j not in settled:
                _try(scores, originals, copies, i, j)
    return _assigned(scores, len(originals), len(copies))


def _assigned(scores: dict[tuple[int, int], Match], ours: int, theirs: int) -> Matching:
    """Take the best pairs first; the same number wins where another is hardly better."""

    def worth(key: tuple[int, int]) -> float:
        return scores[key].score + (_BETTER if key[0] == key[1] else 0.0)

    taken: list[Match] = []
    for key in sorted(scores, key=worth, reverse=True):
        match = scores[key]
        used = any(m.original == match.original or m.masked == match.masked for m in taken)
        if not used and match.score >= _POSSIBLE:
            taken.append(match)
    taken.sort(key=lambda m: m.masked)
    paired, copied = {m.original for m in taken}, {m.masked for m in taken}
    return Matching(
        tuple(taken),
        tuple(n for n in range(1, ours + 1) if n not in paired),
        tuple(n for n in range(1, theirs + 1) if n not in copied),
    )


def _try(
    scores: dict[tuple[int, int], Match],
    originals: Sequence[Sketch],
    copies: Sequence[Sketch],
    i: int,
    j: int,
) -> None:
    original, masked = originals[i], copies[j]
    if is_blank(original) or is_blank(masked):
        if is_blank(original) and is_blank(masked):
            scores[i, j] = Match(i + 1, j + 1, 1.0, None)
        return
    matrix = find_homography(original, masked)
    if matrix is not None:
        scores[i, j] = Match(i + 1, j + 1, agreement(original, masked, matrix), matrix)


def is_blank(page: Sketch) -> bool:
    """Whether a page has no ink to speak of."""
    return float(_ink(page).mean()) < _BLANK_INK


def agreement(original: Sketch, masked: Sketch, matrix: Matrix) -> float:
    """Return which share of the ink outside patches two pages have in common, 0 to 1."""
    down, up = np.diag([masked.scale, masked.scale, 1]), np.diag([1 / original.scale] * 2 + [1])
    height, width = original.gray.shape
    size, flags = (width, height), cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
    seen = _ink(masked).astype(np.uint8)
    whole = down @ matrix @ up
    theirs = cv2.warpPerspective(seen, whole, size, flags=flags) > 0
    paper = cv2.warpPerspective(np.ones_like(seen), whole, size, flags=flags) > 0
    ours = _ink(original)
    free = paper & ~_patches(theirs) & ~_patches(ours)
    near = np.ones((5, 5), np.uint8)
    wide_ours = cv2.dilate(ours.astype(np.uint8), near) > 0
    wide_theirs = cv2.dilate(theirs.astype(np.uint8), near) > 0
    new = theirs & free
    kept = float((new & wide_ours).sum() / max(1, new.sum()))
    # White masks take ink away, so what is lost counts less than what is new.
    old = ours & free
    left = float((old & wide_theirs).sum() / max(1, old.sum()))
    return kept * min(1.0, 0.4 + left)


def _ink(page: Sketch) -> Mask:
    paper = cv2.blur(cv2.dilate(page.gray, np.ones((25, 25), np.uint8)), (25, 25))
    return np.asarray(cv2.subtract(paper, page.gray) > _INK)


def _patches(ink: Mask) -> Mask:
    solid = cv2.morphologyEx(ink.astype(np.uint8), cv2.MORPH_OPEN, np.ones((_PATCH, _PATCH)))
    return np.asarray(cv2.dilate(solid, np.ones((9, 9), np.uint8)) > 0)
