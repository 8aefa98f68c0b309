"""Untrusted bytes in, checked pages out."""

from __future__ import annotations

from pipeline.intake.bundle import Bundle, BundleFile, open_bundle
from pipeline.intake.decoded import DecodedPages
from pipeline.intake.identity import load_identity, parse_identity
from pipeline.intake.limits import Limits
from pipeline.intake.mupdf import MUPDF_LOCK
from pipeline.intake.pages import Coding, LayerChar, Origin, SourcePage
from pipeline.intake.source import SourceFile, open_source

__all__ = [
    "MUPDF_LOCK",
    "Bundle",
    "BundleFile",
    "Coding",
    "DecodedPages",
    "LayerChar",
    "Limits",
    "Origin",
    "SourceFile",
    "SourcePage",
    "load_identity",
    "open_bundle",
    "open_source",
    "parse_identity",
]
