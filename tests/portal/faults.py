from __future__ import annotations

import os
from pathlib import Path


def crash(path: Path, name: str) -> None:
    """What a file does that makes a decoder crash."""
    os._exit(3)
