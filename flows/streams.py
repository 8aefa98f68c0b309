"""Keeps stdout for results: all that libraries print, from Python or C, goes to stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO


@contextmanager
def results_only() -> Iterator[TextIO]:
    """Lend the real stdout while file descriptor 1 points to stderr.

    With a stderr that nobody closed this holds for C libraries and child processes too.
    """
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        with os.fdopen(kept, "w", encoding="utf-8", closefd=True) as results:
            yield results
    finally:
        sys.stdout.flush()
        os.dup2(2, 1)
