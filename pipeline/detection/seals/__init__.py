"""Seals: found by colour and shape, read, and told apart by whose they are."""

from __future__ import annotations

from pipeline.detection.seals.candidate import Colour, Seal, Shape
from pipeline.detection.seals.finder import find_seals
from pipeline.detection.seals.findings import RECOGNISER, Recognise, seal_findings

__all__ = ["RECOGNISER", "Colour", "Recognise", "Seal", "Shape", "find_seals", "seal_findings"]
