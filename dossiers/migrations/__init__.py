"""Changes of the tables, in order."""

from __future__ import annotations
