"""A notice as data: which rules hold, what is hidden and what stays. A new city is a new file."""

from __future__ import annotations

from pipeline.policy.loader import CoveredText, Policy, load_policy

__all__ = ["CoveredText", "Policy", "load_policy"]
