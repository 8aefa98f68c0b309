"""How well the whole does: leaks, kept text, seconds and bytes on generated dossiers."""

from __future__ import annotations
