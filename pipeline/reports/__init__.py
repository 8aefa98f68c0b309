"""What people read about a processed dossier."""

from __future__ import annotations

from pipeline.reports.dossier_report import write_report

__all__ = ["write_report"]
