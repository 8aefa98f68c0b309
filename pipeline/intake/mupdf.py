"""MuPDF, silenced, behind one lock."""

from __future__ import annotations

import threading
from typing import Any, Final

import pymupdf

# The library has no type hints worth the name.
mupdf: Final[Any] = pymupdf

# MuPDF is not thread-safe, not even for two different files: one lock for all of them.
MUPDF_LOCK: Final = threading.RLock()

# It would print fragments of what it reads.
mupdf.TOOLS.mupdf_display_errors(False)
mupdf.TOOLS.mupdf_display_warnings(False)
