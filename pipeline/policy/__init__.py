"""A notice as data: which rules hold, what is hidden and what stays. A new city is a new file."""

from __future__ import annotations

from pipeline.policy.loader import CoveredText, Policy, load_policy
from pipeline.policy.scans import ScanLimits

__all__ = ["CoveredText", "Policy", "ScanLimits", "load_policy"]
