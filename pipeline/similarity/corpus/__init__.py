"""The corpus: texts that a document is compared with, and the index that finds them."""

from __future__ import annotations

from pipeline.similarity.corpus.answers import Candidate, Stats
from pipeline.similarity.corpus.snapshots import Changes, Snapshot
from pipeline.similarity.corpus.store import Corpus
from pipeline.similarity.corpus.writer import Added, Writer

__all__ = ["Added", "Candidate", "Changes", "Corpus", "Snapshot", "Stats", "Writer"]
