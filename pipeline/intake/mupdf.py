"""MuPDF, silenced, behind one lock."""

from __future__ import annotations

import threading
from typing import Any, Final

import numpy as np
import pymupdf
from numpy.typing import NDArray

# The library has no type hints worth the name.
mupdf: Final[Any] = pymupdf

# MuPDF is not thread-safe, not even for two different files: one lock for all of them.
MUPDF_LOCK: Final = threading.RLock()

# It would print fragments of what it reads.
mupdf.TOOLS.mupdf_display_errors(False)
mupdf.TOOLS.mupdf_display_warnings(False)


def pixmap_array(pixmap: Any) -> NDArray[np.uint8]:
    """Return an RGB pixmap as an array of shape (height, width, 3)."""
    samples = np.frombuffer(pixmap.samples, dtype=np.uint8)
    rows = samples.reshape(pixmap.height, pixmap.stride)
    return rows[:, : pixmap.width * 3].reshape(pixmap.height, pixmap.width, 3)
