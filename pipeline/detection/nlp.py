"""Puts the components together as a spaCy pipeline."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import spacy
from spacy.language import Language
from spacy.tokens import Doc

from pipeline.detection.components.applicant import ApplicantSearch
from pipeline.detection.components.keeps import KeepSearch
from pipeline.detection.components.labels import LabelSearch
from pipeline.detection.components.ner import NameSearch
from pipeline.detection.components.numbers import NumberSearch
from pipeline.detection.components.people import PeopleSearch
from pipeline.detection.components.units import UnitSearch
from pipeline.detection.components.words import WordTagger, load_lac
from pipeline.detection.tagger import NameTagger
from pipeline.dossier import Applicant
from pipeline.policy import Policy


def build_nlp(
    applicant: Applicant, policy: Policy, lac_dir: Path | None, ner_dir: Path | None = None
) -> Language:
    """Build the pipeline: certain knowledge first, then shapes, then models.

    The components hold the applicant's strings, so they are given as objects and not through
    spaCy's configuration, which is printed and saved.
    """
    lac = load_lac(lac_dir)
    nlp = spacy.blank("zh")
    components: list[tuple[str, Callable[[Doc], Doc]]] = [
        ("words", WordTagger(lac)),
        ("applicant", ApplicantSearch(applicant)),
        ("numbers", NumberSearch(applicant)),
        ("keeps", KeepSearch(policy.authorities)),
        ("labels", LabelSearch()),
        ("units", UnitSearch()),
        ("people", PeopleSearch()),
    ]
    if ner_dir is not None:
        components.append(("ner", NameSearch(NameTagger(ner_dir))))
    for name, component in components:
        Language.component(f"mangping_{name}", func=component)
        nlp.add_pipe(f"mangping_{name}", name=name)
    return nlp
