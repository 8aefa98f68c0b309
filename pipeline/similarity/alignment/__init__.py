"""Two texts laid side by side: the passages they share."""

from __future__ import annotations

from pipeline.similarity.alignment.passages import Match, align

__all__ = ["Match", "align"]
