"""Made-up texts of which no two share anything."""

from __future__ import annotations

import random

_FIRST = 0x4E00


def text(seed: int | str, length: int = 600) -> str:
    """A text of its own for each seed."""
    rng = random.Random(f"corpus/{seed}")
    return "".join(chr(_FIRST + rng.randrange(3000)) for _ in range(length))
