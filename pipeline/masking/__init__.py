"""Findings and a policy in, a new document built from masked pixels out."""

from __future__ import annotations

from pipeline.masking.boxes import plan
from pipeline.masking.decisions import decide
from pipeline.masking.document import Copy, CopyNotWrittenError, build_copy

__all__ = ["Copy", "CopyNotWrittenError", "build_copy", "decide", "plan"]
