"""What people see: the site and its API (docs/portal.md)."""

from __future__ import annotations
