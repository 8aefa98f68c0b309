"""Colours as they are on white paper, for every room that tells inks by their colour."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

#: Channel by the strongest one from which a colour may be a paper's.
_TINTED = 0.6


def on_white(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a page as if its paper were white.

    On warm paper or under a warm lamp blue ink is gray. Most of a page is paper, so the median of
    each channel is the paper's; black stays black.

    Args:
        pixels: RGB, shape (height, width, 3).
    """
    paper = np.median(pixels[::4, ::4].reshape(-1, 3), axis=0)
    gain = paper.max() / np.maximum(paper, max(1.0, _TINTED * float(paper.max())))
    return np.asarray(np.clip(pixels * gain, 0, 255), np.uint8)
