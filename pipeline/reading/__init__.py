"""Pages in, lines of text with one box a character out."""

from __future__ import annotations

from pipeline.reading.lines import Char, LayerReport, Line, PageQuality, PageReading, TextSource
from pipeline.reading.reader import Reader

__all__ = ["Char", "LayerReport", "Line", "PageQuality", "PageReading", "Reader", "TextSource"]
