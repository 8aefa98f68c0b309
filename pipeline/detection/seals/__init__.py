"""Seals: found by colour and shape, read, and told apart by whose they are."""

from __future__ import annotations

from pipeline.detection.seals.candidate import Colour, Seal, Shape
from pipeline.detection.seals.finder import find_seals
from pipeline.detection.seals.findings import RECOGNISER, SealReader, seal_findings

__all__ = ["RECOGNISER", "Colour", "Seal", "SealReader", "Shape", "find_seals", "seal_findings"]
