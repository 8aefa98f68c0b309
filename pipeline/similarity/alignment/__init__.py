"""Two texts laid side by side: the passages they share."""

from __future__ import annotations

from pipeline.similarity.alignment.describe import Match
from pipeline.similarity.alignment.passages import align

__all__ = ["Match", "align"]
