"""The detector: a page's reading and pixels in, findings out."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.detection.closing import closing_units
from pipeline.detection.findings import findings_of
from pipeline.detection.layout import analyse_layout
from pipeline.detection.nlp import build_nlp
from pipeline.detection.page_text import build_doc
from pipeline.detection.spread import spread
from pipeline.dossier import Applicant, Finding
from pipeline.policy import Policy
from pipeline.reading.lines import PageReading


class Detector:
    """Finds what identifies people and units on the pages of one dossier.

    Args:
        applicant: Whose dossier it is.
        policy: Whose reasons and authorities hold.
        lac_dir: Folder with LAC's files; the installed package's own when None.
        ner_dir: Folder with our own tagger of people and schools; without it when None.

    Raises:
        MissingWordModelError: LAC's files are not there.
        MissingTaggerError: The tagger's files are not there.
    """

    #: Part of every cache key; raised whenever the same page would be judged differently.
    version = "detection.2"

    def __init__(
        self,
        applicant: Applicant,
        policy: Policy,
        *,
        lac_dir: Path | None = None,
        ner_dir: Path | None = None,
    ) -> None:
        self._applicant = applicant
        self._policy = policy
        self._nlp = build_nlp(applicant, policy, lac_dir, ner_dir)
        # spaCy's vocabulary is not safe to grow from several threads.
        self._lock = threading.Lock()

    def page(
        self,
        reading: PageReading,
        pixels: NDArray[np.uint8],
    ) -> tuple[Finding, ...]:
        """Find on one page.

        Args:
            reading: The page as read.
            pixels: The upright page, RGB, shape (height, width, 3).
        """
        layout = analyse_layout(pixels)
        with self._lock:
            doc, page = build_doc(reading, layout, self._nlp.vocab)
            doc._.page = page
            found = findings_of(self._nlp(doc), self._policy)
        return (*found, *closing_units(page, found, self._applicant, self._policy))

    def spread(
        self,
        readings: Mapping[str, Sequence[PageReading]],
        findings: Mapping[str, Sequence[Finding]],
    ) -> dict[str, tuple[Finding, ...]]:
        """Search the dossier's people and schools on all its pages (see :func:`spread`)."""
        return spread(readings, findings, self._applicant, self._policy)
