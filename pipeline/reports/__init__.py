"""What people read about a processed dossier."""

from __future__ import annotations
