"""The applicant's own masked copy checked against its original; fails closed."""

from __future__ import annotations

from pipeline.verification.pair.check import check_pair
from pipeline.verification.pair.nouns import (
    Difference,
    Leak,
    OriginalPage,
    PairReport,
    PairVerdict,
    SensitivePlace,
    Shown,
    Surety,
)

__all__ = [
    "Difference",
    "Leak",
    "OriginalPage",
    "PairReport",
    "PairVerdict",
    "SensitivePlace",
    "Shown",
    "Surety",
    "check_pair",
]
