"""The finished copy read again by a second, distrustful pair of eyes; fails closed."""

from __future__ import annotations

from pipeline.verification.verify import verify_copy

__all__ = ["verify_copy"]
