"""Every model the product uses: where it is from, its sums, its licence, how it is fetched."""

from __future__ import annotations

import os
from pathlib import Path


def weights_dir() -> Path:
    """Return the folder that holds the fetched models.

    The environment variable ``MANGPING_MODELS`` names another one, such as an office's own models.
    """
    elsewhere = os.environ.get("MANGPING_MODELS")
    return Path(elsewhere) if elsewhere else Path(__file__).resolve().parent / "weights"


def ner_dir() -> Path:
    """Return the folder of our own model of names and schools, part of the repository."""
    return Path(__file__).resolve().parent / "ner"


__all__ = ["ner_dir", "weights_dir"]
