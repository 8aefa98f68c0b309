"""Which corpus is asked: the one that is named, else the user's own if there is one."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from dossiers.places import state_dir
from pipeline.comparing import compare_dossier, remember
from pipeline.similarity.corpus import Corpus

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pipeline.errors import MangpingError
    from pipeline.similarity.examination import Examination, Text


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


def compare_with_corpus(
    texts: Mapping[str, Text],
    names: Mapping[str, str],
    named: Path | None,
    remembered_as: str | None,
) -> dict[str, Examination | MangpingError]:
    """Compare a dossier's texts with the corpus, if there is one, and with each other.

    Args:
        texts: By attachment.
        names: What each file is called, for messages.
        named: The corpus that was named; None for the user's own.
        remembered_as: The dossier as which the corpus takes the texts in; None takes none in.
    """
    if not texts:
        return {}
    with contextlib.ExitStack() as stack:
        corpus = choose_corpus(named)
        if corpus is not None:
            stack.enter_context(corpus)
        compared = compare_dossier(texts, corpus, names)
        if corpus is not None and remembered_as is not None:
            compared |= remember(texts, corpus, remembered_as, names)
    return compared
