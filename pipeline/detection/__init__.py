"""Text and pixels in, findings out."""

from __future__ import annotations

from pipeline.detection.detector import Detector

__all__ = ["Detector"]
