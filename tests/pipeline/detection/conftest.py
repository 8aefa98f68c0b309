from __future__ import annotations

from collections.abc import Callable

import pytest

from models import ner_dir, weights_dir
from pipeline.detection import Detector
from pipeline.dossier import Applicant, Finding
from pipeline.policy import Policy, load_policy
from tests.pipeline.detection.sheets import APPLICANT, Sheet

Look = Callable[..., tuple[Finding, ...]]


@pytest.fixture(scope="session")
def policy() -> Policy:
    return load_policy("huainan-2025")


@pytest.fixture(scope="session")
def detector_for(policy: Policy) -> Callable[[Applicant], Detector]:
    lac = weights_dir() / "lac"
    if not lac.is_dir():
        pytest.skip("the word model is not fetched: run `mangping models fetch`")
    return lambda applicant: Detector(applicant, policy, lac_dir=lac, ner_dir=ner_dir())


@pytest.fixture(scope="session")
def detector(detector_for: Callable[[Applicant], Detector]) -> Detector:
    return detector_for(APPLICANT)


@pytest.fixture(scope="session")
def look(detector: Detector) -> Look:
    """Find on a sheet as the product does: page by page, then through the dossier."""

    def find(*sheets: Sheet) -> tuple[Finding, ...]:
        found = [f for sheet in sheets for f in detector.page(sheet.reading, sheet.pixels)]
        return detector.spread({"file": [s.reading for s in sheets]}, {"file": found})["file"]

    return find
