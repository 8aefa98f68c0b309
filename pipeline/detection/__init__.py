"""Text and pixels in, findings out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.detection.detector import Detector

__all__ = ["Detector"]


def __getattr__(name: str) -> Any:
    """Import the detector when it is wanted: the language models' library takes a second."""
    if name == "Detector":
        from pipeline.detection.detector import Detector

        return Detector
    raise AttributeError(name)
