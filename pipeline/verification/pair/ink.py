"""Ink of two registered pages on one scale, and where the masked copy was covered over."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from pipeline.verification.pair.nouns import Gray, Mask, Pixels
from pipeline.verification.pair.register import Registered

_PAPER_STEP = 8
_PAPER_REACH = 41
"""Side of the window, in steps, in which the paper's tone is looked for: wider than most masks."""
_FAINTEST = 40.0
_INKED = 0.5
_NOT_PAPER = 40
_COVERED = 0.62
"""Share of a window, as high as half a line, that is not paper under a mask with a label on it."""
_PRINTED = 0.5
_STROKE = 0.27
"""Thickness that no stroke beside a patch has, in heights of a character."""
_OTHER_TONE, _FLAT = 50, 7
"""Levels by which a patch differs from a photograph, and its own spread."""


@dataclass(frozen=True, slots=True)
class Inks:
    """Two registered pages as ink.

    Attributes:
        pages: The pages.
        original: Ink of the original, 0 (paper) to about 1 (print).
        masked: Ink of the masked copy on the same scale.
        covered: Where the masked copy has a dark or coloured patch that the original has not.
        line: Height of a line of print in pixels of the grid.
    """

    pages: Registered
    original: Gray = field(repr=False)
    masked: Gray = field(repr=False)
    covered: Mask = field(repr=False)
    line: float


def ink_of_pair(pages: Registered, line: float) -> Inks:
    """Bring two registered pages to one scale of ink.

    Args:
        pages: The pages.
        line: Height of a line of print in pixels of the grid.
    """
    ours, theirs = _depth(pages.original), _depth(pages.masked)
    covered = _covered(pages, line)
    printed = ours > _FAINTEST
    scale = max(_FAINTEST, float(np.percentile(ours[printed], 70)) if printed.any() else 0.0)
    original = np.clip(ours / scale, 0, 1.5)
    both = (original > _INKED) & ~covered & pages.valid & (theirs > 15)
    other = float(np.percentile(theirs[both], 70)) if both.sum() > 200 else scale
    masked = np.clip(theirs / max(20.0, other), 0, 1.5)
    return Inks(pages, original.astype(np.float32), masked.astype(np.float32), covered, line)


def _depth(pixels: Pixels) -> Gray:
    """Return how much darker than the paper around it each pixel is, in levels."""
    gray = np.asarray(
        cv2.GaussianBlur(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), (3, 3), 0.8), np.uint8
    )
    return np.asarray(np.maximum(paper_of(gray) - gray.astype(np.float32), 0), np.float32)


def paper_of(gray: Pixels) -> Gray:
    """Return the tone of the paper around each pixel of one channel."""
    height, width = gray.shape
    size = (max(1, width // _PAPER_STEP), max(1, height // _PAPER_STEP))
    small = cv2.resize(gray, size, interpolation=cv2.INTER_AREA)
    small = cv2.medianBlur(small, 5) if min(size) > 5 else small
    reach = np.ones((_PAPER_REACH, _PAPER_REACH), np.uint8)
    high = cv2.erode(cv2.dilate(small, reach), reach).astype(np.float32)
    soft = cv2.blur(high, (9, 9))
    return np.asarray(cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def _not_paper(pixels: Pixels) -> Gray:
    """Return 1 where a pixel is clearly another colour than the paper, in any channel."""
    found = np.zeros(pixels.shape[:2], np.bool_)
    for plane in cv2.split(cv2.GaussianBlur(pixels, (3, 3), 0.9)):
        channel = np.asarray(plane, np.uint8)
        found |= np.abs(paper_of(channel) - channel.astype(np.float32)) > _NOT_PAPER
    return found.astype(np.float32)


def _covered(pages: Registered, line: float) -> Mask:
    """Find patches that the masked copy has and the original has not.

    Over print a patch is denser than print; over a photograph it is flat and of another tone.
    """
    ours, theirs = _not_paper(pages.original), _not_paper(pages.masked)
    side = max(7, round(0.5 * line)) | 1
    dense = cv2.blur(theirs, (side, side)) > _COVERED
    new = dense & (cv2.blur(ours, (side, side)) < _PRINTED)
    other = cv2.absdiff(_gray(pages.original), _gray(pages.masked)) > _OTHER_TONE
    patches = (new | (dense & _is_flat(pages.masked, side) & other)).astype(np.uint8)
    grain = np.ones((max(3, side // 3),) * 2, np.uint8)
    patches = np.asarray(cv2.morphologyEx(patches, cv2.MORPH_OPEN, grain), np.uint8)
    # A window's middle says "patch" only well inside it: grow back to the patch's own edge, but not
    # along the strokes of a character that stands beside it.
    near = cv2.dilate(patches, np.ones((side, side), np.uint8))
    solid = np.asarray(near * np.maximum(theirs.astype(np.uint8), patches), np.uint8)
    stroke = np.ones((max(5, round(_STROKE * line)),) * 2, np.uint8)
    solid = np.asarray(cv2.morphologyEx(solid, cv2.MORPH_OPEN, stroke), np.uint8)
    return np.asarray(_filled(solid) > 0)


def _gray(pixels: Pixels) -> Gray:
    gray = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.GaussianBlur(gray, (5, 5), 1.5), np.float32)


def _is_flat(pixels: Pixels, side: int) -> Mask:
    gray = _gray(pixels)
    mean = cv2.blur(gray, (side, side))
    return np.asarray(cv2.blur(gray * gray, (side, side)) - mean * mean < _FLAT**2)


def _filled(patches: Pixels) -> Pixels:
    """Fill the holes of patches: a star of a seal, the counters of a label."""
    outlines, _ = cv2.findContours(patches, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled = np.zeros_like(patches)
    cv2.drawContours(filled, outlines, -1, (1,), cv2.FILLED)
    return filled
