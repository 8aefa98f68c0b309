"""Shapes of ids in addresses: anything else is an address that does not exist."""

from __future__ import annotations


class DossierId:
    """``d-`` and twelve hexadecimal digits."""

    regex = "d-[0-9a-f]{12}"

    def to_python(self, value: str) -> str:
        """Return it as it is."""
        return value

    def to_url(self, value: str) -> str:
        """Return it as it is."""
        return value
