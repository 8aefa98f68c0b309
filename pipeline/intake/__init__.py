"""Untrusted bytes in, checked pages out."""

from __future__ import annotations

from pipeline.intake.limits import Limits
from pipeline.intake.mupdf import MUPDF_LOCK
from pipeline.intake.pages import Coding, LayerChar, Origin, SourcePage
from pipeline.intake.source import SourceFile, open_source

__all__ = [
    "MUPDF_LOCK",
    "Coding",
    "LayerChar",
    "Limits",
    "Origin",
    "SourceFile",
    "SourcePage",
    "open_source",
]
