"""Which corpus is asked: the one that is named, else the user's own if there is one."""

from __future__ import annotations

from pathlib import Path

from dossiers.places import state_dir
from pipeline.similarity.corpus import Corpus


def corpus_path() -> Path:
    """Return where the user's own corpus lies: in their private folder."""
    return state_dir() / "corpus"


def choose_corpus(named: Path | None) -> Corpus | None:
    """Open the corpus that is named, else the user's own; None where there is none.

    Raises:
        UsageError: The one that is named is missing, or the corpus is damaged.
    """
    if named is not None:
        return Corpus.open(named)
    own = corpus_path()
    return Corpus.open(own) if own.is_dir() else None
