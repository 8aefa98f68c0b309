"""The detector: a page's reading and pixels in, findings out."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.detection.beside_names import ink_beside_names
from pipeline.detection.beside_seals import ink_beside_seals
from pipeline.detection.closing import closing_units
from pipeline.detection.findings import findings_of
from pipeline.detection.layout import analyse_layout, bare_layout
from pipeline.detection.nlp import build_nlp
from pipeline.detection.page_text import PageText, build_doc
from pipeline.detection.pictures import PictureFinder
from pipeline.detection.seals import Seal, SealReader, find_seals, seal_findings
from pipeline.detection.spread import spread
from pipeline.detection.straighten import Straightened
from pipeline.detection.unread_ink import unread_rows
from pipeline.detection.watermarks import watermark_findings
from pipeline.dossier import Action, Applicant, Finding, Kind
from pipeline.policy import Policy
from pipeline.reading.lines import PageReading
from pipeline.reading.sides import sides_of

# The recognisers that go by what is written.
_WORDS = frozenset(("applicant", "people", "units", "ner"))


class Detector:
    """Finds what identifies people and units on the pages of one dossier.

    Args:
        applicant: Whose dossier it is.
        policy: Whose reasons and authorities hold.
        lac_dir: Folder with LAC's files; the installed package's own when None.
        ner_dir: Folder with our own tagger of people and schools; without it when None.
        faces_dir: Folder with CenterFace; without it only whole ID photographs are found.
        seal_reader: Reads strips of text, to tell whose a seal is; without it no seal is kept.

    Raises:
        MissingWordModelError: LAC's files are not there.
        MissingTaggerError: The tagger's files are not there.
        MissingFaceModelError: CenterFace's file is not there.
    """

    #: Part of every cache key; raised whenever the same page would be judged differently.
    version = "detection.8"

    def __init__(
        self,
        applicant: Applicant,
        policy: Policy,
        *,
        lac_dir: Path | None = None,
        ner_dir: Path | None = None,
        faces_dir: Path | None = None,
        seal_reader: SealReader | None = None,
    ) -> None:
        self._applicant = applicant
        self._policy = policy
        self._nlp = build_nlp(applicant, policy, lac_dir, ner_dir)
        self._pictures = PictureFinder(faces_dir)
        self._seal_reader = seal_reader
        # spaCy's vocabulary is not safe to grow from several threads.
        self._lock = threading.Lock()
        self._beside = ThreadPoolExecutor(1, thread_name_prefix="pictures")

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
        # Pictures are looked for beside the writing: on two cores that halves the wait.
        pictures = self._beside.submit(self._pictures.look, pixels, reading)
        seals = self._beside.submit(self._find_seals, pixels, reading)
        askew = Straightened.of(reading)
        level = reading if askew is None else askew.reading(reading)
        layout = analyse_layout(pixels if askew is None else askew.pixels(pixels))
        with self._lock:
            doc, page = build_doc(level, layout, self._nlp.vocab)
            doc._.page = page
            found = findings_of(self._nlp(doc), self._policy)
        found = [
            *found,
            *closing_units(page, found, self._applicant, self._policy),
            *ink_beside_names(page, found, self._applicant, self._policy),
        ]
        if askew is not None:
            found = askew.back(found)
        known = self._pictures.add(found, pictures.result(), reading, self._policy)
        stamped = seal_findings(
            seals.result(),
            pixels,
            reading.frame,
            known,
            self._seal_reader,
            self._applicant,
            self._policy,
            reading.lines,
        )
        whole = (*known, *stamped)
        marks = watermark_findings(reading, whole, self._applicant, self._policy)
        whole = (*whole, *marks)
        return (*whole, *self._unread(page, whole, askew))

    def writing(self, reading: PageReading) -> tuple[Finding, ...]:
        """Find in the writing of a page alone what the policy hides, where it is said in words.

        For a page that was masked and read again: there are no slots and cells to go by, for masks
        stand in them.
        """
        with self._lock:
            doc, page = build_doc(reading, bare_layout(reading.frame), self._nlp.vocab)
            doc._.page = page
            found = findings_of(self._nlp(doc), self._policy)
        return tuple(
            f for f in found if self._policy.action(f.kind) is Action.MASK and _in_words(f)
        )

    def _unread(
        self, page: PageText, whole: Sequence[Finding], askew: Straightened | None
    ) -> list[Finding]:
        """What stands beside the seals and where nothing was read, as the page lies."""
        here = list(whole) if askew is None else askew.there(whole)
        new = ink_beside_seals(page, here, self._policy)
        new += unread_rows(page, [*here, *new], self._policy)
        return new if askew is None else askew.back(new)

    def _find_seals(self, pixels: NDArray[np.uint8], reading: PageReading) -> tuple[Seal, ...]:
        if self._policy.action(Kind.SEAL) is Action.KEEP:
            return ()
        return find_seals(pixels, len(sides_of(reading)))

    def spread(
        self,
        readings: Mapping[str, Sequence[PageReading]],
        findings: Mapping[str, Sequence[Finding]],
    ) -> dict[str, tuple[Finding, ...]]:
        """Search the dossier's people and schools on all its pages (see :func:`spread`)."""
        return spread(readings, findings, self._applicant, self._policy)


def _in_words(finding: Finding) -> bool:
    """Whether a finding owes nothing to where it stands on its page."""
    if finding.recogniser == "labels":
        return finding.rule == "label" and finding.kind is Kind.PERSON_NAME
    if finding.recogniser == "numbers":
        return finding.kind is not Kind.ADDRESS or finding.rule == "street"
    return finding.recogniser in _WORDS
